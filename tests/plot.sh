#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# h5grad-plot: a picture of every sample, and one clear line where there cannot be one.
set -u
plot=$(cd "$(dirname "$0")/../scripts" && pwd)/h5grad-plot || exit 99
# shellcheck source-path=SCRIPTDIR source=shell-common.sh
. "$(dirname "$0")/shell-common.sh"
python=
for name in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! $name -c 'import h5py, matplotlib' 2>/dev/null || python=$name
done
if [ -z "$python" ]; then
    echo "$0: skipped: Python has no h5py or no matplotlib" >&2
    exit 77
fi
export MPLCONFIGDIR=$PWD

# picture FILE: whether it is a PNG with some colours in it.
# shellcheck disable=SC2317 # check calls it
picture() {
    [ "$(head -c 4 "$1" | tail -c 3)" = PNG ] && [ "$(wc -c <"$1")" -gt 5000 ]
}
draw() {
    local what=$1
    shift
    rm -f picture.png
    check "$what: exit status" $python "$plot" "$@" picture.png
    check "$what: picture" picture picture.png
}
refused() {
    local regex=$1
    shift
    check "$*: refused" equal "$($python "$plot" "$@" none.png >stdout 2>stderr && echo well)" ""
    check "$*: message" grep -Eq "^h5grad-plot: .*$regex" stderr
    check "$*: one line" equal "$(wc -l <stderr)" 1
    check "$*: no picture" test ! -e none.png
}

"$MAKE_SAMPLES" samples || exit 99
for name in turbulence series chunked complex; do
    "$H5GRAD" samples/$name.h5 $name.h5 || exit 99
    draw $name samples/$name.h5 $name.h5
done
draw "a slice" -d /v --slice z=3 --slice 1=-1 samples/turbulence.h5 turbulence.h5
refused 'no gradient of /none; there are: /u, /v, /w' -d /none samples/turbulence.h5 turbulence.h5
refused 'axis 0 has 64 points' --slice z=64 samples/turbulence.h5 turbulence.h5
refused 'AXIS=INDEX' --slice q=1 samples/turbulence.h5 turbulence.h5
refused 'has no /u' samples/series.h5 turbulence.h5
refused 'no gradients' samples/series.h5 samples/series.h5
refused 'absent.h5' samples/series.h5 absent.h5
finish
