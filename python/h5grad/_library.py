# SPDX-License-Identifier: BSD-3-Clause
"""The library libh5grad: found, loaded, checked, and declared as h5grad.h has it.

Members of structs have the names and the order of the header.
"""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_int, c_size_t, c_uint, c_uint64, c_void_p

SONAME = "libh5grad.so.1"
VERSION = "0.1.0"  # of the library that this package belongs to; older ones lack what it calls

OK, FAILED, USAGE, CANCELLED, NO_MEMORY, RESUMABLE = range(6)


class Error(ctypes.Structure):
    _fields_ = [("status", c_int), ("message", ctypes.c_char * 2048)]


class Message(ctypes.Structure):
    _fields_ = [("level", c_int), ("text", c_char_p)]


class Progress(ctypes.Structure):
    _fields_ = [("bytes_done", c_uint64), ("bytes_total", c_uint64), ("field", c_char_p),
                ("work_done", c_uint64), ("work_total", c_uint64)]


class Hdf5Lock(ctypes.Structure):
    _fields_ = [("lock", c_void_p), ("unlock", c_void_p), ("user", c_void_p)]


PROGRESS = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Progress))
MESSAGE = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Message))
TEXTS = POINTER(c_char_p)


class Options(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("datasets", TEXTS), ("n_datasets", c_size_t),
        ("dims", TEXTS), ("n_dims", c_size_t),
        ("spacings", TEXTS), ("n_spacings", c_size_t),
        ("coords", TEXTS), ("n_coords", c_size_t),
        ("edge_order", c_int),
        ("dtype", c_char_p),
        ("name", c_char_p),
        ("layout", c_char_p),
        ("filter", c_char_p),
        ("threads", c_int),
        ("memory", c_uint64),
        ("overwrite", c_int),
        ("sync", c_int),
        ("command", c_char_p),
        ("no_unpack", c_int),
        ("edges", c_char_p),
        ("no_history", c_int),
        ("xdmf", c_int),
        ("checkpoint", c_int),
        ("resume", c_int),
        ("follow_external", c_int),
        ("allow_plugins", c_int),
        ("allow_missing_sources", c_int),
        ("user", c_void_p),
        ("progress", PROGRESS),
        ("cancelled", c_void_p),
        ("message", MESSAGE),
        ("temporary", c_void_p),
        ("boundaries", TEXTS), ("n_boundaries", c_size_t),
        ("periods", TEXTS), ("n_periods", c_size_t),
        ("accuracies", TEXTS), ("n_accuracies", c_size_t),
        ("computes", TEXTS), ("n_computes", c_size_t),
        ("vectors", TEXTS), ("n_vectors", c_size_t),
        ("subsets", TEXTS), ("n_subsets", c_size_t),
        ("missing", c_char_p),
        ("sphere", c_char_p),
        ("time_unit", c_char_p),
        ("strict", c_int),
        ("ranks", ctypes.c_void_p),
        ("update", c_int),
        ("skip_results", c_int),
        ("alone", c_int),
        ("split", c_int),
        ("swmr", c_int),
    ]


class ArrayOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("dims", c_void_p), ("n_dims", c_size_t),
        ("spacing", c_void_p),
        ("coordinates", c_void_p),
        ("edge_order", c_int),
        ("components", c_int),
        ("threads", c_int),
        ("user", c_void_p),
        ("progress", c_void_p),
        ("cancelled", c_void_p),
        ("strides", c_void_p),
        ("result_strides", c_void_p),
        ("boundary", c_void_p),
        ("boundary_value", c_void_p),
        ("period", c_void_p),
        ("accuracy", c_void_p),
        ("missing", c_int),
        ("computes", c_uint),
        ("double_results", c_int),
    ]


class Axis(ctypes.Structure):
    _fields_ = [
        ("extent", c_uint64),
        ("name", c_char_p),
        ("unit", c_char_p),
        ("spacing", c_int),
        ("origin", c_int),
        ("source", c_char_p),
        ("coordinates", c_char_p),
        ("first", c_double), ("last", c_double),
        ("step", c_double),
        ("uniform", c_int),
        ("differentiated", c_int),
        ("left_out", c_char_p),
        ("tile", c_uint64),
        ("boundary", c_char_p * 2),
        ("period", c_double),
        ("period_source", c_char_p),
        ("accuracy", c_uint),
        ("round", c_int),
        ("subset_start", c_uint64),
        ("subset_count", c_uint64),
        ("subset_step", c_uint64),
        ("suggestion", c_char_p),
    ]


class Result(ctypes.Structure):
    _fields_ = [("path", c_char_p), ("kind", c_int), ("axis", c_int)]


class Field(ctypes.Structure):
    _fields_ = [
        ("path", c_char_p),
        ("skipped", c_char_p),
        ("type", c_char_p),
        ("layout", c_int),
        ("layout_text", c_char_p),
        ("values", c_char_p),
        ("note", c_char_p),
        ("rank", c_uint),
        ("axes", POINTER(POINTER(Axis))),
        ("n_results", c_size_t),
        ("results", POINTER(POINTER(Result))),
        ("missing", c_char_p),
        ("result_type", c_char_p),
        ("result_layout", c_int),
        ("result_layout_text", c_char_p),
        ("read_method", c_char_p),
        ("write_method", c_char_p),
        ("threads", c_int),
        ("tiles", c_uint64),
        ("bytes_read", c_uint64),
        ("bytes_decoded_again", c_uint64),
        ("bytes_written", c_uint64),
        ("peak_memory", c_uint64),
        ("n_components", c_size_t),
        ("components", TEXTS),
        ("vector", c_char_p),
    ]


class Report(ctypes.Structure):
    _fields_ = [
        ("n_fields", c_size_t),
        ("fields", POINTER(POINTER(Field))),
        ("memory_cap", c_uint64),
        ("seconds", c_double),
        ("left", c_int),
    ]


def _places():
    """Where the library may be, first that counts: a name without folder is searched by the loader."""
    named = os.environ.get("H5GRAD_LIBRARY")
    if named:
        return [named]
    here = os.path.dirname(os.path.abspath(__file__))
    prefix = os.path.normpath(os.path.join(here, *[os.pardir] * 4))
    beside = [os.path.join(folder, SONAME)
              for folder in (here, os.path.join(prefix, "lib"), os.path.join(prefix, "lib64"))]
    return [path for path in beside if os.path.exists(path)] + [SONAME]


def _load():
    reasons = []
    for place in _places():
        try:
            return ctypes.CDLL(place), place
        except OSError as error:
            reasons.append(str(error))
    raise ImportError(
        f"h5grad needs {SONAME}, version {VERSION} or later: {'; '.join(reasons)}; "
        "install the library (Debian: libh5grad1), or set H5GRAD_LIBRARY to its path")


def _number(version):
    return tuple(int(part) for part in version.split("."))


def _declare(library):
    files = [c_char_p, c_char_p, POINTER(Options), POINTER(POINTER(Report)), POINTER(Error)]
    array = [c_int, c_uint, c_void_p, c_void_p, c_void_p, POINTER(ArrayOptions), POINTER(Error)]
    for name, arguments, result in (
            ("h5grad_version", [], c_char_p), ("h5grad_run", files, c_int),
            ("h5grad_plan", files, c_int), ("h5grad_list", files[1:], c_int),
            ("h5grad_can_resume", [c_char_p], c_int),
            ("h5grad_report_free", [POINTER(Report)], None), ("h5grad_array", array, c_int),
            ("h5grad_set_hdf5_lock", [POINTER(Hdf5Lock)], None),
            ("h5grad_attribute_holds", [c_char_p, c_char_p], c_int),
            ("h5grad_unit", [c_char_p, c_char_p, c_int, c_char_p, c_size_t], c_size_t)):
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result


def _open():
    library, place = _load()
    try:
        _declare(library)
        found = library.h5grad_version().decode().split("\n")[0].split()[-1]
    except AttributeError as error:
        raise ImportError(f"{place}: not a libh5grad of version {VERSION} or later: {error}") from None
    if _number(found) < _number(VERSION):
        raise ImportError(f"{place}: version {found}: h5grad needs {VERSION} or later")
    return library, found


library, version = _open()
