#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Coordinates in the file that are of no use.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_useless useless.h5
run useless.h5 o/out.h5
check "useless coordinates: exit status" equal "$status" 0
check "useless coordinates: said" one_line stderr \
    '/a: axis 0 .x.: left out: .*/x: .*both 1: .*--coord=0=.*--spacing \(as for 1 more that -v'
check "useless coordinates: results" equal "$(datasets o/out.h5)" "/a_grad_1 /b_grad_1 /c_grad_0 /x /y"
run -O -v -d /c useless.h5 o/out.h5
check "--verbose: coordinates" grep -q '/c: axis 0 (y): spacing /y (dimension scale)$' stderr
rm -f o/*
refused 1 "nothing to do: /a: no axis is named nosuch" --dim nosuch useless.h5 o/out.h5

finish
