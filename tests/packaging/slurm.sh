#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The Slurm samples on a real Slurm, which the test starts on this machine, in its own folder, beside
# any other. An array job over eight files; a job that is warned before its time limit, is requeued and
# resumes, is cancelled, and is resumed to its end. "make check-slurm" runs it; it takes a minute or
# two.
set -u
samples=$(cd "$(dirname "$0")/../../samples" && pwd) || exit 99
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
# shellcheck source=tests/support/slurm.sh
. "$sources/tests/support/slurm.sh"
for name in h5import h5diff; do
    command -v $name >/dev/null || skip "no $name (Debian: hdf5-tools)"
done

## A Slurm.

host=$(hostname -s)

# shellcheck disable=SC2317 # trap calls it
stop_slurm() {
    scancel --user=root >/dev/null 2>&1
    wait_for 15 no_jobs
    for name in "slurmd.$host" slurmctld munged; do
        stop_daemon "$name"
    done
    cd /
    rm -rf "$folder"
}

# shellcheck disable=SC2317 # wait_for calls it
no_jobs() {
    [ -z "$(squeue -h 2>/dev/null)" ]
}

# shellcheck disable=SC2317 # wait_for calls it
is_idle() {
    [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]
}

start_slurm() {
    local port=$((20000 + $$ % 10000 * 2))
    trap stop_slurm EXIT
    start_slurmctld 127.0.0.1 $port \
        "NodeName=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=$(nproc) RealMemory=1000" \
        "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP" &&
        started=$SECONDS && slurmd && wait_for 30 is_idle || slurm_failed
}

# submit ARGUMENT...: sbatch, with what this machine has; $job is its number.
submit() {
    job=$(sbatch --parsable --cpus-per-task=1 --mem=800M "$@") || exit 99
}

# shellcheck disable=SC2317 # wait_for calls it
job_has_ended() {
    ! squeue -h -j "$job" 2>/dev/null | grep -q .
}

# log_says REGEX
# shellcheck disable=SC2317 # check calls it
log_says() {
    grep -Eq -- "$1" job.log && return
    echo "  wanted $1 in the job's log:"
    tail -c 2000 job.log | tr '\r' '\n' | tail -n 8 | sed 's/^/    /'
    return 1
}

## The jobs.

# same_results FILE FILE: dataset by dataset; their histories differ.
# shellcheck disable=SC2317 # check calls it
same_results() {
    local dataset datasets
    datasets=$(h5ls -r "$1" | sed -n 's/ *Dataset .*//p')
    [ -n "$datasets" ] || return
    for dataset in $datasets; do
        h5diff -q "$1" "$2" "$dataset" || return
    done
}

# Of the results of the array, but for the one that is made twice.
inodes() {
    find results -name '*.h5' ! -name series.h5 -printf '%i %f\n' | sort
}

check_array() {
    local file before
    mkdir fields
    "$MAKE_SAMPLES" fields || exit 99
    for file in turbulence series chunked; do
        cp "fields/$file.h5" "fields/more $file.h5"
    done
    ls fields/*.h5 >files.txt
    check "array: inputs" equal "$(wc -l <files.txt)" 8

    submit --array=1-8 --output=array-%a.log "$samples/slurm-array.sh" files.txt results -e 2
    wait_for 60 job_has_ended
    check "array: results and nothing else" equal "$(ls -A results)" "$(ls fields)"
    for file in fields/*.h5; do
        "$H5GRAD" -e 2 "$file" wanted.h5 || exit 99
        check "array: $file" same_results wanted.h5 "results/${file##*/}"
        rm wanted.h5
    done

    rm results/series.h5
    before=$(inodes)
    submit --array=1-8 --output=again-%a.log "$samples/slurm-array.sh" files.txt results -e 2
    wait_for 60 job_has_ended
    check "array again: the missing one" same_results results/series.h5 "results/more series.h5"
    check "array again: leaves the others" equal "$(inodes)" "$before"
}

# Noise, compressed as well as can be: seconds of work for each MiB.
make_slow_input() {
    head -c $((128 * 512 * 512)) /dev/urandom >noise.raw
    h5import noise.raw -dims 128,512,512 -path noise -type IN -size 8 -outfile noise.h5 || exit 99
    rm noise.raw
    "$H5GRAD" noise.h5 wanted.h5 || exit 99
}

check_time_limit() {
    local slow=(--layout=32x64x64 --filter=shuffle+gzip=9)
    mkdir out
    # Slurm looks at time limits every half minute. The job is at work when it does.
    while [ $(((SECONDS - started) % 30)) -lt 22 ] || [ $(((SECONDS - started) % 30)) -gt 25 ]; do
        sleep 0.3
    done
    submit --time=1 --signal=USR1@50 --output=job.log "$samples/slurm-job.sh" noise.h5 out/slow.h5 \
        "${slow[@]}"
    check "time limit: back in the queue" wait_for 60 job_says Restarts 1
    check "time limit: says so" log_says "stopped by SIGUSR1"
    check "time limit: no output yet" equal "$(ls out)" ""

    check "requeued: runs again" wait_for 60 job_says JobState RUNNING
    sleep 3
    scancel "$job"
    wait_for 30 job_has_ended
    sleep 1
    check "cancelled: stays so" job_says JobState CANCELLED
    check "cancelled: says how to go on" log_says "go on: sbatch .*--resume"
    check "cancelled: no output yet" equal "$(ls out)" ""

    submit --time=10 --output=job.log "$samples/slurm-job.sh" noise.h5 out/slow.h5 "${slow[@]}" --resume
    wait_for 180 job_has_ended
    check "resumed: done" job_says JobState COMPLETED
    check "resumed: output and nothing else" equal "$(ls -A out)" slow.h5
    check "resumed: the results" same_results wanted.h5 out/slow.h5
}

PATH=$(dirname "$H5GRAD"):$PATH
start_slurm
check_array
make_slow_input
check_time_limit
finish
