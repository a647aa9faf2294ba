/* SPDX-License-Identifier: BSD-3-Clause */
/* For the ways of writing chunks: the chunks that a box of whole chunks consists of. */
#ifndef H5GRAD_WRITER_PIECES_H
#define H5GRAD_WRITER_PIECES_H

#include "codec/codec.h"
#include "grid/chunks.h"

/* What is done with one of them. */
typedef enum h5grad_status pieces_visit(void *user, const struct box *chunk,
                                        struct h5grad_error *err);

/* One after the other, until that fails; says where it did. */
enum h5grad_status hg_pieces_each(const struct h5_storage *storage, const struct box *box,
                                  pieces_visit *visit, void *user, struct h5grad_error *err);

/*
 * The points of a chunk as they are to be stored, raw bytes: those of the box itself where it is
 * just this chunk, else gathered in memory of the worker, with zeros beyond the end of the dataset.
 * points are those of box, of size bytes each. NULL when there is no memory.
 */
const void *hg_pieces_gather(unsigned rank, size_t size, size_t raw, const struct box *box,
                             const void *points, const struct box *chunk,
                             struct codec_worker *worker);

#endif
