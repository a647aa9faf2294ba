#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# README.md's way to a picture of the vorticity, as written but for what it installs: the vorticity is
# that of the formula in samples/make_samples.c, also where the ends of the box join.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/program.sh
. "$(dirname "$0")/../support/program.sh"

export MPLCONFIGDIR=$PWD
mkdir -p build/samples
ln -s "$sources/scripts" scripts
for name in H5GRAD:build/h5grad MAKE_SAMPLES:build/samples/make_samples; do
    program=${name%%:*}
    printf '#!/bin/sh\nexec "%s" "$@"\n' "${!program}" >"${name#*:}"
    chmod +x "${name#*:}"
done

plotted=no
for python in python3 /usr/bin/python3; do
    [ $plotted = no ] && $python -c 'import h5py, matplotlib' 2>/dev/null || continue
    plotted=yes
    printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v $python)" >build/python3
    chmod +x build/python3
done
PATH=$PWD/build:$PATH
sed -n '/^    build.samples/,/^$/p' "$sources/README.md" >commands
check "four commands" equal "$(grep -c '^    [a-z]' commands)" 4
while read -r command; do
    case $command in
    "" | apt-get*) continue ;;
    scripts/h5grad-plot*) [ $plotted = yes ] || continue ;;
    esac
    check "$command" bash -e -c "$command"
done <commands
[ $plotted = no ] || check "a picture" test -s flow.png

# The largest difference from the formula, of the points at the ends of the box and of all, and the
# largest vorticity.
# shellcheck disable=SC2317 # check calls it
vorticity_holds() {
    values flow.h5 /flow_curl | awk '
        BEGIN {
            pi = atan2(0, -1)
            n = split("0 0 7 .4  1 .9 5 -.4  .9 1.85 9 -.3  1.45 1.45 12 .3  .45 1.35 8 .35 " \
                      "1.55 .4 10 -.35  .55 .45 14 -.3  1.85 .95 11 .3  .1 .8 16 -.25", v, " +") / 4
        }
        {
            for (i = 0; i < 128; i++) {
                for (j = 0; j < 128; j++) {
                    curl = 0
                    for (k = 0; k < n; k++) {
                        dx = pi * (j / 64 - v[4 * k + 1]); dy = pi * (i / 64 - v[4 * k + 2]); width = v[4 * k + 3]
                        part = cos(dx) + cos(dy) - width * (sin(dx) ^ 2 + sin(dy) ^ 2)
                        curl += pi * pi * v[4 * k + 4] * exp(width * (cos(dx) + cos(dy) - 2)) * part
                    }
                    error = $(128 * i + j + 1) - curl; if (error < 0) error = -error
                    if (error > all) all = error
                    if ((i == 0 || j == 0) && error > ends) ends = error
                    if (curl > most) most = curl
                }
            }
        }
        END { print NF, most, all, ends; exit !(NF == 128 * 128 && most > 7 && all < 0.15 && ends < 0.1) }'
}
check "the vorticity is that of the formula" vorticity_holds

finish
