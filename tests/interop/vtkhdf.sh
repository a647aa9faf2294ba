#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Results of VTKHDF images in VTK's own reader: grids, names and points.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
export LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen
python=
for candidate in pvpython python3; do
    command -v "$candidate" >/dev/null &&
        "$candidate" -c 'import h5py, numpy; from vtkmodules.vtkIOHDF import vtkHDFReader' 2>/dev/null &&
        python=$candidate && break
done
if [ -z "$python" ]; then
    echo "$0: skipped: no VTK with h5py (Debian: python3-paraview or python3-vtk9, python3-h5py)" >&2
    exit 77
fi

cat >make.py <<'END'
import h5py
import numpy

POINTS = (9, 6, 4)  # z, y, x
random = numpy.random.default_rng(1)
with h5py.File("in.vtkhdf", "w") as file:
    group = file.create_group("VTKHDF")
    group.attrs["Version"] = numpy.array([1, 0], "i8")
    group.attrs.create("Type", numpy.bytes_("ImageData"))
    group.attrs["WholeExtent"] = numpy.array([0, 3, 0, 5, 0, 8], "i8")
    group.attrs["Origin"] = numpy.array([1.0, 2.0, 3.0])
    group.attrs["Spacing"] = numpy.array([0.5, 2.0, 0.25])
    group.attrs["Direction"] = numpy.eye(3).ravel()
    points = group.create_group("PointData")
    points.create_dataset("u", data=random.standard_normal(POINTS))
    points.create_dataset("w", data=random.standard_normal(POINTS + (3,)).astype("f4"))
END

cat >compare.py <<'END'
import sys

import numpy
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOHDF import vtkHDFReader

failures = checks = 0


def check(what, ok):
    global failures, checks
    checks += 1
    if not ok:
        failures += 1
        print("FAILED:", what)


def read(name):
    reader = vtkHDFReader()
    reader.SetFileName(name)
    reader.Update()
    return reader.GetOutputDataObject(0)


def array(image, name):
    data = image.GetPointData().GetArray(name)
    check(f"{name} is there", data is not None)
    if data is None:
        return None
    shape = tuple(reversed(image.GetDimensions()))
    return vtk_to_numpy(data).reshape(shape + ((3,) if data.GetNumberOfComponents() == 3 else ()))


source, result = read("in.vtkhdf"), read("out.vtkhdf")
for what in ("GetDimensions", "GetSpacing", "GetOrigin", "GetExtent"):
    check(what, getattr(source, what)() == getattr(result, what)())
for name in ("u", "w"):
    field = array(source, name)
    for axis, step in enumerate(reversed(source.GetSpacing())):
        got = array(result, f"{name}_grad_{axis}")
        wanted = numpy.gradient(field, step, axis=axis)
        check(f"{name}, axis {axis}", got is not None and got.dtype == field.dtype
              and numpy.array_equal(got, wanted))

# A vector's results: the curl is a vector, in the order of its source.
vector = read("vector.vtkhdf")
w = array(source, "w").astype("f8")
slope = [[numpy.gradient(w[..., c], source.GetSpacing()[d], axis=2 - d) for d in range(3)] for c in range(3)]
curl = array(vector, "w_curl")
check("curl has three components", curl is not None and curl.shape == w.shape and curl.dtype == "f4")
for d, (a, b) in enumerate(((1, 2), (2, 0), (0, 1))):
    check(f"curl {d}", numpy.array_equal(curl[..., d], (slope[b][a] - slope[a][b]).astype("f4")))
divergence = array(vector, "w_divergence")
check("divergence", numpy.array_equal(divergence, (slope[0][0] + slope[1][1] + slope[2][2]).astype("f4")))
print(f"{checks} comparisons, {failures} failed")
sys.exit(failures != 0 or checks != 26)
END

"$python" make.py || exit 99
"$H5GRAD" -q in.vtkhdf out.vtkhdf || exit 99
"$H5GRAD" -q --vector=w=/VTKHDF/PointData/w in.vtkhdf vector.vtkhdf || exit 99
"$python" compare.py
check "VTK agrees" equal $? 0
finish
