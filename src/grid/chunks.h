/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks: an array cut into boxes of one shape, numbered along each axis. */
#ifndef H5GRAD_GRID_CHUNKS_H
#define H5GRAD_GRID_CHUNKS_H

#include "grid/box.h"

/* Sets numbers to the chunks that points, which is not empty, touches. */
void hg_chunks_touched_by(unsigned rank, const uint64_t *chunk, const struct box *points,
                          struct box *numbers);

/* Sets points to those of a chunk: all that are stored, beyond the array's end, too. */
void hg_chunks_points(unsigned rank, const uint64_t *chunk, const uint64_t *number,
                      struct box *points);

/* Numbers the chunks of an array in C order: from the point where one begins, and back. */
uint64_t hg_chunks_number(unsigned rank, const uint64_t *extent, const uint64_t *chunk,
                          const uint64_t *start);
void hg_chunks_start(unsigned rank, const uint64_t *extent, const uint64_t *chunk, uint64_t number,
                     uint64_t *start);

#endif
