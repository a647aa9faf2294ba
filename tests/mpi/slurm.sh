#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Shared runs on a real Slurm with two nodes, which the test starts on this machine: two slurmd, each with
# a network, host name, /tmp and /dev/shm of its own, beside any other Slurm. With Open MPI by PMIx and
# MPICH by PMI-2: values as of one process, wrong pairs, tasks that forgot --mpi, deaths, and a job that is
# stopped, requeued and resumed. "make check-slurm-nodes" runs it, as root.
set -u
export TMPDIR=/var/tmp # the nodes do not share /tmp
samples=$(cd "$(dirname "$0")/../../samples" && pwd) || exit 99
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
# shellcheck source=tests/support/slurm.sh
. "$sources/tests/support/slurm.sh"
# shellcheck source=tests/support/ranks.sh
. "$sources/tests/support/ranks.sh"
for name in ip nsenter unshare; do
    command -v $name >/dev/null || skip "no $name (Debian: iproute2 util-linux)"
done
[ -e "$build/ranks-openmpi.so" ] || [ -e "$build/ranks-mpich.so" ] || skip "no plugin (configure --with-mpi)"
for i in h5br h5n1 h5n2; do
    ! ip link show $i >/dev/null 2>&1 || skip "there is a network device $i: another of this test runs"
done

## Two nodes.

net=10.$((64 + $$ % 64)).77 port=$((20000 + $$ % 10000 * 3))
mkdir o

# shellcheck disable=SC2317 # trap calls it
stop_nodes() {
    local p name holder
    timeout 10 scancel --user=root >/dev/null 2>&1
    sleep 1
    for name in slurmd.n1 slurmd.n2 slurmctld munged; do
        stop_daemon $name
    done
    for holder in "${holders[@]}"; do
        name=$(readlink "/proc/$holder/ns/net") || continue
        for p in /proc/[0-9]*; do # what jobs have left
            [ "$(readlink "$p/ns/net" 2>/dev/null)" != "$name" ] || kill -KILL "${p#/proc/}" 2>/dev/null
        done
    done
    for name in h5n1 h5n2 h5br; do
        ip link del $name 2>/dev/null
    done
    cd / || return
    rm -rf "$folder"
}
holders=()

# A process that does nothing holds the namespaces of a node.
# shellcheck disable=SC2016 # the inner shell expands it
inside='hostname $1 && mount --bind "$2/slurm/hosts" /etc/hosts && mount -t tmpfs none /tmp &&
    chmod 1777 /tmp && mount -t tmpfs none /dev/shm && chmod 1777 /dev/shm && exec sleep infinity'

start_node() {
    local i=$1 holder
    unshare --net --uts --mount sh -c "$inside" sh n$i "$folder" >slurm/node.n$i.log 2>&1 &
    holder=$!
    holders+=("$holder")
    for _ in $(seq 100); do
        [ "$(cat /proc/$holder/comm)" = sleep ] && break
        sleep 0.1
    done
    ip link add h5n$i type veth peer name eth0 netns $holder && ip link set h5n$i master h5br &&
        ip link set h5n$i up && nsenter -t $holder -n ip addr add "$net.$i/24" dev eth0 &&
        nsenter -t $holder -n ip link set eth0 up && nsenter -t $holder -n ip link set lo up &&
        nsenter -t $holder -n -u -m slurmd -N n$i
}

# shellcheck disable=SC2317 # wait_until calls it
are_idle() {
    [ "$(sinfo -h -N -o %T 2>/dev/null | grep -cx idle)" = 2 ]
}

start_nodes() {
    printf '127.0.0.1 localhost\n%s.1 n1\n%s.2 n2\n%s.254 %s\n' $net $net $net "$(hostname -s)" >slurm/hosts
    trap stop_nodes EXIT
    ip link add h5br type bridge && ip addr add $net.254/24 dev h5br && ip link set h5br up &&
        start_slurmctld $net.254 $port SlurmdParameters=config_overrides \
            "NodeName=n1 NodeHostname=n1 NodeAddr=$net.1 Port=$((port + 1)) CPUs=4 RealMemory=4000" \
            "NodeName=n2 NodeHostname=n2 NodeAddr=$net.2 Port=$((port + 2)) CPUs=4 RealMemory=4000" \
            "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES" &&
        start_node 1 && start_node 2 && wait_until are_idle || slurm_failed
}

## The runs.

# launch_pmix COUNT COMMAND..., launch_pmi2 COUNT COMMAND...: by both nodes.
launch_pmix() {
    H5GRAD_MPI=$build/ranks-openmpi.so srun -N2 --mpi=pmix -n "$@"
}
launch_pmi2() {
    H5GRAD_MPI=$build/ranks-mpich.so srun -N2 --mpi=pmi2 -n "$@"
}

# shellcheck disable=SC2317 # wait_until calls it
has_begun() {
    compgen -G 'o/.out.h5.h5grad.??????' >/dev/null
}

# The processes of this run of the program, but srun; they are known by the name of their input.
runs() {
    pgrep -f "^$H5GRAD --mpi .*$folder/slow.h5" || true
}

slow=(-s 1 --layout=16x16x16 --filter=shuffle+gzip=9 --no-history)

# dies HOW: a rank of a run of three is killed; srun does not tell the others of it.
dies() {
    local victim begun=$SECONDS
    H5GRAD_SILENCE=6 H5GRAD_PARTS=200K launch_pmi2 3 "$H5GRAD" --mpi "${slow[@]}" "$folder/slow.h5" o/out.h5 2>err &
    wait_until has_begun
    victim=$(runs | sed -n "${1}p")
    kill -KILL "$victim"
    wait $!
    check "death of process $1: status" test $? -ne 0
    check "death of process $1: soon" test $((SECONDS - begun)) -lt 70
    check "death of process $1: nothing runs" equal "$(runs)" ""
    check "death of process $1: no OUTPUT" test ! -e o/out.h5
    rm -f o/.out*
}

start_nodes
make_shared_inputs
"$MAKE_INPUT" slow.h5 /f float64 96x128x128 noise || exit 99

if [ -e "$build/ranks-openmpi.so" ]; then
    shared_runs launch_pmix 3
    H5GRAD_MPI=$build/ranks-openmpi.so srun -N2 -n3 --mpi=none "$H5GRAD" --mpi plain.h5 o/out.h5 2>err
    check "no MPI of srun: refused" test $? -ne 0
fi
if [ -e "$build/ranks-mpich.so" ]; then
    shared_runs launch_pmi2 3
    H5GRAD_MPI=$build/ranks-mpich.so srun -N2 -n3 --mpi=none "$H5GRAD" --mpi plain.h5 o/out.h5 2>err
    check "MPICH that sees one: status" equal $? 1
    check "MPICH that sees one: message" grep -q \
        '^h5grad: --mpi: srun started 3 processes, but this MPI (MPICH.*) sees one: choose another of .srun --mpi=list' err
    for victim in 1 2 4; do
        dies $victim
    done
fi
unset H5GRAD_MPI
srun -N2 -n3 --mpi=none "$H5GRAD" --mpi plain.h5 o/out.h5 2>err
check "not for MPI" grep -q "^h5grad: --mpi: srun started 3 processes, but not for MPI: choose one of" err
check "refused: nothing is left" equal "$(ls -A o)" ""

# Without --mpi.
srun -N2 -n3 "$H5GRAD" -O "${slow[@]}" slow.h5 o/out.h5 2>err
check "forgotten: two fail" equal "$(grep -c '^h5grad: o/out.h5: .* that srun has started .*--mpi' err)" 2
rm -f o/*
# shellcheck disable=SC2016 # the tasks expand it
srun -N2 -n3 sh -c '"$0" -s 1 plain.h5 "o/$SLURM_PROCID.h5"' "$H5GRAD" 2>err
check "an OUTPUT each" equal "$? $(ls -A o | tr '\n' ' ') $(cat err)" "0 0.h5 1.h5 2.h5  "
rm -f o/*

# A job that is warned goes back into the queue, and on.
if [ -e "$build/ranks-openmpi.so" ]; then
    "$H5GRAD" -O -q "${slow[@]}" slow.h5 want.h5
    PATH=$(dirname "$H5GRAD"):$PATH
    export H5GRAD_MPI=$build/ranks-openmpi.so H5GRAD_PARTS=200K
    job=$(sbatch --parsable --nodes=2 --cpus-per-task=1 --mem=800M --output=job.log --export=ALL \
        "$samples/slurm-mpi.sh" slow.h5 o/out.h5 "${slow[@]}") || exit 99
    # shellcheck disable=SC2317 # wait_until calls it
    has_journal() {
        [ -s o/.out.h5.h5grad.journal ]
    }
    wait_until has_journal
    sleep 0.2
    scancel --signal=USR1 "$job.0"
    check "warned: back in the queue" wait_until job_says Restarts 1
    check "warned: says so" grep -q 'stopped by SIGUSR1' job.log
    check "warned: no OUTPUT" test ! -e o/out.h5
    check "resumed: done" wait_for 240 job_says JobState COMPLETED || tail -n 5 job.log
    check "resumed: OUTPUT and nothing else" equal "$(ls -A o)" out.h5
    check "resumed: results" equal_files want.h5 o/out.h5
fi
finish
