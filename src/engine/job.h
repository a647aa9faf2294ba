/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine is to do. */
#ifndef H5GRAD_ENGINE_JOB_H
#define H5GRAD_ENGINE_JOB_H

#include "axis/coord_array.h"
#include "base/cache.h"
#include "grid/plan.h"
#include "reader/reader.h"
#include "stencil/stencil.h"
#include "stencil/unpack.h"
#include "writer/writer.h"

struct engine_axis {
    unsigned axis;
    struct stencil_axis stencil;
    struct line *coordinates; /* NULL where the operator is even */
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

/* The type of the kernels' input. */
static inline enum element job_input_element(const struct engine_job *job)
{
    return job->unpack ? job->arithmetic : hg_element_arithmetic(job->stored);
}

/* Whether the scalars of the reader are something else. */
static inline bool job_needs_decoding(const struct engine_job *job)
{
    return job->unpack || job->swapped || job->stored != job_input_element(job);
}

/* Bytes of the results of a tile. */
static inline uint64_t job_result_bytes(const struct engine_job *job, const struct tile *tile)
{
    return hg_box_points(job->rank, &tile->core) * job->components * hg_element_size(job->result) *
           job->n_axes;
}

#endif
