/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Chunks in the order of tiles, whoever makes them first: libhdf5 places a chunk where the one
 * before it ends, so the same chunks in another order are another file. Workers go on to later
 * tiles while an earlier one is not done; what they have encoded waits in memory, up to a number of
 * bytes in all, and then they wait themselves. Who does the oldest tile never waits, and writes
 * what waits of those that follow it, so there is always one that goes on.
 */
#ifndef H5GRAD_WRITER_ORDER_H
#define H5GRAD_WRITER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "writer/put.h"

struct order;
struct codec_worker;

/* For so many workers, of whose chunks so many bytes may wait, from tile number first on. NULL with
 * the reason. */
struct order *hg_order_new(unsigned workers, uint64_t bytes, uint64_t first,
                           struct h5grad_error *err);
void hg_order_free(struct order *order); /* NULL allowed */

/* A worker, known by its codec state, begins a tile; of tiles that nobody has begun yet, the lowest
 * is the next to be begun. Waits while the tile is far from those that are not done. */
void hg_order_begin(struct order *order, const struct codec_worker *worker, uint64_t tile);

/* hg_put_chunk, or keeps a copy of the chunk until it is the tile's turn. put outlives the tile.
 * Takes libhdf5's lock itself, as all below do. H5GRAD_CANCELLED after order_stop. */
enum h5grad_status hg_order_write(struct order *order, const struct codec_worker *worker,
                                  const struct put *put, const uint64_t *start, const void *data,
                                  size_t size, unsigned mask, struct h5grad_error *err);

/* Waits until all tiles before the worker's are done. */
enum h5grad_status hg_order_wait(struct order *order, const struct codec_worker *worker,
                                 struct h5grad_error *err);

/* The worker's tile is done. If it is its turn, writes what was kept of it and of the tiles behind
 * it that are done, else leaves that to others: once all tiles are done, all are written. */
enum h5grad_status hg_order_end(struct order *order, const struct codec_worker *worker,
                                struct h5grad_error *err);

/* A tile will never be done: nobody waits any more. */
void hg_order_stop(struct order *order);

#endif
