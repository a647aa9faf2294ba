#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The shared library exports the functions that h5grad.h declares, and nothing else.
set -u
srcdir=${srcdir:-$(dirname "$0")/..}
library=${abs_top_builddir:-.}/.libs/libh5grad.so

[ -e "$library" ] || {
    echo "no shared library was built"
    exit 77
}
symbols=$(nm -D --defined-only "$library") || exit 99

exported=$(printf '%s\n' "$symbols" | awk '{ print $3 }' | sort)
declared=$(grep -v '^#' "$srcdir/src/h5grad.h" | tr '\n' ' ' |
    grep -o 'H5GRAD_API [^(]*(' | sed 's/($//; s/.*[ *]//' | sort)
[ -n "$declared" ] || {
    echo "no declaration found in h5grad.h"
    exit 99
}
[ "$exported" = "$declared" ] || {
    printf 'declared in h5grad.h:\n%s\n\nexported by the library:\n%s\n' "$declared" "$exported"
    exit 1
}
