#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Several processes of a launcher with the same OUTPUT, where --mpi was forgotten: one makes it, and the
# others fail at once. The launchers are known by their variables.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input in.h5 /f float32 128x128x64 noise
slow=(-j1 -s 1 --progress=never --layout=32x32x32 --filter=gzip=9)

# become RANK OF-LAUNCHER ARGUMENT...: turns this process to one of a launcher of four, in a job whose
# name is $job.
job=7
become() {
    local rank=$1 launcher=$2
    shift 2
    case $launcher in
    srun) set -- SLURM_JOB_ID=$job SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=4 SLURM_PROCID="$rank" "$@" ;;
    mpirun) set -- PMIX_NAMESPACE=$job OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK="$rank" "$@" ;;
    mpiexec) set -- MPI_LOCALNRANKS=2 PMI_SIZE=4 PMI_RANK="$rank" "$@" ;;
    batch) set -- SLURM_JOB_ID=$job SLURM_NTASKS=4 SLURM_PROCID=0 "$@" ;;
    none) ;;
    esac
    exec env "$@"
}

task() {
    (become "$@")
}

# shellcheck disable=SC2317 # wait_until calls it
is_claimed() {
    [ -s o/.out.h5.h5grad.claim ]
}

# hold LAUNCHER ARGUMENT...: process 2 of a launcher makes o/out.h5, and is stopped as it does.
hold() {
    become 2 "$@" "$H5GRAD" "${slow[@]}" in.h5 o/out.h5 2>held.err &
    pid=$!
    wait_until is_claimed
    wait_until child_of $pid >child
    child=$(cat child)
    kill -STOP "$child"
}

# ends WHAT: lets it go on to its end, with nothing beside OUTPUT.
ends() {
    kill -CONT "$child"
    wait "$pid"
    check "$1: the first" equal "$? $(cat held.err)" "0 "
    check "$1: nothing else" equal "$(ls -A o)" out.h5
    rm -f o/out.h5
}

for launcher in srun mpirun mpiexec; do
    hold $launcher
    for option in -q -O; do
        task 0 $launcher "$H5GRAD" $option in.h5 o/out.h5 >out 2>err
        check "$launcher, $option: exit status" equal $? 1
        check "$launcher, $option: message" one_line err \
            "^h5grad: o/out.h5: process 2 of the 4 that $launcher has started makes it: with --mpi"
    done
    task 0 $launcher "$H5GRAD" -s 1 in.h5 o/own.h5
    check "$launcher: OUTPUT of its own" equal "$?" 0
    rm o/own.h5
    ends $launcher
done

hold srun
task 0 batch "$H5GRAD" -n -s 1 in.h5 o/out.h5 >out
check "a plan claims nothing" equal $? 0
ln -s out.h5 o/link.h5
touch o/out.h5
task 0 srun "$H5GRAD" -O -s 1 in.h5 o/link.h5 2>err
check "the same OUTPUT by another name" one_line err "with --mpi"
rm o/link.h5 o/out.h5
job=8
task 0 srun "$H5GRAD" -s 1 in.h5 o/out.h5 2>err
check "another job" equal "$? $(cat err)" "0 "
rm o/out.h5
job=7
ends "hindered by none"

# A process that is killed with the one that watches over it leaves its claim, which hinders nobody.
hold srun
kill -KILL $pid
wait_until is_gone "$child"
check "killed: the claim stays" test -e o/.out.h5.h5grad.claim
rm -f o/.out.h5.h5grad.??????
task 0 srun "$H5GRAD" -s 1 in.h5 o/out.h5 2>err
check "killed: no hindrance" equal "$? $(cat err)" "0 "
check "killed: nothing is left" equal "$(ls -A o)" out.h5

task 0 srun "$H5GRAD" -s 1 in.h5 o/out.h5 2>err
check "later: message" one_line err 'exists already; .*--mpi'
rm o/out.h5

# A crash of the process that works.
hold srun
kill -KILL "$child"
wait $pid 2>/dev/null
check "crash: nothing is left" equal "$(ls -A o)" ""

# Without a launcher, and as the one process of a batch script, nothing is claimed.
for launcher in none batch; do
    mkfifo o/.out.h5.h5grad.claim
    task 0 $launcher "$H5GRAD" -s 1 in.h5 o/out.h5 2>err
    check "$launcher: no claim" equal "$? $(cat err)" "0 "
    rm o/*.h5 o/.out.h5.h5grad.claim
done

# Wrong usage of all: the first process says so, wherever --mpi stands.
for arguments in "--mpi --none" "--none --mpi" "--mpi in.h5"; do
    # shellcheck disable=SC2086 # words
    for rank in 0 1; do
        task $rank mpiexec "$H5GRAD" $arguments >out 2>err
        check "$arguments, process $rank" equal "$? $(wc -l <err)" "2 $((1 - rank))"
    done
done

finish
