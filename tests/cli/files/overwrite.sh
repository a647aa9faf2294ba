#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An OUTPUT that exists is replaced by --overwrite alone, and by success alone.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
"$H5GRAD" in.h5 o/out.h5 2>unit || exit 99
refused_existing=$(cksum o/out.h5)
run in.h5 o/out.h5
check "existing OUTPUT: exit status" equal "$status" 1
check "existing OUTPUT: message" one_line stderr '^h5grad: o/out.h5: .*exists.*--overwrite'
check "existing OUTPUT: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
run -n in.h5 o/out.h5
check "existing OUTPUT, --dry-run" equal "$status" 1
run -O -d /text in.h5 o/out.h5
check "--overwrite, then failing: exit status" equal "$status" 1
check "--overwrite, then failing: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
done_quietly "--overwrite" -O -d /f --sync in.h5 o/out.h5
check "--overwrite: new content" equal "$(datasets o/out.h5)" "/f_grad_0 /f_grad_1"
check "--overwrite: nothing else" equal "$(ls -A o)" "out.h5"

# kept NAME ARGUMENT...: a run that reads the file NAME as well, which is its OUTPUT, leaves that alone.
kept() {
    local name=$1 before
    before=$(cksum "$name")
    shift
    run -O "$@" "$name"
    check "OUTPUT $name is read: exit status" equal "$status" 1
    check "OUTPUT $name is read: message" one_line stderr "^h5grad: .*: it reads $name as well: give OUTPUT another name"
    check "OUTPUT $name is read: untouched" equal "$(cksum "$name")" "$before"
}

make_input raw.h5 /u float64 4@raw.bin 1 2 4 8
make_input source.h5 /u float64 4 1 2 4 8
make_input shows.h5 /v virtual source.h5 /u
make_input shows-again.h5 /w virtual shows.h5 /v
ln source.h5 linked.h5
ln -s source.h5 soft.h5
kept raw.bin raw.h5
kept source.h5 shows.h5
kept linked.h5 shows.h5
kept soft.h5 shows.h5
kept source.h5 shows-again.h5
kept shows.h5 shows-again.h5
kept source.h5 -d /f --dim=1 --coord=1=source.h5:/u in.h5
kept source.h5 --dry-run shows.h5
cp source.h5 in-o.h5
done_quietly "OUTPUT is a copy of what is read" -O -s 1 shows.h5 in-o.h5

finish
