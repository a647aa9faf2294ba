#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients of many files as a Slurm job array, each task its share of them:
#
#   ls /data/run7/*.h5 >files.txt
#   sbatch --array=1-20 slurm-array.sh files.txt FOLDER [OPTION...]
#
# FOLDER takes the results, under the names of the files. Results that are up to date are left alone:
# after tasks that failed, or were cancelled or too slow, submit the same again, and it does what is
# missing. "--array=1-200%20" has no more than twenty tasks run at a time.
#SBATCH --job-name=h5grad
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=00:30:00
#SBATCH --output=h5grad-%A_%a.log
# A minute before the time is over h5grad is asked to stop, and has time to clean up.
#SBATCH --signal=USR1@60
set -u

if [ $# -lt 2 ] || [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    echo "usage: sbatch --array=1-N $0 LIST FOLDER [OPTION...]" >&2
    exit 2
fi
list=$1
folder=$2
shift 2

# h5grad sees only those of its own task.
twice=$(sed 's|.*/||' "$list" | sort | uniq -d)
if [ -n "$twice" ]; then
    echo "$list: more than one file is called $twice" >&2
    exit 2
fi

mapfile -t inputs < <(awk -v task="$SLURM_ARRAY_TASK_ID" -v tasks="$SLURM_ARRAY_TASK_COUNT" \
    'NR % tasks == task % tasks' "$list")
if [ ${#inputs[@]} -eq 0 ]; then
    echo "$list has no more files than there are other tasks"
    exit 0
fi
mkdir -p -- "$folder" || exit 1

options=(--update --threads="${SLURM_CPUS_PER_TASK:-1}")
if [ "${SLURM_MEM_PER_NODE:-0}" -gt 0 ]; then
    options+=(--memory="$((SLURM_MEM_PER_NODE * 3 / 4))M")
fi

# With srun the signal reaches h5grad itself; the batch shell would only end at it.
exec srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" h5grad "${options[@]}" "$@" -- \
    "${inputs[@]}" "$folder/"
