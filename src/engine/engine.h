/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: read, differentiate, write, over the tiles of a plan, by OpenMP workers.
 *
 * A worker takes the next tile, reads its halo box, brings the points to the arithmetic type, and
 * for each differentiated axis computes the core and hands it to that axis's writer. Nothing is
 * shared but the readers and writers, so the result does not depend on the number of workers or on
 * the tiling.
 */
#ifndef H5GRAD_ENGINE_ENGINE_H
#define H5GRAD_ENGINE_ENGINE_H

#include "base/cache.h"
#include "grid/plan.h"
#include "axis/coord_array.h"
#include "reader/reader.h"
#include "stencil/stencil.h"
#include "stencil/unpack.h"
#include "writer/writer.h"

/* What is done along an axis: how far it reads, and the function that does it for a block. */
struct engine_operator {
    struct halo_rule rule;
    stencil_kernel *kernel; /* from input_element to the element of the results */
};

struct engine_axis {
    unsigned axis;
    struct stencil_axis stencil;
    const struct engine_operator *own; /* NULL: the gradient of stencil.h */
    struct line *coordinates;          /* NULL where the axis is uniform */
    struct writer *writer;
};

struct engine_job {
    unsigned rank;
    const uint64_t *extent;
    unsigned components;
    enum element stored; /* of the reader's scalars */
    bool swapped;
    const struct unpack_rule *unpack; /* NULL: the scalars are the values */
    enum element arithmetic;          /* F32 or F64; coordinates are computed in F64 all the same */
    enum element result;              /* F16, F32 or F64 */
    unsigned n_axes;
    struct engine_axis *axes;
    struct reader *reader;
    struct journal *journal; /* at this field: what is in it is not done again; NULL */
    bool ordered;            /* chunks of results lie in the file in the same order every time */
    unsigned threads;
    struct cache_sizes cache; /* which the tiles are to fit */
    uint64_t memory;          /* bytes for buffers and decoded chunks */
    uint64_t thread_memory;   /* of it for each of several workers, besides its buffers */

    /* Called with the bytes of results done since the last call, by the calling thread only. */
    void (*progress)(void *user, uint64_t bytes);
    int (*cancelled)(void *user);
    void *user;
};

/* Makes the plan for a job whose writers may still be missing. source and result may be NULL:
 * memory. */
enum h5grad_status hg_engine_plan(const struct engine_job *job, const struct h5_storage *source,
                                  const struct h5_storage *result, struct plan *plan,
                                  struct h5grad_error *err);

/* Workers where nobody says how many: OMP_NUM_THREADS, else the processors this process may use. */
unsigned hg_engine_default_threads(void);

/* Does all tiles. H5GRAD_CANCELLED when job->cancelled said so. Not within h5_enter. */
enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err);

#endif
