#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Differences of order 2 to 8: --accuracy.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# powers FILE N: N-th powers of 0 ... 8.
powers() {
    # shellcheck disable=SC2046 # words
    make_input "$1" /f float64 9 $(seq 0 8 | awk -v n="$2" '{ printf "%d ", $1 ^ n }')
}
slopes() {
    seq 0 8 | awk -v n="$1" '{ printf "%d ", n * $1 ^ (n - 1) }'
}
for n in 4 6 8; do
    powers x$n.h5 $n
    derives "x^$n" x$n.h5 "$(slopes $n)" --accuracy=$n
done
derives "x^4, accuracy 2" x4.h5 "1 8 40 120 272 520 888 1400 1695"
derives "x^4, second" x4.h5 "0 12 48 108 192 300 432 588 768" --accuracy=4 --compute=second

make_input sin.h5 /f float64 7 0 0.8414709848078965 0.1411200080598672 -0.7568024953079282 \
    0.6569865987187891 0.9893582466233818 -0.5440211108893698
make_input sin.h5 /x float64 7 0 1 3 4 7 8 10
make_input sin.h5 /f scales /x
derives "uneven" sin.h5 "1.3416816282 0.3659287735 -0.8516465975 -0.6086436670 0.5587939898 0.0535534878 -1.7274920346" \
    -d/f --accuracy=4
make_input f.h5 /f float64 6 1 2 4 8 16 3
derives "periodic" f.h5 "1/3 1.5833333333 2.75 7.9166666667 -3.0833333333 -9.5" --accuracy=4 --boundary=periodic

make_input plane.h5 /f float64 4x7 1
make_input plane.h5 /z float64 4 0 1 2 3
make_input plane.h5 /f scales /z -
fails "too short" 1 plane.h5 'axis 0 \(z\): extent 4 is too short: accuracy 4 needs at least 5 points \(--accuracy=z=2\)' \
    -d/f --accuracy=4
run -q --accuracy=4 --accuracy=z=2 -d/f plane.h5 o/plane.h5
check "the way out" equal "$status" 0
check "attribute" grep -q '(0): 4' <<<"$(h5dump -a /f_grad_1/gradient_accuracy o/plane.h5)"
check "edge order of accuracy 2 alone" equal \
    "$(h5dump -A o/plane.h5 | grep -Ec 'gradient_(edge_order|accuracy)')" 2
run -n --accuracy=1=4 -d/f plane.h5 o/plan.h5
check "plan" grep -q '7 points.*accuracy 4' stdout
fails "no such accuracy" 2 f.h5 "'3' is not 2, 4, 6 or 8" --accuracy=3
fails "edge order" 2 f.h5 'edge order holds for accuracy 2' --accuracy=4 -e2
fails "no such axis" 1 f.h5 'no field has the axis t that --accuracy names' --accuracy=t=4

finish
