/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/derive.h"

#include "base/error.h"
#include "base/hash.h"
#include "stencil/convert.h"

/* float16 results are rounded once, from the type of the arithmetic. */
static enum element kernel_result(const struct engine_job *job, const struct engine_axis *axis)
{
    if (job->result != ELEMENT_F16)
        return job->result;
    return axis->stencil.op->uneven ? ELEMENT_F64 : job->arithmetic;
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
    hg_operator_weigh(axis->stencil.op, first, count, axis->stencil.extent - first - count,
                      weights->x + (first - low), weights->weight);
    weights->first = first;
    weights->count = count;
    weights->valid = true;
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
    return (const char *)view->data + offset * (ptrdiff_t)hg_element_size(job_input_element(job));
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
        if (axis->stencil.op->uneven && (status = find_weights(weights, axis, tile, err)))
            return status;
        describe_block(job, tile, view, out, block);
        block->axis = axis->axis;
        block->before = tile->core.start[axis->axis];
        block->after = axis->stencil.extent - block->before - tile->core.count[axis->axis];
        if (axis->stencil.periodic)
            block->before = block->after = STENCIL_NO_END;
        block->stencil = &axis->stencil;
        block->weight = weights->weight;
        block->weight_tap = (ptrdiff_t)weights->count;
    }
    return H5GRAD_OK;
}

/* Where the results of the tile belong, if all of them can be put there without a writer. */
static bool find_places(const struct engine_job *job, const struct tile *tile, void **place)
{
    for (unsigned k = 0; k < job->n_axes; k++) {
        const struct writer *writer = job->axes[k].writer;
        place[k] = writer->way->place ? writer->way->place(writer, tile->core.start) : NULL;
        if (!place[k])
            return false;
    }
    return true;
}

static enum h5grad_status do_axis(const struct engine_job *job, unsigned k, struct worker *worker,
                                  const struct tile *tile, const void *in, struct h5grad_error *err)
{
    const struct engine_axis *axis = &job->axes[k];
    enum element result = kernel_result(job, axis);
    enum element arithmetic = axis->stencil.op->uneven ? ELEMENT_F64 : job->arithmetic;
    bool half = job->result == ELEMENT_F16;
    hg_stencil_apply(hg_stencil_find(job_input_element(job), arithmetic, result), &worker->block[k],
                     in, half ? worker->wide : worker->core);
    if (half)
        hg_convert_to_half(result, worker->wide, worker->core,
                           hg_box_points(job->rank, &tile->core) * job->components);
    if (worker->sums)
        worker->sum =
            hash_large(worker->sum, worker->core, job_result_bytes(job, tile) / job->n_axes);
    enum h5grad_status status =
        hg_writer_write(axis->writer, &tile->core, worker->core, worker->codec, err);
    return status ? hg_error_context(err, status, "result along axis %u", axis->axis) : H5GRAD_OK;
}

enum h5grad_status hg_derive_tile(const struct engine_job *job, struct worker *worker,
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
