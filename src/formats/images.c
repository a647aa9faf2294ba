/* SPDX-License-Identifier: BSD-3-Clause */
/* True-colour images of HDF5, whose colours lie along an axis. */
#include "formats/convention.h"

/* Some programs leave out INTERLACE_MODE: the colours are then the only axis of three points. */
static void find_colours(struct query *query)
{
    unsigned n = 0, colours = 0;
    for (unsigned k = 0; k < query->rank; k++) {
        if (query->extent[k] == 3) {
            colours = k;
            n++;
        }
    }
    if (n == 1)
        hg_coords_leave_out(query, colours, "it holds colours");
}

static void read_axes(struct query *query)
{
    static const char *const modes[] = {"INTERLACE_PLANE", "INTERLACE_LINE", "INTERLACE_PIXEL"};
    if (query->rank != 3 || !hg_coords_says(query->dataset, "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR"))
        return;
    for (unsigned k = 0; k < 3; k++) {
        if (hg_coords_says(query->dataset, "INTERLACE_MODE", modes[k]))
            hg_coords_leave_out(query, k, "it holds colours");
    }
    if (!hg_has_attribute(query->dataset, "INTERLACE_MODE"))
        find_colours(query);
}

const struct coords_convention hg_coords_images = {
    .name = "HDF5 image",
    .axes = read_axes,
};
