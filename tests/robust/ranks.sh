#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What the processes of a run say to each other, over sockets instead of MPI: messages arrive in order,
# all agree, and a rank that dies is missed.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

launch=$build/tests/support/launch_ranks
talk=$build/tests/robust/ranks_talk
export H5GRAD_MPI=$build/tests/support/.libs/ranks_sockets.so
[ -e "$H5GRAD_MPI" ] || skip "no shared libraries"

# talks WHAT COUNT WANTED ARGUMENT...: the lines of all ranks, sorted.
talks() {
    local what=$1 count=$2 wanted=$3
    shift 3
    check "$what, $count ranks" equal "$("$launch" "$count" "$talk" "$@" 2>&1 | sort -u)" "$wanted"
}

for count in 1 2 5; do
    talks "messages" $count "echo done" echo
    talks "shared data" $count shared share
    talks "collected data" $count collected collect
done
talks "who" 2 "0 of 2, 2 here, $(($(nproc) > 1 ? $(nproc) / 2 : 1)) threads, sockets
1 of 2, 2 here, $(($(nproc) > 1 ? $(nproc) / 2 : 1)) threads, sockets" who

host=$(hostname)
talks "all is well" 4 "0 " agree 0
talks "an error of rank 0" 4 "1 reason of 0" agree 1 0
talks "an error of another" 4 "1 $host: reason of 2" agree 0 0 1 0
talks "the first of two errors" 4 "4 $host: reason of 1" agree 0 4 1 0
talks "an error before a stop" 4 "1 $host: reason of 3" agree 3 3 3 1
talks "a stop before a pause" 3 "3 $host: reason of 2" agree 5 5 3

# These wait for one another most of their time, so they do it side by side.
for rank in 0 1 2; do
    H5GRAD_SILENCE=2 timeout 30 "$launch" 3 "$talk" die $rank >"death.$rank" &
done
{
    H5GRAD_SILENCE=0 timeout 6 "$launch" 2 "$talk" die 1 >endless
    echo $? >status
} &
H5GRAD_SILENCE=2 talks "a rank that does not poll is alive" 3 slept sleep 5
wait
for rank in 0 1 2; do
    check "death of rank $rank" equal "$(cat "death.$rank")" \
        "rank $((rank == 0)): died: rank $rank has been silent for 2 s: it or its host is dead (sockets)"
done
check "without a limit it waits" equal "$(cat status)" 124

finish
