#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs that are stopped or killed and then resumed make the same file as others; resuming is refused
# where it cannot work. H5GRAD_KILLS=N kills N times for each kind of result, instead of a few times.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

kills=${H5GRAD_KILLS:-2}

mkdir o
"$MAKE_INPUT" in.h5 /a float64 160x64x64/40x64x16 noise , /b float32 50x100x128 noise &&
    "$MAKE_INPUT" small.h5 /a float64 80x48x64/20x48x64 noise , /b float32 50x20x64/50x20x8 noise || exit 99

# A globe whose values are missing here and there, and options beyond the gradient of torch.
# shellcheck disable=SC2046
{
    "$MAKE_INPUT" globe.h5 /time float64 24 $(seq 24) && "$MAKE_INPUT" globe.h5 /time text units "days since 2000-01-01" &&
        "$MAKE_INPUT" globe.h5 /lat float64 120 $(seq -89.25 1.5 89.25) &&
        "$MAKE_INPUT" globe.h5 /lat text units degrees_north &&
        "$MAKE_INPUT" globe.h5 /lon float64 160 $(seq 0 2.25 357.75) &&
        "$MAKE_INPUT" globe.h5 /lon text units degrees_east || exit 99
}
for name in u v; do
    "$MAKE_INPUT" globe.h5 /$name float64 24x120x160 noise && "$MAKE_INPUT" globe.h5 /$name numbers valid_min 0.1 &&
        "$MAKE_INPUT" globe.h5 /$name scales /time /lat /lon || exit 99
done
globe=(-d/u --vector=V:2=/u --vector=V:1=/v "--compute=gradient,laplacian,magnitude,divergence,curl"
    --sphere=6.4e6 --boundary=2=periodic --period=2=360 --missing=edge --accuracy=8 --subset=1=3:100
    --time-unit=s)

input=in.h5
run() {
    "$H5GRAD" --no-history -j2 "$@" $input o/out.h5
}

# want OPTION...: makes want.h5 by a run that is not stopped, and keeps it for the next time.
want() {
    local kept="want$*.h5"
    if [ ! -e "$kept" ]; then
        run "$@" && mv o/out.h5 "$kept" || return
    fi
    ln -f "$kept" want.h5
}

# The files that may be in the folder while a run can be resumed.
only_resumable() {
    [ -z "$(find o -type f ! -name '.out.h5.h5grad.part' ! -name '.out.h5.h5grad.journal')" ]
}

nothing_but_output() {
    equal "$(find o -type f | sort)" o/out.h5
}

# kill_and_resume WHAT OPTION...: kills runs at moments spread over their time.
kill_and_resume() {
    local what=$1 n=0 pid start took
    shift
    start=$(date +%s%N)
    check "$what: a run" run --checkpoint "$@"
    took=$((($(date +%s%N) - start) / 1000000))
    mv o/out.h5 "want.h5"
    while [ "$n" -lt "$kills" ]; do
        "$H5GRAD" --no-history -j2 --checkpoint --resume "$@" $input o/out.h5 2>err &
        pid=$!
        sleep "$(printf '0.%03d' $((RANDOM * (took < 999 ? took : 999) / 32768)))"
        # The child dies with its parent.
        kill -KILL $pid 2>/dev/null
        wait $pid 2>/dev/null
        n=$((n + 1))
        if [ -e o/out.h5 ]; then
            check "$what: after kill $n: the output" cmp o/out.h5 want.h5
            rm -f o/out.h5
        else
            check "$what: after kill $n: what is left" only_resumable
        fi
        if [ $((n % 2)) -eq 0 ]; then
            check "$what: a resumed run" run --resume "$@"
            check "$what: a resumed run's output" cmp o/out.h5 want.h5
            check "$what: what a resumed run leaves" nothing_but_output
            rm -f o/out.h5
        fi
    done
    rm -f o/.out.h5* want.h5
}

# status WANTED COMMAND...: its exit status.
status() {
    local wanted=$1 got=0
    shift
    "$@" 2>err || got=$?
    equal "$got" "$wanted"
}

stop_and_resume() {
    local pid
    check "a run" want --layout=20x32x128 --filter=gzip=1
    "$H5GRAD" --no-history -j2 --checkpoint --layout=20x32x128 --filter=gzip=1 $input o/out.h5 2>err &
    pid=$!
    while kill -0 $pid 2>/dev/null && [ ! -s o/.out.h5.h5grad.part ]; do sleep 0.01; done
    kill -TERM $pid
    check "stopped by a signal" status 75 wait $pid
    check "says how to go on" grep -q -e '--resume' err
    check "left to resume" only_resumable
    check "other options" status 1 run --resume --layout=20x32x128 --filter=gzip=2
    check "other options: why" grep -q 'the options differ' err
    check "other options: nothing lost" test -s o/.out.h5.h5grad.part
    check "resumed" run --resume --layout=20x32x128 --filter=gzip=1
    check "resumed: the bytes of a run that was not stopped" cmp o/out.h5 want.h5
    check "resumed: nothing left" nothing_but_output
    rm -f o/out.h5 want.h5
}

refuse_other_input() {
    local pid
    "$H5GRAD" --no-history -j2 --checkpoint --filter=gzip=1 $input o/out.h5 2>err &
    pid=$!
    while kill -0 $pid 2>/dev/null && [ ! -s o/.out.h5.h5grad.part ]; do sleep 0.01; done
    kill -KILL $pid
    wait $pid 2>/dev/null
    touch $input
    if [ -e o/.out.h5.h5grad.journal ]; then
        check "changed input" status 1 run --resume --filter=gzip=1
        check "changed input: why" grep -q 'the input, .*, has changed' err
    fi
    check "begun anew" run --checkpoint --filter=gzip=1
    check "begun anew: nothing left" nothing_but_output
    rm -f o/out.h5
}

# stop INPUT OPTION...: stops a run as soon as it can be resumed.
stop() {
    local input=$1 pid
    shift
    "$H5GRAD" --no-history -j2 --checkpoint --layout=20x32x128 --filter=gzip=1 "$@" "$input" o/out.h5 2>err &
    pid=$!
    while kill -0 $pid 2>/dev/null && [ ! -s o/.out.h5.h5grad.part ]; do sleep 0.01; done
    kill -TERM $pid
    status 75 wait $pid
}

# go_on INPUT OPTION...
go_on() {
    local input=$1
    shift
    "$H5GRAD" --no-history -j2 --resume --layout=20x32x128 --filter=gzip=1 "$@" "$input" o/out.h5
}

# refuse_other FILE INPUT OPTION...: FILE is another that is read with INPUT.
refuse_other() {
    local file=$1
    shift
    check "$1 $file: stopped" stop "$@"
    cp -p "$file" kept
    touch "$file"
    check "$1 $file: changed" status 1 go_on "$@"
    check "$1 $file: why" grep -q 'a file that is read with it, has changed' err
    touch -r kept "$file"
    check "$1 $file: as it was" go_on "$@"
    check "$1 $file: nothing left" nothing_but_output
    rm -f o/out.h5
}

# Each option beyond the gradient of torch in turn is another one, or is not given at all.
refuse_other_options() {
    local option other each
    local -a others
    check "many options: stopped" stop globe.h5 "${globe[@]}"
    while read -r option other; do
        others=()
        for each in "${globe[@]}"; do
            [[ $each == $option* ]] || others+=("$each")
        done
        check "$option, $other: refused" status 1 go_on globe.h5 "${others[@]}" ${other:+"$other"}
        check "$option, $other: why" grep -q 'the options differ' err
    done <<'END'
-d
-d -d/v
--vector=V:1 --vector=V:1=/u
--compute --compute=laplacian,magnitude,gradient,divergence
--sphere --sphere
--sphere --sphere=6.3e6
--boundary
--boundary --boundary=periodic
--boundary --boundary=2=auto
--period
--period --period=2=361
--missing
--missing --missing=strict
--accuracy
--accuracy --accuracy=6
--accuracy --accuracy=2=8
--subset
--subset --subset=1=3:101
--subset --subset=1=3:100:2
--time-unit
--time-unit --time-unit=h
END
    check "many options: resumed" go_on globe.h5 "${globe[@]}"
    check "many options: nothing left" nothing_but_output
    rm -f o/out.h5
}

refuse_other_files() {
    "$MAKE_INPUT" source.h5 /a float64 80x64x128 noise || exit 99
    "$MAKE_INPUT" middle.h5 /v virtual source.h5 /a || exit 99
    "$MAKE_INPUT" outer.h5 /n virtual middle.h5 /v || exit 99
    "$MAKE_INPUT" raw.h5 /r float64 80x64x128@points noise || exit 99
    "$MAKE_INPUT" rawer.h5 /v virtual raw.h5 /r || exit 99
    # shellcheck disable=SC2046
    "$MAKE_INPUT" x.h5 /x float64 80 $(seq 80) || exit 99
    refuse_other middle.h5 outer.h5
    refuse_other source.h5 outer.h5
    refuse_other points raw.h5
    refuse_other points rawer.h5
    refuse_other x.h5 source.h5 --coord 0=x.h5:/x
}

# A file system has another device number when it is mounted again, while the files stay the same.
go_on_after_mount() {
    local mkfs
    mkfs=$(PATH=$PATH:/sbin:/usr/sbin command -v mkfs.ext4) || return 0
    mkdir mounted between
    truncate -s 64M disk
    truncate -s 8M other-disk
    "$mkfs" -q disk && "$mkfs" -q other-disk || return 0
    unshare -m sh -c 'mount -o loop disk mounted' 2>/dev/null || return 0
    export -f check equal status stop go_on nothing_but_output
    export H5GRAD MAKE_INPUT
    # shellcheck disable=SC2016
    check "another mount" unshare -m bash -c '
        mount -o loop disk mounted && "$MAKE_INPUT" mounted/in.h5 /a float32 64x128x128 noise || exit 99
        before=$(stat -c %d mounted/in.h5)
        stop mounted/in.h5 && umount mounted && mount -o loop other-disk between &&
            mount -o loop disk mounted || exit
        [ "$(stat -c %d mounted/in.h5)" != "$before" ] || echo "another mount: the same device"
        go_on mounted/in.h5'
    rm -f o/out.h5
}

# A journal whose file is gone.
outlive_output() {
    local pid
    "$H5GRAD" --no-history -j2 --checkpoint --layout=contiguous in.h5 o/out.h5 2>err &
    pid=$!
    while kill -0 $pid 2>/dev/null; do
        cp o/.out.h5.h5grad.journal journal 2>/dev/null
    done
    check "a run" wait $pid
    check "its journal" test -s journal
    mv o/out.h5 want.h5
    cp journal o/.out.h5.h5grad.journal
    check "a journal without a file" run --resume --layout=contiguous
    check "a journal without a file: the output" cmp o/out.h5 want.h5
    check "a journal without a file: nothing left" nothing_but_output
    rm -f o/out.h5 want.h5 journal
}

object=$build/tests/robust/.libs/fault_inject.so
# The sanitizer wants to be the first of all objects.
sanitizer=$(ldd "$H5GRAD" 2>/dev/null | awk '/lib(a|t)san/ { print $3; exit }')

# kill_at WRITE OPTION...: kills a run before this call to write; 0: before none, and they are counted.
kill_at() {
    local write=$1
    shift
    truncate -s 0 state && truncate -s 16 state
    LD_PRELOAD="$sanitizer $object" FAULT_CALL=write FAULT_WITH=kill FAULT_AT=$write FAULT_LAST=$write \
        FAULT_FOLDER=$PWD FAULT_STATE=$PWD/state FAULT_CLOCK=real run --checkpoint "$@" 2>err
}

# stop_at SIGNAL OPTION...: stops a run amidst its results.
declare -A writes=()
stop_at() {
    local signal=$1 pid
    shift
    if [ "$signal" = KILL ]; then
        if [ -z "${writes[$*]-}" ]; then
            kill_at 0 "$@" && rm o/out.h5
            writes[$*]=$(od -A n -t u8 -N 8 state)
        fi
        ! kill_at $((writes[$*] * 2 / 3)) "$@" && [ -e o/.out.h5.h5grad.part ]
    else
        "$H5GRAD" --no-history --checkpoint "$@" -j1 $input o/out.h5 2>err &
        pid=$!
        while kill -0 $pid 2>/dev/null && [ ! -s o/.out.h5.h5grad.journal ]; do sleep 0.01; done
        kill "-$signal" $pid
        status 75 wait $pid
    fi
}

# Ways to damage the file that a run has left.
cut_short() { truncate -s $(($(stat -c %s "$1") / 3)) "$1"; }
cut_little() { truncate -s -1 "$1"; }
fill_with_zeros() { dd if=/dev/zero of="$1" conv=notrunc bs=65536 count=$(($(stat -c %s "$1") / 65536)) status=none; }
put_another() { head -c "$(stat -c %s "$1")" /dev/urandom >other && mv other "$1"; }
change_a_byte() { printf x | dd of="$1" conv=notrunc bs=1 seek="$2" status=none; }

# notice WHAT DAMAGE SIGNAL OPTION...: checks that a damaged file is noticed, whatever stopped the run.
notice() {
    local what="$1, $2, $3" damage=$2 signal=$3 at try
    local lost='not all that the run before had done was still there'
    shift 3
    check "$what: a run" want "$@"
    for try in 1 2 3 4 5 6; do
        check "$what: a run that ends early" stop_at "$signal" "$@"
        # Results are written from their beginning, which is near that of the file.
        at=$(($(stat -c %s o/.out.h5.h5grad.part) / 97))
        $damage o/.out.h5.h5grad.part $at
        check "$what: resumed" run --resume "$@" 2>err
        # A run that ends before it has noted a tile leaves nothing to be lost.
        [ $damage = fill_with_zeros ] && [ $try -lt 6 ] && ! grep -q "$lost" err || break
        check "$what: the output, nothing noted" cmp o/out.h5 want.h5
        rm -f o/out.h5
    done
    case $damage in
    fill_with_zeros) check "$what: said" grep -q "$lost" err ;;
    put_another) check "$what: said" grep -q 'not the one that the run before has left: begun anew' err ;;
    esac
    check "$what: the output" cmp o/out.h5 want.h5
    check "$what: nothing left" nothing_but_output
    rm -f o/out.h5 want.h5
}

input=small.h5
if [ -e "$object" ]; then
    for damage in cut_short cut_little fill_with_zeros put_another change_a_byte; do
        notice contiguous $damage KILL --layout=contiguous
    done
    for damage in fill_with_zeros change_a_byte; do
        notice chunked $damage KILL --layout=40x16x32 --filter=shuffle+gzip=1
        notice "plain chunks" $damage KILL --layout=40x16x32 --filter=none
    done
else
    echo "damage after SIGKILL: skipped: no $object"
fi
rm -f want*
input=in.h5
notice contiguous change_a_byte TERM --layout=contiguous
notice contiguous fill_with_zeros TERM --layout=contiguous
kill_and_resume contiguous --layout=contiguous
kill_and_resume chunked --layout=8x16x16 --filter=shuffle+gzip=1
kill_and_resume "plain chunks" --layout=40x16x32 --filter=none
input=globe.h5
kill_and_resume "many options" "${globe[@]}"
input=in.h5
stop_and_resume
refuse_other_options
outlive_output
check "nothing to resume" run --resume
rm -f o/out.h5
refuse_other_input
refuse_other_files
go_on_after_mount
finish
