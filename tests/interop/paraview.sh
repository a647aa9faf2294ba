#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What --xdmf writes, in ParaView: grids, coordinates, fields, results and vectors, point by point.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
if ! command -v pvpython >/dev/null; then
    echo "$0: skipped: no pvpython (Debian: python3-paraview)" >&2
    exit 77
fi

# expect FILE.xmf GRID X,Y,Z: the grid of this number, its class and its extents. What follows holds
# for it: axis FILE DATASET NUMBER, scalar NAME FILE DATASET, vector NAME FILE X Y Z.
# h5dump reads the numbers from the files, as float64.
raw() {
    local name
    name=$(cksum <<<"$1 $2" | tr ' ' -)
    h5dump -d "$2" -b NATIVE -o "$name" "$1" >"$name.txt" || exit 99
    printf '%s\t%s' "$name" "$(sed -n 's/^ *DATATYPE  *H5T_[A-Z]*_\([A-Z0-9]*\)$/\1/p' "$name.txt")"
}
expect() { printf 'grid\t%s\t%s\t%s\t%s\n' "$@" >>spec; }
axis() { printf 'axis\t%s\t%s\n' "$1" "$(raw "$2" "$3")" >>spec; }
even() { printf 'even\t%s\t%s\t%s\n' "$@" >>spec; }
scalar() { printf 'array\t%s\t%s\n' "$1" "$(raw "$2" "$3")" >>spec; }
vector() { printf 'array\t%s\t%s\t%s\t%s\n' "$1" "$(raw "$2" "$3")" "$(raw "$2" "$4")" \
    "$(raw "$2" "$5")" >>spec; }

"$MAKE_SAMPLES" samples || exit 99
mkdir out

# Even steps, all extents different; input and output in different folders.
"$H5GRAD" --xdmf -s 3,2,0.5 samples/chunked.h5 out/even.h5 || exit 99
expect out/even.h5.xmf 0 vtkImageData 50,70,90
even 0 0 0.5
even 1 0 2
even 2 0 3
scalar run1/temperature samples/chunked.h5 /run1/temperature
scalar run1/temperature_grad_0 out/even.h5 /run1/temperature_grad_0
scalar run1/temperature_grad_2 out/even.h5 /run1/temperature_grad_2
vector run1/temperature_gradient out/even.h5 /run1/temperature_grad_{2,1,0}

# Scales, one of them uneven; several fields on one grid.
"$H5GRAD" --xdmf --name='d{name}_d{axis}' samples/turbulence.h5 out/uneven.h5 || exit 99
expect out/uneven.h5.xmf 0 vtkRectilinearGrid 64,64,64
axis 0 samples/turbulence.h5 /x
axis 1 samples/turbulence.h5 /y
axis 2 samples/turbulence.h5 /z
for name in u w; do
    scalar $name samples/turbulence.h5 /$name
    vector ${name}_gradient out/uneven.h5 /d${name}_d{x,y,z}
done

# The curl of three components.
"$H5GRAD" -q --xdmf --vector=V:x=/u --vector=V:y=/v --vector=V:z=/w samples/turbulence.h5 out/curl.h5 || exit 99
expect out/curl.h5.xmf 0 vtkRectilinearGrid 64,64,64
scalar V_divergence out/curl.h5 /V_divergence
scalar V_curl_y out/curl.h5 /V_curl_y
vector V_curl out/curl.h5 /V_curl_{x,y,z}

# Integers; uneven, descending and even axes; coordinates of other lengths; a folder beside.
# shellcheck disable=SC2046 # one word per number
"$MAKE_INPUT" mixed.h5 /f int16 3x4x5 $(seq 1 2 120) &&
    "$MAKE_INPUT" mixed.h5 /z int32 3 5 1 0 &&
    "$MAKE_INPUT" mixed.h5 /y float64 4 0 0.1 1 1e3 || exit 99
"$H5GRAD" -d /f --xdmf --spacing=/z,/y,0.25 mixed.h5 out/mixed.h5 || exit 99
expect out/mixed.h5.xmf 0 vtkRectilinearGrid 5,4,3
even 0 0 0.25
axis 1 mixed.h5 /y
axis 2 mixed.h5 /z
scalar f mixed.h5 /f
scalar f_grad_1 out/mixed.h5 /f_grad_1
vector f_gradient out/mixed.h5 /f_grad_{2,1,0}

# Two axes; then names that XML must escape, and one axis that was not asked for: no vector.
# shellcheck disable=SC2046
"$MAKE_INPUT" flat.h5 /f float32 3x4 $(seq 3 3 36) &&
    "$MAKE_INPUT" flat.h5 '/a&b <"c">/ü' float64 4x3x2 $(seq 24) || exit 99
(cd out && "$H5GRAD" --xdmf -d /f ../flat.h5 flat.h5) || exit 99
expect out/flat.h5.xmf 0 vtkImageData 4,3,1
scalar f flat.h5 /f
scalar f_grad_1 out/flat.h5 /f_grad_1
"$MAKE_INPUT" zero.h5 /zero float32 3x4 0 || exit 99
cp out/flat.h5 both.h5
h5copy -i zero.h5 -o both.h5 -s /zero -d /zero || exit 99
vector f_gradient both.h5 /f_grad_1 /f_grad_0 /zero
mkdir 'out/x & y'
"$H5GRAD" --xdmf -d '/a*/*' --dim=0,2 flat.h5 'out/x & y/<o>.h5' || exit 99
expect 'out/x & y/<o>.h5.xmf' 0 vtkImageData 2,3,4
scalar 'a&b <"c">/ü' flat.h5 '/a&b <"c">/ü'
scalar 'a&b <"c">/ü_grad_2' 'out/x & y/<o>.h5' '/a&b <"c">/ü_grad_2'

# Four axes: the first index of the first is shown. One of one point is dropped.
# shellcheck disable=SC2046
"$MAKE_INPUT" four.h5 /f float32 2x3x1x4x5 $(seq 120) &&
    "$MAKE_INPUT" four.h5 /first float32 3x4x5 $(seq 60) || exit 99
"$H5GRAD" -q --xdmf -d /f four.h5 out/four.h5 || exit 99
expect out/four.h5.xmf 0 vtkImageData 5,4,3
scalar f four.h5 /first

cat >compare.py <<'END'
import sys

import numpy
from paraview.simple import XDMFReader
from vtkmodules.util.numpy_support import vtk_to_numpy

TYPES = {"F32LE": "<f4", "F32BE": ">f4", "F64LE": "<f8", "I16LE": "<i2", "I32LE": "<i4"}
readers = []
failures = checks = 0


def check(what, ok):
    global failures, checks
    checks += 1
    if not ok:
        failures += 1
        print("FAILED:", what)


def raw(words):
    return [numpy.fromfile(name, TYPES[kind]).astype(float) for name, kind in zip(words[::2], words[1::2])]


def leaves(data):
    if not data.IsA("vtkMultiBlockDataSet"):
        return [data]
    return [leaf for i in range(data.GetNumberOfBlocks()) for leaf in leaves(data.GetBlock(i))]


def coordinates(grid, axis):
    if grid.IsA("vtkImageData"):
        return grid.GetOrigin()[axis] + numpy.arange(grid.GetDimensions()[axis]) * grid.GetSpacing()[axis]
    return vtk_to_numpy((grid.GetXCoordinates, grid.GetYCoordinates, grid.GetZCoordinates)[axis]())


for line in open("spec", encoding="utf-8"):
    kind, name, *words = line.rstrip("\n").split("\t")
    if kind == "grid":
        file = name
        readers.append(XDMFReader(FileNames=[name]))
        readers[-1].UpdatePipeline()
        grid = leaves(readers[-1].GetClientSideObject().GetOutputDataObject(0))[int(words[0])]
        check(f"{file}: {grid.GetClassName()}", grid.GetClassName() == words[1])
        check(f"{file}: {grid.GetDimensions()}", ",".join(map(str, grid.GetDimensions())) == words[2])
    elif kind in ("axis", "even"):
        got = coordinates(grid, int(name))
        wanted = raw(words)[0] if kind == "axis" else float(words[0]) + numpy.arange(len(got)) * float(words[1])
        check(f"{file}: axis {name}", numpy.array_equal(got, wanted))
    else:
        array = grid.GetPointData().GetArray(name)
        check(f"{file}: {name} is there", array is not None)
        if array is not None:
            got = vtk_to_numpy(array).reshape(grid.GetNumberOfPoints(), -1)
            wanted = raw(words)
            check(f"{file}: {name}: components", got.shape[1] == len(wanted))
            check(f"{file}: {name}: values", numpy.array_equal(got, numpy.stack(wanted, 1)))
        if name == "a&b <\"c\">/ü":
            check("no vector", all("gradient" not in grid.GetPointData().GetArrayName(i)
                                   for i in range(grid.GetPointData().GetNumberOfArrays())))
print(f"{checks} comparisons, {failures} failed")
sys.exit(failures != 0 or checks < 40)
END
LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen pvpython --force-offscreen-rendering compare.py
check "ParaView agrees" equal $? 0
finish
