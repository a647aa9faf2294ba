/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks: an array cut into boxes of one shape, numbered along each axis. Pure integers. */
#ifndef H5GRAD_GRID_CHUNKS_H
#define H5GRAD_GRID_CHUNKS_H

#include "grid/box.h"

/* The numbers of the chunks that a box of points, none of whose counts is 0, touches. */
void hg_chunks_touched_by(unsigned rank, const uint64_t *chunk, const struct box *points,
                          struct box *numbers);

/* The points of the chunk with these numbers; beyond the array's end too, as chunks are stored. */
void hg_chunks_points(unsigned rank, const uint64_t *chunk, const uint64_t *number,
                      struct box *points);

#endif
