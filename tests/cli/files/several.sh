#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Files of several members: families, and split ones.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# make FILE: more than two members of 2 KiB.
make() {
    # shellcheck disable=SC2046 # a value a word
    make_input "$1" /x float64 40 $(seq 0.5 1.5 60) , /f float32 40x20 noise , \
        /g float64 40x6/8x6+shuffle+gzip noise , /f scales /x - , /g scales /x -
}

for format in earliest latest; do
    [ $format = earliest ] || export MAKE_INPUT_LATEST=1
    make plain.$format.h5
    "$H5GRAD" -q --no-history -O plain.$format.h5 want.h5 || exit 99
    MAKE_INPUT_DRIVER=family make "$format%02d.h5"
    MAKE_INPUT_DRIVER='split' make $format
    MAKE_INPUT_DRIVER=multi make $format.multi
    for name in $format%02d.h5 $format $format.multi; do
        run -q --no-history "$name" o/out.h5
        check "$name: exit status" equal "$status" 0
        check "$name: as of one file" cmp o/out.h5 want.h5
        rm -f o/out.h5
    done
    refused 1 "$format.*: is a member of a family of files, which is named $format%02d.h5" ${format}00.h5 o/out.h5
    refused 1 "$format.*: is a member of a family of files, which is named $format%02d.h5" ${format}02.h5 o/out.h5
    refused 1 "is a member of a file that was split, which is named $format .without -m.h5" $format-m.h5 o/out.h5
    refused 1 "is a member of a file that was split, which is named $format .without -r.h5" $format-r.h5 o/out.h5
    refused 1 "which is named $format.multi .without -g.h5" $format.multi-g.h5 o/out.h5
done
unset MAKE_INPUT_LATEST
check "the plan" grep -q 'read way *library' <("$H5GRAD" -nq earliest%02d.h5 o/out.h5)
done_quietly "one of many" -q -O earliest earliest%02d.h5 o/
check "their results" equal "$(ls o)" "$(printf 'earliest\nearliest%%02d.h5')"
rm o/*

##
## Members are the input
##

n=$(find . -name 'earliest[0-9]*.h5' | wc -l)
for output in earliest01.h5 "$(printf './earliest%02d.h5' "$n")"; do
    refused 1 "$output: is, or would be, a member of the input file" -O earliest%02d.h5 "$output"
done
refused 1 "earliest-r.h5: is, or would be, a member" -O earliest earliest-r.h5
refused 1 "earliest.multi-l.h5: is, or would be, a member" -O earliest.multi earliest.multi-l.h5
run -q --update earliest up.h5
before=$(stat -c %Y.%i up.h5)
touch -d 'next hour' earliest-r.h5
run -q --update earliest up.h5
check "--update looks at all members" test "$before" != "$(stat -c %Y.%i up.h5)"

##
## Patterns are no formats of printf
##

for name in %s.h5 %n%n.h5 earliest%2d.h5 earliest%02d%02d.h5 earliest%x.h5 earliest%999999999999d.h5 earliest%02; do
    refused 1 "$name: cannot open: No such file" "$name" o/out.h5
done
refused 1 "none%d.h5: its member none0.h5: cannot open: No such file" none%d.h5 o/out.h5
make_input %d.h5 /f float64 4 1 2 4 8
done_quietly "a file that is called so" -q %d.h5 out%d.h5

##
## Members that cannot be opened
##

file_limit() (
    ulimit -n "$1"
    shift
    "$H5GRAD" "$@"
)
for limit in 6 7 8; do
    file_limit $limit -q earliest%02d.h5 o/out.h5 >stdout 2>stderr
    check "$limit files: exit status" equal $? 1
    check "$limit files" one_line stderr 'h5grad: earliest%02d.h5: .*Too many open files'
done

##
## Damage
##

cp earliest02.h5 keep.h5
head -c 100 keep.h5 >earliest02.h5
refused 1 "its member earliest03.h5 is damaged: it has 2048 bytes, or the one before too few" earliest%02d.h5 o/out.h5
rm earliest02.h5
refused 1 "its member earliest02.h5 is missing" earliest%02d.h5 o/out.h5
rm latest-r.h5
refused 1 "its member latest-r.h5 is missing" latest o/out.h5
rm latest.multi-o.h5
refused 1 "its member latest.multi-o.h5 is missing" latest.multi o/out.h5
cp earliest.multi-r.h5 earliest-r.h5
run earliest o/out.h5
check "members of two files: no crash" test "$status" -le 1
rm -f o/out.h5
cp latest02.h5 latest01.h5
run latest%02d.h5 o/out.h5
check "members in disorder: no crash" test "$status" -le 1

finish
