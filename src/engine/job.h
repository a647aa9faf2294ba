/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine is to do: outputs are made of derivatives, and these of sources. All sources are
 * read tile by tile; what no output is made of is not computed, and derivatives that are only
 * combined are neither kept nor written.
 */
#ifndef H5GRAD_ENGINE_JOB_H
#define H5GRAD_ENGINE_JOB_H

#include "axis/coord_array.h"
#include "base/cache.h"
#include "engine/combine.h"
#include "grid/plan.h"
#include "reader/reader.h"
#include "stencil/stencil.h"
#include "stencil/unpack.h"
#include "writer/sink.h"

/* A field, or a component of a vector: of the rank, extent and components of the job. */
struct engine_source {
    struct reader *reader;
    const struct h5_storage *storage; /* NULL: memory. Chunks that are kept decoded are alike. */
    enum element stored;              /* of the reader's scalars */
    bool swapped;
    const struct unpack_rule *unpack; /* NULL: the scalars are the values */
    enum element value;               /* F32 or F64: what the kernels read */
};

/* A number for each index of an axis, the same in all points that have it. */
struct engine_rows {
    const double *value;
    unsigned axis;
};

struct engine_derivative {
    unsigned source;
    unsigned axis;
    /* Periodic or not as all others along the axis. Where its operator's derivative is 0, it is the
     * value itself, which is combined only: of the rest the stencil is even and else zeroed. */
    struct stencil_axis stencil;
    struct coord_array *coordinates; /* NULL where the operator is even */
    /* Where it is combined, it is divided by these, twice if it is the second one; NULL: by
     * nothing. Other outputs do not have it. */
    const struct engine_rows *divisor;
};

struct engine_output {
    enum element element;             /* F16, F32 or F64: rounded to once */
    const struct h5_storage *storage; /* NULL: memory. All outputs have the same chunks. */
    /* The output is a derivative, computed in arithmetic (F32 or F64), with coordinates in F64; */
    unsigned derivative;
    enum element arithmetic;
    /* or, where this is not NULL, a combination of those listed, all computed in F64. */
    const struct combination *combination;
    const unsigned *inputs;
    const struct engine_rows *factor; /* of a combination that has one; NULL */
};

struct engine_job {
    unsigned rank;
    const uint64_t *extent;
    const struct region *region; /* of which the sink gets results, by their numbers; NULL: all */
    unsigned components;         /* scalars of a point: 2 of a complex field */
    unsigned n_sources, n_derivatives, n_outputs;
    const struct engine_source *source;
    const struct engine_derivative *derivative;
    const struct engine_output *output;
    struct sink *sink; /* of the outputs, by their number; not needed for a plan */
    bool ordered;      /* the sink may keep hg_engine_waiting bytes */
    unsigned threads;
    struct cache_sizes cache; /* which the tiles are to fit */
    uint64_t memory;          /* bytes for buffers and decoded chunks */
    uint64_t thread_memory;   /* of it for each of several workers, besides its buffers */

    /* Called with the bytes of results done since the last call, by the calling thread only. */
    void (*progress)(void *user, uint64_t bytes);
    int (*cancelled)(void *user);
    void *user;
};

/* Whether the scalars of the reader are something else than the values. */
static inline bool job_needs_decoding(const struct engine_source *source)
{
    return source->unpack || source->swapped || source->stored != source->value;
}

/* Bytes of a point of an output. */
static inline size_t job_result_size(const struct engine_job *job,
                                     const struct engine_output *output)
{
    unsigned components = output->combination ? output->combination->results : job->components;
    return components * hg_element_size(output->element);
}

#endif
