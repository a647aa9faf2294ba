#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --progress.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_plain in.h5
run --progress=always in.h5 o/out.h5
check "--progress=always: stderr" grep -q '^h5grad: 100 % done' stderr
check "--progress=always: stdout" equal "$(cat stdout)" ""
done_quietly "--progress=never" -O --progress=never in.h5 o/out.h5

# On a terminal a run ends with one line, unless --quiet.
if command -v script >/dev/null; then
    on_terminal() {
        TERM=xterm script -qec "stty cols 100; $H5GRAD -s 1 -O $* in.h5 o/out.h5" /dev/null </dev/null | tr -d '\r' >shown
    }
    on_terminal
    check "terminal" one_line shown '^h5grad: o/out.h5: 3 gradients of 2 fields, .* written in '
    on_terminal -q
    check "terminal, --quiet" equal "$(cat shown)" ""
    on_terminal --progress=never
    check "terminal, --progress=never" equal "$(cat shown)" ""
fi

finish
