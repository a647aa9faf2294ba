# SPDX-License-Identifier: BSD-3-Clause
"""Arrays of callers as memory that the library reads and writes, and back as what callers use.

Everything is a numpy array inside: views of the caller's memory, never copies, but for what the
library has no type for (long double, the other byte order, values that are not aligned).
"""

import sys

import numpy as np

from ._errors import UsageError

AxisError = getattr(np, "exceptions", np).AxisError


class Kind:
    """How the library takes values of a type: the number of an enum h5grad_type, the values of a
    point, and the types of results: the one that follows from it, the wide one, and those of lengths."""

    __slots__ = ("number", "components", "result", "wide", "length", "wide_length")

    def __init__(self, number, result, components=1):
        wide = np.dtype("c16" if components == 2 else "f8")
        result = np.dtype(result)
        self.number, self.components, self.result, self.wide = number, components, result, wide
        self.length = np.dtype(f"f{result.itemsize // components}")
        self.wide_length = np.dtype("f8")


KINDS = {np.dtype(name): Kind(number, result) for name, number, result in (
    ("f4", 0, "f4"), ("f8", 1, "f8"), ("f2", 2, "f2"),
    ("i1", 4, "f4"), ("u1", 5, "f4"), ("i2", 6, "f4"), ("u2", 7, "f4"),
    ("i4", 8, "f8"), ("u4", 9, "f8"), ("i8", 10, "f8"), ("u8", 11, "f8"))}
KINDS[np.dtype("c8")] = Kind(0, "c8", 2)
KINDS[np.dtype("c16")] = Kind(1, "c16", 2)
BFLOAT16 = Kind(3, "f4")


def _convert(array):
    """A copy in a type of the library's."""
    dtype = array.dtype
    if not dtype.isnative and dtype.newbyteorder("=") in KINDS:
        return array.astype(dtype.newbyteorder("="))
    if dtype.kind in "fc":
        return array.astype("c16" if dtype.kind == "c" else "f8")
    raise TypeError(f"values of type {dtype}: they must be integers, floats or complex")


def numbers_of(array):
    """A numpy array as the library can read it, and its Kind."""
    kind = KINDS.get(array.dtype)
    if kind is None:
        array = _convert(array)
        kind = KINDS[array.dtype]
    if not array.flags.aligned:
        array = array.copy()
    return array, kind


def _tensor_view(tensor):
    """A torch tensor's memory as a numpy array, and its Kind."""
    torch = sys.modules["torch"]
    if tensor.device.type != "cpu" or tensor.layout is not torch.strided:
        raise TypeError(f"a tensor on {tensor.device}, {tensor.layout}: it must be a dense one in "
                        "memory (tensor.cpu(), tensor.to_dense())")
    if tensor.requires_grad and torch.is_grad_enabled():
        raise UsageError("the tensor requires grad, and derivatives of the result are not recorded: "
                         "give tensor.detach(), or call within torch.no_grad()")
    tensor = tensor.detach().resolve_conj().resolve_neg()
    if tensor.dtype is torch.bfloat16:
        return tensor.view(torch.int16).numpy(), BFLOAT16
    return numbers_of(tensor.numpy())


def _same(result):
    return result


def is_tensor(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def adopt(value):
    """The memory of what a caller gives, as a numpy array, its Kind, and the function that makes of a
    numpy array what the caller gets."""
    if type(value) is np.ndarray:
        array, kind = numbers_of(value)
        return array, kind, _same
    if is_tensor(value):
        array, kind = _tensor_view(value)
        return array, kind, sys.modules["torch"].from_numpy
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError("a masked array: give array.filled(nan), with missing='edge' for one-sided "
                        "differences beside what is missing")
    if not isinstance(value, np.ndarray) and hasattr(value, "__dlpack__"):
        value = np.from_dlpack(value)
    array, kind = numbers_of(np.asarray(value))
    return array, kind, _same


def result_view(result, shape, dtype):
    """The memory of an array of the caller's that takes a result."""
    view = result
    if is_tensor(result):
        view = result.detach().numpy()
    if not isinstance(view, np.ndarray):
        raise TypeError(f"out: {type(result).__name__} is not an array to write to")
    if view.shape != shape or view.dtype != dtype:
        raise UsageError(f"out: {view.dtype} of shape {view.shape}: must be {dtype} of shape {shape}")
    if not (view.flags.writeable and view.flags.aligned):
        raise UsageError("out: an array that cannot be written to")
    return view


def check_apart(data, results):
    """Raises UsageError if a result shares memory with data or with another one."""
    for k, result in enumerate(results):
        for other in (data, *results[:k]):
            if np.may_share_memory(result, other) and np.shares_memory(result, other):
                raise UsageError("out: results share memory with each other or with the input")


def normalize_axis(axis, rank):
    """An axis from the start. AxisError, which is a ValueError and an IndexError, if there is none."""
    if isinstance(axis, (bool, np.bool_)) or not hasattr(axis, "__index__"):
        raise TypeError(f"axis {axis!r}: must be an integer")
    number = axis.__index__()
    if not -rank <= number < rank:
        raise AxisError(number, rank)
    return number % rank


def normalize_axes(axes, rank):
    """A list of such axes, of one or of a tuple or list of them."""
    return [normalize_axis(axis, rank) for axis in (axes if isinstance(axes, (tuple, list)) else (axes,))]
