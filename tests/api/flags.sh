#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Whatever CFLAGS are given to make, the build keeps to IEEE 754.
set -u
sources=$(cd "$(dirname "$0")/../.." && pwd) || exit 99
folder=$(mktemp -d "${TMPDIR:-/tmp}/h5grad-flags-XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
cd "${abs_top_builddir:-.}" || exit 99
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

object=src/stencil/libh5grad_internal_la-kernel.lo
checks=0
failures=0

# compiler FLAGS: how make would compile the kernels with them, up to the names of files.
compiler() {
    make -n V=1 CFLAGS="$1" -W "$sources/src/stencil/kernel.c" $object |
        sed -n 's/.*--mode=compile \(.*kernel\.c.*\)/\1/p' | sed 's/ -MT .*//; s/ -c -o .*//'
}

# keeps FLAGS: those of the compiler, which may not know them, in front of what takes them back.
keeps() {
    local command
    command=$(compiler "-O2 $1")
    case $command in
    *" -O2 "*) ;;
    *)
        echo "no command to compile the kernels: '$command'"
        exit 99
        ;;
    esac
    # shellcheck disable=SC2086 # a command of several words
    if ! $command -o "$folder/program" "$sources/tests/api/ieee_arithmetic.c" 2>"$folder/errors"; then
        echo "$1: not known to the compiler"
        return
    fi
    checks=$((checks + 1))
    "$folder/program" && return
    failures=$((failures + 1))
    echo "FAILED: CFLAGS=$1"
}

native=-march=native
keeps -g
[ $checks -eq 1 ] || {
    cat "$folder/errors"
    exit 99
}
keeps "$native -ffp-contract=fast"
keeps "-march=x86-64-v2 -ffp-contract=fast"
keeps -Ofast
for flag in -ffast-math -funsafe-math-optimizations -freciprocal-math -fno-signed-zeros \
    -ffinite-math-only -fno-trapping-math -fsingle-precision-constant -mfpmath=387 -mdaz-ftz \
    -ffp-model=fast -fno-honor-nans -fno-honor-infinities -fapprox-func \
    -fdenormal-fp-math=preserve-sign "-fassociative-math -fno-signed-zeros -fno-trapping-math"; do
    keeps "$native $flag"
done

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
