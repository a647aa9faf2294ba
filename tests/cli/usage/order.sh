#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Options behind operands, repeated, abbreviated; names after --.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
done_quietly "options behind the operands" in.h5 o/out.h5 -d /f --dim 0 -O
check "options behind the operands: datasets" equal "$(datasets o/out.h5)" "/f_grad_0"
POSIXLY_CORRECT=1 done_quietly "the same with POSIXLY_CORRECT" in.h5 o/out.h5 -d /f -O
done_quietly "the last value wins" -O -d /f -s 7 --dim=1 -s 2 --dim 0 -e2 -e1 in.h5 o/out.h5
check "the last value wins: result" equal "$(values o/out.h5 /f_grad_0)" \
    "4.5 9 18 36 24.75 49.5 99 198 45 90 180 360"
check "the last value wins: datasets" equal "$(datasets o/out.h5)" "/f_grad_0"
cp in.h5 ./-in.h5
done_quietly "names after --" -O -d /f -- -in.h5 o/out.h5
done_quietly "an abbreviation" -O --overw --datas=/f in.h5 o/out.h5

finish
