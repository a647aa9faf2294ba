#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --xdmf, without ParaView, which tests/interop/paraview.sh uses.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
make_plain in.h5
done_quietly "--xdmf" --xdmf samples/chunked.h5 o/out.h5
check "--xdmf: files" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
check "--xdmf: relative path" grep -q '>../samples/chunked.h5:/run1/temperature<' o/out.h5.xmf
rm o/out.h5
run --xdmf in.h5 o/out.h5
check "existing .xmf: exit status" equal "$status" 1
check "existing .xmf: message" one_line stderr '^h5grad: o/out.h5.xmf: .*exists.*--overwrite'
check "existing .xmf: nothing new" equal "$(ls -A o)" out.h5.xmf
run --xdmf -n in.h5 o/out.h5
check "existing .xmf, --dry-run" equal "$status" 1
check "without --xdmf it does not matter" "$H5GRAD" in.h5 o/out.h5
done_quietly "--xdmf --overwrite --sync" --xdmf --sync -O -d /f in.h5 o/out.h5
check "--xdmf --overwrite: files" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
check "--xdmf --overwrite: new" grep -q 'out.h5:/f_grad_1<' o/out.h5.xmf
old=$(cksum o/out.h5 o/out.h5.xmf)
# The description alone is too large: nothing changes.
make_input wide.h5 /f float32 2x20000 1
(
    ulimit -f 64
    "$H5GRAD" --xdmf -O -s 1,-1 --layout=2x20000 --filter=gzip wide.h5 o/out.h5 >stdout 2>stderr
)
check "--xdmf, file size limit: exit status" equal $? 1
check "--xdmf, file size limit: message" one_line stderr '^h5grad: o/out.h5: writing .*xmf.*large'
check "--xdmf, file size limit: nothing changes" equal "$(cksum o/out.h5 o/out.h5.xmf)" "$old"
check "--xdmf, file size limit: nothing is left" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
rm o/*
run --xdmf samples/series.h5 o/out.h5
check "--xdmf without a grid: exit status" equal "$status" 0
check "--xdmf without a grid: note" one_line stderr '^h5grad: .*no field has two or three axes'
rm o/*
make_input colon.h5 /a:b float64 3x4 1
run --xdmf -v colon.h5 o/out.h5
check "--xdmf and ':'" grep -Eq "^h5grad: colon.h5: /a:b: ParaView and VisIt cannot read" stderr
make_input colon.h5 $'/a\x01b' float64 3x4 1
make_input colon.h5 $'/a\xffb' float64 3x4 1
run --xdmf -v -O colon.h5 o/out.h5
check "--xdmf and control characters" equal "$(grep -c 'not described in .*XML' stderr)" 2
check "--xdmf and control characters: the text" equal "$(grep -c '[^ -~]' o/out.h5.xmf)" 0

finish
