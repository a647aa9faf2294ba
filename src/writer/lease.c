/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/lease.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "writer/seam.h"

/* A lease has this part of the bytes granted before, at most so many: what is left of the last one
 * remains a hole. */
#define LEASE_PART 8
#define LEASE_MOST ((uint64_t)64 << 20)

/* When so little of a lease is left, the next one is asked for: it is there when it is needed. It
 * may remain a hole, so that begins when leases have as many chunks. */
#define LEASE_AHEAD 4

/* Large leases begin at multiples of this, which file systems like that keep files in stripes. */
#define LEASE_STRIPE ((uint64_t)1 << 20)

uint64_t hg_lease_align(uint64_t bytes)
{
    return bytes < LEASE_PART * LEASE_STRIPE ? SEAM_BLOCK : LEASE_STRIPE;
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
    const uint64_t wanted = size_min(lease->granted / LEASE_PART, LEASE_MOST);
    return size_max(wanted / size, 1) * size;
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
        lease->granted += lease->end - lease->at;
    }
    *address = lease->at;
    lease->at += size;
    const uint64_t next = choose_bytes(lease, size);
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

static uint64_t number_of(const struct h5_storage *storage, const uint64_t *start)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < storage->rank; i++)
        number = number * size_ceil_div(storage->extent[i], storage->chunk[i]) +
                 start[i] / storage->chunk[i];
    return number;
}

enum h5grad_status hg_lease_write(struct lease *lease, unsigned result, const uint64_t *start,
                                  const struct codec_chunk *chunk, struct h5grad_error *err)
{
    struct lease_chunk there = {number_of(chunk->storage, start), 0, chunk->size, result,
                                chunk->mask};
    pthread_mutex_lock(&lease->mutex);
    enum h5grad_status status = take_room(lease, chunk->size, &there.address, err);
    if (!status)
        status = note_chunk(lease, there, err);
    pthread_mutex_unlock(&lease->mutex);
    return status ? status : hg_file_write(lease->fd, chunk->data, chunk->size, there.address, err);
}

static int compare_chunks(const void *a, const void *b)
{
    const struct lease_chunk *one = a, *other = b;
    if (one->result != other->result)
        return one->result < other->result ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

void hg_lease_sort(struct lease *lease)
{
    if (lease->n > 1)
        qsort(lease->chunk, lease->n, sizeof *lease->chunk, compare_chunks);
}
