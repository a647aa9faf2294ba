/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/pieces.h"

#include <string.h>

#include "hdf5/transfer.h"

enum h5grad_status hg_pieces_each(struct writer *writer, const struct result_tile *tile,
                                  void *points, pieces_visit *visit, struct h5grad_error *err)
{
    const struct h5_storage *storage = writer->target.storage;
    enum h5grad_status status;
    struct box numbers, chunk;
    uint64_t at[GRID_MAX_RANK];
    hg_chunks_touched_by(storage->rank, storage->chunk, &tile->core, &numbers);
    memcpy(at, numbers.start, storage->rank * sizeof *at);
    do {
        hg_chunks_points(storage->rank, storage->chunk, at, &chunk);
        status = visit(writer, tile, points, &chunk, err);
        if (status)
            hg_chunk_context(err, status, storage->rank, &chunk);
    } while (!status && hg_box_next(storage->rank, &numbers, at));
    return status;
}

const void *hg_pieces_gather(const struct writer *writer, const struct result_tile *tile,
                             const void *points, const struct box *chunk, size_t raw)
{
    const unsigned rank = writer->target.storage->rank;
    const struct box *core = &tile->core;
    struct box part;
    if (!hg_box_intersect(rank, core, chunk, &part))
        return NULL;
    bool whole = hg_box_points(rank, &part) == hg_box_points(rank, chunk);
    if (whole && hg_box_points(rank, core) == hg_box_points(rank, chunk))
        return points;
    void *data = hg_codec_worker_space(tile->codec, CODEC_STORED, raw);
    if (!data)
        return NULL;
    if (!whole)
        memset(data, 0, raw);
    hg_box_copy(rank, writer->target.size, &part, core, points, chunk, data);
    return data;
}
