/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes chunked results: workers apply the filters, and write the chunks into leases. */
#include "base/size.h"
#include "codec/codec.h"
#include "output/layout.h"
#include "libhdf5/handle.h"
#include "writer/order.h"
#include "writer/parcel.h"
#include "writer/pieces.h"

struct chunked_writer {
    struct writer writer;
    size_t raw;   /* bytes of a chunk before filters */
    bool records; /* chunks go to a journal */
};

static struct writer *chunked_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct h5_storage *storage = target->storage;
    uint64_t raw;
    if (storage->layout != H5_CHUNKED || !target->raw || storage->raw_edge_chunks ||
        !(target->told || target->put) || !hg_codec_can_encode(storage) ||
        !size_product(storage->rank, storage->chunk, target->size, &raw) || raw > UINT32_MAX)
        return NULL;
    const struct put_dataset dataset = {target->dataset, storage};
    if (target->put && hg_put_choose(target->put, target->result, dataset, err))
        return NULL;
    struct chunked_writer *self = hg_writer_new(&hg_writer_chunked, sizeof *self, target, err);
    if (!self)
        return NULL;
    self->raw = raw;
    self->records = target->put && hg_put_records(target->put);
    return &self->writer;
}

static struct lease_chunk number_chunk(const struct writer *writer, const struct box *chunk)
{
    const struct h5_storage *storage = writer->target.storage;
    return (struct lease_chunk){
        .number = hg_chunks_number(storage->rank, storage->extent, storage->chunk, chunk->start),
        .result = writer->target.result};
}

static enum h5grad_status send_chunks(const struct writer *writer, const struct result_tile *tile,
                                      struct lease_chunk *chunk, size_t n, const void *data,
                                      struct h5grad_error *err)
{
    const struct writer_target *to = &writer->target;
    size_t taken;
    if (!to->told)
        return hg_order_write(tile, to->put, chunk, n, data, err);
    enum h5grad_status status = hg_lease_take(to->told->lease, chunk, n, SIZE_MAX, &taken, err);
    return status ? status : hg_lease_fill(to->told->fd, chunk, n, data, err);
}

/* A journal records also a chunk that is not stored. */
static enum h5grad_status leave_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    struct lease_chunk none = number_chunk(writer, chunk);
    (void)points;
    return self->records ? hg_parcel_add(writer, tile, send_chunks, self->raw, &none, "", err)
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
    struct lease_chunk there = number_chunk(writer, chunk);
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
    there.size = coded.size;
    there.mask = coded.mask;
    return status ? status
                  : hg_parcel_add(writer, tile, send_chunks, self->raw, &there, coded.data, err);
}

static enum h5grad_status chunked_write(struct writer *writer, const struct result_tile *tile,
                                        const void *points, struct h5grad_error *err)
{
    const struct chunked_writer *self = (const struct chunked_writer *)writer;
    if (!points && !self->records)
        return H5GRAD_OK;
    if (!hg_parcel_begin(tile, self->raw))
        return hg_error_memory(err, parcel_memory(self->raw));
    enum h5grad_status status = hg_pieces_each(writer, tile, (void *)(uintptr_t)points,
                                               points ? write_chunk : leave_chunk, err);
    return status ? status : hg_parcel_end(writer, tile, send_chunks, self->raw, err);
}

static enum h5grad_status replay_chunk(struct writer *writer, const struct result_tile *tile,
                                       void *points, const struct box *chunk,
                                       struct h5grad_error *err)
{
    (void)tile;
    (void)points;
    return hg_put_replay(writer->target.put, number_chunk(writer, chunk), err);
}

static enum h5grad_status chunked_replay(struct writer *writer, const struct result_tile *tile,
                                         struct h5grad_error *err)
{
    return hg_pieces_each(writer, tile, NULL, replay_chunk, err);
}

static enum h5grad_status chunked_finish(struct writer *writer, struct h5grad_error *err)
{
    return hg_put_settle(writer->target.put, err);
}

const struct writer_method hg_writer_chunked = {
    .name = "chunked",
    .resume = WRITER_RESUMES_CHUNKS,
    .open = chunked_open,
    .write = chunked_write,
    .replay = chunked_replay,
    .finish = chunked_finish,
};
