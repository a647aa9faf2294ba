#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Datasets that cannot be differentiated are left out without -d, and --verbose names them.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input some.h5 /f float64 3 1 2 4
make_input some.h5 /mask bool 3
make_input some.h5 /scalar float64 scalar 1
done_quietly "datasets left out" some.h5 o/out.h5
run -vO some.h5 o/out.h5
check "datasets left out, --verbose: exit status" equal "$status" 0
check "datasets left out, --verbose: mask" grep -q '^h5grad: .*/mask: .*skipped' stderr
check "datasets left out, --verbose: scalar" grep -q '^h5grad: .*/scalar: .*skipped' stderr
check "--verbose: the way" grep -Eq '^h5grad: some.h5: /f: .* on [0-9]+ thread.*read way: ' stderr
check "--verbose: closing line" grep -Eq \
    '^h5grad: o/out.h5: 1 gradient of 1 field, .* in .* s .*, peak memory [0-9.]+ [KMG]iB$' stderr
check "--verbose: stdout" equal "$(cat stdout)" ""
rm o/out.h5
make_input nothing.h5 /mask bool 3
refused 1 "nothing.h5: nothing to do" nothing.h5 o/out.h5

finish
