#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --boundary and --period.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# line FILE COORDINATE...: the values 1 2 4 8 16 3 on an axis x with coordinates.
line() {
    make_input "$1" /x float64 $(($# - 1)) "${@:2}"
    if [ $# -eq 8 ]; then
        make_input "$1" /f float64 7 1 2 4 8 16 3 1
    else
        make_input "$1" /f float64 6 1 2 4 8 16 3
    fi
    make_input "$1" /f scales /x
}
make_input f.h5 /f float64 6 1 2 4 8 16 3
line even.h5 0 60 120 180 240 300
line uneven.h5 0 50 120 180 250 300
line unit.h5 0 1 2 3 4 5
line repeated.h5 0 60 120 180 240 300 360

derives "periodic" f.h5 "-0.5 1.5 3 6 -2.5 -7.5" -d/f --boundary=periodic
derives "periodic by name" even.h5 "-1/120 .025 .05 .1 -1/24 -.125" -d/f --boundary=x=periodic
derives "period" even.h5 "-1/120 .025 .05 .1 -1/24 -.125" -d/f --period=x=360
derives "period of uneven coordinates" uneven.h5 \
    "-0.0042424242 0.0235714286 0.0490842491 0.0886446886 -0.1040476190 -0.1569696970" -d/f --period=0=360
derives "another seam" unit.h5 "0.5833333333 1.5 3 6 -2.5 -9.9166666667" -d/f --period=x=8
derives "periodic-repeated" repeated.h5 "-1/120 .025 .05 .1 -1/24 -.125 -1/120" -d/f \
    --boundary=periodic-repeated
derives "nan" f.h5 "nan 1.5 3 6 -2.5 nan" -d/f --boundary=nan
derives "each end its own" f.h5 "0.5 1.5 3 6 -2.5 -13" -d/f --boundary=extend:one-sided
derives "value" f.h5 "1 1.5 3 6 -2.5 -8" -d/f --boundary=value=0
derives "a value at the last end" f.h5 "0.5 1.5 3 6 -2.5 -8" -d/f --boundary=extend:value=0
derives "a value at each end" f.h5 "1 1.5 3 6 -2.5 -7.5" -d/f --boundary=value=0:value=1
derives "a value at each end of an axis" f.h5 "1 1.5 3 6 -2.5 -7.5" -d/f --boundary=0=value=0:value=1
make_input packed.h5 /f int16 6 -6 -4 0 8 24 -2 , /f numbers scale_factor 0.5 , /f numbers add_offset 4
derives "a value beside packed ones" packed.h5 "1 1.5 3 6 -2.5 -7.5" --boundary=value=0:value=1
derives "a value beside packed ones, second" packed.h5 "1 1 2 4 -21 11" --boundary=extend:value=1 --compute=second
derives "mirror" f.h5 "0 1.5 3 6 -2.5 0" -d/f --boundary=mirror
derives "reflect" f.h5 "0.5 1.5 3 6 -2.5 -6.5" -d/f --boundary=reflect
derives "an entry with the axis wins" f.h5 "0 1.5 3 6 -2.5 0" -d/f --boundary=0=mirror --boundary=nan
make_input cf.h5 /f float64 8 45 90 135 180 225 270 315 360 , \
    /x float64 8 22.5 67.5 112.5 157.5 202.5 247.5 292.5 337.5 , /f scales /x
derives "an angle" cf.h5 "-3 1 1 1 1 1 1 -3" -d/f --boundary=periodic

# The same bits as values that are wrapped by hand.
make_input wrapped.h5 /f float32 8 3 1 2 4 8 16 3 1
make_input plain.h5 /f float32 6 1 2 4 8 16 3
run -q -d/f -s0.3 wrapped.h5 o/wrapped.h5
run -q -d/f -s0.3 --boundary=periodic plain.h5 o/plain.h5
check "wrapped by hand" equal "$(values o/plain.h5 /f_grad_0)" \
    "$(values o/wrapped.h5 /f_grad_0 | cut -d ' ' -f 2-7)"

# What the file says.
globe() {
    line "$@"
    make_input "$1" /x text units degrees_east
}
globe globe.h5 0 60 120 180 240 300
globe closed.h5 0 60 120 180 240 300 360
globe region.h5 0 10 20 30 40 50
globe bounds.h5 10 20 60 100 200 300
make_input bounds.h5 /edges float64 6x2 0 15 15 40 40 80 80 150 150 250 250 360 , /x text bounds edges
derives "auto: a globe" globe.h5 "-1/120 .025 .05 .1 -1/24 -.125" -d/f --boundary=auto
derives "auto: a globe with its first point again" closed.h5 "-1/120 .025 .05 .1 -1/24 -.125 -1/120" \
    -d/f --boundary=auto
derives "auto: a region" region.h5 ".1 .15 .3 .6 -.25 -1.3" -d/f --boundary=auto
derives "auto: nothing is said" unit.h5 "1 1.5 3 6 -2.5 -13" -d/f --boundary=auto
# Three points are enough of a circle, not of an axis with ends.
make_input short.h5 /x float32 3 0 120 240 , /x text units degrees_east , /f float64 3 1 2 4 , /f scales /x
derives "auto: few points" short.h5 "-1/120 .0125 -1/240" -d/f --boundary=auto -e2
run -q -O --boundary=auto -d/f --compute=second -e2 short.h5 o/short.h5
check "auto: few points, second" equal "$(values o/short.h5 /f_grad2_0)" \
    "$(awk 'BEGIN { OFMT = "%.17g"; print 4 / 120 / 120, 1 / 120 / 120, -5 / 120 / 120 }')"
run -n --json --boundary=auto -d/f bounds.h5 o/plan.h5
check "auto: bounds" equal "$(tr -d ' \n' <stdout | grep -o '"boundary":[^]]*]' | head -1)" \
    '"boundary":["periodic","periodic"]'
check "the plan says the period" grep -q '"period_source": *"a full circle"' stdout
line nearly.h5 0 1.0001 2 2.9999 4 5
run -n -d/f --boundary=periodic nearly.h5 o/plan.h5
check "the period of nearly even coordinates" grep -q 'periodic, period 6 (n times the mean step)' stdout

# Warnings.
round="axis x goes round the globe: its ends are one-sided; --boundary=x=periodic joins them"
run -O -d/f globe.h5 o/near.h5
check "round: warning" one_line stderr "$round\$"
run -O -d/f --boundary=one-sided globe.h5 o/near.h5
check "round: one-sided is asked for" equal "$(cat stderr)" ""
run --list globe.h5
check "round: list" grep -q 'goes round the globe' stdout
run -O -d/f --boundary=periodic repeated.h5 o/near.h5
check "one point says nothing of a plane" equal "$(cat stderr)" ""
make_input plane.h5 /f float32 4x3/2x2+gzip 1 2 3 4 5 6 7 8 9 1 2 3
run -O -d/f --boundary=0=periodic plane.h5 o/near.h5
check "a repeated plane: warning" one_line stderr 'axis 0: the last point repeats .*=0=periodic-repeated$'
make_input flat.h5 /f float32 4x3 1 1 1 4 5 6 7 8 9 1 1 1
run -O -d/f --boundary=0=periodic flat.h5 o/near.h5
check "a plane of one value: no warning" equal "$(cat stderr)" ""

# Errors.
fails "unknown mode" 2 f.h5 "'wrap' is not one-sided, periodic" --boundary=wrap
fails "periodic at one side" 2 f.h5 'periodic holds for both ends' --boundary=periodic:nan
fails "auto at one side" 2 f.h5 'auto holds for both ends' --boundary=auto:nan
fails "no period" 2 f.h5 'finite and above 0' --period=0=0
fails "no finite period" 2 f.h5 'finite and above 0' --period=0=inf
fails "a period of another mode" 2 f.h5 'period: axis 0 has the boundary mirror' --period=0=6 --boundary=0=mirror
fails "a period of a repeated point" 2 f.h5 'period' --period=0=6 --boundary=0=periodic-repeated
fails "an unknown value and edge" 2 f.h5 'nan does not go together with missing edge' --boundary=0=extend:value=nan --missing=edge
fails "two names of an axis" 2 even.h5 'boundary: axis 0 has one already' -d/f --boundary=x=nan --boundary=0=extend
fails "two periods" 2 even.h5 'period: axis -1 has one already' -d/f --period=x=360 --period=-1=370
fails "two accuracies" 2 even.h5 'accuracy: axis x has one already' -d/f --accuracy=0=2 --accuracy=x=4
fails "nan and edge" 2 f.h5 'nan does not go together with missing edge' --boundary=nan --missing=edge
fails "twice" 2 f.h5 'has one already' --boundary=nan --boundary=mirror
fails "no such axis" 1 f.h5 'no field has the axis q that --boundary names.*--list' --boundary=q=periodic
fails "no such axis, period" 1 f.h5 'no field has the axis 3 that --period names' --period=3=1
fails "no period is said" 1 uneven.h5 'axis 0 \(x\): periodic, but .* uneven .*--period=x=NUMBER' -d/f --boundary=periodic
fails "a repeated end point" 1 repeated.h5 'coordinates span 360, the period is 360: .*--boundary=x=periodic-repeated' -d/f --period=x=360
fails "not a globe" 1 region.h5 'the seam would be 310, 31 steps: not a globe; give --period=x=NUMBER' -d/f --boundary=periodic

make_input empty.h5 /f float64 3x0
run -q --dim=0 --boundary=periodic empty.h5 o/empty.h5
check "no points" equal "$status $(datasets o/empty.h5)" "0 /f_grad_0"

# A field without the axis is done with the others.
make_input two.h5 /x float64 3 0 1 2 , /f float64 3 1 2 4 , /g float64 3 1 2 4 , /f scales /x
run -q --boundary=x=periodic two.h5 o/two.h5
check "the other field" equal "$(values o/two.h5 /g_grad_0)" "1 1.5 2"
check "attribute" grep -q 'periodic' <<<"$(h5dump -a /f_grad_0/gradient_boundary o/two.h5)"
check "no attribute" test -z "$(h5dump -A -d /g_grad_0 o/two.h5 | grep gradient_boundary)"

finish
