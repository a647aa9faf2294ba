/* SPDX-License-Identifier: BSD-3-Clause */
/* Announces the tiles that workers will come to, for reading ahead of them. */
#ifndef H5GRAD_ENGINE_FORESIGHT_H
#define H5GRAD_ENGINE_FORESIGHT_H

#include <stdatomic.h>

#include "engine/buffers.h"

struct foresight {
    const struct engine_job *job;
    const struct plan *plan;
    struct ahead *ahead;    /* NULL: nothing is announced */
    uint64_t depth;         /* tiles ahead of each worker */
    _Atomic uint64_t sweep; /* sweeps before this one are begun or announced */
};

/* The readers of the job have foresight's ahead until it is closed. */
void hg_foresight_open(struct foresight *foresight, const struct engine_job *job,
                       const struct plan *plan);
void hg_foresight_close(struct foresight *foresight);

/* Announces what the worker comes to behind tile number, which it begins. next: the first sweep
 * that no worker has begun; end: of the tiles of the block. Any thread. */
void hg_foresight_tell(struct foresight *foresight, struct worker *worker, uint64_t number,
                       uint64_t next, uint64_t end);

#endif
