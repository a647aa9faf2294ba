/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker has of its own: its buffers, and what it keeps from one tile to the next. */
#ifndef H5GRAD_ENGINE_BUFFERS_H
#define H5GRAD_ENGINE_BUFFERS_H

#include "engine/job.h"

/* The weights of the stencils of an axis for the range of the last tile: neighbouring tiles mostly
 * have the same range along most axes. */
struct axis_weights {
    bool valid;
    uint64_t first, count;
    uint64_t before; /* coordinates that x has before that of the first */
    double *x, *weight;
};

/* A source's values of the tile. */
struct worker_source {
    void *values;     /* room for those of the halo box */
    struct tile held; /* the stream's last tile, which values hold; or an empty one */
    struct reader_view view;
};

struct worker {
    const struct engine_job *job;
    const struct plan *plan;
    struct codec_worker *codec;
    struct worker_source *source; /* n_sources */
    void *raw; /* scalars of a halo box as they are stored, where values have another size */
    struct axis_weights *weights; /* n_derivatives, of which hg_worker_weights tells those in use */
    struct stencil_block *block;  /* n_outputs, each a derivative */
    void **result;                /* n_outputs: the core's, which all that are derivatives share */
    void *core;                   /* where they do */
    void *wide;                   /* the same before they are rounded to float16 */
    double **piece;               /* n_derivatives: of a piece of the core; NULL: not combined */
    double *factor;               /* of a piece, where a combination has one */
    double *combined;             /* results of a piece before they are rounded */
};

/* Points of a piece: what is combined stays in the caches. */
uint64_t hg_worker_piece_points(const struct engine_job *job);

/* Bytes of piece, factor and combined together. */
uint64_t hg_worker_piece_bytes(const struct engine_job *job);

/* The first derivative that has the weights of derivative k. */
unsigned hg_worker_weights(const struct engine_job *job, unsigned k);

/* H5GRAD_NO_MEMORY leaves what there is to be freed. */
enum h5grad_status hg_worker_make(struct worker *worker, const struct engine_job *job,
                                  const struct plan *plan, struct h5grad_error *err);

/* All zero bytes allowed. */
void hg_worker_free(struct worker *worker);

#endif
