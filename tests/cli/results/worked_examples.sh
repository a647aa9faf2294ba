#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients worked out by hand, through the program, to the last bit.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/shell-common.sh
. "$(dirname "$0")/../../support/shell-common.sh"

# input TYPE SHAPE VALUE...: starts an example, with /f in a new file.
input() {
    rm -f in.h5 out.h5
    "$MAKE_INPUT" in.h5 /f "$@" || exit 99
}

# coordinates PATH VALUE...: float64 coordinates beside /f.
coordinates() {
    local path=$1
    shift
    "$MAKE_INPUT" in.h5 "$path" float64 $# "$@" || exit 99
}

# gradient OPTION...
gradient() {
    what="$what, h5grad $*"
    check "$what" "$H5GRAD" -O -d /f "$@" in.h5 out.h5
}

# expect AXIS VALUE...
expect() {
    local axis=$1
    shift
    check "$what, axis $axis" equal "$(values out.h5 "/f_grad_$axis")" "$*"
}

# absent AXIS
absent() {
    check "$what, no axis $1" test -z "$(values out.h5 "/f_grad_$1" 2>/dev/null)"
}

for type in float64 float32 float32be int8 uint16 int64; do
    what="counting, $type"
    input "$type" 3x3 1 2 3 4 5 6 7 8 9
    gradient
    expect 0 3 3 3 3 3 3 3 3 3
    expect 1 1 1 1 1 1 1 1 1 1
done

what="squares"
input float64 4 0 0.25 1 2.25
gradient --spacing=0.5
expect 0 0.5 1 2 2.5

what="a cube"
# shellcheck disable=SC2046 # one word per number
input float64 3x3x3 $(seq 0 26)
gradient
# shellcheck disable=SC2046
expect 0 $(yes 9 | head -27)
# shellcheck disable=SC2046
expect 1 $(yes 3 | head -27)
# shellcheck disable=SC2046
expect 2 $(yes 1 | head -27)

what="squares plus 5"
input float64 5 9 6 14 21 30
gradient
expect 0 -3 2.5 7.5 8 9

what="cubes"
input float64 3x3 -1 27 -125 -64 125 8 -8 27 64
gradient --dim=0
expect 0 -63 98 133 -3.5 0 94.5 56 -98 56
absent 1
what="cubes"
gradient --dim=1
expect 1 28 -62 -152 189 36 -117 35 36 37
absent 0

# The formula in float64 is off by one bit, as numpy.gradient is; float32 is rounded once from that.
for option in --spacing=/x --coord=0=/x --coord=-1=in.h5:/x; do
    for type in float64 float32; do
        what="uneven, $type"
        input "$type" 4 4 1 1 16
        coordinates /x -2 -1 1 4
        gradient "$option"
        [ $type = float64 ] && expect 0 -3 -1.9999999999999998 2 5
        [ $type = float32 ] && expect 0 -3 -2 2 5
    done
done

for type in int32 int64 uint8 float64; do
    numbers=(1 2 4 8 10 20 40 80)
    what="doubling, $type"
    input "$type" 2x4 "${numbers[@]}"
    gradient
    expect 0 9 18 36 72 9 18 36 72
    expect 1 1 1.5 3 4 10 15 30 40

    what="doubling, $type"
    gradient --spacing=2
    expect 0 4.5 9 18 36 4.5 9 18 36
    expect 1 0.5 0.75 1.5 2 5 7.5 15 20

    what="doubling, $type"
    gradient --dim=1
    expect 1 1 1.5 3 4 10 15 30 40
    absent 0

    # What torch.gradient(spacing=[3., 2.]) returns: the first spacing is that of the first axis.
    what="doubling, $type"
    gradient --spacing=3,2
    expect 0 3 6 12 24 3 6 12 24
    expect 1 0.5 0.75 1.5 2 5 7.5 15 20
done

for type in int32 float64; do
    what="doubling, $type"
    input "$type" 2x4 1 2 4 8 10 20 40 80
    coordinates /y 0 2
    coordinates /x 0 3 6 9
    gradient --spacing=/y,/x
    expect 0 4.5 9 18 36 4.5 9 18 36
    expect 1 0.33333333333333331 0.5 1 1.3333333333333333 \
        3.3333333333333335 5 10 13.333333333333334
done

what="both ends of second order"
input float64 4 1 2 4 8
coordinates /x 0 1 4 9
gradient --spacing=/x --edge-order=2
expect 0 1.0833333333333333 0.91666666666666652 0.71666666666666656 0.88333333333333353

finish
