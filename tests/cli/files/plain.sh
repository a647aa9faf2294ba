#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A plain run of all fields.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
done_quietly "all fields" in.h5 o/out.h5
check "all fields: datasets" equal "$(datasets o/out.h5)" "/f_grad_0 /f_grad_1 /g/deep/h_grad_0"
check "all fields: deep" equal "$(values o/out.h5 /g/deep/h_grad_0)" "2 2 3 4"
check "all fields: nothing else" equal "$(ls -A o)" "out.h5"
check "gradient_of" equal "$(attribute o/out.h5 /f_grad_1 gradient_of)" "/f"
check "gradient_dim" equal "$(attribute o/out.h5 /f_grad_1 gradient_dim)" 1
check "history" grep -q 'h5grad in.h5 o/out.h5' <<<"$(h5dump -a /history o/out.h5)"

(mkdir x && cd x && "$H5GRAD" ../in.h5 out.h5)
check "OUTPUT without a folder" test -s x/out.h5

finish
