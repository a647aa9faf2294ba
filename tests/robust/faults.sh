#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Failures of the system: each call of a run, one by one (fault_inject.c), full disks, folders that
# vanish, an input that changes. Every run ends in success with the right bytes, or with one clear line
# and nothing left behind.
#
# Of the calls of a run some six are tried, evenly spread, by one kind of failure these and by the
# next kind the calls after them; of its allocations three times as many. H5GRAD_FAULTS=N tries N, and
# H5GRAD_FAULTS=all every one, also where libhdf5 reads and writes.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

tests=$build/tests/robust
object=$tests/.libs/fault_inject.so
most=${H5GRAD_FAULTS:-6}
[ "$most" != all ] || most=1000000

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

# The sanitizer wants to be the first of all objects.
sanitizer=$(ldd "$H5GRAD" 2>/dev/null | awk '/lib(a|t)san/ { print $3; exit }')

mkdir o
read -ra numbers < <(seq -s ' ' 120)
make_input contiguous.h5 /x float64 3 1 2 4 , /y int32 5 10 20 30 40 50 , /f float32 3x5x4 "${numbers[@]:0:60}" , \
    /f scales /x /y -
make_input gzip.h5 /y float64 10 1 2 4 7 11 16 22 29 37 46 , /f float32 12x10/4x4+shuffle+gzip "${numbers[@]}" , \
    /f scales - /y , /f text units K
cp gzip.h5 library.h5
# Two fields: what is done of the first is noted when the second begins.
cp contiguous.h5 fields.h5
make_input fields.h5 /g float32 3x5x4 "${numbers[@]:60:60}"

# A coordinate called like a dimension, names to look up in groups, an axis that is left out.
make_input names.h5 /lat float32be 5 , \
    /lat text NAME "This is a netCDF dimension but not a netCDF variable.         5" , \
    /_nc4_non_coord_lat float64 4 0 1 3 7 , /crs int32 scalar 0 , /bad float64 5 0 1 1 2 3 , \
    /g/f float32 4x5 "${numbers[@]:0:20}" , /g/f text coordinates "../lat gone" , /g/f text grid_mapping "crs: lat" , \
    /p float32be 4 , /p text NAME "This is a netCDF dimension but not a netCDF variable.         4" , \
    /_nc4_non_coord_lat scales /p , /g/f scales /p /bad

make_input large.h5 /f float32 64x64x128 1
make_input packed.h5 /f float32 128x128x128/32x32x32+gzip 1

# Options beyond the gradient of torch, and what they want of a file.
make_input beyond.h5 /time float64 3 0 1 3 , /time text units "hours since 2000-01-01" , \
    /lat float64 6 -75 -45 -15 15 45 75 , /lat text units degrees_north , \
    /lon float32 9 0 40 80 120 160 200 240 280 320 , /lon text units degrees_east , /u float32 3x6x9 noise , \
    /u numbers valid_min 0.1 , /v float64 3x6x9/2x6x5+gzip noise , /u scales /time /lat /lon , \
    /v scales /time /lat /lon
beyond=(-d/u --vector=V:2=/u --vector=V:1=/v "--compute=gradient,laplacian,magnitude,divergence,curl" --sphere
    --boundary=auto --missing=edge --accuracy=lon=8 --subset=lat=1:5 --time-unit=s)

# points WAY CALL WITH [OPTION]... [-- OPTION-OF-PROGRAM...]: checks the calls of a run.
lines=0
points() {
    local way=$1 call=$2 with=$3 line
    local -a environment=(env) options=() program_options=(-q -j2)
    shift 3
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    [ $# -eq 0 ] || program_options+=("${@:2}")
    [ "$way" = library ] && environment=(env H5GRAD_IO=library)
    "${environment[@]}" "$tests/fault_points" -m $most -b $((lines++)) "${options[@]}" -i "$way.h5" \
        -p "$sanitizer $object" -c "$call" -w "$with" -- "$H5GRAD" "${program_options[@]}" "$way.h5" o/out.h5 >points.txt
    check "$way: $call $with ${options[*]}" equal $? 0 || sed 's/^/  /' points.txt
    line=$(tail -n 1 points.txt)
    echo "$way: $line"
    tried=$((tried + $(sed -n 's/.* \([0-9]*\) points.*/\1/p' <<<"$line")))
    found=$((found + $(sed -n 's/.* \([0-9]*\) findings.*/\1/p' <<<"$line")))
    calls=$(sed -n 's/.*: \([0-9]*\) calls.*/\1/p' <<<"$line")
}

##
## Each call of a run fails in turn
##

tried=0
found=0
if [ ! -e "$object" ]; then
    echo "calls that fail: skipped: no $object"
else
    for way in contiguous gzip library; do
        points $way read EIO
        points $way read EIO -s 0
        points $way read EINTR
        points $way read short
        points $way read short -s 0
        points $way read cut
        points $way write EIO
        points $way write EIO -o -- -O
        points $way write ENOSPC -s 0
        points $way write EINTR
        points $way write short
        points $way write short -s 0
        points $way open EACCES
        points $way open EMFILE -s 0 -- --sync
        # What follows does not depend on who reads and writes.
        [ "$way" != library ] || [ "${H5GRAD_FAULTS:-}" = all ] || continue
        points $way close EIO -- --sync
        points $way stat EIO
        points $way stat EACCES -s 0
        points $way lock ENOLCK
        points $way lock EAGAIN
        points $way reserve ENOSPC
        points $way reserve EDQUOT -o -- -O
        points $way reserve EINTR
        points $way reserve ENOTSUP
        points $way truncate EIO
        points $way sync EIO -- --sync
        points $way sync EIO -o -- -O --sync
        points $way rename EIO
        points $way rename EIO -o -- -O
        points $way rename EINVAL
        points $way rename EACCES -s 0
        points $way space EIO
        points $way fork EAGAIN
        points $way write EIO -- --checkpoint
        points $way write short -s 0 -- --checkpoint
        points $way open EACCES -- --checkpoint
        points $way sync EIO -- --checkpoint
        points $way sync EIO -s 0 -- --checkpoint --sync
    done
    # The last tile is the first to see that what is done of another field cannot be made safe.
    points fields write EIO -- --checkpoint
    points fields sync EIO -- --checkpoint
    points fields sync EIO -s 0 -- --checkpoint
    points beyond read EIO -s 0 -- "${beyond[@]}"
    points beyond read cut -- "${beyond[@]}"
    points beyond write EIO -- --checkpoint "${beyond[@]}"
    points beyond write ENOSPC -s 0 -- "${beyond[@]}"
    points beyond write kill -- --resume "${beyond[@]}"
    points beyond rename kill -o -- --resume -O "${beyond[@]}"
    # Killed, and then the same command once more.
    for call in open close stat reserve truncate write sync rename remove; do
        points fields $call kill -- --resume --sync
        points fields $call kill -o -- --resume --sync -O
    done
    # Without --resume nothing is left by then, whatever the process had told of.
    for call in open reserve write rename; do
        points fields $call kill
        points fields $call kill -- --checkpoint
    done
    # What runs out of memory in libhdf5 may crash there: a parent process makes that an error.
    if [ "$calls" -eq 0 ]; then
        echo "allocations that fail: skipped: the program does not watch over itself"
    else
        for way in contiguous gzip library; do
            points $way malloc ENOMEM -d -m $((3 * most))
            points $way malloc ENOMEM -d -s 0 -m $((3 * most))
            points $way malloc ENOMEM -d -o -m $most -- -O
        done
        # Little data is done without.
        for way in large packed; do
            points $way thread EAGAIN -d
            check "$way: threads" test "$calls" -gt 0
        done
        points names malloc ENOMEM -d -m $((3 * most))
        points beyond malloc ENOMEM -d -m $((3 * most)) -- "${beyond[@]}"
        points beyond malloc ENOMEM -d -s 0 -m $((2 * most)) -- "${beyond[@]}"
    fi
    echo "calls that fail: $tried points, $found findings"
fi

# one_line REGEX: ./stderr is one line, which matches, and perhaps the note on unit spacing before it.
# shellcheck disable=SC2317 # check calls it
one_line() {
    sed -i '/: no spacing found: unit spacing/d' stderr
    [ "$(wc -l <stderr)" -eq 1 ] && grep -Eq -- "^h5grad: .*($1)" stderr && return
    printf '  wanted a line like %s, got\n' "$1"
    sed 's/^/    /' stderr
    return 1
}

# The last allocations of a list are those of its printing. What is printed is all of it or an error.
listed() {
    env LD_PRELOAD="$sanitizer $object" FAULT_CALL=malloc FAULT_AT="$1" FAULT_LAST="$1" FAULT_WITH=ENOMEM \
        FAULT_FOLDER="$PWD" FAULT_STATE="$PWD/state" "$H5GRAD" --list contiguous.h5 >stdout 2>stderr
}
if [ -e "$object" ]; then
    truncate -s 16 state
    listed 0
    cp stdout list
    calls=$(od -A n -t u8 -N 8 state | tr -d ' ')
    for ((call = calls > 12 ? calls - 12 : 1; call <= calls; call++)); do
        truncate -s 0 state && truncate -s 16 state
        if listed $call; then
            check "allocation $call of a list of $calls: the list" cmp stdout list
        else
            check "allocation $call of a list of $calls: message" one_line .
        fi
    done
fi

##
## Disks and folders
##

# fails WHAT REGEX STATUS [LEFT]: checks the message in ./stderr, the exit status, and the files in o.
fails() {
    check "$1: exit status" equal "$3" 1
    check "$1: message" one_line "$2"
    check "$1: nothing is left" equal "$(ls -A o 2>/dev/null)" "${4:-}"
}

make_input half.h5 /f float32 64x32x32 1
# What does not get smaller.
make_input noise.h5 /f float64 512x512 noise

# A file system of 1 MiB in a mount namespace of its own, which ends with the command.
in_small_disk() {
    unshare "${namespace[@]}" sh -c 'mount -t tmpfs -o size=1m none o && "$@"' sh "$@"
}
namespace=(-m)
in_small_disk true 2>/dev/null || namespace=(-rm)
if ! in_small_disk true 2>/dev/null; then
    echo "full disk: skipped: no file system can be mounted here"
else
    # What is left is to be seen only from within.
    # shellcheck disable=SC2016 # the inner shell expands it
    in_disk='"$@" 2>stderr; echo $? >status; ls -A o >left'
    while IFS='|' read -r what regex options; do
        # shellcheck disable=SC2086 # several options
        in_small_disk sh -c "$in_disk" sh "$H5GRAD" $options o/out.h5
        check "full disk: $what: exit status" equal "$(cat status)" 1
        check "full disk: $what: message" one_line "$regex"
        check "full disk: $what: nothing is left" equal "$(cat left)" ""
    done <<'END'
contiguous|needs .* has .* free|large.h5
filtered|No space left|--layout=64x64 --filter=gzip=1 noise.h5
filtered, --sync|No space left|--sync --layout=64x64 --filter=gzip=1 noise.h5
END
    # Half of it is taken by what an earlier run has left.
    # shellcheck disable=SC2016
    in_disk='head -c 600K /dev/zero >o/.out.h5.h5grad.part; "$@" 2>stderr; echo $? >status; ls -A o >left'
    in_small_disk sh -c "$in_disk" sh "$H5GRAD" --checkpoint half.h5 o/out.h5
    check "space that is taken already: exit status" equal "$(cat status)" 0
    check "space that is taken already: nothing else is left" equal "$(cat left)" out.h5
    # shellcheck disable=SC2016
    in_disk='echo old >o/out.h5; "$@" 2>stderr; echo $? >status; ls -A o >left; cat o/out.h5 >>left'
    in_small_disk sh -c "$in_disk" sh "$H5GRAD" -O --layout=16x16x16 --filter=shuffle large.h5 o/out.h5
    check "full disk: --overwrite: exit status" equal "$(cat status)" 1
    check "full disk: --overwrite: message" one_line "space"
    check "full disk: --overwrite: the old one" equal "$(cat left)" $'out.h5\nold'
fi

for options in "" --sync; do
    # shellcheck disable=SC2086 # one option or none
    (ulimit -f 1000 && "$H5GRAD" $options large.h5 o/out.h5) 2>stderr
    fails "file size limit $options" "space|large" $?
done

# As nobody, where root may write everywhere.
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
mkdir closed
chmod 555 closed
chmod 755 .
if "${as_user[@]}" test -w closed || ! "${as_user[@]}" test -x "$H5GRAD"; then
    echo "read-only folder: skipped: no user to whom it is one"
else
    "${as_user[@]}" "$H5GRAD" large.h5 closed/out.h5 2>stderr
    fails "read-only folder" "closed.*cannot be written" $?
    check "read-only folder: nothing is left" equal "$(ls -A closed)" ""
    chmod 777 o
    cp large.h5 unread.h5
    chmod 000 unread.h5
    "${as_user[@]}" "$H5GRAD" unread.h5 o/out.h5 2>stderr
    fails "unreadable input" "unread.h5.*denied" $?
fi

# shellcheck disable=SC2317 # wait_until calls it
has_begun() {
    [ -n "$(ls -A o)" ] || is_gone "$pid"
}

# during COMMAND...: runs it while a run with $more options, which has begun to write, is stopped; $status
# is the exit status of the run.
more=()
during() {
    local pid child
    for _ in 1 2 3 4 5; do
        "$H5GRAD" -j1 --filter=gzip=9 "${more[@]}" busy.h5 o/out.h5 2>stderr &
        pid=$!
        wait_until has_begun
        # It may be faster than this script.
        if child=$(child_of "$pid") && kill -STOP "$child" && wait_until is_in T "$child" &&
            [ ! -e o/out.h5 ]; then
            "$@"
            kill -CONT "$child"
            wait $pid
            status=$?
            return
        fi
        wait $pid
        rm -f o/out.h5
    done
    echo "$0: a run cannot be held" >&2
    exit 99
}
cp packed.h5 busy.h5
during rm -rf o
check "folder that vanishes: exit status" equal "$status" 1
check "folder that vanishes: message" one_line "o/out.h5"
check "folder that vanishes: it does not come back" test ! -e o
mkdir -p o
during truncate -s 4096 busy.h5
fails "input that is truncated" "busy.h5" "$status"
rm -f busy.h5
cp packed.h5 source.h5
make_input busy.h5 /f virtual source.h5 /f
during touch source.h5
fails "source that changes" "busy.h5: .*source.h5 changed while it was read" "$status"
during rm source.h5
fails "source that vanishes" "busy.h5: .*source.h5 changed while it was read" "$status"
more=(-q --allow-missing-sources)
during cp packed.h5 source.h5
fails "source that comes to be" "busy.h5: .*source.h5 changed while it was read" "$status"
# shellcheck disable=SC2046
make_input x.h5 /x float64 128 $(seq 128)
more=(--coord "0=x.h5:/x")
during touch x.h5
fails "coordinates that change" "busy.h5: x.h5 changed while it was read" "$status"

finish
