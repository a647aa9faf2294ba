/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A job of the engine: outputs are made of derivatives, and derivatives of sources. All sources are
 * read tile by tile. A derivative that no output needs is not computed; one that is only combined
 * is neither kept nor written.
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

/* A field, or a component of a vector, of the job's rank, extent and components. */
struct engine_source {
    struct reader *reader;
    unsigned part; /* of a reader with parts, ... */
    bool follows;  /* ... which an earlier source has brought already */
    /* Without the axis of the parts; NULL: memory. All sources whose chunks are cached have the
     * same chunks. */
    const struct h5_storage *storage;
    enum element stored; /* of the reader's scalars */
    bool swapped;
    const struct unpack_rule *unpack; /* NULL: the scalars are the values */
    enum element value;               /* F32 or F64: the type of the values, which kernels read */
};

/* Factors, one per index of an axis. */
struct engine_factors {
    const double *value;
    unsigned axis;
};

struct engine_derivative {
    unsigned source;
    unsigned axis;
    /* Either all stencils along an axis are periodic or none. Derivative 0 is the value itself,
     * which combinations alone may use: then the stencil is even and zero otherwise. */
    struct stencil_axis stencil;
    struct coord_array *coordinates; /* NULL: the axis is even */
    double offset;                   /* added to the value, of derivative 0 */
    /* Divides the derivative, a second one twice, before it is combined; NULL: nothing does.
     * Outputs that are the derivative itself have none. */
    const struct engine_factors *divisor;
};

struct engine_output {
    enum element element;             /* F16, F32 or F64; results are rounded to it once */
    const struct h5_storage *storage; /* NULL: memory. All outputs have the same chunks. */
    /* A derivative, computed in arithmetic (F32 or F64), or in F64 if its axis is uneven; */
    unsigned derivative;
    enum element arithmetic;
    /* or, if not NULL, a combination of the derivatives inputs[], computed in F64. */
    const struct combination *combination;
    const unsigned *inputs;
    const struct engine_factors *factor; /* of the metric term of a combination; else NULL */
};

/* The last plan: small fields alike differ in nothing that it depends on, and making it takes
 * longer than differentiating one of them. */
struct engine_memo {
    bool made;
    struct plan_request request;
    struct plan plan;
};

struct engine_job {
    unsigned rank;
    const uint64_t *extent;
    const struct region
        *region;            /* the points that have results, numbered so for the sink; NULL: all */
    const uint64_t *origin; /* the number of the first along each axis, for the sink; NULL: 0 */
    unsigned components;    /* scalars of a point: 2 of a complex field */
    unsigned n_sources, n_derivatives, n_outputs;
    const struct engine_source *source;
    const struct engine_derivative *derivative;
    const struct engine_output *output;
    unsigned behind;   /* points of an axis behind the job's that some writers have; 0: none has */
    struct sink *sink; /* takes the outputs, by their numbers; not needed for a plan */
    bool ordered;      /* the sink may keep hg_engine_waiting bytes */
    unsigned threads;
    struct cache_sizes cache; /* that tiles should fit */
    uint64_t memory;          /* bytes for buffers, decoded chunks, and ... */
    uint64_t held;            /* ... what else is held for the job */
    struct engine_memo *memo; /* of successive plans; NULL: none */
    /* Part of it, for each of several workers, besides its buffers; 0: buffers alone are to be
     * small, for tests. */
    uint64_t thread_memory;

    /* Called by the calling thread alone, with the bytes of results done since the last call. */
    void (*progress)(void *user, uint64_t bytes);
    int (*cancelled)(void *user);
    void *user;
};

/* Returns whether the reader's scalars differ from the values. */
static inline bool job_needs_decoding(const struct engine_source *source)
{
    return source->unpack || source->swapped || source->stored != source->value;
}

/* Returns whether all tiles are views of arrays in memory, and no halo is ever copied. */
static inline bool job_has_views(const struct engine_job *job)
{
    bool all = true;
    for (unsigned s = 0; s < job->n_sources; s++)
        all = all && job->source[s].reader->method->view && !job_needs_decoding(&job->source[s]);
    return all;
}

/* Returns the bytes of a point of an output. */
static inline size_t job_result_size(const struct engine_job *job,
                                     const struct engine_output *output)
{
    unsigned components = output->combination ? output->combination->results : job->components;
    return components * hg_element_size(output->element);
}

#endif
