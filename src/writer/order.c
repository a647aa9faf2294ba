/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/order.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Tiles per worker that may be begun while the oldest is not done; their bytes are limited, too. */
#define WINDOW 64

/* Encoded chunks in the queue; their bytes follow. */
struct kept {
    struct kept *next;
    struct put *put;
    uint64_t bytes; /* of memory, including malloc's bookkeeping */
    size_t n;
    struct lease_chunk chunk[];
};

static uint64_t data_bytes(const struct lease_chunk *chunk, size_t n)
{
    uint64_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += chunk[i].size;
    return size;
}

static uint64_t kept_bytes(const struct lease_chunk *chunk, size_t n)
{
    return sizeof(struct kept) + n * sizeof *chunk + data_bytes(chunk, n) + 2 * sizeof(void *);
}

/* Encoded chunks of one tile: its worker's until hg_order_end, then the draining thread's. */
struct waiting {
    struct kept *first, **end;
    bool ended; /* guarded by the mutex */
};

struct order {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t next; /* number of the oldest tile that is not done */
    bool stopped;
    uint64_t bytes, most;     /* of queued chunks, and their limit */
    uint64_t window;          /* tiles from next on that may be begun */
    struct waiting waiting[]; /* of tile i at i modulo window */
};

static struct kept *take_first(struct waiting *waiting)
{
    struct kept *kept = waiting->first;
    if (kept && !(waiting->first = kept->next))
        waiting->end = &waiting->first;
    return kept;
}

void hg_order_close(struct order *order)
{
    if (!order)
        return;
    for (uint64_t i = 0; i < order->window; i++) {
        for (struct kept *kept; (kept = take_first(&order->waiting[i]));)
            free(kept);
    }
    pthread_cond_destroy(&order->changed);
    pthread_mutex_destroy(&order->mutex);
    free(order);
}

void hg_order_begin(const struct result_tile *tile)
{
    struct order *order = tile->order;
    pthread_mutex_lock(&order->mutex);
    while (!order->stopped && tile->number - order->next >= order->window)
        pthread_cond_wait(&order->changed, &order->mutex);
    pthread_mutex_unlock(&order->mutex);
}

static struct waiting *find_waiting(struct order *order, uint64_t tile)
{
    return &order->waiting[tile % order->window];
}

static enum h5grad_status report_stop(struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_CANCELLED, "another tile failed");
}

/* Writes the queued chunks of the tile whose turn it is. */
static enum h5grad_status write_kept(struct order *order, struct waiting *waiting,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t bytes = 0;
    for (struct kept *kept; !status && (kept = take_first(waiting));) {
        status = hg_put_chunks(kept->put, kept->chunk, kept->n, &kept->chunk[kept->n], err);
        bytes += kept->bytes;
        free(kept);
    }
    if (bytes == 0)
        return status;
    pthread_mutex_lock(&order->mutex);
    order->bytes -= bytes;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
    return status;
}

/* Queues a copy of chunks, whose bytes are already counted. */
static enum h5grad_status queue_chunks(struct waiting *waiting, struct put *put,
                                       const struct lease_chunk *chunk, size_t n, const void *data,
                                       struct h5grad_error *err)
{
    const uint64_t bytes = kept_bytes(chunk, n);
    struct kept *kept = malloc(bytes);
    if (!kept)
        return hg_error_memory(err, bytes);
    *kept = (struct kept){.put = put, .bytes = bytes, .n = n};
    memcpy(kept->chunk, chunk, n * sizeof *chunk);
    memcpy(&kept->chunk[n], data, data_bytes(chunk, n));
    *waiting->end = kept;
    waiting->end = &kept->next;
    return H5GRAD_OK;
}

enum h5grad_status hg_order_write(const struct result_tile *tile, struct put *put,
                                  struct lease_chunk *chunk, size_t n, const void *data,
                                  struct h5grad_error *err)
{
    struct order *order = tile->order;
    if (!order)
        return hg_put_chunks(put, chunk, n, data, err);
    const uint64_t bytes = kept_bytes(chunk, n);
    pthread_mutex_lock(&order->mutex);
    while (!order->stopped && order->next != tile->number && bytes > order->most - order->bytes)
        pthread_cond_wait(&order->changed, &order->mutex);
    bool stopped = order->stopped, turn = order->next == tile->number;
    if (!stopped && !turn)
        order->bytes += bytes;
    pthread_mutex_unlock(&order->mutex);
    if (stopped)
        return report_stop(err);
    struct waiting *waiting = find_waiting(order, tile->number);
    if (!turn)
        return queue_chunks(waiting, put, chunk, n, data, err);
    enum h5grad_status status = write_kept(order, waiting, err);
    return status ? status : hg_put_chunks(put, chunk, n, data, err);
}

enum h5grad_status hg_order_wait(const struct result_tile *tile, struct h5grad_error *err)
{
    struct order *order = tile->order;
    if (!order)
        return H5GRAD_OK;
    pthread_mutex_lock(&order->mutex);
    while (!order->stopped && order->next != tile->number)
        pthread_cond_wait(&order->changed, &order->mutex);
    bool stopped = order->stopped;
    pthread_mutex_unlock(&order->mutex);
    return stopped ? report_stop(err) : write_kept(order, find_waiting(order, tile->number), err);
}

/* Moves on to the next tile. True if that one has ended, too. */
static bool pass_turn(struct order *order)
{
    pthread_mutex_lock(&order->mutex);
    find_waiting(order, order->next)->ended = false;
    bool ended = find_waiting(order, ++order->next)->ended && !order->stopped;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
    return ended;
}

enum h5grad_status hg_order_end(const struct result_tile *tile, struct h5grad_error *err)
{
    struct order *order = tile->order;
    pthread_mutex_lock(&order->mutex);
    bool stopped = order->stopped, turn = order->next == tile->number;
    if (!stopped)
        find_waiting(order, tile->number)->ended = true;
    pthread_mutex_unlock(&order->mutex);
    if (stopped)
        return report_stop(err);
    for (uint64_t number = tile->number; turn; number++) {
        enum h5grad_status status = write_kept(order, find_waiting(order, number), err);
        if (status)
            return status;
        turn = pass_turn(order);
    }
    return H5GRAD_OK;
}

void hg_order_stop(struct order *order)
{
    pthread_mutex_lock(&order->mutex);
    order->stopped = true;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
}

struct order *hg_order_open(unsigned workers, uint64_t bytes, struct h5grad_error *err)
{
    uint64_t window = (uint64_t)WINDOW * workers;
    size_t size = sizeof(struct order) + window * sizeof(struct waiting);
    struct order *order = hg_memory_zeroed(1, size);
    if (!order) {
        hg_error_memory(err, size);
        return NULL;
    }
    pthread_mutex_init(&order->mutex, NULL);
    pthread_cond_init(&order->changed, NULL);
    order->most = bytes;
    order->window = window;
    for (uint64_t i = 0; i < window; i++)
        order->waiting[i].end = &order->waiting[i].first;
    return order;
}
