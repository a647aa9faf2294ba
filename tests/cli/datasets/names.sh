#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Names of datasets are taken as they are, whatever characters they have.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

make_input names.h5 /a:b float64 3 1 2 4
make_input names.h5 /k=v float64 3 1 2 4
make_input names.h5 "/with space" float64 3 1 2 4
make_input names.h5 /x,y float64 3 1 2 4
make_input names.h5 /Δx float64 3 1 2 4
make_input names.h5 "/RHO::rho it=0 tl=0 c=[0]" float64 3 1 2 4
make_input names.h5 $'/two\nlines' float64 3 1 2 4
for name in a:b k=v "with space" x,y Δx "RHO::rho it=0 tl=0 c=[0]" $'two\nlines'; do
    rm -f o/out.h5
    done_quietly "-d '/$name'" -d "/$name" names.h5 o/out.h5
    check "-d '/$name': result" equal "$(values o/out.h5 "/${name}_grad_0")" "1 1.5 2"
done
rm -f o/out.h5
run --list names.h5
check "--list of control characters" grep -q '^/two.x0alines  ' stdout

finish
