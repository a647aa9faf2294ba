#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Axes that are left out: those whose coordinates in the file cannot be used, each of which costs
# itself and not its field, and those of gathered points.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/shell-common.sh
. "$(dirname "$0")/../../support/shell-common.sh"

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

# run ARGUMENT...: runs the program; sets $status, ./stdout and ./stderr.
run() {
    "$H5GRAD" "$@" >stdout 2>stderr
    status=$?
}

# datasets FILE: its datasets, in one line.
datasets() {
    h5ls -r "$1" | awk '/ Dataset /{ sub(/ +Dataset .*/, ""); printf "%s%s", sep, $0; sep = " " }'
}

# left_out WHAT REGEX [MAKE-INPUT-ARGUMENT...]: /T of 4x3 points with the scales /bad, made as the
# arguments say, and /good: its first axis is left out for the reason that REGEX describes.
left_out() {
    local what=$1 regex=$2
    shift 2
    rm -f in.h5 out.h5
    make_input in.h5 /bad "$@" , /good float64 3 0 2 4 , \
        /T float64 4x3 1 2 4 8 16 32 64 128 256 512 1024 2048 , /T scales /bad /good ${unit:+, /bad text units "$unit"}
    run in.h5 out.h5
    check "$what: exit status" equal "$status" 0
    check "$what: one line" equal "$(wc -l <stderr)" 1
    check "$what: warning" grep -Eq \
        "^h5grad: in.h5: /T: axis 0 \(bad\): left out: .*/bad.*$regex.*--coord[ =]0=PATH.*--spacing" stderr
    check "$what: results" equal "$(datasets out.h5)" "/T_grad_1 /bad /good"
    check "$what: values" equal "$(values out.h5 /T_grad_1)" \
        "0.5 0.75 1 4 6 8 32 48 64 256 384 512"
    for goal in --list -n; do
        if [ $goal = -n ]; then operands=(in.h5 o.h5); else operands=(in.h5); fi
        run $goal "${operands[@]}"
        check "$what: $goal: exit status" equal "$status" 0
        check "$what: $goal: axis" grep -Eq \
            "^    axis 0  +bad: 4 points.*, no usable spacing: .*/bad.*$regex" stdout
        run $goal --json "${operands[@]}"
        check "$what: $goal --json: kind" grep -q '"spacing": "unusable"' stdout
        check "$what: $goal --json: reason" grep -Eq "\"problem\": \".*/bad.*$regex" stdout
    done
    for dim in bad 0 good,bad; do
        rm -f out.h5
        run --dim=$dim in.h5 out.h5
        check "$what: --dim=$dim: exit status" equal "$status" 1
        check "$what: --dim=$dim: message" grep -Eq "/T: axis 0 \(bad\): .*/bad.*$regex" stderr
    done
    run --dim=good in.h5 out.h5
    check "$what: --dim=good" equal "$status $(cat stderr)" "0 "
    for given in -s2 -s2,auto --coord=0=/good4 --coord=bad=/good4; do
        make_input given.h5 /good4 float64 4 0 1 5 7
        run -O ${given/\/good4/given.h5:/good4} in.h5 out.h5
        check "$what: $given" equal "$status $(cat stderr)" "0 "
        check "$what: $given: results" equal "$(datasets out.h5)" "/T_grad_0 /T_grad_1 /bad /good"
        rm given.h5
    done
}

left_out "repeated" 'coordinates 1 and 2 are both 1' float64 4 0 1 1 2
left_out "text" 'type is a string' string 4
unit="day as %Y%m%d.%f"
left_out "dates" 'dates written as numbers' float64 4 20000130 20000131 20000201 20000202
unit=

# reason REGEX UNIT [MAKE-INPUT-ARGUMENT...]: likewise /T$n with the scales /bad$n and /good in one file,
# whose messages and reports are checked together.
reasons=()
inputs=()
reason() {
    local n=${#reasons[@]}
    reasons+=("$1")
    inputs+=(',' "/bad$n" "${@:3}" ',' "/T$n" float64 4x3 1 2 4 8 16 32 64 128 256 512 1024 2048
        ',' "/T$n" scales "/bad$n" /good)
    [ -z "$2" ] || inputs+=(',' "/bad$n" text units "$2")
}

reason 'coordinate' "" float32 4 0 2 1 3
reason '3 points, the axis 4' "" float64 3 0 1 2
reason 'coordinate 2' "" float64 4 0 1 nan 3
reason '6 points, the axis 4' "" float64 6 0 1 2 3 4 5
reason '5 points, the axis 4' "" float64 5 0 1 2 3 4
reason 'type is' "" bool 4
reason 'type is complex' "" complex128 4 0
reason 'rank 2' "" float64 4x3 1
reason 'has no extent' "" float64 scalar 1
reason 'dates written as numbers' YYYYMM int32 4 199911 199912 200001 200002
reason 'dates written as numbers' "day as YYYYMMDD" int32 4 20000130 20000131 20000201 20000202
reason 'dates written as numbers' YYYYDDD int32 4 1999364 1999365 2000001 2000002
reason 'dates written as numbers' "UTC, HHMM" int32 4 30 100 130 200
reason 'dates written as numbers' "" int32 4 20000130 20000131 20000201 20000202
make_input reasons.h5 /good float64 3 0 2 4 "${inputs[@]}"
run reasons.h5 reasons-out.h5
check "reasons: exit status" equal "$status" 0
check "reasons: one line each" equal "$(wc -l <stderr)" ${#reasons[@]}
check "reasons: results" equal "$(datasets reasons-out.h5 | tr ' ' '\n' | grep -c '_grad_1$')" ${#reasons[@]}
check "reasons: of the axis left out" equal "$(datasets reasons-out.h5 | grep -c _grad_0)" 0
for n in "${!reasons[@]}"; do
    check "/bad$n: warning" grep -Eq \
        "^h5grad: reasons.h5: /T$n: axis 0 \(bad$n\): left out: .*/bad$n.*${reasons[n]}.*--coord[ =]0=PATH.*--spacing" stderr
    check "/bad$n: values" equal "$(values reasons-out.h5 /T${n}_grad_1)" "0.5 0.75 1 4 6 8 32 48 64 256 384 512"
done
for goal in --list -n; do
    operands=(reasons.h5)
    [ $goal = --list ] || operands+=(o.h5)
    run $goal "${operands[@]}"
    for n in "${!reasons[@]}"; do
        check "/bad$n: $goal: axis" grep -Eq \
            "^    axis 0  +bad$n: 4 points.*, no usable spacing: .*/bad$n.*${reasons[n]}" <(listed /T$n)
    done
    run $goal --json "${operands[@]}"
    check "reasons: $goal --json: kind" equal "$(grep -c '"spacing": "unusable"' stdout)" ${#reasons[@]}
    for n in "${!reasons[@]}"; do
        check "/bad$n: $goal --json: reason" grep -Eq "\"problem\": \".*/bad$n.*${reasons[n]}" stdout
    done
done

# Days of one month are as far apart as their numbers, and a unit says what they are.
make_input month.h5 /x int32 4 20000101 20000102 20000104 20000108 , /y int32 4 20000130 20000131 20000201 20000202 , \
    /y text units "days since 0000-01-01, not yyyymmdd" , /u float64 4 1 2 4 8 , /v float64 4 1 2 4 8 , \
    /u scales /x , /v scales /y
run month.h5 month-out.h5
check "no dates" equal "$status $(cat stderr)" "0 "

# Edges of cells are no mistake if --edges says so.
left_out "edges" '5 points, the axis 4' float64 5 0 1 2 3 4
run -O --edges=midpoint in.h5 out.h5
check "midpoints" equal "$status $(cat stderr)" "0 "

# With dates by --coord there is no message about those of the file.
unit="day as %Y%m%d.%f"
make_input dates.h5 /t float64 4 20000130 20000131 20000201 20000202 , /t text units "$unit" , /u float64 4 1 2 3 4
run -d /u --coord=0=/t dates.h5 out2.h5
check "dates by --coord" equal "$status" 1
check "dates by --coord: message" grep -q '/u: axis 0: coordinates /t are dates written as numbers' stderr

# Longitudes that go round the globe jump once by a circle, which is taken out; others are unusable.
# longitudes UNIT X...: /u along them.
longitudes() {
    local unit=$1
    shift
    rm -f lon.h5 lon-out.h5
    make_input lon.h5 /x float64 5 "$@" , /x text units "$unit" , /u float64 5 0 4 8 12 20 , /u scales /x
    run lon.h5 lon-out.h5
}
longitudes degrees_east 344 352 0 8 24
check "across 360: message" equal "$(cat stderr)" \
    "h5grad: lon.h5: coordinates /x go round the globe: 360 is added from point 2 on"
check "across 360: values" equal "$(values lon-out.h5 /u_grad_0)" "0.5 0.5 0.5 0.5 0.5"
longitudes degrees_east -164 -172 180 172 156
check "westwards: message" grep -q '360 is taken away from point 2 on$' stderr
check "westwards: values" equal "$(values lon-out.h5 /u_grad_0)" "-0.5 -0.5 -0.5 -0.5 -0.5"
rm -f lon.h5 lon-out.h5
make_input lon.h5 /x float64 2 350 10 , /x text units degrees_east , /u float64 2 0 10 , /u scales /x
run lon.h5 lon-out.h5
check "two across 360: message" grep -q 'go round the globe: 360 is added from point 1 on$' stderr
check "two across 360: values" equal "$(values lon-out.h5 /u_grad_0)" "0.5 0.5"
longitudes degrees_east 350 0 350 0 10
check "twice" grep -q 'not monotonic' stderr
longitudes degrees_north 340 350 0 10 25
check "no longitude" grep -q 'not monotonic' stderr

# Coordinates of float32 that are even but for their rounding stay as they are: -v says so.
make_input even.h5 /x float32 4 0 0.1 0.2 0.3 , /u float64 4 0 1 2 3 , /u scales /x , /y float32 4 0 0.1 0.25 0.3 , \
    /v float64 4 0 1 2 3 , /v scales /y
run -v even.h5 even-out.h5
check "rounded" grep -q '/u: axis 0 (x): coordinates /x are even but for .* a step of 0.1$' stderr
check "not rounded" equal "$(grep -c 'even but for' stderr)" 1

# A scale with a null dataspace says nothing.
make_input null.h5 /x int64 null , /u float64 4 1 2 4 8 , /u scales /x
run null.h5 null-out.h5
check "null dataspace: exit status" equal "$status" 0
check "null dataspace: warning" grep -Eq '^h5grad: null.h5: /u: axis 0 \(x\): no spacing found: unit' stderr
check "null dataspace: values" equal "$(values null-out.h5 /u_grad_0)" "1 1.5 3 4"

# No axis remains: the field is skipped, an error where it was named, and nothing to do where it is
# the only one.
make_input none.h5 /x float64 4 0 1 1 2 , /u float64 4 1 2 4 8 , /u scales /x , /one float64 1x4 1 , \
    /one scales - /x
run none.h5 none-out.h5
check "nothing remains: exit status" equal "$status" 1
check "nothing remains: message" grep -q 'nothing to do: /one: axis 1 (x): .*/x: .*both 1' stderr
make_input none.h5 /v float64 4 1 2 4 8
run none.h5 none-out.h5
check "a field skipped: exit status" equal "$status" 0
check "a field skipped: message" grep -Eq '/one: axis 1 \(x\): .*/x: .*both 1.*\(skipped, and 1 more' stderr
run -d /u none.h5 o2.h5
check "a named field: exit status" equal "$status" 1
check "a named field: message" grep -q '/u: axis 0 (x): .*/x: .*both 1' stderr
run -d '/[uv]' none.h5 o2.h5
check "a pattern: exit status" equal "$status" 0

# So is a field whose packing cannot be understood.
make_input packed.h5 /u int16 4 1 2 4 8 , /u text scale_factor half , /v float64 4 1 2 4 8
run packed.h5 packed-out.h5
check "broken packing: exit status" equal "$status" 0
check "broken packing: warning" grep -q \
    '^h5grad: packed.h5: /u: scale_factor is not one finite number.*(skipped)$' stderr
check "broken packing: results" equal "$(datasets packed-out.h5)" "/v_grad_0"

# And a piece of a grid that the file holds in pieces.
make_input patch.h5 /Grid00000001/u float64 4 1 2 4 8 , /v float64 4 1 2 4 8
run patch.h5 patch-out.h5
check "a patch: exit status" equal "$status" 0
check "a patch: warning" grep -q \
    '^h5grad: patch.h5: /Grid00000001/u: it is one of the patches of an Enzo grid.*(skipped)$' stderr
check "a patch: results" equal "$(datasets patch-out.h5)" "/v_grad_0"

# One warning for one reason; each for itself with -v.
for field in a b c; do
    make_input many.h5 /$field float64 4x3 1
done
make_input many.h5 /x float64 4 0 1 1 2 , /y float64 3 0 0 1 , /z float64 3 0 1 2 , /a scales /x /z , \
    /b scales /x /z , /c scales - /y
run many.h5 many-out.h5
check "many: exit status" equal "$status" 0
check "many: x" grep -Eq '/a: axis 0 \(x\): left out: .*\(as for 1 more that -v names\)$' stderr
check "many: y" grep -Eq '/c: axis 1 \(y\): left out: .*/y: .*--spacing$' stderr
check "many: once" equal "$(grep -c 'left out' stderr)" 2
run -O -v many.h5 many-out.h5
check "many: --verbose" equal "$(grep -c 'left out' stderr)" 3

##
## Axes of gathered points and of several features
##

# gathered FILE REGEX: /T of 5 points along an axis that is left out, and /g/U of 3x5.
gathered() {
    local file=$1 regex=$2
    rm -f o.h5
    make_input "$file" /T float64 5 0 1 4 9 16 , /T scales "$dimension" , /z float64 3 0 1 3 , \
        /g/U float64 3x5 1 2 3 4 5 2 3 4 5 6 4 5 6 7 8 , /g/U scales /z "$dimension"
    rm -f out.h5
    run "$file" out.h5
    check "$file: exit status" equal "$status" 0
    check "$file: results" equal "$(datasets out.h5)" "/g/U_grad_0 $dimension /z"
    check "$file: axis" grep -Eq "/g/U: axis 1 .*: left out: its points are $regex" stderr
    check "$file: field" grep -Eq "/T: axis 0 .*: its points are $regex.*--dim=0 .*\\(skipped\\)" stderr
    run -d /T "$file" o.h5
    check "$file: -d: exit status" equal "$status" 1
    check "$file: -d: message" grep -Eq "/T: axis 0 .*: its points are $regex" stderr
    run -d '/[T]' -d /g/U "$file" o.h5
    check "$file: pattern: exit status" equal "$status" 0
    rm -f out.h5
    run -d /g/U "$file" out.h5
    check "$file: -d /g/U" equal "$(datasets out.h5)" "/g/U_grad_0 $dimension /z"
    check "$file: -d /g/U: axis" grep -Eq "/g/U: axis 1 .*: left out: its points are $regex" stderr
    run --list --json "$file"
    check "$file: --list" equal "$(grep -Ec "\"(left_out|reason)\": \"(axis [^:]*: )?its points are $regex" stdout)" 2
    rm -f out.h5
    run -d /T --dim=0 "$file" out.h5
    check "$file: --dim: exit status" equal "$status" 0
    check "$file: --dim: values" equal "$(values out.h5 /T_grad_0)" "1 2 4 6 7"
    check "$file: --dim: warning" grep -q '/T: axis 0 .*: no spacing found: unit spacing' stderr
}

make_input compress.h5 /land int32 5 1 2 5 8 11 , /land text compress "lat  lon"
dimension=/land
gathered compress.h5 'gathered from lat, lon \(compress\)'
check "a list of indices is no field" equal "$(grep -c '^/land ' <("$H5GRAD" --list compress.h5))" 0

# Contiguous and indexed ragged arrays: the variable that says so lies beside the fields or around.
make_input contiguous.h5 /obs float32be 5 , \
    /obs text NAME "This is a netCDF dimension but not a netCDF variable.         5" , /size int32 2 3 2 , \
    /size text sample_dimension obs
dimension=/obs
gathered contiguous.h5 'observations of several features.*\(sample_dimension\)'
run --list -v contiguous.h5
check "counts are no field" grep -q '/size: it counts observations.* (skipped)' stderr

make_input indexed.h5 /obs float64 5 0 1 2 3 4 , /station int32 5 0 1 0 1 0 , \
    /station text instance_dimension place , /station scales /obs
gathered indexed.h5 'observations of several features.*\(instance_dimension\)'
run --list -v indexed.h5
check "indices are no field" grep -q '/station: it is a list of indices.* (skipped)' stderr

# A list of indices has integers.
make_input decoy.h5 /x float64 3 0 2 4 , /x text compress "lat lon" , /u float64 3 0 2 4 , \
    /u text sample_dimension x , /u scales /x
rm -f out.h5
run decoy.h5 out.h5
check "no list: exit status" equal "$status" 0
check "no list: values" equal "$(values out.h5 /u_grad_0)" "1 1 1"

# What may be components is a note, and not where --dim has the answer.
make_input tensor.h5 /x float64 4 0 1 2 3 , /s float64 4x3x3 , /s scales /x - -
rm -f out.h5
run tensor.h5 out.h5
check "a tensor" grep -q 'axes 1 and 2 have 3 points and no coordinates: if they hold components, --dim=0' stderr
for dims in 0 1,2; do
    rm -f out.h5
    run --dim=$dims tensor.h5 out.h5
    check "a tensor with --dim=$dims" equal "$status $(grep -c components stderr)" "0 0"
done

finish
