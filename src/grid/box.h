/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes: axis-aligned blocks of points of an array, in the order of the array's axes (C order,
 * the last axis is the fastest). */
#ifndef H5GRAD_GRID_BOX_H
#define H5GRAD_GRID_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRID_MAX_RANK 32 /* HDF5's own limit */

/* Callers pass the rank; entries from rank on are unspecified. */
struct box {
    uint64_t start[GRID_MAX_RANK];
    uint64_t count[GRID_MAX_RANK];
};

/* Returns the number of points. Does not check for overflow: the box lies in an array whose size
 * was checked. */
uint64_t hg_box_points(unsigned rank, const struct box *box);

/* Sets *out to the intersection of a and b; false, with *out unspecified, if it is empty. */
bool hg_box_intersect(unsigned rank, const struct box *a, const struct box *b, struct box *out);

/* Grows box to the smallest one that contains itself and part. */
void hg_box_cover(unsigned rank, const struct box *part, struct box *box);

/* Computes the strides, in points, of a dense C-ordered array of the given counts. */
void hg_box_strides(unsigned rank, const uint64_t *count, uint64_t *stride);

/* The same in bytes, for points of size bytes. */
void hg_box_byte_strides(unsigned rank, size_t size, const uint64_t *count, int64_t *stride);

/* Inserts an axis with count points from start on before axis; axis == rank appends it. */
void hg_box_add_axis(struct box *box, unsigned rank, unsigned axis, uint64_t start, uint64_t count);

/* Steps position to the next one in box, the last axis the fastest. After the last position
 * returns false and sets position to the first. */
bool hg_box_next(unsigned rank, const struct box *box, uint64_t *position);

/*
 * Copies the points of part between two dense C-ordered arrays: source holds the points of from,
 * destination those of to, and both contain part. size is the size of a point in bytes. Starts of
 * from and to may be negative, modulo 2^64.
 */
void hg_box_copy(unsigned rank, size_t size, const struct box *part, const struct box *from,
                 const void *source, const struct box *to, void *destination);

/* Copies count[] points of size bytes between two arrays of any strides, in bytes. from and to
 * point to the points of indices 0. */
void hg_box_copy_strided(unsigned rank, size_t size, const uint64_t *count, const void *from,
                         const int64_t *from_stride, void *to, const int64_t *to_stride);

/* Like hg_box_copy of all points of from, with move in place of memcpy. */
typedef void box_move(void *restrict to, const void *restrict from, size_t size);
void hg_box_copy_by(box_move *move, unsigned rank, size_t size, const struct box *from,
                    const void *source, const struct box *to, void *destination);

#endif
