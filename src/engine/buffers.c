/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/buffers.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/size.h"

/* Scalars of a derivative in a piece: nine of them are small beside any level-2 cache, and one
 * takes much longer than the call of a kernel. */
#define PIECE_SCALARS 2048

/* A cache line more than a power of 2, so that the points of several derivatives do not compete for
 * the same sets of a cache. */
#define PIECE_GAP 8

uint64_t hg_worker_piece_points(const struct engine_job *job)
{
    return size_max(PIECE_SCALARS / job->components, 1);
}

static uint64_t piece_scalars(const struct engine_job *job)
{
    return hg_worker_piece_points(job) * job->components + PIECE_GAP;
}

static bool is_combined(const struct engine_job *job, unsigned derivative)
{
    for (unsigned o = 0; o < job->n_outputs; o++) {
        const struct engine_output *output = &job->output[o];
        for (unsigned i = 0; output->combination && i < output->combination->inputs; i++) {
            if (output->inputs[i] == derivative)
                return true;
        }
    }
    return false;
}

static bool has_factor(const struct engine_job *job)
{
    bool has = false;
    for (unsigned o = 0; o < job->n_outputs; o++)
        has = has || job->output[o].factor;
    return has;
}

/* Pieces that the results of a combination take before they are rounded: a vector's take several.
 */
static unsigned wide_pieces(const struct engine_job *job)
{
    unsigned most = 1;
    for (unsigned o = 0; o < job->n_outputs; o++) {
        const struct combination *combination = job->output[o].combination;
        const unsigned n = combination ? combination->results / job->components : 0;
        most = n > most ? n : most;
    }
    return most;
}

static unsigned count_pieces(const struct engine_job *job)
{
    unsigned n = 0;
    for (unsigned k = 0; k < job->n_derivatives; k++)
        n += is_combined(job, k);
    return n > 0 ? n + wide_pieces(job) + has_factor(job) : 0;
}

uint64_t hg_worker_piece_bytes(const struct engine_job *job)
{
    return count_pieces(job) * piece_scalars(job) * sizeof(double);
}

unsigned hg_worker_weights(const struct engine_job *job, unsigned k)
{
    const struct engine_derivative *of = &job->derivative[k];
    for (unsigned i = 0; i < k; i++) {
        const struct engine_derivative *other = &job->derivative[i];
        if (other->axis == of->axis && other->coordinates == of->coordinates &&
            other->stencil.op.derivative == of->stencil.op.derivative &&
            other->stencil.op.accuracy == of->stencil.op.accuracy)
            return i;
    }
    return k;
}

void hg_worker_free(struct worker *worker)
{
    const struct engine_job *job = worker->job;
    for (unsigned s = 0; worker->source && s < job->n_sources; s++)
        free(worker->source[s].values);
    for (unsigned k = 0; worker->weights && k < job->n_derivatives; k++)
        free(worker->weights[k].x);
    for (unsigned o = 0; worker->result && o < job->n_outputs; o++)
        free(job->output[o].combination ? worker->result[o] : NULL);
    free(worker->source);
    free(worker->raw);
    free(worker->all);
    free(worker->weights);
    free(worker->block);
    free(worker->result);
    free(worker->core);
    free(worker->wide);
    free(worker->combined);
    free(worker->piece);
    hg_codec_worker_free(worker->codec);
}

static bool make_sources(struct worker *worker)
{
    const struct engine_job *job = worker->job;
    uint64_t points = worker->plan->halo_points * job->components, raw = 0, all = 0;
    for (unsigned s = 0; s < job->n_sources && !job_has_views(job); s++) {
        const struct engine_source *source = &job->source[s];
        size_t stored = hg_element_size(source->stored), value = hg_element_size(source->value);
        if (stored != value)
            raw = size_max(raw, points * stored);
        all = size_max(all, source->reader->parts * points * stored);
        worker->source[s].values = hg_memory_aligned(points * value);
        if (!worker->source[s].values)
            return false;
    }
    return (raw == 0 || (worker->raw = hg_memory_aligned(raw))) &&
           (all == 0 || (worker->all = hg_memory_aligned(all)));
}

/* Coordinates and weights along an axis share an allocation. */
static bool make_weights(struct worker *worker)
{
    const struct engine_job *job = worker->job;
    const struct plan *plan = worker->plan;
    for (unsigned k = 0; k < job->n_derivatives; k++) {
        const unsigned axis = job->derivative[k].axis;
        const unsigned terms = hg_operator_weights(&job->derivative[k].stencil);
        struct axis_weights *weights = &worker->weights[k];
        if (terms == 0 || hg_worker_weights(job, k) != k)
            continue;
        uint64_t n = hg_halo_width(&plan->rule[axis], plan->extent[axis],
                                   region_span(&plan->region, axis, plan->tile[axis]));
        if (!(weights->x = hg_memory_aligned((1 + terms) * n * sizeof(double))))
            return false;
        weights->weight = weights->x + n;
    }
    return true;
}

static bool make_results(struct worker *worker)
{
    const struct engine_job *job = worker->job;
    uint64_t points = worker->plan->core_points, core = 0, wide = 0;
    bool made = true;
    for (unsigned o = 0; o < job->n_outputs && made; o++) {
        const struct engine_output *output = &job->output[o];
        uint64_t bytes = points * job_result_size(job, output);
        if (output->combination)
            made = (worker->result[o] = hg_memory_aligned(bytes)) != NULL;
        else
            core = size_max(core, bytes);
        if (!output->combination && output->element == ELEMENT_F16)
            wide = points * job->components * sizeof(double);
    }
    if (made && core > 0)
        made = (worker->core = hg_memory_aligned(core)) != NULL;
    for (unsigned o = 0; o < job->n_outputs; o++) {
        if (!job->output[o].combination)
            worker->result[o] = worker->core;
    }
    return made && (wide == 0 || (worker->wide = hg_memory_aligned(wide)));
}

static bool make_pieces(struct worker *worker)
{
    const struct engine_job *job = worker->job;
    uint64_t bytes = hg_worker_piece_bytes(job);
    if (bytes == 0)
        return true;
    double *next = worker->combined = hg_memory_aligned(bytes);
    next += next ? (wide_pieces(job) - 1) * piece_scalars(job) : 0;
    for (unsigned k = 0; next && k < job->n_derivatives; k++) {
        if (is_combined(job, k))
            worker->piece[k] = next += piece_scalars(job);
    }
    if (next && has_factor(job))
        worker->factor = next + piece_scalars(job);
    return next != NULL;
}

enum h5grad_status hg_worker_make(struct worker *worker, const struct engine_job *job,
                                  const struct plan *plan, struct h5grad_error *err)
{
    *worker = (struct worker){.job = job, .plan = plan};
    worker->source = hg_memory_zeroed(job->n_sources, sizeof *worker->source);
    worker->weights = hg_memory_zeroed(job->n_derivatives, sizeof *worker->weights);
    worker->piece = hg_memory_zeroed(job->n_derivatives, sizeof *worker->piece);
    worker->block = hg_memory_zeroed(job->n_outputs, sizeof *worker->block);
    worker->result = hg_memory_zeroed(job->n_outputs, sizeof *worker->result);
    bool made = worker->source && worker->weights && worker->piece && worker->block &&
                worker->result && make_sources(worker) && make_weights(worker) &&
                make_results(worker) && make_pieces(worker) &&
                (worker->codec = hg_codec_worker_new());
    return made ? H5GRAD_OK : hg_error_memory(err, plan->memory / plan->threads);
}
