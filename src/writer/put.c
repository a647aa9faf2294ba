/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/put.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/size.h"
#include "hdf5/chunk.h"

enum h5grad_status hg_put_chunk(const struct put *put, const uint64_t *start,
                                const struct codec_chunk *chunk, struct h5grad_error *err)
{
    struct h5_guard guard;
    struct journal_chunk there = {.sum = HASH_START, .mask = chunk->mask};
    enum h5grad_status status = H5GRAD_OK;
    if (put->journal && chunk->size > 0)
        there.sum = hash_large(HASH_START, chunk->data, chunk->size);
    hg_enter(&guard);
    if (chunk->size > 0)
        status = hg_chunk_write(put->dataset, start, put->rank, chunk->data, chunk->size,
                                chunk->mask, err);
    if (!status && put->journal) {
        if (chunk->size > 0) {
            there.address = put->probe->address;
            there.size = put->probe->size;
        }
        status = hg_journal_add_chunk(put->journal, &there, err);
    }
    hg_leave(&guard);
    return status;
}

static enum h5grad_status report_order(struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_FAILED,
                        "cannot be resumed: it comes out in another order: begin anew without "
                        "--resume");
}

enum h5grad_status hg_put_replay(const struct put *put, const uint64_t *start,
                                 struct h5grad_error *err)
{
    struct journal_chunk chunk;
    if (!hg_journal_take_chunk(put->journal, &chunk))
        return report_order(err);
    if (chunk.size == 0)
        return H5GRAD_OK;
    /* H5Dwrite_chunk needs a buffer; the driver discards it. */
    void *data = malloc(chunk.size);
    if (!data)
        return hg_error_memory(err, chunk.size);
    struct h5_guard guard;
    hg_enter(&guard);
    put->probe->discard = true;
    enum h5grad_status status =
        hg_chunk_write(put->dataset, start, put->rank, data, chunk.size, chunk.mask, err);
    put->probe->discard = false;
    if (!status && (put->probe->address != chunk.address || put->probe->size != chunk.size))
        status = report_order(err);
    hg_leave(&guard);
    free(data);
    return status;
}

enum h5grad_status hg_put_told(const struct put *put, const struct h5_storage *storage,
                               const struct lease_chunk *chunk, const void *data,
                               struct h5grad_error *err)
{
    struct h5_probe *probe = put->probe;
    uint64_t start[GRID_MAX_RANK], rest = chunk->number;
    for (unsigned i = storage->rank; i-- > 0;) {
        const uint64_t n = size_ceil_div(storage->extent[i], storage->chunk[i]);
        start[i] = rest % n * storage->chunk[i];
        rest /= n;
    }
    probe->discard = probe->told = true;
    probe->told_at = chunk->address;
    enum h5grad_status status =
        hg_chunk_write(put->dataset, start, put->rank, data, chunk->size, chunk->mask, err);
    if (!status && (probe->told || probe->address != chunk->address || probe->size != chunk->size))
        status =
            hg_error_set(err, H5GRAD_FAILED, "this libhdf5 does not place chunks where they are");
    probe->discard = probe->told = false;
    return status;
}
