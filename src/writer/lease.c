/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/lease.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "writer/seam.h"

/* When so little of a lease is left, the next one is asked for: it is there when it is needed. It
 * may remain a hole, so that begins when leases have as many chunks. */
#define LEASE_AHEAD 4

/* Large leases begin at multiples of this, which file systems like that keep files in stripes. */
#define LEASE_STRIPE  ((uint64_t)1 << 20)
#define LEASE_STRIPES 8 /* of large ones */

uint64_t hg_lease_align(uint64_t bytes)
{
    return bytes < LEASE_STRIPES * LEASE_STRIPE ? SEAM_BLOCK : LEASE_STRIPE;
}

void hg_lease_init(struct lease *lease)
{
    pthread_mutex_init(&lease->mutex, NULL);
}

void hg_lease_free(struct lease *lease)
{
    pthread_mutex_destroy(&lease->mutex);
    free(lease->chunk);
    lease->chunk = NULL;
}

/* Returns the bytes of the next lease, for chunks of about that size. */
static uint64_t choose_bytes(const struct lease *lease, uint64_t size)
{
    const uint64_t most = size_min(size_max(lease->taken / lease->part, lease->least), lease->most);
    const uint64_t mean = lease->all > 0 ? lease->taken / lease->all + 1 : most + 1;
    const bool ends = lease->left > 0 && lease->left < most / mean;
    return size_max((ends ? lease->left * mean : most) / size, 1) * size;
}

/* Takes room from the lease, or from a new one: the one that was asked for can be too small. */
static enum h5grad_status take_room(struct lease *lease, uint64_t size, uint64_t *address,
                                    struct h5grad_error *err)
{
    while (lease->end - lease->at < size) {
        enum h5grad_status status =
            lease->grant(lease->user, choose_bytes(lease, size), &lease->at, &lease->end, err);
        if (status)
            return status;
    }
    *address = lease->at;
    lease->at += size;
    lease->taken += size;
    lease->all++;
    lease->left -= lease->left > 0;
    const uint64_t next = lease->ask ? choose_bytes(lease, size) : 0;
    if (next / LEASE_AHEAD < size || lease->end - lease->at >= next / LEASE_AHEAD)
        return H5GRAD_OK;
    return lease->ask(lease->user, next, err);
}

static enum h5grad_status note_chunk(struct lease *lease, struct lease_chunk chunk,
                                     struct h5grad_error *err)
{
    struct lease_chunk *grown = hg_memory_more(lease->chunk, lease->n, sizeof *grown);
    if (!grown)
        return hg_error_memory(err, 2 * lease->n * sizeof *grown);
    lease->chunk = grown;
    lease->chunk[lease->n++] = chunk;
    return H5GRAD_OK;
}

enum h5grad_status hg_lease_take(struct lease *lease, struct lease_chunk *chunk, size_t n,
                                 size_t most, size_t *taken, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    pthread_mutex_lock(&lease->mutex);
    for (*taken = 0; *taken < n && lease->n < most && !status; ++*taken) {
        struct lease_chunk *next = &chunk[*taken];
        if (next->size == 0)
            continue;
        status = take_room(lease, next->size, &next->address, err);
        if (!status)
            status = note_chunk(lease, *next, err);
    }
    pthread_mutex_unlock(&lease->mutex);
    return status;
}

enum h5grad_status hg_lease_fill(int fd, const struct lease_chunk *chunk, size_t n,
                                 const void *data, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    const char *from = data;
    for (size_t i = 0; i < n && !status;) {
        const uint64_t at = chunk[i].address;
        uint64_t size = chunk[i++].size;
        while (i < n && size > 0 && (chunk[i].size == 0 || chunk[i].address == at + size))
            size += chunk[i++].size;
        status = hg_file_write(fd, from, size, at, err);
        from += size;
    }
    return status;
}

static int compare_chunks(const void *a, const void *b)
{
    const struct lease_chunk *one = a, *other = b;
    if (one->result != other->result)
        return one->result < other->result ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

void hg_lease_sort(struct lease_chunk *chunk, size_t n)
{
    if (n > 1)
        qsort(chunk, n, sizeof *chunk, compare_chunks);
}
