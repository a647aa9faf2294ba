/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts: the results of a field, cut into boxes that several processes share out between them. All
 * are pure integers, the same on every machine.
 */
#ifndef H5GRAD_GRID_PART_H
#define H5GRAD_GRID_PART_H

#include <stdbool.h>

#include "grid/box.h"

struct parts_request {
    unsigned rank;
    const uint64_t *count;         /* of the results */
    uint64_t grain[GRID_MAX_RANK]; /* parts begin at multiples of these: chunks, or 1 */
    uint64_t wish[GRID_MAX_RANK];  /* and, where it costs few parts, of these; or 1 */
    uint64_t thick[GRID_MAX_RANK]; /* results of a part, at least: of axes with halos; or 1 */
    uint64_t point_bytes;          /* of all results at a point */
    uint64_t part_bytes;           /* of a part, about */
    uint64_t enough;               /* parts along an axis: then no later one is cut */
    bool pieces;                   /* each part is one piece of an array that is not chunked */
};

/* Parts are numbered in C order. Each has `step` results of `axis` and all of the later ones; of
 * every axis before it one grain, but of the last of them more, unless parts are pieces: they are
 * done one after the other along axis, where they have as few as possible, so that borders beside
 * that are few. */
struct parts {
    unsigned rank, axis;
    uint64_t count[GRID_MAX_RANK], step[GRID_MAX_RANK];
    uint64_t n;
};

void hg_parts_make(const struct parts_request *request, struct parts *parts);

/* Returns how many successive parts lie in a row along axis: row by row, from part 0 on. */
uint64_t hg_parts_row(const struct parts *parts);

/* Sets box to the results of n parts of one row, from part number of 0 .. parts->n - 1 on. */
void hg_parts_box(const struct parts *parts, uint64_t number, uint64_t n, struct box *box);

#endif
