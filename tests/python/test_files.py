#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs from file to file: options, reports, callbacks, Ctrl-C, and h5py beside the library."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

import numpy as np

import h5grad

try:
    import h5py
except ImportError:
    print("skipped: no h5py", file=sys.stderr)
    sys.exit(77)

from h5grad import _files, _hdf5

U = np.random.default_rng(1).standard_normal((40, 50, 60)).astype("f4")


class Files(unittest.TestCase):
    def setUp(self):
        self.here, self.folder = os.getcwd(), tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)
        with h5py.File("in.h5", "w") as file:
            file.create_dataset("u", data=U, chunks=(10, 10, 10), compression=1)
            file["v"] = np.arange(5.0) ** 2
            file["x"] = np.arange(60.0) ** 1.5
            file["x"].attrs["units"] = "m"
            file["x"].make_scale("x")
            file["u"].dims[2].attach_scale(file["x"])
        warnings.simplefilter("ignore", h5grad.Warning)

    def tearDown(self):
        os.chdir(self.here)
        self.folder.cleanup()
        warnings.resetwarnings()

    def make_large(self):
        """What takes a second or so to compress."""
        with h5py.File("large.h5", "w") as file:
            data = np.random.default_rng(2).standard_normal((60, 200, 200))
            file.create_dataset("u", data=data, chunks=(20, 20, 20))

    def check_output(self, path="out.h5", name="u_grad_2"):
        wanted = h5grad.gradient(U, dim=2, spacing=[np.arange(60.0) ** 1.5])[0]
        with h5py.File(path) as file:
            self.assertEqual(file[name][()].tobytes(), wanted.tobytes())

    def test_report(self):
        report = h5grad.run("in.h5", "out.h5", dataset="/u", threads=2, memory="64M")
        self.check_output()
        field = report.fields[0]
        self.assertEqual((field.path, field.shape, field.type, field.layout), ("/u", U.shape, "float32", "chunked"))
        self.assertEqual([(r.path, r.kind, r.axis) for r in field.results],
                         [(f"/u_grad_{k}", "gradient", k) for k in range(3)])
        axis = field.axes[2]
        self.assertEqual((axis.name, axis.unit, axis.spacing, axis.origin), ("x", "m", "coordinates", "file"))
        self.assertEqual((axis.boundary, axis.last, report.memory_cap), (("one-sided",) * 2, 59**1.5, 64 << 20))
        self.assertGreater(report.seconds, 0)

    def test_options(self):
        plan = h5grad.plan("in.h5", "out.h5", dataset=["/u", "/v"], dim=[0], spacing=0.5, boundary={0: "periodic"},
                           accuracy=4, compute=["gradient", "second"], subset={"0": "1:4"}, dtype="float64",
                           layout="contiguous", no_history=True, time_unit=None)
        self.assertFalse(os.path.exists("out.h5"))
        axis = plan.fields[0].axes[0]
        self.assertEqual((axis.step, axis.accuracy, axis.subset_start, axis.subset_count), (0.5, 4, 1, 3))
        self.assertEqual((plan.fields[0].result_type, plan.fields[0].result_layout), ("float64", "contiguous"))
        self.assertEqual(len(plan.fields[1].results), 2)
        for wrong, error in (({"dataset": "/none"}, h5grad.Error), ({"edge_order": 3}, ValueError),
                             ({"memory": "1M"}, ValueError), ({"memory": "x"}, ValueError), ({"depth": 1}, TypeError),
                             ({"sphere": -1}, ValueError)):
            self.assertRaises(error, h5grad.plan, "in.h5", "out.h5", **wrong)
        self.assertRaises(h5grad.Error, h5grad.list, "none.h5")
        self.assertFalse(h5grad.can_resume("out.h5"))

    def test_messages(self):
        with self.assertWarnsRegex(h5grad.Warning, "/u: axis 0: no spacing found"):
            with self.assertLogs("h5grad", logging.DEBUG):
                h5grad.run("in.h5", "out.h5")
        with warnings.catch_warnings():
            warnings.simplefilter("error", h5grad.Warning)
            self.assertRaises(h5grad.Warning, h5grad.run, "in.h5", "new.h5")
        self.assertEqual([name for name in os.listdir() if "new" in name], [])

    def test_progress(self):
        seen = []

        class Bar:
            n, total = 0, None

            def update(self, more):
                self.n += more

        h5grad.run("in.h5", "out.h5", progress=lambda *event: seen.append((*event, threading.current_thread())))
        done, total, field, thread = seen[-1]
        self.assertEqual((done, total, thread), (total, U.nbytes * 3 + 5 * 8, threading.main_thread()))
        self.assertIn(field, ("/u", "/v"))
        bar = Bar()
        h5grad.run("in.h5", "bar.h5", progress=bar)
        self.assertEqual((bar.n, bar.total), (total, total))
        self.make_large()
        with self.assertRaises(ZeroDivisionError):
            h5grad.run("large.h5", "new.h5", filter="gzip=9", progress=lambda *event: 1 / 0)
        self.assertEqual([name for name in os.listdir() if "new" in name], [])

    def test_interrupt(self):
        self.make_large()
        # A job in the background of a shell ignores SIGINT.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))

        def interrupt(*event):
            if event[0] > 0:
                os.kill(os.getpid(), signal.SIGINT)

        self.assertRaises(KeyboardInterrupt, h5grad.run, "large.h5", "new.h5", filter="gzip=9", progress=interrupt)
        self.assertEqual([name for name in os.listdir() if "new" in name], [])
        self.assertEqual([t.name for t in threading.enumerate() if t.name == "h5grad"], [])
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            while time.monotonic() < start + 60:
                h5grad.run("large.h5", "new.h5", filter="gzip=9", checkpoint=True, overwrite=True)

    def test_resume(self):
        def stop(done, total, field):
            if done > 0:
                raise RuntimeError("enough")

        self.make_large()
        options = {"no_history": True, "filter": "gzip=9"}
        self.assertRaises(RuntimeError, h5grad.run, "large.h5", "out.h5", checkpoint=True, progress=stop, **options)
        self.assertTrue(h5grad.can_resume("out.h5"))
        h5grad.run("large.h5", "out.h5", resume=True, **options)
        h5grad.run("large.h5", "whole.h5", checkpoint=True, **options)
        with open("out.h5", "rb") as resumed, open("whole.h5", "rb") as whole:
            self.assertEqual(resumed.read() == whole.read(), True)

    def test_open_in_h5py(self):
        with h5py.File("in.h5", "r") as file:
            h5grad.run("in.h5", "out.h5", dataset="/u")
            self.assertEqual(file["u"][0, 0, 0], U[0, 0, 0])
            self.check_output()
        with h5py.File("in.h5", "r+") as file:
            file["w"] = np.arange(4.0) ** 2
            file.flush()
            self.assertIn("/w", [field.path for field in h5grad.list("in.h5").fields])
            h5grad.run("in.h5", "w.h5", dataset="/w")
            file["w"][0] = 5
        with h5py.File("w.h5") as file:
            self.assertEqual(file["w_grad_0"][()].tolist(), [1, 2, 4, 5])
        with h5py.File("in.h5") as file:
            self.assertEqual(file["w"][0], 5)

    def test_error_stack(self):
        """What h5py says of errors is what it was, and the library prints nothing."""
        code = ("import h5py, h5grad\n"
                "try: h5grad.list('none.h5')\n"
                "except h5grad.Error: pass\n"
                "try: h5py.File('none.h5')\n"
                "except OSError as error: print(error)\n")
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertIn("unable to open file", done.stdout.lower())
        self.assertEqual(done.stderr, "")

    def test_h5py_in_other_threads(self):
        stop, read, wrong = threading.Event(), [], []

        def use_h5py():
            while not stop.is_set():
                with h5py.File("in.h5") as file:
                    row = int(np.random.default_rng(len(read)).integers(40))
                    wrong.extend([1] * (file["u"][row].tobytes() != U[row].tobytes()))
                read.append(row)

        threads = [threading.Thread(target=use_h5py) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for number in range(3):
                h5grad.run("in.h5", f"out{number}.h5", dataset="/u", threads=3)
                self.check_output(f"out{number}.h5")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(wrong, [])
        self.assertGreater(len(read), 2)

    def test_held_lock(self):
        if not _hdf5.is_shared_with_h5py():
            self.skipTest("h5py has a libhdf5 of its own")
        with h5py.File("in.h5") as file:
            self.assertRaisesRegex(h5grad.Error, "lock", file.visititems, lambda name, item: h5grad.list("in.h5"))

    def test_dataset(self):
        with h5py.File("in.h5", "r+") as file:
            file["u"][0, 0, 0] = U[0, 0, 0]
            last, first = h5grad.gradient(file["u"], dim=(-1, 0), spacing=(file["x"][()], 0.5), out="out.h5")
            wanted = h5grad.gradient(U, dim=(-1, 0), spacing=(np.arange(60.0) ** 1.5, 0.5))
            self.assertEqual([d[()].tobytes() for d in (last, first)], [w.tobytes() for w in wanted])
            last.file.close()
            (found,) = h5grad.gradient(file["v"], out="v.h5", edge_order=2, dtype="f8")
            self.assertEqual(found[()].tolist(), [0, 2, 4, 6, 8])
            found.file.close()
            (found,) = h5grad.gradient(file["u"], dim=2, spacing="auto", out="auto.h5", boundary={2: "nan"})
            self.assertTrue(np.isnan(found[0, 0, 0]) and found[0, 0, 1] == wanted[0][0, 0, 1])
            found.file.close()
            self.assertRaises(ValueError, h5grad.gradient, file["u"])
            self.assertRaises(IndexError, h5grad.gradient, file["u"], dim=3, out="new.h5")
        self.assertFalse(os.path.exists("new.h5"))

    def test_names_of_any_bytes(self):
        name = b"bad \xff.h5"
        os.rename(b"in.h5", name)
        with h5py.File(name, "r+") as file:
            h5py.h5g.create(file.id, b"g\xff")
        self.assertIn("/u", [field.path for field in h5grad.list(name).fields])
        self.assertIn("/u", [field.path for field in h5grad.list(os.fsdecode(name)).fields])

    def test_sizes(self):
        self.assertEqual([_files._size(size) for size in (5, "5", "2K", "3m", "1G")],
                         [5, 5, 2048, 3 << 20, 1 << 30])


unittest.main()
