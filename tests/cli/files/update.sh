#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --update leaves an OUTPUT as it is only if options and all files that it was made of are the same.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# stays WHAT ARGUMENT...: o/out.h5 is left alone, without a word.
stays() {
    local what=$1 before
    shift
    before=$(stat -c '%i %y' o/out.h5)
    run --update "$@" o/out.h5
    check "$what" equal "$status, $(cat stderr unit), $(stat -c '%i %y' o/out.h5)" "0, , $before"
}

# made WHAT ARGUMENT...: it is made anew, and then stays.
made() {
    local what=$1 before
    shift
    before=$(stat -c '%i %y' o/out.h5)
    run --update "$@" o/out.h5
    check "$what: exit status" equal "$status" 0 || cat stderr
    check "$what: made" test "$(stat -c '%i %y' o/out.h5)" != "$before"
    stays "$what: then it stays" "$@"
}

make_input in.h5 /f float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
make_input source.h5 /s float64 3 1 4 9
make_input in.h5 /v virtual source.h5 /s
make_input given.h5 /c float64 3 0 1 3
options=(--coord "0=given.h5:/c" --xdmf)
"$H5GRAD" in.h5 o/out.h5 2>unit || exit 99
made "other options" in.h5 "${options[@]}"
stays "what the bytes do not depend on" in.h5 "${options[@]}" -j1 -m 64M --sync
for file in in source given; do
    cp -p $file.h5 keep.h5
    touch $file.h5
    made "$file.h5 is touched" in.h5 "${options[@]}"
    touch -d '2001-01-01' $file.h5
    made "$file.h5 is an older one" in.h5 "${options[@]}"
done
rm o/out.h5.xmf
made "its description is gone" in.h5 "${options[@]}"
check "description" test -s o/out.h5.xmf
touch -d '1999-01-01' o/out.h5
made "it is older than its input" in.h5 "${options[@]}"
mkdir moved
cp -p ./*.h5 moved
cd moved || exit 99
ln -s ../o o
stays "a copy elsewhere" in.h5 "${options[@]}"
cd ..

run --update --no-history in.h5 o/out.h5
before=$(stat -c %i o/out.h5)
run --update --no-history in.h5 o/out.h5
check "without a history: made again" test "$status $(stat -c %i o/out.h5)" != "0 $before"

cp source.h5 o/out.h5
run --update in.h5 o/out.h5
check "of another program: exit status" equal "$status" 1
check "of another program: message" one_line stderr '^h5grad: o/out.h5: holds no results of h5grad: --overwrite'
check "of another program: untouched" cmp -s source.h5 o/out.h5
made "of another program, --overwrite" in.h5 -O

finish
