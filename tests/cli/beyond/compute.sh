#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Results beside the gradient: --compute, their names, attributes and units.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input square.h5 /f float64 5 1 4 9 16 30
derives "second, order 1" square.h5 "2 2 2 7 7" --compute=second
derives "second, order 2" square.h5 "2 2 2 7 12" --compute=second -e2
derives "second, step" square.h5 "8 8 8 28 48" --compute=second -e2 -s0.5
make_input uneven.h5 /f float64 5 1 4 9 16 30 , /x float64 5 0 1 3 4 7 , /f scales /x
derives "second, uneven, order 1" uneven.h5 "-1/3 -1/3 3 -7/6 -7/6" -d/f --compute=second
derives "second, uneven, order 2" uneven.h5 "-3.6666666667 -1/3 3 -1.1666666667 -6.0277777778" -d/f --compute=second -e2
make_input f.h5 /f float64 6 1 2 4 8 16 3
derives "second, periodic" f.h5 "3 1 2 4 -21 11" --compute=second --boundary=periodic

make_input plane.h5 /T float64 4x3 1 2 4 3 5 10 8 9 11 7 1 0 , /T text units K , /T text long_name temperature , \
    /y float64 4 0 2 4 6 , /x float64 3 0 0.5 1 , /y text units m , /x text units m , /T scales /y /x , \
    /u float64 4x3 , /v float64 4x3 , /u text units "m s-1" , /v text units "m s-1" , /u scales /y /x , \
    /v scales /y /x
derives "laplacian" plane.h5 "4.75 4.25 2.75 12.75 12.25 10.75 2.5 1 1 18.5 17 17" -d/T --compute=laplacian
derives "magnitude" plane.h5 "2.2360679775 3.3541019662 5 4.3660622991 7.2154348448 10.1519702521 2.2360679775 \
3.1622776602 4.716990566 12.0104121495 8.0622577483 5.8523499554" -d/T --compute=magnitude

# text DATASET NAME: a text attribute of the last run.
text() {
    h5dump -a "$1/$2" o/all.h5 | sed -n 's/.*(0): "\(.*\)".*/\1/p'
}
run -q -d/T --compute=gradient,second --compute=laplacian,magnitude --boundary=y=periodic plane.h5 o/all.h5
check "all: exit status" equal "$status" 0
check "all: names" equal "$(datasets o/all.h5)" \
    "/T_grad2_0 /T_grad2_1 /T_grad_0 /T_grad_1 /T_grad_magnitude /T_laplacian /x /y"
for pair in grad_0=gradient grad2_1=second laplacian=laplacian grad_magnitude=magnitude; do
    name=/T_${pair%=*} what=${pair#*=}
    [ "$what" = gradient ] && what=
    check "$name: what" equal "$(text "$name" gradient_what 2>/dev/null)" "$what"
    check "$name: of" equal "$(text "$name" gradient_of)" /T
done
check "unit of a gradient" equal "$(text /T_grad_0 units)" "K m-1"
check "unit of a second derivative" equal "$(text /T_grad2_0 units)" "K m-2"
check "unit of a Laplacian" equal "$(text /T_laplacian units)" "K m-2"
check "unit of a magnitude" equal "$(text /T_grad_magnitude units)" "K m-1"
run -qO --vector=V:x=/u --vector=V:y=/v --compute=curl,q --boundary=x=mirror plane.h5 o/vector.h5
unit_of() {
    h5dump -a "$1/units" o/vector.h5 2>/dev/null | sed -n 's/.*(0): "\(.*\)".*/\1/p'
}
check "unit of a curl" equal "$(unit_of /V_curl)" "m s-1 m-1"
check "unit of q" equal "$(unit_of /V_q)" "(m s-1 m-1)2"
check "boundary of one axis of a vector" grep -q 'x=mirror' <(h5dump -a /V_curl/gradient_boundary o/vector.h5)
run -qO -d/u --compute=second,magnitude plane.h5 o/vector.h5
check "unit of a second derivative of a product" equal "$(unit_of /u_grad2_1)" "m s-1 m-2"
check "unit of a magnitude of a product" equal "$(unit_of /u_grad_magnitude)" "m s-1 m-1"
check "name of a second derivative" equal "$(text /T_grad2_1 long_name)" "second derivative of temperature along x"
check "name of a Laplacian" equal "$(text /T_laplacian long_name)" "Laplacian of temperature"
check "name of a magnitude" equal "$(text /T_grad_magnitude long_name)" "magnitude of the gradient of temperature"
check "boundary" equal "$(text /T_grad2_0 gradient_boundary)" 'periodic", "periodic'
check "spacing of a gradient" equal "$(text /T_grad_0 gradient_spacing)" /y
check "spacing of a Laplacian" equal "$(text /T_laplacian gradient_spacing)" 'y=/y", "x=/x'
check "boundary of one of the axes of a Laplacian" equal "$(text /T_laplacian gradient_boundary)" y=periodic
run -qO -d/T --compute=magnitude --boundary=nan:mirror -e2 plane.h5 o/all.h5
check "boundary of all axes" equal "$(text /T_grad_magnitude gradient_boundary)" 'nan", "mirror'
check "edge order of a magnitude" equal "$(h5dump -a /T_grad_magnitude/gradient_edge_order o/all.h5 |
    sed -n 's/.*(0): //p')" 2
run -qO -d/T --compute=magnitude plane.h5 o/all.h5
check "magnitude alone" equal "$(datasets o/all.h5)" "/T_grad_magnitude /x /y"
run -qO -d/T --compute=gradient,laplacian '--name=d_{what}' plane.h5 o/all.h5
check "{what}" equal "$(datasets o/all.h5)" "/d_grad_0 /d_grad_1 /d_laplacian /x /y"
fails "the same name twice" 2 plane.h5 'gradient of /T along axis 0 and second of /T along axis 0 would both be .*use .what. in --name' -d/T --compute=gradient,second '--name={name}_{dim}'
fails "no such word" 2 plane.h5 "'slope' is not gradient, second" --compute=gradient,slope
fails "of vectors" 2 plane.h5 'compute: divergence, curl and q are of vectors' --compute=curl

# Axes that belong together: not time, and of one unit.
make_input time.h5 /T float64 3x3 1 2 4 3 5 10 8 9 11 , /t float64 3 0 1 2 , /t text units "days since 2000-01-01" , \
    /x float64 3 0 1 2 , /x text units m , /T scales /t /x , /only float64 3 1 2 4 , /only scales /t
run -O -d/T --compute=magnitude time.h5 o/time.h5
check "time: note" one_line stderr '/T: axis 0 \(t\): it is time: not combined'
check "time: not combined" equal "$(values o/time.h5 /T_grad_magnitude)" "1 1.5 2 2 3.5 5 1 1.5 2"
# A time that no result needs may be as short or uneven as it is.
make_input steps.h5 /T float64 2x3 1 2 4 3 5 10 , /t float64 2 0 0 , /t text units "days since 2000-01-01" , \
    /x float64 3 0 1 2 , /T scales /t /x
run -O -d/T --compute=laplacian --boundary=extend steps.h5 o/time.h5
check "unused time: note" one_line stderr '/T: axis 0 \(t\): it is time: not combined'
check "unused time" equal "$(values o/time.h5 /T_laplacian)" "1 1 -2 2 3 -5"
run -O -d/only --compute=magnitude time.h5 o/time.h5
check "time is the only axis" grep -q 'no axis but time to be combined' stderr
fails "units differ" 1 time.h5 'axis 0 \(t\) is in .*, axis 1 \(x\) in m: name the axes .*--dim' -d/T --dim=0,1 --compute=laplacian


run -q -O -d/T --xdmf --compute=gradient,magnitude plane.h5 o/all.h5
check "XDMF: gradient" grep -q 'T_gradient' o/all.h5.xmf
check "XDMF: magnitude" grep -q 'T_grad_magnitude' o/all.h5.xmf

finish
