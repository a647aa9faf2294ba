/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/aside.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

/* To wake a thread takes about as long as a small job, so it is woken for so many. */
#define GATHERED 4

struct aside {
    pthread_mutex_t mutex; /* guards all below, and next and done of jobs */
    pthread_cond_t given, done;
    struct aside_job *first, **end; /* not begun yet */
    unsigned waiting;               /* of these */
    bool alone;                     /* there is no other thread, nor will there be */
    bool started, over;
    pthread_t thread;
};

/* Takes the job that waits longest and does it. Within the mutex, which is released meanwhile. */
static void do_next(struct aside *aside)
{
    struct aside_job *job = aside->first;
    aside->first = job->next;
    if (!aside->first)
        aside->end = &aside->first;
    aside->waiting--;
    pthread_mutex_unlock(&aside->mutex);
    job->status = hg_engine_run(job->job, job->plan, &job->error);
    pthread_mutex_lock(&aside->mutex);
    job->done = true;
    pthread_cond_signal(&aside->done);
}

/* Does jobs, and waits for news where there are none, until *end. */
static void work_until(struct aside *aside, const bool *end, pthread_cond_t *news)
{
    pthread_mutex_lock(&aside->mutex);
    while (!*end) {
        if (aside->first)
            do_next(aside);
        else
            pthread_cond_wait(news, &aside->mutex);
    }
    pthread_mutex_unlock(&aside->mutex);
}

static void *work(void *of)
{
    struct aside *aside = of;
    work_until(aside, &aside->over, &aside->given);
    return NULL;
}

struct aside *hg_aside_new(unsigned threads, struct h5grad_error *err)
{
    struct aside *aside = hg_memory_zeroed(1, sizeof *aside);
    if (!aside) {
        hg_error_memory(err, sizeof *aside);
        return NULL;
    }
    pthread_mutex_init(&aside->mutex, NULL);
    pthread_cond_init(&aside->given, NULL);
    pthread_cond_init(&aside->done, NULL);
    aside->end = &aside->first;
    aside->alone = threads == 1 || !hg_engine_has_threads();
    return aside;
}

/* Starts the other thread or wakes it. Within the mutex. */
static void wake(struct aside *aside)
{
    if (!aside->started && !aside->alone) {
        aside->started = hg_thread_start(&aside->thread, work, aside) == 0;
        aside->alone = !aside->started;
    }
    pthread_cond_signal(&aside->given);
}

void hg_aside_give(struct aside *aside, struct aside_job *job)
{
    job->next = NULL;
    job->done = false;
    job->error.status = H5GRAD_OK;
    job->error.message[0] = '\0';
    pthread_mutex_lock(&aside->mutex);
    *aside->end = job;
    aside->end = &job->next;
    if (++aside->waiting >= GATHERED)
        wake(aside);
    pthread_mutex_unlock(&aside->mutex);
}

enum h5grad_status hg_aside_wait(struct aside *aside, struct aside_job *job,
                                 struct h5grad_error *err)
{
    work_until(aside, &job->done, &aside->done);
    if (job->status && err)
        *err = job->error;
    return job->status;
}

void hg_aside_free(struct aside *aside)
{
    if (!aside)
        return;
    pthread_mutex_lock(&aside->mutex);
    aside->over = true;
    pthread_cond_signal(&aside->given);
    pthread_mutex_unlock(&aside->mutex);
    if (aside->started)
        pthread_join(aside->thread, NULL);
    pthread_cond_destroy(&aside->done);
    pthread_cond_destroy(&aside->given);
    pthread_mutex_destroy(&aside->mutex);
    free(aside);
}
