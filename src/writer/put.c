/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/put.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/size.h"
#include "grid/chunks.h"
#include "hdf5/chunk.h"
#include "libhdf5/output_driver.h"

/* A lease lasts while libhdf5 is told of chunks, and what is left of the last one in the end is
 * little. */
#define PART  32
#define LEAST ((uint64_t)64 << 10)
#define MOST  ((uint64_t)4 << 20)

struct put {
    struct lease lease;
    hid_t file;
    struct h5_probe *probe;
    struct journal *journal;
    unsigned results;
    struct put_dataset *dataset; /* of each result */
    pthread_mutex_t telling;     /* guards told; taken after the lease's */
    struct lease_chunk *told;    /* chunks that libhdf5 is told of */
};

/* libhdf5 places other things in between, but not while workers fill a lease, mostly: then it goes
 * on in one piece. */
static enum h5grad_status grant(void *user, uint64_t bytes, uint64_t *at, uint64_t *end,
                                struct h5grad_error *err)
{
    const struct put *put = user;
    struct h5_guard guard;
    (void)err;
    hg_enter(&guard);
    if (!hg_output_resize(put->file, *end, *at + bytes))
        *at = hg_output_lease(put->file, bytes, 1);
    *end = *at + bytes;
    hg_leave(&guard);
    return H5GRAD_OK;
}

struct put *hg_put_open(hid_t file, struct journal *journal, struct h5grad_error *err)
{
    struct put *put = hg_memory_zeroed(1, sizeof *put);
    if (!put) {
        hg_error_memory(err, sizeof *put);
        return NULL;
    }
    put->file = file;
    put->probe = hg_probe_of(file);
    put->journal = journal;
    put->lease.fd = hg_descriptor(file);
    put->lease.part = PART;
    put->lease.least = LEAST;
    put->lease.most = MOST;
    put->lease.grant = grant;
    put->lease.user = put;
    hg_lease_init(&put->lease);
    pthread_mutex_init(&put->telling, NULL);
    return put;
}

void hg_put_close(struct put *put)
{
    if (!put)
        return;
    pthread_mutex_destroy(&put->telling);
    hg_lease_free(&put->lease);
    free(put->dataset);
    free(put->told);
    free(put);
}

enum h5grad_status hg_put_choose(struct put *put, unsigned result, struct put_dataset dataset,
                                 struct h5grad_error *err)
{
    if (result >= put->results) {
        const size_t size = (result + 1) * sizeof *put->dataset;
        struct put_dataset *grown = realloc(put->dataset, size);
        if (!grown)
            return hg_error_memory(err, size);
        put->dataset = grown;
        put->results = result + 1;
    }
    uint64_t chunks = 1;
    for (unsigned i = 0; i < dataset.storage->rank; i++)
        chunks *= size_ceil_div(dataset.storage->extent[i], dataset.storage->chunk[i]);
    put->lease.left += chunks;
    put->dataset[result] = dataset;
    return H5GRAD_OK;
}

bool hg_put_records(const struct put *put)
{
    return put->journal != NULL;
}

/* data: as many bytes as the chunk, which are not used. */
static enum h5grad_status tell_chunk(const struct put_dataset *dataset, struct h5_probe *probe,
                                     const struct lease_chunk *chunk, const void *data,
                                     struct h5grad_error *err)
{
    const struct h5_storage *storage = dataset->storage;
    uint64_t start[GRID_MAX_RANK];
    hg_chunks_start(storage->rank, storage->extent, storage->chunk, chunk->number, start);
    probe->placing = probe->told = true;
    probe->told_at = chunk->address;
    probe->size = 0;
    enum h5grad_status status =
        hg_chunk_write(dataset->dataset, start, storage->rank, data, chunk->size, chunk->mask, err);
    if (!status && (probe->told || probe->address != chunk->address || probe->size != chunk->size))
        status =
            hg_error_set(err, H5GRAD_FAILED, "this libhdf5 does not place chunks where they are");
    probe->placing = probe->told = false;
    if (!status)
        return H5GRAD_OK;
    BASE_FREED char *name = hg_read_name(dataset->dataset, H5Iget_name);
    return hg_error_context(err, status, "%s", name ? name : "a result");
}

enum h5grad_status hg_put_tell(const struct put_dataset *dataset, struct h5_probe *probe,
                               const struct lease_chunk *chunk, size_t n, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t largest = 1;
    for (size_t i = 0; i < n; i++)
        largest = size_max(largest, chunk[i].size);
    /* H5Dwrite_chunk wants the bytes, which the driver discards: so they take no memory. */
    void *data = mmap(NULL, largest, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return hg_error_memory(err, largest);
    for (size_t i = 0; i < n && !status; i++)
        status = tell_chunk(&dataset[chunk[i].result], probe, &chunk[i], data, err);
    munmap(data, largest);
    return status;
}

/* Takes the chunks that the lease has noted, to tell them; returns their number. */
static size_t take_noted(struct put *put)
{
    struct lease *lease = &put->lease;
    struct lease_chunk *chunk = lease->chunk;
    const size_t n = lease->n;
    lease->chunk = put->told;
    lease->n = 0;
    put->told = chunk;
    hg_lease_sort(chunk, n);
    return n;
}

/* If there are as many chunks as are told at once, one worker tells them; until there are as many
 * once more, the others go on. */
static enum h5grad_status tell_many(struct put *put, struct h5grad_error *err)
{
    struct lease *lease = &put->lease;
    struct h5_guard guard;
    pthread_mutex_lock(&lease->mutex);
    const bool due = lease->n >= PUT_CHUNKS;
    size_t n = 0;
    if (due) {
        pthread_mutex_lock(&put->telling);
        n = take_noted(put);
    }
    pthread_mutex_unlock(&lease->mutex);
    if (!due)
        return H5GRAD_OK;
    hg_enter(&guard);
    enum h5grad_status status = hg_put_tell(put->dataset, put->probe, put->told, n, err);
    hg_leave(&guard);
    pthread_mutex_unlock(&put->telling);
    return status;
}

/* Adds chunks, whose bytes follow each other at data, to the journal. */
static enum h5grad_status record(const struct put *put, const struct lease_chunk *chunk, size_t n,
                                 const void *data, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    const char *from = data;
    for (size_t i = 0; i < n && put->journal && !status; i++) {
        struct journal_chunk there = {chunk[i].address, chunk[i].size, HASH_START, chunk[i].mask};
        if (there.size > 0)
            there.sum = hash_large(HASH_START, from, there.size);
        from += there.size;
        status = hg_journal_add_chunk(put->journal, &there, err);
    }
    return status;
}

enum h5grad_status hg_put_chunks(struct put *put, struct lease_chunk *chunk, size_t n,
                                 const void *data, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    const char *from = data;
    size_t taken;
    for (size_t done = 0; done < n && !status; done += taken) {
        struct lease_chunk *some = &chunk[done];
        status = hg_lease_take(&put->lease, some, n - done, PUT_CHUNKS, &taken, err);
        if (!status)
            status = hg_lease_fill(put->lease.fd, some, taken, from, err);
        if (!status)
            status = record(put, some, taken, from, err);
        if (!status)
            status = tell_many(put, err);
        for (size_t i = 0; i < taken; i++)
            from += some[i].size;
    }
    return status;
}

static enum h5grad_status report_order(struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_FAILED,
                        "cannot be resumed: it comes out in another order: begin anew without "
                        "--resume");
}

enum h5grad_status hg_put_replay(struct put *put, struct lease_chunk chunk,
                                 struct h5grad_error *err)
{
    struct journal_chunk there;
    size_t taken;
    if (!hg_journal_take_chunk(put->journal, &there))
        return report_order(err);
    if (there.size == 0)
        return H5GRAD_OK;
    chunk.size = there.size;
    chunk.mask = there.mask;
    enum h5grad_status status = hg_lease_take(&put->lease, &chunk, 1, PUT_CHUNKS, &taken, err);
    if (!status && chunk.address != there.address)
        status = report_order(err);
    return status ? status : tell_many(put, err);
}

enum h5grad_status hg_put_settle(struct put *put, struct h5grad_error *err)
{
    struct lease *lease = &put->lease;
    if (hg_output_resize(put->file, lease->end, lease->at))
        lease->end = lease->at;
    lease->left = 0;
    const size_t n = take_noted(put);
    return hg_put_tell(put->dataset, put->probe, put->told, n, err);
}
