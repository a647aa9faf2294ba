/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Leases: extents at the end of the output that are filled with chunks, asking nobody. So workers
 * write chunks without libhdf5 and its lock; and processes without common memory write at once, no
 * page of the file by two. The process that has the file open with libhdf5 grants leases and learns
 * where the chunks are.
 */
#ifndef H5GRAD_WRITER_LEASE_H
#define H5GRAD_WRITER_LEASE_H

#include <pthread.h>

#include "base/error.h"

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
    /* A lease has this part of the bytes taken before, but at least and at most so many: what is
     * left of one remains a hole. */
    unsigned part;
    uint64_t least, most;
    /* Asks for an extent of so many bytes, which will soon be needed, unless that was asked for
     * already; does not wait. NULL: nobody has to be asked. */
    enum h5grad_status (*ask)(void *user, uint64_t bytes, struct h5grad_error *err);
    /* Grants the extent that was asked for, or else one of at least so many bytes, [*at, *end),
     * which are what is left of the last lease: the extent may begin with that. */
    enum h5grad_status (*grant)(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err);
    void *user;
    pthread_mutex_t mutex; /* guards the rest */
    uint64_t at, end;      /* what is left of the last one */
    uint64_t taken, all;   /* bytes of all chunks so far, and their number */
    uint64_t left;         /* chunks to come, about; 0: unknown */
    size_t n;
    struct lease_chunk *chunk; /* n that were written since the caller set n to 0 */
};

/* What is above mutex is set; the rest is zero. */
void hg_lease_init(struct lease *lease);
void hg_lease_free(struct lease *lease);

/* Takes room for n chunks, one after the other: sets their addresses and notes them, unless they
 * have no bytes. Ends when most are noted; *taken: how many of the n have their room. Any thread,
 * as below. */
enum h5grad_status hg_lease_take(struct lease *lease, struct lease_chunk *chunk, size_t n,
                                 size_t most, size_t *taken, struct h5grad_error *err);

/* Writes chunks, whose bytes follow each other at data, to their addresses: neighbours at once. */
enum h5grad_status hg_lease_fill(int fd, const struct lease_chunk *chunk, size_t n,
                                 const void *data, struct h5grad_error *err);

/* Orders chunks by result and number, as libhdf5 takes them soonest. */
void hg_lease_sort(struct lease_chunk *chunk, size_t n);

#endif
