/* SPDX-License-Identifier: BSD-3-Clause */
/* How far the stencils along an axis reach. */
#ifndef H5GRAD_GRID_REACH_H
#define H5GRAD_GRID_REACH_H

#include <stdint.h>

#include "base/size.h"

/* The points [*low, *high) of an axis that the results at [first, first + count), count > 0, are
 * made of: a neighbour on each side, and edge_order + 1 points from an end of the axis. extent >=
 * edge_order + 1. */
static inline void grid_reach(uint64_t extent, unsigned edge_order, uint64_t first, uint64_t count,
                              uint64_t *low, uint64_t *high)
{
    uint64_t end = first + count;
    *low = first > 0 ? first - 1 : 0;
    *high = end < extent ? end + 1 : extent;
    if (first == 0)
        *high = size_max(*high, edge_order + 1);
    if (end == extent)
        *low = size_min(*low, extent - edge_order - 1);
}

#endif
