/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/foresight.h"

#include "base/size.h"

/* Bytes of input ahead of all workers together: enough for a fast disk, and little of a page
 * cache. */
#define AHEAD_BYTES ((uint64_t)32 << 20)

static void set_ahead(const struct engine_job *job, struct ahead *ahead)
{
    for (unsigned s = 0; s < job->n_sources; s++)
        job->source[s].reader->ahead = ahead;
}

void hg_foresight_open(struct foresight *foresight, const struct engine_job *job,
                       const struct plan *plan)
{
    uint64_t tile = 1;
    bool helps = false;
    *foresight = (struct foresight){.job = job, .plan = plan};
    for (unsigned s = 0; s < job->n_sources; s++) {
        const struct reader *reader = job->source[s].reader;
        helps = helps || reader->method->foresee;
        if (!job->source[s].follows)
            tile += plan->core_points * reader->size * size_max(reader->parts, 1);
    }
    foresight->depth = size_max(AHEAD_BYTES / plan->threads / tile, 1);
    if (helps && plan->tiles > 1)
        foresight->ahead = hg_ahead_new();
    set_ahead(job, foresight->ahead);
}

void hg_foresight_close(struct foresight *foresight)
{
    set_ahead(foresight->job, NULL);
    hg_ahead_free(foresight->ahead);
}

/* Announces a tile, or, behind another of its sweep, the planes that it does not share with that.
 */
static void announce(const struct foresight *foresight, uint64_t number, bool behind)
{
    const struct engine_job *job = foresight->job;
    const unsigned axis = foresight->plan->sweep_axis;
    struct tile tile, before;
    hg_plan_tile(foresight->plan, number, &tile);
    if (behind) {
        hg_plan_tile(foresight->plan, number - 1, &before);
        const uint64_t skipped = hg_halo_shared(&before.halo, &tile.halo, axis);
        hg_halo_planes(&tile, axis, job->extent[axis], skipped, &tile);
    }
    for (unsigned s = 0; s < job->n_sources; s++) {
        if (!job->source[s].follows)
            hg_reader_foresee(job->source[s].reader, &tile);
    }
}

/* Announces the first tiles of a sweep that no worker has begun, and that has tiles before last. */
static void announce_sweep(const struct foresight *foresight, uint64_t first, uint64_t last)
{
    last = size_min(last, first + foresight->depth);
    for (uint64_t i = first; i < last; i++)
        announce(foresight, i, i > first);
}

void hg_foresight_tell(struct foresight *foresight, struct worker *worker, uint64_t number,
                       uint64_t next, uint64_t end)
{
    const struct plan *plan = foresight->plan;
    const uint64_t depth = foresight->depth;
    if (!foresight->ahead)
        return;
    worker->foreseen = size_max(worker->foreseen, number + 1);
    for (; worker->foreseen < size_min(worker->sweep_end, number + 1 + depth); worker->foreseen++)
        announce(foresight, worker->foreseen, true);
    if (worker->sweep_end - number > depth)
        return;
    uint64_t sweep = atomic_load(&foresight->sweep), first, last;
    const uint64_t most = next + size_max(depth / plan->sweep_tiles, 1) * plan->threads;
    while (sweep < most) {
        uint64_t mine = size_max(sweep, next);
        hg_plan_sweep(plan, mine, &first, &last);
        if (first >= end)
            return;
        if (atomic_compare_exchange_weak(&foresight->sweep, &sweep, mine + 1))
            announce_sweep(foresight, first, size_min(last, end));
    }
}
