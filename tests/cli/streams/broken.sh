#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Standard output that is a broken pipe, or closed.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
{
    sleep 0.1
    "$H5GRAD" --help 2>stderr
    echo $? >status
} | :
check "stdout is a broken pipe: exit status" equal "$(cat status)" 1
check "stdout is a broken pipe: message" one_line stderr '^h5grad: .*output: .*pipe'
{
    sleep 0.1
    "$H5GRAD" -q --json in.h5 o/out.h5 2>stderr
    echo $? >status
} | :
unreported "stdout is a broken pipe" "$(cat status)" "Broken pipe"
rm o/out.h5
"$H5GRAD" --list in.h5 >&- 2>stderr
check "stdout is closed: exit status" equal $? 1
"$H5GRAD" -q --json in.h5 o/out.h5 >&- 2>stderr
unreported "stdout is closed" $? "Bad file descriptor"
rm o/out.h5
"$H5GRAD" -v in.h5 o/out.h5 <&- >&- 2>&-
check "all streams are closed: exit status" equal $? 0
check "all streams are closed: OUTPUT" equal "$(datasets o/out.h5)" \
    "/f_grad_0 /f_grad_1 /g/deep/h_grad_0"

finish
