#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --sphere. Results are compared by 17 digits, which tell all doubles apart; sines and cosines that
# the C library rounds otherwise may be another last digit.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# make_globe FILE UNIT LAT...: T on five latitudes and four longitudes.
make_globe() {
    local file=$1 unit=$2
    shift 2
    make_input "$file" /lat float64 5 "$@" , /lat text units "$unit" , /lon float32 4 0 90 180 270 , \
        /lon text units degrees_east , \
        /T "${type:-float64}" 5x4 270 272 271 269 285 288 290 286 300 301 303 299 \
        287 289 292 284 265 262 268 260 , /T text units K , /T scales /lat /lon
}

text_of() {
    attribute "$1" "$2" "$3" | sed 's/.*"\(.*\)".*/\1/'
}

north="4.4964464087762596e-06 4.796209502694677e-06 5.6954987844499293e-06 5.0959725966130944e-06 \
4.4964464087762596e-06 4.3465648618170509e-06 4.796209502694677e-06 4.4964464087762596e-06 \
2.9976309391841731e-07 1.4988154695920866e-07 2.9976309391841731e-07 -2.9976309391841731e-07 \
-5.2458541435723031e-06 -5.845380331409138e-06 -5.2458541435723031e-06 -5.845380331409138e-06 \
-6.5947880662051807e-06 -8.0936035357972686e-06 -7.1943142540420164e-06 -7.1943142540420164e-06"
east="2.9976309391841737e-07 9.9921031306139126e-08 -2.9976309391841737e-07 \
-9.9921031306139126e-08 1.1537886864460887e-07 2.8844717161152213e-07 -1.1537886864460887e-07 \
-2.8844717161152213e-07 9.9921031306139113e-08 1.4988154695920866e-07 -9.9921031306139113e-08 \
-1.4988154695920866e-07 2.8844717161152213e-07 2.8844717161152213e-07 -2.8844717161152213e-07 \
-2.8844717161152213e-07 1.9984206261227825e-07 2.9976309391841737e-07 -1.9984206261227825e-07 \
-2.9976309391841737e-07"
laplacian="1.2623185338857686e-12 9.1448950876239995e-13 9.6926580809336167e-13 \
1.1457448084814127e-12 4.6070969461771911e-13 1.1099252183258125e-13 -1.84396576112706e-13 \
8.7965761385841691e-14 -2.5160215493151725e-12 -2.2364635993912649e-12 -2.2164951743967003e-12 \
-2.4661004868287603e-12 -3.4666284076089419e-13 -8.0485767411487498e-13 -8.3921732396016097e-13 \
-1.3258736596452466e-13 6.6461045752215571e-13 1.2118499937829898e-12 2.2854193220476137e-13 \
1.6662685318134321e-12"
magnitude="4.506427434173601e-06 4.7972502338564748e-06 5.7033818315229575e-06 \
5.0969521204273523e-06 4.4979264767586667e-06 4.3561253274892545e-06 4.7975970940741191e-06 \
4.5056888571901644e-06 3.1597804508038894e-07 2.119645164591728e-07 3.1597804508038894e-07 \
3.3514532757361746e-07 5.2537783990615163e-06 5.8524928867650479e-06 5.2537783990615163e-06 \
5.8524928867650479e-06 6.5978152814512318e-06 8.0991528018148665e-06 7.1970893030378098e-06 \
7.2005566103175434e-06"
all="--compute=gradient,second,laplacian,magnitude --boundary=lon=periodic"

make_globe globe.h5 degrees_north -60 -30 0 30 60
for sphere in --sphere --sphere=6371229; do
    # shellcheck disable=SC2086 # several options
    done_quietly "$sphere" -O $sphere $all globe.h5 o/out.h5
    check "$sphere: northward" equal "$(values o/out.h5 /T_grad_0)" "$north"
    check "$sphere: eastward" equal "$(values o/out.h5 /T_grad_1)" "$east"
    check "$sphere: Laplacian" equal "$(values o/out.h5 /T_laplacian)" "$laplacian"
    check "$sphere: magnitude" equal "$(values o/out.h5 /T_grad_magnitude)" "$magnitude"
done
for name in T_grad_0 T_grad_1 T_grad_magnitude; do
    check "$name: unit" equal "$(text_of o/out.h5 /$name units)" "K m-1"
    check "$name: radius" equal "$(text_of o/out.h5 /$name gradient_sphere_radius)" 6.37123e+06
done
for name in T_grad2_0 T_grad2_1 T_laplacian; do
    check "$name: unit" equal "$(text_of o/out.h5 /$name units)" "K m-2"
done
# The journal of a run counts its results, not its axes.
done_quietly "checkpoint" -O --checkpoint --sphere --boundary=lon=periodic --compute=magnitude \
    globe.h5 o/out.h5
check "checkpoint: magnitude" equal "$(values o/out.h5 /T_grad_magnitude)" "$magnitude"
done_quietly "half the sphere" -O --sphere=3185614.5 --dim=lat globe.h5 o/out.h5
check "half the sphere: twice the gradient" equal "$(values o/out.h5 /T_grad_0 | cut -d ' ' -f 1)" \
    8.9928928175525192e-06
# The factors of latitudes apply whatever axes are differentiated.
done_quietly "eastward alone" -O --sphere --dim=lon --boundary=lon=periodic globe.h5 o/out.h5
check "eastward alone" equal "$(values o/out.h5 /T_grad_1)" "$east"
done_quietly "without" -O --dim=lat globe.h5 o/out.h5
check "without: per degree" equal "$(text_of o/out.h5 /T_grad_0 units)" "K degree-1"

make_globe poles.h5 degrees_north -90 -45 0 45 90
run --sphere --boundary=lon=periodic -O poles.h5 o/out.h5
check "poles: exit status" equal "$status" 0
check "poles: message" one_line stderr \
    "/lat has the poles: eastward derivatives there are not defined$"
check "poles: eastward" equal "$(values o/out.h5 /T_grad_1 | cut -d ' ' -f 1-4,17-20)" \
    "nan nan nan nan nan nan nan nan"
check "poles: eastward beside them" equal "$(values o/out.h5 /T_grad_1 | grep -o nan | wc -l)" 8
check "poles: northward" equal "$(values o/out.h5 /T_grad_0 | grep -c nan)" 0
done_quietly "poles: northward" -O --sphere --dim=lat poles.h5 o/out.h5

rm -f o/*
make_globe beyond.h5 degrees_north -90 -45 0 45 91
refused 1 "/T: latitudes /lat reach 91, more than 90" -d /T --sphere beyond.h5 o/out.h5

# A float beside a pole may be a pole that was rounded.
make_input rounded.h5 /lat float32 3 -1.5707963705062866 0 1.5707963705062866 , /lat text units radians , \
    /lat text standard_name latitude , /lon float64 4 0 90 180 270 , /lon text units degrees_east , \
    /T float64 3x4 1 2 4 8 3 5 7 9 2 4 6 9 , /T scales /lat /lon
run -O --sphere rounded.h5 o/out.h5
check "a rounded pole: exit status" equal "$status" 0
check "a rounded pole: eastward" equal "$(values o/out.h5 /T_grad_1 | grep -o nan | wc -l)" 8
rm o/out.h5
make_globe plain.h5 m -60 -30 0 30 60
refused 1 "/T: no axis of it is a latitude, which --sphere needs: .* degrees_north, or" \
    -d /T --sphere plain.h5 o/out.h5
wrong_usage "sphere '-1': not a radius in metres above 0" --sphere=-1
wrong_usage "sphere 'x': not a radius in metres above 0" --sphere=x
# A field on no sphere is left out.
make_input globe.h5 /line float64 3 1 2 4
run --sphere globe.h5 o/out.h5
check "others: exit status" equal "$status" 0
check "others: message" grep -q "/line: no axis of it is a latitude" stderr
check "others: results" equal "$(datasets o/out.h5)" "/T_grad_0 /T_grad_1 /lat /lon"

# Northward derivatives need no longitude; the Laplacian does.
make_globe zonal.h5 degrees_north -60 -30 0 30 60
make_input zonal.h5 /Z float64 5 270 285 300 287 265 , /Z text units K , /Z scales /lat
done_quietly "zonal mean" -d /Z --sphere --compute=gradient,magnitude zonal.h5 o/zonal_out.h5
check "zonal mean: northward" equal "$(values o/zonal_out.h5 /Z_grad_0)" "4.4964464087762596e-06 \
4.4964464087762596e-06 2.9976309391841731e-07 -5.2458541435723031e-06 -6.5947880662051807e-06"
check "zonal mean: unit" equal "$(text_of o/zonal_out.h5 /Z_grad_magnitude units)" "K m-1"
rm -f o/*
refused 1 "/Z: no axis of it is a longitude, which the Laplacian on a sphere needs" \
    -d /Z --sphere --compute=laplacian zonal.h5 o/out.h5
make_input zonal.h5 /M float64 4 1 2 4 8 , /M scales /lon
refused 1 "/M: no axis of it is a latitude" -d /M --sphere zonal.h5 o/out.h5

# The plan counts three numbers per latitude.
# shellcheck disable=SC2046 # numbers
make_input tall.h5 /lat float64 30000 $(seq -75 0.005 74.995) , /lat text units degrees_north , \
    /lon float64 3 0 1 2 , /lon text units degrees_east , /T float64 30000x3 noise , /T scales /lat /lon
peak() {
    "$H5GRAD" --dry-run --json -q -j1 --dim=lat "$@" tall.h5 o/new.h5 | grep -o '"peak_memory": [0-9]*' | tr -dc 0-9
}
check "rows are counted" [ $(($(peak --sphere) - $(peak))) -ge 720000 ]

finish
