#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A terminal of 80 columns: the bar, the line at the end, and messages that are broken at blanks.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

command -v script >/dev/null || { echo "skipped: no script(1)" >&2; exit 77; }
# on_terminal OPTION...: a line of "shown" for each of the terminal, and of "said" for each message.
on_terminal() {
    TERM=xterm script -qec "stty cols 80; $H5GRAD $*" /dev/null </dev/null |
        sed 's/\x1b\[K//g' | tr '\r' '\n' | grep -v '^$' >shown
    sed ':a; N; $!ba; s/\n    / /g' shown >said
}
# All lines fit, and those that were broken were at blanks, since whole messages are there.
fits() {
    check "$1" equal "$(awk 'length > 80' shown)" ""
}

make_plain in.h5
long=/a_field_with_a_name_of_more_than_eighty_columns_which_no_terminal_of_eighty_columns_can_show
make_input long.h5 "$long" float64 5 1 2 4 8 16
mkdir many

on_terminal -s 1 -O --progress=always in.h5 o/out.h5
check "the bar" grep -q '^ *[0-9]* % \[=* *\]' shown
check "the end" grep -q '^h5grad: o/out.h5: 3 gradients of 2 fields, .* written in .* s (.*/s)$' said
fits "the bar fits"
on_terminal -s 1 in.h5 long.h5 many/
check "the end of many files" grep -q \
    '^h5grad: many/: 4 gradients of 3 fields in 2 files, .* written in .* s (.*/s)$' said
fits "the end of many files fits"
folder=a_folder_with_a_name_of_more_than_forty_columns
mkdir $folder
cp in.h5 $folder
on_terminal -s 1 -O --progress=always $folder/in.h5 long.h5 many/
check "the bar of many files" grep -q ' file 1 of 2: in.h5$' shown
fits "the bar of many files fits"
on_terminal -s 1 -O --progress=always long.h5 o/out.h5
check "the bar of a long name" grep -q '^100 % .*\.\.\..*_can_show$' shown
fits "the bar of a long name fits"
on_terminal -O in.h5 o/out.h5
check "a warning" grep -q \
    ': unit spacing, as for . more that -v names; --spacing gives a step, --coord coordinates' said
fits "a warning fits"
on_terminal --list in.h5
check "a list" grep -q '^    axis 0 ' shown
fits "a list fits"
on_terminal --dtype=double in.h5 o/out.h5
check "an error" grep -q "^h5grad: dtype 'double': .* (try 'h5grad --help')$" said
fits "an error fits"

finish
