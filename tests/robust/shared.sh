#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One run shared by several processes, over sockets instead of MPI: the values are those of one process,
# and contiguous results make the same file, byte for byte. When a process is killed the output is absent
# or whole, and with --checkpoint others can go on. FULL=1: by more numbers of processes, and with more fields
# and kills.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/program.sh
. "$(dirname "$0")/../support/program.sh"

launch=$build/tests/support/launch_ranks
export H5GRAD_MPI=$build/tests/support/.libs/ranks_sockets.so
[ -e "$H5GRAD_MPI" ] || skip "no shared libraries"
export H5GRAD_PARTS=8K

# shared COUNT ARGUMENT...: the program in so many processes.
shared() {
    local count=$1
    shift
    timeout 120 "$launch" $launch_options "$count" "$H5GRAD" --mpi -q "$@"
}
launch_options=
counts="1 3" kills="0:400 1:900" fields=100
if [ -n "${FULL-}" ]; then
    counts="1 2 3 4 7" kills="0:100 1:400 1:700 0:900 1:1200 2:1500" fields=300
fi

# dump FILE: a checksum of all objects, attributes and values; not of how they are stored.
dump() {
    local name
    {
        h5dump -A "$1" | sed 1d
        while read -r name; do
            h5dump -d "$name" -b NATIVE -o raw "$1" >/dev/null && cat raw
        done < <(h5ls -r "$1" | sed -n 's/ *Dataset .*//p')
    } | cksum
}

# same HOW WHAT INPUT ARGUMENT...: compares so many ranks with one process: the file, if HOW is "bytes", or
# what it holds.
same() {
    local how=$1 what=$2 input=$3 count wanted
    shift 3
    rm -f one.h5
    "$H5GRAD" -q --no-history "$@" "$input" one.h5 || exit 99
    [ $how = bytes ] || wanted=$(dump one.h5)
    for count in $counts; do
        rm -f all.h5
        shared $count --no-history "$@" "$input" all.h5
        check "$what, $count ranks: exit status" equal $? 0 || continue
        if [ $how = bytes ]; then
            check "$what, $count ranks: bytes" cmp one.h5 all.h5
        else
            check "$what, $count ranks: values" equal "$(dump all.h5)" "$wanted"
        fi
    done
}

"$MAKE_INPUT" contiguous.h5 /u float32 40x24x20 noise
"$MAKE_INPUT" chunks.h5 /u float32 40x24x20/8x10x16 noise
"$MAKE_INPUT" gzip.h5 /u float64 40x24x20/7x24x6+shuffle+gzip noise
"$MAKE_INPUT" complex.h5 /u complex64 40x24x10 noise
"$MAKE_INPUT" line.h5 /u float64 20000 noise
"$MAKE_INPUT" tiny.h5 /u float32 3x5 noise
"$MAKE_INPUT" packed.h5 /u int16 40x24x20 noise , /u numbers scale_factor 0.01 , /u numbers add_offset 3
# shellcheck disable=SC2046 # a word for each number
"$MAKE_INPUT" coordinates.h5 /z float64 40 $(seq 1 40 | awk '{print $1 * $1}')
"$MAKE_INPUT" coordinates.h5 /y float64 24 $(seq 1 24) , /u float64 40x24x20 noise , /u scales /z /y -
for name in a b c; do
    "$MAKE_INPUT" vector.h5 /$name float32 40x24x20 noise
    "$MAKE_INPUT" mixed.h5 /$name float32 "40x24x$(printf %d "'$name")" noise
done
"$MAKE_INPUT" mixed.h5 /d float32 40x24x20/8x10x16+gzip noise , /e float32 40x24x20/8x10x16 noise
many=()
for number in $(seq $fields); do
    many+=(',' "/g$((number % 9))/u$number" float32 6x7 noise)
done
"$MAKE_INPUT" many.h5 "${many[@]:1}" || exit 99

"$MAKE_INPUT" sparse.h5 /u float32 40x24x20/8x10x16+gzip , /v float32 40x24x20/8x10x16

same bytes contiguous contiguous.h5
same values chunks chunks.h5
same values gzip gzip.h5
same bytes float16 contiguous.h5 --dtype=float16
same bytes complex complex.h5
same bytes packed packed.h5
same bytes coordinates coordinates.h5
same bytes periodic contiguous.h5 --boundary=periodic
same values "periodic, gzip" gzip.h5 --boundary=periodic --accuracy=4
same bytes divergence vector.h5 --vector=v:2=/a --vector=v:1=/b --vector=v:0=/c --compute=divergence
same bytes "a line" line.h5
same bytes "a subset" contiguous.h5 --subset=0=3:38:2 --subset=2=1:19
same values "a subset, gzip" gzip.h5 --subset=0=3:38:2 --subset=1=1:19
same bytes "more ranks than parts" tiny.h5
same bytes "many fields" many.h5
same values "all kinds" mixed.h5
same values sparse sparse.h5
H5GRAD_PARTS=1M same values "one part" gzip.h5
H5GRAD_IO=library same bytes "by the library" contiguous.h5

# Failures: one line, the same status everywhere, nothing left.
shared 3 missing.h5 out.h5 2>stderr
check "no input: exit status" equal $? 1
check "no input: lines" equal "$(grep -c . stderr)" 1
"$MAKE_INPUT" other.h5 /u float32 40x24x21 noise
mkdir 0 1
cp contiguous.h5 0/in.h5
cp other.h5 1/in.h5
shared 2 @/in.h5 out.h5 2>stderr
check "another input: exit status" equal $? 1
check "another input" grep -q 'in.h5: .*sees another file' stderr
"$MAKE_INPUT" source.h5 /u float32 40x24x20 noise
"$MAKE_INPUT" in.h5 /v virtual source.h5 /u
cp -p source.h5 in.h5 0
cp -p source.h5 in.h5 1
shared 2 @/in.h5 all.h5 -O 2>stderr
check "virtual: exit status" equal $? 0
touch -d @1 1/source.h5
shared 2 @/in.h5 out.h5 2>stderr
check "another source: exit status" equal $? 1
check "another source" grep -q 'in.h5: sees another file that it leads to' stderr
check "nothing is left" equal "$(find . -name '*out*')" ""

# Kills at any moment.
"$MAKE_INPUT" large.h5 /u float64 100x100x100/10x50x50+gzip noise
"$H5GRAD" -q --no-history large.h5 large_one.h5 || exit 99
wanted=$(dump large_one.h5)
shared 2 -O -m 32M --json large.h5 out.h5 >report
peak=$(sed -n 's/.*"peak_resident": *\([0-9]*\).*/\1/p' report)
check "within the cap" test "${peak:-0}" -gt 0 -a "${peak:-0}" -lt $((32 << 20))
rm -f out.h5
export H5GRAD_SILENCE=2 H5GRAD_PARTS=500K
for kill in $kills; do
    rm -f out.h5 .out.h5*
    launch_options="-k $kill"
    shared 3 --no-history large.h5 out.h5 2>stderr
    [ ! -e out.h5 ] || check "rank killed at $kill: whole" equal "$(dump out.h5)" "$wanted"
    rm -f out.h5 .out.h5*
    shared 3 --no-history --checkpoint large.h5 out.h5 2>stderr
    launch_options=
    [ -e out.h5 ] || shared $((RANDOM % 4 + 1)) --no-history --resume large.h5 out.h5
    check "rank killed at $kill, resumed" equal "$(dump out.h5)" "$wanted"
    check "rank killed at $kill, resumed: nothing else is left" equal "$(find . -name '.out*')" ""
done

# What was done and is no longer there is done again, and said.
"$MAKE_INPUT" plain.h5 /u float64 200x100x100 noise
"$H5GRAD" -q --no-history plain.h5 plain_one.h5
for input in large plain; do
    rm -f out.h5 .out.h5*
    for after in 50 100 200 400 800 1600; do # until some of it is done
        launch_options="-k 1:$after -s 15"
        shared 3 --no-history --resume $input.h5 out.h5 2>stderr
        [ "$(stat -c %s .out.h5.h5grad.journal 2>/dev/null || echo 0)" -lt 1500 ] || break
    done
    launch_options=
    [ -e .out.h5.h5grad.part ] || continue
    truncate -s 100K .out.h5.h5grad.part
    "$launch" 2 "$H5GRAD" --mpi --no-history --resume $input.h5 out.h5 2>stderr
    check "cut off and resumed, $input" equal "$(dump out.h5)" "$(dump ${input}_one.h5)"
    check "cut off and resumed, $input: said" grep -q 'done again' stderr
done

# A journal that somebody changed, with checksums that fit, says that chunks are of a result that is not there.
cat >change.py <<'END'
import struct
import sys


def checksum(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return struct.pack("<Q", value)


journal = bytearray(open(sys.argv[1], "rb").read())
for at in range(len(journal) - 40, 0, -1):
    if journal[at] == 3 and checksum(journal[at : at + 32]) == journal[at + 32 : at + 40]:  # of a chunk
        journal[at + 31] = 200  # the number of its result
        journal[at + 32 : at + 40] = checksum(journal[at : at + 32])
open(sys.argv[1], "wb").write(journal)
END
rm -f out.h5 .out.h5*
for after in 50 100 200 400 800 1600; do
    launch_options="-k 1:$after -s 15"
    shared 3 --no-history --resume large.h5 out.h5 2>stderr
    [ "$(stat -c %s .out.h5.h5grad.journal 2>/dev/null || echo 0)" -lt 1500 ] || break
done
launch_options=
if command -v python3 >/dev/null && [ -e .out.h5.h5grad.journal ] && python3 change.py .out.h5.h5grad.journal; then
    shared 2 --no-history --resume large.h5 out.h5 2>stderr
    check "a changed journal: exit status" equal $? 1
    check "a changed journal: said" grep -q 'is in no result' stderr
fi

rm -f out.h5 .out.h5*
launch_options="-k 1:500 -s 15"
shared 3 --no-history --checkpoint large.h5 out.h5 2>stderr
status=$?
launch_options=
if [ ! -e out.h5 ]; then
    check "stopped: exit status" equal $status 75
    "$H5GRAD" -q --no-history --resume large.h5 out.h5 2>stderr
    check "resumed by one process: exit status" equal $? 1
    check "resumed by one process" grep -q 'with --mpi' stderr
    shared 1 --no-history --resume large.h5 out.h5
    check "resumed by one rank" equal "$(dump out.h5)" "$wanted"
fi

finish
