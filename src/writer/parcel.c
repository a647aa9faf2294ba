/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/parcel.h"

#include <string.h>

#include "codec/filter.h"

static struct parcel *parcel_of(const struct result_tile *tile, uint64_t raw)
{
    const uint64_t bytes = parcel_memory(raw);
    return bytes ? hg_codec_worker_space(tile->codec, CODEC_PARCEL, bytes) : NULL;
}

bool hg_parcel_begin(const struct result_tile *tile, uint64_t raw)
{
    struct parcel *parcel = parcel_of(tile, raw);
    if (parcel)
        parcel->n = parcel->size = 0;
    return parcel || parcel_memory(raw) == 0;
}

enum h5grad_status hg_parcel_add(const struct writer *writer, const struct result_tile *tile,
                                 parcel_send *send, uint64_t raw, struct lease_chunk *chunk,
                                 const void *data, struct h5grad_error *err)
{
    struct parcel *parcel = parcel_of(tile, raw);
    enum h5grad_status status = H5GRAD_OK;
    if (parcel && (parcel->n == PARCEL_CHUNKS || chunk->size > PARCEL_BYTES - parcel->size))
        status = hg_parcel_end(writer, tile, send, raw, err);
    if (status)
        return status;
    if (!parcel || chunk->size > PARCEL_BYTES)
        return send(writer, tile, chunk, 1, data, err);
    memcpy(parcel->data + parcel->size, data, chunk->size);
    parcel->size += chunk->size;
    parcel->chunk[parcel->n++] = *chunk;
    return H5GRAD_OK;
}

enum h5grad_status hg_parcel_end(const struct writer *writer, const struct result_tile *tile,
                                 parcel_send *send, uint64_t raw, struct h5grad_error *err)
{
    struct parcel *parcel = parcel_of(tile, raw);
    const size_t n = parcel ? parcel->n : 0;
    if (n == 0)
        return H5GRAD_OK;
    parcel->n = parcel->size = 0;
    return send(writer, tile, parcel->chunk, n, parcel->data, err);
}
