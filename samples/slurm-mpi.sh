#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients of one huge file, as a Slurm job on several nodes:
#
#   sbatch --nodes=8 slurm-mpi.sh INPUT OUTPUT [OPTION...]
#
# One process per node, with all of its processors. Both files are where all nodes see them; on Lustre
# set the stripes of OUTPUT's folder first (lfs setstripe -c -1 -S 4M FOLDER). A job whose time is
# nearly over keeps what is done and puts itself back into the queue; see slurm-job.sh. Many files are
# done better by slurm-array.sh.
#SBATCH --job-name=h5grad
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=01:00:00
#SBATCH --signal=USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
set -u

if [ $# -lt 2 ]; then
    echo "usage: sbatch --nodes=N $0 INPUT OUTPUT [OPTION...]" >&2
    exit 2
fi
input=$1
output=$2
shift 2

options=(--mpi --threads="${SLURM_CPUS_PER_TASK:-1}" --verbose --progress=always)
if [ "${SLURM_MEM_PER_NODE:-0}" -gt 0 ]; then
    per_node=${SLURM_NTASKS_PER_NODE:-1}
    options+=(--memory="$((SLURM_MEM_PER_NODE * 3 / 4 / per_node))M")
fi

restarts=${SLURM_RESTART_COUNT:-0}
if [ "$restarts" -eq 0 ]; then
    options+=(--checkpoint)
else
    options+=(--resume)
fi
ended=no
trap 'ended=yes' TERM

# pmix is for Open MPI; for MPICH and its kin say H5GRAD_SRUN="--mpi=pmi2" (srun --mpi=list). -K ends
# all processes when one dies.
# shellcheck disable=SC2086 # words
srun -K ${H5GRAD_SRUN:---mpi=pmix} --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" \
    h5grad "${options[@]}" "$@" -- "$input" "$output"
status=$?

if [ "$status" -eq 75 ]; then
    if [ "$ended" = no ] && [ "$restarts" -lt 10 ]; then
        scontrol requeue "$SLURM_JOB_ID" && exit
    fi
    echo "to go on: sbatch with the same options and --resume" >&2
fi
exit "$status"
