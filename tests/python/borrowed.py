#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The tests of gradients that numpy and xarray install, and torch's where H5GRAD_TORCH_TESTS names its
test_torch.py, on h5grad in the place of their functions. Prints a line for each; one that fails
makes the exit status 1. What is changed in them is listed here, with the reason."""

import ast
import os
import sys
import textwrap
import traceback
import types
import unittest

import numpy as np

import h5grad

failures = []


def report(name, call):
    try:
        call()
    except unittest.SkipTest as skipped:
        print(f"skipped {name}: {skipped}")
    except Exception as error:
        traceback.print_exc()
        print(f"FAILED  {name}: {type(error).__name__}: {str(error).strip().splitlines()[:1]}")
        failures.append(name)
    else:
        print(f"passed  {name}")


def cases(function):
    """The arguments of a test that pytest parametrizes, as keywords."""
    found = [{}]
    for mark in getattr(function, "pytestmark", []):
        if mark.name != "parametrize":
            continue
        names = [name.strip() for name in mark.args[0].split(",")]
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        found = [{**one, **dict(zip(names, row))} for one in found for row in rows]
    return found


def numpy_tests():
    try:
        from numpy.lib.tests import test_function_base as module
    except ImportError as error:
        print(f"skipped numpy: {error}")
        return
    module.gradient = h5grad.numpy_gradient
    module.np = types.SimpleNamespace(**{**vars(np), "gradient": h5grad.numpy_gradient})
    suite = module.TestGradient()
    for name in dir(suite):
        if name.startswith("test"):
            for arguments in cases(getattr(suite, name)):
                report(f"numpy {name} {arguments or ''}", lambda: getattr(suite, name)(**arguments))


def xarray_tests():
    try:
        import pytest  # noqa: F401
        import xarray
        from xarray.tests import test_dataset as module

        import h5grad.xarray
    except ImportError as error:
        print(f"skipped xarray: {error}")
        return
    for of in (xarray.DataArray, xarray.Dataset):
        of.differentiate = lambda self, *a, **k: self.h5grad.gradient(*a, **k)
    for name in ("test_differentiate", "test_differentiate_datetime", "test_differentiate_cftime"):
        for arguments in cases(getattr(module, name)):
            report(f"xarray {name} {arguments or ''}", lambda: getattr(module, name)(**arguments))


# Of torch's tests: what is given to gradient in another form, since h5grad refuses it, and why.
SORTED = "coordinates must be strictly monotonic, where torch and numpy make numbers without meaning"
REAL = "a spacing is real, since the axes of arrays are"
TORCH_CHANGES = (
    ("make_tensor((1,), device='cpu', dtype=dtype, low=1.).item()",
     "make_tensor((1,), device='cpu', dtype=real(dtype), low=1.).item()", REAL),
    ("make_tensor((len(shape),), device='cpu', dtype=dtype, low=1.).tolist()",
     "make_tensor((len(shape),), device='cpu', dtype=real(dtype), low=1.).tolist()", REAL),
    ("make_tensor((1,), device='cpu', dtype=torch.complex64).item()", "0.5", REAL),
    ("make_tensor((2,), device='cpu', dtype=torch.complex64).tolist()", "[0.5, 2.0]", REAL),
    ("make_tensor((4,), device=device, dtype=torch.complex64)", "ascending(4, torch.float32)", REAL),
    ("tensor_list.append(make_tensor((shape[i],), device=device, dtype=dtype))",
     "tensor_list.append(ascending(shape[i], dtype))", SORTED),
    ("coordinates_np = list(np.random.randn(large_size))",
     "coordinates_np = list(np.sort(np.random.randn(large_size)))", SORTED),
    ("make_tensor((4,), device=device, dtype=torch.float32)", "ascending(4, torch.float32)", SORTED),
    ("make_tensor((4,), device=device, dtype=torch.int64)", "ascending(4, torch.int64)", SORTED),
)


def torch_tests():
    path = os.environ.get("H5GRAD_TORCH_TESTS")
    if not path:
        print("skipped torch: H5GRAD_TORCH_TESTS names no test_torch.py")
        return
    import itertools

    import torch
    from torch.testing import make_tensor

    class TestCase(unittest.TestCase):
        def assertEqual(self, actual, expected, exact_dtype=True, equal_nan=True, **tolerance):
            tolerance = tolerance or {"rtol": 1.3e-6, "atol": 1e-5}  # torch's for float32
            pairs = zip(actual, expected) if isinstance(actual, (list, tuple)) else [(actual, expected)]
            for one, other in pairs:
                torch.testing.assert_close(one, torch.as_tensor(other), check_dtype=exact_dtype,
                                           equal_nan=True, **tolerance)

    def ascending(n, dtype):
        points = torch.cumsum(torch.randint(1, 9, (n,)), 0) - 9
        return points.to(real(dtype))

    def real(dtype):
        return torch.float32 if dtype.is_complex else dtype

    with open(path, encoding="utf-8") as file:
        text = file.read()
    for old, new, reason in TORCH_CHANGES:
        assert old in text, old
        text = text.replace(old, new)
        print(f"changed torch: {reason}: {new}")
    wanted = ("_wrap_to_list", "_inf_nan_preprocess", "test_gradient_")
    functions = [node for part in ast.walk(ast.parse(text)) if isinstance(part, ast.ClassDef)
                 for node in part.body
                 if isinstance(node, ast.FunctionDef) and node.name.startswith(wanted)]
    source = "class Borrowed(TestCase):\n" + "\n".join(
        textwrap.indent(ast.unparse(ast.FunctionDef(**{**vars(f), "decorator_list": []})), "    ")
        for f in functions)

    class Torch:
        def __getattr__(self, name):
            return h5grad.gradient if name == "gradient" else getattr(torch, name)

    space = {"torch": Torch(), "np": np, "TestCase": TestCase, "make_tensor": make_tensor,
             "product": itertools.product, "inf": np.inf, "nan": np.nan, "ascending": ascending,
             "real": real}
    exec(source, space)
    for function in functions:
        if not function.name.startswith("test"):
            continue
        test = space["Borrowed"](function.name)
        for dtype in (torch.long, torch.float32, torch.complex64):
            arguments = {"device": "cpu"}
            if any(argument.arg == "dtype" for argument in function.args.args):
                arguments["dtype"] = dtype
            elif dtype is not torch.float32:
                continue
            report(f"torch {function.name} {arguments}", lambda: getattr(test, function.name)(**arguments))


numpy_tests()
xarray_tests()
torch_tests()
print(f"{len(failures)} failed")
sys.exit(bool(failures))
