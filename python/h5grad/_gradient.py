# SPDX-License-Identifier: BSD-3-Clause
"""The gradient of an array in memory."""

import array as numbers
import ctypes
import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Tuple, Union

import numpy as np

from . import _arrays, _library
from ._dataset import gradient_of_dataset, is_dataset
from ._errors import UsageError, raise_error

BOUNDARIES = {word: number for number, word in enumerate(
    ("one-sided", "periodic", "periodic-repeated", "nan", "extend", "value", "mirror", "reflect"))}
MISSING = {"nan": 0, "strict": 1, "edge": 2}
GRADIENT, SECOND, LAPLACIAN, MAGNITUDE = 1, 2, 4, 8
COMPUTES = {"gradient": GRADIENT, "second": SECOND, "laplacian": LAPLACIAN, "magnitude": MAGNITUDE}

_OPTIONS_SIZE = ctypes.sizeof(_library.ArrayOptions)
_ALL = list(range(64))
_array = _library.library.h5grad_array

# What a child of fork has of the threads of its parent: a team of OpenMP's would wait for them.
_default_threads = 0


def _be_alone():
    global _default_threads
    _default_threads = 1


os.register_at_fork(after_in_child=_be_alone)


def gradient(input: Any, *, spacing: Any = 1, dim: Union[None, int, Sequence[int]] = None,
             edge_order: int = 1, boundary: Union[None, str, Mapping[int, str]] = None,
             period: Union[None, float, Mapping[int, float]] = None,
             accuracy: Union[int, Mapping[int, int]] = 2, missing: str = "nan",
             compute: Union[str, Sequence[str]] = "gradient", dtype: Any = None, out: Any = None,
             threads: Optional[int] = None) -> Tuple[Any, ...]:
    """Estimate the derivatives of sampled data, as torch.gradient does.

    Second-order central differences inside, one-sided ones at the two ends, along each axis in dim;
    the bits of torch.gradient for float32 and float64 with numbers as spacing.

    Parameters
    ----------
    input : array_like, torch.Tensor or h5py.Dataset
        Integers, floats or complex numbers of any shape and strides, which are read in place. Of an
        h5py.Dataset, see below. Differentiated axes have edge_order + 1 points at least.
    spacing : number, or sequence with a number or a 1-D array for each axis of dim
        The distance between points, in the unit of the axis, or the coordinates of the points, in
        ascending or descending order, converted to float64. One number is for all axes; a 1-D array
        by itself is the coordinates of the only axis. None is 1.
    dim : int or sequence of int, optional
        The axes to differentiate, negative ones from the end. Default: all.
    edge_order : 1 or 2
        The order of the one-sided differences at the ends.
    boundary : str, or mapping from axis to str, optional
        What lies beyond the ends: "one-sided" (default), "periodic", "periodic-repeated", "nan",
        "extend", "value=NUMBER", "mirror" or "reflect"; "LOW:HIGH" for each end its own.
    period : number, or mapping from axis to number, optional
        The distance after which a periodic axis begins again, in the unit of its spacing. Default:
        as many steps as points. An axis with a period is periodic.
    accuracy : 2, 4, 6 or 8, or mapping from axis to one of them
        The order of the differences.
    missing : "nan", "strict" or "edge"
        What values that are NaN do: spread to their neighbours; also make their own results NaN; or
        end the axis on either side of them, with one-sided differences there.
    compute : str or sequence of str
        What is computed, of "gradient", "second", "laplacian" and "magnitude".
    dtype : optional
        float64 (for complex input also complex128): results and arithmetic are in double precision.
        Default: float32 of float32 and of integers up to 16 bits, float16 of float16 (computed in
        float32), float64 of all others; likewise complex64 and complex128.
    out : sequence of arrays or tensors, optional
        The results are written there: of their type and of the shape of input, with any strides that
        do not overlap. For an h5py.Dataset the path of a new file.
    threads : int, optional
        Default: OMP_NUM_THREADS, else all processors that the process may use; 1 in a child of fork.

    Returns
    -------
    tuple of arrays
        One for each axis of dim, in that order, of the shape of input, in the unit of the data by
        that of the spacing. With compute, in this order: the gradient, one for each axis; second
        derivatives, one for each axis; the Laplacian; the magnitude of the gradient, which is real.
        Tensors for a tensor, else numpy arrays. With out, that.

    Raises
    ------
    UsageError
        (a ValueError and a RuntimeError) An argument that cannot be, coordinates that are not
        strictly monotonic or not finite, an axis that is too short.
    IndexError
        An axis that input does not have (numpy's AxisError).
    TypeError
        Values that are no numbers, a tensor that is not in this machine's memory.

    Examples
    --------
    >>> import numpy as np, h5grad
    >>> h5grad.gradient(np.array([0.0, 0.25, 1.0, 2.25]), spacing=0.5)
    (array([0.5, 1. , 2. , 2.5]),)
    >>> lat = np.array([-2.0, -1.0, 1.0, 4.0])
    >>> h5grad.gradient(np.array([4.0, 1.0, 1.0, 16.0]), spacing=[lat])
    (array([-3., -2.,  2.,  5.]),)

    Notes
    -----
    While it computes, other threads of Python run. Of an h5py.Dataset, spacing may be "auto", which
    is what the file says of its axes; the data go from file to file under a limit on memory, and the
    results, datasets of the new file, are returned open (`h5grad.run` has all options).
    """
    if spacing is None:  # as torch.gradient takes it
        spacing = 1
    if type(input) is not np.ndarray and is_dataset(input):
        return gradient_of_dataset(input, out, spacing=spacing, dim=dim, edge_order=edge_order,
                                   boundary=boundary, period=period, accuracy=accuracy,
                                   missing=missing, compute=compute, dtype=dtype, threads=threads)
    data, kind, wrap = _arrays.adopt(input)
    dims = _dims_of(dim, data.ndim)
    steps, coordinates = _spacings_of(spacing, dims, data.shape)
    if edge_order not in (1, 2):
        raise UsageError(f"edge order {edge_order}: must be 1 or 2")
    request = Request(data, kind, dims, steps, coordinates)
    if edge_order == 2:
        request.options.edge_order = 2
    if threads is not None:
        request.options.threads = threads
    if dtype is not None:
        request.set_dtype(dtype)
    if boundary is not None or period is not None or accuracy != 2:
        request.set_operators(boundary, period, accuracy)
    if missing != "nan":
        request.options.missing = _word(missing, MISSING, "missing")
    if compute != "gradient":
        request.set_compute(compute)
    results = request.run(out)
    return tuple(map(wrap, results)) if out is None else out if type(out) is tuple else tuple(out)


def _address(array):
    return array.__array_interface__["data"][0]


def _word(word, known, what):
    if word not in known:
        raise UsageError(f"{what} {word!r}: must be one of {', '.join(known)}")
    return known[word]


def _dims_of(dim, rank):
    dims = _ALL[:rank] if dim is None else _arrays.normalize_axes(dim, rank)
    if len(dims) > 1 and len(set(dims)) < len(dims):
        raise UsageError(f"dim {dim}: an axis appears multiple times")
    if not dims:
        raise UsageError("no axis to differentiate")
    return dims


def _step_of(value):
    """A number, as a float."""
    if np.iscomplexobj(value):
        raise TypeError(f"spacing {value}: must be real")
    return float(value)


def _coordinates_of(value, extent):
    """Coordinates, as adjacent float64."""
    if np.iscomplexobj(value):
        raise TypeError("coordinates must be real")
    points = np.ascontiguousarray(value)
    if points.dtype.kind in "mM":
        raise TypeError("coordinates are times: give them as numbers")
    if points.ndim != 1 or len(points) != extent:
        raise UsageError(f"coordinates of shape {points.shape}: there must be one for each of the "
                         f"{extent} points of the axis")
    return points.astype("f8", copy=False)


def _spacings_of(spacing, dims, shape):
    """The step and the coordinates or None of each axis of dims; None for all: no axis has such."""
    if spacing.__class__ in (int, float):
        return (None if spacing == 1 else [float(spacing)] * len(dims)), None
    if not isinstance(spacing, (tuple, list)):
        if np.ndim(spacing) == 0:
            return [_step_of(spacing)] * len(dims), None
        spacing = [spacing]
    if len(spacing) != len(dims):
        raise UsageError(f"spacing has {len(spacing)} entries for {len(dims)} axes: give one number, or "
                         "an entry for each axis")
    steps, coordinates = [1.0] * len(dims), [None] * len(dims)
    for k, entry in enumerate(spacing):
        if np.ndim(entry) == 0:
            steps[k] = _step_of(entry)
        else:
            coordinates[k] = _coordinates_of(entry, shape[dims[k]])
    return steps, coordinates if any(x is not None for x in coordinates) else None


def _each(value, dims, rank, default):
    """The entry for each axis, of a value for all of them or a mapping from axes."""
    if not isinstance(value, Mapping):
        return [value] * len(dims)
    entries = {_arrays.normalize_axis(axis, rank): entry for axis, entry in value.items()}
    return [entries.get(axis, default) for axis in dims]


def _boundary_of(text):
    """The two modes of a text like "nan" or "value=3:mirror", and their numbers."""
    modes = str(text).split(":")
    modes = modes * 2 if len(modes) == 1 else modes
    if len(modes) != 2:
        raise UsageError(f"boundary {text!r}: two modes at most")
    pairs = [mode.partition("=") for mode in modes]
    for mode, (word, equals, number) in zip(modes, pairs):
        if word not in BOUNDARIES or (word == "value") != bool(equals):
            raise UsageError(f"boundary {mode!r}: must be one of {', '.join(BOUNDARIES)}, of which value "
                             "has a number: value=0")
    return [BOUNDARIES[word] for word, _, _ in pairs], [float(number or 0) for _, _, number in pairs]


class Request:
    """A call of h5grad_array, whose arrays it keeps until the call is over."""

    def __init__(self, data, kind, dims, steps, coordinates):
        self.data, self.kind, self.dims = data, kind, dims
        self.wide, self.computes = False, GRADIENT
        self.kept = [coordinates]
        self.options = options = _library.ArrayOptions()
        options.size = _OPTIONS_SIZE
        if len(dims) != data.ndim or dims[0] > 0 or dims != _ALL[:len(dims)]:
            options.dims, options.n_dims = self.keep("i", dims), len(dims)
        if kind.components > 1:
            options.components = kind.components
        if _default_threads:
            options.threads = _default_threads
        if steps is not None:
            options.spacing = self.keep("d", steps)
        if coordinates is not None:
            options.coordinates = self.keep("q", [0 if x is None else _address(x) for x in coordinates])

    def keep(self, code, values):
        """The address of an array of these numbers."""
        kept = numbers.array(code, values)
        self.kept.append(kept)
        return kept.buffer_info()[0]

    def set_dtype(self, dtype):
        dtype = np.dtype(dtype if not str(dtype).startswith("torch.") else str(dtype)[6:])
        if dtype not in (np.dtype("f8"), self.kind.wide, self.kind.result):
            raise UsageError(f"dtype {dtype}: results are {self.kind.result} or {self.kind.wide}")
        self.wide = dtype != self.kind.result
        self.options.double_results = self.wide

    def set_operators(self, boundary, period, accuracy):
        options, dims, rank = self.options, self.dims, self.data.ndim
        periods = [0.0 if p is None else float(p) for p in _each(period, dims, rank, None)]
        modes, values = [], []
        for text, length in zip(_each(boundary, dims, rank, None), periods):
            of_ends, numbers_of_ends = _boundary_of(text or ("periodic" if length else "one-sided"))
            modes += of_ends
            values += numbers_of_ends
        options.boundary = self.keep("i", modes)
        options.boundary_value = self.keep("d", values)
        options.period = self.keep("d", periods)
        options.accuracy = self.keep("i", _each(accuracy, dims, rank, 2))

    def set_compute(self, compute):
        words = [compute] if isinstance(compute, str) else list(compute)
        self.computes = 0
        for word in words:
            self.computes |= _word(word, COMPUTES, "compute")
        if not self.computes:
            raise UsageError("compute: nothing to compute")
        self.options.computes = self.computes

    def result_types(self):
        """The type of each result."""
        kind, n, computes = self.kind, len(self.dims), self.computes
        plain = kind.wide if self.wide else kind.result
        types = [plain] * n
        if computes != GRADIENT:
            arrays = n * ((computes & GRADIENT != 0) + (computes & SECOND != 0))
            types = [plain] * (arrays + (computes & LAPLACIAN != 0))
            if computes & MAGNITUDE:
                types.append(kind.wide_length if self.wide else kind.length)
        return types

    def results_in(self, out, types):
        """The memory of the caller's results."""
        if not isinstance(out, (tuple, list)):
            raise TypeError("out: must be a sequence of arrays, one for each result")
        if len(out) != len(types):
            raise UsageError(f"out has {len(out)} arrays for {len(types)} results")
        results = [_arrays.result_view(result, self.data.shape, dtype) for result, dtype in zip(out, types)]
        _arrays.check_apart(self.data, results)
        return results

    def set_strides(self, results):
        """Unless all arrays are as C has them, which is what the library assumes."""
        data, options = self.data, self.options
        if data.flags.c_contiguous and all(result.flags.c_contiguous for result in results):
            return
        options.strides = self.keep("q", data.strides)
        options.result_strides = self.keep("q", [self.keep("q", result.strides) for result in results])

    def run(self, out=None):
        """The results, as numpy arrays."""
        data, types = self.data, self.result_types()
        if out is None:
            results = [np.empty_like(data, dtype, "K", False) for dtype in types]
        else:
            results = self.results_in(out, types)
        self.set_strides(results)
        extent = self.keep("q", data.shape)
        places = self.keep("q", [_address(result) for result in results])
        error = _library.Error()
        if _array(self.kind.number, data.ndim, extent, _address(data), places, self.options, error):
            raise_error(error, UsageError)
        return results
