/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/error.h"
#include "base/memory.h"
#include "engine/derive.h"
#include "engine/foresight.h"
#include "engine/sweep.h"

/* What the workers of a job share. */
struct crew {
    const struct engine_job *job;
    const struct plan *plan;
    struct worker *worker;
    struct blanks *blanks;
    struct foresight foresight;
    unsigned workers;
    uint64_t end;          /* of the tiles of the current block */
    _Atomic uint64_t next; /* the next sweep to be done */
    _Atomic uint64_t done; /* bytes of results not yet reported */
    _Atomic bool stop;
    pthread_mutex_t mutex; /* guards the members below */
    enum h5grad_status status;
    struct h5grad_error *err;
};

/* Reports progress. Called by the calling thread alone. */
static void report(struct crew *crew)
{
    if (crew->job->progress)
        crew->job->progress(crew->job->user, atomic_exchange(&crew->done, 0));
}

static uint64_t result_bytes(const struct engine_job *job, const struct box *results)
{
    uint64_t size = 0;
    for (unsigned o = 0; o < job->n_outputs; o++)
        size += job_result_size(job, &job->output[o]);
    return hg_box_points(job->rank, results) * size;
}

static bool is_blank(const struct engine_job *job, const struct tile *tile)
{
    bool blank = true;
    for (unsigned s = 0; s < job->n_sources && blank; s++)
        blank = hg_reader_is_blank(job->source[s].reader, tile);
    return blank;
}

/* Tiles that the sink has already, or whose results are known to be zeros, are not made. */
static enum h5grad_status make_tile(const struct crew *crew, struct worker *worker,
                                    const struct tile *tile, struct result_tile *out,
                                    struct h5grad_error *err)
{
    const struct engine_job *job = worker->job;
    enum h5grad_status status = H5GRAD_OK;
    worker->blanks = crew->blanks && is_blank(job, tile) ? crew->blanks : NULL;
    const bool zero = worker->blanks && hg_blanks_know(worker->blanks, &out->core);
    if (!out->there && !zero) {
        status = hg_sweep_read(worker, tile, err);
        return status ? status : hg_derive_tile(worker, tile, out, err);
    }
    for (unsigned s = 0; s < job->n_sources; s++) {
        if (!job->source[s].follows)
            hg_reader_skip(job->source[s].reader, tile);
    }
    for (unsigned o = 0; o < job->n_outputs && !out->there && !status; o++)
        status = hg_sink_write(job->sink, out, o, NULL, err);
    return status;
}

/* Numbers the results of a core for the sink. */
static void number_results(const struct engine_job *job, const struct plan *plan,
                           const struct box *core, struct box *results)
{
    hg_region_results(job->rank, &plan->region, core, results);
    for (unsigned i = 0; i < job->rank && job->origin; i++)
        results->start[i] += job->origin[i];
    if (job->behind > 0)
        hg_box_add_axis(results, job->rank, job->rank, 0, job->behind);
}

static enum h5grad_status do_tile(struct crew *crew, struct worker *worker, uint64_t number,
                                  struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    struct tile tile;
    if (cancel_is_asked(job->cancelled, job->user))
        return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    hg_plan_tile(crew->plan, number, &tile);
    struct result_tile out = {.number = number, .codec = worker->codec, .space = worker->result};
    number_results(job, crew->plan, &tile.core, &out.core);
    enum h5grad_status status = hg_sink_begin(job->sink, &out, err);
    if (!status && !out.there)
        hg_foresight_tell(&crew->foresight, worker, number, atomic_load(&crew->next), crew->end);
    if (!status)
        status = make_tile(crew, worker, &tile, &out, err);
    if (!status)
        status = hg_sink_end(job->sink, &out, err);
    atomic_fetch_add(&crew->done, result_bytes(job, &out.core));
    return status;
}

/* Keeps the first reason, or the first other than H5GRAD_CANCELLED: a worker that waits for one
 * that failed gets H5GRAD_CANCELLED, too. */
static void stop(struct crew *crew, enum h5grad_status status, const struct h5grad_error *reason)
{
    atomic_store(&crew->stop, true);
    pthread_mutex_lock(&crew->mutex);
    bool better = crew->status == H5GRAD_CANCELLED && status != H5GRAD_CANCELLED;
    if (!crew->status || better) {
        crew->status = status;
        if (crew->err)
            *crew->err = *reason;
    }
    pthread_mutex_unlock(&crew->mutex);
    hg_sink_stop(crew->job->sink);
}

static void work(struct crew *crew, unsigned number)
{
    struct worker *worker = &crew->worker[number];
    uint64_t index = 0;
    worker->sweep_end = worker->foreseen = 0;
    while (!atomic_load(&crew->stop)) {
        if (index == worker->sweep_end)
            hg_plan_sweep(crew->plan, atomic_fetch_add(&crew->next, 1), &index, &worker->sweep_end);
        if (index >= crew->end)
            return;
        struct h5grad_error mine = {0};
        enum h5grad_status status = do_tile(crew, worker, index++, &mine);
        if (status)
            stop(crew, status, &mine);
        if (number == 0)
            report(crew);
    }
}

/* The largest team that this thread has had: OpenMP keeps its threads. */
static _Thread_local unsigned largest_team = 1;

/* A child of fork has one thread of the process, and OpenMP's memory of all of them: a team of
 * several would wait for those that are not there. */
static bool is_orphan;

static void become_orphan(void)
{
    is_orphan = true;
}

static void prepare_for_fork(void)
{
    pthread_atfork(NULL, NULL, become_orphan);
}

static void *wait_for(void *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
    return NULL;
}

bool hg_engine_has_threads(void)
{
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    pthread_once(&prepared, prepare_for_fork);
    return !is_orphan;
}

/* Returns how many of n threads can exist at a time, by creating them. */
static unsigned try_threads(unsigned n)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_t *thread = hg_memory_zeroed(n, sizeof *thread);
    unsigned made = 0;
    pthread_mutex_lock(&mutex);
    while (thread && made < n && pthread_create(&thread[made], NULL, wait_for, &mutex) == 0)
        made++;
    pthread_mutex_unlock(&mutex);
    for (unsigned i = 0; i < made; i++)
        pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&mutex);
    free(thread);
    return made;
}

/* Returns the size of the team that can be had, the calling thread included, at most wanted. If the
 * system refuses a thread to the OpenMP runtime, the runtime ends the program. */
static unsigned find_team(unsigned wanted)
{
    if (wanted == 1 || !hg_engine_has_threads())
        return 1;
    if (wanted > largest_team)
        largest_team += try_threads(wanted - largest_team);
    return wanted < largest_team ? wanted : largest_team;
}

/* A team of one does without OpenMP, whose runtime takes long to start for a small dataset. */
static void do_block(struct crew *crew)
{
    unsigned team = find_team(crew->workers);
    if (team == 1) {
        work(crew, 0);
        return;
    }
#pragma omp parallel num_threads(team)
    work(crew, (unsigned)omp_get_thread_num());
}

/* If there are several blocks, there are no sweeps: the number of a sweep is that of its tile. */
static enum h5grad_status do_blocks(struct crew *crew, struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    enum h5grad_status status = H5GRAD_OK;
    for (uint64_t block = 0; block < crew->plan->blocks && !status; block++) {
        uint64_t first;
        struct tile cores;
        hg_plan_block(crew->plan, block, &first, &crew->end, &cores);
        for (unsigned s = 0; s < job->n_sources && !status; s++) {
            struct reader *reader = job->source[s].reader;
            reader->cancelled = job->cancelled;
            reader->user = job->user;
            if (!job->source[s].follows)
                status = hg_reader_prepare(reader, crew->plan, block, err);
        }
        if (status)
            break;
        atomic_store(&crew->next, first);
        atomic_store(&crew->foresight.sweep, first);
        do_block(crew);
        report(crew);
        status = crew->status;
    }
    return status;
}

enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err)
{
    struct crew crew = {.job = job, .plan = plan, .workers = plan->threads, .err = err};
    unsigned made = 0;
    enum h5grad_status status = H5GRAD_OK;
    crew.worker = hg_memory_zeroed(crew.workers, sizeof *crew.worker);
    if (!crew.worker)
        return hg_error_memory(err, crew.workers * sizeof *crew.worker);
    pthread_mutex_init(&crew.mutex, NULL);
    status = hg_blanks_new(job, plan, &crew.blanks, err);
    while (made < crew.workers && !status)
        status = hg_worker_make(&crew.worker[made++], job, plan, err);
    hg_foresight_open(&crew.foresight, job, plan);
    if (!status)
        status = do_blocks(&crew, err);
    hg_foresight_close(&crew.foresight);
    while (made > 0)
        hg_worker_free(&crew.worker[--made]);
    free(crew.worker);
    hg_blanks_free(crew.blanks);
    pthread_mutex_destroy(&crew.mutex);
    return status;
}

unsigned hg_engine_default_threads(void)
{
    int threads = omp_get_max_threads();
    return threads > 0 ? (unsigned)threads : 1;
}
