#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# conda build runs it in a copy of the sources, once for each MPI.
set -eu

mkdir -p "$PREFIX/lib/h5grad"
# shellcheck disable=SC2086,SC2154 # words; conda build sets mpi
mpicc ${CPPFLAGS:-} ${CFLAGS:-} ${LDFLAGS:-} -fPIC -shared -fvisibility=hidden -Isrc \
    -o "$PREFIX/lib/h5grad/ranks-$mpi.so" src/mpi/plugin.c
