# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Functions of the shell tests; sourced. Changes to a new folder of the test's own, removed at the end.

export LC_ALL=C
# shellcheck disable=SC2034 # the tests use it
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd) || exit 99
unset POSIXLY_CORRECT

for name in H5GRAD MAKE_INPUT MAKE_SAMPLES; do
    if [ ! -x "${!name:-}" ]; then
        echo "$0: $name: not a program: '${!name:-}'" >&2
        exit 99
    fi
done

# The program itself, not libtool's script, which takes longer to start than most runs do and would be
# killed in its stead.
build=$(dirname "$H5GRAD")
if [ -x "$build/.libs/h5grad" ]; then
    H5GRAD=$build/.libs/h5grad
    export LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} H5GRAD_ABSENT=$build
fi

# skip WHY: ends a test that cannot run here.
skip() {
    echo "$0: skipped: $1" >&2
    exit 77
}
command -v h5dump >/dev/null || skip "no h5dump"

folder=$(mktemp -d "${TMPDIR:-/tmp}/h5grad-test-XXXXXX") || exit 99
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder" || exit 99

checks=0
failures=0

# check WHAT COMMAND...: one check; prints WHAT if COMMAND fails.
check() {
    local what=$1
    shift
    checks=$((checks + 1))
    if ! "$@"; then
        failures=$((failures + 1))
        echo "FAILED: $what"
        return 1
    fi
}

# equal GOT WANTED
equal() {
    [ "$1" = "$2" ] && return
    printf '  got    %s\n  wanted %s\n' "$1" "$2"
    return 1
}

# values FILE DATASET: its values in one line, each with all its digits.
values() {
    h5dump --no-compact-subset -d "$2" -y -w 0 -m '%.17g' "$1" | awk '
        on && /^ *}$/ { on = 2 }
        on == 1 { gsub(/,/, " "); for (i = 1; i <= NF; i++) { printf "%s%s", sep, $i; sep = " " } }
        /DATA {/ && !on { on = 1 }'
}

# listed FIELD: prints what the report in ./stdout says of it, and perhaps of others at once.
listed() {
    awk -v field="$1" '
        /^\// { on = on && heads; heads = 1; on = on || $1 == field; next }
        { heads = 0 }
        on' stdout
}

# wait_until COMMAND...: waits until it succeeds, for much longer than it should take.
wait_until() {
    local end=$((SECONDS + 60))
    until "$@"; do
        [ $SECONDS -lt $end ] || return
        sleep 0.02
    done
}

# is_in STATES PID...: succeeds if each process is in one of the states, by the letters of ps, which some
# machines lack. A process that has ended and was not waited for is in Z.
is_in() {
    local states=$1 other line
    shift
    for other; do
        { read -r line <"/proc/$other/stat"; } 2>/dev/null || return
        [[ ${line##*) } == [$states]* ]] || return
    done
}

is_gone() {
    [ ! -e "/proc/$1" ] || is_in Z "$1"
}

# child_of PID: prints the process that does its work; fails if there is none.
child_of() {
    local file line
    for file in /proc/[0-9]*/stat; do
        { read -r line <"$file"; } 2>/dev/null || continue
        [[ ${line##*) } == [A-Z]" $1 "* ]] && echo "${line%% *}" && return
    done
    return 1
}

# finish: ends the test with its exit status.
finish() {
    echo "$checks checks, $failures failed"
    [ "$failures" -eq 0 ]
    exit
}
