#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# The layers point one way: a file includes h5grad.h, its own room, and rooms below it; a file of the
# program h5grad.h, its own room, and base. The files of a room, a header and its source counting as one,
# include each other without a circle, and no two files have one name. HDF5 stays in the rooms about
# files, OpenMP in the engine and above. Only the rooms hdf5 and below open datasets, since they check
# that the points are in files that may be read. MPI stays in its room and in its public header. Reads the text of the sources.
set -u
srcdir=${srcdir:-$(dirname "$0")/..}

# Prints a line for each violation in the tree of sources $1.
violations()
{
    (cd "$1" && find . -name '*.[ch]' | sort | xargs awk '
        BEGIN {
            split("base 1 grid 2 ranks 2 stencil 3 mpi 3 libhdf5 4 trust 5 hdf5 6 codec 7 values 7 reader 8 " \
                  "output 8 axis 9 writer 9 formats 10 engine 10 run 11 h5grad.c 12", word, " ")
            for (i = 1; i in word; i += 2)
                height[word[i]] = word[i + 1]
            split("libhdf5 trust hdf5 codec values reader axis formats output writer run", word, " ")
            for (i in word)
                uses_hdf5[word[i]] = 1
        }
        function complain(why) {
            print file ":" FNR ": " why
        }
        FNR == 1 {
            file = substr(FILENAME, 3)
            room = file
            sub(/\/.*/, "", room)
            if (room !~ /^h5grad(_mpi)?\.h$/ && room != "cli" && !(room in height))
                complain("no such room")
        }
        /^[ \t]*#[ \t]*include/ {
            name = $0
            sub(/^[^<"]*[<"]/, "", name)
            sub(/[>"].*/, "", name)
            quoted = $0 ~ /include[ \t]*"/
            other = name
            sub(/\/.*/, "", other)
            if (quoted && name != "h5grad.h" && name != "config.h" &&
                !(room == "mpi" && name == "h5grad_mpi.h")) {
                if (room ~ /^h5grad(_mpi)?\.h$/)
                    complain("the public header includes " name)
                else if (name !~ /^[a-z0-9]+\/[a-z0-9_]+\.h$/)
                    complain("\"" name "\" is not of the form \"room/file.h\"")
                else if (room == "cli" && other != "cli" && other != "base")
                    complain("the program uses " name " and not only h5grad.h and base")
                else if (room != "cli" && other != room &&
                         !(other in height && height[other] < height[room]))
                    complain(room " may not include " name)
            }
            if (!quoted && name ~ /^(hdf5|hdf5_hl|H5[A-Za-z]*)\.h$/ && !(room in uses_hdf5))
                complain(room " may not use HDF5")
            if (name == "mpi.h" && room !~ /^(mpi|h5grad_mpi\.h)$/)
                complain(room " may not use MPI")
        }
        /H5(D|O|R)open|H5Rdereference/ {
            if (height[room] > height["hdf5"] || room == "cli")
                complain(room " may not open datasets but by hg_open_dataset")
        }
        /^[ \t]*#[ \t]*include[ \t]*<omp\.h>/ || /^[ \t]*#[ \t]*pragma[ \t]+omp/ || /_Pragma.*omp/ {
            # omp simd makes no threads, so any room may use it.
            if ($0 !~ /pragma[ \t]+omp[ \t]+simd/ && !(height[room] >= height["engine"]))
                complain(room " may not use OpenMP")
        }')
}

# Prints the circles of includes between the files of a room, and the names
# that two files share.
knots()
{
    (cd "$1" && grep -r --include='*.[ch]' '^[ \t]*#[ \t]*include[ \t]*"' . |
        sed -n 's|^\./\([a-z0-9_]*\)/\([a-z0-9_]*\)\.[ch]:.*"\1/\([a-z0-9_]*\)\.h".*|\1/\2 \1/\3|p' |
        tsort 2>&1 >/dev/null | sed -n 's|^tsort: \([a-z].*/.*\)|\1: in a circle of includes|p'
     find . -name '*.[ch]' | sed 's|.*/||' | sort | uniq -d | sed 's|$|: two files of that name|')
}

# The check itself is tested with violations: one file of one line each.
self_test()
{
    tree=$(mktemp -d) || exit 99
    trap 'rm -rf "$tree"' EXIT
    n=0
    while IFS='|' read -r verdict path line; do
        rm -rf "$tree/src"
        mkdir -p "$tree/src/$(dirname "$path")"
        printf '%s\n' "$line" >"$tree/src/$path"
        found=$(violations "$tree/src")
        if [ "$verdict" = good ] && [ -n "$found" ]; then
            echo "self-test: wrongly complains of $path with $line: $found"
            n=$((n + 1))
        elif [ "$verdict" = bad ] && [ -z "$found" ]; then
            echo "self-test: does not see $path with $line"
            n=$((n + 1))
        fi
    done <<'LINES'
good|base/a.c|#include "h5grad.h"
good|grid/a.c|#include "base/b.h"
good|writer/a.c|#include "codec/codec.h"
good|hdf5/a.h|#include <hdf5.h>
good|hdf5/a.c|    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
good|run/a.c|    hid_t group = H5Gopen2(file, path, H5P_DEFAULT);
good|engine/a.c|#pragma omp parallel
good|codec/a.c|#pragma omp simd
good|engine/a.c|    #pragma omp parallel
good|h5grad.c|#include "run/run.h"
good|cli/a.c|#include "cli/b.h"
good|cli/a.c|#include "base/utf8.h"
good|cli/a.c|#include <hdf5extra.h>
good|mpi/a.c|#include <mpi.h>
good|mpi/a.c|#include "h5grad_mpi.h"
good|mpi/a.c|#include "ranks/method.h"
bad|base/a.c|#include "grid/box.h"
bad|grid/a.c|#include "stencil/stencil.h"
bad|stencil/a.c|#include "hdf5/type.h"
bad|hdf5/a.c|#include "reader/reader.h"
bad|reader/a.c|#include "writer/writer.h"
bad|codec/a.c|#include "formats/coords.h"
bad|trust/a.c|#include "hdf5/type.h"
bad|values/a.c|#include "formats/coords.h"
bad|writer/a.c|#include "formats/coords.h"
bad|engine/a.c|#include "run/run.h"
bad|cli/a.c|#include "hdf5/type.h"
bad|h5grad.c|#include "cli/command_line.h"
bad|h5grad.h|#include "base/error.h"
bad|base/a.c|#include "error.h"
bad|base/a.c|#include "../grid/box.h"
bad|base/a.c|#include <hdf5.h>
bad|grid/a.h|# include <H5public.h>
bad|stencil/a.c|#include <omp.h>
bad|grid/a.c|  #  pragma  omp parallel for
bad|reader/a.c|#pragma omp critical
bad|cli/a.c|#pragma omp parallel
bad|cli/a.c|#include <hdf5.h>
bad|run/a.c|    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
bad|formats/a.c|    return H5Oopen(file, path, H5P_DEFAULT);
bad|writer/a.c|    object = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, &reference);
bad|formats/a.c|    object = H5Ropen_object(&reference, H5P_DEFAULT, H5P_DEFAULT);
bad|ranks/a.c|#include <mpi.h>
bad|run/a.c|#include "h5grad_mpi.h"
bad|util/a.c|int x;
LINES
    rm -rf "$tree/src"
    mkdir -p "$tree/src/grid" "$tree/src/run"
    echo '#include "grid/b.h"' >"$tree/src/grid/a.h"
    printf '#include "grid/b.h"\n#include "grid/a.h"\n' >"$tree/src/grid/b.c"
    echo 'int x;' >"$tree/src/run/b.c"
    [ "$(knots "$tree/src" | wc -l)" = 3 ] || {
        echo "self-test: circle or name not seen: $(knots "$tree/src")"
        n=$((n + 1))
    }
    return "$n"
}

self_test || exit 1
found=$(violations "$srcdir/src" && knots "$srcdir/src")
[ -z "$found" ] || {
    printf '%s\n' "$found"
    exit 1
}
