/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/order.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "grid/box.h"

/* A chunk that waits; its bytes follow. */
struct kept {
    struct kept *next;
    const struct put *put;
    uint64_t start[GRID_MAX_RANK];
    unsigned mask;
    size_t size;
    unsigned char data[];
};

/* Of a worker; only tile is read by others, under the mutex. */
struct slot {
    const struct codec_worker *worker;
    uint64_t tile;
    uint64_t bytes;
    struct kept *first, **end;
};

struct order {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t next; /* the tile whose turn it is */
    bool stopped;
    uint64_t bytes; /* that a worker may keep */
    unsigned workers;
    struct slot slot[];
};

struct order *order_new(unsigned workers, uint64_t bytes, uint64_t first, struct h5grad_error *err)
{
    size_t size = sizeof(struct order) + workers * sizeof(struct slot);
    struct order *order = memory_zeroed(1, size);
    if (!order) {
        error_memory(err, size);
        return NULL;
    }
    pthread_mutex_init(&order->mutex, NULL);
    pthread_cond_init(&order->changed, NULL);
    order->bytes = bytes;
    order->next = first;
    order->workers = workers;
    for (unsigned i = 0; i < workers; i++)
        order->slot[i].end = &order->slot[i].first;
    return order;
}

static struct kept *take_first(struct slot *slot)
{
    struct kept *kept = slot->first;
    if (kept && !(slot->first = kept->next))
        slot->end = &slot->first;
    return kept;
}

void order_free(struct order *order)
{
    if (!order)
        return;
    for (unsigned i = 0; i < order->workers; i++) {
        for (struct kept *kept; (kept = take_first(&order->slot[i]));)
            free(kept);
    }
    pthread_cond_destroy(&order->changed);
    pthread_mutex_destroy(&order->mutex);
    free(order);
}

static struct slot *find_slot(struct order *order, const struct codec_worker *worker)
{
    unsigned i = 0;
    while (order->slot[i].worker != worker)
        i++;
    return &order->slot[i];
}

void order_begin(struct order *order, const struct codec_worker *worker, uint64_t tile)
{
    pthread_mutex_lock(&order->mutex);
    unsigned i = 0;
    while (order->slot[i].worker && order->slot[i].worker != worker)
        i++;
    order->slot[i].worker = worker;
    order->slot[i].tile = tile;
    pthread_mutex_unlock(&order->mutex);
}

/* Whether it is the turn of slot, once it is, or once more bytes could be kept. */
static bool is_turn(struct order *order, const struct slot *slot, uint64_t more, bool *stopped)
{
    pthread_mutex_lock(&order->mutex);
    while (!order->stopped && order->next != slot->tile && more > order->bytes - slot->bytes)
        pthread_cond_wait(&order->changed, &order->mutex);
    bool turn = order->next == slot->tile;
    *stopped = order->stopped;
    pthread_mutex_unlock(&order->mutex);
    return turn;
}

static enum h5grad_status write_kept(struct slot *slot, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (struct kept *kept; !status && (kept = take_first(slot));) {
        status = put_chunk(kept->put, kept->start, kept->data, kept->size, kept->mask, err);
        free(kept);
    }
    slot->bytes = 0;
    return status;
}

static enum h5grad_status keep(struct slot *slot, const struct put *put, const uint64_t *start,
                               const void *data, size_t size, unsigned mask,
                               struct h5grad_error *err)
{
    struct kept *kept = malloc(sizeof *kept + size);
    if (!kept)
        return error_memory(err, sizeof *kept + size);
    *kept = (struct kept){.put = put, .mask = mask, .size = size};
    memcpy(kept->start, start, put->rank * sizeof *start);
    memcpy(kept->data, data, size);
    *slot->end = kept;
    slot->end = &kept->next;
    slot->bytes += size;
    return H5GRAD_OK;
}

static enum h5grad_status report_stop(struct h5grad_error *err)
{
    return error_set(err, H5GRAD_CANCELLED, "another tile failed");
}

enum h5grad_status order_write(struct order *order, const struct codec_worker *worker,
                               const struct put *put, const uint64_t *start, const void *data,
                               size_t size, unsigned mask, struct h5grad_error *err)
{
    struct slot *slot = find_slot(order, worker);
    bool stopped;
    bool turn = is_turn(order, slot, size, &stopped);
    if (stopped)
        return report_stop(err);
    if (!turn)
        return keep(slot, put, start, data, size, mask, err);
    enum h5grad_status status = write_kept(slot, err);
    return status ? status : put_chunk(put, start, data, size, mask, err);
}

enum h5grad_status order_wait(struct order *order, const struct codec_worker *worker,
                              struct h5grad_error *err)
{
    struct slot *slot = find_slot(order, worker);
    bool stopped;
    is_turn(order, slot, UINT64_MAX, &stopped);
    return stopped ? report_stop(err) : write_kept(slot, err);
}

enum h5grad_status order_end(struct order *order, const struct codec_worker *worker,
                             struct h5grad_error *err)
{
    enum h5grad_status status = order_wait(order, worker, err);
    pthread_mutex_lock(&order->mutex);
    order->next++;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
    return status;
}

void order_stop(struct order *order)
{
    pthread_mutex_lock(&order->mutex);
    order->stopped = true;
    pthread_cond_broadcast(&order->changed);
    pthread_mutex_unlock(&order->mutex);
}
