#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A limit on the size of files.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input large.h5 /f float32 256x256x256/64x64x64 1
(
    ulimit -f 1000
    "$H5GRAD" -s 1 large.h5 o/out.h5 >stdout 2>stderr
)
check "file size limit: exit status" equal $? 1
check "file size limit: message" one_line stderr '^h5grad: .*(space|large)'
check "file size limit: nothing is left" equal "$(ls -A o)" ""

finish
