/* SPDX-License-Identifier: BSD-3-Clause */
/* A line: the coordinates of one axis as double, from a 1-D dataset, an attribute or memory, by
 * ranges. Short ones are held in memory; long ones are read when asked for, so that they need not
 * fit. Stored numbers that are packed are unpacked, in double; missing ones are NaN. Integers of 64
 * bits that no double holds, such as nanoseconds since 1970, count from the first of them, so that
 * their differences stay exact. */
#ifndef H5GRAD_AXIS_COORD_ARRAY_H
#define H5GRAD_AXIS_COORD_ARRAY_H

#include "base/error.h"
#include "libhdf5/h5.h"

struct line;

/* Opens a dataset, which must be 1-D and real; the reason otherwise. keep: up to this many points
 * are held in memory. The line keeps the dataset open itself. Within h5_enter. */
struct line *hg_line_open(hid_t dataset, uint64_t keep, struct h5grad_error *err);

/* Opens the array in an attribute of an object, at most 2^20 numbers. Within h5_enter. */
struct line *hg_line_open_attribute(hid_t object, const char *name, struct h5grad_error *err);

/* A line over extent values that stay the caller's. */
struct line *hg_line_open_memory(const double *values, uint64_t extent, struct h5grad_error *err);

/* What of the values stored are the line's. */
enum line_points {
    LINE_ALL,
    LINE_MIDPOINTS, /* they are edges of cells: half of the sum of each and the next */
    LINE_FIRST,     /* the first n */
};

/* To be called once at most, ahead of all below. n: of LINE_FIRST; a line that has fewer stays as
 * it is. */
void hg_line_take(struct line *line, enum line_points points, uint64_t n);

uint64_t hg_line_extent(const struct line *line);

/* What the values of hg_line_read count from, rounded to a double; 0 but for large integers. */
double hg_line_origin(const struct line *line);

/* Whether the dataset says that some numbers stand for no value. */
bool hg_line_has_missing(const struct line *line);

/* What the dataset says of its numbers that is not used, and why; NULL. */
const char *hg_line_note(const struct line *line);

/* Values [first, first + count), less the origin, into out. Any thread; takes libhdf5's lock
 * itself. */
enum h5grad_status hg_line_read(struct line *line, uint64_t first, uint64_t count, double *out,
                                struct h5grad_error *err);

/* NULL allowed. Within h5_enter. */
void hg_line_close(struct line *line);

#endif
