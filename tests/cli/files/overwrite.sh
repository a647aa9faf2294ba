#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An OUTPUT that exists is replaced by --overwrite alone, and by success alone.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
"$H5GRAD" in.h5 o/out.h5 2>unit || exit 99
refused_existing=$(cksum o/out.h5)
run in.h5 o/out.h5
check "existing OUTPUT: exit status" equal "$status" 1
check "existing OUTPUT: message" one_line stderr '^h5grad: o/out.h5: .*exists.*--overwrite'
check "existing OUTPUT: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
run -n in.h5 o/out.h5
check "existing OUTPUT, --dry-run" equal "$status" 1
run -O -d /text in.h5 o/out.h5
check "--overwrite, then failing: exit status" equal "$status" 1
check "--overwrite, then failing: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
done_quietly "--overwrite" -O -d /f --sync in.h5 o/out.h5
check "--overwrite: new content" equal "$(datasets o/out.h5)" "/f_grad_0 /f_grad_1"
check "--overwrite: nothing else" equal "$(ls -A o)" "out.h5"

finish
