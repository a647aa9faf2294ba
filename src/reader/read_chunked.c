/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads chunked datasets. The map of a block's chunks is made before the workers begin the block;
 * they read and decode the chunks. A decoded chunk is kept until the last piece of a tile that
 * needs it is done; the pieces are counted before the block. For chunks without filters, the part
 * of a tile's halo along the first axis that lies in other chunks is contiguous in the file, so it
 * is read a second time instead and few chunks are kept. The halo along the last axis is scattered
 * single points, so the first and last points of each chunk along that axis are gathered while the
 * chunk is in the processor's cache.
 *
 * If the plan gathers blocks, no chunk is kept: the first worker that comes to a block decodes the
 * chunks one by one and copies out the points that the block needs; all tiles are copied from
 * there.
 *
 * A chunk that is not in the page cache is announced a while before it is read, once.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"
#include "grid/chunks.h"
#include "reader/decoder.h"
#include "reader/reader.h"

/* Extent of a chunk along an axis from which on its first or last points are a small part of it. */
#define APART_EXTENT 16

/* Bytes that the gathering of a block announces ahead. */
#define GATHER_AHEAD ((uint64_t)16 << 20)

/* Tiles to prepare before the run is asked whether it is cancelled. */
#define TURN_TILES 4096

/* State of something that one worker makes and others wait for. Most find it ready, or busy while
 * there are others to make: they take no lock. */
enum { ENTRY_EMPTY, ENTRY_BUSY, ENTRY_READY, ENTRY_FAILED };
typedef _Atomic uint8_t entry_state;

/* A chunk of the block. */
struct entry {
    void *data;
    _Atomic uint32_t need; /* pieces of tiles that still need it */
    entry_state state;
    atomic_bool foreseen;
};

_Static_assert(sizeof(struct entry) + sizeof(struct h5_chunk_place) <= PLAN_CHUNK_ENTRY,
               "the plan counts on less");

/* A buffer in the free list. */
struct spare {
    struct spare *next;
};

struct chunked_reader {
    struct reader reader;
    struct decoder decoder;
    size_t face; /* bytes of a chunk's first or last points along the last axis, kept behind the
                    chunk; 0: not kept */
    bool faces;  /* the block needs the faces */
    bool apart;  /* halos along the first axis are read from the file again */
    bool gather; /* the plan gathers blocks */
    bool keeps;  /* some chunks of the block are kept for the next plan */

    struct entry *entry; /* per chunk of the block, in the order of the map's window */
    struct tile block;   /* the gathered block: its cores and halo */
    char *points;        /* all points of the block's halo box */
    void *chunk;         /* buffer for the chunk being gathered */
    entry_state gathered;

    pthread_mutex_t mutex; /* of those who wait for a state, and guards what follows */
    pthread_cond_t changed;
    struct spare *spares;
};

static struct chunked_reader *make_reader(const struct reader_source *source, uint64_t raw,
                                          struct h5grad_error *err)
{
    const struct h5_storage *storage = source->storage;
    struct chunked_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self || hg_decoder_open(&self->decoder, source, raw, err)) {
        free(self);
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    hg_reader_init(&self->reader, &hg_reader_chunked, source);
    self->apart =
        self->decoder.map.probe && storage->n_filters == 0 && storage->chunk[0] >= APART_EXTENT;
    uint64_t width = storage->chunk[storage->rank - 1];
    if (storage->rank > 1 && width >= APART_EXTENT)
        self->face = raw / width;
    self->reader.beside = 2 * self->face;
    if (hg_codec_between(storage, 0) > 0)
        self->reader.scratch = hg_codec_decode_scratch(storage, raw);
    else if (storage->n_filters > 0)
        self->reader.stored = hg_codec_stored_most(raw);
    else if (self->apart)
        self->reader.scratch = raw;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    return self;
}

static void free_entries(struct entry *entry, uint64_t n)
{
    for (uint64_t i = 0; i < n && entry; i++)
        free(entry[i].data);
    free(entry);
}

static void drop_block(struct chunked_reader *self)
{
    free_entries(self->entry, hg_box_points(self->reader.rank, &self->decoder.map.window));
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
    hg_decoder_close(&self->decoder);
    free(self);
}

/* The intersection of a halo piece and a chunk. */
struct share {
    const struct halo_piece *piece;
    struct box chunk;
    struct box part;
    bool apart;     /* read from the file again, not from the decoded chunk */
    uint64_t index; /* of the chunk in the block */
};

/* False if the piece and the chunk do not intersect. */
static bool find_share(const struct chunked_reader *self, const struct halo_piece *piece,
                       const uint64_t *number, struct share *share)
{
    hg_chunks_points(self->reader.rank, self->decoder.source.storage->chunk, number, &share->chunk);
    if (!hg_box_intersect(self->reader.rank, &share->chunk, &piece->box, &share->part))
        return false;
    uint64_t first = share->chunk.start[0], end = first + share->chunk.count[0];
    uint64_t part = share->part.start[0], part_end = part + share->part.count[0];
    share->piece = piece;
    share->apart = self->apart && piece->axis == 0 &&
                   ((piece->side < 0 && part_end == size_min(end, self->reader.extent[0])) ||
                    (piece->side > 0 && part == first));
    share->index = hg_chunk_map_index(&self->decoder.map, number);
    return true;
}

/* Called for every chunk that a piece touches, until it fails. */
typedef enum h5grad_status visit(struct chunked_reader *self, const struct share *share, void *user,
                                 struct h5grad_error *err);

static enum h5grad_status each_chunk(struct chunked_reader *self, const struct halo_piece *piece,
                                     visit *call, void *user, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct box numbers;
    struct share share;
    uint64_t at[GRID_MAX_RANK];
    hg_chunks_touched_by(self->reader.rank, self->decoder.source.storage->chunk, &piece->box,
                         &numbers);
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
        self->entry[share->index].need++;
    return H5GRAD_OK;
}

static void cut_tile(const struct chunked_reader *self, const struct tile *tile,
                     struct halo_pieces *pieces)
{
    hg_halo_cut(pieces, self->reader.rank, self->reader.extent, tile, hg_reader_chunked.cut);
}

/* Sets the bounding box of the numbers of all chunks that the block needs. */
static void find_range(const struct chunked_reader *self, struct box *range)
{
    struct box numbers;
    struct halo_pieces pieces;
    struct halo_piece piece;
    hg_chunks_touched_by(self->reader.rank, self->decoder.source.storage->chunk, &self->block.core,
                         range);
    cut_tile(self, &self->block, &pieces);
    while (hg_halo_next(&pieces, &piece)) {
        hg_chunks_touched_by(self->reader.rank, self->decoder.source.storage->chunk, &piece.box,
                             &numbers);
        hg_box_cover(self->reader.rank, &numbers, range);
    }
}

static enum h5grad_status prepare_gathering(struct chunked_reader *self, struct h5grad_error *err)
{
    uint64_t points = hg_halo_points(self->reader.rank, &self->block.halo);
    self->gathered = ENTRY_EMPTY;
    self->points = hg_memory_zeroed(points, self->decoder.size);
    self->chunk = hg_memory_aligned(self->decoder.raw);
    return self->points && self->chunk
               ? H5GRAD_OK
               : hg_error_memory(err, points * self->decoder.size + self->decoder.raw);
}

/* Counts the pieces of tiles that need each chunk. */
static enum h5grad_status prepare_keeping(struct chunked_reader *self, const struct plan *plan,
                                          uint64_t first, uint64_t end, struct h5grad_error *err)
{
    uint64_t entries = hg_box_points(self->reader.rank, &self->decoder.map.window);
    self->entry = hg_memory_zeroed(entries, sizeof *self->entry);
    if (!self->entry)
        return hg_error_memory(err, entries * sizeof *self->entry);
    for (uint64_t i = first; i < end; i++) {
        if (i % TURN_TILES == 0 && cancel_is_asked(self->reader.cancelled, self->reader.user))
            return hg_error_set(err, H5GRAD_CANCELLED, "cancelled");
        struct tile tile;
        struct halo_pieces pieces;
        struct halo_piece piece;
        hg_plan_tile(plan, i, &tile);
        hg_reader_complete(&self->reader, &tile);
        cut_tile(self, &tile, &pieces);
        while (hg_halo_next(&pieces, &piece))
            each_chunk(self, &piece, count_need, NULL, NULL);
    }
    return H5GRAD_OK;
}

/* Returns where the points of a chunk with that place along the last axis are kept, behind the
 * chunk, and sets *face to them. NULL if they are not kept. */
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
    return (char *)data + self->decoder.raw + (first ? 0 : self->face);
}

static void keep_faces(const struct chunked_reader *self, const struct box *chunk, void *data)
{
    const unsigned last = self->reader.rank - 1;
    const uint64_t place[2] = {chunk->start[last], chunk->start[last] + chunk->count[last] - 1};
    struct box face;
    for (unsigned i = 0; i < 2; i++) {
        char *to = find_face(self, chunk, data, place[i], &face);
        if (to)
            hg_box_copy(self->reader.rank, self->decoder.size, &face, chunk, data, &face, to);
    }
}

/* Chunks that a plan has left decoded for the next one. */
struct leftover {
    struct entry *entry;
    struct box window;
    bool faces;
};

static void take_leftover(struct chunked_reader *self, struct leftover *left)
{
    *left =
        (struct leftover){self->keeps ? self->entry : NULL, self->decoder.map.window, self->faces};
    if (self->keeps)
        self->entry = NULL;
    self->keeps = false;
}

static bool is_within(unsigned rank, const struct box *box, const uint64_t *at)
{
    bool within = true;
    for (unsigned i = 0; i < rank; i++)
        within = within && at[i] - box->start[i] < box->count[i];
    return within;
}

/* Goes on with the chunks that the block needs, too. */
static void use_leftover(struct chunked_reader *self, struct leftover *left)
{
    const unsigned rank = self->reader.rank;
    struct entry *old = left->entry;
    struct box points;
    uint64_t at[GRID_MAX_RANK];
    memcpy(at, left->window.start, rank * sizeof *at);
    do {
        if (!old->data || old->state != ENTRY_READY ||
            !is_within(rank, &self->decoder.map.window, at))
            continue;
        struct entry *entry = &self->entry[hg_chunk_map_index(&self->decoder.map, at)];
        if (entry->need == 0)
            continue;
        entry->data = old->data;
        entry->state = ENTRY_READY;
        atomic_store_explicit(&entry->foreseen, true, memory_order_relaxed);
        old->data = NULL;
        hg_chunks_points(rank, self->decoder.source.storage->chunk, at, &points);
        if (!left->faces)
            keep_faces(self, &points, entry->data);
    } while (old++, hg_box_next(rank, &left->window, at));
}

/* Lets the chunks that the next plan needs, too, count as needed, if there is memory for those of
 * the two plans. */
static void keep_for_next(struct chunked_reader *self)
{
    const struct reader_keep *keep = &self->reader.keep;
    const struct box *window = &self->decoder.map.window;
    const uint64_t length = self->decoder.source.storage->chunk[keep->axis];
    const uint64_t entries = hg_box_points(self->reader.rank, window);
    uint64_t at[GRID_MAX_RANK], bytes = entries * sizeof *self->entry;
    for (unsigned counted = 0; counted < 2 && bytes <= keep->most / 2; counted++) {
        struct entry *entry = self->entry;
        memcpy(at, window->start, self->reader.rank * sizeof *at);
        do {
            const bool later = entry->need > 0 && (at[keep->axis] + 1) * length > keep->from;
            entry->need += counted && later;
            bytes += counted || !later ? 0 : self->decoder.raw + self->reader.beside;
        } while (entry++, hg_box_next(self->reader.rank, window, at));
        self->keeps = counted;
    }
}

/* Whether tiles have halos along the last axis that lie in other chunks. */
static bool has_faces(const struct reader *reader, const struct plan *plan)
{
    const unsigned last = reader->rank - 1, axis = last - (reader->parts > 0);
    if (reader->parts > 0 && reader->parts_axis == last)
        return false;
    return plan->rule[axis].before > 0 && plan->tile[axis] < reader->extent[last];
}

static enum h5grad_status chunked_prepare(struct reader *reader, const struct plan *plan,
                                          uint64_t block, struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    uint64_t first, end;
    struct box range;
    struct leftover left;
    take_leftover(self, &left);
    drop_block(self);
    hg_plan_block(plan, block, &first, &end, &self->block);
    hg_reader_complete(reader, &self->block);
    find_range(self, &range);
    self->decoder.map.cancelled = reader->cancelled;
    self->decoder.map.user = reader->user;
    enum h5grad_status status = hg_chunk_map_move(&self->decoder.map, &range, err);
    self->gather = plan->block_points > 0;
    self->faces = !self->gather && self->face > 0 && has_faces(reader, plan);
    if (!status)
        status = self->gather ? prepare_gathering(self, err)
                              : prepare_keeping(self, plan, first, end, err);
    if (!status && !self->gather && left.entry)
        use_leftover(self, &left);
    if (!status && !self->gather && block + 1 == plan->blocks && reader->keep.most > 0 &&
        !(self->apart && reader->keep.axis == 0))
        keep_for_next(self);
    free_entries(left.entry, hg_box_points(reader->rank, &left.window));
    return status;
}

/* True for the first caller, who then makes it and calls settle_entry. */
static bool claim_entry(entry_state *state)
{
    uint8_t empty = ENTRY_EMPTY;
    return atomic_compare_exchange_strong(state, &empty, ENTRY_BUSY);
}

static enum h5grad_status settle_entry(struct chunked_reader *self, entry_state *state,
                                       enum h5grad_status status)
{
    pthread_mutex_lock(&self->mutex);
    *state = status ? ENTRY_FAILED : ENTRY_READY;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    return status;
}

static enum h5grad_status await_entry(struct chunked_reader *self, const entry_state *state,
                                      struct h5grad_error *err)
{
    if (atomic_load(state) == ENTRY_READY)
        return H5GRAD_OK;
    pthread_mutex_lock(&self->mutex);
    while (*state == ENTRY_BUSY)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
    return *state == ENTRY_READY
               ? H5GRAD_OK
               : hg_error_set(err, H5GRAD_CANCELLED, "another worker could not read a chunk");
}

/* Returns a buffer from the free list or a new one; NULL if allocation fails. */
static void *take_buffer(struct chunked_reader *self)
{
    pthread_mutex_lock(&self->mutex);
    struct spare *spare = self->spares;
    if (spare)
        self->spares = spare->next;
    pthread_mutex_unlock(&self->mutex);
    return spare ? spare
                 : hg_memory_aligned(size_max(sizeof *spare, self->decoder.raw + 2 * self->face));
}

/* Decodes the chunk unless another worker has begun to. */
static enum h5grad_status provide_chunk(struct chunked_reader *self, const struct share *share,
                                        void *user, struct h5grad_error *err)
{
    enum h5grad_status status;
    struct entry *entry = &self->entry[share->index];
    if (share->apart || !claim_entry(&entry->state))
        return H5GRAD_OK;
    entry->data = take_buffer(self);
    if (entry->data)
        status = hg_decoder_read(&self->decoder, share->index, &share->chunk, &share->chunk,
                                 entry->data, user, err);
    else
        status = hg_error_memory(err, self->decoder.raw);
    if (!status)
        keep_faces(self, &share->chunk, entry->data);
    return settle_entry(self, &entry->state, status);
}

/* Copies the piece's share of the decoded chunk to its place in buffer. */
static void copy_part(const struct chunked_reader *self, const struct share *share, void *data,
                      void *buffer)
{
    const unsigned last = self->reader.rank - 1;
    struct box face;
    const char *from = NULL;
    if (share->part.count[last] == 1)
        from = find_face(self, &share->chunk, data, share->part.start[last], &face);
    hg_box_copy(self->reader.rank, self->decoder.size, &share->part, from ? &face : &share->chunk,
                from ? from : data, &share->piece->within, buffer);
}

/* Counts one piece less; after the last, the chunk's buffer goes to the free list. */
static enum h5grad_status let_go(struct chunked_reader *self, const struct share *share, void *user,
                                 struct h5grad_error *err)
{
    struct entry *entry = &self->entry[share->index];
    (void)user, (void)err;
    if (share->apart)
        return H5GRAD_OK;
    if (atomic_fetch_sub(&entry->need, 1) > 1 || !entry->data)
        return H5GRAD_OK;
    struct spare *spare = entry->data;
    entry->data = NULL;
    pthread_mutex_lock(&self->mutex);
    spare->next = self->spares;
    self->spares = spare;
    pthread_mutex_unlock(&self->mutex);
    return H5GRAD_OK;
}

/* Fails if the chunk is stored. */
static enum h5grad_status find_gap(struct chunked_reader *self, const struct share *share,
                                   void *user, struct h5grad_error *err)
{
    (void)user, (void)err;
    return hg_decoder_is_absent(&self->decoder, share->index) ? H5GRAD_OK : H5GRAD_FAILED;
}

static bool chunked_blank(struct reader *reader, const struct halo_piece *piece)
{
    return each_chunk((struct chunked_reader *)reader, piece, find_gap, NULL, NULL) == H5GRAD_OK;
}

static void chunked_skip(struct reader *reader, const struct halo_piece *piece)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    if (!self->gather)
        each_chunk(self, piece, let_go, NULL, NULL);
}

/* Cuts the planes along the first axis of the piece's share out of those of the chunk. */
static void cut_planes(const struct share *share, struct box *planes)
{
    planes->start[0] = share->part.start[0];
    planes->count[0] = share->part.count[0];
}

/* Reads the piece's share of a chunk from the file, as planes along the first axis. */
static enum h5grad_status read_planes(struct chunked_reader *self, const struct share *share,
                                      void *buffer, struct codec_worker *worker,
                                      struct h5grad_error *err)
{
    struct box planes = share->chunk;
    cut_planes(share, &planes);
    void *data = hg_codec_worker_space(worker, CODEC_SCRATCH, self->decoder.raw);
    if (!data)
        return hg_error_memory(err, self->decoder.raw);
    enum h5grad_status status =
        hg_decoder_read(&self->decoder, share->index, &share->chunk, &planes, data, worker, err);
    if (!status)
        hg_box_copy(self->reader.rank, self->decoder.size, &share->part, &planes, data,
                    &share->piece->within, buffer);
    return status;
}

/* Destination of a piece, and the worker that reads it. */
struct taking {
    void *buffer;
    struct codec_worker *worker;
};

/* Waits for the chunk, copies the piece's share of it, and releases it. */
static enum h5grad_status take_share(struct chunked_reader *self, const struct share *share,
                                     void *user, struct h5grad_error *err)
{
    const struct taking *taking = user;
    const struct entry *entry = &self->entry[share->index];
    if (share->apart)
        return read_planes(self, share, taking->buffer, taking->worker, err);
    enum h5grad_status status = await_entry(self, &entry->state, err);
    if (status)
        return status;
    copy_part(self, share, entry->data, taking->buffer);
    return let_go(self, share, NULL, NULL);
}

/* Decodes a chunk, if the block needs it, and copies out what the block's pieces have of it. */
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
            status = hg_decoder_read(&self->decoder, share.index, &share.chunk, &share.chunk,
                                     self->chunk, worker, err);
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
    uint64_t at[GRID_MAX_RANK], ahead[GRID_MAX_RANK], seen = 0, i = 0;
    const struct box *range = &self->decoder.map.window;
    const uint64_t n = hg_box_points(self->reader.rank, range);
    const uint64_t most = size_max(GATHER_AHEAD / self->decoder.raw, 1);
    memcpy(at, range->start, self->reader.rank * sizeof *at);
    memcpy(ahead, range->start, self->reader.rank * sizeof *ahead);
    do {
        for (; seen < size_min(n, i + 1 + most); seen++) {
            struct box chunk;
            hg_chunks_points(self->reader.rank, self->decoder.source.storage->chunk, ahead, &chunk);
            hg_decoder_foresee(&self->decoder, seen, &chunk, &chunk, self->reader.ahead);
            hg_box_next(self->reader.rank, range, ahead);
        }
        status = gather_chunk(self, at, worker, err);
        i++;
    } while (!status && hg_box_next(self->reader.rank, range, at));
    return status;
}

/* Gathers the block unless another worker has begun to, and waits until it is done. */
static enum h5grad_status provide_block(struct chunked_reader *self, struct codec_worker *worker,
                                        struct h5grad_error *err)
{
    if (!claim_entry(&self->gathered))
        return await_entry(self, &self->gathered, err);
    return settle_entry(self, &self->gathered, gather_block(self, worker, err));
}

static enum h5grad_status foresee_chunk(struct chunked_reader *self, const struct share *share,
                                        void *user, struct h5grad_error *err)
{
    (void)user, (void)err;
    struct box planes = share->chunk;
    if (share->apart)
        cut_planes(share, &planes);
    else if (atomic_exchange_explicit(&self->entry[share->index].foreseen, true,
                                      memory_order_relaxed))
        return H5GRAD_OK;
    hg_decoder_foresee(&self->decoder, share->index, &share->chunk, &planes, self->reader.ahead);
    return H5GRAD_OK;
}

static void chunked_foresee(struct reader *reader, const struct halo_piece *piece)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    if (!self->gather)
        each_chunk(self, piece, foresee_chunk, NULL, NULL);
}

/* Decodes all chunks that nobody has begun, so that workers share the work before they wait. */
static enum h5grad_status chunked_start(struct reader *reader, const struct halo_piece *piece,
                                        struct codec_worker *worker, struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    return self->gather ? provide_block(self, worker, err)
                        : each_chunk(self, piece, provide_chunk, worker, err);
}

static enum h5grad_status chunked_read(struct reader *reader, const struct halo_piece *piece,
                                       void *buffer, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    struct chunked_reader *self = (struct chunked_reader *)reader;
    struct taking taking = {buffer, worker};
    struct box gathered;
    if (!self->gather)
        return each_chunk(self, piece, take_share, &taking, err);
    hg_halo_within(self->reader.rank, reader->extent, &self->block.halo, &piece->box, &gathered);
    hg_box_copy(self->reader.rank, self->decoder.size, &piece->box, &gathered, self->points,
                &piece->within, buffer);
    return H5GRAD_OK;
}

static struct reader *chunked_open(const struct reader_source *source, struct h5grad_error *err)
{
    uint64_t raw;
    struct chunked_reader *self =
        hg_decoder_takes(source, &raw) ? make_reader(source, raw, err) : NULL;
    if (!self || source->verified || hg_decoder_verify(&self->decoder))
        return self ? &self->reader : NULL;
    chunked_close(&self->reader);
    return NULL;
}

const struct reader_method hg_reader_chunked = {
    .name = "chunked",
    .caches = true,
    .cut = HALO_FACES,
    .open = chunked_open,
    .prepare = chunked_prepare,
    .start = chunked_start,
    .foresee = chunked_foresee,
    .read = chunked_read,
    .blank = chunked_blank,
    .skip = chunked_skip,
    .close = chunked_close,
};
