#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A name that is not there: which one may be meant.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /Temp float64 4x3 1
make_input in.h5 /flow/speed float64 4x3 1
make_input in.h5 /flow/lon float64 3 0 1 2
make_input in.h5 /flow/speed scales - /flow/lon

refused 1 '/temp: no such object: did you mean /Temp\?' -d /temp in.h5 o/out.h5
refused 1 'Tepm: no such object: did you mean Temp\?' -d Tepm in.h5 o/out.h5
refused 1 'speed: no such object: did you mean /flow/speed\?' -d speed in.h5 o/out.h5
refused 1 '/folw/speed: /folw: no such object: did you mean /flow/speed\?' -d /folw/speed in.h5 o/out.h5
refused 1 '/velocity: no such object: h5grad --list shows what there is$' -d /velocity in.h5 o/out.h5
refused 1 'no axis is named Lon: did you mean lon\?' -d /flow/speed --dim=Lon in.h5 o/out.h5
refused 1 'no axis is named depth: it has lon$' -d /flow/speed --dim=depth in.h5 o/out.h5
refused 1 'no axis is named depth: its axes have no names' -d /Temp --dim=depth in.h5 o/out.h5
refused 1 'no field has the axis lno that --boundary names: did you mean lon\?$' \
    -s 1 -d /flow/speed --boundary=lno=mirror in.h5 o/out.h5
refused 1 'no field has the axis depth that --accuracy names: h5grad --list shows the names$' \
    -s 1 -d /flow/speed --accuracy=depth=4 in.h5 o/out.h5
refused 1 'no field has the axis lno that --subset names: did you mean lon\?$' --subset=lno=1:3 in.h5 o/out.h5
refused 1 '/flow/speed: --subset: it has no axis Lon: did you mean lon\?$' \
    -s 1 -d /flow/speed --subset=Lon=1:3 in.h5 o/out.h5

# What is there, but cannot be opened, is not looked for by its name.
mkdir there
make_input there/in.h5 /tmp float64 '4@no such object' 1 2 4 8
make_input there/in.h5 /temp float64 4 1 2 4 8
refused 1 'no such object, outside the folder of the input: --follow-external reads them$' -d /tmp there/in.h5 o/out.h5

run -s=0.5 -d=/Temp in.h5 o/out.h5
check "an equals sign after a short option" equal "$status $(datasets o/out.h5)" "0 /Temp_grad_0 /Temp_grad_1"

finish
