#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A file that asks libhdf5 for more than --memory.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# The chunk that comes to 512 MiB is read by libhdf5, which would hold them; a sanitizer allocates as
# it likes.
make_input bomb.h5 /x bomb 512
cp bomb.h5 bombs.h5
make_input bombs.h5 /f float64 4096 1
make_input bombs.h5 /f scales /x
if ! ldd "$H5GRAD" 2>/dev/null | grep -Eq 'lib(a|t)san'; then
    refused 1 "/x: reading points 0..4095: .*memory (allocation failed|ran out).*raise --memory" \
        --memory=64M bomb.h5 o/out.h5
    refused 1 "/f: axis 0 .*/x: .*memory (allocation failed|ran out).*raise --memory" --memory=64M \
        bombs.h5 o/out.h5
fi

finish
