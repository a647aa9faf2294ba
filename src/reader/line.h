/* SPDX-License-Identifier: BSD-3-Clause */
/* A line: the coordinates of one axis as double, from a 1-D dataset or from memory, by ranges.
 * Short ones are held in memory; long ones are read when asked for, so that they need not fit. */
#ifndef H5GRAD_READER_LINE_H
#define H5GRAD_READER_LINE_H

#include "base/error.h"
#include "hdf5/h5.h"

struct line;

/* Opens a dataset, which must be 1-D and real; the reason otherwise. keep: up to this many points
 * are held in memory. The line keeps the dataset open itself. Within h5_enter. */
struct line *line_open(hid_t dataset, uint64_t keep, struct h5grad_error *err);

/* A line over extent values that stay the caller's. */
struct line *line_open_memory(const double *values, uint64_t extent, struct h5grad_error *err);

uint64_t line_extent(const struct line *line);

/* Values [first, first + count) into out. Any thread; takes libhdf5's lock itself. */
enum h5grad_status line_read(struct line *line, uint64_t first, uint64_t count, double *out,
                             struct h5grad_error *err);

/* NULL allowed. Within h5_enter. */
void line_close(struct line *line);

#endif
