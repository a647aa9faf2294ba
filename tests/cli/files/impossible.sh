#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# INPUT and OUTPUT that cannot be read, written, or told apart.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
before=$(stat -c %Y in.h5; cksum in.h5)
chmod a-w in.h5
refused 1 "nowhere.h5: .*[Nn]o such file" nowhere.h5 o/out.h5
refused 1 "o/none/out.h5: .*o/none" in.h5 o/none/out.h5
refused 1 "^h5grad: o:|o: " o o/out.h5
echo "no HDF5" >text.h5
refused 1 "text.h5: " text.h5 o/out.h5
: >empty.h5
refused 1 "empty.h5: " empty.h5 o/out.h5
head -c 1000 in.h5 >cut.h5
refused 1 "cut.h5: " cut.h5 o/out.h5

ln -s in.h5 soft.h5
ln in.h5 hard.h5
for name in in.h5 ./in.h5 "$PWD/in.h5" o/../in.h5 soft.h5 hard.h5; do
    refused 1 "input" in.h5 "$name"
    refused 1 "input" -O in.h5 "$name"
done
check "INPUT is as it was" equal "$(stat -c %Y in.h5; cksum in.h5)" "$before"

finish
