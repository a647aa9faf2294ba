/* SPDX-License-Identifier: BSD-3-Clause */
/* For the methods of writing chunks: the chunks that a box of whole chunks consists of. */
#ifndef H5GRAD_WRITER_PIECES_H
#define H5GRAD_WRITER_PIECES_H

#include "grid/chunks.h"
#include "writer/writer.h"

/* What is done with one of them; points are those of the tile, or NULL. */
typedef enum h5grad_status pieces_visit(struct writer *writer, const struct result_tile *tile,
                                        void *points, const struct box *chunk,
                                        struct h5grad_error *err);

/* One after the other, until that fails; says where it did. */
enum h5grad_status hg_pieces_each(struct writer *writer, const struct result_tile *tile,
                                  void *points, pieces_visit *visit, struct h5grad_error *err);

/*
 * The points of a chunk as they are to be stored, raw bytes: those of the tile itself where it is
 * just this chunk, else gathered in memory of the worker, with zeros beyond the end of the dataset.
 * NULL when there is no memory.
 */
const void *hg_pieces_gather(const struct writer *writer, const struct result_tile *tile,
                             const void *points, const struct box *chunk, size_t raw);

#endif
