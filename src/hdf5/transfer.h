/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves boxes of points between datasets and memory by libhdf5, except for points that external
 * files lack. All within hg_enter. */
#ifndef H5GRAD_HDF5_TRANSFER_H
#define H5GRAD_HDF5_TRANSFER_H

#include "grid/box.h"
#include "libhdf5/h5.h"

/*
 * Reads or writes the points of box, which lies within the dataset. points: a dense C-ordered array
 * of datatype memory. An error says what was being done: "reading points 0..7 x 0..511: ...".
 */
enum h5grad_status hg_read_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                               void *points, struct h5grad_error *err);

/* Reads all points of a dataset of any rank in the same form. */
enum h5grad_status hg_read_all(hid_t dataset, hid_t memory, void *points, struct h5grad_error *err);

enum h5grad_status hg_write_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const void *points, struct h5grad_error *err);

/* Writes box from its place in a larger array, as of hg_read_part. */
enum h5grad_status hg_write_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                 const struct box *all, const void *points,
                                 struct h5grad_error *err);

/* Reads box into its place in a larger array, dense and C-ordered, with the points of box all,
 * which contains box. The starts of all may be negative modulo 2^64. */
enum h5grad_status hg_read_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const struct box *all, void *points, struct h5grad_error *err);

/* hg_error_context for a chunk: "chunk of points 0..7 x 0..511: ...". */
enum h5grad_status hg_chunk_context(struct h5grad_error *err, enum h5grad_status status,
                                    unsigned rank, const struct box *chunk);

#endif
