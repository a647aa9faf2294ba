# SPDX-License-Identifier: BSD-3-Clause
"""Gradients of arrays, tensors and HDF5 files: torch.gradient and numpy.gradient, by the library
libh5grad on all processors.

    gradient        of numpy arrays, torch tensors and h5py datasets, as torch.gradient has it
    numpy_gradient  as numpy.gradient has it
    run             from file to file, what the program h5grad does; larger than memory
    plan, list      what a run would do, and what a file says of its fields and axes

`import h5grad.xarray` gives DataArrays and Datasets of xarray the accessor h5grad:
da.h5grad.gradient("lat").

>>> import numpy as np, h5grad
>>> h5grad.gradient(np.array([0.0, 0.25, 1.0, 2.25]), spacing=0.5)
(array([0.5, 1. , 2. , 2.5]),)
"""

import sys as _sys

from ._errors import Cancelled, Error, UsageError, Warning
from ._files import can_resume, list, plan, run
from ._gradient import gradient
from ._library import version as __version__
from ._numpy import numpy_gradient
from ._report import Axis, Field, Report, Result

__all__ = ["gradient", "numpy_gradient", "run", "plan", "list", "can_resume", "Report", "Field", "Axis",
           "Result", "Error", "UsageError", "Cancelled", "Warning", "__version__"]

for _name in __all__[:-1]:
    globals()[_name].__module__ = __name__
del _name

if "xarray" in _sys.modules:
    from . import xarray as _xarray  # noqa: F401
