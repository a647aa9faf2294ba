/* SPDX-License-Identifier: BSD-3-Clause */
#include "grid/region.h"

#include <string.h>

void hg_region_whole(unsigned rank, const uint64_t *extent, struct region *region)
{
    for (unsigned i = 0; i < rank; i++) {
        region->start[i] = 0;
        region->count[i] = extent[i];
        region->step[i] = 1;
    }
}

void hg_region_drop_axis(unsigned rank, unsigned axis, struct region *region)
{
    for (unsigned i = axis; i + 1 < rank; i++) {
        region->start[i] = region->start[i + 1];
        region->count[i] = region->count[i + 1];
        region->step[i] = region->step[i + 1];
    }
}

void hg_region_points(unsigned rank, const struct region *region, const struct box *results,
                      struct box *points)
{
    for (unsigned i = 0; i < rank; i++) {
        points->start[i] = region->start[i] + results->start[i] * region->step[i];
        points->count[i] = region_span(region, i, results->count[i]);
    }
}

void hg_region_results(unsigned rank, const struct region *region, const struct box *points,
                       struct box *results)
{
    for (unsigned i = 0; i < rank; i++) {
        results->start[i] = (points->start[i] - region->start[i]) / region->step[i];
        results->count[i] = (points->count[i] - 1) / region->step[i] + 1;
    }
}

/* In place: each result moves forward, never over one that has yet to move. */
void hg_region_thin(unsigned rank, const struct region *region, size_t size,
                    const struct box *points, void *data)
{
    struct box results;
    uint64_t stride[GRID_MAX_RANK], at[GRID_MAX_RANK];
    char *to = data;
    unsigned last = rank;
    hg_region_results(rank, region, points, &results);
    hg_box_strides(rank, points->count, stride);
    while (last > 0 && results.count[last - 1] == points->count[last - 1])
        last--;
    if (last == 0)
        return;
    const size_t run = stride[last - 1] * size;
    memcpy(at, results.start, rank * sizeof *at);
    do {
        uint64_t from = 0;
        for (unsigned i = 0; i < last; i++)
            from += (at[i] - results.start[i]) * region->step[i] * stride[i];
        memmove(to, (const char *)data + from * size, run);
        to += run;
    } while (hg_box_next(last, &results, at));
}
