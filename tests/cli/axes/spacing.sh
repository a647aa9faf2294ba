#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --dim, --spacing and --coord.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input axes.h5 /f float64 2x4 1 2 4 8 10 20 40 80
make_input axes.h5 /x float64 4 0 3 6 9
make_input axes.h5 /y int32 2 0 2
make_input axes.h5 /uneven float32be 4 0 1 4 9
make_input axes.h5 /down float64 4 9 6 3 0
make_input c:d.h5 /sub/x float64 4 0 2 4 6
# Expected results of axis 1, first row.
while IFS='|' read -r options wanted; do
    # shellcheck disable=SC2086 # several options
    done_quietly "axes: $options" -O -d /f $options axes.h5 o/out.h5
    check "axes: $options: result" equal "$(values o/out.h5 /f_grad_1 | cut -d ' ' -f 1-4)" "$wanted"
done <<'END'
--dim=1|1 1.5 3 4
--dim=-1|1 1.5 3 4
--dim=1,0|1 1.5 3 4
--dim=-1,-2|1 1.5 3 4
--spacing=auto|1 1.5 3 4
--spacing=2|0.5 0.75 1.5 2
--spacing=-2|-0.5 -0.75 -1.5 -2
--spacing=1,2|0.5 0.75 1.5 2
--spacing=2,1 --dim=-1,0|0.5 0.75 1.5 2
--spacing=/x --dim=1|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=/y,/x|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=5,/x|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=1,/down|-0.33333333333333331 -0.5 -1 -1.3333333333333333
--spacing=auto,2|0.5 0.75 1.5 2
--coord=1=/x|0.33333333333333331 0.5 1 1.3333333333333333
--coord=-1=/x --coord=0=/y|0.33333333333333331 0.5 1 1.3333333333333333
--coord=1=/x --spacing=100|0.33333333333333331 0.5 1 1.3333333333333333
--coord=1=c:d.h5:/sub/x|0.5 0.75 1.5 2
--spacing=1,c:d.h5:/sub/x|0.5 0.75 1.5 2
--spacing=1,/uneven -e1 --dim=0,1|1 0.91666666666666652 0.71666666666666656 0.80000000000000004
-e2 --dim=1|0.5 1.5 3 5
END

# Given coordinates are the scales of the results, with their attributes.
make_input axes.h5 /x text units m
done_quietly "scales" -O -d /f --coord=1=/x --coord=0=/y axes.h5 o/out.h5
check "scales: x" equal "$(values o/out.h5 /x)" "0 3 6 9"
check "scales: y" equal "$(values o/out.h5 /y)" "0 2"
check "scales: unit" grep -q '"m"' <<<"$(h5dump -a /x/units o/out.h5)"
check "scales: attached" equal "$(h5dump -A o/out.h5 | grep -c 'ATTRIBUTE "DIMENSION_LIST"')" 2
done_quietly "one scale" -O -d /f --coord=1=/x axes.h5 o/out.h5
check "one scale: x" equal "$(values o/out.h5 /x)" "0 3 6 9"
check "one scale: attached, and a dimension without coordinates" equal \
    "$(h5dump -A o/out.h5 | grep -c 'DIMENSION_LIST') $(datasets o/out.h5)" "2 /axis_0_of_2 /f_grad_0 /f_grad_1 /x"

# A component of a grid has its own steps, if it is named.
for c in 0 1; do
    name="/a it=0 tl=0 rl=0 c=$c"
    make_input carpet.h5 "$name" float64 2x4 1 2 4 8 10 20 40 80
    make_input carpet.h5 "$name" numbers delta 0.5 2
    make_input carpet.h5 "$name" numbers origin 0 0
    make_input carpet.h5 "$name" numbers iorigin 0 0
done
done_quietly "a component" -d "$name" carpet.h5 o/carpet.h5
check "a component: values" equal \
    "$(values o/carpet.h5 "${name}_grad_1" | cut -d ' ' -f 1-4)" "2 3 6 8"
"$H5GRAD" carpet.h5 o/none.h5 2>message
check "not named" grep -q 'merge them first .* by its own steps' message

finish
