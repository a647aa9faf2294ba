/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker has of its own: its buffers, and what it keeps from one tile to the next. */
#ifndef H5GRAD_ENGINE_BUFFERS_H
#define H5GRAD_ENGINE_BUFFERS_H

#include "engine/job.h"

/* The weights of the stencils of one axis for the range of the last tile: neighbouring tiles mostly
 * have the same range along most axes. */
struct axis_weights {
    bool valid;
    uint64_t first, count;
    double *x, *weight;
};

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

/* H5GRAD_NO_MEMORY leaves what there is to be freed. */
enum h5grad_status hg_worker_make(struct worker *worker, const struct engine_job *job,
                                  const struct plan *plan, struct h5grad_error *err);

/* All zero bytes allowed. */
void hg_worker_free(struct worker *worker, const struct engine_job *job);

#endif
