#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The libraries export the functions that h5grad.h declares and nothing else. tests/api/own_names.c
# tests that no other name conflicts with a program's own functions.
set -u
srcdir=${srcdir:-$(dirname "$0")/../..}
libraries=${abs_top_builddir:-.}/.libs

declared=$(grep -v '^ *#' "$srcdir/src/h5grad.h" | tr '\n' ' ' |
    grep -o 'H5GRAD_API [^(]*(' | sed 's/($//; s/.*[ *]//' | sort)
[ -n "$declared" ] || {
    echo "no declaration found in h5grad.h"
    exit 99
}

# shows LIBRARY OPTION: as nm tells with that option.
shows() {
    symbols=$(nm "$2" --defined-only "$1") || exit 99
    shown=$(printf '%s\n' "$symbols" | awk 'NF == 3 { print $3 }' | sort)
    [ "$shown" = "$declared" ] || {
        printf 'declared in h5grad.h:\n%s\n\nshown by %s:\n%s\n' "$declared" "$1" "$shown"
        exit 1
    }
    found=yes
}

# What Debian's package is said to show.
symbols=$srcdir/packaging/debian/libh5grad1.symbols
listed=$(sed -n 's/^ \(h5grad_[a-z0-9_]*\)@.*/\1/p' "$symbols" | sort)
[ "$listed" = "$declared" ] || {
    printf 'declared in h5grad.h:\n%s\n\nlisted in %s:\n%s\n' "$declared" "$symbols" "$listed"
    exit 1
}

found=no
[ ! -e "$libraries/libh5grad.so" ] || shows "$libraries/libh5grad.so" -D
[ ! -e "$libraries/libh5grad.a" ] || shows "$libraries/libh5grad.a" -g
[ $found = yes ] || {
    echo "no library was built"
    exit 99
}
