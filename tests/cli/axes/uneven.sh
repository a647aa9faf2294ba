#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Uneven coordinates of a real-looking signal; complex numbers.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
# exp(-t/4) * cos(3t), its derivative and the third, which bounds the error of uneven differences.
done_quietly "uneven times" -e 2 samples/series.h5 o/series.h5
values samples/series.h5 /time | tr ' ' '\n' >times.txt
values o/series.h5 /signal_grad_0 | tr ' ' '\n' >rates.txt
paste -d ' ' times.txt rates.txt >series.txt
check "uneven times: 500 results" equal "$(wc -l <series.txt)" 500
# shellcheck disable=SC2016 # awk expands it
check "uneven times: right" awk '
    { error = $2 + exp(-$1 / 4) * (cos(3 * $1) / 4 + 3 * sin(3 * $1)) }
    error < -0.009 || error > 0.009 { wrong = 1; print "  t = " $1 ": off by " error }
    END { exit wrong }' series.txt
done_quietly "complex" -d /psi -s /y,/x samples/complex.h5 o/psi.h5
check "complex: type" grep -q '"i"' <<<"$(h5dump -H -d /psi_grad_1 o/psi.h5)"

finish
