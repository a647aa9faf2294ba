#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --missing.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input f.h5 /f float64 5 1 nan 3 4 5
derives "nan" f.h5 "nan 1 nan 1 1"
derives "strict" f.h5 "nan nan nan 1 1" --missing=strict
derives "edge" f.h5 "nan nan 1 1 1" --missing=edge
derives "edge, extend" f.h5 "0 nan 1 1 .5" --missing=edge --boundary=extend
derives "edge, mirror" f.h5 "nan nan 1 1 0" --missing=edge --boundary=mirror

# A run of values too short for the order asked for gets the highest that it has points for.
make_input runs.h5 /f float64 9 1 4 9 nan 1 3 nan 7 8
derives "runs, order 2" runs.h5 "2 4 6 nan 2 2 nan 1 1" --missing=edge -e2
derives "runs, accuracy 4" runs.h5 "2 4 6 nan 2 2 nan 1 1" --missing=edge --accuracy=4

# Five of x^4 hold the central formula of accuracy 4 for the one in the middle, but six make a run of it.
make_input quartic.h5 /f float64 17 0 1 16 81 256 nan 1296 2401 4096 6561 10000 nan 20736 28561 38416 50625 65536
run -qO --missing=edge --accuracy=4 --compute=second quartic.h5 o/quartic.h5
check "second derivative of five" equal "$(values o/quartic.h5 /f_grad2_0 | cut -d ' ' -f 9)" 770

run -q --missing=edge f.h5 o/edge.h5
check "attribute" grep -q '"edge"' <<<"$(h5dump -a /f_grad_0/gradient_missing o/edge.h5)"
run -q f.h5 o/nan.h5
check "no attribute" equal "$(h5dump -A o/nan.h5 | grep -c gradient_missing)" 0
run -n --json --missing=edge f.h5 o/plan.h5
check "plan" grep -q '"missing": *"edge"' stdout
fails "no such rule" 2 f.h5 "missing 'hole': not nan, strict or edge" --missing=hole
make_input short.h5 /f float64 1x3 1 2 3
fails "the axis itself is too short" 1 short.h5 'extent 1 is too short' --missing=edge --dim=0

finish
