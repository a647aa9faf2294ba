/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "engine/engine.h"
#include "engine/buffers.h"
#include "writer/parcel.h"

/* Copies of a chunk that libhdf5 encodes: the stored one, the one in memory, and one in between. */
#define CHUNK_BUFFERS 3

/* Larger tiles are not faster, however much cache a machine has or says that it has. */
#define MOST_TILE_BYTES ((uint64_t)5 << 20)

/* More memory than there is; a few of these can be added without overflow. */
#define MOST_BYTES (UINT64_MAX / 64)

/* Returns the bytes per point of the halo box: values of all sources, the stored scalars of one if
 * they have another size, and those of all if they are parts of one reader's points. */
static uint64_t halo_point(const struct engine_job *job)
{
    uint64_t values = 0, raw = 0, parts = 0;
    for (unsigned s = 0; s < job->n_sources; s++) {
        const struct engine_source *source = &job->source[s];
        size_t stored = hg_element_size(source->stored), value = hg_element_size(source->value);
        values += value;
        raw = stored == value ? raw : size_max(raw, stored);
        parts = size_max(parts, source->reader->parts * stored);
    }
    return job->components * (values + raw + parts);
}

/* Returns the bytes per point of the core. Outputs that are derivatives share their buffers,
 * combinations have one each. */
static uint64_t core_point(const struct engine_job *job)
{
    uint64_t shared = 0, wide = 0, own = 0;
    for (unsigned o = 0; o < job->n_outputs; o++) {
        const struct engine_output *output = &job->output[o];
        if (output->combination) {
            own += job_result_size(job, output);
            continue;
        }
        shared = size_max(shared, job_result_size(job, output));
        if (output->element == ELEMENT_F16)
            wide = job->components * sizeof(double);
    }
    return shared + wide + own;
}

/* Returns the bytes per point of the largest output. */
static uint64_t result_point(const struct engine_job *job)
{
    uint64_t most = 0;
    for (unsigned o = 0; o < job->n_outputs; o++)
        most = size_max(most, job_result_size(job, &job->output[o]));
    return most;
}

static bool is_chunked(const struct h5_storage *storage)
{
    return storage && storage->layout == H5_CHUNKED;
}

static uint64_t chunk_bytes(const struct h5_storage *storage, uint64_t size)
{
    uint64_t bytes;
    bool known = size_product(storage->rank, storage->chunk, size, &bytes);
    return known ? size_min(bytes, MOST_BYTES) : MOST_BYTES;
}

/* Returns the bytes that a tile should have. */
static uint64_t tile_bytes(const struct engine_job *job)
{
    return job->cache.l2 / 8 * 5;
}

/* Returns the bytes that a tile of a sweep may have: the planes kept for the next tile are not in
 * use all the time. */
static uint64_t sweep_bytes(const struct engine_job *job)
{
    return job_has_views(job) ? tile_bytes(job) : job->cache.l2 / 8 * 9;
}

/* Returns the bytes that a tile may have in all caches: half of a thread's share, since the bytes
 * read and written pass through them, too. */
static uint64_t shared_bytes(const struct engine_job *job)
{
    uint64_t half = job->cache.l2 / 2 + job->cache.l3 / 2;
    return job_has_views(job) ? 0 : size_min(half, MOST_TILE_BYTES);
}

static uint64_t waiting_bytes(const struct engine_job *job, uint64_t largest)
{
    return size_max(largest, job->n_outputs * tile_bytes(job));
}

uint64_t hg_engine_waiting(const struct engine_job *job, const struct plan *plan)
{
    return plan->threads * waiting_bytes(job, plan->core_points * result_point(job));
}

/* Adds the memory of reading a source, besides the points of tiles, and what its chunks demand. */
static enum h5grad_status count_source(const struct engine_job *job,
                                       const struct engine_source *source,
                                       struct plan_request *request, struct h5grad_error *err)
{
    const struct reader *reader = source->reader;
    const size_t chunk = job->rank * sizeof *request->source_chunk;
    const uint64_t layers = size_max(reader->layers, 1), room = size_max(reader->room, 1);
    if (source->follows)
        return H5GRAD_OK;
    request->source_size += room * job->components * hg_element_size(source->stored);
    request->source_more += layers * reader->beside;
    request->held = size_min(request->held + size_min(reader->held, MOST_BYTES), MOST_BYTES);
    request->caches = size_min(request->caches + size_min(reader->caches, MOST_BYTES), MOST_BYTES);
    request->carries = request->carries && !is_chunked(source->storage);
    if (!is_chunked(source->storage) || !reader->method->caches)
        return H5GRAD_OK;
    if (request->cached && memcmp(request->source_chunk, source->storage->chunk, chunk) != 0)
        return hg_error_set(err, H5GRAD_FAILED, "chunks of other extents than those of the others");
    request->more_chunks += request->cached ? layers : layers - 1;
    request->cached = true;
    memcpy(request->source_chunk, source->storage->chunk, chunk);
    return H5GRAD_OK;
}

/* Adds the memory of each worker for reading and writing, besides the points of tiles. Buffers of
 * one chunk serve all sources and outputs. */
static void count_buffers(const struct engine_job *job, struct plan_request *request)
{
    uint64_t stored = 0, scratch = 0, parcel = 0, encoder = 0, library = 0, largest = 0;
    for (unsigned s = 0; s < job->n_sources; s++) {
        stored = size_max(stored, job->source[s].reader->stored);
        scratch = size_max(scratch, job->source[s].reader->scratch);
    }
    for (unsigned o = 0; o < job->n_outputs && request->result_chunked; o++) {
        const struct h5_storage *result = job->output[o].storage;
        uint64_t chunk = chunk_bytes(result, job_result_size(job, &job->output[o]));
        largest = size_max(largest, chunk);
        if (result->sparse)
            stored = size_max(stored, chunk);
        if (!hg_codec_can_encode(result)) {
            library = size_max(library, CHUNK_BUFFERS * chunk);
            continue;
        }
        stored = size_max(stored, chunk);
        scratch = size_max(scratch, size_max(chunk, hg_codec_scratch(result, chunk)));
        encoder = size_max(encoder, hg_codec_encoder_memory(result, chunk));
        parcel = size_max(parcel, parcel_memory(chunk));
    }
    request->held += library;
    request->worker_size = stored + scratch + encoder + hg_worker_piece_bytes(job);
    if (job->thread_memory > 0)
        request->worker_size += parcel;
    request->team_size = job->thread_memory;
    if (request->result_chunked && job->ordered)
        request->team_size += waiting_bytes(job, largest);
}

/* Widens rule to cover other, too. */
static void join_rule(struct halo_rule *rule, const struct halo_rule *other)
{
    rule->before = (unsigned)size_max(rule->before, other->before);
    rule->after = (unsigned)size_max(rule->after, other->after);
    rule->first_width = (unsigned)size_max(rule->first_width, other->first_width);
    rule->last_width = (unsigned)size_max(rule->last_width, other->last_width);
    rule->periodic = rule->periodic || other->periodic;
}

/* Sets the halo rules and the memory of weights. The halo of a view does not wrap around: kernels
 * find the points across the seam at the other end of the array. */
static void count_derivatives(const struct engine_job *job, struct plan_request *request)
{
    uint64_t weights[GRID_MAX_RANK] = {0};
    for (unsigned k = 0; k < job->n_derivatives; k++) {
        const struct engine_derivative *of = &job->derivative[k];
        struct halo_rule rule = hg_stencil_rule(&of->stencil);
        rule.periodic = rule.periodic && !job_has_views(job);
        join_rule(&request->rule[of->axis], &rule);
        if (!of->stencil.even && hg_worker_weights(job, k) == k)
            weights[of->axis] += (1 + hg_operator_weights(&of->stencil)) * sizeof(double);
        request->axis_size = size_max(request->axis_size, weights[of->axis]);
    }
}

/* Makes the plan, or takes the last one. A region, which is compared by its address alone, may have
 * changed. */
static enum h5grad_status plan_anew(const struct plan_request *request, struct engine_memo *memo,
                                    struct plan *plan, struct h5grad_error *err)
{
    if (!memo || request->region)
        return hg_plan_make(request, plan, err);
    if (!memo->made || memcmp(request, &memo->request, sizeof *request) != 0) {
        enum h5grad_status status = hg_plan_make(request, &memo->plan, err);
        memo->made = !status;
        memcpy(&memo->request, request, sizeof *request);
        if (status)
            return status;
    }
    *plan = memo->plan;
    return H5GRAD_OK;
}

enum h5grad_status hg_engine_plan(const struct engine_job *job, struct plan *plan,
                                  struct h5grad_error *err)
{
    const struct h5_storage *result = job->output[0].storage;
    struct plan_request request;
    memset(&request, 0, sizeof request); /* padding, too: requests are compared */
    request.rank = job->rank;
    request.region = job->region;
    request.result_chunked = is_chunked(result);
    request.carries = !is_chunked(result);
    request.halo_size = halo_point(job);
    request.core_size = core_point(job);
    request.tile_bytes = tile_bytes(job);
    request.sweep_bytes = sweep_bytes(job);
    request.shared_bytes = shared_bytes(job);
    request.held = size_min(job->held, MOST_BYTES);
    request.memory = job->memory;
    request.threads = job->threads;
    memcpy(request.extent, job->extent, job->rank * sizeof *job->extent);
    if (request.result_chunked)
        memcpy(request.result_chunk, result->chunk, job->rank * sizeof *result->chunk);
    for (unsigned s = 0; s < job->n_sources; s++) {
        enum h5grad_status status = count_source(job, &job->source[s], &request, err);
        if (status)
            return status;
    }
    count_derivatives(job, &request);
    count_buffers(job, &request);
    return plan_anew(&request, job->memo, plan, err);
}
