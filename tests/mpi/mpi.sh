#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs that several processes share by an MPI library: as of one process, to the bit; what is printed,
# and how they end; launchers that do not fit the library.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
# shellcheck source=tests/support/ranks.sh
. "$sources/tests/support/ranks.sh"

kinds=
for kind in openmpi mpich; do
    can_launch $kind && kinds="$kinds $kind"
done
[ -n "$kinds" ] || skip "no plugin (configure --with-mpi), or no mpirun.openmpi and no mpiexec.mpich"
mkdir o
make_shared_inputs

for kind in $kinds; do
    shared_runs "launch_$kind" "${COUNTS:-3}"

    # One process speaks for all, and all end with the same status.
    "launch_$kind" 3 "$H5GRAD" --mpi --json plain.h5 o/out.h5 >out 2>err
    "$H5GRAD" -O --json plain.h5 o/alone.h5 >alone 2>/dev/null
    check "$kind: report" equal "$(grep -c '"field' out)" "$(grep -c '"field' alone)"
    rm o/alone.h5
    check "$kind: messages" equal "$(grep -c 'unit spacing' err)" 1
    "launch_$kind" 3 "$H5GRAD" --mpi plain.h5 o/out.h5 >out 2>err
    check "$kind: existing OUTPUT" equal "$? $(cat err)" \
        "1 $(H5GRAD_MPI='' "$H5GRAD" plain.h5 o/out.h5 2>&1)"
    rm o/out.h5
    "launch_$kind" 3 "$H5GRAD" --mpi -d /none plain.h5 o/out.h5 >out 2>err
    check "$kind: an error" equal "$? $(wc -l <err)" "1 1"
    check "$kind: leaves nothing" equal "$(ls -A o)" ""
    "launch_$kind" 3 "$H5GRAD" --no-such-option --mpi plain.h5 o/out.h5 >out 2>err
    status=$?
    if [ "$status" = 255 ]; then # the launcher's own, seen once in 700 launches
        cat err
        "launch_$kind" 3 "$H5GRAD" --no-such-option --mpi plain.h5 o/out.h5 >out 2>err
        status=$?
    fi
    check "$kind: wrong usage" equal "$status $(grep -c '^h5grad: ' err)" "2 1"
done

# A program that uses MPI itself; built with the first MPI that configure was given.
example=$build/samples/mpi_example
if [ -x "$example" ]; then
    [ ! -x "$build/samples/.libs/mpi_example" ] || example=$build/samples/.libs/mpi_example
    "$H5GRAD" -q -O plain.h5 want.h5 || exit 99
    case $(ldd "$example") in
    *libmpi.so*) kind=openmpi ;;
    *) kind=mpich ;;
    esac
    "launch_$kind" 3 "$example" plain.h5 o/out.h5 >out 2>&1
    check "in a program: exit status" equal "$? $(cat out)" "0 "
    for axis in 0 1 2; do
        check "in a program: axis $axis" h5diff -q want.h5 o/out.h5 /f_grad_$axis
    done
    "launch_$kind" 3 "$example" none.h5 o/none.h5 >out 2>&1
    check "in a program: an error" equal "$? $(grep -c '^none.h5: ' out)" "1 1"
    rm o/out.h5
fi

# The plugin that the launcher calls for is found where plugins are installed; here it is named. One that
# does not fit the launcher is refused.
if [ "$kinds" = " openmpi mpich" ]; then
    H5GRAD_MPI=$build/ranks-mpich.so mpirun.openmpi --oversubscribe -n 3 "$H5GRAD" --mpi plain.h5 o/out.h5 2>err
    check "MPICH under mpirun" equal "$(grep -c '^h5grad: --mpi: mpirun started 3 processes, but this MPI (MPICH.*) sees one' err)" 1
    H5GRAD_MPI=$build/ranks-openmpi.so mpiexec.mpich -n 3 "$H5GRAD" --mpi plain.h5 o/out.h5 2>err
    check "Open MPI under mpiexec" equal "$(grep -c '^h5grad: --mpi: mpiexec started 3 processes, but this MPI (Open MPI.*) sees one' err)" 1
    check "wrong launchers: nothing is left" equal "$(ls -A o)" ""
fi

# Without --mpi no MPI is loaded, nor with it where there is no launcher.
for option in --version "--mpi --version"; do
    # shellcheck disable=SC2086 # words
    LD_DEBUG=files "$H5GRAD" $option >out 2>err
    check "$option: loads no MPI" equal "$(grep -ci 'libmpi\|ranks-' err)" 0
done
LD_DEBUG=files "$H5GRAD" --mpi -q plain.h5 o/out.h5 >out 2>err
check "alone: status" equal $? 0
check "alone: loads no MPI" equal "$(grep -ci 'libmpi\|ranks-' err)" 0

finish
