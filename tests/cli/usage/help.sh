#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --help and --version, and that both and the manual page name the options there are.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# The table of options, in the form in which --help and the manual page name them: -d,--dataset=PATH.
options=$("$PRINT_OPTIONS" | awk -F '\t' '{
    print ($2 == "-" ? "" : "-" $2 ",") "--" $1 ($3 == "-" ? "" : ($3 ~ /^\[=/ ? "" : "=") $3)
}')
check "options are found" test "$(wc -l <<<"$options")" -gt 25
for option in -h --help; do
    run "$option" nonsense
    check "$option: exit status" equal "$status" 0
    check "$option: stderr" equal "$(cat stderr)" ""
    check "$option: within 80 columns" equal "$(awk 'length > 80' stdout)" ""
    check "$option: options" equal "$(grep -Eo '^ +(-[A-Za-z], )?--[a-z-]+(\[?=[][A-Za-z=]+)?' stdout | tr -d ' ')" "$options"
done
for option in -V --version; do
    run "$option"
    check "$option: exit status" equal "$status" 0
    check "$option: first line" equal "$(sed -n '1s/ [0-9][0-9.]*$/ X/p' stdout)" "h5grad X"
    check "$option: HDF5" grep -q 'HDF5 .*[0-9]' stdout
    check "$option: no empty line" equal "$(grep -c '^$' stdout)" 0
    check "$option: stderr" equal "$(cat stderr)" ""
done

check "options of the manual page" equal "$(sed -n '/^\.It.* Fl -/{
        s/^\.It Fl \([A-Za-z]\) , /-\1,/; s/^\.It //; s/Fl -/--/; s/ Oo/[/g; s/ Oc/]/g; s/ Ns\| Ar\| Li//g; s/ //g; p
    }' "$sources/doc/h5grad.1")" "$options"

finish
