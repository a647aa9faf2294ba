/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes: axis-aligned blocks of points of an array, in the order of the array's axes (C order,
 * the last axis is the fastest). Pure integers. */
#ifndef H5GRAD_GRID_BOX_H
#define H5GRAD_GRID_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRID_MAX_RANK 32 /* HDF5's own limit */

/* rank is kept by whoever owns the array; entries from rank on are unspecified. */
struct box {
    uint64_t start[GRID_MAX_RANK];
    uint64_t count[GRID_MAX_RANK];
};

/* Points of the box; callers hold boxes within an array whose size was checked. */
uint64_t hg_box_points(unsigned rank, const struct box *box);

/* The common part of a and b in *out; false, with *out unspecified, when there is none. */
bool hg_box_intersect(unsigned rank, const struct box *a, const struct box *b, struct box *out);

/* Makes box the smallest one that contains it and part. */
void hg_box_cover(unsigned rank, const struct box *part, struct box *box);

/* Strides, in points, of a dense C-ordered array of the given counts. */
void hg_box_strides(unsigned rank, const uint64_t *count, uint64_t *stride);

/* The same in bytes, for points of size bytes. */
void hg_box_byte_strides(unsigned rank, size_t size, const uint64_t *count, int64_t *stride);

/* Gives a box one axis more, in front of the axis of that number or last, of one point. */
void hg_box_add_axis(struct box *box, unsigned rank, unsigned axis, uint64_t start);

/* Steps a position within box to the next one, the last of the first rank axes the fastest; false,
 * with position back at the start, after the last. */
bool hg_box_next(unsigned rank, const struct box *box, uint64_t *position);

/*
 * Copies the points of box part from one dense array to another, both C-ordered: the source holds
 * the points of box from, the destination those of box to; part lies within both. size is that of
 * one point in bytes. Starts of from and to may be negative modulo 2^64.
 */
void hg_box_copy(unsigned rank, size_t size, const struct box *part, const struct box *from,
                 const void *source, const struct box *to, void *destination);

/* Copies count[] points of size bytes between two arrays that lie anyhow: from and to are those of
 * indices 0, the strides in bytes. */
void hg_box_copy_strided(unsigned rank, size_t size, const uint64_t *count, const void *from,
                         const int64_t *from_stride, void *to, const int64_t *to_stride);

/* hg_box_copy for all points of from, with another function in memcpy's place. */
typedef void box_move(void *restrict to, const void *restrict from, size_t size);
void hg_box_copy_by(box_move *move, unsigned rank, size_t size, const struct box *from,
                    const void *source, const struct box *to, void *destination);

#endif
