#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The program does without the libraries that libhdf5 wants for files in S3, unless code that it does
# not know may call them.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# loaded NAME ARGUMENT...: whether the program loads a library of that name, and not one without content.
loaded() {
    LD_DEBUG=files "$H5GRAD" "${@:2}" 2>&1 | grep -q "calling init: /[^ ]*/$1"
}

make_plain in.h5
for file in "$build"/absent-*; do
    [ -e "$file" ] || skip "nothing is left out"
    name=${file##*/absent-}
    check "$name: not in a run" eval "! loaded '$name' -O in.h5 out.h5"
    check "$name: with plugins" loaded "$name" -O --allow-plugins in.h5 out.h5
    H5GRAD_ABSENT=$folder/none check "$name: where nothing stands for it" loaded "$name" -O in.h5 out.h5
done
LD_BIND_NOW=1 done_quietly "all functions bound at once" -O in.h5 out.h5
check "all functions bound at once: datasets" equal "$(datasets out.h5)" "/f_grad_0 /f_grad_1 /g/deep/h_grad_0"

# A program beside which there is no library.
cp "$H5GRAD" program
LD_LIBRARY_PATH='' LD_DEBUG='' ./program -O in.h5 out.h5 2>message
case $? in
0) ;; # another one is installed
*)
    check "no library: one line" equal "$(wc -l <message)" 1
    check "no library: which" grep -q '^h5grad: libh5grad' message
    ;;
esac

finish
