/* SPDX-License-Identifier: BSD-3-Clause */
/* Boxes of points between a dataset and memory, moved by libhdf5 itself, but for what is missing of
 * external files. All within h5_enter. */
#ifndef H5GRAD_HDF5_TRANSFER_H
#define H5GRAD_HDF5_TRANSFER_H

#include "grid/box.h"
#include "libhdf5/h5.h"

/*
 * Points of box, which lies within a dataset of the given rank, to or from a dense C-ordered array
 * of points of datatype memory. The message of an error starts with what was being done: "reading
 * points 0..7 x 0..511: ...".
 */
enum h5grad_status hg_read_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                               void *points, struct h5grad_error *err);

/* All points of a dataset of any rank, in the same form. */
enum h5grad_status hg_read_all(hid_t dataset, hid_t memory, void *points, struct h5grad_error *err);

enum h5grad_status hg_write_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const void *points, struct h5grad_error *err);

/* The same into some points of a larger array, dense and C-ordered, which has those of box all; box
 * lies within it. The starts of all may be negative modulo 2^64. */
enum h5grad_status hg_read_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const struct box *all, void *points, struct h5grad_error *err);

/* hg_error_context for what failed with a chunk: "chunk of points 0..7 x 0..511: ...". */
enum h5grad_status hg_chunk_context(struct h5grad_error *err, enum h5grad_status status,
                                    unsigned rank, const struct box *chunk);

#endif
