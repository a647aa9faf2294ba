/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regions: which points of an array have results, along each axis every step-th from a first one
 * on. Results are numbered from 0, the positions of points are those in the array. Pure integers.
 */
#ifndef H5GRAD_GRID_REGION_H
#define H5GRAD_GRID_REGION_H

#include "grid/box.h"

/* Entries from the rank on are unspecified. The last point, start + (count - 1) * step, lies in the
 * array. */
struct region {
    uint64_t start[GRID_MAX_RANK], count[GRID_MAX_RANK], step[GRID_MAX_RANK];
};

/* All points of an array. */
void hg_region_whole(unsigned rank, const uint64_t *extent, struct region *region);

/* Takes an axis out of a region of so many. */
void hg_region_drop_axis(unsigned rank, unsigned axis, struct region *region);

/* How many points of the array n > 0 adjacent results lie on, those between them included. */
static inline uint64_t region_span(const struct region *region, unsigned axis, uint64_t n)
{
    const uint64_t step = region->step[axis];
    return n - 1 > (UINT64_MAX - 1) / step ? UINT64_MAX : (n - 1) * step + 1;
}

/* The points that a box of results lies on, and those between them. */
void hg_region_points(unsigned rank, const struct region *region, const struct box *results,
                      struct box *points);

/* The results in such a box of points. */
void hg_region_results(unsigned rank, const struct region *region, const struct box *points,
                       struct box *results);

/* Brings the results among the points of such a box, dense and C-ordered and of size bytes, to the
 * front of the array, where they are dense and C-ordered, too. */
void hg_region_thin(unsigned rank, const struct region *region, size_t size,
                    const struct box *points, void *data);

#endif
