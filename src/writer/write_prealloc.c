/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes chunks without filters by pwrite from every worker, to places that follow from their
 * numbers: the space of all is taken, and libhdf5 told of them, before any is written.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "hdf5/transfer.h"
#include "libhdf5/handle.h"
#include "libhdf5/output_driver.h"
#include "writer/parcel.h"
#include "writer/pieces.h"
#include "writer/put.h"
#include "writer/writer.h"

/* Most chunks to tell of when the dataset is created: of more it takes long. */
#define MOST_CHUNKS ((uint64_t)1 << 18)

/* Many begin here, so that chunks of whole pages lie in as few as there can be. */
#define PAGE ((uint64_t)4096)

/* Limit of a row that compare_row compares. */
#define VERIFY_POINTS 4096

struct prealloc_writer {
    struct writer writer;
    size_t raw; /* bytes of a chunk */
    int fd;
    uint64_t offset; /* of the first chunk */
};

static uint64_t find_place(const struct prealloc_writer *self, const uint64_t *start)
{
    const struct h5_storage *storage = self->writer.target.storage;
    return self->offset +
           hg_chunks_number(storage->rank, storage->extent, storage->chunk, start) * self->raw;
}

/* Takes the space of n chunks. */
static enum h5grad_status take_space(struct prealloc_writer *self, uint64_t n,
                                     struct h5grad_error *err)
{
    const hid_t file = self->writer.target.file;
    const uint64_t bytes = n * self->raw, align = bytes < OUTPUT_LARGE ? 1 : PAGE;
    self->offset = hg_output_lease(file, bytes, align);
    hg_output_resize(file, hg_output_leased(file), self->offset + bytes);
    return hg_file_reserve(self->fd, self->offset, bytes, err);
}

static enum h5grad_status tell_places(const struct prealloc_writer *self, uint64_t n,
                                      struct h5grad_error *err)
{
    const struct writer_target *target = &self->writer.target;
    const struct put_dataset dataset = {target->dataset, target->storage};
    struct h5_probe *probe = hg_probe_of(target->file);
    struct lease_chunk chunk[64];
    enum h5grad_status status = H5GRAD_OK;
    uint64_t done = 0;
    while (done < n && !status) {
        size_t some = 0;
        for (; some < sizeof chunk / sizeof chunk[0] && done < n; some++, done++)
            chunk[some] = (struct lease_chunk){
                .number = done, .address = self->offset + done * self->raw, .size = self->raw};
        status = hg_put_tell(&dataset, probe, chunk, some, err);
    }
    return status;
}

/* Returns the number of chunks if this method takes the dataset, else 0. */
static uint64_t count_chunks(const struct writer_target *target, uint64_t *raw)
{
    const struct h5_storage *storage = target->storage;
    uint64_t number[GRID_MAX_RANK], n, bytes;
    if (storage->layout != H5_CHUNKED || storage->n_filters > 0 || storage->sparse ||
        !target->raw || target->leased || !target->put)
        return 0;
    for (unsigned i = 0; i < storage->rank; i++)
        number[i] = size_ceil_div(storage->extent[i], storage->chunk[i]);
    const bool fits = size_product(storage->rank, storage->chunk, target->size, raw) &&
                      size_product(storage->rank, number, 1, &n) && n <= MOST_CHUNKS &&
                      size_mul(n, *raw, &bytes) && bytes <= INT64_MAX / 2;
    return fits ? n : 0;
}

static struct writer *prealloc_open(const struct writer_target *target, struct h5grad_error *err)
{
    uint64_t raw;
    const uint64_t n = count_chunks(target, &raw);
    if (n == 0)
        return NULL;
    struct prealloc_writer *self = hg_writer_new(&hg_writer_prealloc, sizeof *self, target, err);
    if (!self)
        return NULL;
    self->raw = raw;
    self->fd = hg_descriptor(target->file);
    if (!take_space(self, n, err) && !tell_places(self, n, err))
        return &self->writer;
    free(self);
    return NULL;
}

static enum h5grad_status send_chunks(const struct writer *writer, const struct result_tile *tile,
                                      struct lease_chunk *chunk, size_t n, const void *data,
                                      struct h5grad_error *err)
{
    (void)tile;
    return hg_lease_fill(((const struct prealloc_writer *)writer)->fd, chunk, n, data, err);
}

static enum h5grad_status place_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct prealloc_writer *self = (const struct prealloc_writer *)writer;
    const void *data = hg_pieces_gather(writer, tile, points, chunk, self->raw);
    struct lease_chunk there = {.address = find_place(self, chunk->start), .size = self->raw};
    return data ? hg_parcel_add(writer, tile, send_chunks, self->raw, &there, data, err)
                : hg_error_memory(err, self->raw);
}

static enum h5grad_status prealloc_write(struct writer *writer, const struct result_tile *tile,
                                         const void *points, struct h5grad_error *err)
{
    const struct prealloc_writer *self = (const struct prealloc_writer *)writer;
    if (!hg_parcel_begin(tile, self->raw))
        return hg_error_memory(err, parcel_memory(self->raw));
    enum h5grad_status status =
        hg_pieces_each(writer, tile, (void *)(uintptr_t)points, place_chunk, err);
    return status ? status : hg_parcel_end(writer, tile, send_chunks, self->raw, err);
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
    if (!data)
        return hg_error_memory(err, self->raw);
    enum h5grad_status status =
        hg_file_read(self->fd, data, self->raw, find_place(self, chunk->start), err);
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

/* Compares the row at start, where a chunk begins, with what libhdf5 reads. Both have room for one.
 */
static enum h5grad_status compare_row(const struct prealloc_writer *self, const uint64_t *start,
                                      char *ours, char *theirs, struct h5grad_error *err)
{
    const struct h5_storage *storage = self->writer.target.storage;
    unsigned rank = storage->rank, last = rank - 1;
    struct box row;
    for (unsigned i = 0; i < rank; i++) {
        row.start[i] = start[i];
        row.count[i] = 1;
    }
    row.count[last] = size_min(row_points(storage), storage->extent[last] - start[last]);
    size_t bytes = row.count[last] * self->writer.target.size;
    enum h5grad_status status = hg_file_read(self->fd, ours, bytes, find_place(self, start), err);
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
    uint64_t first[GRID_MAX_RANK] = {0}, last[GRID_MAX_RANK];
    uint64_t row = row_points(storage) * self->writer.target.size;
    char *ours = hg_memory_aligned(2 * row);
    if (!ours)
        return hg_error_memory(err, 2 * row);
    char *theirs = ours + row;
    for (unsigned i = 0; i < storage->rank; i++)
        last[i] = (storage->extent[i] - 1) / storage->chunk[i] * storage->chunk[i];
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
