/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/field.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "coords/names.h"
#include "hdf5/outside.h"
#include "hdf5/reopen.h"
#include "hdf5/walk.h"
#include "run/axes.h"
#include "run/results.h"

/* What a thread keeps resident for itself: its stack, what malloc has ready for it, decoders. */
#define THREAD_MEMORY ((uint64_t)256 << 10)

static enum h5grad_status describe_type(struct field *field, hid_t object, struct h5grad_error *err)
{
    hid_t type = H5Dget_type(object);
    if (type < 0)
        return h5_error(err, "its datatype cannot be read");
    enum h5grad_status status = h5_type_open(type, &field->type, err);
    h5_close(type);
    return status;
}

/* What cannot be opened is lost, unless it is known to be no field. */
static bool may_be_field(struct field *field)
{
    hid_t object = h5_open_object(field->file, field->path, NULL);
    bool known = object >= 0 && (H5Iget_type(object) != H5I_DATASET ||
                                 describe_type(field, object, NULL) != H5GRAD_OK);
    h5_close(object);
    return !known;
}

/* libhdf5 2 cannot tell the extent of a virtual dataset of which a source cannot be opened. */
static bool has_dataspace(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset);
    h5_close(space);
    return space >= 0;
}

/* Points that it does not have, unless that is allowed; and what is then to be said of them. */
static enum h5grad_status check_points(struct field *field, struct h5grad_error *err)
{
    enum h5grad_status status = h5_check_whole(field->dataset, err);
    field->lost = status != H5GRAD_OK;
    if (!status)
        field->missing = h5_missing_text(field->dataset);
    return status;
}

static enum h5grad_status describe(struct field *field, const struct h5_walk *walk, bool unpack,
                                   struct h5grad_error *err)
{
    field->dataset = coords_open_stored(field->file, field->path, &field->stored, err);
    if (field->dataset < 0) {
        field->lost = may_be_field(field);
        return error_status(err);
    }
    enum h5grad_status status = h5_storage_read(field->dataset, &field->storage, err);
    if (status)
        field->lost = !has_dataspace(field->dataset) && may_be_field(field);
    else
        status = describe_type(field, field->dataset, err);
    if (!status)
        status = check_points(field, err);
    if (!status && reader_decodes(&field->storage, &field->type, getenv("H5GRAD_IO")) &&
        (field->dataset = h5_reopen_uncached(field->dataset, err)) < 0)
        status = error_status(err);
    if (status)
        return status;
    uint64_t bytes;
    if (!size_product(field->storage.rank, field->storage.extent, 2 * sizeof(double), &bytes))
        return error_set(err, H5GRAD_FAILED, "too large: its size in bytes overflows");
    status = coords_read(field->file, walk, field->path, field->dataset, field->storage.rank,
                         &field->coords, err);
    if (status || !unpack)
        return status;
    status =
        values_read(field->file, field->path, field->dataset, &field->type, &field->values, err);
    field->unusable = status == H5GRAD_FAILED;
    return status;
}

enum h5grad_status field_open(hid_t file, const struct h5_walk *walk, const char *path, bool unpack,
                              struct field *field, struct h5grad_error *err)
{
    memset(field, 0, sizeof *field);
    field->path = path;
    field->file = file;
    field->dataset = field->type.memory = field->type.file = -1;
    struct h5_guard guard;
    h5_enter(&guard);
    enum h5grad_status status = describe(field, walk, unpack, err);
    h5_leave(&guard);
    return status;
}

/* --dtype raises the precision of the arithmetic, never lowers it. Data that are packed have the
 * type that they are unpacked to. */
static void choose_types(struct field *field, const struct run_options *options)
{
    struct engine_job *job = &field->job;
    const struct values *values = &field->values;
    enum element unpacked = values->packed ? values->unpacked : field->type.result;
    field->result = options->dtype_given ? options->dtype : unpacked;
    job->stored = values->applies ? values->stored : field->type.stored;
    job->swapped = field->type.swapped;
    job->components = field->type.components;
    job->unpack = values->applies ? &values->rule : NULL;
    job->arithmetic = element_arithmetic(job->stored);
    if (field->result == ELEMENT_F64 || unpacked == ELEMENT_F64)
        job->arithmetic = ELEMENT_F64;
    job->result = field->result;
}

static enum h5grad_status choose_storage(struct field *field, const struct run_options *options,
                                         bool tell, struct h5grad_error *err)
{
    char left_out[1200];
    struct h5_guard guard;
    h5_enter(&guard);
    enum h5grad_status status = format_result(
        &options->format, &field->storage, field->type.components * element_size(field->result),
        &field->result_storage, left_out, sizeof left_out, err);
    h5_leave(&guard);
    if (!status && *left_out && tell)
        run_message(options, H5GRAD_DETAIL, "%s: results are stored without its %s", field->path,
                    left_out);
    return status;
}

static enum h5grad_status open_reader(struct field *field, const char *forced,
                                      struct h5grad_error *err)
{
    struct reader_source source = {
        .dataset = field->dataset,
        .storage = &field->storage,
        .type = &field->type,
    };
    struct h5_guard guard;
    h5_enter(&guard);
    reader_close(field->reader);
    field->reader = reader_open(&source, forced, err);
    h5_leave(&guard);
    field->job.reader = field->reader;
    return field->reader ? H5GRAD_OK : error_status(err);
}

/* Buffers as small as a test wants them, as long as a plan can be made of that; else within the
 * cap.
 */
static enum h5grad_status plan_buffers(struct field *field, const struct run_options *options,
                                       struct h5grad_error *err)
{
    struct engine_job *job = &field->job;
    const struct h5_storage *source = &field->storage, *result = &field->result_storage;
    job->memory = options->buffers;
    job->thread_memory = 0;
    if (job->memory > 0 && engine_plan(job, source, result, &field->plan, NULL) == H5GRAD_OK)
        return H5GRAD_OK;
    job->memory = memory_buffers(options->memory);
    job->thread_memory = THREAD_MEMORY;
    return engine_plan(job, source, result, &field->plan, err);
}

/* Where a chunk is too large to be held, libhdf5 reads parts of it, if it has no filters. */
static enum h5grad_status plan_tiles(struct field *field, const struct run_options *options,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = open_reader(field, getenv("H5GRAD_IO"), err);
    if (status || !(status = plan_buffers(field, options, err)))
        return status;
    if (field->storage.layout == H5_CHUNKED && field->storage.n_filters == 0) {
        if ((status = open_reader(field, "library", err)))
            return status;
        status = plan_buffers(field, options, err);
    }
    field->too_large = status != H5GRAD_OK;
    return status;
}

static enum h5grad_status name_results(struct field *field, const struct run_options *options,
                                       struct h5grad_error *err)
{
    for (unsigned k = 0; k < field->n_axes; k++) {
        unsigned axis = field->engine_axis[k].axis;
        char **result = &field->axis[axis].result;
        const struct coords_convention *convention = field->coords.convention;
        if (!options->user.name && convention && convention->result_path)
            *result = convention->result_path(field->path, &field->coords, axis);
        else
            *result =
                results_path(options->user.name, field->path, axis, field->coords.axis[axis].name);
        if (!*result)
            return error_memory(err, strlen(field->path));
    }
    return H5GRAD_OK;
}

/* Sources that are not there may be why an axis is too short. */
static enum h5grad_status explain_extent(const struct field *field, enum h5grad_status status,
                                         struct h5grad_error *err)
{
    if (!field->missing || !err || status != H5GRAD_FAILED)
        return status;
    const struct h5grad_error reason = *err;
    return error_set(err, status, "%s; %s", reason.message, field->missing);
}

enum h5grad_status field_plan(struct field *field, const struct run_options *options,
                              struct coordinates *store, bool tell, struct h5grad_error *err)
{
    struct engine_job *job = &field->job;
    enum h5grad_status status = axes_resolve(field, options, store, tell, err);
    if (status)
        return explain_extent(field, status, err);
    if (field->missing && tell)
        run_message(options, H5GRAD_WARNING, "%s: %s", field->path, field->missing);
    choose_types(field, options);
    if ((status = choose_storage(field, options, tell, err)) ||
        (status = name_results(field, options, err)))
        return status;
    job->rank = field->storage.rank;
    job->extent = field->storage.extent;
    job->n_axes = field->n_axes;
    job->axes = field->engine_axis;
    job->threads = options->threads;
    job->ordered = options->user.no_history || options->user.checkpoint || options->user.resume;
    job->cache = options->cache;
    return plan_tiles(field, options, err);
}

void field_close(struct field *field)
{
    struct h5_guard guard;
    h5_enter(&guard);
    reader_close(field->reader);
    h5_type_close(&field->type);
    h5_close(field->dataset);
    h5_leave(&guard);
    coords_free(&field->coords);
    values_free(&field->values);
    free(field->missing);
    free(field->stored);
    for (unsigned i = 0; i < GRID_MAX_RANK; i++)
        free(field->axis[i].result);
    memset(field, 0, sizeof *field);
    field->dataset = field->type.memory = field->type.file = -1;
}

uint64_t field_result_bytes(const struct field *field)
{
    uint64_t bytes = field->type.components * element_size(field->result) * field->n_axes;
    for (unsigned i = 0; i < field->storage.rank; i++)
        bytes *= field->storage.extent[i];
    return bytes;
}
