#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Patterns of -d, and those that match nothing.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input patterns.h5 /fields/u float64 3 1 2 4
make_input patterns.h5 /fields/v float64 3 1 2 4
make_input patterns.h5 /other/u float64 3 1 2 4
make_input patterns.h5 '/a*' float64 3 1 2 4
make_input patterns.h5 /ab float64 3 1 2 4
while IFS='|' read -r pattern wanted; do
    rm -f o/out.h5
    done_quietly "-d '$pattern'" -d "$pattern" patterns.h5 o/out.h5
    check "-d '$pattern': datasets" equal "$(datasets o/out.h5)" "$wanted"
done <<'END'
/fields/*|/fields/u_grad_0 /fields/v_grad_0
/*/u|/fields/u_grad_0 /other/u_grad_0
/fields/[uw]|/fields/u_grad_0
/a?|/a*_grad_0 /ab_grad_0
/a*|/a*_grad_0
END
rm -f o/out.h5
done_quietly "two -d" -d /ab -d '/o*/u' -d /ab patterns.h5 o/out.h5
check "two -d: datasets" equal "$(datasets o/out.h5)" "/ab_grad_0 /other/u_grad_0"
rm -f o/out.h5
refused 1 "patterns.h5: .*/none" -d /none patterns.h5 o/out.h5
refused 1 "patterns.h5: .*/none/\*" -d '/none/*' patterns.h5 o/out.h5
refused 1 "patterns.h5: .*/fields" -d /fields patterns.h5 o/out.h5

finish
