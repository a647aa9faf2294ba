#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the module declares of the library is what h5grad.h does; its examples hold."""

import doctest
import os
import re
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy as np

import h5grad
from h5grad import _files, _gradient, _library, _report

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def header():
    with open(os.path.join(SOURCES, "src", "h5grad.h"), encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    return re.sub(r"^\s*#.*?(?<!\\)$", "", text, flags=re.M | re.S)


def members_of(struct):
    """The names of its members, in order."""
    body = re.search(r"struct %s \{(.*?)\n\};" % struct, header(), re.S).group(1)
    names = []
    for line in body.split(";"):
        line = re.sub(r"\)\s*\(.*", ")", " ".join(line.split()))
        if line:
            names += re.findall(r"(\w+)(?:\[\d+\])?\)?(?=,|$)", line)
    return names


def words_of(enum, prefix):
    body = re.search(r"enum %s \{(.*?)\}" % enum, header(), re.S).group(1)
    return [word.lower().replace("_", "-") for word in re.findall(prefix + r"(\w+)", body)]


class Declarations(unittest.TestCase):
    def test_structs(self):
        for struct, ours in (("h5grad_options", _library.Options), ("h5grad_array_options", _library.ArrayOptions),
                             ("h5grad_error", _library.Error), ("h5grad_message", _library.Message),
                             ("h5grad_progress", _library.Progress), ("h5grad_axis", _library.Axis),
                             ("h5grad_result", _library.Result), ("h5grad_field", _library.Field),
                             ("h5grad_report", _library.Report), ("h5grad_hdf5_lock", _library.Hdf5Lock)):
            self.assertEqual([name for name, *_ in ours._fields_], members_of(struct), struct)

    def test_reports(self):
        """What reports are made of has all that the structs have, but for counts of lists."""
        for struct, ours in ((_library.Axis, _report.Axis), (_library.Result, _report.Result),
                             (_library.Field, _report.Field), (_library.Report, _report.Report)):
            self.assertEqual({name for name, *_ in struct._fields_} - {"rank", "n_results", "n_components", "n_fields"},
                             set(ours.__dataclass_fields__))

    def test_functions(self):
        for name in re.findall(r"H5GRAD_API[^;(]*?(h5grad_\w+)\(", header()):
            if not name.startswith("h5grad_ranks_"):  # runs of several processes are the program's
                self.assertIsNotNone(getattr(_library.library, name).argtypes, name)

    def test_enums(self):
        for enum, prefix, ours in (("h5grad_spacing", "H5GRAD_SPACING_", _report.SPACINGS),
                                   ("h5grad_origin", "H5GRAD_FROM_", _report.ORIGINS),
                                   ("h5grad_left", "H5GRAD_LEFT_", _report.LEFT),
                                   ("h5grad_layout", "H5GRAD_", _report.LAYOUTS),
                                   ("h5grad_result_kind", "H5GRAD_RESULT_", _report.KINDS),
                                   ("h5grad_boundary", "H5GRAD_BOUNDARY_", _gradient.BOUNDARIES),
                                   ("h5grad_missing", "H5GRAD_MISSING_", _gradient.MISSING)):
            self.assertEqual([*ours], words_of(enum, prefix))

    def test_sizes(self):
        """A struct that the library does not know the size of is refused, one that it knows is taken."""
        self.assertEqual(h5grad.gradient(np.arange(3.0), dtype="f8")[0].tolist(), [1, 1, 1])

    def test_version(self):
        with open(os.path.join(SOURCES, "src", "h5grad.h"), encoding="utf-8") as file:
            self.assertIn(f'#define H5GRAD_VERSION       "{_library.VERSION}"', file.read())
        self.assertEqual(h5grad.__version__, _library.VERSION)

    def test_options(self):
        """The keyword arguments are the options of the program, and one that it takes for several inputs."""
        program = os.environ.get("PRINT_OPTIONS")
        if not program:
            self.skipTest("no PRINT_OPTIONS")
        rows = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
        names = {name.replace("-", "_") for row in rows for name in re.findall(r"(?:^|\t)([a-z][a-z-]{3,}|dim)\t", row)[:1]}
        self.assertEqual(_files.NAMES - names, {"skip_results"})
        self.assertEqual(names - _files.NAMES - {"dry_run", "list", "json", "progress", "quiet", "verbose", "help",
                                                 "version"}, set())

    def test_wrong_libraries(self):
        for library, message in (("/nowhere/libh5grad.so.1", "cannot open"), ("libc.so.6", "libc.so.6: not a libh5grad")):
            done = subprocess.run([sys.executable, "-c", "import h5grad"], capture_output=True, text=True,
                                  env={**os.environ, "H5GRAD_LIBRARY": library})
            self.assertIn("ImportError", done.stderr)
            self.assertIn(message, done.stderr)

    def test_pydoc(self):
        done = subprocess.run([sys.executable, "-m", "pydoc", "h5grad"], capture_output=True, text=True, check=True)
        for name in h5grad.__all__[:-1]:
            self.assertIn(name, done.stdout)
            self.assertTrue(getattr(h5grad, name).__doc__, name)


class Examples(unittest.TestCase):
    def test_them(self):
        try:
            import h5py
        except ImportError:
            self.skipTest("no h5py")
        here = os.getcwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                with h5py.File("in.h5", "w") as file:
                    file["u"] = np.zeros((4, 5, 6), "f4")
                    for axis, name in enumerate("zyx"):
                        file[name] = np.arange(file["u"].shape[axis])
                        file[name].attrs["units"] = "m"
                        file[name].make_scale(name)
                        file["u"].dims[axis].attach_scale(file[name])
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    found = doctest.testmod(h5grad)
                self.assertGreater(found.attempted, 10)
                self.assertEqual(found.failed, 0)
            finally:
                os.chdir(here)


unittest.main()
