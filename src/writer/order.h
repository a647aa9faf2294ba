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

#include "writer/tile.h"
#include "writer/put.h"

/* For so many workers, of whose chunks so many bytes may wait. NULL with the reason. */
struct order *hg_order_open(unsigned workers, uint64_t bytes, struct h5grad_error *err);
void hg_order_close(struct order *order); /* NULL allowed */

/* Waits while the tile is far from those that are not done. Its order is not NULL. */
void hg_order_begin(const struct result_tile *tile);

/* hg_put_chunk, or in an order keeps a copy of the chunk until it is the tile's turn. put outlives
 * the tile. Takes libhdf5's lock itself, as below. H5GRAD_CANCELLED after hg_order_stop. */
enum h5grad_status hg_order_write(const struct result_tile *tile, const struct put *put,
                                  const uint64_t *start, const struct codec_chunk *chunk,
                                  struct h5grad_error *err);

/* In an order, waits until all tiles before are done. */
enum h5grad_status hg_order_wait(const struct result_tile *tile, struct h5grad_error *err);

/* The tile is done; its order is not NULL. If it is its turn, writes what was kept of it and of the
 * tiles behind it that are done, else leaves that to others: once all tiles are done, all are
 * written. */
enum h5grad_status hg_order_end(const struct result_tile *tile, struct h5grad_error *err);

/* A tile will never be done: nobody waits any more. */
void hg_order_stop(struct order *order);

#endif
