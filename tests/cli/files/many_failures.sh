#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Of many INPUTs some cannot be done, one kills the process that does it, or a signal stops the run.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

for i in 1 2 3 4; do
    make_input $i.h5 /f float64 4 1 2 4 $i
done
echo "no HDF5" >text.h5

run --json -s 1 1.h5 text.h5 missing.h5 2.h5 o
check "exit status" equal "$status" 1
check "a line each" equal "$(cat stderr)" "h5grad: text.h5: is not an HDF5 file
h5grad: missing.h5: cannot open: No such file or directory
h5grad: 2 of 4 files failed"
check "the others are done" equal "$(ls -A o)" "1.h5
2.h5"
# The errors of an array in JSON, a line each.
errors='import json, sys
for one in json.load(sys.stdin):
    print(one["output"], one["error"], one.get("left"), len(one.get("fields", [])))'
if python3 -c '' 2>/dev/null; then
    check "--json" equal "$(python3 -c "$errors" <stdout)" "o/1.h5 None None 1
o/text.h5 text.h5: is not an HDF5 file None 0
o/missing.h5 missing.h5: cannot open: No such file or directory None 0
o/2.h5 None None 1"
fi
rm o/*
refused 2 "edges 'x'" --edges=x 1.h5 2.h5 o

# fault CALL WITH ARGUMENT...: a run whose process that does the work ends so before the call; once.
object=$(dirname "$H5GRAD")/tests/robust/.libs/fault_inject.so
program=$(dirname "$H5GRAD")/.libs/h5grad
[ -x "$program" ] || program=$H5GRAD
sanitizer=$(ldd "$program" 2>/dev/null | awk '/lib(a|t)san/ { print $3; exit }')
# shellcheck disable=SC2154 # shell-common.sh has the folder
fault() {
    local call=$1 with=$2
    shift 2
    head -c 16 /dev/zero >state
    env LD_PRELOAD="$sanitizer $object" FAULT_CALL=rename FAULT_AT="$call" FAULT_LAST="$call" \
        FAULT_WITH="$with" FAULT_FOLDER="$folder" FAULT_STATE="$folder/state" LD_LIBRARY_PATH="$(dirname "$H5GRAD")/.libs" \
        "$program" -q -s 1 "$@" >stdout 2>stderr
    status=$?
}

if [ -e "$object" ]; then
    fault 2 crash --json 1.h5 2.h5 3.h5 4.h5 o
    check "crash: exit status" equal "$status" 1
    check "crash: a line" equal "$(cat stderr)" "h5grad: 2.h5: reading it crashed (Aborted), as where a file is \
damaged or memory runs out; nothing at o/2.h5
h5grad: 1 of 4 files failed"
    check "crash: the others are done, and nothing else" equal "$(ls -A o | tr '\n' ' ')" "1.h5 3.h5 4.h5 "
    if python3 -c '' 2>/dev/null; then
        check "crash: --json" equal "$(python3 -c "$errors" <stdout | cut -d ' ' -f 1-4)" "o/1.h5 None None 1
o/2.h5 the process that
o/3.h5 None None 1
o/4.h5 None None 1"
    fi
    rm o/*
    fault 4 kill 1.h5 2.h5 3.h5 4.h5 o
    check "killed at the last: exit status" equal "$status" 1
    check "killed at the last: the others are done" equal "$(ls -A o | tr '\n' ' ')" "1.h5 2.h5 3.h5 "
    rm o/*
fi

# A signal stops all; --update does the rest.
make_input slow.h5 /f float32 128x128x64/32x32x32+shuffle+gzip noise
slow=(-j1 -s 1 --progress=never --update)
"$H5GRAD" "${slow[@]}" 1.h5 slow.h5 3.h5 o 2>stderr &
pid=$!
wait_until compgen -G "o/.slow.h5.*" >/dev/null
kill -TERM $pid
wait $pid
check "stopped: exit status" equal $? 143
check "stopped: said" equal "$(cat stderr)" "h5grad: stopped by SIGTERM; nothing at o/slow.h5
h5grad: 1 of 3 files are done; the same with --update does the rest"
check "stopped: what there is" equal "$(ls -A o)" 1.h5
before=$(stat -c %i o/1.h5)
run "${slow[@]}" 1.h5 slow.h5 3.h5 o
check "goes on: exit status" equal "$status" 0
check "goes on: what there is" equal "$(ls -A o | tr '\n' ' ') $(stat -c %i o/1.h5)" "1.h5 3.h5 slow.h5  $before"

finish
