#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A process of a shared run is killed, at any moment, be it the one that works or the one that watches
# over it: all others end soon, OUTPUT is absent or whole, and with --checkpoint another number of
# processes goes on from there. KILLS=N for more of them; LAUNCH=openmpi or mpich to try them with MPI.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
# shellcheck source=tests/support/ranks.sh
. "$sources/tests/support/ranks.sh"
launch=${LAUNCH:-sockets}
can_launch "$launch" || skip "cannot start processes with $launch"
export H5GRAD_SILENCE=3 H5GRAD_PARTS=200K
mkdir o
"$MAKE_INPUT" in.h5 /f float64 64x64x64 noise || exit 99
RANDOM=${SEED:-1}

# The processes of the run, which are known by the name of their input.
runs() {
    pgrep -f "^$H5GRAD --mpi .*$folder/in.h5" || true
}

# shellcheck disable=SC2317 # wait_until calls it
nothing_runs() {
    [ -z "$(runs)" ]
}

# shellcheck disable=SC2317 # wait_until calls it
has_begun() {
    compgen -G 'o/.out.h5.h5grad.*' >/dev/null || [ -e o/out.h5 ] || ! kill -0 $pid 2>/dev/null
}

# killed_run COUNT OPTION...: a run of which some process is killed at some moment.
killed_run() {
    local count=$1 all victim
    shift
    "launch_$launch" "$count" "$H5GRAD" --mpi -s 1 --no-history "$@" "$folder/in.h5" o/out.h5 >out 2>err </dev/null &
    pid=$!
    [ $((RANDOM % 4)) -eq 0 ] || wait_until has_begun # else as it starts
    sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
    mapfile -t all < <(runs)
    victim=${all[RANDOM % (${#all[@]} > 0 ? ${#all[@]} : 1)]:-}
    [ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
    wait $pid
    status=$?
    check "$what: all end" wait_until nothing_runs
    [ ! -e o/out.h5 ] || check "$what: OUTPUT is whole" equal_files want.h5 o/out.h5
    [ $status -ne 0 ] || check "$what: OUTPUT is there" test -e o/out.h5
}

cases=(--layout=contiguous "--layout=16x16x16" "--layout=16x16x16 --filter=shuffle+gzip=9")
resumed=0
for turn in $(seq "${KILLS:-9}"); do
    options=${cases[turn % 3]}
    # shellcheck disable=SC2086 # words
    "$H5GRAD" -q -O -s 1 --no-history $options in.h5 want.h5 || exit 99
    if [ $((turn / 3 % 2)) -eq 0 ]; then
        what="kill $turn, $options"
        # shellcheck disable=SC2086 # words
        killed_run $((2 + turn % 3)) $options
    else
        what="kill $turn, $options --checkpoint"
        # shellcheck disable=SC2086 # words
        killed_run $((2 + turn % 3)) $options --checkpoint
        if [ ! -e o/out.h5 ] && [ -e o/.out.h5.h5grad.journal ]; then
            resumed=$((resumed + 1))
            # shellcheck disable=SC2086 # words
            "launch_$launch" $((1 + turn % 2)) "$H5GRAD" --mpi -q -s 1 --no-history $options --resume \
                "$folder/in.h5" o/out.h5 >out 2>&1
            check "$what: resumed" equal "$? $(cat out)" "0 "
            check "$what: resumed: results" equal_files want.h5 o/out.h5
            check "$what: resumed: nothing else" equal "$(ls -A o)" out.h5
        fi
    fi
    rm -f o/* o/.out*
done
echo "$resumed resumed"
finish
