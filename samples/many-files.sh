#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Gradients of many files, one h5grad each. A file that fails does not stop the others; at the end
# the failed ones are named, and the exit status is 1 if there are any. Files whose result is there
# already are left alone: run it again after an interruption and it goes on where it was.
#
# usage: many-files.sh FOLDER FILE... [-- OPTION...]
#
# FOLDER takes the results, under the names of the files; OPTIONs go to h5grad.
# JOBS=4 in the environment runs four at a time, each with its share of the processors.
set -u

export H5GRAD=${H5GRAD:-h5grad}
export folder=${1:-}
jobs=${JOBS:-1}
files=()
shift
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    files+=("$1")
    shift
done
if [ ${#files[@]} -eq 0 ]; then
    echo "usage: $0 FOLDER FILE... [-- OPTION...]" >&2
    exit 2
fi
[ $# -eq 0 ] || shift

# A second file of the same name would be taken for done.
twice=$(printf '%s\0' "${files[@]}" | xargs -0 -n 1 basename -- | sort | uniq -d)
if [ -n "$twice" ]; then
    echo "$0: more than one file is called $twice" >&2
    exit 2
fi

export threads=$(($(nproc) / jobs))
[ "$threads" -ge 1 ] || threads=1
mkdir -p -- "$folder" || exit 1
failed=$(mktemp) || exit 1
export failed
trap 'rm -f "$failed"' EXIT

# The options, then the file. xargs calls it.
# shellcheck disable=SC2317
one_file() {
    local input=${*: -1}
    local output=$folder/${input##*/}
    [ -e "$output" ] && return
    "$H5GRAD" --threads="$threads" "${@:1:$#-1}" -- "$input" "$output" ||
        printf '%s\n' "$input" >>"$failed"
}
export -f one_file

# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'one_file "$@"' one_file "$@"
# xargs says if it was killed or could not start anything.
status=$?

if [ -s "$failed" ]; then
    echo "failed:" >&2
    sed 's/^/  /' "$failed" >&2
    status=1
fi
exit "$status"
