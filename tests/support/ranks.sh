# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs that several processes share, compared with those of one process; sourced behind shell-common.sh.

export OMP_NUM_THREADS=1

# Open MPI as root, on few processors, in containers.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_rmaps_base_oversubscribe=1

# launch_COMMAND COUNT COMMAND...: the ways to start processes.
launch_sockets() {
    H5GRAD_MPI=${build:?}/tests/support/.libs/ranks_sockets.so "$build/tests/support/launch_ranks" "$@"
}
launch_openmpi() {
    OMPI_MCA_btl=^tcp H5GRAD_MPI=$build/ranks-openmpi.so mpirun.openmpi --oversubscribe --bind-to none -n "$@" 2> >(without_mpirun >&2)
}
launch_mpich() {
    H5GRAD_MPI=$build/ranks-mpich.so mpiexec.mpich -n "$@"
}

# What mpirun says of a process that ends with another status than 0.
without_mpirun() {
    sed '/^--*$/,/^--*$/d; /^mpirun/d; /^$/d'
}

# can_launch COMMAND: whether there is such a way here.
can_launch() {
    case $1 in
    sockets) [ -e "$build/tests/support/.libs/ranks_sockets.so" ] ;;
    openmpi) [ -e "$build/ranks-openmpi.so" ] && command -v mpirun.openmpi >/dev/null ;;
    mpich) [ -e "$build/ranks-mpich.so" ] && command -v mpiexec.mpich >/dev/null ;;
    esac
}

# The inputs of the cases, one of each kind.
make_shared_inputs() {
    local k
    {
        "$MAKE_INPUT" plain.h5 /f float32 70x50x40 noise
        "$MAKE_INPUT" chunks.h5 /f float32 70x50x40/16x16x16 noise
        "$MAKE_INPUT" gzip.h5 /f int16 70x50x40/16x16x16+shuffle+gzip noise
        "$MAKE_INPUT" complex.h5 /f complex64 50x40x8/16x16x8 noise
        "$MAKE_INPUT" packed.h5 /f int16 60x50x10 noise
        "$MAKE_INPUT" packed.h5 /f numbers scale_factor 0.25
        "$MAKE_INPUT" packed.h5 /f numbers add_offset 100
        "$MAKE_INPUT" uneven.h5 /f float64 40x30 noise
        # shellcheck disable=SC2046 # a word for each number
        "$MAKE_INPUT" uneven.h5 /y float64 40 $(seq 40 | awk '{ print $1 * $1 }')
        "$MAKE_INPUT" uneven.h5 /f scales /y -
        "$MAKE_INPUT" line.h5 /f float64 100000 noise
        "$MAKE_INPUT" tiny.h5 /f float32 3x3 noise
        "$MAKE_INPUT" vector.h5 /u float32 40x60 noise
        "$MAKE_INPUT" vector.h5 /v float32 40x60 noise
        for k in $(seq "${FIELDS:-30}"); do
            "$MAKE_INPUT" many.h5 "/g$((k % 3))/f$k" float32 20x20 noise
        done
    } || exit 99
}

# A line for each case: its input, whether the file is that of one process to the byte, its options.
shared_cases='plain same
plain same --compute=laplacian,magnitude -e 2
plain differs --layout=16x16x16
plain differs --layout=16x16x16 --filter=shuffle+gzip=1 --dtype=float64
plain same --dtype=float16
plain same --boundary=periodic --accuracy=4
plain same --subset=0=5:60:3
chunks differs
chunks same --layout=contiguous
gzip differs
complex differs
packed same
uneven same -e 2
line same
line differs --layout=1000 --filter=gzip=1
tiny same
tiny differs --layout=2x2
vector same --vector=w:0=/u --vector=w:1=/v --compute=divergence,curl
many same
many differs --layout=8x8 --filter=gzip=1'

# equal_files ONE OTHER: the same names, attributes, and bits of values.
# shellcheck disable=SC2317 # check calls it
equal_files() {
    local name
    h5ls -r "$1" >one.ls && h5ls -r "$2" >other.ls && cmp one.ls other.ls && h5diff -q "$1" "$2" || return
    sed -n 's/ *Dataset .*//p' one.ls >names
    while read -r name; do
        h5dump -d "$name" -b NATIVE -o one.raw "$1" >/dev/null &&
            h5dump -d "$name" -b NATIVE -o other.raw "$2" >/dev/null && cmp one.raw other.raw || return
    done <names
}

# shared_runs LAUNCH COUNTS: all cases by so many processes, compared with one process.
shared_runs() {
    local launch=$1 counts=$2 input same options count what
    while read -r input same options; do
        # shellcheck disable=SC2086 # words
        "$H5GRAD" -q -s 1 --no-history -O $options "$input.h5" want.h5 || exit 99
        for count in $counts; do
            what="$launch, $count ranks, $input $options"
            # shellcheck disable=SC2086 # words
            H5GRAD_PARTS=${PARTS:-20000} "$launch" "$count" "$H5GRAD" --mpi -q -s 1 --no-history $options \
                "$input.h5" "o/out.h5" >out 2>&1 </dev/null
            check "$what: exit status" equal "$? $(cat out)" "0 " || continue
            check "$what: results" equal_files want.h5 o/out.h5
            [ "$same" != same ] || check "$what: bytes" cmp want.h5 o/out.h5
            rm -f o/out.h5
            check "$what: nothing else" equal "$(ls -A o)" ""
        done
    done <<<"$shared_cases"
}
