/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/results.h"

#include <string.h>

#include "formats/metadata.h"
#include "hdf5/contiguous.h"
#include "hdf5/walk.h"
#include "libhdf5/handle.h"
#include "output/layout.h"

void hg_results_init(struct results *results, struct results_kept *kept, hid_t output)
{
    results->kept = kept;
    kept->output = output;
    memset(results->writer, 0, sizeof results->writer);
    memset(results->put, 0, sizeof results->put);
    for (unsigned i = 0; i < RESULTS_STORAGES; i++)
        results->storage[i].rank = 0;
    for (unsigned k = 0; k < FIELD_MOST_RESULTS; k++)
        results->dataset[k] = -1, results->file[k] = output;
}

static void close_shape(struct results_shape *shape)
{
    if (!shape->is_made)
        return;
    hg_close(shape->joined_creation);
    hg_close(shape->joined_space);
    hg_close(shape->creation);
    hg_close(shape->space);
    hg_close(shape->scalar);
    hg_close(shape->type);
    shape->is_made = false;
}

static void close_put(struct put **put)
{
    hg_put_close(*put);
    *put = NULL;
}

void hg_results_release(struct results_kept *kept)
{
    close_shape(&kept->shape);
    hg_creator_close(&kept->creator);
    close_put(&kept->put);
}

/* The dataspace and creation list of datasets that are stored like that. */
static enum h5grad_status make_shape(const struct h5_storage *storage, hid_t *space,
                                     hid_t *creation, struct h5grad_error *err)
{
    hsize_t extent[GRID_MAX_RANK], most[GRID_MAX_RANK];
    for (unsigned i = 0; i < storage->rank; i++) {
        extent[i] = storage->extent[i];
        most[i] = storage->max_extent[i] == UINT64_MAX ? H5S_UNLIMITED : storage->max_extent[i];
    }
    *space = H5Screate_simple((int)storage->rank, extent, most);
    if (*space < 0)
        return hg_hdf5_error(err, "it cannot be described");
    *creation = hg_layout_creation(storage, err);
    return *creation < 0 ? hg_error_status(err) : H5GRAD_OK;
}

/* Returns whether the shape is that of the field's results. Complex types have names of members. */
static bool is_shape_of(const struct results_shape *shape, const struct task *task)
{
    const struct field *field = task->field;
    return shape->is_made && field->components == 1 && shape->components == 1 &&
           shape->behind == task->job.behind && shape->element == field->result &&
           memcmp(&shape->storage, &task->result_storage, sizeof shape->storage) == 0;
}

static enum h5grad_status describe(const struct task *task, struct results_shape *shape,
                                   struct h5grad_error *err)
{
    const unsigned behind = task->job.behind;
    if (is_shape_of(shape, task))
        return H5GRAD_OK;
    struct h5_storage storage = task->result_storage;
    close_shape(shape);
    *shape = (struct results_shape){.is_made = true,
                                    .storage = storage,
                                    .components = task->field->components,
                                    .behind = behind,
                                    .element = task->field->result,
                                    .space = -1,
                                    .creation = -1,
                                    .joined_space = -1,
                                    .joined_creation = -1};
    shape->type = hg_type_result(&task->type, task->field->result);
    shape->scalar = hg_type_scalar(task->field->result);
    if (shape->type < 0 || shape->scalar < 0)
        return hg_hdf5_error(err, "it cannot be described");
    enum h5grad_status status = make_shape(&storage, &shape->space, &shape->creation, err);
    if (status || behind == 0)
        return status;
    storage.extent[storage.rank] = storage.max_extent[storage.rank] = behind;
    storage.chunk[storage.rank] = behind;
    storage.rank++;
    return make_shape(&storage, &shape->joined_space, &shape->joined_creation, err);
}

/* Which of the storages is that of a result. */
unsigned hg_results_storage(const struct field *field, const struct field_result *result)
{
    return result->joined ? 2 : result->components < field->components;
}

static struct h5_storage *storage_of(struct results *results, const struct field *field, unsigned k)
{
    return &results->storage[hg_results_storage(field, &field->results[k])];
}

static hid_t type_of(const struct results *results, const struct field *field, unsigned k)
{
    const struct results_shape *shape = &results->kept->shape;
    return field->results[k].components < field->components ? shape->scalar : shape->type;
}

/* Chunks of all results in a file are put by one. */
static struct put **find_put(struct results *results, unsigned k)
{
    return results->file[k] == results->kept->output ? &results->kept->put : &results->put[k];
}

static enum h5grad_status open_writer(const struct task *task, struct results *results, unsigned k,
                                      struct h5grad_error *err)
{
    const hid_t type = type_of(results, task->field, k);
    struct put **put = find_put(results, k);
    if (!*put && !(*put = hg_put_open(results->file[k], task->journal, err)))
        return hg_error_status(err);
    struct writer_target target = {
        .file = results->file[k],
        .dataset = results->dataset[k],
        .storage = storage_of(results, task->field, k),
        .memory = type,
        .size = H5Tget_size(type),
        .raw = true,
        .leased = task->leases,
        .result = k,
        .put = *put,
    };
    results->writer[k] = hg_writer_open(&target, task->io, err);
    return results->writer[k] ? H5GRAD_OK : hg_error_status(err);
}

/* Reads the storage of a result again, since libhdf5 sets parameters of filters. */
static enum h5grad_status read_storage(const struct task *task, const struct field_result *result,
                                       hid_t dataset, struct h5_storage *storage,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (task->result_storage.layout == H5_CONTIGUOUS && !result->joined)
        *storage = task->result_storage;
    else
        status = hg_storage_read(dataset, storage, err);
    storage->sparse = task->result_storage.sparse;
    return status;
}

static enum h5grad_status create(const struct task *task, const struct result_place *place,
                                 unsigned k, struct results *results, struct h5grad_error *err)
{
    const struct field *field = task->field;
    const struct field_result *result = &field->results[k];
    const hid_t type = type_of(results, field, k);
    const struct results_shape *shape = &results->kept->shape;
    struct h5_creator *creator = &results->kept->creator;
    if (creator->file != place->file)
        hg_creator_close(creator);
    creator->file = place->file;
    hid_t dataset = hg_create_dataset(
        creator, result->path, type, result->joined ? shape->joined_space : shape->space,
        result->joined ? shape->joined_creation : shape->creation, err);
    results->dataset[k] = dataset;
    results->file[k] = place->file;
    if (dataset < 0)
        return hg_error_status(err);
    hg_handle_note(dataset, place->file);
    enum h5grad_status status = H5GRAD_OK;
    struct h5_storage *storage = storage_of(results, field, k);
    if (storage->rank == 0)
        status = read_storage(task, result, dataset, storage, err);
    if (!status && !result->joined)
        status = hg_aux_vars_link(place->aux_vars, place->links, dataset, result->path, err);
    if (!status)
        status = hg_metadata_write(field, result, task->dataset, dataset, type, err);
    return status ? status : open_writer(task, results, k, err);
}

enum h5grad_status hg_results_create(const struct task *task, const struct result_place *place,
                                     struct results *results, struct h5grad_error *err)
{
    const struct field *field = task->field;
    enum h5grad_status status = describe(task, &results->kept->shape, err);
    if (status)
        return hg_error_context(err, status, "%s", field->results[0].path);
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        status = create(task, &place[k], k, results, err);
        if (status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    return status;
}

enum h5grad_status hg_results_open(const struct field *field, struct results *results,
                                   struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        results->dataset[k] = hg_open_dataset(results->file[k], field->results[k].path, err);
        status = results->dataset[k] < 0
                     ? hg_error_status(err)
                     : hg_storage_read(results->dataset[k], storage_of(results, field, k), err);
        if (status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    return status;
}

void hg_results_drop_writers(struct results *results)
{
    struct h5_guard guard;
    hg_enter(&guard);
    for (unsigned k = 0; k < FIELD_MOST_RESULTS; k++) {
        hg_writer_close(results->writer[k]);
        results->writer[k] = NULL;
    }
    hg_leave(&guard);
}

enum h5grad_status hg_results_verify(const struct field *field, struct results *results, unsigned k,
                                     struct h5grad_error *err)
{
    const struct h5_storage *storage = storage_of(results, field, k);
    H5_CLOSED hid_t type = H5Dget_type(results->dataset[k]);
    struct h5_contiguous place;
    bool same = true;
    if (storage->layout != H5_CONTIGUOUS)
        return H5GRAD_OK;
    enum h5grad_status status =
        !hg_contiguous_find(results->dataset[k], storage, H5Tget_size(type), false, &place)
            ? H5GRAD_OK
            : hg_contiguous_verify(results->dataset[k], type, storage, &place, &same, err);
    if (!status && !same)
        status = hg_error_set(err, H5GRAD_FAILED, "what was written cannot be read back");
    return status ? hg_error_context(err, status, "%s", field->results[k].path) : H5GRAD_OK;
}

enum h5grad_status hg_results_write(const struct task *task, struct results *results,
                                    struct h5grad_error *err)
{
    const struct field *field = task->field;
    enum h5grad_status status = describe(task, &results->kept->shape, err);
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        storage_of(results, field, k)->sparse = task->result_storage.sparse;
        status = open_writer(task, results, k, err);
        if (status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    return status;
}

static enum h5grad_status close_dataset(struct results *results, unsigned k,
                                        struct h5grad_error *err)
{
    const hid_t dataset = results->dataset[k];
    results->dataset[k] = -1;
    return dataset >= 0 && H5Dclose(dataset) < 0 ? hg_hdf5_error(err, "it cannot be closed")
                                                 : H5GRAD_OK;
}

enum h5grad_status hg_results_close(const struct field *field, struct results *results,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < field->n_results && !status; k++) {
        status = close_dataset(results, k, err);
        if (status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    return status;
}

enum h5grad_status hg_results_finish(const struct field *field, struct results *results,
                                     enum h5grad_status status, struct h5grad_error *err)
{
    for (unsigned k = 0; k < field->n_results; k++) {
        const bool complete = !status;
        if (complete && results->writer[k])
            status = hg_writer_finish(results->writer[k], err);
        hg_writer_close(results->writer[k]);
        const enum h5grad_status closed = close_dataset(results, k, status ? NULL : err);
        if (!status)
            status = closed;
        if (complete && status)
            hg_error_context(err, status, "%s", field->results[k].path);
    }
    for (unsigned k = 0; k < field->n_results; k++) {
        if (results->file[k] != results->kept->output)
            close_put(find_put(results, k));
    }
    if (results->kept->creator.file != results->kept->output)
        hg_creator_close(&results->kept->creator);
    return status;
}
