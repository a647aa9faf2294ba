/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parcels: small chunks of a result that a worker finishes one after the other are sent to the file
 * in few calls, since each waits for the lock of the file's inode.
 */
#ifndef H5GRAD_WRITER_PARCEL_H
#define H5GRAD_WRITER_PARCEL_H

#include "writer/writer.h"

#define PARCEL_BYTES  ((size_t)128 << 10)
#define PARCEL_CHUNKS 128

struct parcel {
    size_t n, size;
    struct lease_chunk chunk[PARCEL_CHUNKS];
    unsigned char data[PARCEL_BYTES]; /* of the chunks, one behind the other */
};

/* Sends n chunks of a tile, whose bytes follow each other at data. */
typedef enum h5grad_status parcel_send(const struct writer *writer, const struct result_tile *tile,
                                       struct lease_chunk *chunk, size_t n, const void *data,
                                       struct h5grad_error *err);

/* Returns the memory of a worker's parcel for chunks of raw bytes; 0: larger ones have none. */
static inline uint64_t parcel_memory(uint64_t raw)
{
    return raw <= PARCEL_BYTES / 2 ? sizeof(struct parcel) : 0;
}

/* Begins the parcel of a tile's worker, whose codec keeps it. False: no memory. */
bool hg_parcel_begin(const struct result_tile *tile, uint64_t raw);

/* Adds a chunk of raw bytes, which are not so many if they are encoded; sends what has no room. */
enum h5grad_status hg_parcel_add(const struct writer *writer, const struct result_tile *tile,
                                 parcel_send *send, uint64_t raw, struct lease_chunk *chunk,
                                 const void *data, struct h5grad_error *err);

/* Sends what is left. */
enum h5grad_status hg_parcel_end(const struct writer *writer, const struct result_tile *tile,
                                 parcel_send *send, uint64_t raw, struct h5grad_error *err);

#endif
