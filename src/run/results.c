/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/results.h"

#include <stdlib.h>
#include <string.h>

#include "hdf5/create.h"
#include "formats/metadata.h"
#include "output/layout.h"
#include "output/result_names.h"

static hid_t create_dataset(const struct task *task, hid_t file, const char *path, hid_t type,
                            struct h5grad_error *err)
{
    const struct h5_storage *storage = &task->result_storage;
    hsize_t extent[GRID_MAX_RANK], most[GRID_MAX_RANK];
    for (unsigned i = 0; i < storage->rank; i++) {
        extent[i] = storage->extent[i];
        most[i] = storage->max_extent[i] == UINT64_MAX ? H5S_UNLIMITED : storage->max_extent[i];
    }
    hid_t dataset = -1;
    hid_t space = H5Screate_simple((int)storage->rank, extent, most);
    hid_t creation = hg_format_creation(storage, err);
    if (creation >= 0 && space < 0)
        hg_hdf5_error(err, "it cannot be described");
    else if (creation >= 0)
        dataset = hg_create_dataset(file, path, type, space, creation, err);
    hg_close(creation);
    hg_close(space);
    return dataset;
}

static struct writer *open_writer(const struct task *task, hid_t file, struct result *result,
                                  struct h5grad_error *err)
{
    struct writer_target target = {
        .file = file,
        .dataset = result->dataset,
        .storage = &result->storage,
        .memory = result->memory,
        .size = H5Tget_size(result->memory),
        .raw = true,
        .journal = task->journal,
    };
    return hg_writer_open(&target, task->io, err);
}

enum h5grad_status hg_result_create(const struct task *task, struct aux_vars *aux_vars,
                                    const struct scale_links *links, hid_t file, unsigned k,
                                    struct result *result, struct h5grad_error *err)
{
    const struct field *field = task->field;
    unsigned axis = field->order[k];
    const char *path = field->axis[axis].result;
    memset(result, 0, sizeof *result);
    result->dataset = -1;
    result->memory = hg_type_result(&task->type, field->result);
    if (result->memory < 0)
        return hg_hdf5_error(err, "%s: its datatype cannot be made", path);
    result->dataset = create_dataset(task, file, path, result->memory, err);
    if (result->dataset < 0)
        return hg_error_context(err, H5GRAD_FAILED, "%s", path);
    enum h5grad_status status = hg_storage_read(result->dataset, &result->storage, err);
    if (!status)
        status = hg_aux_vars_link(aux_vars, links, result->dataset, path, err);
    if (!status)
        status = hg_metadata_write(field, task->dataset, task->derivative[k].stencil.op->width - 1,
                                   axis, result->dataset, result->memory, err);
    if (!status) {
        result->writer = open_writer(task, file, result, err);
        status = result->writer ? H5GRAD_OK : hg_error_status(err);
    }
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}

enum h5grad_status hg_result_finish(struct result *result, struct h5grad_error *err)
{
    enum h5grad_status status = hg_writer_finish(result->writer, err);
    hid_t dataset = result->dataset;
    hg_writer_close(result->writer);
    result->writer = NULL;
    result->dataset = -1;
    if (!hg_close(dataset) && !status)
        status = hg_hdf5_error(err, "it cannot be closed");
    return status;
}

void hg_result_close(struct result *result)
{
    hg_writer_close(result->writer);
    hg_close(result->dataset);
    hg_close(result->memory);
    memset(result, 0, sizeof *result);
    result->dataset = result->memory = -1;
}
