#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Vectors that a file's convention knows: which component is along which axis, what the list says of
# them, and in what form their results lie.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# numbers N SEED: integers that are no polynomial of their place.
numbers() {
    seq "$1" | awk -v seed="$2" '{print (seed * $1 * $1 + $1) % 17}'
}

# same WHAT FILE DATASET...: the datasets have the values of those of explicit.h5 with these names.
same() {
    for name in "${@:3}"; do
        check "$1: $name has values" [ -n "$(values explicit.h5 "/V_${name##*/V_}")" ]
        check "$1: $name" equal "$(values "$2" "$name")" "$(values explicit.h5 "/V_${name##*/V_}")"
    done
}

# shellcheck disable=SC2046 # a number is a word
for component in x=3 y=5 z=7; do
    make_input plain.h5 "/${component%=*}" float64 3x4x5 $(numbers 60 "${component#*=}")
done
steps=2,0.5,0.25
results=divergence,curl,q
done_quietly "explicit" --compute=$results -s $steps --vector=V:2=/x --vector=V:1=/y --vector=V:0=/z plain.h5 explicit.h5

# VTKHDF: axes z, y, x; components x, y, z.
image() {
    make_input "$1" /VTKHDF/PointData/scalar float32 "$2" 0 , /VTKHDF text Type ImageData , \
        /VTKHDF numbers Version 1 0 , /VTKHDF numbers Origin 0 0 0 , /VTKHDF numbers Spacing 0.25 0.5 2
}
# shellcheck disable=SC2046 # a number is a word
image in.vtkhdf 3x4x5
make_input in.vtkhdf /VTKHDF numbers WholeExtent 0 4 0 3 0 2
# shellcheck disable=SC2046 # a number is a word
make_input in.vtkhdf /VTKHDF/PointData/V float64 3x4x5x3 $(paste <(numbers 60 3) <(numbers 60 5) <(numbers 60 7))
# shellcheck disable=SC2046 # a number is a word
make_input in.vtkhdf /VTKHDF/PointData/W float64 3x4x5x3 $(paste <(numbers 60 7) <(numbers 60 3) <(numbers 60 5))
done_quietly "VTKHDF" --compute=$results --vector=V=/VTKHDF/PointData/V in.vtkhdf vtk.h5
at=/VTKHDF/PointData/V
same "VTKHDF" vtk.h5 ${at}_divergence ${at}_q
# joined FILE DATASET: whether its last axis holds the curl of explicit.h5 in the order x, y, z.
joined() {
    equal "$(values "$1" "$2" | tr ' ' '\n' | paste - - -)" "$(paste <(each 2) <(each 1) <(each 0))"
}
each() {
    values explicit.h5 "/V_curl_$1" | tr ' ' '\n'
}
check "VTKHDF: curl" joined vtk.h5 ${at}_curl
for layout in 2x3x4 contiguous "2x2x2 --filter=shuffle+gzip" "5x5x5 -j3 --filter=none"; do
    # shellcheck disable=SC2086 # several options
    done_quietly "VTKHDF, $layout" -O --layout=$layout --vector=V=/VTKHDF/PointData/V in.vtkhdf vtk.h5
    check "VTKHDF, $layout: curl" joined vtk.h5 ${at}_curl
done
done_quietly "VTKHDF, float32" -O --dtype=float32 --compute=curl --vector=V=/VTKHDF/PointData/V in.vtkhdf vtk.h5
check "VTKHDF, float32: curl" joined vtk.h5 ${at}_curl
done_quietly "VTKHDF, another order" -O --compute=curl --vector=V:z,x,y=/VTKHDF/PointData/W in.vtkhdf vtk.h5
check "VTKHDF, another order" joined vtk.h5 /VTKHDF/PointData/V_curl
check "VTKHDF: list" grep -q "^    vector  --vector=V=$at\$" <<<"$("$H5GRAD" --list in.vtkhdf)"
refused 1 'V: /VTKHDF/PointData/scalar: which component .* give V:DIM=PATH for each component, or V:DIM,DIM\[,DIM\]=PATH' \
    --vector=V=VTKHDF/PointData/scalar in.vtkhdf o/out.h5
make_input in.vtkhdf /VTKHDF numbers Direction 0 1 0 1 0 0 0 0 1
refused 1 "V: $at: the grid is turned" --vector=V=$at in.vtkhdf o/out.h5
check "VTKHDF: no vector of a turned grid" grep -vq vector <<<"$("$H5GRAD" --list in.vtkhdf)"

done_quietly "VTKHDF, XDMF" -qO --xdmf --compute=curl --vector=V:z,x,y=/VTKHDF/PointData/W in.vtkhdf vtk.h5
check "VTKHDF, XDMF: a vector" grep -q 'Type="Vector".*Name="VTKHDF/PointData/V_curl"' vtk.h5.xmf
check "VTKHDF, XDMF: of one dataset" grep -q 'Dimensions="3 4 5 3">vtk.h5:/VTKHDF/PointData/V_curl' vtk.h5.xmf
done_quietly "XDMF" -O --xdmf --compute=curl,divergence -s $steps --vector=V:2=/x --vector=V:1=/y --vector=V:0=/z \
    plain.h5 plain_out.h5
check "XDMF: a vector" grep -q 'Type="Vector".*Name="V_curl"' plain_out.h5.xmf
check "XDMF: scalars" equal "$(sed -n 's/.*"Scalar".*Name="\(.*\)".*/\1/p' plain_out.h5.xmf | tr '\n' ' ')" \
    "V_curl_0 V_curl_1 V_curl_2 V_divergence "
check "XDMF: x, y, z" equal "$(sed -n '/JOIN/,$s/.*plain_out.h5:.V_curl_\(.\)<.*/\1/p' plain_out.h5.xmf | tr -d '\n')" 210

# A grid that is flat along y: the curl is that along y, of the components z and x.
image flat.vtkhdf 3x5
make_input flat.vtkhdf /VTKHDF numbers WholeExtent 0 4 2 2 0 2
# shellcheck disable=SC2046 # a number is a word
make_input flat.vtkhdf /VTKHDF/PointData/V float64 3x5x3 $(paste <(numbers 15 3) <(numbers 15 5) <(numbers 15 7))
# shellcheck disable=SC2046 # a number is a word
make_input flat.h5 /x float64 3x5 $(numbers 15 3)
# shellcheck disable=SC2046 # a number is a word
make_input flat.h5 /z float64 3x5 $(numbers 15 7)
done_quietly "flat" -O --compute=divergence,curl -s 2,0.25 --vector=V:0=/z --vector=V:1=/x flat.h5 explicit.h5
done_quietly "flat VTKHDF" --compute=divergence,curl --vector=V=$at flat.vtkhdf vtk_flat.h5
same "flat VTKHDF" vtk_flat.h5 ${at}_divergence ${at}_curl
done_quietly "explicit" -O --compute=$results -s $steps --vector=V:2=/x --vector=V:1=/y --vector=V:0=/z plain.h5 explicit.h5

# The Well: a trajectory, two times, and the order of spatial_dims.
well=/t1_fields/V
# shellcheck disable=SC2046 # a number is a word
make_input well.h5 $well float64 1x1x3x4x5x3 $(paste <(numbers 60 7) <(numbers 60 5) <(numbers 60 3))
make_input well.h5 /dimensions/time float64 1 0 , /dimensions/z float64 3 0 2 4 , \
    /dimensions/y float64 4 0 0.5 1 1.5 , /dimensions/x float64 5 0 0.25 0.5 0.75 1 , \
    /dimensions text spatial_dims z y x
done_quietly "The Well" --compute=$results --vector=V=$well well.h5 well_out.h5
same "The Well" well_out.h5 ${well}_{divergence,q}
check "The Well: curl" equal "$(values well_out.h5 ${well}_curl_x)" "$(values explicit.h5 /V_curl_2)"
check "The Well: list" grep -q "\"vector\": \"V=$well\"" <<<"$("$H5GRAD" --list --json well.h5)"
make_input well.h5 / text grid_type spherical
refused 1 "V: $well: its grid is spherical, whose metric is not applied" --vector=V=$well well.h5 o/out.h5

# openPMD: components are called like the axes.
record=/data/1/meshes/B
for component in x=3 y=5 z=7; do
    # shellcheck disable=SC2046 # a number is a word
    make_input pmd.h5 "$record/${component%=*}" float64 3x4x5 $(numbers 60 "${component#*=}") , \
        "$record/${component%=*}" numbers unitSI 2 , "$record/${component%=*}" numbers position 0 0 0
done
make_input pmd.h5 / text openPMD 1.1.0 , $record text geometry cartesian , $record text dataOrder C , \
    $record text axisLabels z y x , $record numbers gridSpacing 20 5 2.5 , $record numbers gridGlobalOffset 0 0 0 , \
    $record numbers gridUnitSI 0.1 , $record numbers unitDimension 0 1 -2 -1 0 0 0
done_quietly "openPMD" --compute=$results --vector=V=$record/ pmd.h5 pmd_out.h5
check "openPMD: records" equal "$(h5ls -r pmd_out.h5 | sed -n 's/ .*Dataset.*//p' | tr '\n' ' ')" \
    "/data/1/meshes/V_curl/x /data/1/meshes/V_curl/y /data/1/meshes/V_curl/z /data/1/meshes/V_divergence \
/data/1/meshes/V_q "
same "openPMD" pmd_out.h5 /data/1/meshes/V_{divergence,q}
for axis in x=2 y=1 z=0; do
    check "openPMD: curl $axis" equal "$(values pmd_out.h5 "/data/1/meshes/V_curl/${axis%=*}")" \
        "$(values explicit.h5 "/V_curl_${axis#*=}")"
done
# numbers_of FILE OBJECT NAME: an attribute.
numbers_of() {
    h5dump -a "$2/$3" "$1" | sed -n 's/.*([0-9]*): //p' | tr -d '\n'
}
for result in curl divergence q; do
    at=/data/1/meshes/V_$result
    check "openPMD: $result: mesh" equal "$(for name in geometry axisLabels gridSpacing gridUnitSI; do
        numbers_of pmd_out.h5 $at $name; done)" '"cartesian""z", "y", "x"20, 5, 2.50.1'
    dimension="-1, 1, -2, -1, 0, 0, 0" factor=2
    [ $result = q ] && dimension="-2, 2, -4, -2, 0, 0, 0" factor=4
    check "openPMD: $result: dimension" equal "$(numbers_of pmd_out.h5 $at unitDimension)" "$dimension"
    [ $result = curl ] && at=$at/y
    check "openPMD: $result: factor" equal "$(numbers_of pmd_out.h5 $at unitSI)" $factor
    check "openPMD: $result: place" equal "$(numbers_of pmd_out.h5 $at position)" "0, 0, 0"
done
done_quietly "openPMD: of a component" -d $record/x --compute=gradient,second,laplacian,magnitude pmd.h5 pmd_x.h5
check "openPMD: records of a component" equal "$(h5ls -r pmd_x.h5 | sed -n 's/ .*Dataset.*//p' | tr '\n' ' ')" \
    "/data/1/meshes/B_x_grad_magnitude /data/1/meshes/B_x_gradient/x /data/1/meshes/B_x_gradient/y \
/data/1/meshes/B_x_gradient/z /data/1/meshes/B_x_laplacian /data/1/meshes/B_x_second/x \
/data/1/meshes/B_x_second/y /data/1/meshes/B_x_second/z "
for pair in gradient=-1 second=-2 laplacian=-2 grad_magnitude=-1; do
    check "openPMD: dimension of $pair" equal "$(numbers_of pmd_x.h5 "/data/1/meshes/B_x_${pair%=*}" unitDimension)" \
        "${pair#*=}, 1, -2, -1, 0, 0, 0"
done
check "openPMD: list" equal "$("$H5GRAD" --list pmd.h5 | grep -c "^    vector  --vector=B=$record\$")" 1
refused 1 "V: $record/x is a component of a vector: --vector=V=$record" --vector=V=$record/x pmd.h5 o/out.h5
refused 1 'V: /data/2: no such object' --vector=V=/data/2 pmd.h5 o/out.h5
make_input pmd.h5 /other/x float64 3x4x5 1 , /other text axisLabels z y x , /other numbers gridSpacing 20 5 2.5 , \
    /other numbers gridUnitSI 0.1
refused 1 "V: /other/x and $record/y differ in unitSI" --vector=V:x=/other/x --vector=V:y=$record/y pmd.h5 o/out.h5
refused 1 "V: /other: its component z is no dataset" --vector=V=/other pmd.h5 o/out.h5
make_input pmd.h5 /round/x float64 3x4x5 1 , /round numbers gridSpacing 20 5 2.5 , /round text geometry thetaMode
refused 1 'V: /round: its geometry is thetaMode, whose metric is not applied' --vector=V=/round pmd.h5 o/out.h5

# Components whose axes lie in another order.
make_input turned.h5 /u float64 3x3 1 , /v float64 3x3 1 , /x float64 3 0 1 2 , /y float64 3 0 1 2 , \
    /u scales /y /x , /v scales /x /y
refused 1 'V: /u has axis 0 \(y\) and /v axis 0 \(x\): components need the same order of axes' \
    --vector=V:x=/u --vector=V:y=/v turned.h5 o/out.h5
refused 1 'V: /u has axis 0 \(y\)' --vector=V:1=/u --vector=V:0=/v turned.h5 o/out.h5

finish
