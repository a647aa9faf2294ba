#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A run that is asked to stop, is suspended, or whose process is killed: its message, its exit status,
# and the files that it leaves. The moments are not left to chance: the process that does the work is
# held by SIGSTOP, or by a full pipe.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

signals=(INT QUIT TERM HUP USR1 USR2 ALRM XCPU)
# Background jobs of a script have INT and QUIT ignored, those under nohup HUP.
as_from_terminal=(env "--default-signal=$(IFS=, && echo "${signals[*]}")")

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

make_input in.h5 /f float32 128x128x128 noise
make_input large.h5 /f float32 256x256x256 noise
make_input small.h5 /f float32 8x8x8 noise
busy=(-j1 -s 1 --progress=never --no-history --layout=32x32x32 --filter=gzip=9)
mkdir o
"$H5GRAD" "${busy[@]}" in.h5 want.h5 || exit 99
"$H5GRAD" --no-history small.h5 small-want.h5 2>stderr || exit 99

# shellcheck disable=SC2317 # wait_until calls it
has_child() {
    child=$(child_of "$pid")
}

# shellcheck disable=SC2317 # wait_until calls it
has_begun() {
    compgen -G 'o/.out*' >/dev/null || is_gone "$pid"
}

# hold [OPTION]... INPUT: starts a run, $pid, and stops its process $child while it writes; messages go
# to ./stderr.
hold() {
    for _ in 1 2 3 4 5; do
        "${as_from_terminal[@]}" "$H5GRAD" "${busy[@]}" "$@" o/out.h5 2>stderr &
        pid=$!
        wait_until has_begun
        # It may be faster than this script.
        if has_child && kill -STOP "$child" && wait_until is_in T "$child" &&
            compgen -G 'o/.out*' >/dev/null; then
            return
        fi
        wait $pid
        rm -f o/out.h5
    done
    echo "$0: a run cannot be held" >&2
    exit 99
}

##
## What is checked
##

# ended WHAT STATUS LINE [LEFT]: checks the exit status and the message of run $pid, and the files in o.
ended() {
    wait "$pid"
    check "$1: exit status" equal $? "$2"
    check "$1: message" equal "$(cat stderr)" "$3"
    check "$1: what is left" equal "$(cd o && echo .[!.]* *)" "${4:-.[!.]* *}"
    # What should not be there is not to disturb the next run.
    [ -n "${4:-}" ] || rm -f o/* o/.out*
}
checkpoint=".out.h5.h5grad.journal .out.h5.h5grad.part *"

# resumed WHAT: checks that the next run makes the bytes of one that was never stopped.
resumed() {
    check "$1: resumed" "$H5GRAD" "${busy[@]}" --resume in.h5 o/out.h5
    check "$1: resumed: its bytes" cmp o/out.h5 want.h5
    check "$1: resumed: nothing else" equal "$(ls -A o)" out.h5
    rm -f o/* o/.out*
}

##
## Signals that ask it to stop
##

# A process that handles the signal ends in order.
for signal in "${signals[@]}"; do
    hold large.h5
    kill "-$signal" $pid
    kill -CONT "$child"
    ended "SIG$signal" $((128 + $(kill -l "$signal"))) "h5grad: stopped by SIG$signal; nothing at o/out.h5"
done
hold --checkpoint in.h5
kill -QUIT $pid
kill -CONT "$child"
ended "SIGQUIT, --checkpoint" 75 "h5grad: stopped by SIGQUIT; nothing at o/out.h5; go on with --resume" \
    "$checkpoint"
resumed "SIGQUIT, --checkpoint"

# A soft limit on CPU time: the system tells the process that does the work.
(ulimit -S -t 1 && exec "${as_from_terminal[@]}" "$H5GRAD" "${busy[@]}" --checkpoint large.h5 o/out.h5) 2>stderr &
pid=$!
ended "CPU limit" 75 "h5grad: stopped by SIGXCPU; nothing at o/out.h5; go on with --resume" "$checkpoint"
rm -f o/.out*

# What was ignored when the program started stays ignored.
(trap '' HUP USR2 && exec "$H5GRAD" "${busy[@]}" in.h5 o/out.h5 2>stderr) &
pid=$!
wait_until has_begun
kill -HUP $pid
kill -USR2 $pid
ended "ignored signals" 0 "" ".[!.]* out.h5"
rm o/out.h5

##
## A process that does not hear
##

# A process that does not is killed after two seconds.
hold in.h5
start=$(date +%s%N)
kill -TERM $pid
wait_until is_gone $pid
took=$((($(date +%s%N) - start) / 1000000))
check "two seconds: $took ms" test $took -ge 1990
ended "two seconds" 143 "h5grad: stopped by SIGTERM; nothing at o/out.h5"

# Whether a process that is held has been told.
# shellcheck disable=SC2317 # wait_until calls it
has_term() {
    grep -Eq '^ShdPnd:[[:space:]]*0*4000$' "/proc/$child/status"
}

# The second signal ends it at once: one of some runs takes less than that, however busy the machine.
for _ in 1 2 3 4 5; do
    hold --checkpoint --resume in.h5
    start=$(date +%s%N)
    kill -TERM $pid
    wait_until has_term
    kill -INT $pid
    wait_until is_gone $pid
    took=$((($(date +%s%N) - start) / 1000000))
    ended "second signal" 75 "h5grad: stopped by SIGINT; nothing at o/out.h5; go on with --resume" \
        "$checkpoint"
    [ $took -ge 1900 ] || break
done
check "second signal: $took ms" test $took -lt 1900
resumed "second signal"

echo old >o/out.h5
hold -O in.h5
kill -TERM $pid
wait_until has_term
kill -TERM $pid
ended "the old one" 143 "h5grad: stopped by SIGTERM; nothing new at o/out.h5" ".[!.]* out.h5"
check "the old one: it is there" equal "$(cat o/out.h5)" old
rm o/out.h5

##
## A signal when OUTPUT has its name and the run has not come to its end
##

# full_pipe: ./pipe takes nothing more; descriptor 3 holds it open.
full_pipe() {
    rm -f pipe
    mkfifo pipe
    exec 3<>pipe
    dd if=/dev/zero of=pipe bs=4096 oflag=nonblock status=none 2>/dev/null
}

# drain_pipe: reads the pipe to its end.
drain_pipe() {
    exec 4<pipe 3>&-
    cat <&4 >/dev/null
    exec 4<&-
}

# named REST [OPTION]...: the report, which comes last, cannot be written.
named() {
    local rest=$1
    shift
    full_pipe
    "${as_from_terminal[@]}" "$H5GRAD" --no-history -q --json "$@" small.h5 o/out.h5 >pipe 2>stderr 3>&- &
    pid=$!
    wait_until cmp -s o/out.h5 small-want.h5
    has_child
    kill -TERM $pid
    sleep 0.1
    kill -TERM $pid
    wait_until is_gone "$child"
    drain_pipe
    ended "OUTPUT has its name $*" 143 "h5grad: stopped by SIGTERM; o/out.h5 is whole$rest" ".[!.]* out.h5"
    check "OUTPUT has its name $*: it is whole" cmp o/out.h5 small-want.h5
}
named ""
rm o/out.h5
named "" --checkpoint
echo old >o/out.h5
named "" -O
echo old >o/out.h5
# Two names were exchanged: the temporary one is that of the old file.
named ", but perhaps not on stable storage" -O --sync
rm o/out.h5

# crash CALL AT [OPTION]... INPUT: a run that aborts before such a call, see fault_inject.c; ./state has
# the number of calls.
object=$build/tests/robust/.libs/fault_inject.so
sanitizer=$(ldd "$H5GRAD" 2>/dev/null | awk '/lib(a|t)san/ { print $3; exit }')
# shellcheck disable=SC2154 # shell-common.sh has the folder
crash() {
    local call=$1 at=$2
    shift 2
    head -c 16 /dev/zero >state
    env LD_PRELOAD="$sanitizer $object" FAULT_CALL="$call" FAULT_AT="$at" FAULT_LAST="$at" FAULT_WITH=crash \
        FAULT_FOLDER="$folder" FAULT_STATE="$folder/state" \
        "$H5GRAD" --no-history -q "$@" o/out.h5 2>stderr &
    pid=$!
}

# A crash by then leaves a whole OUTPUT too.
if [ -e "$object" ]; then
    crash sync 0 --sync small.h5
    ended "no crash" 0 "" ".[!.]* out.h5"
    rm -f o/out.h5
    crash sync "$(od -An -t u8 -N 8 state | tr -d ' ')" --sync small.h5
    ended "OUTPUT has its name, crash" 3 \
        "h5grad: small.h5: closing it crashed (Aborted); o/out.h5 is whole, but perhaps not on stable storage" ".[!.]* out.h5"
    rm o/out.h5
fi

##
## Something else kills the process that does the work
##

hold in.h5
kill -KILL "$child"
killed="h5grad: in.h5: killed by SIGKILL, as the system does when memory or CPU time runs out"
ended "killed" 137 "$killed; nothing at o/out.h5"
hold --checkpoint in.h5
kill -KILL "$child"
ended "killed, --checkpoint" 75 "$killed; nothing at o/out.h5; go on with --resume" "$checkpoint"
resumed "killed, --checkpoint"
hold in.h5
kill -VTALRM "$child"
kill -CONT "$child"
ended "another signal" $((128 + $(kill -l VTALRM))) \
    "h5grad: in.h5: killed by signal 26 (Virtual timer expired); nothing at o/out.h5"

# The same fault would come again, so there is nothing to resume.
if [ -e "$object" ]; then
    crash write 3 --checkpoint in.h5
    ended "crash" 1 "h5grad: in.h5: reading it crashed (Aborted), as where a file is damaged or memory runs \
out; nothing at o/out.h5"
fi

# The same signal from another process is not.
hold --checkpoint in.h5
kill -ABRT "$child"
kill -CONT "$child"
ended "no crash" 75 \
    "h5grad: in.h5: killed by signal 6 (Aborted); nothing at o/out.h5; go on with --resume" "$checkpoint"
resumed "no crash"

##
## A checkpoint stands
##

# What is in the folder where a run has left it.
left_by_another() {
    hold --checkpoint in.h5
    kill -TERM $pid
    kill -CONT "$child"
    ended "$1: a run before" 75 "h5grad: stopped by SIGTERM; nothing at o/out.h5; go on with --resume" \
        "$checkpoint"
}

# A run that another one keeps from its file waits for that.
waiting() {
    left_by_another "$1"
    (flock 9 && exec sleep 60) 9<o/.out.h5.h5grad.part &
    holder=$!
    wait_until has_lock
    "${as_from_terminal[@]}" "$H5GRAD" "${busy[@]}" --resume in.h5 o/out.h5 2>stderr &
    pid=$!
    wait_until has_child
}

# shellcheck disable=SC2317 # wait_until calls it
has_lock() {
    ! flock -n o/.out.h5.h5grad.part true
}

# let_go WHAT: of the file.
let_go() {
    kill "$holder"
    wait "$holder" 2>/dev/null
    resumed "$1"
}

if command -v flock >/dev/null; then
    waiting "early"
    kill -TERM $pid
    kill -TERM $pid
    ended "early" 75 "h5grad: stopped by SIGTERM; nothing at o/out.h5; go on with --resume" "$checkpoint"
    let_go "early"
    waiting "early, killed"
    kill -KILL "$child"
    ended "early, killed" 75 "$killed; nothing at o/out.h5; go on with --resume" "$checkpoint"
    let_go "early, killed"
fi

# At any moment, even before the run has looked for earlier files. A fast machine may be done first.
left_by_another "at once"
for delay in 0 0.003 0.006 0.01 0.02 0.04; do
    "${as_from_terminal[@]}" "$H5GRAD" "${busy[@]}" --resume in.h5 o/out.h5 2>stderr &
    pid=$!
    wait_until has_child
    sleep $delay
    kill -TERM $pid 2>/dev/null
    wait $pid
    status=$?
    if [ $status -eq 0 ]; then # it was done by then
        rm o/out.h5
        left_by_another "at once, anew"
        break
    fi
    check "at once: after $delay s" equal $status 75
    check "at once: after $delay s: what is left" equal "$(cd o && echo .[!.]*)" "${checkpoint% *}"
done
resumed "at once"

# All processes of a terminal get the signal.
left_by_another "the group"
set -m
"${as_from_terminal[@]}" "$H5GRAD" "${busy[@]}" --resume in.h5 o/out.h5 2>stderr &
pid=$!
set +m
wait_until has_child
kill -INT -- -$pid
wait $pid
check "the group: exit status" equal $? 75
resumed "the group"

##
## What the system does not give
##

# limited WHAT LIMIT [OPTION]...: checks for success, or one line that does not blame the file and
# nothing left.
limited() {
    local what=$1 limit=$2 status
    shift 2
    # shellcheck disable=SC2086 # an option and its value
    (ulimit $limit 2>/dev/null && exec "${user[@]}" "$H5GRAD" --no-history -q -j4 "$@" in.h5 o/out.h5) 2>stderr
    status=$?
    if [ $status -eq 0 ]; then
        check "$what: its bytes" cmp o/out.h5 plain-want.h5
    else
        # The shell, the dynamic linker and libraries that start have their own.
        check "$what: exit status $status: $(cat stderr)" test $status -eq 1 -o $status -ge 126
        [ $status -ge 126 ] || grep -q '^libgomp: ' stderr || check "$what: one line" equal "$(grep -c '^h5grad: ' stderr)" 1
    fi
    check "$what: the file is not blamed" test -z "$(grep -E 'damaged|crashed' stderr)"
    rm -f o/out.h5
    check "$what: nothing left" equal "$(ls -A o)" ""
    rm -f o/.out*
}

# A sanitizer allocates memory of its own.
limits() {
    "$H5GRAD" --no-history -q in.h5 plain-want.h5
    user=()
    for stack in 64 128 256 1024; do
        limited "stacks of $stack KiB" "-s $stack"
        check "stacks of $stack KiB: success" test ! -s stderr
    done
    for files in 4 5 6 8 12 20; do limited "$files files" "-n $files"; done
    for size in 1 1000 20000; do limited "files of $size KiB" "-f $size"; done
    for space in 30000 60000 100000 150000 200000 300000; do
        limited "$space KiB of addresses" "-v $space"
    done
    for data in 10000 20000 40000; do limited "$data KiB of data" "-d $data"; done
    # Processes and threads of a user, who must not be root.
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || return
    chmod 777 "$folder" o
    chmod 644 in.h5
    user=(setpriv --reuid=54321 --clear-groups)
    for processes in 1 2 3 4 5 20; do
        limited "$processes processes" "-u $processes"
        check "$processes processes: success" test ! -s stderr
    done
}
[ -n "$sanitizer" ] || limits

# The list is longer than what fits into a pipe, from which one byte is read.
for k in 1 2 3 4; do make_input names.h5 "/$k$(printf 'x%.0s' {1..30000})" float32 4 1; done
rm -f pipe
mkfifo pipe
exec 3<>pipe
"$H5GRAD" --list --json names.h5 >pipe 2>stderr 3>&- &
pid=$!
timeout 60 head -c 1 <&3 >/dev/null
wait_until has_child
kill -KILL "$child"
ended "killed while it prints" 137 "${killed/in.h5/names.h5}"
exec 3>&-

##
## Suspended
##

# hold_as_job [OPTION]... INPUT: hold, in a process group of its own, as from a shell that people use.
# Such a shell leaves its loops when a job is suspended: the checks are not to be made by one.
hold_as_job() {
    set -m
    hold "$@"
    set +m
}

# suspended WHAT PROCESS: SIGTSTP to the program alone, or to its group, holds both processes.
suspended() {
    hold_as_job large.h5
    kill -CONT "$child"
    kill -TSTP -- "$2$pid"
    check "$1: suspended" wait_until is_in T "$pid" "$child"
    kill -CONT -- "$2$pid"
    check "$1: it goes on" wait_until is_in RSD "$pid" "$child"
    kill -TSTP -- "$2$pid"
    check "$1: suspended again" wait_until is_in T "$pid" "$child"
    kill -TERM $pid
    kill -CONT -- "$2$pid"
    wait_until is_gone $pid
    ended "$1: stopped" 143 "h5grad: stopped by SIGTERM; nothing at o/out.h5"
}
suspended "the program" ""
suspended "its group" -

hold_as_job in.h5
kill -TSTP $pid
wait_until is_in T $pid
kill -CONT $pid
wait_until is_gone $pid
ended "suspended once" 0 "" ".[!.]* out.h5"
check "suspended once: its bytes" cmp o/out.h5 want.h5

finish
