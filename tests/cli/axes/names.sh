#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Axes by name, and in names of results.
set -u
# shellcheck source-path=SCRIPTDIR source=../../support/program.sh
. "$(dirname "$0")/../../support/program.sh"

"$MAKE_SAMPLES" samples || exit 99
make_input axes.h5 /f float64 2x4 1 2 4 8 10 20 40 80
done_quietly "names of axes" -d /u --dim=x,z --name='d{name}_d{axis}' samples/turbulence.h5 o/u.h5
check "names of axes: datasets" equal "$(datasets o/u.h5)" "/du_dx /du_dz /x /y /z"
check "gradient_spacing" grep -q '"/z"' <<<"$(h5dump -a /du_dz/gradient_spacing o/u.h5)"
done_quietly "scales are coordinates" -O -d /u --dim=0 --coord=z=/z samples/turbulence.h5 o/v.h5
check "scales are coordinates: the same" h5diff o/u.h5 o/v.h5 /du_dz /u_grad_0
done_quietly "{dim} and {axis} without a name" -O -d /f --name='{axis}-{dim}-{name}' axes.h5 o/v.h5
check "{dim} and {axis}: datasets" equal "$(datasets o/v.h5)" "/0-0-f /1-1-f"
done_quietly "dim and name by axis" --dim=time --name='d{name}/d{axis}' samples/series.h5 o/out.h5
check "dim and name by axis: datasets" equal "$(datasets o/out.h5)" "/dsignal/dtime /time"

finish
