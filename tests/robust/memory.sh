#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The cap on memory: more never makes a run impossible, the cap that a refusal names suffices, the
# process stays within it, and with contiguous results chunks of a quarter of it can be done.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

if ldd "$H5GRAD" 2>/dev/null | grep -Eq 'lib(a|t)san'; then
    echo "$0: skipped: a sanitizer has its own use for memory" >&2
    exit 77
fi

# run MIB [OPTION]... INPUT: one that makes out.h5, whose report is ./report.
run() {
    local cap=$1
    shift
    "$H5GRAD" -q -O -s 1 --no-history --json -m "${cap}M" "$@" out.h5 >report 2>stderr
}

within() {
    local peak
    peak=$(sed -n 's/.*"peak_resident": *\([0-9]*\).*/\1/p' report)
    [ -n "$peak" ] && [ $((peak >> 20)) -lt "$1" ] && return
    echo "  peak $peak bytes"
    return 1
}

# asked: prints the cap that the refusal in ./stderr names, in MiB.
asked() {
    sed -n 's/.*needs --memory=\([0-9]*\)M at least.*/\1/p' stderr
}

# enough [OPTION]... INPUT: checks that caps are refused up to the one that the refusal names, not beyond.
enough() {
    local need cap
    run 32 -n "$@" && return
    need=$(asked)
    check "$*: a refusal says what is needed" test -n "$need" || return
    for cap in $((need - 1)) "$need" $((need + 1)) $((need * 5 / 4)) $((need * 3)); do
        run "$cap" -n "$@"
        check "$*: at ${cap}M, $need asked for" equal $? $((cap < need))
    done
    check "$*: with ${need}M" run "$need" "$@" && check "$*: within ${need}M" within "$need"
}

# quarter CHUNK-MIB INPUT: contiguous results at a cap of four chunks.
quarter() {
    local cap=$(($1 * 4)) file=$2 threads
    check "$file: at ease" run 1024 -j2 --layout=contiguous "$file"
    mv out.h5 want.h5
    for threads in 1 4; do
        check "$file: a quarter of ${cap}M, $threads threads" run $cap -j$threads --layout=contiguous "$file" &&
            check "$file: within ${cap}M" within $cap && check "$file: the same bytes" cmp out.h5 want.h5
    done
}

make_input plain.h5 /v float32 40x256x256/40x256x256 noise
make_input unwritten.h5 /v float32 40x256x256/40x256x256+gzip
make_input packed.h5 /v float32 40x256x256/40x256x256+shuffle+gzip+fletcher32 noise
make_input many.h5 /v float32be 44x256x258/40x256x256+shuffle+gzip 1.5
make_input short.h5 /v int16 40x260x514/40x256x512+gzip 7
make_input thin.h5 /v float64 4x1280x1024/1x1280x1024+shuffle+gzip 2

for file in plain unwritten packed many short thin; do
    quarter 10 $file.h5
    enough --layout=contiguous $file.h5
done
for file in plain short; do
    enough -j3 --layout=same $file.h5
done
enough -t float64 --layout=16x256x200 --filter=gzip=1 many.h5
enough -j2 --layout=same --filter=shuffle+gzip=1 packed.h5

# A field left out for it has a message; one that was named is an error.
make_input packed.h5 /w float32 20x20 1
"$H5GRAD" -O -s 1 -m 40M packed.h5 out.h5 2>stderr
check "one of two fields: exit status" equal $? 0
check "one of two fields: said" grep -q '/v: needs --memory=[0-9]*M at least.*(skipped)$' stderr
"$H5GRAD" -O -s 1 -m 40M -d /v -d /w packed.h5 out.h5 2>stderr
check "both named" equal $? 1

# libhdf5 would keep the index of so many chunks, and as much again for the result's scale.
make_input index.h5 /t float64 200000/1 3
make_input index.h5 /u float64 200000 1.5
make_input index.h5 /u scales /t
check "200000 chunks" run 36 -d /u index.h5
check "200000 chunks: within the cap" within 36

# A chunk that is larger than the cap is read in parts where it has no filters.
make_input large.h5 /v float32 48x512x512/48x512x512 noise
check "larger than the cap" run 40 --layout=contiguous large.h5
check "larger than the cap: within it" within 40

# Many small chunks, each of which libhdf5 describes before it reads the first: in a dataset, in the
# source of one, and in coordinates.
make_input small.h5 /v float64 128x128x8/1x1x8 noise
make_input shown.h5 /v virtual small.h5 /v
make_input flat.h5 /v float64 50000 noise
make_input x.h5 /x float64 50000/1 $(seq 50000)
"$H5GRAD" -q -O -s 1 --no-history --layout=contiguous small.h5 want.h5
export H5GRAD_IO=library
for file in small shown; do
    check "$file chunks" run 32 --layout=contiguous $file.h5
    check "$file chunks: within the least cap" within 32
    check "$file chunks: the same values" h5diff -q out.h5 want.h5
done
unset H5GRAD_IO
check "coordinates in small chunks" "$H5GRAD" -q -O --no-history --json -m 32M --coord 0=x.h5:/x flat.h5 out.h5 >report
check "coordinates in small chunks: within the least cap" within 32
"$H5GRAD" -q -O -s 1 flat.h5 want.h5
for file in out want; do
    h5dump -d /v_grad_0 -b LE -o $file $file.h5 >/dev/null
done
check "coordinates in small chunks: the values" cmp out want
finish
