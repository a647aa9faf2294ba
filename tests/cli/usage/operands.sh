#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# INPUT and OUTPUT that are missing, empty, or too many.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

refused 2 "'--dim' needs a value" --dim
refused 2 "'-d' needs a value" in.h5 -d
refused 2 "missing INPUT.*--help"
refused 2 "missing OUTPUT.*--help" in.h5
refused 2 "missing OUTPUT" -n in.h5
refused 2 "missing INPUT" --list
refused 2 "INPUT.*empty" "" o/out.h5
refused 2 "OUTPUT.*empty" in.h5 ""
refused 2 "'-v': too many operands: behind several INPUTs must be a folder" -- a b -v
refused 2 "'a/f.h5' and 'b/f.h5' would both be 'f.h5' in 'o'" a/f.h5 c.h5 b/f.h5 o
refused 2 "'a/': INPUT must be a file" a/ b.h5 o
refused 1 "none/: no such folder" in.h5 none/
refused 1 "none/: no such folder" a.h5 b.h5 none/

finish
