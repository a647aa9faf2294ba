/* SPDX-License-Identifier: BSD-3-Clause */
/* True-colour images of HDF5, whose colours lie along an axis. */
#include "formats/convention.h"

static void read_axes(struct query *query)
{
    static const char *const modes[] = {"INTERLACE_PLANE", "INTERLACE_LINE", "INTERLACE_PIXEL"};
    if (query->rank != 3 || !hg_coords_says(query->dataset, "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR"))
        return;
    for (unsigned k = 0; k < 3; k++) {
        if (hg_coords_says(query->dataset, "INTERLACE_MODE", modes[k]))
            hg_coords_leave_out(query, k, "it holds colours");
    }
}

const struct coords_convention hg_coords_images = {
    .name = "HDF5 image",
    .axes = read_axes,
};
