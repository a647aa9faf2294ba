/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/replay.h"

#include "base/error.h"
#include "base/hash.h"

enum writer_keeping hg_replay_keeping(const struct engine_job *job)
{
    if (!job->journal)
        return WRITER_KEEPS_NOTHING;
    for (unsigned k = 1; k < job->n_axes; k++) {
        if (job->axes[k].writer->way != job->axes[0].writer->way)
            return WRITER_KEEPS_NOTHING;
    }
    return job->axes[0].writer->way->keeping;
}

enum h5grad_status hg_replay_tiles(struct crew *crew, uint64_t *first, struct h5grad_error *err)
{
    const struct engine_job *job = crew->job;
    enum h5grad_status status = H5GRAD_OK;
    *first = 0;
    while (!status && crew->keeping == WRITER_KEEPS_CHUNKS && *first < crew->plan->tiles) {
        struct tile tile;
        uint64_t chunks = 0;
        hg_plan_tile(crew->plan, *first, &tile);
        for (unsigned k = 0; k < job->n_axes; k++)
            chunks += hg_writer_chunks(job->axes[k].writer, &tile.core);
        if (chunks > hg_journal_chunks_left(job->journal) ||
            !hg_journal_holds_chunks(job->journal, chunks))
            break;
        if (job->cancelled && job->cancelled(job->user))
            return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
        for (unsigned k = 0; k < job->n_axes && !status; k++)
            status = hg_writer_retell(job->axes[k].writer, &tile.core, err);
        crew_count(crew, &tile);
        crew_report(crew);
        (*first)++;
    }
    return status;
}

bool hg_replay_has_tile(const struct crew *crew, struct worker *worker, uint64_t index,
                        const struct tile *tile)
{
    const struct engine_job *job = crew->job;
    uint64_t noted, sum = HASH_START;
    uint64_t bytes = job_result_bytes(job, tile) / job->n_axes;
    if (crew->keeping != WRITER_KEEPS_TILES || !hg_journal_has_tile(job->journal, index, &noted))
        return false;
    bool there = true, trusted = hg_journal_is_trusted(job->journal);
    for (unsigned k = 0; k < job->n_axes && there && !trusted; k++) {
        there = hg_writer_read(job->axes[k].writer, &tile->core, worker->core, worker->codec,
                               NULL) == H5GRAD_OK;
        sum = there ? hash_large(sum, worker->core, bytes) : sum;
    }
    there = trusted || (there && sum == noted);
    if (!there)
        hg_journal_add_lost(job->journal);
    return there;
}
