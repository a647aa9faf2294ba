#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What results of plain HDF5 keep of their source: attributes of groups, coordinates that are given.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /run/u float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
make_input in.h5 /run/u text units m/s
make_input in.h5 /y float64 3 0 1 3
make_input in.h5 /y text units m
make_input in.h5 /x float64 4 0 1 2 3
make_input in.h5 / numbers dt 0.5
make_input in.h5 / text code "solver 3"
make_input in.h5 / text Conventions ODIM_H5/V2_2
make_input in.h5 / text nwb_version 2.6
make_input in.h5 /run numbers nu 0.001

run -d /run/u -s 1 in.h5 o/out.h5
check "plain: exit status" equal "$status" 0
check "plain: an attribute of the root" equal "$(attribute o/out.h5 "" code)" "solver 3"
check "plain: an attribute of a group" equal "$(attribute o/out.h5 /run nu)" "0.001"
for mark in Conventions nwb_version; do
    check "plain: no mark of another format" equal "$(h5dump -A o/out.h5 | grep -c "$mark")" 0
done
run -O -d /run/u --coord 0=/y --coord 1=/x --name "{name}_{axis}" in.h5 o/out.h5
check "given: names" equal "$(datasets o/out.h5)" "/run/u_x /run/u_y /x /y"
check "given: scales" equal "$(attribute o/out.h5 /y CLASS)" "DIMENSION_SCALE"
check "given: units" equal "$(attribute o/out.h5 /run/u_y units)" "(m/s) m-1"
check "given: no mark of another format" equal "$(h5dump -A o/out.h5 | grep -c nwb_version)" 0

finish
