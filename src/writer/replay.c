/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/replay.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"

struct replay {
    struct journal *journal;
    unsigned n;
    struct writer *const *writer;
    bool by_chunks;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t next;      /* number of the tile whose chunks are replayed next */
    bool over, stopped; /* no more tiles are replayed; a tile will never begin */
};

static uint64_t result_bytes(const struct writer *writer, const struct result_tile *tile)
{
    const struct writer_target *target = &writer->target;
    return hg_box_points(target->storage->rank, &tile->core) * target->size;
}

/* True if the results of a tile are in the file as the journal records them. */
static bool has_tile(const struct replay *self, const struct result_tile *tile)
{
    uint64_t noted, sum = HASH_START;
    if (!hg_journal_has_tile(self->journal, tile->number, &noted))
        return false;
    if (hg_journal_is_trusted(self->journal))
        return true;
    bool there = true;
    for (unsigned k = 0; k < self->n && there; k++) {
        void *points = tile->space[k];
        there = hg_writer_read(self->writer[k], tile, points, NULL) == H5GRAD_OK;
        sum = there ? hash_large(sum, points, result_bytes(self->writer[k], tile)) : sum;
    }
    if (there && sum == noted)
        return true;
    hg_journal_add_lost(self->journal);
    return false;
}

/* Replays the chunks of the next tile if all of them are in the file. */
static enum h5grad_status take_chunks(struct replay *self, struct result_tile *tile,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t chunks = 0;
    for (unsigned k = 0; k < self->n; k++)
        chunks += hg_writer_chunks(self->writer[k], tile);
    tile->there = chunks <= hg_journal_chunks_left(self->journal) &&
                  hg_journal_holds_chunks(self->journal, chunks);
    self->over = !tile->there;
    for (unsigned k = 0; k < self->n && tile->there && !status; k++)
        status = hg_writer_replay(self->writer[k], tile, err);
    return status;
}

static enum h5grad_status begin_chunks(struct replay *self, struct result_tile *tile,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    pthread_mutex_lock(&self->mutex);
    while (!self->over && !self->stopped && self->next != tile->number)
        pthread_cond_wait(&self->changed, &self->mutex);
    if (self->stopped)
        status = hg_error_set(err, H5GRAD_CANCELLED, "another tile failed");
    else if (!self->over)
        status = take_chunks(self, tile, err);
    self->next++;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    return status;
}

enum h5grad_status hg_replay_begin(struct replay *replay, struct result_tile *tile,
                                   struct h5grad_error *err)
{
    if (replay->by_chunks)
        return begin_chunks(replay, tile, err);
    tile->there = has_tile(replay, tile);
    return H5GRAD_OK;
}

void hg_replay_sum(const struct replay *replay, struct result_tile *tile, unsigned output,
                   const void *points)
{
    if (!replay->by_chunks)
        tile->sum = hash_large(tile->sum, points, result_bytes(replay->writer[output], tile));
}

enum h5grad_status hg_replay_end(struct replay *replay, const struct result_tile *tile,
                                 struct h5grad_error *err)
{
    uint64_t bytes = 0;
    if (replay->by_chunks || tile->there)
        return H5GRAD_OK;
    for (unsigned k = 0; k < replay->n; k++)
        bytes += result_bytes(replay->writer[k], tile);
    return hg_journal_add_tile(replay->journal, tile->number, tile->sum, bytes, err);
}

void hg_replay_stop(struct replay *replay)
{
    pthread_mutex_lock(&replay->mutex);
    replay->stopped = true;
    pthread_cond_broadcast(&replay->changed);
    pthread_mutex_unlock(&replay->mutex);
}

struct replay *hg_replay_open(struct journal *journal, unsigned n, struct writer *const *writer,
                              struct h5grad_error *err)
{
    struct replay *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->journal = journal;
    self->n = n;
    self->writer = writer;
    self->by_chunks = writer[0]->method->resume == WRITER_RESUMES_CHUNKS;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    return self;
}

void hg_replay_close(struct replay *replay)
{
    if (!replay)
        return;
    pthread_cond_destroy(&replay->changed);
    pthread_mutex_destroy(&replay->mutex);
    free(replay);
}
