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

bool hg_chunks_of_tile(unsigned rank, const uint64_t *chunk, const struct tile *tile,
                       unsigned piece, struct box *numbers)
{
    hg_chunks_touched_by(rank, chunk, &tile->core, numbers);
    if (piece == 0)
        return true;
    unsigned axis = (piece - 1) / 2;
    uint64_t first = numbers->start[axis], end = first + numbers->count[axis];
    uint64_t low = tile->halo.start[axis] / chunk[axis];
    uint64_t high = (tile->halo.start[axis] + tile->halo.count[axis] - 1) / chunk[axis] + 1;
    numbers->start[axis] = piece % 2 ? low : end;
    numbers->count[axis] = piece % 2 ? first - low : high - end;
    return numbers->count[axis] > 0;
}
