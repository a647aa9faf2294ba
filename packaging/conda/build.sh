#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# conda build runs it in a copy of the sources.
set -eu

[ -e configure ] || autoreconf -fi
mkdir -p build-conda
cd build-conda
../configure --prefix="$PREFIX" --disable-static --with-hdf5="$PREFIX" \
    --with-libdeflate --with-zstd --with-lz4 --with-blosc --with-libaec
make -j "${CPU_COUNT:-1}"
make check
make install
rm "$PREFIX/lib/libh5grad.la"
