/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading chunked datasets: libhdf5 tells one worker at a time, under its lock, where a chunk lies
 * in the file, or brings its bytes where it cannot; the workers read it and undo the filters
 * outside. A decoded chunk is kept until all tiles of the block that need it have had it: how many
 * they are is counted before the block is begun. Of chunks without filters, a tile's halo along the
 * first axis that lies in other chunks is read once more instead: it lies in one piece, and few
 * chunks are kept then. The
 * halo along the last axis is scattered, a point here and there: the ends of a chunk along that
 * axis are put together while the chunk is still in the processor's cache.
 *
 * Where the plan gathers blocks, no chunk is kept: the first worker that comes to a block decodes
 * one after the other and takes what the block needs of it, and all tiles are copied from there.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"
#include "grid/chunks.h"
#include "hdf5/chunk.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "trust/driver.h"
#include "reader/reader.h"

/* Points of a chunk along an axis from which on its first or last is a small part of it. */
#define APART_EXTENT 16

/* Of a row that is compared with what libhdf5 reads, at most. */
#define PROOF_POINTS 4096

enum entry_state { ENTRY_EMPTY, ENTRY_BUSY, ENTRY_READY, ENTRY_FAILED };

/* A chunk that the block touches. */
struct entry {
    void *data;
    uint32_t need; /* pieces of tiles that have yet to be taken from it */
    enum entry_state state;
};

_Static_assert(sizeof(struct entry) <= PLAN_CHUNK_ENTRY, "the plan counts on less");

/* A buffer that waits for its next chunk. */
struct spare {
    struct spare *next;
};

struct chunked_reader {
    struct reader reader;
    struct reader_source source;
    size_t size; /* of a point */
    size_t raw;  /* of a decoded chunk, in bytes */
    size_t face; /* of its first or last points along the last axis, behind it; 0: not kept */
    bool faces;  /* the block needs them */
    bool apart;  /* halos along the first axis are read apart */
    bool gather; /* blocks are gathered */
    int fd;
    uint64_t held;        /* bytes of the file */
    struct h5_raw *moved; /* of the file; NULL: libhdf5 brings the chunks itself */

    struct box range; /* numbers of the chunks of the block */
    uint64_t stride[GRID_MAX_RANK];
    struct entry *entry;
    struct tile block; /* that is gathered: its cores and halo */
    char *points;      /* of the halo */
    void *chunk;       /* that is being decoded for it */
    enum entry_state gathered;

    pthread_mutex_t mutex; /* for what follows, and the entries */
    pthread_cond_t changed;
    struct spare *spares;
};

static bool is_ours(const struct reader_source *source, uint64_t *raw)
{
    const struct h5_storage *storage = source->storage;
    return storage->layout == H5_CHUNKED && source->type->raw && hg_codec_can_decode(storage) &&
           size_product(storage->rank, storage->chunk, hg_type_size(source->type), raw) &&
           *raw > 0 && *raw <= UINT32_MAX;
}

static struct chunked_reader *make(const struct reader_source *source, uint64_t raw)
{
    struct chunked_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self)
        return NULL;
    hg_reader_init(&self->reader, &hg_reader_chunked, source);
    self->source = *source;
    self->size = hg_type_size(source->type);
    self->raw = raw;
    self->fd = hg_descriptor(source->dataset);
    if (self->fd >= 0 && hg_file_size(self->fd, &self->held))
        self->moved = hg_raw_of(source->dataset);
    self->apart =
        self->moved && source->storage->n_filters == 0 && source->storage->chunk[0] >= APART_EXTENT;
    uint64_t width = source->storage->chunk[self->reader.rank - 1];
    if (self->reader.rank > 1 && width >= APART_EXTENT)
        self->face = raw / width;
    self->reader.beside = 2 * self->face;
    bool between = hg_codec_between(source->storage, 0) > 0;
    if (between)
        self->reader.scratch = hg_codec_decode_scratch(source->storage, raw);
    else if (source->storage->n_filters > 0)
        self->reader.stored = hg_codec_stored_most(raw);
    else if (self->apart)
        self->reader.scratch = raw;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    return self;
}

static void drop_block(struct chunked_reader *self)
{
    uint64_t n = self->entry ? hg_box_points(self->reader.rank, &self->range) : 0;
    for (uint64_t i = 0; i < n; i++)
        free(self->entry[i].data);
    free(self->entry);
    free(self->points);
    free(self->chunk);
    self->entry = NULL;
    self->points = NULL;
    self->chunk = NULL;
}

static void chunked_close(struct reader *reader)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    drop_block(self);
    while (self->spares) {
        struct spare *spare = self->spares;
        self->spares = spare->next;
        free(spare);
    }
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    free(self);
}

static uint64_t index_of(const struct chunked_reader *self, const uint64_t *number)
{
    uint64_t index = 0;
    for (unsigned i = 0; i < self->reader.rank; i++)
        index += (number[i] - self->range.start[i]) * self->stride[i];
    return index;
}

/* What a piece of a halo has of a chunk. */
struct share {
    const struct halo_piece *piece;
    struct box chunk;
    struct box part;
    bool apart;          /* it is read from the file, and not from the decoded chunk */
    struct entry *entry; /* NULL where no chunks are kept */
};

/* False where they have nothing in common. */
static bool find_share(const struct chunked_reader *self, const struct halo_piece *piece,
                       const uint64_t *number, struct share *share)
{
    hg_chunks_points(self->reader.rank, self->source.storage->chunk, number, &share->chunk);
    if (!hg_box_intersect(self->reader.rank, &share->chunk, &piece->box, &share->part))
        return false;
    uint64_t first = share->chunk.start[0], end = first + share->chunk.count[0];
    uint64_t part = share->part.start[0], part_end = part + share->part.count[0];
    share->piece = piece;
    share->apart = self->apart && piece->axis == 0 &&
                   ((piece->side < 0 && part_end == size_min(end, self->reader.extent[0])) ||
                    (piece->side > 0 && part == first));
    share->entry = self->entry ? &self->entry[index_of(self, number)] : NULL;
    return true;
}

/* Calls back for every chunk that the piece touches, until that fails. */
typedef enum h5grad_status visit(struct chunked_reader *self, const struct share *share, void *user,
                                 struct h5grad_error *err);

static enum h5grad_status each_chunk(struct chunked_reader *self, const struct halo_piece *piece,
                                     visit *call, void *user, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct box numbers;
    struct share share;
    uint64_t at[GRID_MAX_RANK];
    hg_chunks_touched_by(self->reader.rank, self->source.storage->chunk, &piece->box, &numbers);
    memcpy(at, numbers.start, self->reader.rank * sizeof *at);
    do {
        if (find_share(self, piece, at, &share))
            status = call(self, &share, user, err);
    } while (!status && hg_box_next(self->reader.rank, &numbers, at));
    return status;
}

static enum h5grad_status count_need(struct chunked_reader *self, const struct share *share,
                                     void *user, struct h5grad_error *err)
{
    (void)self, (void)user, (void)err;
    if (!share->apart)
        share->entry->need++;
    return H5GRAD_OK;
}

static void cut_tile(const struct chunked_reader *self, const struct tile *tile,
                     struct halo_pieces *pieces)
{
    hg_halo_cut(pieces, self->reader.rank, self->reader.extent, tile, hg_reader_chunked.cut);
}

/* The numbers from the least to the largest of the chunks that the block needs. */
static void find_range(struct chunked_reader *self)
{
    struct box numbers;
    struct halo_pieces pieces;
    struct halo_piece piece;
    hg_chunks_touched_by(self->reader.rank, self->source.storage->chunk, &self->block.core,
                         &self->range);
    cut_tile(self, &self->block, &pieces);
    while (hg_halo_next(&pieces, &piece)) {
        hg_chunks_touched_by(self->reader.rank, self->source.storage->chunk, &piece.box, &numbers);
        hg_box_cover(self->reader.rank, &numbers, &self->range);
    }
    hg_box_strides(self->reader.rank, self->range.count, self->stride);
}

static enum h5grad_status prepare_gathering(struct chunked_reader *self, struct h5grad_error *err)
{
    uint64_t points = hg_halo_points(self->reader.rank, &self->block.halo);
    self->gathered = ENTRY_EMPTY;
    self->points = hg_memory_zeroed(points, self->size);
    self->chunk = hg_memory_aligned(self->raw);
    return self->points && self->chunk ? H5GRAD_OK
                                       : hg_error_memory(err, points * self->size + self->raw);
}

/* Counts the pieces of tiles that need each chunk. */
static enum h5grad_status prepare_keeping(struct chunked_reader *self, const struct plan *plan,
                                          uint64_t first, uint64_t end, struct h5grad_error *err)
{
    uint64_t entries = hg_box_points(self->reader.rank, &self->range);
    self->entry = hg_memory_zeroed(entries, sizeof *self->entry);
    if (!self->entry)
        return hg_error_memory(err, entries * sizeof *self->entry);
    for (uint64_t i = first; i < end; i++) {
        struct tile tile;
        struct halo_pieces pieces;
        struct halo_piece piece;
        hg_plan_tile(plan, i, &tile);
        cut_tile(self, &tile, &pieces);
        while (hg_halo_next(&pieces, &piece))
            each_chunk(self, &piece, count_need, NULL, NULL);
    }
    return H5GRAD_OK;
}

static enum h5grad_status chunked_prepare(struct reader *reader, const struct plan *plan,
                                          uint64_t block, struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    uint64_t first, end;
    const unsigned last = self->reader.rank - 1;
    drop_block(self);
    hg_plan_block(plan, block, &first, &end, &self->block);
    find_range(self);
    self->gather = plan->block_points > 0;
    self->faces = !self->gather && self->face > 0 && plan->rule[last].before > 0 &&
                  plan->tile[last] < self->source.storage->extent[last];
    return self->gather ? prepare_gathering(self, err)
                        : prepare_keeping(self, plan, first, end, err);
}

/* Points as libhdf5 reads them, within those of box all at data: what is not stored is the fill
 * value, or zero where there is none. */
static enum h5grad_status read_filled(const struct chunked_reader *self, const struct box *points,
                                      const struct box *all, void *data, size_t bytes,
                                      struct h5grad_error *err)
{
    memset(data, 0, bytes);
    return hg_read_part(self->source.dataset, self->source.type->memory, self->reader.rank, points,
                        all, data, err);
}

/* A chunk that is not stored: libhdf5 knows its fill value best. It also knows a chunk that is
 * missing from one whose index is broken. It takes as much memory for it as the worker for one that
 * is stored. */
static enum h5grad_status read_missing(const struct chunked_reader *self, const struct box *chunk,
                                       void *data, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    const struct h5_storage *storage = self->source.storage;
    struct box all = {{0}, {0}}, inside;
    memcpy(all.count, storage->extent, self->reader.rank * sizeof *all.count);
    if (!hg_box_intersect(self->reader.rank, chunk, &all, &inside))
        return H5GRAD_OK;
    hg_codec_worker_release(worker);
    return read_filled(self, &inside, chunk, data, self->raw, err);
}

static bool is_partial(const struct h5_storage *storage, const struct box *chunk)
{
    for (unsigned i = 0; i < storage->rank; i++) {
        if (chunk->start[i] + chunk->count[i] > storage->extent[i])
            return true;
    }
    return false;
}

/* A chunk as it is stored. */
struct stored {
    void *bytes;      /* NULL: there is none, its points have been made */
    uint64_t size;    /* of them */
    unsigned mask;    /* of the filters that were skipped */
    bool away;        /* they are still in the file ... */
    uint64_t address; /* ... here */
};

/* Where in the file the bytes of a chunk lie, if that can be told. */
static enum h5grad_status locate(const struct chunked_reader *self, const uint64_t *start,
                                 struct stored *stored, struct h5grad_error *err)
{
    if (!self->moved)
        return H5GRAD_OK;
    bool found = hg_chunk_find(self->source.dataset, start, self->reader.rank, self->moved,
                               stored->bytes, stored->size, &stored->mask);
    stored->address = self->moved->address;
    if (!found && self->moved->size > 0)
        return hg_error_set(err, H5GRAD_FAILED, "its index gives it %llu bytes instead of %llu",
                            (unsigned long long)self->moved->size,
                            (unsigned long long)stored->size);
    stored->away =
        found && stored->size <= self->held && stored->address <= self->held - stored->size;
    return H5GRAD_OK;
}

/* Of a chunk without filters that has its size; others are left to libhdf5. */
static enum h5grad_status locate_plain(const struct chunked_reader *self, const uint64_t *start,
                                       struct stored *stored, struct h5grad_error *err)
{
    bool sized = hg_chunk_size(self->source.dataset, start, self->reader.rank, &stored->size) &&
                 stored->size == self->raw;
    return sized ? locate(self, start, stored, err) : H5GRAD_OK;
}

/* Where the bytes of a stored chunk go: to where its points belong if they are the points, or will
 * be elsewhere in between. NULL when there is no memory. */
static void *take_stored(const struct chunked_reader *self, void *data, struct codec_worker *worker,
                         uint64_t size)
{
    const struct h5_storage *storage = self->source.storage;
    if (storage->n_filters == 0 || (size <= self->raw && hg_codec_between(storage, 0) > 0))
        return data;
    return hg_codec_worker_space(worker, CODEC_STORED,
                                 size_max(size, hg_codec_stored_most(self->raw)));
}

/* Finds a chunk. One without filters goes to data, where its points belong; what has not its size
 * is left to libhdf5. Within h5_enter. */
static enum h5grad_status find(const struct chunked_reader *self, const struct box *chunk,
                               void *data, struct codec_worker *worker, struct stored *stored,
                               struct h5grad_error *err)
{
    bool plain = self->source.storage->n_filters == 0;
    *stored = (struct stored){0};
    if (!hg_chunk_size(self->source.dataset, chunk->start, self->reader.rank, &stored->size) ||
        (plain && stored->size != self->raw))
        return read_missing(self, chunk, data, worker, err);
    /* No filter makes a chunk so much larger; what claims to be is not believed. */
    if (stored->size > 2 * (uint64_t)self->raw + 65536)
        return hg_error_set(err, H5GRAD_FAILED, "its stored size of %llu bytes cannot be right",
                            (unsigned long long)stored->size);
    stored->bytes = take_stored(self, data, worker, stored->size);
    if (!stored->bytes)
        return hg_error_memory(err, stored->size);
    enum h5grad_status status = locate(self, chunk->start, stored, err);
    if (status || stored->away)
        return status;
    if (!plain)
        return hg_chunk_read(self->source.dataset, chunk->start, self->reader.rank, stored->bytes,
                             stored->size, &stored->mask, err);
    /* hg_chunk_size tells what all chunks should have, hg_chunk_read moves what the index says. */
    stored->bytes = NULL;
    return read_missing(self, chunk, data, worker, err);
}

/* Undoes the filters of the chunk that find found. Without the lock. */
static enum h5grad_status undo(const struct chunked_reader *self, const struct box *chunk,
                               const struct stored *stored, void *data, struct codec_worker *worker,
                               struct h5grad_error *err)
{
    const struct h5_storage *storage = self->source.storage;
    unsigned mask = stored->mask;
    const void *bytes = stored->bytes;
    enum h5grad_status status = H5GRAD_OK;
    if (stored->away)
        status = hg_file_read(self->fd, stored->bytes, stored->size, stored->address, err);
    if (status || !bytes || storage->n_filters == 0)
        return status;
    if (storage->raw_edge_chunks && is_partial(storage, chunk))
        mask = UINT32_MAX;
    size_t need = hg_codec_decode_scratch(storage, self->raw);
    void *scratch = hg_codec_worker_space(worker, CODEC_SCRATCH, need);
    if (!scratch)
        return hg_error_memory(err, need);
    if (bytes == data && hg_codec_between(storage, mask) == 0) /* filters were skipped */
        bytes = memcpy(scratch, data, stored->size);
    const struct codec_chunk coded = {storage, self->raw, bytes, stored->size, mask, scratch};
    return hg_codec_decode_chunk(worker, &coded, data, err);
}

static enum h5grad_status decode(struct chunked_reader *self, const struct box *chunk, void *data,
                                 struct codec_worker *worker, struct h5grad_error *err)
{
    struct h5_guard guard;
    struct stored stored;
    hg_enter(&guard);
    enum h5grad_status status = find(self, chunk, data, worker, &stored, err);
    hg_leave(&guard);
    if (!status)
        status = undo(self, chunk, &stored, data, worker, err);
    if (status)
        hg_chunk_context(err, status, self->reader.rank, chunk);
    return status;
}

static void *take_buffer(struct chunked_reader *self)
{
    struct spare *spare = self->spares;
    if (spare) {
        self->spares = spare->next;
        return spare;
    }
    size_t bytes = self->raw + 2 * self->face;
    return hg_memory_aligned(bytes < sizeof *spare ? sizeof *spare : bytes);
}

/* Where, behind a chunk, its points along the last axis at that place are kept, and which these
 * are; NULL: not kept. */
static char *find_face(const struct chunked_reader *self, const struct box *chunk, void *data,
                       uint64_t place, struct box *face)
{
    const unsigned last = self->reader.rank - 1;
    bool first = place == chunk->start[last];
    if (!self->faces || !(first || place == chunk->start[last] + chunk->count[last] - 1))
        return NULL;
    *face = *chunk;
    face->start[last] = place;
    face->count[last] = 1;
    return (char *)data + self->raw + (first ? 0 : self->face);
}

static void keep_faces(const struct chunked_reader *self, const struct box *chunk, void *data)
{
    const unsigned last = self->reader.rank - 1;
    const uint64_t place[2] = {chunk->start[last], chunk->start[last] + chunk->count[last] - 1};
    struct box face;
    for (unsigned i = 0; i < 2; i++) {
        char *to = find_face(self, chunk, data, place[i], &face);
        if (to)
            hg_box_copy(self->reader.rank, self->size, &face, chunk, data, &face, to);
    }
}

/* Decodes the chunk if nobody has begun to. */
static enum h5grad_status provide(struct chunked_reader *self, const struct share *share,
                                  void *user, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct entry *entry = share->entry;
    if (share->apart)
        return H5GRAD_OK;
    pthread_mutex_lock(&self->mutex);
    bool ours = entry->state == ENTRY_EMPTY;
    if (ours) {
        entry->state = ENTRY_BUSY;
        entry->data = take_buffer(self);
    }
    pthread_mutex_unlock(&self->mutex);
    if (!ours)
        return H5GRAD_OK;
    if (entry->data) {
        status = decode(self, &share->chunk, entry->data, user, err);
        if (!status)
            keep_faces(self, &share->chunk, entry->data);
    } else {
        status = hg_error_memory(err, self->raw);
    }
    pthread_mutex_lock(&self->mutex);
    entry->state = status ? ENTRY_FAILED : ENTRY_READY;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    return status;
}

/* Copies what the piece has of the decoded chunk to its place in buffer. */
static void copy_part(const struct chunked_reader *self, const struct share *share, void *data,
                      void *buffer)
{
    const unsigned last = self->reader.rank - 1;
    struct box face;
    const char *from = NULL;
    if (share->part.count[last] == 1)
        from = find_face(self, &share->chunk, data, share->part.start[last], &face);
    hg_box_copy(self->reader.rank, self->size, &share->part, from ? &face : &share->chunk,
                from ? from : data, &share->piece->within, buffer);
}

/* One piece less needs the chunk; after the last its buffer is free for another. */
static enum h5grad_status let_go(struct chunked_reader *self, const struct share *share, void *user,
                                 struct h5grad_error *err)
{
    struct entry *entry = share->entry;
    (void)user, (void)err;
    if (share->apart)
        return H5GRAD_OK;
    pthread_mutex_lock(&self->mutex);
    if (--entry->need == 0 && entry->data) {
        struct spare *spare = entry->data;
        spare->next = self->spares;
        self->spares = spare;
        entry->data = NULL;
    }
    pthread_mutex_unlock(&self->mutex);
    return H5GRAD_OK;
}

static void chunked_skip(struct reader *reader, const struct halo_piece *piece)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    if (!self->gather)
        each_chunk(self, piece, let_go, NULL, NULL);
}

/* Reads the planes along the first axis that a piece has of a chunk. */
static enum h5grad_status read_planes(const struct chunked_reader *self, const struct share *share,
                                      void *buffer, struct codec_worker *worker,
                                      struct h5grad_error *err)
{
    struct h5_guard guard;
    struct stored stored = {0};
    struct box planes = share->chunk;
    planes.start[0] = share->part.start[0];
    planes.count[0] = share->part.count[0];
    uint64_t plane = self->raw / share->chunk.count[0], bytes = planes.count[0] * plane;
    char *data = stored.bytes = hg_codec_worker_space(worker, CODEC_SCRATCH, self->raw);
    if (!data)
        return hg_error_memory(err, self->raw);
    hg_enter(&guard);
    enum h5grad_status status = locate_plain(self, share->chunk.start, &stored, err);
    if (!status && !stored.away)
        status = read_filled(self, &share->part, &planes, data, bytes, err);
    hg_leave(&guard);
    uint64_t skipped = (planes.start[0] - share->chunk.start[0]) * plane;
    if (!status && stored.away)
        status = hg_file_read(self->fd, data, bytes, stored.address + skipped, err);
    if (status)
        return hg_chunk_context(err, status, self->reader.rank, &share->chunk);
    hg_box_copy(self->reader.rank, self->size, &share->part, &planes, data, &share->piece->within,
                buffer);
    return H5GRAD_OK;
}

/* Where a worker reads a piece to. */
struct taking {
    void *buffer;
    struct codec_worker *worker;
};

/* Waits for the chunk, copies what the piece has of it, and lets go of it. */
static enum h5grad_status take(struct chunked_reader *self, const struct share *share, void *user,
                               struct h5grad_error *err)
{
    const struct taking *taking = user;
    if (share->apart)
        return read_planes(self, share, taking->buffer, taking->worker, err);
    pthread_mutex_lock(&self->mutex);
    while (share->entry->state == ENTRY_BUSY)
        pthread_cond_wait(&self->changed, &self->mutex);
    bool ready = share->entry->state == ENTRY_READY;
    pthread_mutex_unlock(&self->mutex);
    if (!ready)
        return hg_error_set(err, H5GRAD_CANCELLED, "another worker could not read a chunk");
    copy_part(self, share, share->entry->data, taking->buffer);
    return let_go(self, share, NULL, NULL);
}

/* Takes what the pieces of the block have of a chunk, for which it is decoded once if at all. */
static enum h5grad_status gather_chunk(struct chunked_reader *self, const uint64_t *number,
                                       struct codec_worker *worker, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    bool decoded = false;
    struct halo_pieces pieces;
    struct halo_piece piece;
    struct share share;
    cut_tile(self, &self->block, &pieces);
    while (!status && hg_halo_next(&pieces, &piece)) {
        if (!find_share(self, &piece, number, &share))
            continue;
        if (share.apart) {
            status = read_planes(self, &share, self->points, worker, err);
            continue;
        }
        if (!decoded)
            status = decode(self, &share.chunk, self->chunk, worker, err);
        decoded = true;
        if (!status)
            copy_part(self, &share, self->chunk, self->points);
    }
    return status;
}

static enum h5grad_status gather_block(struct chunked_reader *self, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    enum h5grad_status status;
    uint64_t at[GRID_MAX_RANK];
    memcpy(at, self->range.start, self->reader.rank * sizeof *at);
    do {
        status = gather_chunk(self, at, worker, err);
    } while (!status && hg_box_next(self->reader.rank, &self->range, at));
    return status;
}

/* Gathers the block if nobody has begun to, and waits until it is there. */
static enum h5grad_status provide_block(struct chunked_reader *self, struct codec_worker *worker,
                                        struct h5grad_error *err)
{
    pthread_mutex_lock(&self->mutex);
    bool ours = self->gathered == ENTRY_EMPTY;
    if (ours)
        self->gathered = ENTRY_BUSY;
    while (!ours && self->gathered == ENTRY_BUSY)
        pthread_cond_wait(&self->changed, &self->mutex);
    bool failed = self->gathered == ENTRY_FAILED;
    pthread_mutex_unlock(&self->mutex);
    if (failed)
        return hg_error_set(err, H5GRAD_CANCELLED, "another worker could not read a chunk");
    if (!ours)
        return H5GRAD_OK;
    enum h5grad_status status = gather_block(self, worker, err);
    pthread_mutex_lock(&self->mutex);
    self->gathered = status ? ENTRY_FAILED : ENTRY_READY;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    return status;
}

/* All that nobody has begun: two workers that need the same chunks share the work before they wait.
 */
static enum h5grad_status chunked_start(struct reader *reader, const struct halo_piece *piece,
                                        struct codec_worker *worker, struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    return self->gather ? provide_block(self, worker, err)
                        : each_chunk(self, piece, provide, worker, err);
}

static enum h5grad_status chunked_read(struct reader *reader, const struct halo_piece *piece,
                                       void *buffer, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    struct taking taking = {buffer, worker};
    struct box gathered;
    if (!self->gather)
        return each_chunk(self, piece, take, &taking, err);
    hg_halo_within(self->reader.rank, reader->extent, &self->block.halo, &piece->box, &gathered);
    hg_box_copy(self->reader.rank, self->size, &piece->box, &gathered, self->points, &piece->within,
                buffer);
    return H5GRAD_OK;
}

static bool library_decodes(const struct h5_storage *storage)
{
    for (unsigned i = 0; i < storage->n_filters; i++) {
        unsigned config = 0;
        if (H5Zfilter_avail(storage->filter[i].id) <= 0 ||
            H5Zget_filter_info(storage->filter[i].id, &config) < 0 ||
            !(config & H5Z_FILTER_CONFIG_DECODE_ENABLED))
            return false;
    }
    return true;
}

/* The beginning of the first row of the first chunk, as it is decoded here. */
static bool decode_row(struct chunked_reader *self, void *row, size_t bytes)
{
    struct stored stored;
    struct box chunk = {{0}, {0}};
    struct codec_worker *worker = hg_codec_worker_new();
    void *data = hg_memory_aligned(self->raw);
    memcpy(chunk.count, self->source.storage->chunk, self->reader.rank * sizeof *chunk.count);
    bool made = worker && data && !find(self, &chunk, data, worker, &stored, NULL) &&
                !undo(self, &chunk, &stored, data, worker, NULL);
    if (made)
        memcpy(row, data, bytes);
    free(data);
    hg_codec_worker_free(worker);
    return made;
}

/* Whether that is what libhdf5 makes of it. */
static bool same_row(struct chunked_reader *self, char *ours, char *theirs, const struct box *row,
                     size_t bytes)
{
    return decode_row(self, ours, bytes) &&
           !hg_read_box(self->source.dataset, self->source.type->memory, self->reader.rank, row,
                        theirs, NULL) &&
           memcmp(ours, theirs, bytes) == 0;
}

/* Whether there is memory for both. libhdf5 takes more for a chunk with filters than is taken here,
 * so the largest that can be read have nothing to be compared with. */
static bool may_compare(const struct chunked_reader *self)
{
    uint64_t need = hg_limit_need(self->source.storage, self->size);
    return hg_limit_allows(self->source.dataset, size_max(need, self->raw));
}

static bool prove(struct chunked_reader *self)
{
    const struct h5_storage *storage = self->source.storage;
    const unsigned last = self->reader.rank - 1;
    struct box row = {{0}, {0}};
    for (unsigned i = 0; i < self->reader.rank; i++) {
        if (storage->extent[i] == 0)
            return true;
        uint64_t most = i < last ? 1 : PROOF_POINTS;
        row.count[i] = size_min(most, size_min(storage->chunk[i], storage->extent[i]));
    }
    if (!library_decodes(storage) || !may_compare(self))
        return true;
    size_t bytes = row.count[last] * self->size;
    char *ours = hg_memory_aligned(bytes), *theirs = hg_memory_aligned(bytes);
    bool same = ours && theirs && same_row(self, ours, theirs, &row, bytes);
    free(theirs);
    free(ours);
    return same;
}

static struct reader *chunked_open(const struct reader_source *source, struct h5grad_error *err)
{
    uint64_t raw;
    if (!is_ours(source, &raw))
        return NULL;
    struct chunked_reader *self = make(source, raw);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    if (source->verified || prove(self))
        return &self->reader;
    chunked_close(&self->reader);
    return NULL;
}

const struct reader_way hg_reader_chunked = {
    .name = "chunked",
    .caches = true,
    .cut = HALO_FACES,
    .open = chunked_open,
    .prepare = chunked_prepare,
    .start = chunked_start,
    .read = chunked_read,
    .skip = chunked_skip,
    .close = chunked_close,
};
