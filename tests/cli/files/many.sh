#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The sample that does many files.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
echo "no HDF5" >text.h5
JOBS=2 bash "$sources/samples/many-files.sh" o/all samples/*.h5 text.h5 -- --edge-order=2 >stdout 2>stderr
check "many files: exit status" equal $? 1
check "many files: results" equal "$(cd o/all && echo *)" "chunked.h5 complex.h5 series.h5 turbulence.h5 vortices.h5"
check "many files: failed" equal "$(tail -1 stderr)" "  text.h5"
rm -r o/all
bash "$sources/samples/many-files.sh" o/all samples/*.h5 -- -v >stdout 2>stderr
check "many files, all well: exit status" equal $? 0
check "many files, all well: options" grep -q 'peak memory' stderr
bash "$sources/samples/many-files.sh" o/all samples/*.h5 -- -v >stdout 2>stderr
check "many files, again: exit status" equal $? 0
check "many files, again: nothing to do" equal "$(cat stderr)" ""

finish
