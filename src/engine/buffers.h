/* SPDX-License-Identifier: BSD-3-Clause */
/* The buffers of a worker, and what it keeps from one tile to the next. */
#ifndef H5GRAD_ENGINE_BUFFERS_H
#define H5GRAD_ENGINE_BUFFERS_H

#include "engine/blank.h"

/* The weights of the stencils along an axis. They are kept, since most tiles have the range of the
 * tile before along most axes. */
struct axis_weights {
    bool valid;
    uint64_t first, count;
    uint64_t before; /* coordinates in x before that of point first */
    double *x, *weight;
};

/* The values of a source in the tile. */
struct worker_source {
    void *values;     /* a buffer of the size of the halo box; NULL: job_has_views */
    struct tile held; /* the last tile of the sweep, which values holds; or an empty one */
    struct reader_view view;
};

struct worker {
    const struct engine_job *job;
    const struct plan *plan;
    struct codec_worker *codec;
    uint64_t sweep_end;           /* number of the tile behind the sweep at hand, ... */
    uint64_t foreseen;            /* ... of which the tiles before this one are announced */
    struct blanks *blanks;        /* of all workers; NULL unless the tile at hand is blank */
    struct worker_source *source; /* n_sources */
    void *raw;                    /* stored scalars of a halo box, if values have another size */
    void *all;                    /* those of all sources that are parts of one reader's points */
    struct reader_view parts;     /* of these */
    struct axis_weights *weights; /* n_derivatives; hg_worker_weights returns the one to use */
    struct stencil_block *block;  /* n_outputs, each a derivative */
    void **result; /* n_outputs: results of the core; outputs that are derivatives share core */
    void *core;
    void *wide;       /* likewise, before they are rounded to float16 */
    double **piece;   /* n_derivatives: those of a piece of the core; NULL: not combined */
    double *factor;   /* of the points of a piece, if a combination has one */
    double *combined; /* results of a piece before they are rounded */
};

/* Returns the points of a piece: few enough that its derivatives stay in the caches. */
uint64_t hg_worker_piece_points(const struct engine_job *job);

/* Returns the bytes of piece, factor and combined together. */
uint64_t hg_worker_piece_bytes(const struct engine_job *job);

/* Returns the first derivative that has the same weights as derivative k. */
unsigned hg_worker_weights(const struct engine_job *job, unsigned k);

/* Free the worker even if this fails (H5GRAD_NO_MEMORY). */
enum h5grad_status hg_worker_make(struct worker *worker, const struct engine_job *job,
                                  const struct plan *plan, struct h5grad_error *err);

/* Allows a zeroed worker. */
void hg_worker_free(struct worker *worker);

#endif
