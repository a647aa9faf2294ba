#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --split: each result in a file of its own, to which OUTPUT has links.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

id='[0-9a-f]{16}'
make_input in.h5 /x float64 5 0 1 3 6 10
make_input in.h5 /x text units m
make_input in.h5 /f float32 4x5 noise
make_input in.h5 /y float64 4 0 1 2 4
make_input in.h5 /f scales /y /x
make_input in.h5 /f text units K
make_input in.h5 /g/c complex64 4x5/2x5 noise
make_input in.h5 /g/z float64 4x5/2x5+shuffle+gzip noise
"$H5GRAD" --no-history in.h5 want.h5 2>/dev/null || exit 99

# shellcheck disable=SC2317 # check calls it
same_results() {
    for result in /f_grad_0 /f_grad_1 /g/c_grad_0 /g/c_grad_1 /g/z_grad_0 /g/z_grad_1; do
        h5dump -b NATIVE -o got.bin -d "$result" "$1" >/dev/null &&
            h5dump -b NATIVE -o want.bin -d "$result" want.h5 >/dev/null && cmp got.bin want.bin || return 1
    done
}

##
## What is where
##

done_quietly "--split" --split --no-history in.h5 o/out.h5
names=$(cd o && printf '%s\n' out.h5.* | sed -E "s/$id/ID/" | sort)
check "a file for each result" equal "$names" "$(printf 'out.h5.%s.ID.h5\n' c_grad_0 c_grad_1 f_grad_0 f_grad_1 z_grad_0 z_grad_1)"
check "nothing else" equal "$(cd o && echo .[!.]*)" ".[!.]*"
check "the same values" same_results o/out.h5
part=$(echo o/out.h5.f_grad_1.*)
check "a file is complete: scales" equal "$(datasets "$part")" "/f_grad_1 /x /y"
check "a file is complete: units" equal "$(attribute "$part" /f_grad_1 units)" "$(attribute want.h5 /f_grad_1 units)"
check "a file is complete: read again" "$H5GRAD" -q "$part" second.h5
run --list "$part"
check "a file is complete: its coordinates" grep -q 'axis 1  x: 5 points, spacing /x' stdout
run --list o/out.h5
check "OUTPUT is read again: its coordinates" grep -q 'axis 1  x: 5 points, spacing /x' stdout
done_quietly "OUTPUT is differentiated" -d /f_grad_0 --dim=1 o/out.h5 o/second.h5
check "OUTPUT is differentiated: scales" equal "$(datasets o/second.h5)" "/f_grad_0_grad_1 /x /y"
rm o/second.h5
mkdir elsewhere
mv o/* elsewhere
check "in another folder" same_results elsewhere/out.h5

##
## Equal runs, and others
##

done_quietly "an equal run" --split --no-history -j2 in.h5 o/out.h5
check "an equal run: names" equal "$(ls o)" "$(ls elsewhere)"
for file in elsewhere/*; do
    check "an equal run: bytes" cmp "$file" "o/${file##*/}"
done
before=$(ls o)
done_quietly "an equal run again" --split --no-history -O in.h5 o/out.h5
check "an equal run again: names" equal "$(ls o)" "$before"
check "an equal run again: values" same_results o/out.h5
done_quietly "another run" --split -O --sync in.h5 o/out.h5
check "another run: none of its names" equal "$(printf '%s\n' o/out.h5.* | sed 's#^o/##' | grep -Fxc "$before")" 0
check "another run: files" equal "$(ls o | wc -l)" 7
check "another run: values" same_results o/out.h5

# What only looks like a file of OUTPUT, a file that the run reads, and one of an OUTPUT renamed.
input=$(echo o/out.h5.f_grad_0.*)
touch o/out.h5.f_grad_0.0123456789abcdef.h5
run --split -O -d /f_grad_0 "$input" o/out.h5
check "its own file is read: exit status" equal "$status" 0
check "its own file is read: it stays" test -e "$input"
check "others stay" test -e o/out.h5.f_grad_0.0123456789abcdef.h5
check "others stay: files" equal "$(ls o | wc -l)" 5
done_quietly "without --split" -O -d /f --dim=0 in.h5 o/out.h5
check "without --split: the files of the old one" equal "$(ls o | wc -l)" 3
rm o/*

done_quietly "renamed" --split --no-history in.h5 o/out.h5
mv o/out.h5 o/renamed.h5
done_quietly "over its name" --split -d /f in.h5 o/out.h5
done_quietly "over its name again" -O -d /f in.h5 o/out.h5
check "renamed: it has its files" same_results o/renamed.h5
rm o/*

##
## With other options
##

umask 027
done_quietly "--xdmf" --split --xdmf -d /f in.h5 o/out.h5
check "--xdmf: modes" equal "$(stat -c %a o/* | sort -u)" 640
check "--xdmf: what it names" grep -q 'out.h5:/f_grad_1<' o/out.h5.xmf
rm o/*
make_input odd.h5 '/a b:c' float64 3x4 1
done_quietly "odd names" --split odd.h5 o/out.h5
check "odd names: files" equal "$(cd o && printf '%s\n' out.h5.* | sed -E "s/$id/ID/")" \
    "$(printf 'out.h5.a_b_c_grad_%s.ID.h5\n' 0 1)"
rm o/*
"$H5GRAD" -q in.h5 target.h5
ln -sf ../target.h5 o/out.h5
done_quietly "a symbolic link" --split -O -d /f in.h5 o/out.h5
check "a symbolic link: files" equal "$(ls target.h5.* | wc -l)" 2
check "a symbolic link: values" equal "$(values o/out.h5 /f_grad_1)" "$(values want.h5 /f_grad_1)"
rm o/*
long=$(printf 'n%.0s' {1..161})
refused 1 "too long" --split in.h5 "o/$long"
wrong_usage "split.*checkpoint.*leave one out" --split --checkpoint
wrong_usage "split.*resume.*leave one out" --split --resume

##
## Up to date
##

done_quietly "--update" -O --split in.h5 o/now.h5
before=$(stat -c %i o/now.h5)
done_quietly "--update: nothing to do" --update --split in.h5 o/now.h5
check "--update: as it was" equal "$(stat -c %i o/now.h5)" "$before"
rm o/now.h5.f_grad_1.*
done_quietly "--update: a file is gone" --update --split in.h5 o/now.h5
check "--update: it is there again" same_results o/now.h5

finish
