/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Regions: the points of an array that results are made for, every step-th from start on along
 * each axis. Results are numbered from 0; points have their positions in the array.
 */
#ifndef H5GRAD_GRID_REGION_H
#define H5GRAD_GRID_REGION_H

#include "grid/box.h"

/* Entries from the rank on are unspecified. The last point, start + (count - 1) * step, lies in the
 * array. */
struct region {
    uint64_t start[GRID_MAX_RANK], count[GRID_MAX_RANK], step[GRID_MAX_RANK];
};

/* Sets region to all points of an array. */
void hg_region_whole(unsigned rank, const uint64_t *extent, struct region *region);

/* Removes axis from a region of rank axes. */
void hg_region_drop_axis(unsigned rank, unsigned axis, struct region *region);

/* Returns how many points n > 0 adjacent results span, those between them included. */
static inline uint64_t region_span(const struct region *region, unsigned axis, uint64_t n)
{
    const uint64_t step = region->step[axis];
    return n - 1 > (UINT64_MAX - 1) / step ? UINT64_MAX : (n - 1) * step + 1;
}

/* Sets points to the points that results lie on and those between them. */
void hg_region_points(unsigned rank, const struct region *region, const struct box *results,
                      struct box *points);

/* The inverse: points begins and ends with a result along each axis. */
void hg_region_results(unsigned rank, const struct region *region, const struct box *points,
                       struct box *results);

/* Packs the results among such points: data holds all of them, of size bytes, dense and C-ordered;
 * then the results alone are at its front, dense and C-ordered. */
void hg_region_thin(unsigned rank, const struct region *region, size_t size,
                    const struct box *points, void *data);

#endif
