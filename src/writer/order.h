/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes chunks in the order of tiles, whoever encodes them first: each chunk is placed behind the
 * one before, so another order makes another file. Workers go on to later tiles while an
 * earlier one is not done; their encoded chunks are queued up to a limit of bytes, and then the
 * workers wait. The worker of the oldest tile never waits, and writes the queued chunks of the
 * tiles that follow it, so there is always progress.
 */
#ifndef H5GRAD_WRITER_ORDER_H
#define H5GRAD_WRITER_ORDER_H

#include "writer/tile.h"
#include "writer/put.h"

/* workers: their number; bytes: limit of queued chunks. NULL with the reason. */
struct order *hg_order_open(unsigned workers, uint64_t bytes, struct h5grad_error *err);
void hg_order_close(struct order *order); /* NULL allowed */

/* Waits until the tile is within the window of tiles that may be begun. tile->order is not NULL. */
void hg_order_begin(const struct result_tile *tile);

/* Calls hg_put_chunks; if the tile has an order and its turn has not come, queues a copy of the
 * chunks. Takes libhdf5's lock itself, as do the functions below. H5GRAD_CANCELLED after
 * hg_order_stop. */
enum h5grad_status hg_order_write(const struct result_tile *tile, struct put *put,
                                  struct lease_chunk *chunk, size_t n, const void *data,
                                  struct h5grad_error *err);

/* Waits until all earlier tiles are done, if the tile has an order. */
enum h5grad_status hg_order_wait(const struct result_tile *tile, struct h5grad_error *err);

/* Ends a tile, whose order is not NULL. If it is its turn, writes its queued chunks and those of
 * the ended tiles behind it; else the worker of an earlier tile will. */
enum h5grad_status hg_order_end(const struct result_tile *tile, struct h5grad_error *err);

/* Makes all waiting workers return, because a tile will never end. */
void hg_order_stop(struct order *order);

#endif
