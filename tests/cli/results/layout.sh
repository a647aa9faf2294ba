#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# --layout, --filter and --dtype, and their defaults from the source.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
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
make_input nine.h5 /f float32 64x64 1
done_quietly "a high level" --filter=gzip=9 nine.h5 o/nine.h5
for filter in '' --filter=auto --filter=same --filter=gzip=9; do
    level=4
    case $filter in *=same | *9) level=9 ;; esac
    run -nO -d f_grad_0 $filter o/nine.h5 o/out.h5
    check "levels of the source: $filter: --dry-run" grep -Eq "result layout .*gzip=$level" stdout
    done_quietly "levels of the source: $filter" -O -d f_grad_0 $filter o/nine.h5 o/out.h5
    check "levels of the source: $filter" grep -q "DEFLATE { LEVEL $level }" \
        <<<"$(h5dump -pH -d /f_grad_0_grad_1 o/out.h5)"
done
done_quietly "temperature, otherwise" --threads=3 --memory=32M samples/chunked.h5 o/t2.h5
check "the same values in other ways" h5diff o/t1.h5 o/t2.h5 /run1

# While libhdf5 is told of so many chunks its cache writes the references of attributes, too.
# shellcheck disable=SC2046 # a number is a word
make_input scaled.h5 /v float32 3x868x3 noise , /w float32 3x868x3 noise , /t float64 868 $(seq 868) , \
    /v scales - /t - , /w scales - /t -
check "many small chunks beside attributes" env H5GRAD_BUFFERS=3M "$H5GRAD" -q -O -s 1 -j2 --layout=1x1x4 \
    --filter=none scaled.h5 chunks.h5
"$H5GRAD" -q -O -s 1 --layout=contiguous scaled.h5 whole.h5
for name in v w; do
    check "many small chunks: $name has its values" h5diff -q chunks.h5 whole.h5 /${name}_grad_2 /${name}_grad_2
    check "many small chunks: $name has its scales" grep -q 'DATASET.*/t' \
        <<<"$(h5dump -a /${name}_grad_2/DIMENSION_LIST chunks.h5)"
done

finish
