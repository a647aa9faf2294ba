/* SPDX-License-Identifier: BSD-3-Clause */
/* For methods that write chunks: iterates over the chunks that a box consists of. */
#ifndef H5GRAD_WRITER_PIECES_H
#define H5GRAD_WRITER_PIECES_H

#include "base/memory.h"
#include "grid/chunks.h"
#include "writer/writer.h"

/* Called for one chunk; points are those of the tile, or NULL. */
typedef enum h5grad_status pieces_visit(struct writer *writer, const struct result_tile *tile,
                                        void *points, const struct box *chunk,
                                        struct h5grad_error *err);

/* Visits the chunks one by one until visit fails; the error names the chunk. */
enum h5grad_status hg_pieces_each(struct writer *writer, const struct result_tile *tile,
                                  void *points, pieces_visit *visit, struct h5grad_error *err);

/* Returns whether a chunk, of raw bytes, need not be stored. */
static inline bool pieces_is_blank(const struct writer *writer, const void *data, size_t raw)
{
    return writer->target.storage->sparse && hg_memory_is_zero(data, raw);
}

/*
 * Returns the raw bytes of a chunk as they are stored: the tile's points if the tile is just this
 * chunk, else gathered in the worker's memory, with zeros beyond the dataset. NULL: no memory.
 */
const void *hg_pieces_gather(const struct writer *writer, const struct result_tile *tile,
                             const void *points, const struct box *chunk, size_t raw);

#endif
