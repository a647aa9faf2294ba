/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes chunks without filters by pwrite from every worker: all are allocated when the dataset is
 * created, and their space is reserved. libhdf5, under its lock, only tells their addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "hdf5/chunk.h"
#include "hdf5/transfer.h"
#include "libhdf5/handle.h"
#include "writer/pieces.h"
#include "writer/writer.h"

/* Limit of a row that compare_row compares. */
#define VERIFY_POINTS 4096

struct prealloc_writer {
    struct writer writer;
    size_t raw; /* bytes of a chunk */
    int fd;
    struct h5_probe *probe;
};

/* Finds the address of the chunk at start. data: scratch space of one chunk. Within hg_enter. */
static enum h5grad_status find_place(const struct prealloc_writer *self, const uint64_t *start,
                                     void *data, uint64_t *address, struct h5grad_error *err)
{
    const struct writer_target *target = &self->writer.target;
    unsigned mask;
    bool found = hg_chunk_find(target->dataset, start, target->storage->rank, self->probe, data,
                               self->raw, &mask);
    *address = self->probe->address;
    if (found && *address <= INT64_MAX - self->raw)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED, "libhdf5 does not tell where it lies");
}

/* Sets *start to the beginning of the last chunk, and *bytes to the size of all chunks. */
static bool last_chunk(const struct h5_storage *storage, size_t raw, uint64_t *start,
                       uint64_t *bytes)
{
    uint64_t number[GRID_MAX_RANK];
    for (unsigned i = 0; i < storage->rank; i++) {
        number[i] = size_ceil_div(storage->extent[i], storage->chunk[i]);
        start[i] = (number[i] - 1) * storage->chunk[i];
    }
    return size_product(storage->rank, number, raw, bytes);
}

/* Reserves the space of the chunks, if they are allocated. data: scratch space of one chunk. */
static bool reserve_chunks(const struct prealloc_writer *self, void *data, struct h5grad_error *err)
{
    const struct writer_target *target = &self->writer.target;
    uint64_t first[GRID_MAX_RANK] = {0}, last[GRID_MAX_RANK], from, to, bytes;
    if (!last_chunk(target->storage, self->raw, last, &bytes) ||
        H5Dget_storage_size(target->dataset) != bytes ||
        find_place(self, first, data, &from, NULL) || find_place(self, last, data, &to, NULL) ||
        to < from)
        return false;
    return hg_file_reserve(self->fd, from, to - from + self->raw, err) == H5GRAD_OK;
}

static struct writer *prealloc_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct h5_storage *storage = target->storage;
    uint64_t raw, points;
    int fd = target->told ? -1 : hg_descriptor(target->file);
    struct h5_probe *probe = target->told ? NULL : hg_probe_of(target->file);
    if (storage->layout != H5_CHUNKED || storage->n_filters > 0 || !target->raw || fd < 0 ||
        !probe || !size_product(storage->rank, storage->extent, 1, &points) || points == 0 ||
        !size_product(storage->rank, storage->chunk, target->size, &raw))
        return NULL;
    struct prealloc_writer *self = hg_writer_new(&hg_writer_prealloc, sizeof *self, target, err);
    void *data = hg_memory_aligned(raw);
    bool reserved = false;
    if (!data)
        hg_error_memory(err, raw);
    if (self && data) {
        self->raw = raw;
        self->fd = fd;
        self->probe = probe;
        reserved = reserve_chunks(self, data, err);
    }
    free(data);
    if (reserved)
        return &self->writer;
    free(self);
    return NULL;
}

/* Calls find_place within hg_enter. */
static enum h5grad_status enter_and_find(const struct prealloc_writer *self, const uint64_t *start,
                                         void *data, uint64_t *address, struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    enum h5grad_status status = find_place(self, start, data, address, err);
    hg_leave(&guard);
    return status;
}

static enum h5grad_status place_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct prealloc_writer *self = (const struct prealloc_writer *)writer;
    const void *data = hg_pieces_gather(writer, tile, points, chunk, self->raw);
    void *room = hg_codec_worker_space(tile->codec, CODEC_SCRATCH, self->raw);
    uint64_t address;
    if (!data || !room)
        return hg_error_memory(err, self->raw);
    enum h5grad_status status = enter_and_find(self, chunk->start, room, &address, err);
    return status ? status : hg_file_write(self->fd, data, self->raw, address, err);
}

static enum h5grad_status prealloc_write(struct writer *writer, const struct result_tile *tile,
                                         const void *points, struct h5grad_error *err)
{
    return hg_pieces_each(writer, tile, (void *)(uintptr_t)points, place_chunk, err);
}

static enum h5grad_status fetch_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct prealloc_writer *self = (const struct prealloc_writer *)writer;
    const struct writer_target *target = &writer->target;
    const unsigned rank = target->storage->rank;
    void *data = hg_codec_worker_space(tile->codec, CODEC_SCRATCH, self->raw);
    struct box part;
    uint64_t address;
    if (!data)
        return hg_error_memory(err, self->raw);
    enum h5grad_status status = enter_and_find(self, chunk->start, data, &address, err);
    if (!status)
        status = hg_file_read(self->fd, data, self->raw, address, err);
    if (!status && hg_box_intersect(rank, &tile->core, chunk, &part))
        hg_box_copy(rank, target->size, &part, chunk, data, &tile->core, points);
    return status;
}

static enum h5grad_status prealloc_read(struct writer *writer, const struct result_tile *tile,
                                        void *points, struct h5grad_error *err)
{
    return hg_pieces_each(writer, tile, points, fetch_chunk, err);
}

/* Returns how many points of a chunk's row to compare. */
static uint64_t row_points(const struct h5_storage *storage)
{
    return size_min(storage->chunk[storage->rank - 1], VERIFY_POINTS);
}

/* Compares the row at start, where a chunk begins, with what libhdf5 reads. ours has room for a
 * chunk. */
static enum h5grad_status compare_row(const struct prealloc_writer *self, const uint64_t *start,
                                      char *ours, char *theirs, struct h5grad_error *err)
{
    const struct h5_storage *storage = self->writer.target.storage;
    unsigned rank = storage->rank, last = rank - 1;
    struct box row;
    uint64_t address;
    for (unsigned i = 0; i < rank; i++) {
        row.start[i] = start[i];
        row.count[i] = 1;
    }
    row.count[last] = size_min(row_points(storage), storage->extent[last] - start[last]);
    size_t bytes = row.count[last] * self->writer.target.size;
    enum h5grad_status status = find_place(self, start, ours, &address, err);
    if (!status)
        status = hg_file_read(self->fd, ours, bytes, address, err);
    if (!status)
        status = hg_read_box(self->writer.target.dataset, self->writer.target.memory, rank, &row,
                             theirs, err);
    if (!status && memcmp(ours, theirs, bytes) != 0)
        status = hg_error_set(err, H5GRAD_FAILED, "what was written cannot be read back");
    return status;
}

/* Checks that libhdf5 reads what was written: the first row, and a row of the last chunk. */
static enum h5grad_status prealloc_finish(struct writer *writer, struct h5grad_error *err)
{
    const struct prealloc_writer *self = (const struct prealloc_writer *)writer;
    const struct h5_storage *storage = self->writer.target.storage;
    uint64_t first[GRID_MAX_RANK] = {0}, last[GRID_MAX_RANK], bytes;
    uint64_t row = row_points(storage) * self->writer.target.size;
    char *ours = hg_memory_aligned(self->raw + row);
    if (!ours)
        return hg_error_memory(err, self->raw + row);
    char *theirs = ours + self->raw;
    last_chunk(storage, self->raw, last, &bytes);
    enum h5grad_status status = compare_row(self, first, ours, theirs, err);
    if (!status)
        status = compare_row(self, last, ours, theirs, err);
    free(ours);
    return status;
}

const struct writer_method hg_writer_prealloc = {
    .name = "direct",
    .resume = WRITER_RESUMES_TILES,
    .open = prealloc_open,
    .write = prealloc_write,
    .read = prealloc_read,
    .finish = prealloc_finish,
};
