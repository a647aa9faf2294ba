#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --subset: parts of the results, the same as cut out of all of them.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

shape() {
    h5dump -H -d "$2" "$1" | sed -n 's/^ *DATASPACE *SIMPLE { ( \(.*\) ) \/.*/\1/p' | head -n 1
}

# The squares have the derivatives 1 2 4 6 8 10 12 13.
make_input squares.h5 /f float64 8 0 1 4 9 16 25 36 49
while read -r slice wanted; do
    done_quietly "subset $slice" -qO --subset=0="$slice" squares.h5 o/out.h5
    check "subset $slice: values" equal "$(values o/out.h5 /f_grad_0)" "$wanted"
done <<'END'
2:5 4 6 8
:2 1 2
-2: 12 13
: 1 2 4 6 8 10 12 13
::3 1 6 12
1:-1:2 2 6 10
-100:3 1 2 4
6:100 12 13
3 6
-1 13
END
check "one point: the axis stays" equal "$(shape o/out.h5 /f_grad_0)" 1

# shellcheck disable=SC2046 # numbers
make_input plain.h5 /f float32 6x9/4x4 $(for ((i = 0; i < 54; i++)); do echo $((i * i * i % 101)); done)
run -qO plain.h5 o/whole.h5
done_quietly "two axes" -qO --subset=0=1:5 --subset=-1=::4 plain.h5 o/out.h5
check "two axes: extents" equal "$(shape o/out.h5 /f_grad_1)" "4, 3"
check "two axes: chunks" grep -q 'CHUNKED ( 4, 1 )' <<<"$(h5dump -pH -d /f_grad_1 o/out.h5)"
for axis in 0 1; do
    wanted=$(h5dump --no-compact-subset -d "/f_grad_$axis" -s 1,0 -S 1,4 -c 4,3 -y -w 0 -m '%.17g' o/whole.h5 |
        sed '1,/DATA {/d; /^ *}$/,$d; s/^ *//; s/, */ /g' | tr '\n' ' ' | sed 's/  */ /g; s/ $//')
    check "two axes: values along $axis" equal "$(values o/out.h5 "/f_grad_$axis")" "$wanted"
done
check "the part is noted" equal "$(attribute o/out.h5 /f_grad_0 gradient_subset)" '0=1:5", "1=0:9:4'
done_quietly "contiguous, one point" -qO --layout=contiguous --subset=0=3 plain.h5 o/out.h5
check "an axis of one result is no axis of one point" equal "$(datasets o/out.h5)" \
    "/f_grad_0 /f_grad_1"

# The plan is that of the part.
run --dry-run --json --subset=1=2:4 plain.h5 o/new.h5
check "plan: bytes written" grep -q '"bytes_written": 96' stdout
check "plan: the part" grep -q '"subset": {"start": 2, "count": 2, "step": 1}' stdout

# Fields without the axis.
make_input line.h5 /f float64 8 0 1 4 9 16 25 36 49
make_input line.h5 /g float64 3x3 1
run -vO --subset=1=1: line.h5 o/out.h5
check "a field without the axis: exit status" equal "$status" 0
check "a field without the axis: told" grep -q '/f: has no axis 1: --subset does not cut it' stderr
check "a field without the axis: done whole" equal "$(shape o/out.h5 /f_grad_0)" 8
rm o/*
refused 1 'line.h5: /f: --subset: it has no axis 1: ' -d /f --subset=1=1: line.h5 o/new.h5
refused 1 'line.h5: no field has the axis time that --subset names: ' --subset=time=1: line.h5 o/new.h5
refused 1 'line.h5: /f: axis 0: --subset selects none of its 8 points$' --subset=0=4:4 line.h5 o/new.h5
refused 1 'line.h5: /f: axis 0: --subset: index 8 is out of range: it has 8 points$' \
    -d /f --subset=0=8 line.h5 o/new.h5
refused 1 'line.h5: /f: axis 0: --subset names it twice$' \
    -d /f --subset=0=1: --subset=-1=1: line.h5 o/new.h5
for wrong in 0 0= 0=1:2:0 0=1:2:-1 0=a 0=1:2:3:4 =1; do
    wrong_usage "subset '$wrong'" --subset="$wrong"
done

finish
