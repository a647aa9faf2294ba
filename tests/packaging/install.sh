#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# An installed copy, used by a program that knows only h5grad.pc: compiled, linked with the shared and
# with the static library, and run. "make installcheck" runs it, with the place of the copy in the
# variables below; they begin with DESTDIR if "make install" got one. HDF5_LIBS and HDF5_CFLAGS are
# those of the HDF5 that the library uses, for a sample that uses both.
set -u
export LC_ALL=C
: "${bindir:?}" "${libdir:?}" "${mandir:?}" "${samples:?}" "${CC:=cc}" "${CFLAGS=-O2}" "${DESTDIR=}"
: "${HDF5_CFLAGS=}" "${HDF5_LIBS=}"

if ! command -v pkg-config >/dev/null; then
    echo "$0: skipped: no pkg-config"
    exit 77
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/h5grad-install-XXXXXX") || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99

checks=0
failures=0

# check WHAT COMMAND...
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

cat >outside.c <<'END'
#include <h5grad.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the library calls by these names is something else. */
void unpack(void);
void unpack(void)
{
    abort();
}
int file_size = -1;
int error_set = -1;

/* The slope of a straight line; then a file, which is missing: pulls in all of the library. */
int main(void)
{
    const uint64_t extent[] = {5};
    const double data[] = {1, 3, 5, 7, 9};
    const double spacing[] = {0.5};
    double slope[5];
    void *results[] = {slope};
    struct h5grad_array_options options;
    struct h5grad_error error;

    h5grad_array_options_init(&options);
    options.spacing = spacing;
    if (h5grad_array(H5GRAD_DOUBLE, 1, extent, data, results, &options, &error) != H5GRAD_OK)
        return 1;
    for (int i = 0; i < 5; i++) {
        if (slope[i] != 4)
            return 2;
    }
    if (h5grad_run("missing.h5", "out.h5", NULL, NULL, &error) != H5GRAD_FAILED)
        return 3;
    if (strstr(error.message, "missing.h5") == NULL)
        return 4;
    printf("%.*s\n", (int)strcspn(h5grad_version(), "\n"), h5grad_version());
    return 0;
}
END

# place_module LIBDIR: h5grad.pc in ./modules, with its folders below DESTDIR and libdir as said.
place_module() {
    mkdir -p modules
    sed -E -e "s#^([a-z_]*dir|prefix)=/#\1=$DESTDIR/#" -e "s#^libdir=.*#libdir=$1#" \
        "$DESTDIR${pkgconfigdir:-$libdir/pkgconfig}/h5grad.pc" >modules/h5grad.pc
}

# compile NAME SOURCE ARGUMENT...: with what pkg-config says to the arguments, and $also.
compile() {
    local name=$1 source=$2 flags
    shift 2
    flags=$(pkg-config --cflags --libs "$@") || return
    # shellcheck disable=SC2086 # words, as in a makefile
    $CC $CFLAGS -o "$name" "$source" $flags ${also-}
}

# runs_alone NAME YES|NO: prints the version, and whether it needs the shared library.
runs_alone() {
    local output shared=NO
    output=$("./$1") || {
        echo "  exit status $?"
        return 1
    }
    ldd "$1" | grep -q 'libh5grad\.so' || shared=YES
    equal "$output, alone: $shared" "h5grad $version, alone: $2"
}

export PKG_CONFIG_PATH=$folder/modules${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
place_module "$DESTDIR$libdir" || exit 1
version=$(pkg-config --modversion h5grad)

check "man page" compgen -G "$DESTDIR$mandir/man1/h5grad.1*" >found
check "man page of the library" compgen -G "$DESTDIR$mandir/man3/h5grad.3*" >found

# finds_library FILE: by itself, and through no search path where the loader looks anyway.
finds_library() {
    local output
    output=$(ldd "$1") || return
    if grep 'libh5grad.*not found' <<<"$output"; then
        return 1
    fi
    case $libdir in
    /lib | /lib/* | /usr/lib | /usr/lib/*) ! objdump -p "$1" | grep -E "PATH .*$libdir(:|$)" ;;
    esac
}

if [ -e "$DESTDIR$libdir/libh5grad.so" ]; then
    # Only a copy that is not where it is to be needs help.
    [ -z "$DESTDIR" ] || export LD_LIBRARY_PATH=$DESTDIR$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    check "h5grad.pc asks for no other library of programs with the shared one" \
        equal "$(pkg-config --libs-only-l h5grad | tr -d ' ')" -lh5grad
    check "the program finds the library" finds_library "$DESTDIR$bindir/h5grad"
    check "shared: compile" compile shared outside.c h5grad && check "shared: run" runs_alone shared NO &&
        check "shared: the library is found" finds_library shared
    if [ -n "$HDF5_LIBS" ]; then
        also="$HDF5_CFLAGS $HDF5_LIBS -lm" check "sample: compile" \
            compile sample "$DESTDIR$samples/api_example.c" h5grad &&
            check "sample: run" ./sample >sample.log
    fi
fi
if [ -e "$DESTDIR$libdir/libh5grad.a" ]; then
    mkdir static && cp "$DESTDIR$libdir/libh5grad.a" static || exit 99
    check "static: nothing but h5grad_* is shown" equal \
        "$(nm -g --defined-only static/libh5grad.a | awk 'NF == 3 && $3 !~ /^h5grad_/')" ""
    place_module "$folder/static"
    check "static: compile" compile static/outside outside.c --static h5grad &&
        check "static: run" runs_alone static/outside YES
fi
# What the man pages name.
for file in README.md slurm-array.sh slurm-job.sh slurm-mpi.sh make_samples.c mpi_example.c; do
    check "sample $file" test -s "$DESTDIR$samples/$file"
done
for file in slurm-array.sh slurm-job.sh slurm-mpi.sh; do
    check "sample $file: to be run" test -x "$DESTDIR$samples/$file"
done

check "no library" test -e shared -o -e static/outside
check "the program's version" \
    equal "$("$DESTDIR$bindir/h5grad" --version | head -n 1)" "h5grad $version"

echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
