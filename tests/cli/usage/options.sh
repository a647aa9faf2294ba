#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Wrong options are reported before any file is opened.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

wrong_usage "unrecognized option '--spacng'.*did you mean '--spacing'" --spacng=1
wrong_usage "unrecognized option '--edgeorder'.*'--edge-order'" --edgeorder=1
wrong_usage "unrecognized option '--jsn'.*did you mean '--json'" --jsn
wrong_usage "unrecognized option '--no-unpak'.*did you mean '--no-unpack'" --no-unpak
wrong_usage "'--no' is ambiguous" --no
wrong_usage "'--edge' is ambiguous: '--edges' or '--edge-order'" --edge=1
wrong_usage "'--resume' takes no value" --resume=yes
wrong_usage "edges.*foo" --edges=foo
wrong_usage "edges" --edges=
wrong_usage "unrecognized option '-Z'" -Z
wrong_usage "unrecognized option '-Z'" -vZq
wrong_usage "unrecognized option '-Z'" --sync -Zq
wrong_usage "'--d' is ambiguous" --d=0
wrong_usage "'--sync' takes no value" --sync=1
wrong_usage "--edge-order=3: must be 1 .default. or 2" --edge-order=3
wrong_usage "edge-order=0" -e0
wrong_usage "edge-order=one" -e one
wrong_usage "--threads=0" --threads=0
wrong_usage "--threads=-1" --threads=-1
wrong_usage "--threads=2x" -j2x
wrong_usage "--threads=99999999999999999999" -j 99999999999999999999
for size in abc 0 -1 1X 1.5 1e3 0x10 2GG "" 99999999999999999999G 10 31M 33554431; do
    wrong_usage "--memory=$size: .*at least 32M" --memory="$size"
done
wrong_usage "dtype.*int8" --dtype=int8
wrong_usage "--progress=foo" --progress=foo
wrong_usage "layout.*diagonal" --layout=diagonal
wrong_usage "layout.*0x4" --layout=0x4
wrong_usage "filter.*gzop" --filter=gzop
wrong_usage "filter.*gzip=10" --filter=shuffle+gzip=10
wrong_usage "--dim=0,,1: entry 2 is empty" --dim=0,,1
wrong_usage "--dim=: entry 1 is empty" --dim=
wrong_usage "--spacing=1,: entry 2 is empty" -s 1,
wrong_usage "dim.*1.*repeated" --dim=0,1,1
wrong_usage "spacing.*3 entries for 2 axes" --dim=0,1 -s 1,2,3
wrong_usage "spacing.* 0" --spacing=0
wrong_usage "spacing.* nan" --spacing=1,nan
wrong_usage "spacing -inf" --spacing=-inf
wrong_usage "coord.*x" --coord=x
wrong_usage "coord.*=/x" --coord==/x
wrong_usage "coord.*0=/y.*already" --coord=0=/x --coord=0=/y
wrong_usage "name.*/a" --name=/a
wrong_usage "name.*axes" --name='{axes}'
wrong_usage "name" --name=
wrong_usage "dataset" -d ''
wrong_usage "exclude each other" -l -n
wrong_usage "'nowhere/out.h5': too many operands" a
run $'--no\nsuch'
check "control characters in an option" one_line stderr "'--no.x0asuch'"

finish
