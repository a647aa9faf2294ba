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
    uint64_t abreast;              /* parts beside each other, at most: see struct parts */
    bool pieces;                   /* each part is one piece of an array that is not chunked */
};

/*
 * Each part has step results of each axis: all of those behind `axis`, as many of the axis before
 * it as asked for, and one grain of the others. Parts are done one after the other along axis,
 * where they have as few results as possible, so that borders beside that are few; parts that lie
 * abreast along the axis before it follow each other before the next ones along axis do. So those
 * in a row are a box, thick enough to be worth its borders, and can still be done one by one.
 */
struct parts {
    unsigned rank, axis;
    uint64_t count[GRID_MAX_RANK], step[GRID_MAX_RANK];
    uint64_t abreast; /* fewer at the end of the axis */
    uint64_t n;
};

void hg_parts_make(const struct parts_request *request, struct parts *parts);

/* Returns how many parts, of most >= 1 from part number on, make one box: at least one. */
uint64_t hg_parts_fit(const struct parts *parts, uint64_t number, uint64_t most);

/* Returns the first of the parts that lie abreast of part number. */
uint64_t hg_parts_abreast(const struct parts *parts, uint64_t number);

/* Returns the axis along which the part behind n parts from number on lies beside them. */
unsigned hg_parts_along(const struct parts *parts, uint64_t number, uint64_t n);

/* Sets box to the results of n parts that make one, from part number of 0 .. parts->n - 1 on. */
void hg_parts_box(const struct parts *parts, uint64_t number, uint64_t n, struct box *box);

#endif
