# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# A Slurm of the test's own, in its folder, beside any other; sourced behind shell-common.sh.

[ "$(id -u)" = 0 ] || skip "not root"
export PATH=$PATH:/usr/sbin:/sbin
for name in munged slurmctld slurmd srun; do
    command -v $name >/dev/null || skip "no $name (Debian: slurm-wlm munge)"
done
mkdir slurm slurm/state
# shellcheck disable=SC2154 # shell-common.sh sets it
export SLURM_CONF=$folder/slurm/slurm.conf

# start_slurmctld ADDRESS PORT LINE...: starts all but the slurmd of the nodes, of which the lines of the
# configuration tell.
start_slurmctld() {
    local address=$1 port=$2
    shift 2
    (umask 077 && head -c 128 /dev/urandom >slurm/munge.key)
    # A job goes back into the queue for as long as its credential lives.
    cat >"$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=$(hostname -s)($address)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/slurm/munge.socket,cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
SchedulerParameters=batch_sched_delay=0,sched_interval=2
StateSaveLocation=$folder/slurm/state
SlurmdSpoolDir=$folder/slurm/spool.%n
SlurmctldPidFile=$folder/slurm/slurmctld.pid
SlurmdPidFile=$folder/slurm/slurmd.%n.pid
SlurmctldLogFile=$folder/slurm/slurmctld.log
SlurmdLogFile=$folder/slurm/slurmd.%n.log
MpiDefault=none
ReturnToService=2
KillWait=10
$(printf '%s\n' "$@")
END
    munged --force --key-file="$folder/slurm/munge.key" --socket="$folder/slurm/munge.socket" \
        --pid-file="$folder/slurm/munged.pid" --log-file="$folder/slurm/munged.log" \
        --seed-file="$folder/slurm/munged.seed" 2>slurm/munged.err && slurmctld
}

# slurm_failed: ends a test whose Slurm did not start.
slurm_failed() {
    tail -n 20 slurm/*.err slurm/*.log
    echo "$0: Slurm did not start"
    exit 99
}

# is_daemon PID COMMAND: whether the process still is that.
is_daemon() {
    [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ]
}

# stop_daemon NAME: the process of slurm/NAME.pid; NAME is a command, or that with the name of a node.
stop_daemon() {
    local pid
    pid=$(cat "slurm/$1.pid" 2>/dev/null) && is_daemon "$pid" "${1%%.*}" || return 0
    kill "$pid"
    for _ in $(seq 100); do
        is_daemon "$pid" "${1%%.*}" || return 0
        sleep 0.1
    done
    kill -KILL "$pid"
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.3
    done
}

# job_says NAME VALUE: whether Slurm has VALUE for NAME in what it tells about $job.
# shellcheck disable=SC2154,SC2317 # the tests set it; wait_for calls it
job_says() {
    scontrol -o show job "$job" | grep -Eq " $1=$2( |\$)"
}
