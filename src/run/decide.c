/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "formats/convention.h"
#include "run/axes.h"
#include "run/result_names.h"

/* What a thread keeps resident for itself: its stack, what malloc has ready for it, decoders. */
#define THREAD_MEMORY ((uint64_t)256 << 10)

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
    job->arithmetic = hg_element_arithmetic(job->stored);
    if (field->result == ELEMENT_F64 || unpacked == ELEMENT_F64)
        job->arithmetic = ELEMENT_F64;
    job->result = field->result;
}

static enum h5grad_status choose_storage(struct field *field, const struct run_options *options,
                                         bool tell, struct h5grad_error *err)
{
    char left_out[1200];
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = hg_format_result(
        &options->format, &field->storage, field->type.components * hg_element_size(field->result),
        &field->result_storage, left_out, sizeof left_out, err);
    hg_leave(&guard);
    if (!status && *left_out && tell)
        hg_run_message(options->messages, H5GRAD_DETAIL, "%s: results are stored without its %s",
                       field->path, left_out);
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
    hg_enter(&guard);
    hg_reader_close(field->reader);
    field->reader = hg_reader_open(&source, forced, err);
    hg_leave(&guard);
    field->job.reader = field->reader;
    return field->reader ? H5GRAD_OK : hg_error_status(err);
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
    if (job->memory > 0 && hg_engine_plan(job, source, result, &field->plan, NULL) == H5GRAD_OK)
        return H5GRAD_OK;
    job->memory = hg_budget_buffers(options->memory);
    job->thread_memory = THREAD_MEMORY;
    return hg_engine_plan(job, source, result, &field->plan, err);
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
            *result = hg_results_path(options->user.name, field->path, axis,
                                      field->coords.axis[axis].name);
        if (!*result)
            return hg_error_memory(err, strlen(field->path));
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
    return hg_error_set(err, status, "%s; %s", reason.message, field->missing);
}

enum h5grad_status hg_field_plan(struct field *field, const struct run_options *options,
                                 struct coordinates *store, bool tell, struct h5grad_error *err)
{
    struct engine_job *job = &field->job;
    enum h5grad_status status = hg_axes_resolve(field, options, store, tell, err);
    if (status)
        return explain_extent(field, status, err);
    if (field->missing && tell)
        hg_run_message(options->messages, H5GRAD_WARNING, "%s: %s", field->path, field->missing);
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
