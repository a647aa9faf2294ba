#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --list: fields on the same grid stand together; a file without fields.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# Fields on the same grid stand together, whatever lies between them in the file.
for name in a c; do make_input groups.h5 /$name float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800; done
make_input groups.h5 /b int16 12 1
make_input groups.h5 /much/longer float32 3x4 1
make_input groups.h5 /scalar float64 scalar 1
run --list groups.h5
check "--list: groups" equal "$(cat stdout)" "\
/a            float64  3x4  contiguous
/c            float64  3x4  contiguous
/much/longer  float32  3x4  contiguous
    axis 0  3 points, unit spacing (none found)
    axis 1  4 points, unit spacing (none found)
/b  int16  12  contiguous
    axis 0  12 points, unit spacing (none found)
left out
    /scalar: has a scalar dataspace"
run -q --list -d /b groups.h5
check "--list of one" equal "$(cat stdout)" "\
/b  int16  12  contiguous
    axis 0  12 points, unit spacing (none found)"
make_input nothing.h5 /mask bool 3
run --list nothing.h5
check "--list without fields: exit status" equal "$status" 0
check "--list without fields: what there is" grep -q '^    /mask: ' stdout
check "--list without fields: note" one_line stderr '^h5grad: nothing.h5: .*no field'
done_quietly "--list without fields, --quiet" -v -q --list nothing.h5

finish
