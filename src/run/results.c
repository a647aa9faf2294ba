/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/results.h"

#include <stdlib.h>
#include <string.h>

#include "hdf5/create.h"
#include "run/metadata.h"
#include "output/layout.h"
#include "run/result_names.h"

static hid_t create_dataset(const struct field *field, hid_t file, const char *path, hid_t type,
                            struct h5grad_error *err)
{
    const struct h5_storage *storage = &field->result_storage;
    hsize_t extent[GRID_MAX_RANK], most[GRID_MAX_RANK];
    for (unsigned i = 0; i < storage->rank; i++) {
        extent[i] = storage->extent[i];
        most[i] = storage->max_extent[i] == UINT64_MAX ? H5S_UNLIMITED : storage->max_extent[i];
    }
    hid_t dataset = -1;
    hid_t space = H5Screate_simple((int)storage->rank, extent, most);
    hid_t creation = format_creation(storage, err);
    if (creation >= 0 && space < 0)
        h5_error(err, "it cannot be described");
    else if (creation >= 0)
        dataset = h5_create_dataset(file, path, type, space, creation, err);
    h5_close(creation);
    h5_close(space);
    return dataset;
}

static struct writer *open_writer(const struct field *field, hid_t file, struct result *result,
                                  struct h5grad_error *err)
{
    struct writer_target target = {
        .file = file,
        .dataset = result->dataset,
        .storage = &result->storage,
        .memory = result->memory,
        .size = H5Tget_size(result->memory),
        .raw = true,
        .journal = field->job.journal,
    };
    return writer_open(&target, getenv("H5GRAD_IO"), err);
}

enum h5grad_status result_create(const struct field *field, struct companions *companions,
                                 const struct attachments *scales, hid_t file, unsigned k,
                                 struct result *result, struct h5grad_error *err)
{
    unsigned axis = field->engine_axis[k].axis;
    const char *path = field->axis[axis].result;
    memset(result, 0, sizeof *result);
    result->dataset = -1;
    result->memory = h5_type_result(&field->type, field->result);
    if (result->memory < 0)
        return h5_error(err, "%s: its datatype cannot be made", path);
    result->dataset = create_dataset(field, file, path, result->memory, err);
    if (result->dataset < 0)
        return error_context(err, H5GRAD_FAILED, "%s", path);
    enum h5grad_status status = h5_storage_read(result->dataset, &result->storage, err);
    if (!status)
        status = companions_attach(companions, scales, result->dataset, path, err);
    if (!status)
        status = metadata_write(field, axis, result->dataset, result->memory, err);
    if (!status) {
        result->writer = open_writer(field, file, result, err);
        status = result->writer ? H5GRAD_OK : error_status(err);
    }
    return status ? error_context(err, status, "%s", path) : H5GRAD_OK;
}

enum h5grad_status result_finish(struct result *result, struct h5grad_error *err)
{
    enum h5grad_status status = writer_finish(result->writer, err);
    hid_t dataset = result->dataset;
    writer_close(result->writer);
    result->writer = NULL;
    result->dataset = -1;
    if (!h5_close(dataset) && !status)
        status = h5_error(err, "it cannot be closed");
    return status;
}

void result_close(struct result *result)
{
    writer_close(result->writer);
    h5_close(result->dataset);
    h5_close(result->memory);
    memset(result, 0, sizeof *result);
    result->dataset = result->memory = -1;
}
