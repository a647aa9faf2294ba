/* SPDX-License-Identifier: BSD-3-Clause */
/* What the workers of a job share. */
#ifndef H5GRAD_ENGINE_CREW_H
#define H5GRAD_ENGINE_CREW_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/buffers.h"

struct crew {
    const struct engine_job *job;
    const struct plan *plan;
    struct worker *worker;
    unsigned workers;
    struct order *order; /* of chunks; NULL: any */
    enum writer_keeping keeping;
    uint64_t first;        /* tile of the block being done that is to be done */
    uint64_t end;          /* of the tiles of the block being done */
    _Atomic uint64_t next; /* turn to be taken */
    _Atomic uint64_t done; /* bytes of results not yet reported */
    _Atomic bool stop;
    pthread_mutex_t mutex; /* of what follows */
    enum h5grad_status status;
    struct h5grad_error *err;
};

/* Counts the results of a tile as done. */
static inline void crew_count(struct crew *crew, const struct tile *tile)
{
    atomic_fetch_add(&crew->done, job_result_bytes(crew->job, tile));
}

/* Tells the caller what was done since the last call. By the calling thread only. */
static inline void crew_report(struct crew *crew)
{
    if (crew->job->progress)
        crew->job->progress(crew->job->user, atomic_exchange(&crew->done, 0));
}

#endif
