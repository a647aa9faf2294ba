# SPDX-License-Identifier: BSD-3-Clause
"""The libhdf5 that the library calls, and that of h5py, which may be the same one.

The same: on Debian and conda. Then whoever calls it must hold one lock, which for h5py is its own,
phil: the library is told to take it, too. Also where libhdf5 is thread-safe, since the library keeps
it from loading plugins meanwhile. Another: in wheels of h5py, which bring their own; the two know
nothing of each other, and need no common lock.
"""

import ctypes
import sys
import threading

from . import _library
from ._errors import Error

_LOCK = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_guard = threading.Lock()
_kept = []  # what the library has pointers to


def _address(library, name):
    try:
        return ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    except AttributeError:
        return None


def is_shared_with_h5py():
    """Whether h5py is imported and calls the same libhdf5 as the library."""
    h5py = sys.modules.get("h5py")
    if h5py is None:
        return False
    theirs = _address(ctypes.CDLL(h5py.defs.__file__), "H5open")
    return theirs is not None and theirs == _address(_library.library, "H5open")


def prepare():
    """To be called before the library calls libhdf5: has it take the lock of h5py where that matters."""
    with _guard:
        if not _kept and is_shared_with_h5py():
            phil = sys.modules["h5py"]._objects.phil
            take = _LOCK(lambda user: phil.acquire() and None)
            give = _LOCK(lambda user: phil.release())
            lock = _library.Hdf5Lock(ctypes.cast(take, ctypes.c_void_p),
                                     ctypes.cast(give, ctypes.c_void_p), None)
            _kept.extend((phil, take, give, lock))
            _library.library.h5grad_set_hdf5_lock(lock)
    if _kept and _kept[0]._is_owned():
        raise Error("h5grad cannot be called while h5py's lock is held, as in functions that visititems "
                    "calls: collect names there, and call it after that")
