/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "coords/coords.h"

/* In order: the first that knows an axis wins. */
static const struct coords_convention *const conventions[] = {
    &coords_openpmd,  &coords_vtkhdf,       &coords_nxdata,           &coords_minc2,
    &coords_the_well, &coords_pdebench,     &coords_cactus,           &coords_bigdataviewer,
    &coords_blocks,   &coords_housekeeping, &coords_dimension_scales, &coords_attributes,
    &coords_cf, /* the last: it tells what the others left unused */
};

#define N_CONVENTIONS (sizeof conventions / sizeof *conventions)

enum h5grad_status coords_read(hid_t file, const struct h5_walk *walk, const char *path,
                               hid_t dataset, unsigned rank, struct coords *coords,
                               struct h5grad_error *err)
{
    memset(coords, 0, sizeof *coords);
    coords->rank = rank;
    for (size_t i = 0; i < N_CONVENTIONS; i++) {
        enum h5grad_status status = H5GRAD_OK;
        if (conventions[i]->axes)
            status = conventions[i]->axes(file, walk, path, dataset, coords, err);
        if (status != H5GRAD_OK) {
            coords_free(coords);
            return status;
        }
    }
    return H5GRAD_OK;
}

void coords_free(struct coords *coords)
{
    for (unsigned k = 0; k < coords->rank; k++) {
        free(coords->axis[k].path);
        free(coords->axis[k].attribute);
        free(coords->axis[k].name);
        free(coords->axis[k].unit);
        free(coords->axis[k].problem);
    }
    free(coords->refusal);
    free(coords->note);
    memset(coords, 0, sizeof *coords);
}

enum h5grad_status coords_check(const struct coords_axis *axis, struct h5grad_error *err)
{
    if (axis->kind != COORDS_UNUSABLE)
        return H5GRAD_OK;
    return error_set(err, H5GRAD_FAILED, "%s", axis->problem);
}

const char *coords_not_field(hid_t file, const char *path, hid_t dataset)
{
    const char *why = NULL;
    for (size_t i = 0; !why && i < N_CONVENTIONS; i++) {
        if (conventions[i]->not_field)
            why = conventions[i]->not_field(file, path, dataset);
    }
    return why ? why : coords_categories(dataset);
}

enum h5grad_status coords_references(hid_t file, const char *path, hid_t dataset,
                                     struct h5_set *set, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; status == H5GRAD_OK && i < N_CONVENTIONS; i++) {
        if (conventions[i]->references)
            status = conventions[i]->references(file, path, dataset, set, err);
    }
    return status;
}
