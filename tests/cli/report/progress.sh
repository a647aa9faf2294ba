#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --progress.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
run --progress=always in.h5 o/out.h5
check "--progress=always: stderr" grep -q '^h5grad: 100 % done' stderr
check "--progress=always: stdout" equal "$(cat stdout)" ""
done_quietly "--progress=never" -O --progress=never in.h5 o/out.h5

finish
