#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# With --strict what is left out or assumed is an error before anything is written.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /f float64 4x3 1 2 4 8 10 20 40 80 100 200 400 800 , /words string 3
for more in "" --dry-run; do
    # shellcheck disable=SC2086 # none or one
    run --strict $more in.h5 o/out.h5
    check "no spacing $more: exit status" equal "$status" 1
    check "no spacing $more: message" one_line unit \
        '^h5grad: in.h5: /f: axis 0: no spacing found: .*; --spacing gives .*: refused by --strict$'
    check "no spacing $more: nothing is there" equal "$(ls o)" ""
done
run --strict --list in.h5
check "a list" equal "$status" 0
run --strict --spacing=1 in.h5 o/out.h5
check "a spacing, and a dataset of text" equal "$status" 0
rm o/out.h5

make_useless useless.h5
refused 1 '/a: axis 0 .x.: left out: .*--strict$' --strict useless.h5 o/out.h5

make_input broken.h5 /f float64 3 1 2 3 , /gone float64 3@absent.raw
refused 1 '/gone: .*\(skipped\): refused by --strict$' --strict -s 1 broken.h5 o/out.h5

make_input globe.h5 /t float64 4 1 2 3 4 , /lon float64 4 0 90 180 270 , /lon text units degrees_east , \
    /t scales /lon
refused 1 'goes round the globe.*--boundary=lon=periodic.*--strict$' --strict globe.h5 o/out.h5
run --strict --boundary=lon=one-sided globe.h5 o/out.h5
check "ends that are meant" equal "$status" 0
run -O --strict --boundary=lon=periodic globe.h5 o/out.h5
check "a periodic axis" equal "$status" 0
rm o/out.h5

make_input packed.h5 /p int16 4 1 2 3 4 , /p numbers gain 0.5
refused 1 '/p: .*gain.*--strict$' --strict -s 1 packed.h5 o/out.h5

# The warnings of a run come before its work.
run -s auto in.h5 o/out.h5
check "unit spacing: a warning" one_line unit 'no spacing found'

finish
