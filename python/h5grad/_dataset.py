# SPDX-License-Identifier: BSD-3-Clause
"""The gradient of a dataset of h5py, from file to file."""

import os
import sys
import tempfile

import numpy as np

from . import _arrays
from ._errors import UsageError
from ._report import KINDS


def is_dataset(value):
    h5py = sys.modules.get("h5py")
    return h5py is not None and isinstance(value, h5py.Dataset)


def _options_of_spacing(spacing, dims, folder):
    """The options spacing and coord. Coordinates that are arrays are written to a file in folder."""
    if isinstance(spacing, str):
        return {"spacing": spacing}
    is_sequence = isinstance(spacing, (tuple, list))
    if not is_sequence and np.ndim(spacing) == 0:
        return {"spacing": float(spacing)}
    entries = spacing if is_sequence else [spacing]
    if len(entries) != len(dims):
        raise UsageError(f"spacing has {len(entries)} entries for {len(dims)} axes: give one number, or an "
                         "entry for each axis")
    words, coords = [], {}
    path = os.path.join(folder, "coordinates.h5")
    with sys.modules["h5py"].File(path, "w") as file:
        for axis, entry in zip(dims, entries):
            is_array = np.ndim(entry) > 0
            words.append(1.0 if is_array else entry if isinstance(entry, str) else float(entry))
            if is_array:
                file[f"axis_{axis}"] = np.asarray(entry)
                coords[axis] = f"{path}:/axis_{axis}"
    return {"spacing": words, "coord": coords or None}


def gradient_of_dataset(dataset, out, *, spacing, dim, threads, dtype, **operators):
    """The results, open datasets of the new file out. The file of dataset may be open for writing:
    what is not in it yet is flushed first."""
    from . import _files
    if not isinstance(out, (str, bytes, os.PathLike)):
        raise UsageError("of an h5py.Dataset the results go to a file: give out=path")
    dims = None if dim is None else _arrays.normalize_axes(dim, dataset.ndim)
    if dataset.file.mode != "r":
        dataset.file.flush()
    with tempfile.TemporaryDirectory(prefix="h5grad-") as folder:
        options = _options_of_spacing(spacing, range(dataset.ndim) if dims is None else dims, folder)
        report = _files.run(dataset.file.filename, out, dataset=dataset.name, dim=dims, threads=threads,
                            dtype=None if dtype is None else str(np.dtype(dtype)), **options,
                            **_changed(operators))
    order = range(dataset.ndim) if dims is None else dims
    results = sorted(report.fields[0].results,
                     key=lambda result: (KINDS.index(result.kind),
                                         0 if result.axis is None else order.index(result.axis)))
    file = sys.modules["h5py"].File(out, "r")
    return tuple(file[result.path] for result in results)


def _changed(operators):
    """Those that are not the defaults, in which options of files differ only by being absent."""
    defaults = {"edge_order": 1, "boundary": None, "period": None, "accuracy": 2, "missing": "nan",
                "compute": "gradient"}
    return {name: value for name, value in operators.items() if value != defaults[name]}
