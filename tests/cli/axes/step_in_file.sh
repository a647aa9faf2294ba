#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A single value in the file is the step of an axis.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /u float64 2x3 1 2 4 2 4 8
make_input in.h5 / numbers dx 0.5
make_input in.h5 /dy float32 scalar 0.25
make_input in.h5 /dt int64 1 2
make_input in.h5 /x3 float64 3 0 1 3
make_input in.h5 /none float64 scalar 0
make_input in.h5 /word string scalar

run -d /u --coord=0=/dy --coord=1=/@dx in.h5 o/a.h5
check "a scalar dataset, an attribute" equal "$status" 0
run -d /u --spacing=0.25,0.5 in.h5 o/b.h5
check "the same as numbers" h5diff o/a.h5 o/b.h5 /u_grad_0
check "the same as numbers" h5diff o/a.h5 o/b.h5 /u_grad_1
run -d /u --spacing=/dy in.h5 o/g.h5
run -d /u --spacing=0.25 in.h5 o/d.h5
check "a scalar dataset for all axes" h5diff o/g.h5 o/d.h5 /u_grad_1
run -d /u --spacing=/@dx --dim=1,0 in.h5 o/e.h5
run -d /u --spacing=0.5 in.h5 o/f.h5
check "an attribute for the axes of --dim" h5diff o/e.h5 o/f.h5 /u_grad_0
run --dry-run -d /u --coord=0=/dt in.h5 o/c.h5
check "a dataset of one point" grep -q 'axis 0 *2 points, spacing 2 ' stdout
run --list --coord=1=/@dx in.h5
check "a list" grep -q 'axis 1  3 points, spacing 0.5 ' stdout
rm o/*.h5
refused 1 '/u: axis 0: /none: .*' -d /u --coord=0=/none in.h5 o/out.h5
refused 1 '/u: axis 0: coordinates /word: .*string' -d /u --coord=0=/word in.h5 o/out.h5
refused 1 '/u: axis 0: .*--spacing=/x3 gives the coordinates of one axis, but there are 2: use --coord=DIM=/x3; .*' \
    -d /u --spacing=/x3 in.h5 o/out.h5

finish
