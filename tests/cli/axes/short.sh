#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Axes of one point, and of none.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input one.h5 /f float64 1x4 1 2 4 8
run one.h5 o/out.h5
check "an axis of one point: exit status" equal "$status" 0
check "an axis of one point: note" one_line stderr '^h5grad: one.h5: /f: axis 0: .*one point'
check "an axis of one point: datasets" equal "$(datasets o/out.h5)" "/f_grad_1"
done_quietly "an axis of one point, --quiet" -qO one.h5 o/out.h5
done_quietly "an axis of one point, not asked for" -O --dim=1 one.h5 o/out.h5
done_quietly "an axis of one point, with its entry" -qO -s 5,2 one.h5 o/out.h5
check "an axis of one point, with its entry: result" equal "$(values o/out.h5 /f_grad_1)" "0.5 0.75 1.5 2"
make_input none.h5 /f float64 0x4
done_quietly "no points" -O --dim=1 none.h5 o/out.h5
check "no points: datasets" equal "$(datasets o/out.h5)" "/f_grad_1"

finish
