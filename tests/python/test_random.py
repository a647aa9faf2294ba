#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random arrays, of any type, strides and rank, some without points: the bits of gradient_reference,
and those of numpy and torch where these agree with it. H5GRAD_CASES in the environment is their number."""

import os
import sys
import warnings

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))

import gradient_reference as reference  # noqa: E402

import h5grad  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

# type of data: of the arithmetic and of results
TYPES = {"f4": ("f4", "f4"), "f8": ("f8", "f8"), "f2": ("f4", "f2"), "i1": ("f4", "f4"), "u1": ("f4", "f4"),
         "i2": ("f4", "f4"), "u2": ("f4", "f4"), "i4": ("f8", "f8"), "u4": ("f8", "f8"), "i8": ("f8", "f8"),
         "u8": ("f8", "f8"), "c8": ("f4", "f4"), "c16": ("f8", "f8")}


def random_values(rng, shape, name):
    dtype = np.dtype(name)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype, endpoint=True)
    values = rng.standard_normal(shape)
    if dtype.kind == "c":
        values = values + 1j * rng.standard_normal(shape)
    values = values.astype(dtype)
    if values.size and rng.random() < 0.3:
        values.reshape(-1)[rng.integers(values.size)] = rng.choice([np.nan, np.inf, -np.inf, -0.0, 1e-40])
    return values


def random_view(rng, name, shape):
    """An array of that shape, within a larger one, axes in any order, some backwards or repeated."""
    order = rng.permutation(len(shape))
    steps = rng.choice([1, 1, 1, 2, 3, -1, -2], len(shape))
    repeated = rng.random(len(shape)) < 0.07
    inner = [1 if repeated[k] else abs(steps[k]) * shape[k] + rng.integers(2) for k in order]
    base = random_values(rng, inner, name)
    view = base.transpose(np.argsort(order))
    slices = []
    for k, extent in enumerate(shape):
        if repeated[k]:
            slices.append(slice(None))
        else:
            slices.append(slice(None, None, steps[k]))
    view = view[tuple(slices)]
    view = view[tuple(slice(0, extent) for extent in shape)]
    return np.broadcast_to(view, shape)


def random_spacing(rng, extent):
    if rng.random() < 0.6:
        return float(rng.choice([1, 2, -0.5, 0.1, 1e-3]))
    x = np.cumsum(rng.integers(1, 5, extent) * 0.25) - 3
    return x[::-1].copy() if rng.random() < 0.3 else x


def parts_of(array):
    """Real, with an axis of the parts of a point behind."""
    array = np.ascontiguousarray(array)
    if array.dtype.kind != "c":
        return array[..., np.newaxis]
    return array.view(f"f{array.dtype.itemsize // 2}").reshape(*array.shape, 2)


def same(ours, theirs):
    return ours.dtype == theirs.dtype and ours.shape == theirs.shape and bool(
        reference.same_bits(parts_of(ours), parts_of(theirs)).all())


class Case:
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.name = str(rng.choice(list(TYPES)))
        self.edge_order = int(rng.integers(1, 3))
        rank = int(rng.integers(0, 7))
        shape = [int(n) for n in rng.integers(3, 9 if rank < 5 else 5, rank)]
        n_dims = int(rng.integers(1, rank + 1)) if rank else 0
        self.dims = [int(k) for k in rng.permutation(rank)[:n_dims]]
        for k in range(rank):
            if k not in self.dims and rng.random() < 0.1:
                shape[k] = int(rng.integers(0, 2))
        self.data = random_view(rng, self.name, tuple(shape))
        self.spacing = [random_spacing(rng, shape[k]) for k in self.dims]
        self.out = rng.random() < 0.3
        self.rng = rng

    def derive(self):
        out = None
        if self.out:
            dtype = h5grad._gradient._arrays.KINDS[self.data.dtype].result
            out = []
            for _ in self.dims:
                space = np.zeros([2 * n for n in self.data.shape], dtype)
                out.append(space[tuple(slice(None, None, int(s)) for s in self.rng.choice([2, -2], self.data.ndim))])
        dims = [k - self.data.ndim if self.rng.random() < 0.3 else k for k in self.dims]
        return h5grad.gradient(self.data, spacing=self.spacing, dim=dims, edge_order=self.edge_order, out=out,
                               threads=int(self.rng.integers(1, 4)))

    def check(self):
        if self.data.ndim == 0:
            try:
                h5grad.gradient(self.data)
            except ValueError:
                return "without axes"
            raise AssertionError("an array without axes was differentiated")
        arithmetic, result = TYPES[self.name]
        found = self.derive()
        for k, (ours, axis, spacing) in enumerate(zip(found, self.dims, self.spacing)):
            wanted = reference.reference_gradient(parts_of(self.data), axis, spacing, self.edge_order, arithmetic, result)
            assert reference.same_bits(parts_of(ours), wanted).all(), (k, ours, wanted)
            self.compare_others(ours, axis, spacing)
        return "compared"

    def compare_others(self, ours, axis, spacing):
        """numpy and torch have these bits with even spacing; numpy but for edge_order 2."""
        dtype = self.data.dtype
        even = reference.as_uniform(spacing) is not None
        of_numpy = h5grad.numpy_gradient(self.data, spacing, axis=axis, edge_order=self.edge_order)
        theirs = np.gradient(self.data, spacing, axis=axis, edge_order=self.edge_order)
        assert of_numpy.dtype == theirs.dtype, (of_numpy.dtype, theirs.dtype)
        if dtype.itemsize >= 4 and dtype.kind in "fiu" and even and self.edge_order == 1 or dtype == "f8":
            exact = even or dtype == "f8"
            inside = (slice(None),) * axis + (slice(1, -1),)
            if self.edge_order == 1 and exact:
                assert same(of_numpy, theirs)
            else:
                assert same(of_numpy[inside], theirs[inside])
        if torch is not None and dtype.kind in "f" and dtype != "f2" and np.ndim(spacing) == 0:
            tensor = torch.from_numpy(np.array(self.data, order="C"))
            theirs = torch.gradient(tensor, spacing=spacing, dim=axis, edge_order=self.edge_order)[0].numpy()
            assert same(ours, theirs)


def main():
    warnings.simplefilter("ignore", RuntimeWarning)
    counts = {}
    for seed in range(int(os.environ.get("H5GRAD_CASES", "1000"))):
        case = Case(seed)
        try:
            with np.errstate(all="ignore"):
                how = case.check()
        except Exception:
            print(f"seed {seed}: {case.name} {case.data.shape} {case.data.strides} dims {case.dims} "
                  f"spacing {case.spacing} edge order {case.edge_order}")
            raise
        counts[how] = counts.get(how, 0) + 1
    print(counts)


main()
