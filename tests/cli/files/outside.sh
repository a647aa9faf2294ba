#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Files that a file names: those outside its folder are not read, whatever leads to them.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

mkdir -p trusted
make_input trusted/data.h5 /u float64 4@secret.bin 1 2 4 8
make_input trusted/shows.h5 /v virtual trusted/data.h5 /u
make_input trusted/again.h5 /w virtual trusted/shows.h5 /v
make_input trusted/scale.h5 /x float64 4@secret.bin
make_input trusted/scale.h5 /f float64 4 1 2 4 8
make_input trusted/scale.h5 /f scales /x
for name in data shows again; do
    refused 1 "secret.bin, outside the folder of the input: --follow-external reads" \
        trusted/$name.h5 o/out.h5
    run --follow-external trusted/$name.h5 o/out.h5
    check "$name.h5, trusted" test "$status" = 0 -a -e o/out.h5
    rm -f o/out.h5
done
refused 1 "axis 0.*secret.bin, outside the folder.*--coord=0=PATH" trusted/scale.h5 o/out.h5
run --spacing=1 trusted/scale.h5 o/out.h5
check "a scale that is not copied: exit status" equal "$status" 0
check "a scale that is not copied: warning" grep -q "left out of the output.*secret.bin" stderr
rm -f o/out.h5 secret.bin
refused 1 "secret.bin: No such file" --follow-external trusted/again.h5 o/out.h5
mkfifo secret.bin
refused 1 "secret.bin: is not a regular file" --follow-external trusted/again.h5 o/out.h5

finish
