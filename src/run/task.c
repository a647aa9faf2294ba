/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"
#include "formats/formats.h"
#include "hdf5/names.h"
#include "libhdf5/reopen.h"
#include "trust/outside.h"

/* What a thread keeps resident for itself: its stack, what malloc has ready for it, decoders. */
#define THREAD_MEMORY ((uint64_t)256 << 10)

/* To open a dataset again takes longer than to differentiate one with chunks of so many bytes. */
#define SMALL_BYTES ((uint64_t)64 << 10)

static enum h5grad_status read_type(struct task *task, hid_t object, struct h5grad_error *err)
{
    hid_t type = H5Dget_type(object);
    if (type < 0)
        return hg_hdf5_error(err, "its datatype cannot be read");
    enum h5grad_status status = hg_type_open(type, &task->type, err);
    hg_close(type);
    return status;
}

/* What cannot be opened is lost, unless it is known to be no field. */
static enum field_fault judge_lost(struct task *task, const char *path)
{
    hid_t object = hg_open_object(task->file, path, NULL);
    bool known = object >= 0 &&
                 (H5Iget_type(object) != H5I_DATASET || read_type(task, object, NULL) != H5GRAD_OK);
    hg_close(object);
    return known ? FIELD_NONE : FIELD_LOST;
}

/* libhdf5 2 cannot tell the extent of a virtual dataset of which a source cannot be opened. */
static bool has_dataspace(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    hg_close(space);
    return space >= 0;
}

/* Whether all chunks together are so small that it does not matter who keeps them. */
static bool is_small(const struct task *task)
{
    const struct h5_storage *storage = &task->storage;
    uint64_t extent[GRID_MAX_RANK], bytes;
    for (unsigned i = 0; i < storage->rank; i++)
        extent[i] = size_ceil_div(storage->extent[i], storage->chunk[i]) * storage->chunk[i];
    return size_product(storage->rank, extent,
                        task->type.components * hg_element_size(task->type.stored), &bytes) &&
           bytes <= SMALL_BYTES;
}

/* Opens a dataset again without the cache that its chunks would take where they are decoded here.
 */
static enum h5grad_status drop_cache(struct task *task, struct h5grad_error *err)
{
    if (!hg_reader_decodes(&task->storage, &task->type, task->field->read_method) || is_small(task))
        return H5GRAD_OK;
    task->dataset = hg_reopen_uncached(task->dataset, err);
    return task->dataset < 0 ? hg_error_status(err) : H5GRAD_OK;
}

static enum h5grad_status open_described(struct task *task, struct field *field,
                                         struct h5grad_error *err)
{
    task->dataset = hg_names_open_variable(task->file, field->path, &field->stored_path, err);
    if (task->dataset < 0) {
        field->fault = judge_lost(task, field->path);
        return hg_error_status(err);
    }
    enum h5grad_status status = hg_storage_read(task->dataset, &task->storage, err);
    if (!status)
        return read_type(task, task->dataset, err);
    if (!has_dataspace(task->dataset))
        field->fault = judge_lost(task, field->path);
    return status;
}

/* Points that it does not have, unless that is allowed; and what is then to be said of them. */
static enum h5grad_status check_points(struct task *task, struct field *field,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = hg_check_whole(task->dataset, err);
    if (status)
        field->fault = FIELD_LOST;
    else
        field->missing = hg_missing_text(task->dataset);
    return status;
}

static enum h5grad_status take_shape(const struct task *task, struct field *field,
                                     struct h5grad_error *err)
{
    const unsigned rank = task->storage.rank;
    uint64_t bytes;
    if (!size_product(rank, task->storage.extent, 2 * sizeof(double), &bytes))
        return hg_error_set(err, H5GRAD_FAILED, "too large: its size in bytes overflows");
    field->rank = rank;
    field->components = task->type.components;
    field->stored = task->type.stored;
    field->result = task->type.result;
    field->extent = hg_memory_zeroed(rank, sizeof *field->extent);
    field->axis = hg_memory_zeroed(rank, sizeof *field->axis);
    field->order = hg_memory_zeroed(rank, sizeof *field->order);
    if (!field->extent || !field->axis || !field->order)
        return hg_error_memory(err, rank * sizeof *field->axis);
    memcpy(field->extent, task->storage.extent, rank * sizeof *field->extent);
    return H5GRAD_OK;
}

static enum h5grad_status describe(struct task *task, const struct h5_walk *walk, bool unpack,
                                   struct field *field, struct h5grad_error *err)
{
    enum h5grad_status status = open_described(task, field, err);
    if (!status)
        status = check_points(task, field, err);
    if (!status)
        status = take_shape(task, field, err);
    if (!status)
        status = hg_coords_read(task->file, walk, field->path, task->dataset, field->rank,
                                &field->coords, err);
    if (status || !unpack)
        return status;
    const struct values_place place = {task->file, walk, field->path, task->dataset};
    status = hg_values_read(&place, &task->type, &field->values, err);
    if (status == H5GRAD_FAILED)
        field->fault = FIELD_UNUSABLE;
    if (!status && field->values.packed)
        field->result = field->values.unpacked;
    return status;
}

static void begin(struct task *task, hid_t file, const struct field *field)
{
    memset(task, 0, sizeof *task);
    task->field = field;
    task->file = file;
    task->dataset = task->type.memory = task->type.file = -1;
}

enum h5grad_status hg_task_describe(struct task *task, hid_t file, const struct h5_walk *walk,
                                    const char *path, bool unpack, struct field *field,
                                    struct h5grad_error *err)
{
    struct h5_guard guard;
    begin(task, file, field);
    *field = (struct field){.path = path};
    hg_enter(&guard);
    enum h5grad_status status = describe(task, walk, unpack, field, err);
    hg_leave(&guard);
    if (status && field->fault == FIELD_SOUND)
        field->fault = FIELD_NONE;
    return status;
}

/* Another process may have changed the dataset since it was described. */
static bool is_as_described(const struct task *task)
{
    const struct field *field = task->field;
    return task->storage.rank == field->rank && task->type.components == field->components &&
           task->type.stored == field->stored &&
           memcmp(task->storage.extent, field->extent, field->rank * sizeof *field->extent) == 0;
}

enum h5grad_status hg_task_open(struct task *task, hid_t file, const struct field *field,
                                struct h5grad_error *err)
{
    struct h5_guard guard;
    begin(task, file, field);
    hg_enter(&guard);
    task->dataset = hg_open_dataset(file, field->stored_path, err);
    enum h5grad_status status = task->dataset < 0 ? hg_error_status(err) : H5GRAD_OK;
    if (!status)
        status = hg_storage_read(task->dataset, &task->storage, err);
    if (!status)
        status = read_type(task, task->dataset, err);
    if (!status)
        status = hg_check_whole(task->dataset, err);
    if (!status)
        status = drop_cache(task, err);
    if (!status && !is_as_described(task))
        status = hg_error_set(err, H5GRAD_FAILED, "its extent or type has changed");
    hg_leave(&guard);
    return status;
}

/* The arithmetic is in double where values or results are. Data that are packed have the type that
 * they are unpacked to. */
static void choose_arithmetic(struct task *task)
{
    const struct field *field = task->field;
    struct engine_source *source = &task->source;
    const struct values *values = &field->values;
    enum element unpacked = values->packed ? values->unpacked : task->type.result;
    source->storage = &task->storage;
    source->stored = values->applies ? values->stored : task->type.stored;
    source->swapped = task->type.swapped;
    source->unpack = values->applies ? &values->rule : NULL;
    source->value = hg_element_arithmetic(source->stored);
    enum element arithmetic = source->value;
    if (field->result == ELEMENT_F64 || unpacked == ELEMENT_F64)
        arithmetic = ELEMENT_F64;
    if (source->unpack)
        source->value = arithmetic;
    for (unsigned k = 0; k < field->n_axes; k++)
        task->output[k] = (struct engine_output){.element = field->result,
                                                 .storage = &task->result_storage,
                                                 .derivative = k,
                                                 .arithmetic = arithmetic};
}

static void choose_stencils(struct task *task, unsigned edge_order)
{
    const struct field *field = task->field;
    for (unsigned k = 0; k < field->n_axes; k++) {
        const struct field_axis *axis = &field->axis[field->order[k]];
        const struct coordinate *coordinate = axis->coordinate;
        struct engine_derivative *out = &task->derivative[k];
        out->axis = field->order[k];
        out->stencil.extent = field->extent[out->axis];
        const bool uneven = coordinate && !coordinate->scan.even;
        out->stencil.op = hg_operator_gradient(edge_order, uneven);
        out->stencil.step = coordinate                             ? coordinate->scan.step
                            : axis->spacing.kind == SPACING_NUMBER ? axis->spacing.number
                                                                   : 1;
        out->coordinates = uneven ? coordinate->array : NULL;
    }
}

static enum h5grad_status open_reader(struct task *task, const char *forced,
                                      struct h5grad_error *err)
{
    struct reader_source source = {
        .dataset = task->dataset,
        .storage = &task->storage,
        .type = &task->type,
        .verified = task->field->read_method != NULL,
    };
    hg_reader_close(task->source.reader);
    task->source.reader = hg_reader_open(&source, forced, err);
    return task->source.reader ? H5GRAD_OK : hg_error_status(err);
}

/* Buffers as small as a test wants them, as long as a plan can be made of that; else within the
 * cap. */
static enum h5grad_status plan_buffers(struct task *task, const struct run_options *options,
                                       struct h5grad_error *err)
{
    struct engine_job *job = &task->job;
    job->memory = options->buffers;
    job->thread_memory = 0;
    if (job->memory > 0 && hg_engine_plan(job, &task->plan, NULL) == H5GRAD_OK)
        return H5GRAD_OK;
    job->memory = hg_budget_buffers(options->memory);
    job->thread_memory = THREAD_MEMORY;
    return hg_engine_plan(job, &task->plan, err);
}

/* Where a chunk is too large to be held, libhdf5 reads parts of it, if it has no filters. */
static enum h5grad_status plan_tiles(struct task *task, const struct run_options *options,
                                     bool *too_large, struct h5grad_error *err)
{
    const char *known = task->field->read_method;
    enum h5grad_status status = open_reader(task, known ? known : options->io, err);
    if (status)
        return status;
    status = plan_buffers(task, options, err);
    if (!status)
        return H5GRAD_OK;
    if (task->storage.layout == H5_CHUNKED && task->storage.n_filters == 0) {
        status = open_reader(task, "library", err);
        if (status)
            return status;
        status = plan_buffers(task, options, err);
    }
    *too_large = status != H5GRAD_OK;
    return status;
}

enum h5grad_status hg_task_plan(struct task *task, const struct run_options *options,
                                bool *too_large, struct h5grad_error *err)
{
    const struct field *field = task->field;
    struct engine_job *job = &task->job;
    *too_large = false;
    task->io = options->io;
    choose_arithmetic(task);
    choose_stencils(task, options->edge_order);
    job->rank = field->rank;
    job->extent = field->extent;
    job->components = field->components;
    job->n_sources = 1;
    job->n_derivatives = job->n_outputs = field->n_axes;
    job->source = &task->source;
    job->derivative = task->derivative;
    job->output = task->output;
    job->threads = options->threads;
    job->ordered = !options->history || options->checkpoint;
    job->cache = options->cache;
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_layout_result(
        &options->format, &task->storage, field->components * hg_element_size(field->result),
        &task->result_storage, task->left_out, sizeof task->left_out, err);
    if (!status)
        status = plan_tiles(task, options, too_large, err);
    hg_leave(&guard);
    return status;
}

void hg_task_close(struct task *task)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_reader_close(task->source.reader);
    hg_type_close(&task->type);
    hg_close(task->dataset);
    hg_leave(&guard);
    begin(task, -1, NULL);
}
