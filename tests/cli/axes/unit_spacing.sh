#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The message of a run about axes of which nothing is known.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
run in.h5 o/out.h5
check "unit spacing: said once" one_line unit \
    '^h5grad: in.h5: /f: axis 0: no spacing found: unit spacing, as for 2 more that -v names; --s'
run -O -q in.h5 o/out.h5
check "unit spacing, --quiet" equal "$(cat unit)" ""
run -O -s 1 in.h5 o/out.h5
check "unit spacing, asked for" equal "$(cat unit)" ""
run -O -v in.h5 o/out.h5
check "--verbose: unit spacing" grep -q '^h5grad: in.h5: /f: axis 1: unit spacing (none found)$' stderr

finish
