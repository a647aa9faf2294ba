#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients of one file as a Slurm batch job:
#
#   sbatch slurm-job.sh INPUT OUTPUT [OPTION...]
#
# h5grad runs on one node, with all processors of the job and within its memory. OUTPUT appears when
# it is whole; a job that is cancelled, fails or runs out of time leaves nothing there.
#SBATCH --job-name=h5grad
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=01:00:00
# A minute before the time is over h5grad is asked to stop, and has time to clean up.
#SBATCH --signal=USR1@60
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
limits=()
if [ "${SLURM_MEM_PER_NODE:-0}" -gt 0 ]; then
    limits=(--memory="$((SLURM_MEM_PER_NODE * 3 / 4))M")
fi

# With srun the signal reaches h5grad itself; the batch shell would only end at it.
exec srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" h5grad \
    --threads="${SLURM_CPUS_PER_TASK:-1}" "${limits[@]}" --verbose --progress=always \
    "$@" -- "$input" "$output"
