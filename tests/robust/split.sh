#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A run with --split whose calls fail, or that is killed before one of them: OUTPUT is the old one with all
# its files, or the new one with all of its own; nothing else is left.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"

# shellcheck disable=SC2154 # shell-common.sh has the folder of the build
object=$build/tests/robust/.libs/fault_inject.so
program=$H5GRAD
[ -e "$object" ] || skip "no $object"
sanitizer=$(ldd "$program" 2>/dev/null | awk '/lib(a|t)san/ { print $3; exit }')

"$MAKE_INPUT" in.h5 /f float32 4x5 noise || exit 99
"$MAKE_INPUT" other.h5 /f float32 4x5 1 || exit 99
mkdir o old
"$program" -q in.h5 new.h5 && "$program" -q --split other.h5 old/out.h5 || exit 99
new=$(values new.h5 /f_grad_0) was=$(values old/out.h5 /f_grad_0)

# tried CALL WITH AT [OPTION]...: a run in which call number AT fails; $calls is how many there were.
# shellcheck disable=SC2154 # shell-common.sh has the folder
tried() {
    local call=$1 with=$2 at=$3
    shift 3
    head -c 16 /dev/zero >state
    env LD_PRELOAD="$sanitizer $object" FAULT_CALL="$call" FAULT_AT="$at" FAULT_LAST="$at" FAULT_WITH="$with" \
        FAULT_FOLDER="$folder" FAULT_STATE="$folder/state" "$program" -q -j1 --split "$@" in.h5 o/out.h5 2>stderr
    status=$?
    calls=$(od -A n -t u8 -N 8 state | tr -d ' ')
}

# shellcheck disable=SC2317 # check calls it
is_whole() {
    [ "$(values o/out.h5 /f_grad_0)" = "$1" ] && [ "$(ls -A o | wc -l)" -eq 3 ]
}

# each CALL WITH [OPTION]...: WITH is an error, by its number (EIO is 5, EINVAL 22, EMFILE 24, ENOSPC 28), or
# kill. Each such call fails in turn, over nothing and over an old OUTPUT.
each() {
    local call=$1 with=$2 at what
    shift 2
    for over in no an; do
        calls=1
        for ((at = 1; at <= calls; at++)); do
            rm -f o/* o/.out*
            [ $over = no ] || cp old/* o
            tried "$call" "$with" $at -O "$@"
            what="$call $at of $calls $with $*, over $over OUTPUT"
            if [ "$(values o/out.h5 /f_grad_0 2>/dev/null)" = "$new" ]; then
                check "$what: the new one" is_whole "$new"
            elif [ $over = an ]; then
                check "$what: the old one" is_whole "$was"
            else
                check "$what: nothing" equal "$(ls -A o)" ""
            fi
            [ "$with" = kill ] || [ "$status" -eq 0 ] || check "$what: one line" test "$(wc -l <stderr)" -eq 1
        done
    done
}
each rename 5
each rename kill
each rename 22
each rename kill --sync
each open 24
each remove kill
each sync 5 --sync
each write 28

finish
