#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the fuzzing harnesses over their corpora: inputs that each reach another part of the code, and
# inputs that once showed a fault.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
corpus=$sources/tests/fuzz/corpus

harnesses=$build/tests/fuzz
for folder_of_one in "$corpus"/*/; do
    name=$(basename "$folder_of_one")
    "$harnesses/fuzz_$name" "$folder_of_one"/* >output 2>&1
    check "$name" equal $? 0 || tail -n 20 output
    inputs=$(find "$folder_of_one" -type f | wc -l)
    check "$name: all inputs" equal "$(grep -c "^$folder_of_one" output)" "$inputs"
    echo "$name: $inputs inputs"
done

finish
