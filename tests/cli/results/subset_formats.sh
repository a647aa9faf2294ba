#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --subset of files whose convention says where results lie: what it says is cut like them.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# numbers FILE OBJECT ATTRIBUTE
numbers() {
    attribute "$1" "$2" "$3" | sed 's/, */ /g'
}

# A field of 4 x 5 x 6 points.
field="3 1 4 1 5 9 2 6 5 3 5 8 9 7 9 3 2 3 8 4 6 2 6 4 3 3 8 3 2 7 9 5 0 2 8 8 4 1 9 7 1 6 9 3 9 9 3 7 5 1 0 5 8 2 0 9 7 4 9 \
4 4 5 9 2 3 0 7 8 1 6 4 0 6 2 8 6 2 0 8 9 9 8 6 2 8 0 3 4 8 2 5 3 4 2 1 1 7 0 6 7 9 8 2 1 4 8 0 8 6 5 1 3 2 8 2 3 0 6 6 4"
subset="--subset=0=1:4:2 --subset=1=2: --subset=-1=5"

# part FILE DATASET: the points of the whole result that the subset selects.
part() {
    values "$1" "$2" | tr ' ' '\n' | awk '{ z = int((NR - 1) / 30); y = int((NR - 1) / 6) % 5; x = (NR - 1) % 6 }
        (z == 1 || z == 3) && y >= 2 && x == 5' | tr '\n' ' ' | sed 's/ $//'
}

# cut_alike RESULT...: of in.h5.
cut_alike() {
    run -qO in.h5 o/whole.h5
    # shellcheck disable=SC2086 # several options
    done_quietly "$what" -qO $subset in.h5 o/out.h5
    for result in "$@"; do
        check "$what: $result" equal "$(values o/out.h5 "$result")" "$(part o/whole.h5 "$result")"
    done
}

# says OBJECT ATTRIBUTE NUMBER...
says() {
    check "$what: $2 of $1" equal "$(numbers o/out.h5 "$1" "$2")" "${*:3}"
}

what=openPMD
mesh=/data/100/meshes
# shellcheck disable=SC2086 # numbers
make_input in.h5 $mesh/rho float64 4x5x6 $field , / text openPMD 1.1.0 , / text basePath /data/%T/ , \
    / text meshesPath meshes/ , $mesh/rho text geometry cartesian , $mesh/rho text dataOrder C , \
    $mesh/rho text axisLabels z y x , $mesh/rho numbers gridSpacing 5 6 7 , \
    $mesh/rho numbers gridGlobalOffset 50 60 70 , $mesh/rho numbers gridUnitSI 1 , $mesh/rho numbers unitSI 3 , \
    $mesh/rho numbers position 0.5 0 0
run -qO in.h5 o/whole.h5
results=$(datasets o/whole.h5)
# shellcheck disable=SC2086 # several results
cut_alike $results
check "$what: results" equal "$(wc -w <<<"$results")" 3
for result in $results; do
    record=$result
    h5dump -A -g "${result%/*}" o/out.h5 | grep -q gridSpacing && record=${result%/*}
    says "$record" gridSpacing 10 6 7
    says "$record" gridGlobalOffset 52.5 72 105
done
rm in.h5

what="VTKHDF, points"
# shellcheck disable=SC2086 # numbers
make_input in.h5 /VTKHDF/PointData/f float64 4x5x6 $field , /VTKHDF text Type ImageData , \
    /VTKHDF numbers Version 1 0 , /VTKHDF numbers WholeExtent 10 15 0 4 0 3 , /VTKHDF numbers Spacing 1 2 4 , \
    /VTKHDF numbers Origin 0 0 100 , /VTKHDF numbers Direction 1 0 0 0 1 0 0 0 1
cut_alike /VTKHDF/PointData/f_grad_0 /VTKHDF/PointData/f_grad_1 /VTKHDF/PointData/f_grad_2
# with a step a grid of its own
says /VTKHDF Spacing 1 2 8
says /VTKHDF Origin 0 0 104
says /VTKHDF WholeExtent 15 15 2 4 0 1
subset="--subset=0=1:4 --subset=-1=5"
# shellcheck disable=SC2086 # several options
done_quietly "$what, no step" -qO $subset in.h5 o/out.h5
says /VTKHDF WholeExtent 15 15 0 4 1 3
says /VTKHDF Origin 0 0 100
rm in.h5
subset="--subset=0=1:4:2 --subset=1=2: --subset=-1=5"

what="VTKHDF, cells"
# shellcheck disable=SC2086 # numbers
make_input in.h5 /VTKHDF/CellData/f float64 4x5x6 $field , /VTKHDF text Type ImageData , \
    /VTKHDF numbers Version 1 0 , /VTKHDF numbers WholeExtent 0 6 0 5 0 4 , /VTKHDF numbers Spacing 1 2 4 , \
    /VTKHDF numbers Origin 0 0 0
cut_alike /VTKHDF/CellData/f_grad_0
# the middles of cells 1 and 3 are at 6 and 14: cells of 8 from 2 on
says /VTKHDF Spacing 1 2 8
says /VTKHDF Origin 0 0 2
says /VTKHDF WholeExtent 5 6 2 5 0 2
rm in.h5

what=NXdata
# shellcheck disable=SC2086 # numbers
make_input in.h5 /entry/data/f float64 4x5x6 $field , /entry/data/z float64 4 0 1 3 7 , \
    /entry/data/y float64 6 0 1 2 3 4 8 , /entry/data/x float64 6 0 1 2 3 5 8 , /entry text NX_class NXentry , \
    /entry/data text NX_class NXdata , /entry/data text signal f , /entry/data text axes z y x
cut_alike /entry/data/f_grad_0 /entry/data/f_grad_1 /entry/data/f_grad_2
check "$what: z" equal "$(values o/out.h5 /entry/data/z)" "1 7"
check "$what: edges" equal "$(values o/out.h5 /entry/data/y)" "2 3 4 8"
check "$what: x" equal "$(values o/out.h5 /entry/data/x)" 8

finish
