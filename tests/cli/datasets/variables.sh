#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Names of variables in netCDF-4 and CF: variables with the name of a dimension, and names in
# attributes.
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

# quietly WHAT ARGUMENT...: checks that a run succeeds without a message.
quietly() {
    local what=$1
    shift
    rm -f out.h5
    run "$@"
    check "$what: exit status" equal "$status" 0
    check "$what: stderr" equal "$(cat stderr)" ""
}

# datasets FILE: its datasets, in one line.
datasets() {
    h5ls -r "$1" | awk '/ Dataset /{ sub(/ +Dataset .*/, ""); printf "%s%s", sep, $0; sep = " " }'
}

# attribute FILE OBJECT NAME: its value.
attribute() {
    h5dump -a "$2/$3" -y "$1" | sed -n '/DATA {/,/}/{s/^ *//; s/^"\(.*\)"$/\1/; /DATA\|}/!p}'
}

# placeholder FILE PATH EXTENT: a dimension of netCDF-4 without a variable.
placeholder() {
    make_input "$1" "$2" float32be "$3" , "$2" text CLASS DIMENSION_SCALE , \
        "$2" text NAME "This is a netCDF dimension but not a netCDF variable.         $3"
}

# axes FILE GROUP: y and x with coordinates in a group, and the dimension lat of 3.
axes() {
    make_input "$1" "$2/y" float64 3 0 2 4 , "$2/x" float64 2 0 4
    placeholder "$1" "$2/lat" 3
}

##
## A variable called like a dimension
##

for group in "" /g /g/h; do
    file=in$(echo "$group" | tr / _).h5
    axes "$file" "$group"
    make_input "$file" "$group/_nc4_non_coord_lat" float64 3x2 0 8 2 16 8 32 , \
        "$group/_nc4_non_coord_lat" scales "$group/y" "$group/x" , "$group/T" float64 3x2 0 1 2 3 4 5 , \
        "$group/T" scales "$group/y" "$group/x"
    for name in "$group/lat" "${group#/}/lat" "$group/l[a]t" "$group/_nc4_non_coord_lat"; do
        quietly "-d $name" -d "$name" "$file" out.h5
        check "-d $name: results" equal "$(datasets out.h5)" \
            "$group/lat_grad_0 $group/lat_grad_1 $group/x $group/y"
        check "-d $name: values" equal "$(values out.h5 "$group/lat_grad_0")" "1 4 2 6 3 8"
        check "-d $name: of" equal "$(attribute out.h5 "$group/lat_grad_1" gradient_of)" "$group/lat"
    done
    quietly "--name" -d "$group/lat" --dim=x --name="d{name}_d{axis}" "$file" out.h5
    check "--name: results" equal "$(datasets out.h5)" "$group/dlat_dx $group/x $group/y"
    quietly "all fields of $file" "$file" out.h5
    check "all fields of $file" equal "$(datasets out.h5)" \
        "$group/T_grad_0 $group/T_grad_1 $group/lat_grad_0 $group/lat_grad_1 $group/x $group/y"
    run --list "$file"
    check "--list $file" equal "$(grep '^/' stdout | sed 's/ .*//' | tr '\n' ' ')" "$group/T $group/lat "
    run --list --json "$file"
    check "--list --json $file" grep -q "\"path\": \"$group/lat\"" stdout
    quietly "--xdmf" --xdmf -d "$group/lat" "$file" out.h5
    check "--xdmf: the dataset of INPUT" grep -q "$file:$group/_nc4_non_coord_lat" out.h5.xmf
    rm -f out.h5.xmf

    # Named as a coordinate it is no field, and it is carried.
    make_input "$file" "$group/T" text coordinates lat
    quietly "coordinates of $file" "$file" out.h5
    check "coordinates of $file" equal "$(datasets out.h5)" \
        "$group/T_grad_0 $group/T_grad_1 $group/_nc4_non_coord_lat $group/x $group/y"
    check "coordinates of $file: values" equal "$(values out.h5 "$group/_nc4_non_coord_lat")" "0 8 2 16 8 32"
    check "coordinates of $file: scales" grep -q DIMENSION_LIST \
        <(h5dump -A -d "$group/_nc4_non_coord_lat" out.h5)
done

# One along an axis gives its coordinates and its name; so does --coord.
placeholder line.h5 /p 3
placeholder line.h5 /lat 5
make_input line.h5 /_nc4_non_coord_lat float64 3 0 1 3 , /_nc4_non_coord_lat scales /p , \
    /_nc4_non_coord_lat text units km
for field in T U; do
    make_input line.h5 /$field float64 3 0 1 9 , /$field scales /p
done
make_input line.h5 /T text coordinates lat
quietly "a coordinate along the axis" -d T line.h5 out.h5
check "a coordinate along the axis: values" equal "$(values out.h5 /T_grad_0)" "1 2 4"
check "a coordinate along the axis: spacing" equal "$(attribute out.h5 /T_grad_0 gradient_spacing)" /lat
for given in --coord=p=lat --coord=0=/lat -s/lat; do
    quietly "$given" "$given" -d U line.h5 out.h5
    check "$given: values" equal "$(values out.h5 /U_grad_0)" "1 2 4"
done

# What only stands for a dimension is no variable.
placeholder alone.h5 /lat 3
make_input alone.h5 /u float64 3 0 1 9 , /u scales /lat
for arguments in "-d /lat" "-d lat" "-d /u --coord=0=/lat"; do
    # shellcheck disable=SC2086 # two arguments
    run $arguments alone.h5 o.h5
    check "$arguments: exit status" equal "$status" 1
    check "$arguments: message" grep -q '/\?lat: is a dimension of netCDF-4' stderr
done
# Without netCDF-4's dimension beside it the name means nothing special.
make_input plain.h5 /lat float64 3 1 2 4 , /_nc4_non_coord_lat float64 3 1 2 8
rm -f out.h5
run plain.h5 out.h5
check "no dimension" equal "$status $(datasets out.h5)" "0 /_nc4_non_coord_lat_grad_0 /lat_grad_0"
check "no dimension: values" equal "$(values out.h5 /lat_grad_0)" "1 1.5 2"

##
## Names in attributes
##

# names NAME REGEX: /a/b/u$n, whose coordinates are NAME, finds them at REGEX, a spacing in the list of names.h5.
wanted=()
fields=()
names() {
    local field=/a/b/u${#wanted[@]}
    wanted+=("$1|$2")
    fields+=(',' "$field" float64 3 0 1 9 ',' "$field" scales /p ',' "$field" text coordinates "$1")
}

names /t "spacing /t "
names /c/t "spacing /c/t "
names //c//t "spacing /c/t "
names t "spacing /a/t "
names e "spacing /e "
names d/t "spacing /a/b/d/t "
names ./d/t "spacing /a/b/d/t "
names ../t "spacing /a/t "
names ../../t "spacing /t "
names ../../c/t "spacing /c/t "
names ../b/d/../../../c/t "spacing /c/t "
names c/t "spacing /c/t "
for name in ../../../t ../c/t ./t ../e d/../.. .. / nowhere /a/nowhere; do
    names "$name" "unit spacing"
done
placeholder names.h5 /p 3
for path in /t /a/t /c/t /a/b/d/t /e; do
    make_input names.h5 $path float64 3 0 1 3 , $path scales /p
done
make_input names.h5 "${fields[@]:1}"
run --list -d '/a/b/u*' names.h5
for n in "${!wanted[@]}"; do
    name=${wanted[n]%|*}
    listed /a/b/u$n >field
    check "coordinates=\"$name\"" grep -Eq "^    axis 0 .*${wanted[n]#*|}" field
    [[ ${wanted[n]} != *unit* ]] || check "coordinates=\"$name\": note" \
        grep -Fq "note  its attribute coordinates names $name, which" field
done

# A name that is not found has a message with its dataset and attribute, and is no error.
make_input lost.h5 /x float64 3 0 1 3 , /x text bounds x_bnds , /u float64 3 0 1 9 , /u scales /x , \
    /u text coordinates "lat  x lon" , /u text grid_mapping "crs: x y"
rm -f out.h5
run lost.h5 out.h5
check "not found: exit status" equal "$status" 0
check "not found: coordinates" grep -q \
    '^h5grad: lost.h5: /u: its attribute coordinates names lat, lon, which cannot be found' stderr
check "not found: grid_mapping" grep -q 'attribute grid_mapping names crs, y, which cannot' stderr
check "not found: bounds" grep -q '^h5grad: lost.h5: /x: its attribute bounds names x_bnds, which' stderr

# The extended form of grid_mapping, relative bounds.
make_input extended.h5 /m/crs int32 scalar 1 , /m/x_bnds float64 3x2 0 , /x float64 3 0 1 3 , \
    /x text bounds m/x_bnds , /g/u float64 3 0 1 9 , /g/u scales /x , /g/u text grid_mapping "../m/crs: x"
quietly "extended" extended.h5 out.h5
check "extended" equal "$(datasets out.h5)" "/g/u_grad_0 /m/crs /m/x_bnds /x"

finish
