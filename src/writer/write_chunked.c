/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing chunked results: the workers do the filters; finished chunks go through libhdf5 one at a
 * time, under its lock.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "codec/codec.h"
#include "output/layout.h"
#include "writer/pieces.h"
#include "writer/writer.h"
#include "trust/driver.h"

struct chunked_writer {
    struct writer writer;
    struct writer_target target;
    unsigned rank;
    size_t raw; /* of a chunk before filters, in bytes */
    struct put put;
};

static struct writer *chunked_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct h5_storage *storage = target->storage;
    uint64_t raw;
    if (storage->layout != H5_CHUNKED || !target->raw || storage->raw_edge_chunks ||
        !hg_codec_can_encode(storage) ||
        !size_product(storage->rank, storage->chunk, target->size, &raw) || raw > UINT32_MAX)
        return NULL;
    struct chunked_writer *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->writer.way = &hg_writer_chunked;
    self->target = *target;
    self->rank = storage->rank;
    self->raw = raw;
    self->put = (struct put){
        .dataset = target->dataset,
        .rank = self->rank,
        .raw = hg_raw_of(target->file),
    };
    if (self->put.raw)
        self->put.journal = target->journal;
    return &self->writer;
}

/* A box that is being written. */
struct writing {
    const struct chunked_writer *self;
    const struct box *box;
    const void *points;
    struct codec_worker *worker;
};

static enum h5grad_status write_chunk(void *user, const struct box *chunk, struct h5grad_error *err)
{
    const struct writing *writing = user;
    const struct chunked_writer *self = writing->self;
    const struct h5_storage *storage = self->target.storage;
    struct codec_worker *worker = writing->worker;
    const void *data = hg_pieces_gather(self->rank, self->target.size, self->raw, writing->box,
                                        writing->points, chunk, worker);
    struct codec_chunk coded = {storage, self->raw, .data = data, .size = self->raw};
    enum h5grad_status status = H5GRAD_OK;
    if (!data)
        return hg_error_memory(err, self->raw);
    if (storage->n_filters > 0) {
        size_t bytes = hg_codec_scratch(storage, self->raw);
        coded.scratch = hg_codec_worker_space(worker, CODEC_SCRATCH, bytes);
        status = coded.scratch ? hg_codec_encode_chunk(worker, &coded, data, err)
                               : hg_error_memory(err, bytes);
    }
    if (status)
        return status;
    if (self->writer.order)
        return hg_order_write(self->writer.order, worker, &self->put, chunk->start, coded.data,
                              coded.size, coded.mask, err);
    return hg_put_chunk(&self->put, chunk->start, coded.data, coded.size, coded.mask, err);
}

static enum h5grad_status chunked_write(struct writer *writer, const struct box *box,
                                        const void *points, struct codec_worker *worker,
                                        struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    struct writing writing = {self, box, points, worker};
    return hg_pieces_each(self->target.storage, box, write_chunk, &writing, err);
}

static uint64_t chunked_chunks(const struct writer *writer, const struct box *box)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    struct box numbers;
    hg_chunks_touched_by(self->rank, self->target.storage->chunk, box, &numbers);
    return hg_box_points(self->rank, &numbers);
}

static enum h5grad_status retell_chunk(void *user, const struct box *chunk,
                                       struct h5grad_error *err)
{
    return hg_put_again(user, chunk->start, err);
}

static enum h5grad_status chunked_retell(struct writer *writer, const struct box *box,
                                         struct h5grad_error *err)
{
    struct chunked_writer *self = (struct chunked_writer *)writer;
    return hg_pieces_each(self->target.storage, box, retell_chunk, &self->put, err);
}

static void chunked_close(struct writer *writer)
{
    free(writer);
}

const struct writer_way hg_writer_chunked = {
    .name = "chunked",
    .keeping = WRITER_KEEPS_CHUNKS,
    .open = chunked_open,
    .write = chunked_write,
    .chunks = chunked_chunks,
    .retell = chunked_retell,
    .close = chunked_close,
};
