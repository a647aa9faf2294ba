#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Gradients of arrays and tensors: types, options, errors, what is shared and what is not."""

import multiprocessing
import threading
import unittest

import numpy as np

import h5grad

try:
    import torch
except ImportError:
    torch = None

AxisError = getattr(np, "exceptions", np).AxisError


def same(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


class Types(unittest.TestCase):
    def test_results(self):
        for dtype, result in (("f4", "f4"), ("f8", "f8"), ("f2", "f2"), ("i1", "f4"), ("u1", "f4"), ("i2", "f4"),
                              ("u2", "f4"), ("i4", "f8"), ("u4", "f8"), ("i8", "f8"), ("u8", "f8"), ("c8", "c8"),
                              ("c16", "c16"), (">f4", "f4"), (">i2", "f4"), ("g", "f8"), ("G", "c16")):
            found = h5grad.gradient(np.array([1, 4, 9], dtype))[0]
            self.assertEqual((found.dtype, found.tolist()), (np.dtype(result), [3, 4, 5]), dtype)
            wide = h5grad.gradient(np.array([1, 4, 9], dtype), dtype="c16" if result[0] == "c" else "f8")[0]
            self.assertEqual(wide.dtype.itemsize, 16 if result[0] == "c" else 8)

    def test_integers_do_not_wrap(self):
        self.assertEqual(h5grad.gradient(np.array([200, 100, 0], "u1"))[0].tolist(), [-100, -100, -100])
        big = np.array([-2**63, 0, 2**63 - 1], "i8")
        self.assertEqual(h5grad.gradient(big)[0].tolist(), [2.0**63] * 3)

    def test_refused(self):
        for value in (np.array([True, False]), np.array(["a", "b"]), np.array([None, 1]), np.array([1, 2], "M8[s]"),
                      np.ma.array([1.0, 2.0])):
            self.assertRaises(TypeError, h5grad.gradient, value)

    def test_lists(self):
        self.assertEqual(h5grad.gradient([[1, 2], [3, 5]])[1].tolist(), [[1, 1], [2, 2]])

    def test_unaligned(self):
        record = np.zeros(5, [("a", "i1"), ("x", "f8")])
        record["x"] = np.arange(5) ** 2
        self.assertEqual(h5grad.gradient(record["x"])[0].tolist(), [1, 2, 4, 6, 7])

    def test_other_owner(self):
        class Owner:
            def __init__(self, array):
                self.array = array

            def __dlpack__(self, **options):
                return self.array.__dlpack__(**options)

            def __dlpack_device__(self):
                return self.array.__dlpack_device__()

        self.assertEqual(h5grad.gradient(Owner(np.array([1.0, 4, 9])))[0].tolist(), [3, 4, 5])


class Options(unittest.TestCase):
    f = np.array([1.0, 2, 4, 8, 16, 3])

    def derive(self, **options):
        return h5grad.gradient(self.f, **options)[0].tolist()

    def test_boundaries(self):
        self.assertEqual(self.derive(boundary="periodic"), [-0.5, 1.5, 3, 6, -2.5, -7.5])
        self.assertEqual(self.derive(boundary={0: "extend:one-sided"}), [0.5, 1.5, 3, 6, -2.5, -13])
        self.assertEqual(self.derive(boundary={-1: "value=0"}), [1, 1.5, 3, 6, -2.5, -8])
        self.assertEqual(self.derive(boundary="mirror"), [0, 1.5, 3, 6, -2.5, 0])
        uneven = self.derive(period=8, spacing=[np.arange(6.0)])
        self.assertAlmostEqual(uneven[0], 0.5833333333)
        self.assertEqual(self.derive(period={0: 6.0}), [-0.5, 1.5, 3, 6, -2.5, -7.5])
        for wrong in ("round", "value", "nan:nan:nan", "nan=1", "periodic:nan"):
            self.assertRaises(h5grad.UsageError, self.derive, boundary=wrong)

    def test_axes_of_mappings(self):
        f = np.random.default_rng(1).random((6, 7))
        down, right = h5grad.gradient(f, boundary={1: "periodic"}, accuracy={0: 4})
        self.assertTrue(same(down, h5grad.gradient(f, dim=0, accuracy=4)[0]))
        self.assertTrue(same(right, h5grad.gradient(f, dim=1, boundary="periodic")[0]))
        self.assertRaises(IndexError, h5grad.gradient, f, boundary={2: "nan"})

    def test_missing(self):
        f = np.array([1, np.nan, 3, 4, 6])
        np.testing.assert_equal(h5grad.gradient(f, missing="edge")[0], [np.nan, np.nan, 1, 1.5, 2])
        self.assertRaises(ValueError, h5grad.gradient, f, missing="none")

    def test_computes(self):
        f = np.random.default_rng(2).random((5, 6, 7)).astype("c8")
        found = h5grad.gradient(f, compute=("magnitude", "gradient", "second", "laplacian"))
        self.assertEqual([a.dtype.char for a in found], ["F"] * 7 + ["f"])
        self.assertTrue(all(same(a, b) for a, b in zip(found[:3], h5grad.gradient(f))))
        wanted = np.sqrt(sum(abs(g.astype("c16")) ** 2 for g in found[:3]))
        np.testing.assert_allclose(found[-1], wanted, rtol=1e-5)
        self.assertEqual(h5grad.gradient(f, compute="magnitude", dtype="c16")[0].dtype.char, "d")
        self.assertRaises(ValueError, h5grad.gradient, f, compute="curl")

    def test_spacing(self):
        f = np.arange(12.0).reshape(3, 4) ** 2
        x = np.array([0.0, 1, 4, 9])
        wanted = np.gradient(f, 2.0, x)
        for spacing in ([2, x], (np.float32(2), x.tolist()), [np.array(2.0), x.astype("i8")]):
            self.assertTrue(all(same(a, b) for a, b in zip(h5grad.gradient(f, spacing=spacing), wanted)))
        self.assertTrue(same(h5grad.gradient(f, spacing=x, dim=1)[0], wanted[1]))
        self.assertTrue(same(h5grad.gradient(f, spacing=[x, 2], dim=[-1, 0])[0], wanted[1]))
        self.assertTrue(all(map(same, h5grad.gradient(f, spacing=None), np.gradient(f))))
        for imaginary in (1j, np.complex64(1j), [1j, 1], [np.array(1j), 1]):
            self.assertRaises(TypeError, h5grad.gradient, f, spacing=imaginary)

    def test_threads(self):
        f = np.random.default_rng(3).random((400, 500))
        one = h5grad.gradient(f, threads=1)
        self.assertTrue(all(same(a, b) for a, b in zip(one, h5grad.gradient(f, threads=3))))
        self.assertRaises(ValueError, h5grad.gradient, f, threads=-1)


class Errors(unittest.TestCase):
    def test_as_torch(self):
        f = np.arange(9.0).reshape(3, 3)
        for error, options in ((RuntimeError, {"spacing": [0.1], "dim": (1, 0)}), (RuntimeError, {"edge_order": 3}),
                               (RuntimeError, {"dim": (1, 1)}), (RuntimeError, {"dim": (0, -2)}),
                               (RuntimeError, {"spacing": [1, 2, 3]}), (IndexError, {"dim": 3}),
                               (IndexError, {"dim": -3}), (RuntimeError, {"spacing": [np.arange(4), 1]}),
                               (RuntimeError, {"spacing": 0}), (ValueError, {"spacing": np.nan}),
                               (ValueError, {"spacing": [[0, 1, 1], 1]}), (ValueError, {"spacing": [[0, 2, 1], 1]}),
                               (ValueError, {"dim": ()}), (TypeError, {"dim": 1.5}), (TypeError, {"out": f})):
            self.assertRaises(error, h5grad.gradient, f, **options)
        self.assertRaises(RuntimeError, h5grad.gradient, f[:1])
        self.assertRaises(RuntimeError, h5grad.gradient, f[:2], edge_order=2)
        self.assertRaises(ValueError, h5grad.gradient, 1.0)

    def test_as_numpy(self):
        f = np.arange(25.0).reshape(5, 5)
        x = np.cumsum(np.ones(5))
        for arguments, options in (((x, np.ones(2)), {}), ((x,), {}), ((x, x), {"axis": 1}), ((1, 1, 1), {}),
                                   ((np.ones((5, 2)), 1), {}), ((), {"axis": 2}), ((), {"axis": (0, 0)}),
                                   ((), {"edge_order": 3})):
            with self.assertRaises(Exception) as ours:
                h5grad.numpy_gradient(f, *arguments, **options)
            with self.assertRaises(Exception) as theirs:
                np.gradient(f, *arguments, **options)
            self.assertIsInstance(ours.exception, type(theirs.exception))
            self.assertEqual(str(ours.exception)[:20], str(theirs.exception)[:20])
        self.assertRaises(ValueError, h5grad.numpy_gradient, f, 0.0)


class Out(unittest.TestCase):
    f = np.random.default_rng(4).random((8, 9)).astype("f4")

    def test_places(self):
        vector = np.zeros((8, 9, 2), "f4")
        fortran = np.zeros((8, 9), "f4", order="F")
        found = h5grad.gradient(self.f, out=[vector[..., 0], fortran])
        self.assertIs(found[1], fortran)
        wanted = h5grad.gradient(self.f)
        self.assertTrue(same(np.ascontiguousarray(vector[..., 0]), wanted[0]) and same(fortran.copy("C"), wanted[1]))
        self.assertEqual(vector[..., 1].any(), False)

    def test_refused(self):
        place = np.zeros((8, 9), "f4")
        fixed = place.copy()
        fixed.flags.writeable = False
        for out in ([place], [place, place], [place, place[::-1]], [place, self.f], [place, place.astype("f8")],
                    [place, np.zeros((9, 8), "f4")], [place, fixed], [place, np.broadcast_to(place[0], (8, 9))]):
            self.assertRaises(ValueError, h5grad.gradient, self.f, out=out)
        self.assertRaises(TypeError, h5grad.gradient, self.f, out=[place, [[0.0] * 9] * 8])


@unittest.skipIf(torch is None, "no torch")
class Tensors(unittest.TestCase):
    def test_kinds(self):
        t = torch.arange(24.0).reshape(4, 6) ** 2
        for view in (t, t.T, t[::2, 1:], t[:1].expand(4, 6), t.to(torch.complex64), t.half(), t.double()):
            for found, wanted in zip(h5grad.gradient(view), torch.gradient(view)):
                self.assertIsInstance(found, torch.Tensor)
                self.assertTrue(torch.equal(found, wanted) and found.dtype == wanted.dtype, view.dtype)
        self.assertEqual(h5grad.gradient(t.to(torch.bfloat16))[0].dtype, torch.float32)
        conjugate = (t + 2j * t).conj()
        self.assertTrue(torch.equal(h5grad.gradient(conjugate)[0], torch.gradient(conjugate)[0]))

    def test_spacing(self):
        t = torch.rand(5, 6)
        x = [torch.tensor([0.0, 1, 3, 6, 7]), torch.tensor([0.0, 1, 2, 4, 8, 16])]
        for found, wanted in zip(h5grad.gradient(t, spacing=x), torch.gradient(t, spacing=x)):
            torch.testing.assert_close(found, wanted)
        self.assertTrue(torch.equal(h5grad.gradient(t, spacing=torch.tensor(2.0))[0], torch.gradient(t, spacing=2.0)[0]))

    def test_out(self):
        t = torch.rand(5, 6)
        out = [torch.empty(6, 5).T, torch.empty(5, 6)]
        h5grad.gradient(t, out=out)
        self.assertTrue(all(map(torch.equal, out, torch.gradient(t))))
        self.assertRaises(RuntimeError, h5grad.gradient, t, out=[t, out[1]])

    def test_refused(self):
        t = torch.rand(5, requires_grad=True)
        self.assertRaisesRegex(RuntimeError, "requires grad", h5grad.gradient, t)
        with torch.no_grad():
            h5grad.gradient(t)
        self.assertRaises(TypeError, h5grad.gradient, torch.eye(3).to_sparse())
        self.assertRaises(TypeError, h5grad.gradient, torch.tensor([True, False]))
        self.assertRaises(TypeError, h5grad.gradient, torch.empty(5, device="meta"))


class Numpy(unittest.TestCase):
    def test_handed_on(self):
        for f in (np.arange(5, dtype="m8[s]"), np.ma.array([1.0, 2, 4]), np.arange(4, dtype="g"),
                  np.array([1, 2, 4], object), np.matrix([[1.0, 2], [3, 5]])):
            ours, theirs = h5grad.numpy_gradient(f), np.gradient(f)
            self.assertEqual(type(ours), type(theirs))
            self.assertTrue(np.all(np.asarray(ours) == np.asarray(theirs)))
        self.assertEqual(h5grad.numpy_gradient(np.array(3.0)), np.gradient(np.array(3.0)))
        f = np.arange(3, dtype="c8")
        self.assertEqual(h5grad.numpy_gradient(f, 2j).tolist(), np.gradient(f, 2j).tolist())

    def test_types(self):
        for dtype in "bBhHiIlLefdFD":
            f = (np.arange(12).reshape(3, 4) ** 2).astype(dtype)
            for ours, theirs in zip(h5grad.numpy_gradient(f), np.gradient(f)):
                self.assertTrue(same(ours, theirs), dtype)


def derive_in_child(seed):
    return float(h5grad.gradient(np.random.default_rng(seed).random((300, 400)))[0].sum())


class Process(unittest.TestCase):
    def test_forked_children(self):
        wanted = [derive_in_child(seed) for seed in range(4)]
        h5grad.gradient(np.ones((500, 600)), threads=4)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            self.assertEqual(pool.map_async(derive_in_child, range(4)).get(60), wanted)

    def test_threads_of_python(self):
        f = np.random.default_rng(5).random((200, 300))
        wanted, found = h5grad.gradient(f), []
        threads = [threading.Thread(target=lambda: found.append(h5grad.gradient(f))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(all(same(a, b) for results in found for a, b in zip(results, wanted)))
        self.assertEqual(len(found), 8)


unittest.main()
