#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --dry-run: the plan, and nothing touched.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
run -n --layout=32x32x32 samples/turbulence.h5 o/out.h5
check "--dry-run: exit status" equal "$status" 0
check "--dry-run: stderr" equal "$(cat stderr)" ""
check "--dry-run: touches nothing" equal "$(ls -A o)" ""
check "--dry-run: fields" equal "$(grep '^/' stdout | tr '\n' ' ')" "/u /v /w "
for line in 'type  *float32' 'shape  *64x64x64' 'layout  *contiguous' \
    'axis 0  *z: 64 points, spacing /z .*scale.*, 0 to 6.28319, in m' 'result 2  */u_grad_2' \
    'result type  *float32' 'result layout  *chunked 32x32x32' 'tiles  *[0-9]+ of [0-9x]+' \
    'read  *[0-9]+ bytes' 'decoded again  *[0-9]+ bytes' 'written  *3145728 bytes .3.0 MiB.' \
    'peak memory  *[0-9]+ bytes'; do
    check "--dry-run: $line" grep -Eq "^    $line" stdout
done

finish
