#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The program as scripts and people meet it: options, exit status, messages, what is left on disk.
set -u
# shellcheck source-path=SCRIPTDIR source=../support/shell-common.sh
. "$(dirname "$0")/../support/shell-common.sh"
samples=$sources/samples

make_input() {
    "$MAKE_INPUT" "$@" || exit 99
}

# run ARGUMENT...: the program; $status, ./stdout and ./stderr tell how it went, but for the note on
# unit spacing, which is checked by itself: ./unit.
run() {
    "$H5GRAD" "$@" >stdout 2>stderr
    status=$?
    grep ': no spacing found: unit spacing' stderr >unit
    sed -i '/: no spacing found: unit spacing/d' stderr
}

# Whether the file holds one line, which matches the extended regular expression.
# shellcheck disable=SC2317 # check calls it
one_line() {
    [ "$(wc -l <"$1")" -eq 1 ] && grep -Eq -- "$2" "$1" && return
    printf '  wanted a line like %s, got\n' "$2"
    sed 's/^/    /' "$1"
    return 1
}

# done_quietly WHAT ARGUMENT...: a run that prints nothing and succeeds.
done_quietly() {
    local what=$1
    shift
    run "$@"
    check "$what: exit status" equal "$status" 0
    check "$what: stdout" equal "$(cat stdout)" ""
    check "$what: stderr" equal "$(cat stderr)" ""
}

# refused STATUS REGEX ARGUMENT...: one line on stderr, nothing on stdout, nothing in o/.
refused() {
    local wanted=$1 regex=$2
    shift 2
    run "$@"
    check "h5grad $*: exit status" equal "$status" "$wanted"
    check "h5grad $*: message" one_line stderr "^h5grad: .*$regex"
    check "h5grad $*: stdout" equal "$(cat stdout)" ""
    check "h5grad $*: leaves something" equal "$(ls -A o)" ""
}

# wrong_usage REGEX OPTION...: found before any file is opened, with a pointer to --help.
wrong_usage() {
    local regex=$1
    shift
    refused 2 "$regex.*--help" "$@" nowhere/in.h5 nowhere/out.h5
}

# datasets FILE: its datasets, in one line.
datasets() {
    h5ls -r "$1" | awk '/ Dataset /{ sub(/ +Dataset .*/, ""); printf "%s%s", sep, $0; sep = " " }'
}

# attribute FILE OBJECT NAME: its value.
attribute() {
    h5dump -a "$2/$3" -y "$1" | sed -n '/DATA {/,/}/{s/^ *//; s/^"\(.*\)"$/\1/; /DATA\|}/!p}'
}

mkdir o

##
## Wrong usage
##

wrong_usage "unrecognized option '--spacng'.*did you mean '--spacing'" --spacng=1
wrong_usage "unrecognized option '--edgeorder'.*'--edge-order'" --edgeorder=1
wrong_usage "unrecognized option '--jsn'.*did you mean '--json'" --jsn
wrong_usage "unrecognized option '--no-unpak'.*did you mean '--no-unpack'" --no-unpak
wrong_usage "'--no' is ambiguous" --no
wrong_usage "'--edge' is ambiguous: '--edges' or '--edge-order'" --edge=1
wrong_usage "'--resume' takes no value" --resume=yes
wrong_usage "edges.*foo" --edges=foo
wrong_usage "edges" --edges=
wrong_usage "unrecognized option '-Z'" -Z
wrong_usage "unrecognized option '-Z'" -vZq
wrong_usage "unrecognized option '-Z'" --sync -Zq
wrong_usage "'--d' is ambiguous" --d=0
wrong_usage "'--sync' takes no value" --sync=1
wrong_usage "--edge-order=3: must be 1 .default. or 2" --edge-order=3
wrong_usage "edge-order=0" -e0
wrong_usage "edge-order=one" -e one
wrong_usage "--threads=0" --threads=0
wrong_usage "--threads=-1" --threads=-1
wrong_usage "--threads=2x" -j2x
wrong_usage "--threads=99999999999999999999" -j 99999999999999999999
for size in abc 0 -1 1X 1.5 1e3 0x10 2GG "" 99999999999999999999G 10 31M 33554431; do
    wrong_usage "--memory=$size: .*at least 32M" --memory="$size"
done
wrong_usage "dtype.*int8" --dtype=int8
wrong_usage "--progress=foo" --progress=foo
wrong_usage "layout.*diagonal" --layout=diagonal
wrong_usage "layout.*0x4" --layout=0x4
wrong_usage "filter.*gzop" --filter=gzop
wrong_usage "filter.*gzip=10" --filter=shuffle+gzip=10
wrong_usage "--dim=0,,1: entry 2 is empty" --dim=0,,1
wrong_usage "--dim=: entry 1 is empty" --dim=
wrong_usage "--spacing=1,: entry 2 is empty" -s 1,
wrong_usage "dim.*1.*repeated" --dim=0,1,1
wrong_usage "spacing.*3 entries for 2 axes" --dim=0,1 -s 1,2,3
wrong_usage "spacing.* 0" --spacing=0
wrong_usage "spacing.* nan" --spacing=1,nan
wrong_usage "spacing -inf" --spacing=-inf
wrong_usage "coord.*x" --coord=x
wrong_usage "coord.*=/x" --coord==/x
wrong_usage "coord.*0=/y.*already" --coord=0=/x --coord=0=/y
wrong_usage "name.*/a" --name=/a
wrong_usage "name.*axes" --name='{axes}'
wrong_usage "name" --name=
wrong_usage "dataset" -d ''
wrong_usage "exclude each other" -l -n
wrong_usage "'nowhere/out.h5': too many operands" a

refused 2 "'--dim' needs a value" --dim
refused 2 "'-d' needs a value" in.h5 -d
refused 2 "missing INPUT.*--help"
refused 2 "missing OUTPUT.*--help" in.h5
refused 2 "missing OUTPUT" -n in.h5
refused 2 "missing INPUT" --list
refused 2 "'b': too many operands.*--list" --list a b
refused 2 "INPUT.*empty" "" o/out.h5
refused 2 "OUTPUT.*empty" in.h5 ""
refused 2 "'-v': too many operands" -- a b -v
run $'--no\nsuch'
check "control characters in an option" one_line stderr "'--no.x0asuch'"

##
## --help, --version
##

# The table of options, in the form in which --help and the manual page name them: -d,--dataset=PATH.
options=$("$PRINT_OPTIONS" | awk -F '\t' '{
    print ($2 == "-" ? "" : "-" $2 ",") "--" $1 ($3 == "-" ? "" : "=" $3)
}')
check "options are found" test "$(wc -l <<<"$options")" -gt 25
for option in -h --help; do
    run "$option" nonsense
    check "$option: exit status" equal "$status" 0
    check "$option: stderr" equal "$(cat stderr)" ""
    check "$option: within 80 columns" equal "$(awk 'length > 80' stdout)" ""
    check "$option: options" equal "$(grep -Eo '^ +(-[A-Za-z], )?--[a-z-]+(=[A-Za-z=]+)?' stdout | tr -d ' ')" "$options"
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
        s/^\.It Fl \([A-Za-z]\) , /-\1,/; s/^\.It //; s/Fl -/--/; s/ Ns\| Ar\| Li//g; s/ //g; p
    }' "$samples/../doc/h5grad.1")" "$options"

##
## A plain run
##

make_input in.h5 /f float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
make_input in.h5 /g/deep/h int16 4 1 3 5 9
make_input in.h5 /text string 4
before=$(stat -c %Y in.h5; cksum in.h5)
chmod a-w in.h5
done_quietly "all fields" in.h5 o/out.h5
check "all fields: datasets" equal "$(datasets o/out.h5)" "/f_grad_0 /f_grad_1 /g/deep/h_grad_0"
check "all fields: deep" equal "$(values o/out.h5 /g/deep/h_grad_0)" "2 2 3 4"
check "all fields: nothing else" equal "$(ls -A o)" "out.h5"
check "gradient_of" equal "$(attribute o/out.h5 /f_grad_1 gradient_of)" "/f"
check "gradient_dim" equal "$(attribute o/out.h5 /f_grad_1 gradient_dim)" 1
check "history" grep -q 'h5grad in.h5 o/out.h5' <<<"$(h5dump -a /history o/out.h5)"

refused_existing=$(cksum o/out.h5)
run in.h5 o/out.h5
check "existing OUTPUT: exit status" equal "$status" 1
check "existing OUTPUT: message" one_line stderr '^h5grad: o/out.h5: .*exists.*--overwrite'
check "existing OUTPUT: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
run -n in.h5 o/out.h5
check "existing OUTPUT, --dry-run" equal "$status" 1
run -O -d /text in.h5 o/out.h5
check "--overwrite, then failing: exit status" equal "$status" 1
check "--overwrite, then failing: untouched" equal "$(cksum o/out.h5)" "$refused_existing"
done_quietly "--overwrite" -O -d /f --sync in.h5 o/out.h5
check "--overwrite: new content" equal "$(datasets o/out.h5)" "/f_grad_0 /f_grad_1"
check "--overwrite: nothing else" equal "$(ls -A o)" "out.h5"
rm o/out.h5

(mkdir x && cd x && "$H5GRAD" ../in.h5 out.h5)
check "OUTPUT without a folder" test -s x/out.h5
done_quietly "options behind the operands" in.h5 o/out.h5 -d /f --dim 0 -O
check "options behind the operands: datasets" equal "$(datasets o/out.h5)" "/f_grad_0"
POSIXLY_CORRECT=1 done_quietly "the same with POSIXLY_CORRECT" in.h5 o/out.h5 -d /f -O
done_quietly "the last value wins" -O -d /f -s 7 --dim=1 -s 2 --dim 0 -e2 -e1 in.h5 o/out.h5
check "the last value wins: result" equal "$(values o/out.h5 /f_grad_0)" \
    "4.5 9 18 36 24.75 49.5 99 198 45 90 180 360"
check "the last value wins: datasets" equal "$(datasets o/out.h5)" "/f_grad_0"
cp in.h5 ./-in.h5
done_quietly "names after --" -O -d /f -- -in.h5 o/out.h5
done_quietly "an abbreviation" -O --overw --datas=/f in.h5 o/out.h5
rm -f o/out.h5

##
## INPUT and OUTPUT that cannot be
##

refused 1 "nowhere.h5: .*[Nn]o such file" nowhere.h5 o/out.h5
refused 1 "o/none/out.h5: .*o/none" in.h5 o/none/out.h5
refused 1 "o: .*folder" in.h5 o
refused 1 "^h5grad: o:|o: " o o/out.h5
echo "no HDF5" >text.h5
refused 1 "text.h5: " text.h5 o/out.h5
: >empty.h5
refused 1 "empty.h5: " empty.h5 o/out.h5
head -c 1000 in.h5 >cut.h5
refused 1 "cut.h5: " cut.h5 o/out.h5

ln -s in.h5 soft.h5
ln in.h5 hard.h5
for name in in.h5 ./in.h5 "$PWD/in.h5" o/../in.h5 soft.h5 hard.h5; do
    refused 1 "input" in.h5 "$name"
    refused 1 "input" -O in.h5 "$name"
done
check "INPUT is as it was" equal "$(stat -c %Y in.h5; cksum in.h5)" "$before"
rm soft.h5 hard.h5

##
## Which datasets
##

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

make_input patterns.h5 /fields/u float64 3 1 2 4
make_input patterns.h5 /fields/v float64 3 1 2 4
make_input patterns.h5 /other/u float64 3 1 2 4
make_input patterns.h5 '/a*' float64 3 1 2 4
make_input patterns.h5 /ab float64 3 1 2 4
while IFS='|' read -r pattern wanted; do
    rm -f o/out.h5
    done_quietly "-d '$pattern'" -d "$pattern" patterns.h5 o/out.h5
    check "-d '$pattern': datasets" equal "$(datasets o/out.h5)" "$wanted"
done <<'END'
/fields/*|/fields/u_grad_0 /fields/v_grad_0
/*/u|/fields/u_grad_0 /other/u_grad_0
/fields/[uw]|/fields/u_grad_0
/a?|/a*_grad_0 /ab_grad_0
/a*|/a*_grad_0
END
rm -f o/out.h5
done_quietly "two -d" -d /ab -d '/o*/u' -d /ab patterns.h5 o/out.h5
check "two -d: datasets" equal "$(datasets o/out.h5)" "/ab_grad_0 /other/u_grad_0"
rm -f o/out.h5
refused 1 "patterns.h5: .*/none" -d /none patterns.h5 o/out.h5
refused 1 "patterns.h5: .*/none/\*" -d '/none/*' patterns.h5 o/out.h5
refused 1 "patterns.h5: .*/fields" -d /fields patterns.h5 o/out.h5

##
## Which axes and how they are spaced
##

"$MAKE_SAMPLES" samples || exit 99
make_input axes.h5 /f float64 2x4 1 2 4 8 10 20 40 80
make_input axes.h5 /x float64 4 0 3 6 9
make_input axes.h5 /y int32 2 0 2
make_input axes.h5 /uneven float32be 4 0 1 4 9
make_input axes.h5 /down float64 4 9 6 3 0
make_input c:d.h5 /sub/x float64 4 0 2 4 6
# Expected results of axis 1, first row.
while IFS='|' read -r options wanted; do
    # shellcheck disable=SC2086 # several options
    done_quietly "axes: $options" -O -d /f $options axes.h5 o/out.h5
    check "axes: $options: result" equal "$(values o/out.h5 /f_grad_1 | cut -d ' ' -f 1-4)" "$wanted"
done <<'END'
--dim=1|1 1.5 3 4
--dim=-1|1 1.5 3 4
--dim=1,0|1 1.5 3 4
--dim=-1,-2|1 1.5 3 4
--spacing=auto|1 1.5 3 4
--spacing=2|0.5 0.75 1.5 2
--spacing=-2|-0.5 -0.75 -1.5 -2
--spacing=1,2|0.5 0.75 1.5 2
--spacing=2,1 --dim=-1,0|0.5 0.75 1.5 2
--spacing=/x --dim=1|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=/y,/x|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=5,/x|0.33333333333333331 0.5 1 1.3333333333333333
--spacing=1,/down|-0.33333333333333331 -0.5 -1 -1.3333333333333333
--spacing=auto,2|0.5 0.75 1.5 2
--coord=1=/x|0.33333333333333331 0.5 1 1.3333333333333333
--coord=-1=/x --coord=0=/y|0.33333333333333331 0.5 1 1.3333333333333333
--coord=1=/x --spacing=100|0.33333333333333331 0.5 1 1.3333333333333333
--coord=1=c:d.h5:/sub/x|0.5 0.75 1.5 2
--spacing=1,c:d.h5:/sub/x|0.5 0.75 1.5 2
--spacing=1,/uneven -e1 --dim=0,1|1 0.91666666666666652 0.71666666666666656 0.80000000000000004
-e2 --dim=1|0.5 1.5 3 5
END

done_quietly "names of axes" -d /u --dim=x,z --name='d{name}_d{axis}' samples/turbulence.h5 o/u.h5
check "names of axes: datasets" equal "$(datasets o/u.h5)" "/du_dx /du_dz /x /y /z"
check "gradient_spacing" grep -q '"/z"' <<<"$(h5dump -a /du_dz/gradient_spacing o/u.h5)"
done_quietly "scales are coordinates" -O -d /u --dim=0 --coord=z=/z samples/turbulence.h5 o/v.h5
check "scales are coordinates: the same" h5diff o/u.h5 o/v.h5 /du_dz /u_grad_0
done_quietly "{dim} and {axis} without a name" -O -d /f --name='{axis}-{dim}-{name}' axes.h5 o/v.h5
check "{dim} and {axis}: datasets" equal "$(datasets o/v.h5)" "/0-0-f /1-1-f"

# exp(-t/4) * cos(3t), its derivative and the third, which bounds the error of uneven differences.
done_quietly "uneven times" -e 2 samples/series.h5 o/series.h5
values samples/series.h5 /time | tr ' ' '\n' >times.txt
values o/series.h5 /signal_grad_0 | tr ' ' '\n' >rates.txt
paste -d ' ' times.txt rates.txt >series.txt
check "uneven times: 500 results" equal "$(wc -l <series.txt)" 500
# shellcheck disable=SC2016 # awk expands it
check "uneven times: right" awk '
    { error = $2 + exp(-$1 / 4) * (cos(3 * $1) / 4 + 3 * sin(3 * $1)) }
    error < -0.009 || error > 0.009 { wrong = 1; print "  t = " $1 ": off by " error }
    END { exit wrong }' series.txt
done_quietly "complex" -d /psi -s /y,/x samples/complex.h5 o/psi.h5
check "complex: type" grep -q '"i"' <<<"$(h5dump -H -d /psi_grad_1 o/psi.h5)"
rm -f o/*

make_input one.h5 /f float64 1x4 1 2 4 8
run one.h5 o/out.h5
check "an axis of one point: exit status" equal "$status" 0
check "an axis of one point: note" one_line stderr '^h5grad: one.h5: /f: axis 0: .*one point'
check "an axis of one point: datasets" equal "$(datasets o/out.h5)" "/f_grad_1"
done_quietly "an axis of one point, --quiet" -qO one.h5 o/out.h5
done_quietly "an axis of one point, not asked for" -O --dim=1 one.h5 o/out.h5
done_quietly "an axis of one point, with its entry" -qO -s 5,2 one.h5 o/out.h5
check "an axis of one point, with its entry: result" equal "$(values o/out.h5 /f_grad_1)" "0.5 0.75 1.5 2"
make_input none.h5 /f float64 0x4
done_quietly "no points" -O --dim=1 none.h5 o/out.h5
check "no points: datasets" equal "$(datasets o/out.h5)" "/f_grad_1"
rm -f o/out.h5

##
## What the data do not allow: INPUT, dataset and axis are named
##

make_input bad.h5 /f float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800
make_input bad.h5 /short float64 2
make_input bad.h5 /point float64 1x1
make_input bad.h5 /c3 float64 3 1 2 3
make_input bad.h5 /c5 float64 5 1 2 3 4 5
make_input bad.h5 /c2d float64 2x2 1 2 3 4
make_input bad.h5 /cnan float64 4 1 nan 3 4
make_input bad.h5 /cinf float64 4 1 2 3 inf
make_input bad.h5 /ctwice float64 4 1 2 2 3
make_input bad.h5 /czigzag float64 4 1 3 2 4
make_input bad.h5 /ctext string 4
make_input bad.h5 /cscalar float64 scalar 1
make_input bad.h5 /scalar float64 scalar 1
make_input bad.h5 /null float64 null
for type in bool string opaque reference vlen compound; do
    make_input bad.h5 /t/$type $type 4
    refused 1 "bad.h5: /t/$type: " -d /t/$type bad.h5 o/out.h5
done
while read -r regex options; do
    # shellcheck disable=SC2086 # several options
    refused 1 "bad.h5: ${regex//_/ }" $options bad.h5 o/out.h5
done <<'END'
/f:.*(3_entries|3_axes|2_axes) -d /f --spacing=1,2,3
/f:.*axis_2.*rank_is_2 -d /f --dim=0,2
/f:.*axis_-3.*rank_is_2 -d /f --dim=-3
/f:.*(axis_1|-1).*repeated -d /f --dim=1,-1
/f:.*axis.*depth -d /f --dim=depth
/short:.*axis_0.*2.*too_short -d /short --edge-order=2
/point: -d /point
/point:.*axis_1.*1.*too_short -d /point --dim=1
/f:.*axis_1.*/c3.*3.*4 -d /f --coord=1=/c3
/f:.*axis_1.*/c5.*5.*4 -d /f --coord=1=/c5
/f:.*axis_1.*/c5.*5.*4 -d /f --spacing=1,/c5
/f:.*axis_1.*/c2d -d /f --coord=1=/c2d
/f:.*axis_1.*/cnan.*finite -d /f --coord=1=/cnan
/f:.*axis_1.*/cinf.*finite -d /f --coord=1=/cinf
/f:.*axis_1.*/ctwice.*2 -d /f --coord=1=/ctwice
/f:.*axis_1.*/czigzag.*monotonic -d /f --coord=1=/czigzag
/f:.*axis_1.*/ctext -d /f --coord=1=/ctext
/f:.*axis_1.*/cscalar -d /f --coord=1=/cscalar
/f:.*axis_1.*/absent -d /f --coord=1=/absent
/f:.*axis_1.*absent.h5 -d /f --coord=1=absent.h5:/x
/f:.*axis.*7 -d /f --coord=7=/c3
/scalar: -d /scalar
/null: -d /null
two_results.*/g -d /f --name=g
END

# Without -d they are left out, unless nothing is left.
make_input some.h5 /f float64 3 1 2 4
make_input some.h5 /mask bool 3
make_input some.h5 /scalar float64 scalar 1
done_quietly "datasets left out" some.h5 o/out.h5
run -vO some.h5 o/out.h5
check "datasets left out, --verbose: exit status" equal "$status" 0
check "datasets left out, --verbose: mask" grep -q '^h5grad: .*/mask: .*skipped' stderr
check "datasets left out, --verbose: scalar" grep -q '^h5grad: .*/scalar: .*skipped' stderr
check "--verbose: the way" grep -Eq '^h5grad: some.h5: /f: .* on [0-9]+ thread.*read way: ' stderr
check "--verbose: closing line" grep -Eq \
    '^h5grad: o/out.h5: 1 gradient of 1 field, .* in .* s .*, peak memory [0-9.]+ [KMG]iB$' stderr
check "--verbose: stdout" equal "$(cat stdout)" ""
rm o/out.h5
make_input nothing.h5 /mask bool 3
refused 1 "nothing.h5: nothing to do" nothing.h5 o/out.h5

##
## Files that a file names: those outside its folder are not read, whatever leads to them
##

mkdir -p trusted
make_input trusted/data.h5 /u float64 4@secret.bin 1 2 4 8
make_input trusted/shows.h5 /v virtual trusted/data.h5 /u
make_input trusted/again.h5 /w virtual trusted/shows.h5 /v
make_input trusted/scale.h5 /x float64 4@secret.bin
make_input trusted/scale.h5 /f float64 4 1 2 4 8
make_input trusted/scale.h5 /f scales /x
for name in data shows again; do
    refused 1 "secret.bin, outside the folder of the input: --follow-external reads" \
        trusted/$name.h5 o/out.h5
    run --follow-external trusted/$name.h5 o/out.h5
    check "$name.h5, trusted" test "$status" = 0 -a -e o/out.h5
    rm -f o/out.h5
done
refused 1 "axis 0.*secret.bin, outside the folder.*--coord=0=PATH" trusted/scale.h5 o/out.h5
run --spacing=1 trusted/scale.h5 o/out.h5
check "a scale that is not copied: exit status" equal "$status" 0
check "a scale that is not copied: warning" grep -q "left out of the output.*secret.bin" stderr
rm -f o/out.h5 secret.bin
refused 1 "secret.bin: No such file" --follow-external trusted/again.h5 o/out.h5
mkfifo secret.bin
refused 1 "secret.bin: is not a regular file" --follow-external trusted/again.h5 o/out.h5
rm -rf secret.bin trusted

##
## Sources that are not there
##

make_input source.h5 /u float64 4 1 2 4 8
make_input missing.h5 /v virtual source.h5 /u
make_input missing.h5 /u float64 4 1 2 4 8
rm source.h5
why='/v: source source.h5:/u of points 0..3: No such file or directory'
refused 1 "$why: --allow-missing-sources" -d /v missing.h5 o/out.h5
for options in --dry-run ""; do
    run $options missing.h5 o/out.h5
    check "missing source $options: exit status" equal "$status" 0
    check "missing source $options: warning" grep -q "^h5grad: missing.h5: $why.*(skipped)" stderr
    rm -f o/out.h5
    run $options --allow-missing-sources missing.h5 o/out.h5
    check "missing source $options, allowed: warning" \
        grep -q "^h5grad: missing.h5: $why: its fill value is taken" stderr
done
check "missing source, allowed: values" equal "$(values o/out.h5 /v_grad_0)" "0 0 0 0"
rm -f o/out.h5
run --list missing.h5
check "missing source: --list" grep -q "^    $why" stdout
run --list --json missing.h5
check "missing source: --list --json" grep -q "No such file" stdout
run --list --allow-missing-sources missing.h5
check "missing source, allowed: --list" grep -q "note.*its fill value is taken" stdout
rm missing.h5

##
## Memory
##

# The chunk that comes to 512 MiB is read by libhdf5, which would hold them; a sanitizer allocates as
# it likes.
make_input bomb.h5 /x bomb 512
cp bomb.h5 bombs.h5
make_input bombs.h5 /f float64 4096 1
make_input bombs.h5 /f scales /x
if ! ldd "$H5GRAD" "$(dirname "$H5GRAD")/.libs/h5grad" 2>/dev/null | grep -Eq 'lib(a|t)san'; then
    refused 1 "/x: reading points 0..4095: .*memory (allocation failed|ran out).*raise --memory" \
        --memory=64M bomb.h5 o/out.h5
    refused 1 "/f: axis 0 .*/x: .*memory (allocation failed|ran out).*raise --memory" --memory=64M \
        bombs.h5 o/out.h5
fi

##
## Form of the results
##

make_input form.h5 /f float32 16x16/8x4 1
done_quietly "form: as the source" form.h5 o/out.h5
check "form: as the source: chunks" grep -q 'CHUNKED ( 8, 4 )' <<<"$(h5dump -pH -d /f_grad_0 o/out.h5)"
done_quietly "form: --layout" -O --layout=16x2 --filter=shuffle+gzip=4 form.h5 o/out.h5
h5dump -pH -d /f_grad_1 o/out.h5 >header
check "form: --layout: chunks" grep -q 'CHUNKED ( 16, 2 )' header
check "form: --filter: shuffle" grep -q 'SHUFFLE' header
check "form: --filter: gzip" grep -q 'DEFLATE { LEVEL 4 }' header
done_quietly "form: contiguous" -O --layout=contiguous --filter=none form.h5 o/out.h5
check "form: contiguous" grep -q 'CONTIGUOUS' <<<"$(h5dump -pH -d /f_grad_0 o/out.h5)"
while read -r type wanted; do
    done_quietly "form: --dtype=$type" -O --dtype="$type" form.h5 o/out.h5
    check "form: --dtype=$type" grep -Eq "DATATYPE .*$wanted" <<<"$(h5dump -H -d /f_grad_0 o/out.h5)"
done <<'END'
float16 (16-bit|H5T_IEEE_F16)
float32 H5T_IEEE_F32
float64 H5T_IEEE_F64
END
done_quietly "temperature" samples/chunked.h5 o/t1.h5
h5dump -pH -d /run1/temperature_grad_2 o/t1.h5 >header
check "form: chunks of the source" grep -q 'CHUNKED ( 32, 32, 16 )' header
check "form: filter of the source" grep -q 'DEFLATE { LEVEL 4 }' header
done_quietly "temperature, otherwise" --threads=3 --memory=32M samples/chunked.h5 o/t2.h5
check "the same values in other ways" h5diff o/t1.h5 o/t2.h5 /run1
rm -f o/*

# What an ordinary run says where nothing is known of axes, and where coordinates are of no use.
run in.h5 o/out.h5
check "unit spacing: said once" one_line unit \
    '^h5grad: in.h5: /f: axis 0: no spacing found: unit spacing, as for 2 more that -v names; --s'
run -O -q in.h5 o/out.h5
check "unit spacing, --quiet" equal "$(cat unit)" ""
run -O -s 1 in.h5 o/out.h5
check "unit spacing, asked for" equal "$(cat unit)" ""
run -O -v in.h5 o/out.h5
check "--verbose: unit spacing" grep -q '^h5grad: in.h5: /f: axis 1: unit spacing (none found)$' stderr
rm -f o/*
make_input useless.h5 /x float64 4 0 1 1 2
make_input useless.h5 /y float64 3 0 1 5
for name in a b; do
    make_input useless.h5 /$name float64 4x3 1
    make_input useless.h5 /$name scales /x /y
done
make_input useless.h5 /text string 4
make_input useless.h5 /c float64 3 1
make_input useless.h5 /c scales /y
run useless.h5 o/out.h5
check "useless coordinates: exit status" equal "$status" 0
check "useless coordinates: said" one_line stderr \
    '/a: axis 0 .x.: left out: .*/x: .*both 1: .*--coord=0=.*--spacing \(as for 1 more that -v'
check "useless coordinates: results" equal "$(datasets o/out.h5)" "/a_grad_1 /b_grad_1 /c_grad_0 /x /y"
run -O -v -d /c useless.h5 o/out.h5
check "--verbose: coordinates" grep -q '/c: axis 0 (y): spacing /y (dimension scale)$' stderr
rm -f o/*
refused 1 "nothing to do: /a: no axis is named nosuch" --dim nosuch useless.h5 o/out.h5

##
## --dry-run, --list, --progress
##

run -n --layout=32x32x32 samples/turbulence.h5 o/out.h5
check "--dry-run: exit status" equal "$status" 0
check "--dry-run: stderr" equal "$(cat stderr)" ""
check "--dry-run: touches nothing" equal "$(ls -A o)" ""
check "--dry-run: fields" equal "$(grep '^/' stdout | tr '\n' ' ')" "/u /v /w "
for line in 'type  *float32' 'shape  *64x64x64' 'layout  *contiguous' \
    'axis 0  *z: 64 points, spacing /z .*scale.*, 0 to 6.28319, in m' 'result 2  */u_grad_2' \
    'result type  *float32' 'result layout  *chunked 32x32x32' 'tiles  *[0-9]+ of [0-9x]+' \
    'read  *[0-9]+ bytes' 'decoded again  *[0-9]+ bytes' 'written  *3145728 bytes .3.0 MiB.' \
    'peak memory  *[0-9]+ bytes'; do
    check "--dry-run: $line" grep -Eq "^    $line" stdout
done
refused 1 "bad.h5: /f: .*/c3" -n -d /f --coord=1=/c3 bad.h5 o/out.h5

run --list samples/turbulence.h5
check "--list: exit status" equal "$status" 0
check "--list: stderr" equal "$(cat stderr)" ""
check "--list: fields" equal "$(grep '^/' stdout)" "$(printf '/%s  float32  64x64x64  contiguous\n' u v w)"
check "--list: one grid for all" equal "$(grep -c '  axis ' stdout)" 3
check "--list: axis" grep -q '^    axis 2  x: 64 points, spacing /x (dimension scale), 0 to ' stdout
run -l samples/complex.h5
check "--list: complex" grep -q '^/psi  complex128  96x128  ' stdout
run -l samples/chunked.h5
check "--list: layout" grep -q '  90x70x50  chunked 32x32x16 shuffle+gzip=4$' stdout
refused 1 "nowhere.h5" --list nowhere.h5
# As a run would take the options.
refused 1 "nothing to do: /a: no axis is named nosuch" --list --dim nosuch useless.h5
refused 1 "/a: --spacing has 3 entries for 2 axes" --list -d /a -s 1,2,3 useless.h5
run --list -d /a --coord 0=/x -s 0.5 useless.h5
check "--list: --spacing" grep -q '^    axis 1 .* 3 points, spacing 0.5 (command line)$' stdout
check "--list: useless coordinates" grep -q \
    '^    axis 0  x: 4 points, no usable spacing: coordinates /x: ' stdout
run --list useless.h5
check "--list: the way out" grep -q 'no usable spacing: coordinates /x: .*--coord=0=PATH' stdout
make_input edges.h5 /e float64 5 0 1 3 7 9
make_input edges.h5 /f float64 4 1 2 4 8
make_input edges.h5 /f scales /e
run --list --edges=midpoint edges.h5
check "--list: --edges" grep -q '^    axis 0  .*4 points, spacing /e (dimension scale), 0.5 to 8' stdout
# Fields on the same grid stand together, whatever lies between them in the file.
for name in a c; do make_input groups.h5 /$name float64 3x4 1 2 4 8 10 20 40 80 100 200 400 800; done
make_input groups.h5 /b int16 12 1
make_input groups.h5 /much/longer float32 3x4 1
make_input groups.h5 /scalar float64 scalar 1
run --list groups.h5
check "--list: groups" equal "$(cat stdout)" "\
/a            float64  3x4  contiguous
/c            float64  3x4  contiguous
/much/longer  float32  3x4  contiguous
    axis 0  3 points, unit spacing (none found)
    axis 1  4 points, unit spacing (none found)
/b  int16  12  contiguous
    axis 0  12 points, unit spacing (none found)
left out
    /scalar: has a scalar dataspace"
run -q --list -d /b groups.h5
check "--list of one" equal "$(cat stdout)" "\
/b  int16  12  contiguous
    axis 0  12 points, unit spacing (none found)"
run --list nothing.h5
check "--list without fields: exit status" equal "$status" 0
check "--list without fields: what there is" grep -q '^    /mask: ' stdout
check "--list without fields: note" one_line stderr '^h5grad: nothing.h5: .*no field'
done_quietly "--list without fields, --quiet" -v -q --list nothing.h5

done_quietly "dim and name by axis" --dim=time --name='d{name}/d{axis}' samples/series.h5 o/out.h5
check "dim and name by axis: datasets" equal "$(datasets o/out.h5)" "/dsignal/dtime /time"
rm o/out.h5

##
## --xdmf: what ParaView makes of it is tested elsewhere
##

done_quietly "--xdmf" --xdmf samples/chunked.h5 o/out.h5
check "--xdmf: files" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
check "--xdmf: relative path" grep -q '>../samples/chunked.h5:/run1/temperature<' o/out.h5.xmf
rm o/out.h5
run --xdmf in.h5 o/out.h5
check "existing .xmf: exit status" equal "$status" 1
check "existing .xmf: message" one_line stderr '^h5grad: o/out.h5.xmf: .*exists.*--overwrite'
check "existing .xmf: nothing new" equal "$(ls -A o)" out.h5.xmf
run --xdmf -n in.h5 o/out.h5
check "existing .xmf, --dry-run" equal "$status" 1
check "without --xdmf it does not matter" "$H5GRAD" in.h5 o/out.h5
done_quietly "--xdmf --overwrite --sync" --xdmf --sync -O -d /f in.h5 o/out.h5
check "--xdmf --overwrite: files" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
check "--xdmf --overwrite: new" grep -q 'out.h5:/f_grad_1<' o/out.h5.xmf
old=$(cksum o/out.h5 o/out.h5.xmf)
# The description alone is too large: nothing changes.
make_input wide.h5 /f float32 2x20000 1
(
    ulimit -f 64
    "$H5GRAD" --xdmf -O -s 1,-1 --layout=2x20000 --filter=gzip wide.h5 o/out.h5 >stdout 2>stderr
)
check "--xdmf, file size limit: exit status" equal $? 1
check "--xdmf, file size limit: message" one_line stderr '^h5grad: o/out.h5: writing .*xmf.*large'
check "--xdmf, file size limit: nothing changes" equal "$(cksum o/out.h5 o/out.h5.xmf)" "$old"
check "--xdmf, file size limit: nothing is left" equal "$(ls -A o)" "$(printf 'out.h5\nout.h5.xmf')"
rm o/*
run --xdmf samples/series.h5 o/out.h5
check "--xdmf without a grid: exit status" equal "$status" 0
check "--xdmf without a grid: note" one_line stderr '^h5grad: .*no field has two or three axes'
rm o/*
make_input colon.h5 /a:b float64 3x4 1
run --xdmf -v colon.h5 o/out.h5
check "--xdmf and ':'" grep -Eq "^h5grad: colon.h5: /a:b: ParaView and VisIt cannot read" stderr
make_input colon.h5 $'/a\x01b' float64 3x4 1
make_input colon.h5 $'/a\xffb' float64 3x4 1
run --xdmf -v -O colon.h5 o/out.h5
check "--xdmf and control characters" equal "$(grep -c 'not described in .*XML' stderr)" 2
check "--xdmf and control characters: the text" equal "$(grep -c '[^ -~]' o/out.h5.xmf)" 0
rm o/*

run --progress=always in.h5 o/out.h5
check "--progress=always: stderr" grep -q '^h5grad: 100 % done' stderr
check "--progress=always: stdout" equal "$(cat stdout)" ""
done_quietly "--progress=never" -O --progress=never in.h5 o/out.h5
rm o/out.h5

##
## Streams, limits
##

# unreported WHAT STATUS WHY: OUTPUT is whole, but the report on it could not be written.
unreported() {
    check "$1: exit status" equal "$2" 3
    check "$1: message" equal "$(cat stderr)" "h5grad: standard output: $3; o/out.h5 is whole"
    check "$1: OUTPUT" equal "$(ls -A o): $(datasets o/out.h5)" \
        "out.h5: /f_grad_0 /f_grad_1 /g/deep/h_grad_0"
}

if [ -c /dev/full ]; then
    for option in --help --version "--list in.h5" "-n in.h5 o/out.h5"; do
        # shellcheck disable=SC2086 # several words
        "$H5GRAD" $option >/dev/full 2>stderr
        check "$option >/dev/full: exit status" equal $? 1
        check "$option >/dev/full: message" one_line stderr '^h5grad: .*output: .*space'
    done
    "$H5GRAD" in.h5 o/out.h5 >/dev/full
    check "a run prints nothing that could fail" equal $? 0
    rm o/out.h5
    "$H5GRAD" -q --json in.h5 o/out.h5 >/dev/full 2>stderr
    unreported "stdout is full" $? "No space left on device"
    "$H5GRAD" -q -O --json in.h5 o/out.h5 >/dev/full 2>&-
    check "stdout is full and stderr closed: exit status" equal $? 3
    "$H5GRAD" -q --json in.h5 o/out.h5 >/dev/full 2>stderr
    check "stdout is full, but the run failed: exit status" equal $? 1
    check "stdout is full, but the run failed: message" one_line stderr '^h5grad: o/out.h5: exists'
    "$H5GRAD" --json --no-such-option >/dev/full 2>stderr
    check "stdout is full, but the usage is wrong: exit status" equal $? 2
    rm o/out.h5
fi
{
    sleep 0.1
    "$H5GRAD" --help 2>stderr
    echo $? >status
} | :
check "stdout is a broken pipe: exit status" equal "$(cat status)" 1
check "stdout is a broken pipe: message" one_line stderr '^h5grad: .*output: .*pipe'
{
    sleep 0.1
    "$H5GRAD" -q --json in.h5 o/out.h5 2>stderr
    echo $? >status
} | :
unreported "stdout is a broken pipe" "$(cat status)" "Broken pipe"
rm o/out.h5
"$H5GRAD" --list in.h5 >&- 2>stderr
check "stdout is closed: exit status" equal $? 1
"$H5GRAD" -q --json in.h5 o/out.h5 >&- 2>stderr
unreported "stdout is closed" $? "Bad file descriptor"
rm o/out.h5
"$H5GRAD" -v in.h5 o/out.h5 <&- >&- 2>&-
check "all streams are closed: exit status" equal $? 0
check "all streams are closed: OUTPUT" equal "$(datasets o/out.h5)" \
    "/f_grad_0 /f_grad_1 /g/deep/h_grad_0"
rm -f o/out.h5

make_input large.h5 /f float32 256x256x256/64x64x64 1
(
    ulimit -f 1000
    "$H5GRAD" -s 1 large.h5 o/out.h5 >stdout 2>stderr
)
check "file size limit: exit status" equal $? 1
check "file size limit: message" one_line stderr '^h5grad: .*(space|large)'
check "file size limit: nothing is left" equal "$(ls -A o)" ""

##
## The sample that does many files
##

JOBS=2 bash "$samples/many-files.sh" o/all samples/*.h5 text.h5 -- --edge-order=2 >stdout 2>stderr
check "many files: exit status" equal $? 1
check "many files: results" equal "$(cd o/all && echo *)" "chunked.h5 complex.h5 series.h5 turbulence.h5"
check "many files: failed" equal "$(tail -1 stderr)" "  text.h5"
rm -r o/all
bash "$samples/many-files.sh" o/all samples/*.h5 -- -v >stdout 2>stderr
check "many files, all well: exit status" equal $? 0
check "many files, all well: options" grep -q 'peak memory' stderr
bash "$samples/many-files.sh" o/all samples/*.h5 -- -v >stdout 2>stderr
check "many files, again: exit status" equal $? 0
check "many files, again: nothing to do" equal "$(cat stderr)" ""

finish
