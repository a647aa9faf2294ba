/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes by H5Dwrite under the lock. Boxes are whole chunks, so each chunk is encoded once and none
 * is read back, whatever the size of the chunk cache.
 */
#include <string.h>

#include "codec/codec.h"
#include "hdf5/transfer.h"
#include "output/layout.h"
#include "writer/order.h"
#include "writer/pieces.h"
#include "writer/writer.h"

static struct writer *library_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct h5_storage *storage = target->storage;
    if (target->told)
        return NULL;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        H5Z_filter_t id = storage->filter[i].id;
        if (!hg_layout_library_encodes(id)) {
            const char *text = hg_codec_describe(id);
            hg_error_set(err, H5GRAD_FAILED, "filter %d (%.*s) cannot be written by libhdf5", id,
                         (int)strcspn(text, ";"), text);
            return NULL;
        }
    }
    return hg_writer_new(&hg_writer_library, sizeof(struct writer), target, err);
}

/* Writes a chunk of sparse storage if it must be stored. */
static enum h5grad_status write_chunk(struct writer *writer, const struct result_tile *tile,
                                      void *points, const struct box *chunk,
                                      struct h5grad_error *err)
{
    const struct writer_target *target = &writer->target;
    const unsigned rank = target->storage->rank;
    const size_t raw = hg_box_points(rank, chunk) * target->size;
    const void *data = hg_pieces_gather(writer, tile, points, chunk, raw);
    struct h5_guard guard;
    struct box part;
    if (!data)
        return hg_error_memory(err, raw);
    if (pieces_is_blank(writer, data, raw) || !hg_box_intersect(rank, &tile->core, chunk, &part))
        return H5GRAD_OK;
    hg_enter(&guard);
    enum h5grad_status status =
        hg_write_part(target->dataset, target->memory, rank, &part, chunk, data, err);
    hg_leave(&guard);
    return status;
}

static enum h5grad_status library_write(struct writer *writer, const struct result_tile *tile,
                                        const void *points, struct h5grad_error *err)
{
    const struct writer_target *target = &writer->target;
    enum h5grad_status status = hg_order_wait(tile, err);
    if (status || !points)
        return status;
    if (target->storage->sparse)
        return hg_pieces_each(writer, tile, (void *)(uintptr_t)points, write_chunk, err);
    struct h5_guard guard;
    hg_enter(&guard);
    status = hg_write_box(target->dataset, target->memory, target->storage->rank, &tile->core,
                          points, err);
    hg_leave(&guard);
    return status;
}

/* Flushes libhdf5's chunk cache, so that its errors show here. */
static enum h5grad_status library_finish(struct writer *writer, struct h5grad_error *err)
{
    if (H5Dflush(writer->target.dataset) < 0)
        return hg_hdf5_error(err, "writing");
    return H5GRAD_OK;
}

const struct writer_method hg_writer_library = {
    .name = "library",
    .open = library_open,
    .write = library_write,
    .finish = library_finish,
};
