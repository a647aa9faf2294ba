/* SPDX-License-Identifier: BSD-3-Clause */
/* Coordinate arrays that a convention wants beside the results. */
#include "formats/convention.h"
#include "formats/field.h"
#include "hdf5/variable.h"
#include "hdf5/walk.h"
#include "output/copy.h"
#include "values/meaning.h"

static enum h5grad_status copy_array(const struct coords_results *results, unsigned axis,
                                     hid_t from, const char *path, struct h5grad_error *err)
{
    hsize_t points[H5S_MAX_RANK];
    struct region region;
    H5_CLOSED hid_t stored = H5Dget_type(from);
    bool fixed = stored >= 0 && hg_variable_levels(stored) == 0;
    if (hg_dataset_extent(from, points, NULL) != 1)
        return hg_error_set(err, H5GRAD_FAILED, "it is not one-dimensional");
    if (!fixed)
        return hg_error_set(err, H5GRAD_FAILED, "it does not hold numbers");
    const bool cut =
        axis < results->field->rank && hg_field_cut_array(results->field, axis, points[0], &region);
    hid_t to =
        hg_copy_create(from, cut ? &region : NULL, results->output, path, COPY_CONTIGUOUS, err);
    if (to < 0)
        return hg_error_status(err);
    enum h5grad_status status = hg_copy_points(from, cut ? &region : NULL, to, err);
    if (!status)
        status = hg_attributes_copy(from, to, hg_meaning_holds_for_copy, err);
    if (!hg_close(to) && !status)
        status = hg_hdf5_error(err, "it cannot be closed");
    return status;
}

enum h5grad_status hg_coords_copy_array(const struct coords_results *results, unsigned axis,
                                        const char *path, struct h5grad_error *err)
{
    H5_CLOSED hid_t there = hg_open_dataset(results->output, path, NULL);
    H5_CLOSED hid_t from = there < 0 ? hg_open_dataset(results->input, path, err) : -1;
    enum h5grad_status status = H5GRAD_OK;
    if (there < 0)
        status = from >= 0 ? copy_array(results, axis, from, path, err) : hg_error_status(err);
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}
