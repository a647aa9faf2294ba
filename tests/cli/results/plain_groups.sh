#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What results of plain HDF5 keep of their source: attributes of groups, coordinates that are given.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /run/u float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800 , /run/u text units m/s , \
    /y float64 3 0 1 3 , /y text units m , /x float64 4 0 1 2 3 , / numbers dt 0.5 , / text code "solver 3" , \
    / text Conventions ODIM_H5/V2_2 , / text nwb_version 2.6 , /run numbers nu 0.001

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

# Readers of netCDF-4 want a scale for every axis: one without coordinates gets an empty one.
run -O -d /run/u --coord 0=/y -s 1 --name "{name}_{axis}" in.h5 o/out.h5
check "given for one axis" equal "$(datasets o/out.h5)" "/axis_1_of_4 /run/u_1 /run/u_y /y"
check "given for one axis: not a variable" grep -q "^This is a netCDF dimension but not a netCDF variable" \
    <<<"$(attribute o/out.h5 /axis_1_of_4 NAME)"
run --list --json o/out.h5
check "given for one axis: names" equal "$(grep -o '"name": .*' stdout | sort -u)" \
    "$(printf '"name": "%s",\n' axis_1_of_4 y)"

# Marks hold for the results of netCDF, which are netCDF, and not for those of plain HDF5 with scales.
make_input scaled.h5 /u float64 3 1 2 4 , /y float64 3 0 1 3 , /u scales /y , / text nwb_version 2.6 , \
    / text code "solver 3"
run -O scaled.h5 o/out.h5
check "scales: no mark of another format" equal "$(h5dump -A o/out.h5 | grep -c nwb_version)" 0
check "scales: an attribute of the root" equal "$(attribute o/out.h5 "" code)" "solver 3"
make_input scaled.h5 / text Conventions CF-1.8
run -O scaled.h5 o/out.h5
check "netCDF: its mark" equal "$(attribute o/out.h5 "" Conventions)" "CF-1.8"

finish
