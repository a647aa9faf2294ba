/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/array.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "engine/engine.h"

void h5grad_array_options_init(struct h5grad_array_options *options)
{
    memset(options, 0, sizeof *options);
    options->size = sizeof *options;
    options->edge_order = 1;
    options->components = 1;
}

struct array {
    struct h5grad_array_options user;
    unsigned rank;
    const uint64_t *extent;
    struct engine_axis axis[GRID_MAX_RANK];
    struct engine_job job;
    struct plan plan;
    struct h5grad_progress progress;
};

static enum h5grad_status complete(const struct h5grad_array_options *user, struct array *array,
                                   struct h5grad_error *err)
{
    h5grad_array_options_init(&array->user);
    if (user && user->size == 0)
        return hg_error_set(err, H5GRAD_USAGE,
                            "options: size is 0: initialise them with h5grad_array_options_init");
    if (user)
        memcpy(&array->user, user, size_min(user->size, sizeof array->user));
    if (array->user.edge_order != 1 && array->user.edge_order != 2)
        return hg_error_set(err, H5GRAD_USAGE, "edge order %d: must be 1 or 2",
                            array->user.edge_order);
    if (array->user.components < 1)
        return hg_error_set(err, H5GRAD_USAGE, "components %d: must be at least 1",
                            array->user.components);
    if (array->user.threads < 0)
        return hg_error_set(err, H5GRAD_USAGE, "threads %d: must be at least 1",
                            array->user.threads);
    return H5GRAD_OK;
}

static enum h5grad_status choose_axes(struct array *array, struct h5grad_error *err)
{
    const struct h5grad_array_options *user = &array->user;
    bool used[GRID_MAX_RANK] = {false};
    size_t n = user->dims ? user->n_dims : array->rank;
    if (n > array->rank)
        return hg_error_set(err, H5GRAD_USAGE, "%zu axes: the rank is %u", n, array->rank);
    if (n == 0)
        return hg_error_set(err, H5GRAD_USAGE, "no axis to differentiate");
    for (size_t k = 0; k < n; k++) {
        int64_t axis = user->dims ? user->dims[k] : (int64_t)k;
        if (axis < -(int64_t)array->rank || axis >= (int64_t)array->rank)
            return hg_error_set(err, H5GRAD_USAGE,
                                "axis %" PRId64 " is out of range: the rank is %u", axis,
                                array->rank);
        axis += axis < 0 ? (int64_t)array->rank : 0;
        if (used[axis])
            return hg_error_set(err, H5GRAD_USAGE, "axis %" PRId64 " is repeated", axis);
        used[axis] = true;
        array->axis[array->job.n_axes++].axis = (unsigned)axis;
    }
    return H5GRAD_OK;
}

static enum h5grad_status settle_axis(struct array *array, unsigned k, struct h5grad_error *err)
{
    struct engine_axis *axis = &array->axis[k];
    const double *x = array->user.coordinates ? array->user.coordinates[k] : NULL;
    struct stencil_axis *stencil = &axis->stencil;
    stencil->extent = array->extent[axis->axis];
    const unsigned edge_order = (unsigned)array->user.edge_order;
    enum h5grad_status status = hg_stencil_check_extent(stencil->extent, edge_order, err);
    if (status)
        return status;
    stencil->op = hg_operator_gradient(edge_order, false);
    stencil->step = array->user.spacing ? array->user.spacing[k] : 1;
    if (!x)
        return hg_stencil_check_step(stencil->step, err);
    struct stencil_scan scan;
    hg_stencil_scan_start(&scan);
    if ((status = hg_stencil_scan_next(&scan, x, stencil->extent, err)))
        return status;
    stencil->op = hg_operator_gradient(edge_order, !scan.even);
    stencil->step = scan.step;
    if (!scan.even && !(axis->coordinates = hg_line_open_memory(x, stencil->extent, err)))
        return hg_error_status(err);
    return H5GRAD_OK;
}

static enum h5grad_status open_ends(struct array *array, enum element element, const void *data,
                                    void *const *results, struct h5grad_error *err)
{
    unsigned components = (unsigned)array->user.components;
    array->job.reader =
        hg_reader_open_memory(data, element, components, array->rank, array->extent, err);
    if (!array->job.reader)
        return hg_error_status(err);
    for (unsigned k = 0; k < array->job.n_axes; k++) {
        array->axis[k].writer = hg_writer_open_memory(
            results[k], components * hg_element_size(element), array->rank, array->extent, err);
        if (!array->axis[k].writer)
            return hg_error_status(err);
    }
    return H5GRAD_OK;
}

static void close_ends(struct array *array)
{
    for (unsigned k = 0; k < array->job.n_axes; k++) {
        hg_writer_close(array->axis[k].writer);
        hg_line_close(array->axis[k].coordinates);
    }
    hg_reader_close(array->job.reader);
}

static void on_progress(void *user, uint64_t bytes)
{
    struct array *array = user;
    array->progress.bytes_done += bytes;
    if (array->user.progress)
        array->user.progress(array->user.user, &array->progress);
}

static int on_cancelled(void *user)
{
    const struct array *array = user;
    return array->user.cancelled && array->user.cancelled(array->user.user);
}

static enum h5grad_status differentiate(struct array *array, enum element element, const void *data,
                                        void *const *results, struct h5grad_error *err)
{
    struct engine_job *job = &array->job;
    job->rank = array->rank;
    job->extent = array->extent;
    job->components = (unsigned)array->user.components;
    job->stored = job->arithmetic = job->result = element;
    job->axes = array->axis;
    job->threads =
        array->user.threads ? (unsigned)array->user.threads : hg_engine_default_threads();
    job->cache.l2 = hg_cache_l2();
    job->memory = UINT64_MAX / 4;
    job->progress = on_progress;
    job->cancelled = on_cancelled;
    job->user = array;
    array->progress.field = "";
    if (!size_product(array->rank, array->extent,
                      job->components * hg_element_size(element) * job->n_axes,
                      &array->progress.bytes_total))
        return hg_error_set(err, H5GRAD_USAGE, "the size of the array overflows");
    enum h5grad_status status = open_ends(array, element, data, results, err);
    if (!status)
        status = hg_engine_plan(job, NULL, NULL, &array->plan, err);
    return status ? status : hg_engine_run(job, &array->plan, err);
}

enum h5grad_status hg_run_array(enum h5grad_type type, unsigned rank, const uint64_t *extent,
                                const void *data, void *const *results,
                                const struct h5grad_array_options *options,
                                struct h5grad_error *err)
{
    struct array array = {.rank = rank, .extent = extent};
    if (type != H5GRAD_FLOAT && type != H5GRAD_DOUBLE)
        return hg_error_set(err, H5GRAD_USAGE, "type %d: neither float nor double", (int)type);
    if (rank < 1 || rank > GRID_MAX_RANK)
        return hg_error_set(err, H5GRAD_USAGE, "rank %u: must be 1 to %d", rank, GRID_MAX_RANK);
    enum h5grad_status status = complete(options, &array, err);
    if (!status)
        status = choose_axes(&array, err);
    for (unsigned k = 0; k < array.job.n_axes && !status; k++) {
        if ((status = settle_axis(&array, k, err)))
            hg_error_context(err, status, "axis %u", array.axis[k].axis);
    }
    if (!status)
        status = differentiate(&array, type == H5GRAD_FLOAT ? ELEMENT_F32 : ELEMENT_F64, data,
                               results, err);
    close_ends(&array);
    return status;
}
