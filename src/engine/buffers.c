/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/buffers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void hg_worker_free(struct worker *worker, const struct engine_job *job)
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
static bool weights_allocate(struct axis_weights *weights, uint64_t n, unsigned taps)
{
    weights->x = hg_memory_aligned((1 + taps) * n * sizeof(double));
    weights->weight = weights->x ? weights->x + n : NULL;
    return weights->x != NULL;
}

enum h5grad_status hg_worker_make(struct worker *worker, const struct engine_job *job,
                                  const struct plan *plan, struct h5grad_error *err)
{
    size_t stored = job->components * hg_element_size(job->stored);
    size_t input = job->components * hg_element_size(job_input_element(job));
    size_t result = job->components * hg_element_size(job->result);
    memset(worker, 0, sizeof *worker);
    worker->weights = hg_memory_zeroed(job->n_axes, sizeof *worker->weights);
    worker->block = hg_memory_zeroed(job->n_axes, sizeof *worker->block);
    worker->halo = hg_memory_aligned(plan->halo_points * stored);
    worker->core = hg_memory_aligned(plan->core_points * result);
    bool made = worker->weights && worker->block && worker->halo && worker->core;
    worker->input = worker->halo;
    if (made && job_needs_decoding(job) && stored != input)
        made = (worker->input = hg_memory_aligned(plan->halo_points * input)) != NULL;
    if (made && job->result == ELEMENT_F16)
        made = (worker->wide = hg_memory_aligned(plan->core_points * job->components *
                                                 sizeof(double))) != NULL;
    for (unsigned k = 0; made && k < job->n_axes; k++) {
        unsigned axis = job->axes[k].axis;
        const struct stencil_operator *op = job->axes[k].stencil.op;
        if (op->uneven)
            made = weights_allocate(
                &worker->weights[k],
                hg_halo_width(&plan->rule[axis], plan->extent[axis], plan->tile[axis]), op->taps);
    }
    if (made)
        made = (worker->codec = hg_codec_worker_new()) != NULL;
    return made ? H5GRAD_OK : hg_error_memory(err, plan->memory / plan->threads);
}
