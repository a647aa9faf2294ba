/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/demand.h"

#include <string.h>

#include "base/size.h"

/* libhdf5 holds a chunk that it encodes as it will be stored, as it is in memory, and once in
 * between. */
#define CHUNK_BUFFERS 3

/* Larger tiles were not faster on any machine, however much cache it has, or says that it has. */
#define MOST_TILE_BYTES ((uint64_t)5 << 20)

/* More than there is: some of it can be added up. */
#define MOST_BYTES (UINT64_MAX / 64)

static uint64_t halo_point(const struct engine_job *job)
{
    size_t stored = hg_element_size(job->stored), input = hg_element_size(job_input_element(job));
    return job->components * (stored + (job_needs_decoding(job) && stored != input ? input : 0));
}

static uint64_t core_point(const struct engine_job *job)
{
    size_t wide = job->result == ELEMENT_F16 ? hg_element_size(ELEMENT_F64) : 0;
    return job->components * (hg_element_size(job->result) + wide);
}

static uint64_t chunk_bytes(const struct h5_storage *storage, uint64_t size)
{
    uint64_t bytes;
    if (!storage || storage->layout != H5_CHUNKED)
        return 0;
    bool known = size_product(storage->rank, storage->chunk, size, &bytes);
    return known ? size_min(bytes, MOST_BYTES) : MOST_BYTES;
}

/* What a tile aims for. */
static uint64_t tile_bytes(const struct engine_job *job)
{
    return job->cache.l2 / 8 * 5;
}

/* What it may take where that spares much of the halo: the planes that are kept for the next tile
 * of a stream are not needed at every moment of this one. */
static uint64_t stream_bytes(const struct engine_job *job)
{
    return job->reader->way->view ? tile_bytes(job) : job->cache.l2 / 8 * 9;
}

/* What it may take of all caches: half of what they hold for a thread, since what is read and
 * written passes through them, too. */
static uint64_t shared_bytes(const struct engine_job *job)
{
    uint64_t half = job->cache.l2 / 2 + job->cache.l3 / 2;
    return job->reader->way->view ? 0 : size_min(half, MOST_TILE_BYTES);
}

uint64_t hg_demand_waiting(const struct engine_job *job, uint64_t largest)
{
    return size_max(largest, job->n_axes * tile_bytes(job));
}

/* What it takes to read and write, besides the points of tiles: buffers for one chunk serve both.
 */
static void count_buffers(const struct engine_job *job, const struct h5_storage *result,
                          struct plan_request *request)
{
    uint64_t chunk = chunk_bytes(result, job->components * hg_element_size(job->result));
    uint64_t stored = job->reader->stored, scratch = job->reader->scratch, encoder = 0;
    request->held = size_min(job->reader->held, MOST_BYTES);
    request->caches = size_min(job->reader->caches, MOST_BYTES);
    request->team_size = job->thread_memory;
    if (request->result_chunked && hg_codec_can_encode(result)) {
        stored = size_max(stored, chunk);
        scratch = size_max(scratch, size_max(chunk, hg_codec_scratch(result, chunk)));
        encoder = hg_codec_encoder_memory(result, chunk);
    } else if (request->result_chunked) {
        request->held += CHUNK_BUFFERS * chunk;
    }
    request->worker_size = stored + scratch + encoder;
    if (request->result_chunked && job->ordered)
        request->team_size += hg_demand_waiting(job, chunk);
}

enum h5grad_status hg_engine_plan(const struct engine_job *job, const struct h5_storage *source,
                                  const struct h5_storage *result, struct plan *plan,
                                  struct h5grad_error *err)
{
    struct plan_request request = {
        .rank = job->rank,
        .result_chunked = result && result->layout == H5_CHUNKED,
        .cached = source && source->layout == H5_CHUNKED && job->reader->way->caches,
        .carries =
            !(source && source->layout == H5_CHUNKED) && !(result && result->layout == H5_CHUNKED),
        .source_size = job->components * hg_element_size(job->stored),
        .source_more = job->reader->beside,
        .halo_size = halo_point(job),
        .core_size = core_point(job),
        .tile_bytes = tile_bytes(job),
        .stream_bytes = stream_bytes(job),
        .shared_bytes = shared_bytes(job),
        .memory = job->memory,
        .threads = job->threads,
    };
    memcpy(request.extent, job->extent, job->rank * sizeof *job->extent);
    for (unsigned k = 0; k < job->n_axes; k++) {
        const struct stencil_axis *stencil = &job->axes[k].stencil;
        request.rule[job->axes[k].axis] = hg_stencil_rule(stencil);
        if (stencil->op->uneven)
            request.axis_size =
                size_max(request.axis_size, (1 + stencil->op->taps) * sizeof(double));
    }
    if (request.result_chunked)
        memcpy(request.result_chunk, result->chunk, job->rank * sizeof *result->chunk);
    if (request.cached)
        memcpy(request.source_chunk, source->chunk, job->rank * sizeof *source->chunk);
    count_buffers(job, result, &request);
    return hg_plan_make(&request, plan, err);
}
