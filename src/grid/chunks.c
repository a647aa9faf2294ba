/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/chunks.h"

#include "base/size.h"

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

uint64_t hg_chunks_number(unsigned rank, const uint64_t *extent, const uint64_t *chunk,
                          const uint64_t *start)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < rank; i++)
        number = number * size_ceil_div(extent[i], chunk[i]) + start[i] / chunk[i];
    return number;
}

void hg_chunks_start(unsigned rank, const uint64_t *extent, const uint64_t *chunk, uint64_t number,
                     uint64_t *start)
{
    for (unsigned i = rank; i-- > 0;) {
        const uint64_t n = size_ceil_div(extent[i], chunk[i]);
        start[i] = number % n * chunk[i];
        number /= n;
    }
}
