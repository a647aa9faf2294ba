/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Jobs done aside: by another thread, while the calling thread goes on. What libhdf5 does for a
 * small dataset takes longer than reading, differentiating and writing its points.
 */
#ifndef H5GRAD_ENGINE_ASIDE_H
#define H5GRAD_ENGINE_ASIDE_H

#include "engine/engine.h"

struct aside;

/* A job that is given. The caller sets job and plan. */
struct aside_job {
    const struct engine_job *job; /* reports no progress */
    const struct plan *plan;      /* of one worker */
    struct aside_job *next;
    bool done;
    enum h5grad_status status;
    struct h5grad_error error;
};

/* threads: that may work, the calling one included. With one, or if no other can be had, the
 * calling thread does the jobs, in hg_aside_wait. NULL with the reason. */
struct aside *hg_aside_new(unsigned threads, struct h5grad_error *err);

/* Gives a job. It and all that it points to stay where and as they are until hg_aside_wait has
 * returned. */
void hg_aside_give(struct aside *aside, struct aside_job *job);

/* Waits until a job is done, and helps until then; returns its status. Not within hg_enter. */
enum h5grad_status hg_aside_wait(struct aside *aside, struct aside_job *job,
                                 struct h5grad_error *err);

/* Call when all jobs that were given have been waited for. aside may be NULL. */
void hg_aside_free(struct aside *aside);

#endif
