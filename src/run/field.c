/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "hdf5/names.h"
#include "trust/outside.h"
#include "libhdf5/reopen.h"
#include "hdf5/walk.h"
#include "formats/formats.h"

static enum h5grad_status describe_type(struct field *field, hid_t object, struct h5grad_error *err)
{
    hid_t type = H5Dget_type(object);
    if (type < 0)
        return hg_hdf5_error(err, "its datatype cannot be read");
    enum h5grad_status status = hg_type_open(type, &field->type, err);
    hg_close(type);
    return status;
}

/* What cannot be opened is lost, unless it is known to be no field. */
static bool may_be_field(struct field *field)
{
    hid_t object = hg_open_object(field->file, field->path, NULL);
    bool known = object >= 0 && (H5Iget_type(object) != H5I_DATASET ||
                                 describe_type(field, object, NULL) != H5GRAD_OK);
    hg_close(object);
    return !known;
}

/* libhdf5 2 cannot tell the extent of a virtual dataset of which a source cannot be opened. */
static bool has_dataspace(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    hg_close(space);
    return space >= 0;
}

/* Points that it does not have, unless that is allowed; and what is then to be said of them. */
static enum h5grad_status check_points(struct field *field, struct h5grad_error *err)
{
    enum h5grad_status status = hg_check_whole(field->dataset, err);
    field->lost = status != H5GRAD_OK;
    if (!status)
        field->missing = hg_missing_text(field->dataset);
    return status;
}

static enum h5grad_status describe(struct field *field, const struct h5_walk *walk, bool unpack,
                                   struct h5grad_error *err)
{
    field->dataset = hg_names_open_stored(field->file, field->path, &field->stored, err);
    if (field->dataset < 0) {
        field->lost = may_be_field(field);
        return hg_error_status(err);
    }
    enum h5grad_status status = hg_storage_read(field->dataset, &field->storage, err);
    if (status)
        field->lost = !has_dataspace(field->dataset) && may_be_field(field);
    else
        status = describe_type(field, field->dataset, err);
    if (!status)
        status = check_points(field, err);
    if (!status && hg_reader_decodes(&field->storage, &field->type, getenv("H5GRAD_IO")) &&
        (field->dataset = hg_reopen_uncached(field->dataset, err)) < 0)
        status = hg_error_status(err);
    if (status)
        return status;
    uint64_t bytes;
    if (!size_product(field->storage.rank, field->storage.extent, 2 * sizeof(double), &bytes))
        return hg_error_set(err, H5GRAD_FAILED, "too large: its size in bytes overflows");
    status = hg_coords_read(field->file, walk, field->path, field->dataset, field->storage.rank,
                            &field->coords, err);
    if (status || !unpack)
        return status;
    status =
        hg_values_read(field->file, field->path, field->dataset, &field->type, &field->values, err);
    field->unusable = status == H5GRAD_FAILED;
    return status;
}

enum h5grad_status hg_field_open(hid_t file, const struct h5_walk *walk, const char *path,
                                 bool unpack, struct field *field, struct h5grad_error *err)
{
    memset(field, 0, sizeof *field);
    field->path = path;
    field->file = file;
    field->dataset = field->type.memory = field->type.file = -1;
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = describe(field, walk, unpack, err);
    hg_leave(&guard);
    return status;
}

void hg_field_close(struct field *field)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_reader_close(field->reader);
    hg_type_close(&field->type);
    hg_close(field->dataset);
    hg_leave(&guard);
    hg_coords_free(&field->coords);
    hg_values_free(&field->values);
    free(field->missing);
    free(field->stored);
    for (unsigned i = 0; i < GRID_MAX_RANK; i++)
        free(field->axis[i].result);
    memset(field, 0, sizeof *field);
    field->dataset = field->type.memory = field->type.file = -1;
}

uint64_t hg_field_result_bytes(const struct field *field)
{
    uint64_t bytes = field->type.components * hg_element_size(field->result) * field->n_axes;
    for (unsigned i = 0; i < field->storage.rank; i++)
        bytes *= field->storage.extent[i];
    return bytes;
}
