/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes chunked results: workers apply the filters; libhdf5 takes the chunks one at a time, or
 * they go into leases. */
#include "base/size.h"
#include "codec/codec.h"
#include "output/layout.h"
#include "libhdf5/handle.h"
#include "writer/order.h"
#include "writer/pieces.h"

struct chunked_writer {
    struct writer writer;
    size_t raw; /* bytes of a chunk before filters */
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
    struct chunked_writer *self = hg_writer_new(&hg_writer_chunked, sizeof *self, target, err);
    if (!self)
        return NULL;
    self->raw = raw;
    self->put = (struct put){
        .dataset = target->dataset,
        .rank = storage->rank,
        .probe = target->told ? NULL : hg_probe_of(target->file),
    };
    if (self->put.probe)
        self->put.journal = target->journal;
    return &self->writer;
}

/* A journal records also a chunk that is not stored. */
static enum h5grad_status leave_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    const struct codec_chunk none = {.data = ""};
    (void)points;
    return self->put.journal ? hg_order_write(tile, &self->put, chunk->start, &none, err)
                             : H5GRAD_OK;
}

static enum h5grad_status write_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    const struct h5_storage *storage = writer->target.storage;
    const void *data = hg_pieces_gather(writer, tile, points, chunk, self->raw);
    struct codec_chunk coded = {storage, self->raw, .data = data, .size = self->raw};
    enum h5grad_status status = H5GRAD_OK;
    if (!data)
        return hg_error_memory(err, self->raw);
    if (pieces_is_blank(writer, data, self->raw))
        return leave_chunk(writer, tile, NULL, chunk, err);
    if (storage->n_filters > 0) {
        size_t bytes = hg_codec_scratch(storage, self->raw);
        coded.scratch = hg_codec_worker_space(tile->codec, CODEC_SCRATCH, bytes);
        status = coded.scratch ? hg_codec_encode_chunk(tile->codec, &coded, data, err)
                               : hg_error_memory(err, bytes);
    }
    if (status)
        return status;
    const struct writer_told *told = writer->target.told;
    return told ? hg_lease_write(told->lease, told->result, chunk->start, &coded, err)
                : hg_order_write(tile, &self->put, chunk->start, &coded, err);
}

static enum h5grad_status chunked_write(struct writer *writer, const struct result_tile *tile,
                                        const void *points, struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    if (points)
        return hg_pieces_each(writer, tile, (void *)(uintptr_t)points, write_chunk, err);
    return self->put.journal ? hg_pieces_each(writer, tile, NULL, leave_chunk, err) : H5GRAD_OK;
}

static enum h5grad_status replay_chunk(struct writer *writer, const struct result_tile *tile,
                                       void *points, const struct box *chunk,
                                       struct h5grad_error *err)
{
    (void)tile;
    (void)points;
    return hg_put_replay(&((const struct chunked_writer *)writer)->put, chunk->start, err);
}

static enum h5grad_status chunked_replay(struct writer *writer, const struct result_tile *tile,
                                         struct h5grad_error *err)
{
    return hg_pieces_each(writer, tile, NULL, replay_chunk, err);
}

const struct writer_method hg_writer_chunked = {
    .name = "chunked",
    .resume = WRITER_RESUMES_CHUNKS,
    .open = chunked_open,
    .write = chunked_write,
    .replay = chunked_replay,
};
