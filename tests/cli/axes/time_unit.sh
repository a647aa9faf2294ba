#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --time-unit. Results are compared by 17 digits, which tell all doubles apart.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

# make_times FILE TYPE UNITS CALENDAR TIME...: a field of as many points as there are times.
make_times() {
    local file=$1 type=$2 units=$3 calendar=$4
    shift 4
    make_input "$file" /time "$type" $# "$@"
    make_input "$file" /time text units "$units"
    [ -z "$calendar" ] || make_input "$file" /time text calendar "$calendar"
    make_input "$file" /f "${values:-float64}" $# 1 4 9 30
    make_input "$file" /f text units K , /f scales /time
}

unit_of() {
    attribute "$1" /f_grad_0 units | sed 's/.*"\(.*\)".*/\1/'
}

make_times days.h5 float64 "days since 2000-01-01" "" 0 1 3 6
# Counted from elsewhere they have the same differences.
make_times late.h5 int32 "Days since 2000-01-01" gregorian 5 6 8 11
per_second="3.4722222222222222e-05 3.279320987654321e-05 4.9768518518518516e-05 8.1018518518518516e-05"
for file in days late; do
    done_quietly "$file: as they are" -O $file.h5 o/out.h5
    check "$file: per day" equal "$(values o/out.h5 /f_grad_0)" \
        "3 2.8333333333333335 4.2999999999999998 7"
    done_quietly "$file: seconds" -O --time-unit=s $file.h5 o/out.h5
    check "$file: per second" equal "$(values o/out.h5 /f_grad_0)" "$per_second"
    check "$file: unit" equal "$(unit_of o/out.h5)" "K s-1"
    check "$file: spacing" equal "$(attribute o/out.h5 /f_grad_0 gradient_spacing |
        sed 's/.*"\(.*\)".*/\1/')" /time
done
done_quietly "second derivative" -O --compute=second -e 1 --time-unit=d days.h5 o/out.h5
check "second derivative: unit" equal \
    "$(attribute o/out.h5 /f_grad2_0 units | sed 's/.*"\(.*\)".*/\1/')" "K d-2"

# A step per unit, and the same in nanoseconds since 1970, which no double holds.
second=1000000000 start=1700000000000000001
make_times ns.h5 int64 "nanoseconds since 1970-01-01" "" \
    $start $((start + second)) $((start + 3 * second)) $((start + 6 * second))
done_quietly "nanoseconds" -O --time-unit=s ns.h5 o/out.h5
check "nanoseconds: per second" equal "$(values o/out.h5 /f_grad_0)" \
    "3 2.8333333333333335 4.2999999999999998 7"

# Float32 is computed in double and rounded once: 7 / 259200 in float32.
values=float32 make_times single.h5 float64 "days since 2000-01-01" "" 0 3 6 9
done_quietly "float32" -O --time-unit=s single.h5 o/out.h5
check "float32" equal "$(values o/out.h5 /f_grad_0)" \
    "1.1574074051168282e-05 1.5432098734891042e-05 5.0154321797890589e-05 8.1018515629693866e-05"

# Words and calendars: all of these are a day apart from point to point.
while IFS='|' read -r units calendar unit times wanted; do
    rm -f word.h5
    # shellcheck disable=SC2086 # several times
    make_times word.h5 float64 "$units since 2000-01-01 00:00" "$calendar" $times
    done_quietly "$units" -O --time-unit="$unit" word.h5 o/out.h5
    check "$units to $unit" equal "$(values o/out.h5 /f_grad_0)" "$wanted"
    check "$units to $unit: unit" equal "$(unit_of o/out.h5)" "K $unit-1"
done <<'END'
days||d|7 8 9 10|3 4 13 21
h||d|0 24 48 72|3 4 13 21
Hours||d|0 24 48 72|3 4 13 21
mins||h|0 60 120 180|3 4 13 21
us||ms|0 1000 2000 3000|3 4 13 21
week||h|0 1 2 3|0.017857142857142856 0.023809523809523808 0.077380952380952384 0.125
month|360_day|d|0 1 2 3|0.10000000000000001 0.13333333333333333 0.43333333333333335 0.69999999999999996
years|noleap|d|0 1 2 3|0.00821917808219178 0.010958904109589041 0.035616438356164383 0.057534246575342465
years|366_day|d|0 1 2 3|0.0081967213114754103 0.01092896174863388 0.035519125683060107 0.05737704918032787
END

rm -f o/*
make_times months.h5 float64 "months since 2000-01-01" "" 0 1 3 6
refused 1 "/f: axis 0 \(time\): a month of the calendar standard is not a fixed time; leave --time-unit out to get the derivative per month" \
    -d /f --time-unit=d months.h5 o/out.h5
make_times leap.h5 float64 "months since 2000-01-01" noleap 0 1 3 6
refused 1 "a month of the calendar noleap is not a fixed time" --time-unit=d leap.h5 o/out.h5
make_times odd.h5 float64 "fortnights since 2000-01-01" "" 0 1 3 6
refused 1 "'fortnights' is no unit of time that --time-unit knows" --time-unit=d odd.h5 o/out.h5
wrong_usage "time-unit 'week': not s, min, h, d, ms, us or ns" --time-unit=week

# Coordinates that are no times stay as they are.
make_input place.h5 /x float64 4 0 1 3 6 , /x text units km , /f float64 4 1 4 9 30 , /f text units K , \
    /f scales /x
done_quietly "no time" --time-unit=s place.h5 o/out.h5
check "no time: values" equal "$(values o/out.h5 /f_grad_0)" \
    "3 2.8333333333333335 4.2999999999999998 7"
check "no time: unit" equal "$(unit_of o/out.h5)" "K km-1"

finish
