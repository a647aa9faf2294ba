# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Functions of the tests of the program; sourced. Results go to o/, a folder of the test's own.

# shellcheck source=tests/support/shell-common.sh
. "$(dirname "${BASH_SOURCE[0]}")/shell-common.sh"

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

# run ARGUMENT...: runs the program; sets $status, ./stdout and ./stderr, without the note on unit
# spacing, which goes to ./unit.
run() {
    "$H5GRAD" "$@" >stdout 2>stderr
    status=$?
    : >unit
    [ -s stderr ] || return 0
    grep ': no spacing found: unit spacing' stderr >unit &&
        sed -i '/: no spacing found: unit spacing/d' stderr
    return 0
}

# Succeeds if the file holds one line, which matches the extended regular expression.
# shellcheck disable=SC2317 # check calls it
one_line() {
    local -a lines
    mapfile lines <"$1"
    [[ ${#lines[@]} -eq 1 && ${lines[0]} == *$'\n' && ${lines[0]%$'\n'} =~ $2 ]] && return
    printf '  wanted a line like %s, got\n' "$2"
    sed 's/^/    /' "$1"
    return 1
}

# done_quietly WHAT ARGUMENT...: checks that a run prints nothing and succeeds.
done_quietly() {
    local what=$1
    shift
    run "$@"
    check "$what: exit status" equal "$status" 0
    check "$what: stdout" equal "$(<stdout)" ""
    check "$what: stderr" equal "$(<stderr)" ""
}

# refused STATUS REGEX ARGUMENT...: one line on stderr, nothing on stdout, nothing in o/.
refused() {
    local wanted=$1 regex=$2
    shift 2
    run "$@"
    check "h5grad $*: exit status" equal "$status" "$wanted"
    check "h5grad $*: message" one_line stderr "^h5grad: .*$regex"
    check "h5grad $*: stdout" equal "$(<stdout)" ""
    check "h5grad $*: leaves something" equal "$(ls -A o)" ""
}

# wrong_usage REGEX OPTION...: found before any file is opened, with a pointer to --help.
wrong_usage() {
    local regex=$1
    shift
    refused 2 "$regex.*--help" "$@" nowhere/in.h5 nowhere/out.h5
}

# datasets FILE: its datasets, in one line.
datasets() {
    h5ls -r "$1" | awk '/ Dataset /{ sub(/ +Dataset .*/, ""); printf "%s%s", sep, $0; sep = " " }'
}

# attribute FILE OBJECT NAME: its value.
attribute() {
    h5dump -a "$2/$3" -y "$1" | sed -n '/DATA {/,/}/{s/^ *//; s/^"\(.*\)"$/\1/; /DATA\|}/!p}'
}

# unreported WHAT STATUS WHY: checks that OUTPUT of a run on make_plain's file is whole, but its report
# could not be written.
unreported() {
    check "$1: exit status" equal "$2" 3
    check "$1: message" equal "$(cat stderr)" "h5grad: standard output: $3; o/out.h5 is whole"
    check "$1: OUTPUT" equal "$(ls -A o): $(datasets o/out.h5)" \
        "out.h5: /f_grad_0 /f_grad_1 /g/deep/h_grad_0"
}

# make_plain FILE: two fields, and what is none.
make_plain() {
    make_input "$1" /f float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800 , /g/deep/h int16 4 1 3 5 9 , /text string 4
}

# make_useless FILE: fields whose first axis has coordinates that do not increase.
make_useless() {
    local name
    make_input "$1" /x float64 4 0 1 1 2 , /y float64 3 0 1 5
    for name in a b; do
        make_input "$1" /$name float64 4x3 1 , /$name scales /x /y
    done
    make_input "$1" /text string 4 , /c float64 3 1 , /c scales /y
}

mkdir o

# near GOT WANTED: succeeds if the numbers agree to nine digits; WANTED may have fractions such as 1/3.
# shellcheck disable=SC2317 # check calls it
near() {
    awk -v got="$1" -v wanted="$2" 'BEGIN {
        n = split(got, a, " ")
        wrong = n != split(wanted, b, " ")
        for (i = 1; i <= n && !wrong; i++) {
            if (split(b[i], part, "/") == 2)
                b[i] = part[1] / part[2]
            if (a[i] ~ /nan/ || b[i] ~ /nan/)
                wrong = !(a[i] ~ /nan/ && b[i] ~ /nan/)
            else
                wrong = (a[i] - b[i]) ^ 2 > 1e-18 * (1 + b[i] ^ 2)
        }
        exit wrong
    }' && return
    printf '  got    %s\n  wanted %s\n' "$1" "$2"
    return 1
}

# derives WHAT INPUT WANTED ARGUMENT...: checks that the first result of the run is near WANTED.
derives() {
    local what=$1 input=$2 wanted=$3
    shift 3
    run -qO "$@" "$input" o/near.h5
    check "$what: exit status" equal "$status" 0 || cat stderr
    check "$what" near "$(values o/near.h5 "$(datasets o/near.h5 | cut -d ' ' -f 1)")" "$wanted"
}

# fails WHAT STATUS INPUT PATTERN ARGUMENT...: checks that the run fails with one line, before any output.
fails() {
    local what=$1 wanted=$2 input=$3 pattern=$4
    shift 4
    rm -f o/fails.h5
    run "$@" "$input" o/fails.h5
    check "$what: exit status" equal "$status" "$wanted"
    check "$what: message" one_line stderr "$pattern"
    check "$what: no output" test ! -e o/fails.h5
}
