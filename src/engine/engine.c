/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/engine.h"

#include <omp.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "engine/derive.h"
#include "engine/replay.h"
#include "engine/sweep.h"
#include "engine/team.h"

/* A tile whose results are in the file. */
static enum h5grad_status pass_tile(struct crew *crew, const struct worker *worker,
                                    const struct tile *tile, struct h5grad_error *err)
{
    hg_reader_skip(crew->job->reader, tile);
    crew_count(crew, tile);
    return crew->order ? hg_order_end(crew->order, worker->codec, err) : H5GRAD_OK;
}

static enum h5grad_status do_tile(struct crew *crew, struct worker *worker, uint64_t index,
                                  struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    struct tile tile;
    struct reader_view view;
    if (job->cancelled && job->cancelled(job->user))
        return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
    hg_plan_tile(crew->plan, index, &tile);
    if (crew->order)
        hg_order_begin(crew->order, worker->codec, index);
    if (hg_replay_has_tile(crew, worker, index, &tile))
        return pass_tile(crew, worker, &tile, err);
    worker->sum = HASH_START;
    enum h5grad_status status = hg_sweep_read(job, crew->plan, worker, &tile, &view, err);
    if (status)
        return status;
    status = hg_derive_tile(job, worker, &tile, &view, err);
    if (crew->order && !status)
        status = hg_order_end(crew->order, worker->codec, err);
    if (crew->keeping == WRITER_KEEPS_TILES && !status)
        status = hg_journal_add_tile(job->journal, index, worker->sum, job_result_bytes(job, &tile),
                                     err);
    crew_count(crew, &tile);
    return status;
}

/* The first reason is the one, but for H5GRAD_CANCELLED, which is also what the failure of one
 * worker is to another that waits for it. */
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
    if (crew->order)
        hg_order_stop(crew->order);
}

static void work(struct crew *crew, unsigned number)
{
    uint64_t index = 0, end = 0;
    while (!atomic_load(&crew->stop)) {
        if (index == end)
            hg_plan_turn(crew->plan, atomic_fetch_add(&crew->next, 1), &index, &end);
        if (index < crew->first)
            index = size_min(crew->first, end);
        if (index == end)
            continue;
        if (index >= crew->end)
            return;
        struct h5grad_error mine = {0};
        enum h5grad_status status = do_tile(crew, &crew->worker[number], index++, &mine);
        if (status)
            stop(crew, status, &mine);
        if (number == 0)
            crew_report(crew);
    }
}

/* A team of one is not a team: the OpenMP runtime starts nothing for a small dataset. */
static void do_block(struct crew *crew)
{
    unsigned team = hg_team_size(crew->workers);
    if (team == 1) {
        work(crew, 0);
        return;
    }
#pragma omp parallel num_threads(team)
    work(crew, (unsigned)omp_get_thread_num());
}

/* One worker takes the tiles in their order anyway. */
static enum h5grad_status make_order(struct crew *crew, uint64_t first, struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    bool placed = true; /* wherever a tile is written, its place is known */
    for (unsigned k = 0; k < job->n_axes; k++)
        placed = placed && job->axes[k].writer->way->keeping == WRITER_KEEPS_TILES;
    if (!job->ordered || placed || crew->workers == 1)
        return H5GRAD_OK;
    uint64_t core = crew->plan->core_points * job->components * hg_element_size(job->result);
    uint64_t bytes = crew->workers * hg_demand_waiting(job, core);
    crew->order = hg_order_new(crew->workers, bytes, first, err);
    for (unsigned k = 0; k < job->n_axes; k++)
        job->axes[k].writer->order = crew->order;
    return crew->order ? H5GRAD_OK : H5GRAD_NO_MEMORY;
}

static void drop_order(struct crew *crew)
{
    hg_order_free(crew->order);
    for (unsigned k = 0; k < crew->job->n_axes; k++)
        crew->job->axes[k].writer->order = NULL;
}

/* The tiles of a block before one that is the first to be done. */
static void skip_tiles(struct crew *crew, uint64_t block_first, uint64_t first)
{
    for (uint64_t i = block_first; i < first; i++) {
        struct tile tile;
        hg_plan_tile(crew->plan, i, &tile);
        hg_reader_skip(crew->job->reader, &tile);
    }
}

static enum h5grad_status do_blocks(struct crew *crew, uint64_t start, struct h5grad_error *err)
{
    const struct plan *plan = crew->plan;
    enum h5grad_status status = H5GRAD_OK;
    for (uint64_t block = 0; block < plan->blocks && !status; block++) {
        uint64_t first;
        struct tile cores;
        hg_plan_block(plan, block, &first, &crew->end, &cores);
        if (crew->end <= start)
            continue;
        status = hg_reader_prepare(crew->job->reader, plan, block, err);
        if (status)
            break;
        skip_tiles(crew, first, start);
        crew->first = size_max(first, start);
        atomic_store(&crew->next, hg_plan_turn_of(plan, crew->first));
        do_block(crew);
        crew_report(crew);
        status = crew->status;
    }
    return status;
}

enum h5grad_status hg_engine_run(const struct engine_job *job, const struct plan *plan,
                                 struct h5grad_error *err)
{
    struct crew crew = {.job = job, .plan = plan, .workers = plan->threads, .err = err};
    crew.worker = hg_memory_zeroed(crew.workers, sizeof *crew.worker);
    if (!crew.worker)
        return hg_error_memory(err, crew.workers * sizeof *crew.worker);
    uint64_t start;
    pthread_mutex_init(&crew.mutex, NULL);
    crew.keeping = hg_replay_keeping(job);
    enum h5grad_status status = hg_replay_tiles(&crew, &start, err);
    if (!status)
        status = make_order(&crew, start, err);
    for (unsigned i = 0; i < crew.workers && !status; i++)
        status = hg_worker_make(&crew.worker[i], job, plan, err);
    for (unsigned i = 0; i < crew.workers; i++)
        crew.worker[i].sums = crew.keeping == WRITER_KEEPS_TILES;
    if (!status)
        status = do_blocks(&crew, start, err);
    for (unsigned i = 0; i < crew.workers; i++)
        hg_worker_free(&crew.worker[i], job);
    free(crew.worker);
    pthread_mutex_destroy(&crew.mutex);
    drop_order(&crew);
    return status;
}

unsigned hg_engine_default_threads(void)
{
    int threads = omp_get_max_threads();
    return threads > 0 ? (unsigned)threads : 1;
}
