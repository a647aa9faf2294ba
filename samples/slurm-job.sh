#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients of one file as a Slurm batch job:
#
#   sbatch slurm-job.sh INPUT OUTPUT [OPTION...]
#
# h5grad runs on one node, with all processors of the job and within its memory. OUTPUT appears when
# it is whole. A job whose time is nearly over keeps what is done and puts itself back into the
# queue, to go on from there; one that was cancelled leaves the same behind, and goes on when it is
# submitted once more with the option --resume.
#SBATCH --job-name=h5grad
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=01:00:00
# A minute before the time is over h5grad is asked to stop.
#SBATCH --signal=USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

if [ $# -lt 2 ]; then
    echo "usage: sbatch $0 INPUT OUTPUT [OPTION...]" >&2
    exit 2
fi
input=$1
output=$2
shift 2

# SLURM_MEM_PER_NODE is in MiB, and 0 or unset where Slurm does not limit memory. A quarter stays for
# the system's cache of the files, which the job's limit includes.
options=(--threads="${SLURM_CPUS_PER_TASK:-1}" --verbose --progress=always)
if [ "${SLURM_MEM_PER_NODE:-0}" -gt 0 ]; then
    options+=(--memory="$((SLURM_MEM_PER_NODE * 3 / 4))M")
fi

restarts=${SLURM_RESTART_COUNT:-0}
if [ "$restarts" -eq 0 ]; then
    options+=(--checkpoint)
else
    options+=(--resume)
fi

# SIGTERM comes to this shell when the job is cancelled or its time is over: too late to go on, or
# not wanted. The warning before comes to h5grad alone, which srun hands it on to.
ended=no
trap 'ended=yes' TERM

srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" h5grad "${options[@]}" "$@" -- "$input" "$output"
status=$?

# 75: stopped, and can go on. A job that does not come to its end in ten turns wants more time in
# each, and someone to look.
if [ "$status" -eq 75 ]; then
    if [ "$ended" = no ] && [ "$restarts" -lt 10 ]; then
        scontrol requeue "$SLURM_JOB_ID" && exit
    fi
    echo "to go on: sbatch with the same options and --resume" >&2
fi
exit "$status"
