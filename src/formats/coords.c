/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/coords.h"

#include <stdlib.h>
#include <string.h>

void hg_coords_free(struct coords *coords)
{
    for (unsigned k = 0; k < coords->rank && coords->axis; k++) {
        free(coords->axis[k].path);
        free(coords->axis[k].attribute);
        free(coords->axis[k].name);
        free(coords->axis[k].unit);
        free(coords->axis[k].problem);
        free(coords->axis[k].left_out);
    }
    free(coords->axis);
    free(coords->refusal);
    free(coords->note);
    memset(coords, 0, sizeof *coords);
}

enum h5grad_status hg_coords_check(const struct coords_axis *axis, struct h5grad_error *err)
{
    if (axis->kind != COORDS_UNUSABLE)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, "%s", axis->problem);
}
