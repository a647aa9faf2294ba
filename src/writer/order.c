/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/order.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid/box.h"

/* Tiles per worker that may be begun while the oldest is not done: their bytes are the limit. */
#define WINDOW 64

/* A chunk that waits; its bytes follow. */
struct kept {
    struct kept *next;
    const struct put *put;
    uint64_t start[GRID_MAX_RANK];
    unsigned mask;
    size_t size;
    unsigned char data[];
};

/* What malloc takes for one: its own bookkeeping, too. */
static uint64_t kept_bytes(size_t size)
{
    return sizeof(struct kept) + size + 2 * sizeof(void *);
}

/* What waits of a tile: its worker's until it has ended, then that of whoever writes it. */
struct waiting {
    struct kept *first, **end;
    bool ended; /* under the mutex */
};

/* The tile that a worker does. */
struct doing {
    const struct codec_worker *worker;
    uint64_t tile;
};

struct order {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t next; /* the tile whose turn it is */
    bool stopped;
    uint64_t bytes, most; /* that wait, and may */
    unsigned workers;
    uint64_t window;         /* tiles from next on that may be begun */
    struct waiting *waiting; /* of tile number i at i modulo window */
    struct doing doing[];
};

struct order *hg_order_new(unsigned workers, uint64_t bytes, uint64_t first,
                           struct h5grad_error *err)
{
    uint64_t window = (uint64_t)WINDOW * workers;
    size_t size = sizeof(struct order) + workers * sizeof(struct doing);
    struct order *order = hg_memory_zeroed(1, size);
    if (!order || !(order->waiting = hg_memory_zeroed(window, sizeof *order->waiting))) {
        free(order);
        hg_error_memory(err, size + window * sizeof(struct waiting));
        return NULL;
    }
    pthread_mutex_init(&order->mutex, NULL);
    pthread_cond_init(&order->changed, NULL);
    order->most = bytes;
    order->next = first;
    order->workers = workers;
    order->window = window;
    for (uint64_t i = 0; i < window; i++)
        order->waiting[i].end = &order->waiting[i].first;
    return order;
}

static struct kept *take_first(struct waiting *waiting)
{
    struct kept *kept = waiting->first;
    if (kept && !(waiting->first = kept->next))
        waiting->end = &waiting->first;
    return kept;
}

void hg_order_free(struct order *order)
{
    if (!order)
        return;
    for (uint64_t i = 0; i < order->window; i++) {
        for (struct kept *kept; (kept = take_first(&order->waiting[i]));)
            free(kept);
    }
    pthread_cond_destroy(&order->changed);
    pthread_mutex_destroy(&order->mutex);
    free(order->waiting);
    free(order);
}

void hg_order_begin(struct order *order, const struct codec_worker *worker, uint64_t tile)
{
    unsigned i = 0;
    pthread_mutex_lock(&order->mutex);
    while (order->doing[i].worker && order->doing[i].worker != worker)
        i++;
    order->doing[i] = (struct doing){worker, tile};
    while (!order->stopped && tile - order->next >= order->window)
        pthread_cond_wait(&order->changed, &order->mutex);
    pthread_mutex_unlock(&order->mutex);
}

/* The worker's tile. Under the mutex, since others may be added meanwhile. */
static uint64_t find_tile(const struct order *order, const struct codec_worker *worker)
{
    unsigned i = 0;
    while (order->doing[i].worker != worker)
        i++;
    return order->doing[i].tile;
}

static struct waiting *find_waiting(struct order *order, uint64_t tile)
{
    return &order->waiting[tile % order->window];
}

static enum h5grad_status report_stop(struct h5grad_error *err)
{
    return hg_error_set(err, H5GRAD_CANCELLED, "another tile failed");
}

/* What waits of the tile whose turn it is. */
static enum h5grad_status write_kept(struct order *order, struct waiting *waiting,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    uint64_t bytes = 0;
    for (struct kept *kept; !status && (kept = take_first(waiting));) {
        status = hg_put_chunk(kept->put, kept->start, kept->data, kept->size, kept->mask, err);
        bytes += kept_bytes(kept->size);
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

/* The bytes are counted already. */
static enum h5grad_status keep(struct waiting *waiting, const struct put *put,
                               const uint64_t *start, const void *data, size_t size, unsigned mask,
                               struct h5grad_error *err)
{
    struct kept *kept = malloc(sizeof *kept + size);
    if (!kept)
        return hg_error_memory(err, sizeof *kept + size);
    *kept = (struct kept){.put = put, .mask = mask, .size = size};
    memcpy(kept->start, start, put->rank * sizeof *start);
    memcpy(kept->data, data, size);
    *waiting->end = kept;
    waiting->end = &kept->next;
    return H5GRAD_OK;
}

enum h5grad_status hg_order_write(struct order *order, const struct codec_worker *worker,
                                  const struct put *put, const uint64_t *start, const void *data,
                                  size_t size, unsigned mask, struct h5grad_error *err)
{
    pthread_mutex_lock(&order->mutex);
    uint64_t tile = find_tile(order, worker);
    while (!order->stopped && order->next != tile && kept_bytes(size) > order->most - order->bytes)
        pthread_cond_wait(&order->changed, &order->mutex);
    bool stopped = order->stopped, turn = order->next == tile;
    if (!stopped && !turn)
        order->bytes += kept_bytes(size);
    pthread_mutex_unlock(&order->mutex);
    if (stopped)
        return report_stop(err);
    struct waiting *waiting = find_waiting(order, tile);
    if (!turn)
        return keep(waiting, put, start, data, size, mask, err);
    enum h5grad_status status = write_kept(order, waiting, err);
    return status ? status : hg_put_chunk(put, start, data, size, mask, err);
}

enum h5grad_status hg_order_wait(struct order *order, const struct codec_worker *worker,
                                 struct h5grad_error *err)
{
    pthread_mutex_lock(&order->mutex);
    uint64_t tile = find_tile(order, worker);
    while (!order->stopped && order->next != tile)
        pthread_cond_wait(&order->changed, &order->mutex);
    bool stopped = order->stopped;
    pthread_mutex_unlock(&order->mutex);
    return stopped ? report_stop(err) : write_kept(order, find_waiting(order, tile), err);
}

/* A tile has been written whose turn it was: whether the next one has ended, too. */
static bool pass_turn(struct order *order)
{
    pthread_mutex_lock(&order->mutex);
    find_waiting(order, order->next)->ended = false;
    bool ended = find_waiting(order, ++order->next)->ended && !order->stopped;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
    return ended;
}

enum h5grad_status hg_order_end(struct order *order, const struct codec_worker *worker,
                                struct h5grad_error *err)
{
    pthread_mutex_lock(&order->mutex);
    uint64_t tile = find_tile(order, worker);
    bool stopped = order->stopped, turn = order->next == tile;
    if (!stopped)
        find_waiting(order, tile)->ended = true;
    pthread_mutex_unlock(&order->mutex);
    if (stopped)
        return report_stop(err);
    while (turn) {
        enum h5grad_status status = write_kept(order, find_waiting(order, tile++), err);
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
