# SPDX-License-Identifier: BSD-3-Clause
"""numpy.gradient by the library."""

from collections.abc import Sequence
from typing import Any, Union

import numpy as np

from . import _arrays, _gradient

# The one of numpy, whatever stands in its place later: for values that the library has no type for.
_of_numpy = np.gradient


def numpy_gradient(f: Any, *varargs: Any, axis: Union[None, int, Sequence[int]] = None,
                   edge_order: int = 1) -> Any:
    """Estimate the gradient of an N-dimensional array, as numpy.gradient does.

    Parameters
    ----------
    f : array_like
        Samples. Integers, float16, float32, float64, complex64 and complex128 are done by the
        library; all else (times, objects, long double, masked arrays and other subclasses) is handed
        to numpy.
    varargs : numbers or 1-D arrays, optional
        The distance between samples: one number for all axes, or for each axis a number or the
        coordinates of its samples. Default: 1.
    axis : None, int or tuple of ints, optional
        The axes, negative ones from the end. Default: all.
    edge_order : 1 or 2
        The order of the one-sided differences at the ends.

    Returns
    -------
    ndarray, or list of ndarray (of numpy 2: tuple)
        One for each axis, of the shape of f, in the unit of f by that of varargs. Their type is
        numpy's: float64 of integers, else that of f.

    Raises
    ------
    ValueError, TypeError, IndexError
        As numpy.gradient does; ValueError also where numpy makes infinities or numbers without
        meaning: a distance that is 0 or not finite, coordinates that are not strictly monotonic.

    Examples
    --------
    >>> import numpy as np, h5grad
    >>> h5grad.numpy_gradient(np.array([1, 2, 4, 7, 11, 16]), 2.0)
    array([0.5 , 0.75, 1.25, 1.75, 2.25, 2.5 ])

    Notes
    -----
    The bits are those of numpy, but for an ulp where it rounds more often: at ends of even axes with
    edge_order 2, of float16, and of float32 with uneven coordinates.
    """
    f = np.asanyarray(f)
    if not _is_ours(f, varargs):
        return _of_numpy(f, *varargs, axis=axis, edge_order=edge_order)
    axes = _axes_of(axis, f.ndim)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    if edge_order < 1:
        raise ValueError("'edge_order' must be 1 or 2")
    steps, coordinates = _distances_of(varargs, axes, f.shape)
    for k in axes:
        if f.shape[k] < edge_order + 1:
            raise ValueError("Shape of array too small to calculate a numerical gradient, "
                             "at least (edge_order + 1) elements are required.")
    if not axes:
        return _all_of([])
    data, kind = _arrays.numbers_of(f)
    request = _gradient.Request(data, kind, axes, steps, coordinates)
    request.options.edge_order = edge_order
    request.options.double_results = request.wide = f.dtype.kind in "iu"
    return _all_of(request.run())


def _is_ours(f, varargs):
    """Whether the library has types for all of it."""
    if type(f) not in (np.ndarray, np.memmap) or f.ndim == 0 or f.dtype.newbyteorder("=") not in _arrays.KINDS:
        return False
    return all(entry.__class__ in (int, float) or np.asarray(entry).dtype.kind in "fiu" for entry in varargs)


def _axes_of(axis, rank):
    if axis is None:
        return list(range(rank))
    axes = _arrays.normalize_axes(axis, rank)
    if len(set(axes)) < len(axes):
        raise ValueError("repeated axis")
    return axes


def _distances_of(varargs, axes, shape):
    """The step, and the coordinates or None, of each axis; None for all: as np.gradient has them."""
    if not varargs:
        return None, None
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        return [float(varargs[0])] * len(axes), None
    if len(varargs) != len(axes):
        raise TypeError("invalid number of arguments")
    steps, coordinates = [1.0] * len(axes), [None] * len(axes)
    for k, entry in enumerate(varargs):
        rank = np.ndim(entry)
        if rank == 0:
            steps[k] = float(entry)
            continue
        if rank != 1:
            raise ValueError("distances must be either scalars or 1d")
        if len(entry) != shape[axes[k]]:
            raise ValueError("when 1d, distances must match the length of the corresponding dimension")
        coordinates[k] = np.ascontiguousarray(entry, dtype="f8")
    return steps, coordinates if any(x is not None for x in coordinates) else None


_all_type = list if int(np.__version__.split(".")[0]) < 2 else tuple


def _all_of(results):
    return results[0] if len(results) == 1 else _all_type(results)
