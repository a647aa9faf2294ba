/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/sweep.h"

#include <string.h>

#include "base/size.h"
#include "engine/decode.h"

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
    size_t point = job->components * hg_element_size(job_input_element(job));
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
    size_t size = hg_element_size(job_input_element(job));
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
        if (job_needs_decoding(job))
            hg_decode_halo(job, &rest.halo, view->data, to);
    }
    worker->held = *tile;
    hg_reader_view_dense(view, worker->input, job->rank, tile->halo.count, job->components);
    return H5GRAD_OK;
}

enum h5grad_status hg_sweep_read(const struct engine_job *job, const struct plan *plan,
                                 struct worker *worker, const struct tile *tile,
                                 struct reader_view *view, struct h5grad_error *err)
{
    if (plan->stream < job->rank && !job->reader->way->view)
        return read_stream(job, plan->stream, worker, tile, view, err);
    enum h5grad_status status =
        hg_reader_read(job->reader, tile, worker->halo, worker->codec, view, err);
    if (status || !job_needs_decoding(job))
        return status;
    hg_decode_halo(job, &tile->halo, view->data, worker->input);
    view->data = worker->input;
    return H5GRAD_OK;
}
