/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/sweep.h"

#include <string.h>

#include "base/size.h"
#include "stencil/convert.h"

/* Unpacks a halo box whose slices have their own scales and offsets. */
static void unpack_slices(const struct engine_job *job, const struct engine_source *source,
                          const struct halo *halo, const void *data, void *out)
{
    struct unpack_rule rule = *source->unpack;
    const unsigned axes = rule.slice_axes;
    size_t stored = hg_element_size(source->stored), value = hg_element_size(source->value);
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
        hg_unpack(&rule, source->stored, source->swapped, source->value, from, to, n);
        from += n * stored;
        to += n * value;
    } while (hg_box_next(axes, &points, position));
}

/* Converts the scalars of a halo box to values. Both arrays are dense, and may be equal if the
 * types have one size. */
static void decode(const struct engine_job *job, const struct engine_source *source,
                   const struct halo *halo, const void *data, void *out)
{
    uint64_t n = hg_halo_points(job->rank, halo) * job->components;
    if (!source->unpack)
        hg_convert_decode(source->stored, source->swapped, source->value, data, out, n);
    else if (source->unpack->slice_scale)
        unpack_slices(job, source, halo, data, out);
    else
        hg_unpack(source->unpack, source->stored, source->swapped, source->value, data, out, n);
}

/* Returns whether a and b have the same range along all axes except axis. */
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

/* Sets [*first, *end) to the points of a plane of the halo from the first of the core to its last.
 */
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

/* Moves the planes of the tile before that tile shares with it to the front of the buffer; returns
 * how many. A plane has plane bytes. Of the planes before the core only points in the core's range
 * are read, so only those are moved. The tile before can hold more planes than that tile reads: the
 * stencil of a first result may be wider than those after it. */
static uint64_t keep_held(const struct worker *worker, unsigned s, const struct tile *tile,
                          uint64_t plane)
{
    const struct engine_job *job = worker->job;
    const struct worker_source *mine = &worker->source[s];
    const struct halo *held = &mine->held.halo;
    const unsigned axis = worker->plan->sweep_axis;
    int64_t start = tile->halo.start[axis];
    uint64_t keep = hg_halo_shared(held, &tile->halo, axis), core, core_end;
    if (start < held->start[axis] || keep == 0 || !same_across(job->rank, axis, &mine->held, tile))
        return 0;
    uint64_t before = size_min(keep, hg_halo_before(tile, axis));
    size_t point = job->components * hg_element_size(job->source[s].value);
    find_core(job->rank, axis, tile, &core, &core_end);
    char *to = mine->values;
    const char *from = to + (uint64_t)(start - held->start[axis]) * plane;
    for (uint64_t i = 0; i < before; i++)
        memmove(to + i * plane + core * point, from + i * plane + core * point,
                (core_end - core) * point);
    memmove(to + before * plane, from + before * plane, (keep - before) * plane);
    return keep;
}

/* Reads the stored scalars of source s in the tile. Those of all parts come with the first one. */
static enum h5grad_status read_scalars(struct worker *worker, unsigned s, const struct tile *tile,
                                       void *scalars, struct h5grad_error *err)
{
    const struct engine_source *source = &worker->job->source[s];
    struct reader *reader = source->reader;
    struct reader_view *view = &worker->source[s].view;
    enum h5grad_status status = H5GRAD_OK;
    if (reader->parts == 0)
        return hg_reader_read(reader, tile, scalars, worker->codec, view, err);
    if (!source->follows)
        status = hg_reader_read(reader, tile, worker->all, worker->codec, &worker->parts, err);
    if (!status)
        hg_reader_take_part(reader, tile, source->part, &worker->parts, scalars, view);
    return status;
}

/* Reads the values of source s in the tile, into values unless they are viewed in memory. */
static enum h5grad_status read_values(struct worker *worker, unsigned s, const struct tile *tile,
                                      void *values, struct h5grad_error *err)
{
    const struct engine_source *source = &worker->job->source[s];
    struct reader_view *view = &worker->source[s].view;
    bool apart = hg_element_size(source->stored) != hg_element_size(source->value);
    enum h5grad_status status = read_scalars(worker, s, tile, apart ? worker->raw : values, err);
    if (status || !job_needs_decoding(source))
        return status;
    decode(worker->job, source, &tile->halo, view->data, values);
    view->data = values;
    return H5GRAD_OK;
}

/* Reads the planes of a tile that are not held yet, each with its whole halo: some are in the core
 * of the next tile. */
static enum h5grad_status read_sweep(struct worker *worker, unsigned s, const struct tile *tile,
                                     struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    struct worker_source *mine = &worker->source[s];
    const unsigned axis = worker->plan->sweep_axis;
    struct tile rest;
    uint64_t plane = hg_halo_points(job->rank, &tile->halo) / tile->halo.count[axis] *
                     job->components * hg_element_size(job->source[s].value);
    uint64_t keep = keep_held(worker, s, tile, plane);
    hg_halo_planes(tile, axis, job->extent[axis], keep, &rest);
    mine->held.halo.count[axis] = 0;
    if (rest.halo.count[axis] > 0) {
        enum h5grad_status status =
            read_values(worker, s, &rest, (char *)mine->values + keep * plane, err);
        if (status)
            return status;
    }
    mine->held = *tile;
    hg_reader_view_dense(&mine->view, mine->values, job->rank, tile->halo.count, job->components);
    return H5GRAD_OK;
}

enum h5grad_status hg_sweep_read(struct worker *worker, const struct tile *tile,
                                 struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned s = 0; s < job->n_sources && !status; s++) {
        bool sweeps = worker->plan->sweep_axis < job->rank && !job->source[s].reader->method->view;
        status = sweeps ? read_sweep(worker, s, tile, err)
                        : read_values(worker, s, tile, worker->source[s].values, err);
    }
    return status;
}
