#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Sources of virtual datasets that are not there.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input source.h5 /u float64 4 1 2 4 8
make_input missing.h5 /v virtual source.h5 /u
make_input missing.h5 /u float64 4 1 2 4 8
rm source.h5
why='/v: source source.h5:/u of points 0..3: No such file or directory'
refused 1 "$why: --allow-missing-sources" -d /v missing.h5 o/out.h5
for options in --dry-run ""; do
    run $options missing.h5 o/out.h5
    check "missing source $options: exit status" equal "$status" 0
    check "missing source $options: warning" grep -q "^h5grad: missing.h5: $why.*(skipped)" stderr
    rm -f o/out.h5
    run $options --allow-missing-sources missing.h5 o/out.h5
    check "missing source $options, allowed: warning" \
        grep -q "^h5grad: missing.h5: $why: its fill value is taken" stderr
done
check "missing source, allowed: values" equal "$(values o/out.h5 /v_grad_0)" "0 0 0 0"
rm -f o/out.h5
run --list missing.h5
check "missing source: --list" grep -q "^    $why" stdout
run --list --json missing.h5
check "missing source: --list --json" grep -q "No such file" stdout
run --list --allow-missing-sources missing.h5
check "missing source, allowed: --list" grep -q "note.*its fill value is taken" stdout

finish
