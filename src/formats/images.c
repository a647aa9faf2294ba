/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5's images in true colours: the colours lie along an axis of their own. */
#include "formats/convention.h"
#include "formats/parts.h"

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    static const char *const modes[] = {"INTERLACE_PLANE", "INTERLACE_LINE", "INTERLACE_PIXEL"};
    (void)file;
    (void)walk;
    (void)path;
    enum h5grad_status status = H5GRAD_OK;
    bool image = coords->rank == 3 && hg_coords_says(dataset, "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR");
    for (unsigned k = 0; image && k < 3 && !status; k++) {
        if (hg_coords_says(dataset, "INTERLACE_MODE", modes[k]))
            status = hg_coords_leave_out(coords, k, err, "it holds colours");
    }
    return status;
}

const struct coords_convention hg_coords_images = {
    .name = "HDF5 image",
    .axes = read_axes,
};
