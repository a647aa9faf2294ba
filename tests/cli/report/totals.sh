#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What all fields add up to: as much as 64 bits hold, if it is more. Unwritten chunks take no space, so a file may
# claim any number of bytes.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

extent=36028797018963968x2x2x2/131072x2x2x2 # 2^61 bytes, and four times as many of results
"$MAKE_INPUT" huge.h5 /u float64 $extent+gzip , /v float64 $extent+gzip || exit 99

run -n --json huge.h5 out.h5
check "exit status" equal "$status" 0
check "written by each" equal "$(grep -c '^      "bytes_written": 9223372036854775808' stdout)" 2
check "written by all" grep -q '^    "bytes_written": 18446744073709551615' stdout

finish
