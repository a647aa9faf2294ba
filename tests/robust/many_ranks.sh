#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Many files by several processes with --mpi, of which each does whole files.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/program.sh
. "$(dirname "$0")/../support/program.sh"
# shellcheck source=tests/support/ranks.sh
. "$sources/tests/support/ranks.sh"
can_launch sockets || skip "no sockets between processes"

mkdir loop
for i in 1 2 3 4 5 6 7; do
    make_input $i.h5 /f float64 4 1 2 4 $i
    "$H5GRAD" -q --no-history -s 1 $i.h5 loop/$i.h5 || exit 99
done
echo "no HDF5" >text.h5

launch_sockets 3 "$H5GRAD" --mpi --no-history -s 1 ?.h5 text.h5 o >stdout 2>stderr
check "exit status" equal $? 1
check "the bytes of a loop, and nothing else" diff -r loop o
check "the one that failed, and the process's count" equal "$(sed 's/ [0-9]/ N/g' stderr | sort)" \
    "h5grad: N of N files of process N failed
h5grad: text.h5: is not an HDF5 file"
launch_sockets 3 "$H5GRAD" --mpi --update -s 1 ?.h5 o 2>stderr
check "--update: exit status" equal "$? $(cat stderr)" "0 "
before=$(stat -c '%n %i' o/*)
launch_sockets 3 "$H5GRAD" --mpi --update -v -s 1 ?.h5 o 2>stderr
check "--update again: as they were" equal "$(stat -c '%n %i' o/*)" "$before"
check "--update again: each looked at once" equal "$(grep -c 'up to date$' stderr)" 7
launch_sockets 3 "$H5GRAD" --mpi --edges=x ?.h5 o >stdout 2>stderr
check "wrong option: exit status" equal $? 2
check "wrong option: one line" one_line stderr "^h5grad: edges 'x'"

"$H5GRAD" --json -O -j 1 -s 1 ?.h5 text.h5 o >alone.json 2>stderr
launch_sockets 3 "$H5GRAD" --mpi --json -O -j 1 -s 1 ?.h5 text.h5 o >shared.json 2>stderr
check "--json: exit status" equal $? 1
# Seconds and memory depend on how many processes there are.
lasting() { sed -E '/"(seconds|memory_cap|peak_resident)"/d' "$1"; }
check "--json: the document of one process" \
    equal "$(lasting shared.json)" "$(lasting alone.json)"
launch_sockets 2 "$H5GRAD" --mpi --list --json ?.h5 >shared.json 2>stderr
"$H5GRAD" --list --json ?.h5 >alone.json
check "--list --json: the document of one process" cmp shared.json alone.json

finish
