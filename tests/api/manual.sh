#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# h5grad(3) has every name of h5grad.h, and its example works. h5grad.h is C99 and C++11.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
header=$sources/src/h5grad.h
example=${abs_top_builddir:?}/tests/api/manual_example

# Functions, types, constants, and members, which stand at the end of a line of the header's code.
code=$(sed 's,/\*.*\*/,,; /\/\*/,/\*\//d' "$header")
names=$(
    grep -Eo '\b(h5grad_[a-z_]+|H5GRAD_[A-Z_]+)\b' <<<"$code" | grep -Evx 'H5GRAD_(H|API)'
    sed -nE 's/^    [a-z].*[ *(]([a-z][a-z0-9_]*)(\[[0-9]+\])?(\)\(.*)?;.*/\1/p' <<<"$code" |
        grep -vx 'options'
)
missing=$(sort -u <<<"$names" | while read -r name; do
    grep -Eq "(^|[^A-Za-z_])$name($|[^A-Za-z_])" "$sources/doc/h5grad.3" || echo "$name"
done)
check "names of h5grad.h that h5grad(3) has not" equal "$missing" ""
check "names were found" test "$(grep -c . <<<"$names")" -gt 120

"$MAKE_INPUT" in.h5 /u float32 4x5
check "example: runs" equal "$("$example" in.h5 out.h5)" "$(printf '/u_grad_%s\n' 0 1)"
check "example: says why it fails" equal "$("$example" none.h5 new.h5 2>&1 | head -c 8)" "none.h5:"

# compiles COMPILER FLAG...: the header alone, and again.
compiles() {
    printf '#include "h5grad.h"\n#include "h5grad.h"\n%s\n' \
        'int main(void) { struct h5grad_options o; h5grad_options_init(&o); return o.edge_order; }' >"use.$2"
    "$1" -std="$3" -pedantic -Wall -Wextra -Wconversion -Werror -fsyntax-only -I"$sources/src" \
        "use.$2"
}

for compiler in "cc c c99" "c++ cc c++11"; do
    # shellcheck disable=SC2086 # words
    set -- $compiler
    if command -v "$1" >/dev/null; then
        check "$3" compiles "$1" "$2" "$3"
    fi
done

finish
