/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/derive.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/size.h"
#include "stencil/convert.h"

static enum h5grad_status find_weights(struct worker *worker, unsigned k, const struct tile *tile,
                                       struct h5grad_error *err)
{
    const struct engine_derivative *of = &worker->job->derivative[k];
    struct axis_weights *weights = &worker->weights[k];
    uint64_t first = tile->core.start[of->axis], count = tile->core.count[of->axis];
    if (weights->valid && weights->first == first && weights->count == count)
        return H5GRAD_OK;
    weights->valid = false;
    const int64_t halo = tile->halo.start[of->axis];
    const uint64_t low = halo < 0 ? 0 : (uint64_t)halo;
    const uint64_t end =
        size_min((uint64_t)(halo + (int64_t)tile->halo.count[of->axis]), of->stencil.extent);
    enum h5grad_status status =
        hg_coord_array_read(of->coordinates, low, end - low, weights->x, err);
    if (status)
        return hg_error_context(err, status, "coordinates of axis %u", of->axis);
    weights->before = first - low;
    hg_operator_weigh(&of->stencil, first, count, weights->x + weights->before, weights->weight);
    weights->first = first;
    weights->count = count;
    weights->valid = true;
    return H5GRAD_OK;
}

static enum h5grad_status find_all_weights(struct worker *worker, const struct tile *tile,
                                           struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < job->n_derivatives && !status; k++) {
        if (!job->derivative[k].stencil.even && hg_worker_weights(job, k) == k)
            status = find_weights(worker, k, tile, err);
    }
    return status;
}

/* Describes derivative k in a box of the tile's core, with results in a dense array of extents out.
 * Returns the address of the value at the box's first point. */
static const void *describe(const struct worker *worker, unsigned k, const struct tile *tile,
                            const struct box *box, const uint64_t *out, struct stencil_block *block)
{
    const struct engine_job *job = worker->job;
    const struct engine_derivative *of = &job->derivative[k];
    const struct reader_view *view = &worker->source[of->source].view;
    const uint64_t first = box->start[of->axis];
    uint64_t stride[GRID_MAX_RANK];
    ptrdiff_t offset = 0;
    block->rank = job->rank;
    block->axis = of->axis;
    block->stencil = &of->stencil;
    hg_box_strides(job->rank, out, stride);
    for (unsigned i = 0; i < job->rank; i++) {
        block->count[i] = box->count[i];
        block->in_stride[i] = view->stride[i];
        block->out_stride[i] = (ptrdiff_t)(stride[i] * job->components);
        offset += ((ptrdiff_t)box->start[i] - (ptrdiff_t)tile->halo.start[i]) * view->stride[i];
    }
    if (job->components > 1) {
        block->count[block->rank] = job->components;
        block->in_stride[block->rank] = block->out_stride[block->rank] = 1;
        block->rank++;
    }
    block->before = first;
    block->after = of->stencil.extent - first - box->count[of->axis];
    block->complex_ = job->components == 2;
    block->whole = job_has_views(job) || tile->core.count[of->axis] == of->stencil.extent;
    if (!of->stencil.even) {
        const struct axis_weights *weights = &worker->weights[hg_worker_weights(job, k)];
        block->weight = weights->weight + (first - weights->first);
        block->weight_tap = (ptrdiff_t)weights->count;
        block->x = weights->x + weights->before + (first - weights->first);
    }
    return (const char *)view->data +
           offset * (ptrdiff_t)hg_element_size(job->source[of->source].value);
}

/* Makes the results of the tile in place by non-temporal stores; false, with nothing done, if they
 * are not all derivatives of one source and type, or have no place in memory. */
static bool derive_in_place(struct worker *worker, const struct tile *tile)
{
    const struct engine_job *job = worker->job;
    const enum element element = job->output[0].element;
    void *place[GRID_MAX_RANK];
    const void *in = NULL;
    for (unsigned o = 0; o < job->n_outputs; o++) {
        const struct engine_output *output = &job->output[o];
        const unsigned source = job->derivative[output->derivative].source;
        if (o == GRID_MAX_RANK || output->combination || output->element != element ||
            output->arithmetic != element || job->source[source].value != element ||
            source != job->derivative[job->output[0].derivative].source ||
            !(place[o] = hg_sink_place(job->sink, o, tile->core.start)))
            return false;
        in =
            describe(worker, output->derivative, tile, &tile->core, job->extent, &worker->block[o]);
    }
    return hg_stencil_stream(element, job->n_outputs, worker->block, in, place);
}

/* Makes the results of an output that is a derivative. Those of type float16 are rounded once, from
 * the type of the arithmetic. */
static void make_derivative(const struct worker *worker, unsigned o, const struct tile *tile)
{
    const struct engine_job *job = worker->job;
    const struct engine_output *output = &job->output[o];
    const struct engine_derivative *of = &job->derivative[output->derivative];
    const enum element arithmetic = of->stencil.even ? output->arithmetic : ELEMENT_F64;
    const bool half = output->element == ELEMENT_F16;
    const enum element result = half ? arithmetic : output->element;
    struct stencil_block block;
    const void *in =
        describe(worker, output->derivative, tile, &tile->core, tile->core.count, &block);
    hg_stencil_apply(hg_stencil_find(job->source[of->source].value, arithmetic, result), &block, in,
                     half ? worker->wide : worker->core);
    if (half)
        hg_convert_to_half(result, worker->wide, worker->core,
                           hg_box_points(job->rank, &tile->core) * job->components);
}

/* Calls apply for each run of scalars of a dense box that have the same factor. */
static void for_factors(const struct engine_job *job, const struct engine_factors *factors,
                        const struct box *box, double *values,
                        void (*apply)(double *values, size_t n, double factor))
{
    uint64_t outer = 1, inner = job->components;
    for (unsigned i = 0; i < job->rank; i++) {
        outer *= i < factors->axis ? box->count[i] : 1;
        inner *= i > factors->axis ? box->count[i] : 1;
    }
    for (uint64_t o = 0; o < outer; o++) {
        for (uint64_t i = 0; i < box->count[factors->axis]; i++, values += inner)
            apply(values, inner, factors->value[box->start[factors->axis] + i]);
    }
}

static void divide(double *values, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++)
        values[i] /= factor;
}

static void fill(double *values, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++)
        values[i] = factor;
}

/* Makes the results of a combination in a piece, which has first points of the core before it. */
static void combine(const struct worker *worker, const struct engine_output *output, void *result,
                    uint64_t first, const struct box *piece)
{
    const struct combination *combination = output->combination;
    const double *values[COMBINATION_MOST_INPUTS + 1];
    const uint64_t n = hg_box_points(worker->job->rank, piece);
    char *out = (char *)result + first * job_result_size(worker->job, output);
    void *wide = output->element == ELEMENT_F64 ? (void *)out : worker->combined;
    for (unsigned i = 0; i < combination->inputs; i++)
        values[i] = worker->piece[output->inputs[i]];
    values[combination->inputs] = worker->factor;
    if (output->factor)
        for_factors(worker->job, output->factor, piece, worker->factor, fill);
    combination->combine(combination, values, wide, n);
    if (output->element == ELEMENT_F16)
        hg_convert_to_half(ELEMENT_F64, wide, out, n * combination->results);
    else if (output->element == ELEMENT_F32)
        hg_convert_decode(ELEMENT_F64, false, ELEMENT_F32, wide, out, n * combination->results);
}

/* Copies the values of a block, with their offset, to a dense array. */
static void take_values(const struct stencil_block *block, enum element value, double addend,
                        const void *in, double *out)
{
    const unsigned last = block->rank - 1;
    struct box box = {.start = {0}};
    uint64_t at[GRID_MAX_RANK] = {0};
    memcpy(box.count, block->count, last * sizeof *box.count);
    do {
        ptrdiff_t offset = 0;
        for (unsigned i = 0; i < last; i++)
            offset += (ptrdiff_t)at[i] * block->in_stride[i];
        hg_convert_decode(value, false, ELEMENT_F64,
                          (const char *)in + offset * (ptrdiff_t)hg_element_size(value), out,
                          block->count[last]);
        for (uint64_t i = 0; i < block->count[last] && addend != 0; i++)
            out[i] += addend;
        out += block->count[last];
    } while (hg_box_next(last, &box, at));
}

/* Makes a derivative that is combined, in a piece. */
static void derive_piece(const struct worker *worker, unsigned k, const struct tile *tile,
                         const struct box *piece)
{
    const struct engine_job *job = worker->job;
    const struct engine_derivative *of = &job->derivative[k];
    const enum element value = job->source[of->source].value;
    const unsigned order = of->stencil.op.derivative;
    struct stencil_block block;
    const void *in = describe(worker, k, tile, piece, piece->count, &block);
    if (order == 0)
        take_values(&block, value, of->offset, in, worker->piece[k]);
    else
        hg_stencil_apply(hg_stencil_find(value, ELEMENT_F64, ELEMENT_F64), &block, in,
                         worker->piece[k]);
    for (unsigned i = 0; i < order && of->divisor; i++)
        for_factors(job, of->divisor, piece, worker->piece[k], divide);
}

/* Makes all combinations and their derivatives in a piece, which has first points of the core
 * before it. */
static void combine_piece(const struct worker *worker, const struct tile *tile,
                          const struct box *piece, uint64_t first)
{
    const struct engine_job *job = worker->job;
    for (unsigned k = 0; k < job->n_derivatives; k++) {
        if (worker->piece[k])
            derive_piece(worker, k, tile, piece);
    }
    for (unsigned o = 0; o < job->n_outputs; o++) {
        if (job->output[o].combination)
            combine(worker, &job->output[o], worker->result[o], first, piece);
    }
}

/* Makes all combinations piece by piece. A piece is a box of successive points of the core. */
static void combine_tile(const struct worker *worker, const struct tile *tile)
{
    const unsigned rank = worker->job->rank;
    struct box numbers = {.start = {0}}, piece;
    uint64_t size[GRID_MAX_RANK], at[GRID_MAX_RANK] = {0}, first = 0;
    uint64_t room = hg_worker_piece_points(worker->job);
    for (unsigned i = rank; i-- > 0;) {
        size[i] = size_min(tile->core.count[i], size_max(room, 1));
        numbers.count[i] = size_ceil_div(tile->core.count[i], size[i]);
        room /= size[i];
    }
    do {
        for (unsigned i = 0; i < rank; i++) {
            piece.start[i] = tile->core.start[i] + at[i] * size[i];
            piece.count[i] = size_min(size[i], tile->core.count[i] - at[i] * size[i]);
        }
        combine_piece(worker, tile, &piece, first);
        first += hg_box_points(rank, &piece);
    } while (hg_box_next(rank, &numbers, at));
}

/* Hands the results of an output to the sink. */
static enum h5grad_status hand_over(struct worker *worker, struct result_tile *out, unsigned o,
                                    struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    const struct engine_output *output = &job->output[o];
    const void *results = worker->result[o];
    if (worker->blanks && hg_memory_is_zero(results, hg_box_points(job->rank, &out->core) *
                                                         job_result_size(job, output))) {
        hg_blanks_learn(worker->blanks, o, &out->core);
        results = NULL;
    }
    enum h5grad_status status = hg_sink_write(job->sink, out, o, results, err);
    if (status && output->combination)
        return hg_error_context(err, status, "%s", output->combination->name);
    if (status)
        return hg_error_context(err, status, "result along axis %u",
                                job->derivative[output->derivative].axis);
    return H5GRAD_OK;
}

enum h5grad_status hg_derive_tile(struct worker *worker, const struct tile *tile,
                                  struct result_tile *out, struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    enum h5grad_status status = find_all_weights(worker, tile, err);
    if (status || derive_in_place(worker, tile))
        return status;
    if (worker->combined)
        combine_tile(worker, tile);
    for (unsigned o = 0; o < job->n_outputs && !status; o++) {
        const struct engine_output *output = &job->output[o];
        if (!output->combination)
            make_derivative(worker, o, tile);
        hg_region_thin(job->rank, &worker->plan->region, job_result_size(job, output), &tile->core,
                       worker->result[o]);
        status = hand_over(worker, out, o, err);
    }
    return status;
}
