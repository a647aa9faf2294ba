#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Standard output that is full.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
if [ -c /dev/full ]; then
    for option in --help --version "--list in.h5" "-n in.h5 o/out.h5"; do
        # shellcheck disable=SC2086 # several words
        "$H5GRAD" $option >/dev/full 2>stderr
        check "$option >/dev/full: exit status" equal $? 1
        check "$option >/dev/full: message" one_line stderr '^h5grad: .*output: .*space'
    done
    "$H5GRAD" in.h5 o/out.h5 >/dev/full
    check "a run prints nothing that could fail" equal $? 0
    rm o/out.h5
    "$H5GRAD" -q --json in.h5 o/out.h5 >/dev/full 2>stderr
    unreported "stdout is full" $? "No space left on device"
    "$H5GRAD" -q -O --json in.h5 o/out.h5 >/dev/full 2>&-
    check "stdout is full and stderr closed: exit status" equal $? 3
    "$H5GRAD" -q --json in.h5 o/out.h5 >/dev/full 2>stderr
    check "stdout is full, but the run failed: exit status" equal $? 1
    check "stdout is full, but the run failed: message" one_line stderr '^h5grad: o/out.h5: exists'
    "$H5GRAD" --json --no-such-option >/dev/full 2>stderr
    check "stdout is full, but the usage is wrong: exit status" equal $? 2
    rm o/out.h5
fi

finish
