#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs that the data do not allow; messages name INPUT, dataset and axis.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input bad.h5 /f float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800 , /short float64 2 , /point float64 1x1 , \
    /c3 float64 3 1 2 3 , /c5 float64 5 1 2 3 4 5 , /c2d float64 2x2 1 2 3 4 , /cnan float64 4 1 nan 3 4 , \
    /cinf float64 4 1 2 3 inf , /ctwice float64 4 1 2 2 3 , /czigzag float64 4 1 3 2 4 , /ctext string 4 , \
    /scalar float64 scalar 1 , /null float64 null
for type in bool string opaque reference vlen compound; do
    make_input bad.h5 /t/$type $type 4
    refused 1 "bad.h5: /t/$type: " -d /t/$type bad.h5 o/out.h5
done
while read -r regex options; do
    # shellcheck disable=SC2086 # several options
    refused 1 "bad.h5: ${regex//_/ }" $options bad.h5 o/out.h5
done <<'END'
/f:.*(3_entries|3_axes|2_axes) -d /f --spacing=1,2,3
/f:.*axis_2.*rank_is_2 -d /f --dim=0,2
/f:.*axis_-3.*rank_is_2 -d /f --dim=-3
/f:.*(axis_1|-1).*repeated -d /f --dim=1,-1
/f:.*axis.*depth -d /f --dim=depth
/short:.*axis_0.*2.*too_short -d /short --edge-order=2
/point: -d /point
/point:.*axis_1.*1.*too_short -d /point --dim=1
/f:.*axis_1.*/c3.*3.*4 -d /f --coord=1=/c3
/f:.*axis_1.*/c5.*5.*4 -d /f --coord=1=/c5
/f:.*axis_1.*/c5.*5.*4 -d /f --spacing=1,/c5
/f:.*axis_1.*/c2d -d /f --coord=1=/c2d
/f:.*axis_1.*/cnan.*finite -d /f --coord=1=/cnan
/f:.*axis_1.*/cinf.*finite -d /f --coord=1=/cinf
/f:.*axis_1.*/ctwice.*2 -d /f --coord=1=/ctwice
/f:.*axis_1.*/czigzag.*monotonic -d /f --coord=1=/czigzag
/f:.*axis_1.*/ctext -d /f --coord=1=/ctext
/absent:_no_such_object:_h5grad_--list -d /f --coord=1=/absent
/f:.*axis_1.*absent.h5 -d /f --coord=1=absent.h5:/x
/f:.*axis.*7 -d /f --coord=7=/c3
/scalar: -d /scalar
/null: -d /null
END
refused 2 "gradient of /f along axis 0 and .* would both be called /g: use .what. in --name" -d /f --name=g bad.h5 o/out.h5
refused 1 "bad.h5: /f: .*/c3" -n -d /f --coord=1=/c3 bad.h5 o/out.h5

finish
