#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --list has as fields what a run does, and all else with the reason. It suggests coordinates.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# agrees FILE OPTION...: compares the fields of a list with those of a plan.
agrees() {
    local file=$1 listed
    shift
    run --list "$@" "$file"
    listed=$(grep -o '^/[^ ]*' stdout)
    run --dry-run "$@" "$file" o/out.h5
    check "the fields of $file $*" equal "$listed" "$(grep -o '^/[^ ]*' stdout)"
}

"$MAKE_SAMPLES" samples || exit 99
make_plain plain.h5
make_useless useless.h5
make_input useless.h5 /d float64 4 1
make_input useless.h5 /d scales /x # nothing remains of it
make_input edge.h5 /point float64 1x1 5
make_input edge.h5 /row float64 1x4 1 2 4 8
make_input edge.h5 /mask bool 3
make_input plane.h5 /u float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
make_input plane.h5 /y float64 3 0 1 3
make_input plane.h5 /x float64 1x4 0 1 3 7
make_input plane.h5 /g/v float64 4 1 2 1 2
make_input rows.h5 /t float64 1x3 0 1 3
make_input rows.h5 /u float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
for file in samples/*.h5 plain.h5 useless.h5 edge.h5 plane.h5; do
    agrees "$file"
    agrees "$file" --accuracy=4
    agrees "$file" --compute=laplacian
done
agrees useless.h5 --dim=0
agrees plane.h5 --coord 0=/y
agrees plane.h5 --subset 0=0:1
agrees samples/turbulence.h5 -m 20M
agrees samples/vortices.h5 --vector=V:x=/u --vector=V:y=/v
check "a vector's components" grep -q '^    components     /u, /v$' stdout
agrees samples/vortices.h5 --vector=V:x=/u --vector=V:y=/v -d /u

run --list useless.h5
check "left out: a field" grep -q '^    /d: axis 0 (x): coordinates /x: .*--coord=0=PATH' stdout
check "left out: a coordinate" grep -q '^    /y: it is a coordinate$' stdout
check "left out: a text" grep -q '^    /text: type is a string$' stdout
run --list plane.h5
check "a suggestion" grep -q '^    axis 0  3 points, unit spacing (none found; /y has 3 points: --coord 0=/y)$' stdout
check "a suggestion of a row" grep -q '; /x has 4 points: --coord 1=/x)$' stdout
check "a suggestion for a group below" equal "$(grep -c '/x has 4 points: --coord 0=/x' stdout)" 1
run --list --json plane.h5
check "a suggestion in JSON" grep -q '"suggestion": "/y has 3 points: --coord 0=/y"' stdout
run plane.h5 o/out.h5
check "a suggestion of a run" grep -q \
    '/g/v: axis 0: no spacing found: .*, --coord coordinates: /x has 4 points: --coord 0=/x$' unit
run rows.h5 o/rows.h5
check "the first field that has a suggestion" grep -q \
    ' /u: axis 0: no spacing found: .*, as for 2 more .*, --coord coordinates: /t has 3 points: --coord 0=/t$' unit
run -O --coord 0=/y --coord 1=/x -d /u plane.h5 o/out.h5
check "what was suggested serves" equal "$status $(cat unit)" "0 "
run -O --strict -d /g/v plane.h5 o/out.h5
check "a suggestion of --strict" grep -q ': /x has 4 points: --coord 0=/x: refused by --strict$' unit
run -O --coord 0=/y --coord 1=/x -d '/?' plane.h5 o/out.h5
check "coordinates that are given are no field" equal "$(datasets o/out.h5)" "/axis_1_of_4 /u_grad_0 /u_grad_1 /y"

finish
