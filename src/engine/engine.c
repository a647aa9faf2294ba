/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "engine/team.h"
#include "stencil/convert.h"

/* libhdf5 holds a chunk that it encodes as it will be stored, as it is in memory, and once in
 * between. */
#define CHUNK_BUFFERS 3

/* Larger tiles were not faster on any machine, however much cache it has, or says that it has. */
#define MOST_TILE_BYTES ((uint64_t)5 << 20)

/* More than there is: some of it can be added up. */
#define MOST_BYTES (UINT64_MAX / 64)

/* The weights of the stencils of one axis for the range of the last tile: neighbouring tiles mostly
 * have the same range along most axes. */
struct axis_weights {
    bool valid;
    uint64_t first, count;
    double *x, *a, *b, *c;
};

/* What a worker has of its own. */
struct worker {
    void *halo;  /* the reader's scalars */
    void *input; /* the same as arithmetic ones; the same buffer where they have the same size */
    void *core;  /* results */
    void *wide;  /* results before they are rounded to float16 */
    struct codec_worker *codec;
    struct axis_weights *weights; /* n_axes */
    struct stencil_block *block;  /* n_axes, of the tile */
    struct tile held; /* the stream's last tile, whose halo input holds; or an empty one */
    bool sums;        /* the journal wants them */
    uint64_t sum;     /* of the results of the tile, up to now */
};

/* What the workers of a job share. */
struct crew {
    const struct engine_job *job;
    const struct plan *plan;
    struct worker *worker;
    unsigned workers;
    struct order *order; /* of chunks; NULL: any */
    enum writer_keeping keeping;
    uint64_t first;        /* tile of the block being done that is to be done */
    uint64_t end;          /* of the tiles of the block being done */
    _Atomic uint64_t next; /* turn to be taken */
    _Atomic uint64_t done; /* bytes of results not yet reported */
    _Atomic bool stop;
    pthread_mutex_t mutex; /* of what follows */
    enum h5grad_status status;
    struct h5grad_error *err;
};

static enum element input_element(const struct engine_job *job)
{
    return job->unpack ? job->arithmetic : hg_element_arithmetic(job->stored);
}

static bool needs_decoding(const struct engine_job *job)
{
    return job->unpack || job->swapped || job->stored != input_element(job);
}

/* float16 results are rounded once, from the type of the arithmetic. */
static enum element kernel_result(const struct engine_job *job, const struct engine_axis *axis)
{
    if (job->result != ELEMENT_F16)
        return job->result;
    return axis->stencil.uniform ? job->arithmetic : ELEMENT_F64;
}

static struct halo_rule rule_of(const struct engine_axis *axis)
{
    return axis->own ? axis->own->rule : hg_stencil_rule(&axis->stencil);
}

static uint64_t halo_point(const struct engine_job *job)
{
    size_t stored = hg_element_size(job->stored), input = hg_element_size(input_element(job));
    return job->components * (stored + (needs_decoding(job) && stored != input ? input : 0));
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

/* Encoded results that a worker may keep until it is their turn to be written: about a tile's, and
 * at least largest, the bytes of a chunk or of the largest core. */
static uint64_t waiting_bytes(const struct engine_job *job, uint64_t largest)
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
        request->team_size += waiting_bytes(job, chunk);
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
        request.rule[job->axes[k].axis] = rule_of(&job->axes[k]);
        if (!job->axes[k].stencil.uniform)
            request.axis_size = 4 * sizeof(double);
    }
    if (request.result_chunked)
        memcpy(request.result_chunk, result->chunk, job->rank * sizeof *result->chunk);
    if (request.cached)
        memcpy(request.source_chunk, source->chunk, job->rank * sizeof *source->chunk);
    count_buffers(job, result, &request);
    return hg_plan_make(&request, plan, err);
}

static void worker_free(struct worker *worker, const struct engine_job *job)
{
    free(worker->halo);
    if (worker->input != worker->halo)
        free(worker->input);
    free(worker->core);
    free(worker->wide);
    hg_codec_worker_free(worker->codec);
    for (unsigned k = 0; worker->weights && k < job->n_axes; k++)
        free(worker->weights[k].x);
    free(worker->weights);
    free(worker->block);
}

/* One allocation for an axis's coordinates and weights of a tile, whose halo has n points along it.
 */
static bool weights_allocate(struct axis_weights *weights, uint64_t n)
{
    weights->x = hg_memory_aligned(4 * n * sizeof(double));
    if (!weights->x)
        return false;
    weights->a = weights->x + n;
    weights->b = weights->a + n;
    weights->c = weights->b + n;
    return true;
}

static enum h5grad_status worker_make(struct worker *worker, const struct engine_job *job,
                                      const struct plan *plan, struct h5grad_error *err)
{
    size_t stored = job->components * hg_element_size(job->stored);
    size_t input = job->components * hg_element_size(input_element(job));
    size_t result = job->components * hg_element_size(job->result);
    memset(worker, 0, sizeof *worker);
    worker->weights = hg_memory_zeroed(job->n_axes, sizeof *worker->weights);
    worker->block = hg_memory_zeroed(job->n_axes, sizeof *worker->block);
    worker->halo = hg_memory_aligned(plan->halo_points * stored);
    worker->core = hg_memory_aligned(plan->core_points * result);
    bool made = worker->weights && worker->block && worker->halo && worker->core;
    worker->input = worker->halo;
    if (made && needs_decoding(job) && stored != input)
        made = (worker->input = hg_memory_aligned(plan->halo_points * input)) != NULL;
    if (made && job->result == ELEMENT_F16)
        made = (worker->wide = hg_memory_aligned(plan->core_points * job->components *
                                                 sizeof(double))) != NULL;
    for (unsigned k = 0; made && k < job->n_axes; k++) {
        unsigned axis = job->axes[k].axis;
        if (!job->axes[k].stencil.uniform)
            made = weights_allocate(
                &worker->weights[k],
                hg_halo_width(&plan->rule[axis], plan->extent[axis], plan->tile[axis]));
    }
    if (made)
        made = (worker->codec = hg_codec_worker_new()) != NULL;
    return made ? H5GRAD_OK : hg_error_memory(err, plan->memory / plan->threads);
}

static enum h5grad_status find_weights(struct axis_weights *weights, const struct engine_axis *axis,
                                       const struct tile *tile, struct h5grad_error *err)
{
    uint64_t first = tile->core.start[axis->axis], count = tile->core.count[axis->axis];
    if (weights->valid && weights->first == first && weights->count == count)
        return H5GRAD_OK;
    weights->valid = false;
    uint64_t low = (uint64_t)tile->halo.start[axis->axis];
    enum h5grad_status status =
        hg_line_read(axis->coordinates, low, tile->halo.count[axis->axis], weights->x, err);
    if (status)
        return hg_error_context(err, status, "coordinates of axis %u", axis->axis);
    hg_stencil_weights(&axis->stencil, first, count, weights->x, weights->a, weights->b,
                       weights->c);
    weights->first = first;
    weights->count = count;
    weights->valid = true;
    return H5GRAD_OK;
}

/* Points of the halo box of which each slice has its own scale and offset. */
static void unpack_slices(const struct engine_job *job, const struct halo *halo, const void *data,
                          void *out)
{
    struct unpack_rule rule = *job->unpack;
    const unsigned axes = rule.slice_axes;
    size_t stored = hg_element_size(job->stored), input = hg_element_size(input_element(job));
    struct box points = {.start = {0}};
    uint64_t position[GRID_MAX_RANK] = {0}, stride[GRID_MAX_RANK], n = job->components;
    const char *from = data;
    char *to = out;
    hg_box_strides(axes, job->extent, stride);
    memcpy(points.count, halo->count, axes * sizeof *points.count);
    for (unsigned i = axes; i < job->rank; i++)
        n *= halo->count[i];
    do {
        uint64_t slice = 0;
        for (unsigned i = 0; i < axes; i++)
            slice +=
                hg_halo_point(job->extent[i], halo->start[i] + (int64_t)position[i]) * stride[i];
        rule.scale = rule.slice_scale[slice];
        rule.offset = rule.slice_offset[slice];
        hg_unpack(&rule, job->stored, job->swapped, input_element(job), from, to, n);
        from += n * stored;
        to += n * input;
    } while (hg_box_next(axes, &points, position));
}

static void decode_halo(const struct engine_job *job, const struct halo *halo, const void *data,
                        void *out)
{
    uint64_t n = hg_halo_points(job->rank, halo) * job->components;
    if (!job->unpack)
        hg_convert_decode(job->stored, job->swapped, input_element(job), data, out, n);
    else if (job->unpack->slice_scale)
        unpack_slices(job, halo, data, out);
    else
        hg_unpack(job->unpack, job->stored, job->swapped, input_element(job), data, out, n);
}

/* Whether two tiles are the same across the axis. */
static bool same_across(unsigned rank, unsigned axis, const struct tile *a, const struct tile *b)
{
    for (unsigned i = 0; i < rank; i++) {
        if (i != axis &&
            (a->core.start[i] != b->core.start[i] || a->core.count[i] != b->core.count[i] ||
             a->halo.start[i] != b->halo.start[i] || a->halo.count[i] != b->halo.count[i]))
            return false;
    }
    return true;
}

/* The points of a plane of the halo from the core's first to its last: number *first up to *end. */
static void find_core(unsigned rank, unsigned axis, const struct tile *tile, uint64_t *first,
                      uint64_t *end)
{
    uint64_t step = 1;
    *first = 0;
    *end = 1;
    for (unsigned i = rank; i-- > 0;) {
        uint64_t low = hg_halo_before(tile, i);
        if (i == axis)
            continue;
        *first += low * step;
        *end += (low + tile->core.count[i] - 1) * step;
        step *= tile->halo.count[i];
    }
}

/* Moves what input holds of a tile of the stream to where it belongs, and returns how many planes
 * across the stream axis, of so many bytes, that are, the tile's first. Those before the core are
 * used along the axis only, which is why the halo across it stays behind. */
static uint64_t keep_held(const struct engine_job *job, const struct worker *worker, unsigned axis,
                          const struct tile *tile, uint64_t plane)
{
    const struct halo *held = &worker->held.halo;
    int64_t start = tile->halo.start[axis], end = held->start[axis] + (int64_t)held->count[axis];
    if (start < held->start[axis] || start >= end ||
        !same_across(job->rank, axis, &worker->held, tile))
        return 0;
    uint64_t keep = (uint64_t)(end - start), core, core_end;
    uint64_t before = size_min(keep, hg_halo_before(tile, axis));
    size_t point = job->components * hg_element_size(input_element(job));
    find_core(job->rank, axis, tile, &core, &core_end);
    char *to = worker->input;
    const char *from = to + (uint64_t)(start - held->start[axis]) * plane;
    for (uint64_t i = 0; i < before; i++)
        memmove(to + i * plane + core * point, from + i * plane + core * point,
                (core_end - core) * point);
    memmove(to + before * plane, from + before * plane, (keep - before) * plane);
    return keep;
}

/* Reads what input does not hold yet of a tile of the stream, with the halo across the stream axis:
 * these planes are the next tile's core. */
static enum h5grad_status read_stream(const struct engine_job *job, unsigned axis,
                                      struct worker *worker, const struct tile *tile,
                                      struct reader_view *view, struct h5grad_error *err)
{
    struct tile rest;
    uint64_t plane =
        hg_halo_points(job->rank, &tile->halo) / tile->halo.count[axis] * job->components;
    size_t size = hg_element_size(input_element(job));
    uint64_t keep = keep_held(job, worker, axis, tile, plane * size);
    hg_halo_planes(tile, axis, job->extent[axis], keep, &rest);
    char *to = (char *)worker->input + keep * plane * size;
    worker->held.halo.count[axis] = 0;
    if (rest.halo.count[axis] > 0) {
        void *from = worker->halo == worker->input ? to : worker->halo;
        enum h5grad_status status =
            hg_reader_read(job->reader, &rest, from, worker->codec, view, err);
        if (status)
            return status;
        if (needs_decoding(job))
            decode_halo(job, &rest.halo, view->data, to);
    }
    worker->held = *tile;
    hg_reader_view_dense(view, worker->input, job->rank, tile->halo.count, job->components);
    return H5GRAD_OK;
}

/* The tile's points as arithmetic scalars, in *view. */
static enum h5grad_status read_tile(const struct crew *crew, struct worker *worker,
                                    const struct tile *tile, struct reader_view *view,
                                    struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    if (crew->plan->stream < job->rank && !job->reader->way->view)
        return read_stream(job, crew->plan->stream, worker, tile, view, err);
    enum h5grad_status status =
        hg_reader_read(job->reader, tile, worker->halo, worker->codec, view, err);
    if (status || !needs_decoding(job))
        return status;
    decode_halo(job, &tile->halo, view->data, worker->input);
    view->data = worker->input;
    return H5GRAD_OK;
}

/* out: extents of the array that the results are put into. */
static void describe_block(const struct engine_job *job, const struct tile *tile,
                           const struct reader_view *view, const uint64_t *out,
                           struct stencil_block *block)
{
    uint64_t stride[GRID_MAX_RANK];
    hg_box_strides(job->rank, out, stride);
    block->rank = job->rank;
    for (unsigned i = 0; i < job->rank; i++) {
        block->count[i] = tile->core.count[i];
        block->in_stride[i] = view->stride[i];
        block->out_stride[i] = (ptrdiff_t)(stride[i] * job->components);
    }
    if (job->components > 1) {
        block->count[block->rank] = job->components;
        block->in_stride[block->rank] = block->out_stride[block->rank] = 1;
        block->rank++;
    }
}

/* The view's first point of the core. */
static const void *core_data(const struct engine_job *job, const struct tile *tile,
                             const struct reader_view *view)
{
    ptrdiff_t offset = 0;
    for (unsigned i = 0; i < job->rank; i++)
        offset += (ptrdiff_t)hg_halo_before(tile, i) * view->stride[i];
    return (const char *)view->data + offset * (ptrdiff_t)hg_element_size(input_element(job));
}

static enum h5grad_status describe_axes(const struct engine_job *job, struct worker *worker,
                                        const struct tile *tile, const struct reader_view *view,
                                        const uint64_t *out, struct h5grad_error *err)
{
    for (unsigned k = 0; k < job->n_axes; k++) {
        const struct engine_axis *axis = &job->axes[k];
        struct axis_weights *weights = &worker->weights[k];
        struct stencil_block *block = &worker->block[k];
        enum h5grad_status status = H5GRAD_OK;
        if (!axis->stencil.uniform && (status = find_weights(weights, axis, tile, err)))
            return status;
        describe_block(job, tile, view, out, block);
        block->axis = axis->axis;
        block->first = tile->core.start[axis->axis];
        block->stencil = &axis->stencil;
        block->a = weights->a;
        block->b = weights->b;
        block->c = weights->c;
    }
    return H5GRAD_OK;
}

/* Where the results of the tile belong, if all of them are gradients that can be put there without
 * a writer. */
static bool find_places(const struct engine_job *job, const struct tile *tile, void **place)
{
    for (unsigned k = 0; k < job->n_axes; k++) {
        const struct writer *writer = job->axes[k].writer;
        place[k] = writer->way->place ? writer->way->place(writer, tile->core.start) : NULL;
        if (!place[k] || job->axes[k].own)
            return false;
    }
    return true;
}

/* Of the results of a tile. */
static uint64_t result_bytes(const struct engine_job *job, const struct tile *tile)
{
    return hg_box_points(job->rank, &tile->core) * job->components * hg_element_size(job->result) *
           job->n_axes;
}

static enum h5grad_status do_axis(const struct engine_job *job, unsigned k, struct worker *worker,
                                  const struct tile *tile, const void *in, struct h5grad_error *err)
{
    const struct engine_axis *axis = &job->axes[k];
    enum element result = kernel_result(job, axis);
    enum element arithmetic = axis->stencil.uniform ? job->arithmetic : ELEMENT_F64;
    bool half = job->result == ELEMENT_F16;
    stencil_kernel *kernel =
        axis->own ? axis->own->kernel : hg_stencil_find(input_element(job), arithmetic, result);
    kernel(&worker->block[k], in, half ? worker->wide : worker->core);
    if (half)
        hg_convert_to_half(result, worker->wide, worker->core,
                           hg_box_points(job->rank, &tile->core) * job->components);
    if (worker->sums)
        worker->sum = hash_large(worker->sum, worker->core, result_bytes(job, tile) / job->n_axes);
    enum h5grad_status status =
        hg_writer_write(axis->writer, &tile->core, worker->core, worker->codec, err);
    return status ? hg_error_context(err, status, "result along axis %u", axis->axis) : H5GRAD_OK;
}

static enum h5grad_status do_axes(const struct engine_job *job, struct worker *worker,
                                  const struct tile *tile, const struct reader_view *view,
                                  struct h5grad_error *err)
{
    void *place[GRID_MAX_RANK];
    const void *in = core_data(job, tile, view);
    enum h5grad_status status;
    if (find_places(job, tile, place)) {
        status = describe_axes(job, worker, tile, view, job->extent, err);
        if (status || hg_stencil_stream(job->result, job->n_axes, worker->block, in, place))
            return status;
    }
    status = describe_axes(job, worker, tile, view, tile->core.count, err);
    for (unsigned k = 0; k < job->n_axes && !status; k++)
        status = do_axis(job, k, worker, tile, in, err);
    return status;
}

static void count_done(struct crew *crew, const struct tile *tile)
{
    atomic_fetch_add(&crew->done, result_bytes(crew->job, tile));
}

/* Whether the results that the journal notes of a tile are in the file. */
static bool has_results(const struct crew *crew, struct worker *worker, uint64_t index,
                        const struct tile *tile)
{
    const struct engine_job *job = crew->job;
    uint64_t noted, sum = HASH_START;
    uint64_t bytes = result_bytes(job, tile) / job->n_axes;
    if (crew->keeping != WRITER_KEEPS_TILES || !hg_journal_has_tile(job->journal, index, &noted))
        return false;
    bool there = true, trusted = hg_journal_is_trusted(job->journal);
    for (unsigned k = 0; k < job->n_axes && there && !trusted; k++) {
        there = hg_writer_read(job->axes[k].writer, &tile->core, worker->core, worker->codec,
                               NULL) == H5GRAD_OK;
        sum = there ? hash_large(sum, worker->core, bytes) : sum;
    }
    there = trusted || (there && sum == noted);
    if (!there)
        hg_journal_add_lost(job->journal);
    return there;
}

/* A tile whose results are in the file. */
static enum h5grad_status pass_tile(struct crew *crew, const struct worker *worker,
                                    const struct tile *tile, struct h5grad_error *err)
{
    hg_reader_skip(crew->job->reader, tile);
    count_done(crew, tile);
    return crew->order ? hg_order_end(crew->order, worker->codec, err) : H5GRAD_OK;
}

static enum h5grad_status do_tile(struct crew *crew, struct worker *worker, uint64_t index,
                                  struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    struct tile tile;
    struct reader_view view;
    if (job->cancelled && job->cancelled(job->user))
        return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    hg_plan_tile(crew->plan, index, &tile);
    if (crew->order)
        hg_order_begin(crew->order, worker->codec, index);
    if (has_results(crew, worker, index, &tile))
        return pass_tile(crew, worker, &tile, err);
    worker->sum = HASH_START;
    enum h5grad_status status = read_tile(crew, worker, &tile, &view, err);
    if (status)
        return status;
    status = do_axes(job, worker, &tile, &view, err);
    if (crew->order && !status)
        status = hg_order_end(crew->order, worker->codec, err);
    if (crew->keeping == WRITER_KEEPS_TILES && !status)
        status =
            hg_journal_add_tile(job->journal, index, worker->sum, result_bytes(job, &tile), err);
    count_done(crew, &tile);
    return status;
}

static void report_progress(struct crew *crew)
{
    if (crew->job->progress)
        crew->job->progress(crew->job->user, atomic_exchange(&crew->done, 0));
}

/* The first reason is the one, but for H5GRAD_CANCELLED, which is also what the failure of one
 * worker is to another that waits for it. */
static void stop(struct crew *crew, enum h5grad_status status, const struct h5grad_error *reason)
{
    atomic_store(&crew->stop, true);
    pthread_mutex_lock(&crew->mutex);
    bool better = crew->status == H5GRAD_CANCELLED && status != H5GRAD_CANCELLED;
    if (!crew->status || better) {
        crew->status = status;
        if (crew->err)
            *crew->err = *reason;
    }
    pthread_mutex_unlock(&crew->mutex);
    if (crew->order)
        hg_order_stop(crew->order);
}

static void work(struct crew *crew, unsigned number)
{
    uint64_t index = 0, end = 0;
    while (!atomic_load(&crew->stop)) {
        if (index == end)
            hg_plan_turn(crew->plan, atomic_fetch_add(&crew->next, 1), &index, &end);
        if (index < crew->first)
            index = size_min(crew->first, end);
        if (index == end)
            continue;
        if (index >= crew->end)
            return;
        struct h5grad_error mine = {0};
        enum h5grad_status status = do_tile(crew, &crew->worker[number], index++, &mine);
        if (status)
            stop(crew, status, &mine);
        if (number == 0)
            report_progress(crew);
    }
}

/* A team of one is not a team: the OpenMP runtime starts nothing for a small dataset. */
static void do_block(struct crew *crew)
{
    unsigned team = hg_team_size(crew->workers);
    if (team == 1) {
        work(crew, 0);
        return;
    }
#pragma omp parallel num_threads(team)
    work(crew, (unsigned)omp_get_thread_num());
}

/* One worker takes the tiles in their order anyway. */
static enum h5grad_status make_order(struct crew *crew, uint64_t first, struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    bool placed = true; /* wherever a tile is written, its place is known */
    for (unsigned k = 0; k < job->n_axes; k++)
        placed = placed && job->axes[k].writer->way->keeping == WRITER_KEEPS_TILES;
    if (!job->ordered || placed || crew->workers == 1)
        return H5GRAD_OK;
    uint64_t core = crew->plan->core_points * job->components * hg_element_size(job->result);
    uint64_t bytes = crew->workers * waiting_bytes(job, core);
    crew->order = hg_order_new(crew->workers, bytes, first, err);
    for (unsigned k = 0; k < job->n_axes; k++)
        job->axes[k].writer->order = crew->order;
    return crew->order ? H5GRAD_OK : H5GRAD_NO_MEMORY;
}

static void drop_order(struct crew *crew)
{
    hg_order_free(crew->order);
    for (unsigned k = 0; k < crew->job->n_axes; k++)
        crew->job->axes[k].writer->order = NULL;
}

/* What a run that is stopped leaves to be resumed: the same of all results. */
static enum writer_keeping find_keeping(const struct engine_job *job)
{
    if (!job->journal)
        return WRITER_KEEPS_NOTHING;
    for (unsigned k = 1; k < job->n_axes; k++) {
        if (job->axes[k].writer->way != job->axes[0].writer->way)
            return WRITER_KEEPS_NOTHING;
    }
    return job->axes[0].writer->way->keeping;
}

/* Takes over the first tiles of the field, as many of them as the journal has all chunks of; *first
 * is the first that is not. */
static enum h5grad_status retell_tiles(struct crew *crew, uint64_t *first, struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    enum h5grad_status status = H5GRAD_OK;
    *first = 0;
    while (!status && crew->keeping == WRITER_KEEPS_CHUNKS && *first < crew->plan->tiles) {
        struct tile tile;
        uint64_t chunks = 0;
        hg_plan_tile(crew->plan, *first, &tile);
        for (unsigned k = 0; k < job->n_axes; k++)
            chunks += hg_writer_chunks(job->axes[k].writer, &tile.core);
        if (chunks > hg_journal_chunks_left(job->journal) ||
            !hg_journal_holds_chunks(job->journal, chunks))
            break;
        if (job->cancelled && job->cancelled(job->user))
            return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
        for (unsigned k = 0; k < job->n_axes && !status; k++)
            status = hg_writer_retell(job->axes[k].writer, &tile.core, err);
        count_done(crew, &tile);
        report_progress(crew);
        (*first)++;
    }
    return status;
}

/* The tiles of a block before one that is the first to be done. */
static void skip_tiles(struct crew *crew, uint64_t block_first, uint64_t first)
{
    for (uint64_t i = block_first; i < first; i++) {
        struct tile tile;
        hg_plan_tile(crew->plan, i, &tile);
        hg_reader_skip(crew->job->reader, &tile);
    }
}

static enum h5grad_status do_blocks(struct crew *crew, uint64_t start, struct h5grad_error *err)
{
    const struct plan *plan = crew->plan;
    enum h5grad_status status = H5GRAD_OK;
    for (uint64_t block = 0; block < plan->blocks && !status; block++) {
        uint64_t first;
        struct tile cores;
        hg_plan_block(plan, block, &first, &crew->end, &cores);
        if (crew->end <= start)
            continue;
        status = hg_reader_prepare(crew->job->reader, plan, block, err);
        if (status)
            break;
        skip_tiles(crew, first, start);
        crew->first = size_max(first, start);
        atomic_store(&crew->next, hg_plan_turn_of(plan, crew->first));
        do_block(crew);
        report_progress(crew);
        status = crew->status;
    }
    return status;
}

enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err)
{
    struct crew crew = {.job = job, .plan = plan, .workers = plan->threads, .err = err};
    crew.worker = hg_memory_zeroed(crew.workers, sizeof *crew.worker);
    if (!crew.worker)
        return hg_error_memory(err, crew.workers * sizeof *crew.worker);
    uint64_t start;
    pthread_mutex_init(&crew.mutex, NULL);
    crew.keeping = find_keeping(job);
    enum h5grad_status status = retell_tiles(&crew, &start, err);
    if (!status)
        status = make_order(&crew, start, err);
    for (unsigned i = 0; i < crew.workers && !status; i++)
        status = worker_make(&crew.worker[i], job, plan, err);
    for (unsigned i = 0; i < crew.workers; i++)
        crew.worker[i].sums = crew.keeping == WRITER_KEEPS_TILES;
    if (!status)
        status = do_blocks(&crew, start, err);
    for (unsigned i = 0; i < crew.workers; i++)
        worker_free(&crew.worker[i], job);
    free(crew.worker);
    pthread_mutex_destroy(&crew.mutex);
    drop_order(&crew);
    return status;
}

unsigned hg_engine_default_threads(void)
{
    int threads = omp_get_max_threads();
    return threads > 0 ? (unsigned)threads : 1;
}
