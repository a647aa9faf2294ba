#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --list: fields and their axes, as a run would take the options.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
make_useless useless.h5
run --list samples/turbulence.h5
check "--list: exit status" equal "$status" 0
check "--list: stderr" equal "$(cat stderr)" ""
check "--list: fields" equal "$(grep '^/' stdout)" "$(printf '/%s  float32  64x64x64  contiguous\n' u v w)"
check "--list: one grid for all" equal "$(grep -c '  axis ' stdout)" 3
check "--list: axis" grep -q '^    axis 2  x: 64 points, spacing /x (dimension scale), 0 to ' stdout
run -l samples/complex.h5
check "--list: complex" grep -q '^/psi  complex128  96x128  ' stdout
run -l samples/chunked.h5
check "--list: layout" grep -q '  90x70x50  chunked 32x32x16 shuffle+gzip=4$' stdout
refused 1 "nowhere.h5" --list nowhere.h5
# As a run would take the options.
refused 1 "nothing to do: /a: no axis is named nosuch" --list --dim nosuch useless.h5
refused 1 "/a: --spacing has 3 entries for 2 axes" --list -d /a -s 1,2,3 useless.h5
refused 1 "/a: axis 0 .x.: coordinates /x: " --list -d /a --coord 0=/x -s 0.5 useless.h5
run --list -d /a -s 2,0.5 useless.h5
check "--list: --spacing" grep -q '^    axis 1 .* 3 points, spacing 0.5 (command line)$' stdout
run --list useless.h5
check "--list: the way out" grep -q 'no usable spacing: coordinates /x: .*--coord=0=PATH' stdout
make_input edges.h5 /e float64 5 0 1 3 7 9
make_input edges.h5 /f float64 4 1 2 4 8
make_input edges.h5 /f scales /e
run --list --edges=midpoint edges.h5
check "--list: --edges" grep -q '^    axis 0  .*4 points, spacing /e (dimension scale), 0.5 to 8' stdout

finish
