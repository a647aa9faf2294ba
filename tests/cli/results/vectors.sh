#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Divergence, curl and Q of vectors, worked out by hand, to the last bit; fields that are no vector.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# expect FILE DATASET VALUE...
expect() {
    check "$what, $2" equal "$(values "$1" "$2")" "${*:3}"
}

# x, y, z are the axes 2, 1, 0, with steps 0.25, 0.5 and 1: u = x^2 + xy, v = yz - x, w = xz + z^2.
divergence="1.25 1.75 2.25 1.75 2.25 2.75 2.25 2.75 3.25 3.25 3.75 4.25 3.75 4.25 4.75 4.25 4.75 5.25 5.25 \
5.75 6.25 5.75 6.25 6.75 6.25 6.75 7.25"
curl_x="0 0 0 -0.5 -0.5 -0.5 -1 -1 -1 0 0 0 -0.5 -0.5 -0.5 -1 -1 -1 0 0 0 -0.5 -0.5 -0.5 -1 -1 -1"
curl_y="0 0 0 0 0 0 0 0 0 -1 -1 -1 -1 -1 -1 -1 -1 -1 -2 -2 -2 -2 -2 -2 -2 -2 -2"
curl_z="-1 -1.25 -1.5 -1 -1.25 -1.5 -1 -1.25 -1.5 -1 -1.25 -1.5 -1 -1.25 -1.5 -1 -1.25 -1.5 -1 -1.25 -1.5 \
-1 -1.25 -1.5 -1 -1.25 -1.5"
q="-0.53125 -0.65625 -0.90625 -0.78125 -1.03125 -1.40625 -1.28125 -1.65625 -2.15625 -2.53125 -2.90625 \
-3.40625 -2.78125 -3.28125 -3.90625 -3.28125 -3.90625 -4.65625 -6.53125 -7.15625 -7.90625 -6.78125 -7.53125 \
-8.40625 -7.28125 -8.15625 -9.15625"
make_input in.h5 /u float64 3x3x3 0 0.0625 0.25 0 0.1875 0.5 0 0.3125 0.75 0 0.0625 0.25 0 0.1875 0.5 0 0.3125 \
    0.75 0 0.0625 0.25 0 0.1875 0.5 0 0.3125 0.75 , \
    /v float64 3x3x3 0 -0.25 -0.5 0 -0.25 -0.5 0 -0.25 -0.5 0 -0.25 -0.5 0.5 0.25 0 1 0.75 0.5 0 \
    -0.25 -0.5 1 0.75 0.5 2 1.75 1.5 , \
    /w float64 3x3x3 0 0 0 0 0 0 0 0 0 1 1.25 1.5 1 1.25 1.5 1 1.25 1.5 4 4.5 5 4 4.5 5 4 4.5 5 , \
    /flow/all float64 3x3x3x3 0 0 0 0.0625 -0.25 0 0.25 -0.5 0 0 0 0 0.1875 -0.25 0 0.5 -0.5 0 0 0 0 \
    0.3125 -0.25 0 0.75 -0.5 0 0 0 1 0.0625 -0.25 1.25 0.25 -0.5 1.5 0 0.5 1 0.1875 0.25 1.25 0.5 0 1.5 0 1 1 \
    0.3125 0.75 1.25 0.75 0.5 1.5 0 0 4 0.0625 -0.25 4.5 0.25 -0.5 5 0 1 4 0.1875 0.75 4.5 0.5 0.5 5 0 2 4 \
    0.3125 1.75 4.5 0.75 1.5 5
components="--vector=V:2=/u --vector=V:1=/v --vector=V:0=/w"

what="three components"
# shellcheck disable=SC2086 # several options
check "$what" "$H5GRAD" -s 1,0.5,0.25 $components --compute=divergence,curl,q in.h5 out.h5
expect out.h5 /V_divergence "$divergence"
expect out.h5 /V_curl_2 "$curl_x"
expect out.h5 /V_curl_1 "$curl_y"
expect out.h5 /V_curl_0 "$curl_z"
expect out.h5 /V_q "$q"

what="an axis of components"
check "$what" "$H5GRAD" -O -s 1,0.5,0.25,7 --vector=V:2,1,0=flow/all --compute=divergence,curl,q in.h5 out.h5
expect out.h5 /flow/V_divergence "$divergence"
expect out.h5 /flow/V_curl_2 "$curl_x"
expect out.h5 /flow/V_curl_1 "$curl_y"
expect out.h5 /flow/V_curl_0 "$curl_z"
expect out.h5 /flow/V_q "$q"

what="two components"
make_input flat.h5 /u float64 3x3 0 1 4 1 3 7 5 5 6 , /v float64 3x3 2 2 1 0 1 5 3 8 9
check "$what" "$H5GRAD" -s 2,1 --vector=V:1=u --vector=V:0=v --compute=divergence,vorticity,q flat.h5 flat_out.h5
expect flat_out.h5 /V_divergence 0 1.5 5 2.25 4.5 6 1.5 4 3
expect flat_out.h5 /V_curl -0.5 -1.5 -2.5 -0.25 1.5 3.5 3 2 1.5
expect flat_out.h5 /V_q -1 -1.625 -5 -3.28125 -8.125 -12 -11.125 -9.25 -2

what="divergence and curl where nothing is chosen, datasets beside vectors"
check "$what" "$H5GRAD" -O -d u -s 2,1 --vector=V:1=u --vector=V:0=v flat.h5 flat_out.h5
check "$what, names" equal "$(h5ls flat_out.h5 | sed 's/ .*//' | tr '\n' ' ')" \
    "V_curl V_divergence u_grad_0 u_grad_1 "

what="attributes"
check "$what" equal "$(h5dump -a /V_divergence/gradient_of flat_out.h5 | grep -A1 'DATA {' | tail -1 | tr -d ' ')" \
    '(0):"/u","/v"'

what="values of a component that may be packed"
make_input packed.h5 /u float64 3x3 0 1 4 1 3 7 5 5 6 , /v int16 3x3 2 2 1 0 1 5 3 8 9 , /v numbers gain 0.5
for vector in "V:1=u --vector=V:0=v" "V:1=v --vector=V:0=u"; do
    # shellcheck disable=SC2086 # several options
    check "$what, $vector" grep -q '/v: what looks like packing .*gain 0.5' \
        <<<"$("$H5GRAD" -n -s 2,1 --vector=$vector packed.h5 o.h5 2>&1 >plan)"
done

"$H5GRAD" -n --json --vector=V:2,1,0=/flow/all in.h5 out2.h5 >plan.json
check "a plan names the components" grep -q '"components": \["/flow/all"\]' plan.json

# Parts of a dataset are read together, by the methods that others are read by, wherever their axis lies and
# however they are stored.
make_numbers() {
    awk -v seed="$1" 'BEGIN { for (i = 0; i < 180; i++) { seed = (seed * 75 + 74) % 65537; print seed % 199 - 99 } }'
}
for name in u v w; do
    make_numbers "$(printf %d "'$name")" >$name.txt
    # shellcheck disable=SC2046 # numbers
    make_input apart.h5 /$name float32 5x6x6 $(cat $name.txt)
done
words=divergence,curl,q
done_quietly "apart" -qO --vector=V:2=u --vector=V:1=v --vector=V:0=w --compute=$words apart.h5 o/apart.h5
declare -A wanted
for name in divergence curl_2 curl_1 curl_0 q; do
    wanted[$name]=$(values o/apart.h5 /V_$name)
done
paste u.txt v.txt w.txt >last.txt
cat u.txt v.txt w.txt >first.txt
paste <(xargs -n6 <u.txt) <(xargs -n6 <v.txt) <(xargs -n6 <w.txt) >middle.txt
while read -r method type shape numbers points; do
    what="$type $shape"
    IFS=, read -r x y z <<<"$numbers"
    rm -f joined.h5
    # shellcheck disable=SC2046 # numbers
    make_input joined.h5 /V "$type" "$shape" $(cat "$points.txt")
    run --dry-run --json --vector=V:"$numbers"=V joined.h5 o/new.h5
    check "$what: way of reading" grep -q "\"read_way\": \"$method\"" stdout
    rm -f o/joined.h5
    for environment in H5GRAD_BUFFERS=4000 H5GRAD_BUFFERS=40K H5GRAD_IO=library; do
        [ ! -e o/joined.h5 ] || mv o/joined.h5 o/before.h5
        export "${environment?}"
        done_quietly "$what, $environment" -q -j3 --no-history --vector=V:"$numbers"=V --compute=$words joined.h5 o/joined.h5
        unset "${environment%=*}"
        [ ! -e o/before.h5 ] || check "$what, $environment: as before" h5diff -q o/before.h5 o/joined.h5
    done
    rm o/before.h5
    for pair in "divergence divergence" "curl_2 curl_$x" "curl_1 curl_$y" "curl_0 curl_$z" "q q"; do
        check "$what: $pair" equal "$(values o/joined.h5 "/V_${pair#* }")" "${wanted[${pair% *}]}"
    done
done <<'END'
direct float32 5x6x6x3 2,1,0 last
direct float32be 5x6x6x3 2,1,0 last
direct int16 5x6x6x3 2,1,0 last
chunked float32 5x6x6x3/2x4x3x3 2,1,0 last
chunked float32 5x6x6x3/5x2x6x2+shuffle+gzip 2,1,0 last
direct float32 3x5x6x6 3,2,1 first
chunked float32 3x5x6x6/2x3x3x4+gzip 3,2,1 first
chunked float32 3x5x6x6/1x5x6x6 3,2,1 first
direct int16be 5x6x3x6 3,1,0 middle
chunked float32 5x6x3x6/3x3x2x4+gzip 3,1,0 middle
END

# Messages have the numbers of axes that options have: those of the dataset.
rm -f joined.h5
make_input joined.h5 /V float64 2x3x4 1 2 5 1 2 2 1 2 3 8 6 3 2 2 1 2 5 8 2 5 3 2 7 3
run -O --vector=V:2,1=V -s 1,1,1 --boundary=2=periodic joined.h5 o/out.h5
check "a repeated point of parts" one_line stderr 'axis 2: the last .* --boundary=2=periodic-repeated$'

# On a sphere, by 17 digits.
make_input globe.h5 /lat float64 5 -60 -30 0 30 60 , /lat text units degrees_north , /lon float64 4 0 90 180 270 , \
    /lon text units degrees_east , /u float64 5x4 5 6 7 4 10 12 9 8 -3 -2 -4 -1 11 13 15 9 6 2 4 8 , \
    /v float64 5x4 1 0 -1 2 2 -2 1 0 0 1 3 -1 -2 2 0 1 1 1 -2 0 , \
    /first float64 2x5x4 5 6 7 4 10 12 9 8 -3 -2 -4 -1 11 13 15 9 6 2 4 8 \
    1 0 -1 2 2 -2 1 0 0 1 3 -1 -2 2 0 1 1 1 -2 0 , \
    /last float64 5x4x2 5 1 6 0 7 -1 4 2 10 2 12 -2 9 1 8 0 -3 0 -2 1 -4 3 -1 -1 11 -2 13 2 15 0 \
    9 1 6 1 2 1 4 -2 8 0 , /packed_u int16 5x4 4 6 8 2 14 18 12 10 -12 -10 -14 -8 16 20 24 12 6 -2 2 10 , \
    /packed_v int16 5x4 4 2 0 6 6 -2 4 2 2 4 8 0 -2 6 2 4 4 4 -2 2 , \
    /packed int16 2x5x4 12 14 16 10 22 26 20 18 -4 -2 -6 0 24 28 32 20 14 6 10 18 \
    4 2 0 6 6 -2 4 2 2 4 8 0 -2 6 2 4 4 4 -2 2
for field in /packed_u=3 /packed_v=-1 /packed=-1; do
    make_input globe.h5 ${field%=*} numbers scale_factor 0.5
    make_input globe.h5 ${field%=*} numbers add_offset ${field#*=}
done
make_input globe.h5 /part float64 2 0 1
for field in u v first last packed_u packed_v packed; do
    make_input globe.h5 /$field text units 'm s-1'
done
make_input globe.h5 /u scales /lat /lon , /v scales /lat /lon , /packed_u scales /lat /lon , \
    /packed_v scales /lat /lon , /packed scales /part /lat /lon , /first scales /part /lat /lon , \
    /last scales /lat /lon /part
divergence="7.714602111157493e-07 -3.9968412522455635e-07 1.2782907063950258e-07 \
-2.5565814127900538e-07 2.6211289338671148e-07 -8.9044590419798207e-08 4.5938680207596809e-07 \
-3.9195520655532157e-07 -6.494867034899042e-07 5.4956567218376506e-07 -9.99210313061391e-08 \
1.9984206261227823e-07 5.618759873051288e-07 4.952103423251531e-08 -9.8016547208526091e-07 \
-1.7149454185836028e-07 2.7908039333363551e-08 -7.714602111157493e-07 5.4371010917010763e-07 \
-9.992103130613906e-08"
curl="-3.0579328051296336e-06 -3.6295509536331048e-06 -2.3026695073199324e-06 \
-2.0866305314016058e-06 1.7748999174554835e-07 5.3942723011150232e-08 9.4851072144074304e-07 \
8.215035689153791e-08 -4.9960515653069543e-08 0 -9.9921031306139118e-07 \
-2.9976309391841731e-07 -2.9444262149871014e-07 6.9389125067634009e-07 1.0253346292929458e-07 \
-6.4874762752232584e-07 3.2298668284085483e-06 3.5413410483542805e-06 4.284893220136666e-06 \
2.7743666245172645e-06"
globe="--sphere --boundary=lon=periodic"
for vector in "V:lon=/u --vector=V:lat=/v" V:lon,lat=/first V:lon,lat=/last \
    "V:lon=/packed_u --vector=V:lat=/packed_v" V:lon,lat=/packed; do
    what="sphere, $vector"
    # shellcheck disable=SC2086 # several options
    done_quietly "$what" -O $globe --vector=$vector globe.h5 o/out.h5
    expect o/out.h5 /V_divergence $divergence
    expect o/out.h5 /V_curl $curl
    check "$what: unit" grep -q 'm s-1 m-1' <<<"$(attribute o/out.h5 /V_curl units)"
    check "$what: radius" grep -q 6.37123e+06 <<<"$(attribute o/out.h5 /V_curl gradient_sphere_radius)"
    what="$what, subset"
    # shellcheck disable=SC2086 # several options
    done_quietly "$what" -O $globe --vector=$vector --subset=lat=1:5:3 --subset=lon=1:-1 globe.h5 o/out.h5
    expect o/out.h5 /V_divergence -8.9044590419798207e-08 4.5938680207596809e-07 \
        -7.714602111157493e-07 5.4371010917010763e-07
    expect o/out.h5 /V_curl 5.3942723011150232e-08 9.4851072144074304e-07 \
        3.5413410483542805e-06 4.284893220136666e-06
    check "$what: scales" equal "$(values o/out.h5 /lat), $(values o/out.h5 /lon)" "-30 60, 90 180"
    check "$what: noted" grep -q 'lat=1:5:3.*lon=1:3' <<<"$(attribute o/out.h5 /V_curl gradient_subset)"
done

# Two equal axes of the earth are a sphere.
make_input globe.h5 /ball int32 1
make_input globe.h5 /ball numbers semi_major_axis 6371000
make_input globe.h5 /ball numbers semi_minor_axis 6371000
make_input globe.h5 /b float64 5x4
make_input globe.h5 /b scales /lat /lon
make_input globe.h5 /b text grid_mapping ball
done_quietly "a sphere of two axes" -O --sphere --boundary=lon=periodic -d /b globe.h5 o/out.h5
check "a sphere of two axes: radius" equal \
    "$(attribute o/out.h5 /b_grad_0 gradient_sphere_radius)" "6.371e+06"

rm -f o/*
make_input globe.h5 /w float64 5x4 , /crs int32 1 , /crs numbers earth_radius 6371000 , /w scales /lat /lon , \
    /w text grid_mapping crs
while read -r regex options; do
    # shellcheck disable=SC2086 # several options
    refused 1 "V: ${regex//_/ }" $options globe.h5 o/out.h5
done <<'END'
.*the_eastward_one,_along_longitude,_first --sphere --vector=V:lat=/v --vector=V:lon=/u
.*a_vector_has_two_components --sphere --vector=V:lon=/first --vector=V:lat=/first --vector=V:part=/first
q_is_not_defined_on_the_sphere --sphere --vector=V:lon=/u --vector=V:lat=/v --compute=q
/u:_no_axis_of_it_is_a_lat --sphere -s 1,1 --vector=V:lon=/u --vector=V:lat=/v
/u_.*_sphere_of_6371229_m_and_/w_on_one_of_6371000_m --sphere --vector=V:lon=/u --vector=V:lat=/w
/u:_--subset:_it_has_no_axis_time --subset=time=1 --vector=V:lon=/u --vector=V:lat=/v
/u:.*selects_none_of_its_5 --subset=lat=3:3 --vector=V:lon=/u --vector=V:lat=/v
/first:.*part.*_holds_the_components:_--sub --sphere --subset=part=0 --vector=V:lon,lat=/first
/last:.*part.*_holds_the_components:_--sub --sphere --subset=-1=:1 --vector=V:lon,lat=/last
END

make_input flat.h5 /wide float64 3x4 , /point float64 3x3x2x2
while read -r status regex options; do
    # shellcheck disable=SC2086 # several options
    refused "$status" "${regex//_/ }" $options flat.h5 o/out.h5
done <<'END'
1 V:.*/u_is_3x3_and_/wide_3x4:_a_staggered_grid --vector=V:1=u --vector=V:0=wide
1 V:.*repeated --vector=V:1=u --vector=V:-1=v
1 V:.*nix --vector=V:1=u --vector=V:0=nix
1 V:_/u:_which_component_is_along_which_axis.*V:DIM=PATH_for_each_component,_or_V:DIM,DIM --vector=V=u
1 V:.*axis_2_and_axis_3_have_2_points --vector=V:0,1=point
1 V:.*no_axis_of_2_points --vector=V:0,1=u
1 V:.*no_axis_is_named_x --vector=V:x=u --vector=V:y=v
2 vector_V:_one_component --vector=V:1=u
2 vector_V:.*4_components --vector=V:0,1,2,3=point --compute=q
2 compute:_nothing_of_the_vectors --vector=V:0=u --vector=V:1=v --compute=gradient
2 compute:_nothing_of_the_datasets --vector=V:0=u --vector=V:1=v --compute=curl -d u
2 vector.*axis_0_is_given_twice --vector=V:0,0=point
2 vector.*NAME:DIM=PATH --vector=V
END

finish
