#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# conda build runs it where the package is installed.
set -eu

h5grad --version
h5grad --help >/dev/null

printf '0 1 4 9 16\n' >squares.txt
h5import squares.txt -dims 5 -path squares -type TEXTFP -size 64 -outfile squares.h5
h5grad --edge-order=2 squares.h5 slopes.h5
h5dump -d /squares_grad_0 -y -w 0 slopes.h5 | grep '^ *0, 2, 4, 6, 8 *$'

bindir=$PREFIX/bin libdir=$PREFIX/lib mandir=$PREFIX/share/man bash tests/packaging/install.sh
