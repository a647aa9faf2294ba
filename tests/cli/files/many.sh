#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Many INPUTs and a folder: what a loop of single runs makes.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

mkdir in loop
for i in 1 2 3; do
    make_input in/$i.h5 /f float64 3x4 $i 2 4 8 10 20 40 80 100 200 400 800
    "$H5GRAD" -q --no-history in/$i.h5 loop/$i.h5 || exit 99
done
note='/f: axis 0: no spacing found: unit spacing, as for 1 more that -v names; --spacing gives a step, --coord coordinates'

"$H5GRAD" --no-history in/?.h5 o >stdout 2>stderr
check "exit status" equal $? 0
check "the bytes of a loop, and nothing else" diff -r loop o
check "a warning of all, counted" equal "$(cat stdout stderr)" "h5grad: in/1.h5: $note
h5grad: in/1.h5: $note (and in 2 other files)"
run in/1.h5 in/2.h5 o/
check "existing OUTPUTs: exit status" equal "$status" 1
check "existing OUTPUTs" equal "$(cat stderr)" "h5grad: o/1.h5: exists already; --overwrite replaces it
h5grad: o/2.h5: exists already; --overwrite replaces it
h5grad: 2 of 2 files failed"
check "existing OUTPUTs: as they were" diff -r loop o
rm o/?.h5

done_quietly "one INPUT and a folder" in/1.h5 o
check "one INPUT and a folder: under its name" equal "$(ls -A o): $(attribute o/1.h5 "" history)" \
    "1.h5: $(attribute o/1.h5 "" history | sed 's/: h5grad .*//'): h5grad in/1.h5 o"
run -s 2 --update in/1.h5 in/3.h5 o
check "history" equal "$(attribute o/3.h5 "" history | sed 's/.*: h5grad/h5grad/')" \
    "h5grad -s 2 --update in/3.h5 o/3.h5"
before=$(stat -c '%i %y' o/*)
done_quietly "--update, nothing to do" --update -s 2 in/1.h5 in/3.h5 o
check "--update, nothing to do: as they were" equal "$(stat -c '%i %y' o/*)" "$before"
touch in/3.h5
run --update -s 2 in/?.h5 o -v
check "--update: one new, one changed" grep -q "^h5grad: 3 files: 2 done, 1 left as they were, 0 failed" stderr
check "--update: one up to date" grep -q "^h5grad: o/1.h5: up to date" stderr

# What h5grad has made is not differentiated by accident.
mkdir again
run o/1.h5 in/2.h5 again
check "own results: exit status" equal "$status" 0
check "own results: said" one_line stderr "^h5grad: o/1.h5: holds results of h5grad: left out"
check "own results: left out" equal "$(ls again)" 2.h5
done_quietly "own results alone" o/1.h5 again

run --json --update -s 2 in/?.h5 o/2.h5 again/
check "one name twice: exit status" equal "$status" 2
run --list in/1.h5 in/2.h5
check "--list" equal "$(grep -c '^/f  float64  3x4' stdout) $(grep h5: stdout | tr '\n' ' ')" "2 in/1.h5: in/2.h5: "
run --dry-run -O in/1.h5 in/2.h5 o/
check "--dry-run" equal "$(grep h5: stdout | tr '\n' ' ')" "in/1.h5 -> o/1.h5: in/2.h5 -> o/2.h5: "

# No result replaces another INPUT, which the folder has by another name.
rm o/*
mkdir linked
cp in/1.h5 1-before.h5
ln -s ../in/1.h5 linked/2.h5
refused 2 "'in/1.h5' would be replaced by the result of 'in/2.h5': give another folder" -O in/1.h5 in/2.h5 linked
refused 2 "'in/1.h5' would be replaced by the result of 'in/2.h5': give another folder" --update in/2.h5 in/1.h5 linked
ln -f in/1.h5 linked/2.h5
refused 2 "'in/1.h5' would be replaced by the result of 'in/2.h5': give another folder" -O in/3.h5 in/1.h5 in/2.h5 linked
cp in/1.h5 linked/3.h5
ln -s ../linked/3.h5 in/now.h5
refused 2 "'in/now.h5' would be replaced by the result of 'in/3.h5': give another folder" -O in/3.h5 in/now.h5 linked
check "another INPUT: as it was" cmp in/1.h5 1-before.h5
rm -f linked/2.h5
# Nor another result, while files with two names are each replaced under its own.
cp in/1.h5 linked/3.h5
ln -s 3.h5 linked/2.h5
refused 2 "'in/2.h5' and 'in/3.h5' would both be 'linked/3.h5': give each a folder.*--help" -O in/3.h5 in/2.h5 linked
rm linked/?.h5
cp in/1.h5 linked/3.h5
ln linked/3.h5 linked/2.h5
run -O in/3.h5 in/2.h5 linked
check "OUTPUTs that were one file" equal "$status $(stat -c %h linked/?.h5 | tr '\n' ' ')" "0 1 1 "
done_quietly "an INPUT twice" -q -O in/1.h5 in/now.h5 o

finish
