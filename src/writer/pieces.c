/* SPDX-License-Identifier: BSD-3-Clause */
#include "writer/pieces.h"

#include <string.h>

#include "hdf5/transfer.h"

enum h5grad_status hg_pieces_each(const struct h5_storage *storage, const struct box *box,
                                  pieces_visit *visit, void *user, struct h5grad_error *err)
{
    enum h5grad_status status;
    struct box numbers, chunk;
    uint64_t at[GRID_MAX_RANK];
    hg_chunks_touched_by(storage->rank, storage->chunk, box, &numbers);
    memcpy(at, numbers.start, storage->rank * sizeof *at);
    do {
        hg_chunks_points(storage->rank, storage->chunk, at, &chunk);
        status = visit(user, &chunk, err);
        if (status)
            hg_chunk_context(err, status, storage->rank, &chunk);
    } while (!status && hg_box_next(storage->rank, &numbers, at));
    return status;
}

const void *hg_pieces_gather(unsigned rank, size_t size, size_t raw, const struct box *box,
                             const void *points, const struct box *chunk,
                             struct codec_worker *worker)
{
    struct box part;
    if (!hg_box_intersect(rank, box, chunk, &part))
        return NULL;
    bool whole = hg_box_points(rank, &part) == hg_box_points(rank, chunk);
    if (whole && hg_box_points(rank, box) == hg_box_points(rank, chunk))
        return points;
    void *data = hg_codec_worker_space(worker, CODEC_STORED, raw);
    if (!data)
        return NULL;
    if (!whole)
        memset(data, 0, raw);
    hg_box_copy(rank, size, &part, box, points, chunk, data);
    return data;
}
