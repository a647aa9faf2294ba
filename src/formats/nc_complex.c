/* SPDX-License-Identifier: BSD-3-Clause */
/* Complex numbers in netCDF without a type for them (nc-complex): their parts lie along a last
 * dimension of two points, with a name that says so and no coordinates. */
#include "formats/convention.h"

static void read_axes(struct query *query)
{
    static const char *const names[] = {"_pfnc_complex", "complex", "ri"};
    if (query->rank == 0)
        return;
    const unsigned k = query->rank - 1;
    const struct coords_axis *axis = &query->coords->axis[k];
    if (query->extent[k] == 2 && axis->kind == COORDS_NONE &&
        hg_coords_is_one_of(axis->name, sizeof names / sizeof *names, names))
        hg_coords_leave_out(query, k, "it holds real and imaginary parts");
}

const struct coords_convention hg_coords_nc_complex = {
    .name = "nc-complex",
    .axes = read_axes,
};
