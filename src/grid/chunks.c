/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/chunks.h"

void hg_chunks_touched_by(unsigned rank, const uint64_t *chunk, const struct box *points,
                          struct box *numbers)
{
    for (unsigned i = 0; i < rank; i++) {
        numbers->start[i] = points->start[i] / chunk[i];
        numbers->count[i] =
            (points->start[i] + points->count[i] - 1) / chunk[i] - numbers->start[i] + 1;
    }
}

void hg_chunks_points(unsigned rank, const uint64_t *chunk, const uint64_t *number,
                      struct box *points)
{
    for (unsigned i = 0; i < rank; i++) {
        points->start[i] = number[i] * chunk[i];
        points->count[i] = chunk[i];
    }
}
