/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Leases: extents at the end of the output that a process may fill with chunks, asking nobody. So
 * processes without common memory write chunks at once, and no page of the file is written by two.
 * The process that has the file open with libhdf5 grants leases and learns where the chunks are.
 */
#ifndef H5GRAD_WRITER_LEASE_H
#define H5GRAD_WRITER_LEASE_H

#include <pthread.h>

#include "codec/codec.h"

/* Returns what a lease of so many bytes begins and ends at multiples of: at least SEAM_BLOCK. */
uint64_t hg_lease_align(uint64_t bytes);

/* A chunk that lies in a lease. */
struct lease_chunk {
    uint64_t number; /* among the chunks of its dataset, in C order */
    uint64_t address, size;
    uint32_t result; /* the dataset's number */
    uint32_t mask;   /* of the filters that were skipped */
};

struct lease {
    int fd; /* of the output */
    /* Asks for an extent of so many bytes, which will soon be needed, unless that was asked for
     * already; does not wait. */
    enum h5grad_status (*ask)(void *user, uint64_t bytes, struct h5grad_error *err);
    /* Grants the extent that was asked for, or else one of at least so many bytes, [*at, *end). */
    enum h5grad_status (*grant)(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err);
    void *user;
    pthread_mutex_t mutex; /* guards the rest */
    uint64_t at, end;      /* what is left of the last one */
    uint64_t granted;      /* bytes of all so far */
    size_t n;
    struct lease_chunk *chunk; /* n that were written since the caller set n to 0 */
};

/* fd, ask, grant and user are set; the rest is zero. */
void hg_lease_init(struct lease *lease);
void hg_lease_free(struct lease *lease);

/* Writes a chunk that begins at start of a dataset so stored, the number-th result. Any thread. */
enum h5grad_status hg_lease_write(struct lease *lease, unsigned result, const uint64_t *start,
                                  const struct codec_chunk *chunk, struct h5grad_error *err);

/* Orders the chunks by result and number. */
void hg_lease_sort(struct lease *lease);

#endif
