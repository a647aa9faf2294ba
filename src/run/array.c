/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/array.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/size.h"
#include "engine/engine.h"
#include "run/options.h"

#define MOST_RESULTS (2 * GRID_MAX_RANK + 2)

#define GRADIENT  (1u << H5GRAD_RESULT_GRADIENT)
#define SECOND    (1u << H5GRAD_RESULT_SECOND)
#define LAPLACIAN (1u << H5GRAD_RESULT_LAPLACIAN)
#define MAGNITUDE (1u << H5GRAD_RESULT_MAGNITUDE)

/* The job has the caller's axes in the order of descending strides of data. */
struct array {
    struct h5grad_array_options user;
    unsigned rank;
    const uint64_t *caller_extent;
    uint64_t extent[GRID_MAX_RANK]; /* of the job */
    enum element stored;            /* of data */
    enum element arithmetic;        /* of even axes */
    enum element result;
    unsigned caller_axis[GRID_MAX_RANK]; /* by axis of the job */
    unsigned job_axis[GRID_MAX_RANK];    /* by axis of the caller */
    unsigned n_dims, dim[GRID_MAX_RANK]; /* the caller's differentiated axes */
    struct engine_source source;
    struct engine_derivative *derivative; /* at most two along each dim */
    unsigned number[2][GRID_MAX_RANK];    /* of the first and the second one along each dim */
    struct combination combination[2];
    unsigned combined[2][GRID_MAX_RANK]; /* the inputs of combinations */
    struct engine_output output[MOST_RESULTS];
    struct writer *writer[MOST_RESULTS];
    struct engine_job job;
    struct plan plan;
    struct h5grad_progress progress;
};

static enum h5grad_status check_numbers(struct array *array, struct h5grad_error *err)
{
    struct h5grad_array_options *user = &array->user;
    user->edge_order += user->edge_order == 0;
    user->components += user->components == 0;
    if (user->edge_order != 1 && user->edge_order != 2)
        return hg_error_set(err, H5GRAD_USAGE, "edge order %d: must be 1 or 2", user->edge_order);
    if (user->components < 1)
        return hg_error_set(err, H5GRAD_USAGE, "components %d: must be at least 1",
                            user->components);
    if (user->threads < 0)
        return hg_error_set(err, H5GRAD_USAGE, "threads %d: must be at least 1", user->threads);
    if ((unsigned)user->missing > H5GRAD_MISSING_EDGE)
        return hg_error_set(err, H5GRAD_USAGE, "missing %d: neither nan, strict nor edge",
                            (int)user->missing);
    if (user->computes & ~(GRADIENT | SECOND | LAPLACIAN | MAGNITUDE))
        return hg_error_set(err, H5GRAD_USAGE,
                            "computes %#x: only gradient, second, laplacian and magnitude are "
                            "of an array",
                            user->computes);
    user->computes = user->computes ? user->computes : GRADIENT;
    return H5GRAD_OK;
}

static void choose_types(struct array *array)
{
    const bool wide = array->user.double_results != 0;
    array->arithmetic = wide ? ELEMENT_F64 : hg_element_arithmetic(array->stored);
    array->result = wide ? ELEMENT_F64 : hg_element_result(array->stored);
}

static uint64_t stride_bytes(int64_t stride)
{
    return stride < 0 ? -(uint64_t)stride : (uint64_t)stride;
}

/* Returns the step by which axes are sorted; axes of one point or stride 0 come first. */
static uint64_t step_size(const struct array *array, const int64_t *stride, unsigned axis)
{
    if (!stride[axis] || array->caller_extent[axis] <= 1)
        return UINT64_MAX;
    return stride_bytes(stride[axis]);
}

/* Sets order to the caller's axes by descending stride; equal ones keep their order. */
static void sort_axes(const struct array *array, const int64_t *stride, unsigned *order)
{
    for (unsigned i = 0; i < array->rank; i++) {
        uint64_t step = step_size(array, stride, i);
        unsigned k = i;
        for (; k > 0 && step_size(array, stride, order[k - 1]) < step; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

static void order_axes(struct array *array)
{
    for (unsigned i = 0; i < array->rank; i++)
        array->caller_axis[i] = i;
    if (array->user.strides)
        sort_axes(array, array->user.strides, array->caller_axis);
    for (unsigned i = 0; i < array->rank; i++) {
        array->job_axis[array->caller_axis[i]] = i;
        array->extent[i] = array->caller_extent[array->caller_axis[i]];
    }
}

/* Sets ordered to strides in the order of the job's axes. stride NULL: a dense array of points of
 * point bytes. */
static void order_strides(const struct array *array, size_t point, const int64_t *stride,
                          int64_t *ordered)
{
    int64_t dense[GRID_MAX_RANK];
    if (!stride)
        hg_box_byte_strides(array->rank, point, array->caller_extent, dense);
    for (unsigned i = 0; i < array->rank; i++)
        ordered[i] = (stride ? stride : dense)[array->caller_axis[i]];
}

static enum h5grad_status check_strides(const struct array *array, enum element element,
                                        const int64_t *stride, struct h5grad_error *err)
{
    const uint64_t *extent = array->caller_extent;
    const int64_t scalar = (int64_t)hg_element_size(element);
    uint64_t span = 0, reach;
    for (unsigned i = 0; i < array->rank && stride; i++) {
        if (stride[i] % scalar != 0)
            return hg_error_set(err, H5GRAD_USAGE,
                                "stride %" PRId64 " of axis %u: not a multiple of %" PRId64
                                " bytes, the size of a value",
                                stride[i], i, scalar);
        reach = stride_bytes(stride[i]);
        if (extent[i] > 1 && (!size_mul(reach, extent[i] - 1, &reach) ||
                              !size_add(span, reach, &span) || span > INT64_MAX))
            return hg_error_set(err, H5GRAD_USAGE, "stride %" PRId64 " of axis %u: too large",
                                stride[i], i);
    }
    return H5GRAD_OK;
}

/* Checks that no two points of a result overlap, by the rule in h5grad.h. The strides are valid. */
static enum h5grad_status check_apart(const struct array *array, size_t point,
                                      const int64_t *stride, struct h5grad_error *err)
{
    const uint64_t *extent = array->caller_extent;
    unsigned order[GRID_MAX_RANK];
    uint64_t span = point;
    sort_axes(array, stride, order);
    for (unsigned i = array->rank; i-- > 0;) {
        unsigned axis = order[i];
        if (extent[axis] <= 1)
            continue;
        uint64_t step = stride[axis] ? step_size(array, stride, axis) : 0;
        if (step < span)
            return hg_error_set(err, H5GRAD_USAGE, "stride %" PRId64 " of axis %u: points overlap",
                                stride[axis], axis);
        span += step * (extent[axis] - 1);
    }
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
        array->dim[array->n_dims++] = (unsigned)axis;
    }
    array->derivative = hg_memory_zeroed(2 * n, sizeof *array->derivative);
    if (!array->derivative)
        return hg_error_memory(err, 2 * n * sizeof *array->derivative);
    return H5GRAD_OK;
}

/* Sets the operator of differentiated axis k by the options. */
static enum h5grad_status take_operator(const struct array *array, unsigned k,
                                        struct stencil_operator *op, struct h5grad_error *err)
{
    const struct h5grad_array_options *user = &array->user;
    const int accuracy = user->accuracy && user->accuracy[k] ? user->accuracy[k] : 2;
    if (accuracy < 0 || !operator_has_accuracy((uint64_t)accuracy))
        return hg_error_set(err, H5GRAD_USAGE, "accuracy %d: must be " OPERATOR_ACCURACIES,
                            accuracy);
    *op = (struct stencil_operator){.derivative = 1,
                                    .accuracy = (unsigned)accuracy,
                                    .edge_order = (unsigned)user->edge_order,
                                    .period = user->period ? user->period[k] : 0,
                                    .missing = (enum missing)user->missing};
    for (unsigned side = 0; side < 2 && user->boundary; side++) {
        const unsigned boundary = user->boundary[2 * k + side];
        if (boundary > H5GRAD_BOUNDARY_REFLECT)
            return hg_error_set(err, H5GRAD_USAGE, "boundary %d: not an enum h5grad_boundary",
                                (int)boundary);
        op->boundary[side] = (enum boundary)boundary;
        if (boundary == H5GRAD_BOUNDARY_VALUE && user->boundary_value)
            op->value[side] = user->boundary_value[2 * k + side];
    }
    return hg_stencil_check_operator(op, err);
}

/* Adds the derivative of an operator along differentiated axis k to the job. */
static enum h5grad_status add_derivative(struct array *array, unsigned k,
                                         const struct stencil_operator *op,
                                         struct h5grad_error *err)
{
    struct engine_derivative *axis = &array->derivative[array->job.n_derivatives];
    const double *x = array->user.coordinates ? array->user.coordinates[k] : NULL;
    struct stencil_axis *stencil = &axis->stencil;
    axis->axis = array->job_axis[array->dim[k]];
    array->number[op->derivative - 1][k] = array->job.n_derivatives++;
    if (!x)
        return hg_stencil_make_even(op, array->extent[axis->axis],
                                    array->user.spacing ? array->user.spacing[k] : 1, stencil, err);
    enum h5grad_status status = hg_stencil_check_extent(op, array->extent[axis->axis], err);
    if (status)
        return status;
    struct stencil_scan scan;
    hg_stencil_scan_start(&scan);
    if ((status = hg_stencil_scan_next(&scan, x, array->extent[axis->axis], err)))
        return status;
    const double *const ends[2] = {x, x + scan.seen - STENCIL_ENDS(scan.seen)};
    if ((status = hg_stencil_make(op, &scan, ends, stencil, err)))
        return status;
    if (!stencil->even &&
        !(axis->coordinates = hg_coord_array_open_memory(x, stencil->extent, err)))
        return hg_error_status(err);
    return H5GRAD_OK;
}

static enum h5grad_status settle_axis(struct array *array, unsigned k, struct h5grad_error *err)
{
    const unsigned computes = array->user.computes;
    struct stencil_operator op;
    enum h5grad_status status = take_operator(array, k, &op, err);
    if (!status && computes & (GRADIENT | MAGNITUDE))
        status = add_derivative(array, k, &op, err);
    op.derivative = 2;
    if (!status && computes & (SECOND | LAPLACIAN))
        status = add_derivative(array, k, &op, err);
    return status;
}

/* Adds a combination of the derivatives of that order along all axes, in the caller's order. */
static void add_combination(struct array *array, unsigned order)
{
    struct combination *combination = &array->combination[order - 1];
    unsigned *inputs = array->combined[order - 1], n = 0;
    for (unsigned axis = 0; axis < array->rank; axis++) {
        for (unsigned k = 0; k < array->n_dims; k++) {
            if (array->dim[k] == axis)
                inputs[n++] = array->number[order - 1][k];
        }
    }
    *combination = hg_combination_make(order == 2 ? COMBINATION_SUM : COMBINATION_MAGNITUDE, n,
                                       array->job.components);
    array->output[array->job.n_outputs++] = (struct engine_output){
        .element = array->result, .combination = combination, .inputs = inputs};
}

/* Adds the outputs in order. */
static void choose_outputs(struct array *array)
{
    for (unsigned order = 1; order <= 2; order++) {
        for (unsigned k = 0;
             k < array->n_dims && array->user.computes & (order == 1 ? GRADIENT : SECOND); k++)
            array->output[array->job.n_outputs++] =
                (struct engine_output){.element = array->result,
                                       .derivative = array->number[order - 1][k],
                                       .arithmetic = array->arithmetic};
    }
    if (array->user.computes & LAPLACIAN)
        add_combination(array, 2);
    if (array->user.computes & MAGNITUDE)
        add_combination(array, 1);
}

static enum h5grad_status open_result(struct array *array, unsigned k, void *result,
                                      struct h5grad_error *err)
{
    const int64_t *const *strides = array->user.result_strides;
    const int64_t *stride = strides ? strides[k] : NULL;
    const size_t point = job_result_size(&array->job, &array->output[k]);
    int64_t ordered[GRID_MAX_RANK];
    enum h5grad_status status = check_strides(array, array->result, stride, err);
    if (!status && stride)
        status = check_apart(array, point, stride, err);
    if (status)
        return hg_error_context(err, status, "result %u", k);
    order_strides(array, point, stride, ordered);
    array->writer[k] =
        hg_writer_open_memory(result, point, array->rank, array->extent, ordered, err);
    return array->writer[k] ? H5GRAD_OK : hg_error_status(err);
}

static enum h5grad_status open_ends(struct array *array, const void *data, void *const *results,
                                    struct h5grad_error *err)
{
    int64_t ordered[GRID_MAX_RANK];
    order_strides(array, array->job.components * hg_element_size(array->stored),
                  array->user.strides, ordered);
    array->source.reader = hg_reader_open_memory(data, array->stored, array->job.components,
                                                 array->rank, array->extent, ordered, err);
    if (!array->source.reader)
        return hg_error_status(err);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < array->job.n_outputs && !status; k++)
        status = open_result(array, k, results[k], err);
    if (status)
        return status;
    const struct sink_request request = {.n = array->job.n_outputs, .writer = array->writer};
    array->job.sink = hg_sink_open(&request, err);
    return array->job.sink ? H5GRAD_OK : hg_error_status(err);
}

static void close_ends(struct array *array)
{
    hg_sink_close(array->job.sink);
    for (unsigned k = 0; k < array->job.n_outputs; k++)
        hg_writer_close(array->writer[k]);
    for (unsigned k = 0; k < array->job.n_derivatives; k++)
        hg_coord_array_close(array->derivative[k].coordinates);
    free(array->derivative);
    hg_reader_close(array->source.reader);
}

static void on_progress(void *user, uint64_t bytes)
{
    struct array *array = user;
    array->progress.bytes_done += bytes;
    array->progress.work_done = array->progress.bytes_done;
    if (array->user.progress)
        array->user.progress(array->user.user, &array->progress);
}

static int on_cancelled(void *user)
{
    const struct array *array = user;
    return cancel_is_asked(array->user.cancelled, array->user.user);
}

static enum h5grad_status differentiate(struct array *array, const void *data, void *const *results,
                                        struct h5grad_error *err)
{
    struct engine_job *job = &array->job;
    size_t point = 0;
    for (unsigned k = 0; k < job->n_outputs; k++)
        point += job_result_size(job, &array->output[k]);
    job->rank = array->rank;
    job->extent = array->extent;
    job->n_sources = 1;
    job->source = &array->source;
    job->derivative = array->derivative;
    job->output = array->output;
    array->source.stored = array->stored;
    array->source.value = hg_element_arithmetic(array->stored);
    job->threads =
        array->user.threads ? (unsigned)array->user.threads : hg_engine_default_threads();
    job->cache.l2 = hg_cache_l2();
    job->memory = UINT64_MAX / 4;
    job->progress = on_progress;
    job->cancelled = on_cancelled;
    job->user = array;
    array->progress.field = "";
    if (!size_product(array->rank, array->extent, point, &array->progress.bytes_total))
        return hg_error_set(err, H5GRAD_USAGE, "the size of the array overflows");
    array->progress.work_total = array->progress.bytes_total;
    enum h5grad_status status = open_ends(array, data, results, err);
    if (!status)
        status = hg_engine_plan(job, &array->plan, err);
    return status ? status : hg_engine_run(job, &array->plan, err);
}

/* Does everything, except what the caller frees and closes. */
static enum h5grad_status do_array(struct array *array, const void *data, void *const *results,
                                   struct h5grad_error *err)
{
    const bool edge_order_given = array->user.edge_order != 0;
    bool holds = false;
    enum h5grad_status status = check_numbers(array, err);
    if (!status)
        status = check_strides(array, array->stored, array->user.strides, err);
    if (status)
        return status;
    choose_types(array);
    array->job.components = (unsigned)array->user.components;
    order_axes(array);
    status = choose_axes(array, err);
    for (unsigned k = 0; k < array->n_dims && !status; k++) {
        status = settle_axis(array, k, err);
        if (status)
            return hg_error_context(err, status, "axis %u", array->dim[k]);
        holds = holds || array->derivative[array->job.n_derivatives - 1].stencil.op.accuracy == 2;
    }
    if (!status && edge_order_given && !holds)
        status = hg_error_set(err, H5GRAD_USAGE, "edge order holds for accuracy 2");
    if (status)
        return status;
    choose_outputs(array);
    return differentiate(array, data, results, err);
}

static const enum element elements[] = {
    [H5GRAD_FLOAT] = ELEMENT_F32,     [H5GRAD_DOUBLE] = ELEMENT_F64, [H5GRAD_FLOAT16] = ELEMENT_F16,
    [H5GRAD_BFLOAT16] = ELEMENT_BF16, [H5GRAD_INT8] = ELEMENT_I8,    [H5GRAD_UINT8] = ELEMENT_U8,
    [H5GRAD_INT16] = ELEMENT_I16,     [H5GRAD_UINT16] = ELEMENT_U16, [H5GRAD_INT32] = ELEMENT_I32,
    [H5GRAD_UINT32] = ELEMENT_U32,    [H5GRAD_INT64] = ELEMENT_I64,  [H5GRAD_UINT64] = ELEMENT_U64,
};

enum h5grad_status hg_run_array(enum h5grad_type type, unsigned rank, const uint64_t *extent,
                                const void *data, void *const *results,
                                const struct h5grad_array_options *options,
                                struct h5grad_error *err)
{
    if ((unsigned)type >= sizeof elements / sizeof *elements)
        return hg_error_set(err, H5GRAD_USAGE, "type %d: not an enum h5grad_type", (int)type);
    if (rank < 1 || rank > GRID_MAX_RANK)
        return hg_error_set(err, H5GRAD_USAGE, "rank %u: must be 1 to %d", rank, GRID_MAX_RANK);
    struct array array = {.rank = rank, .caller_extent = extent};
    array.stored = elements[type];
    enum h5grad_status status = hg_run_options_take(options, &array.user, sizeof array.user, err);
    if (!status)
        status = do_array(&array, data, results, err);
    close_ends(&array);
    return status;
}
