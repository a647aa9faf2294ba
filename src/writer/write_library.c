/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing by H5Dwrite under the lock. Boxes are whole chunks, so each chunk is encoded once and
 * none is read back, whatever the size of the chunk cache.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "codec/codec.h"
#include "hdf5/transfer.h"
#include "output/layout.h"
#include "writer/writer.h"

struct library_writer {
    struct writer writer;
    struct writer_target target;
};

static struct writer *library_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct h5_storage *storage = target->storage;
    for (unsigned i = 0; i < storage->n_filters; i++) {
        H5Z_filter_t id = storage->filter[i].id;
        if (!hg_format_library_encodes(id)) {
            const char *text = hg_codec_describe(id);
            hg_error_set(err, H5GRAD_FAILED, "filter %d (%.*s) cannot be written by libhdf5", id,
                         (int)strcspn(text, ";"), text);
            return NULL;
        }
    }
    struct library_writer *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->writer.way = &hg_writer_library;
    self->target = *target;
    return &self->writer;
}

static enum h5grad_status library_write(struct writer *writer, const struct box *box,
                                        const void *points, struct codec_worker *worker,
                                        struct h5grad_error *err)
{
    const struct writer_target *target = &((const struct library_writer *)writer)->target;
    enum h5grad_status status = H5GRAD_OK;
    if (writer->order && (status = hg_order_wait(writer->order, worker, err)))
        return status;
    struct h5_guard guard;
    hg_enter(&guard);
    status = hg_write_box(target->dataset, target->memory, target->storage->rank, box, points, err);
    hg_leave(&guard);
    return status;
}

/* Chunks may still lie in libhdf5's cache: what goes wrong with them shows here. */
static enum h5grad_status library_finish(struct writer *writer, struct h5grad_error *err)
{
    const struct writer_target *target = &((const struct library_writer *)writer)->target;
    if (H5Dflush(target->dataset) < 0)
        return hg_hdf5_error(err, "writing");
    return H5GRAD_OK;
}

static void library_close(struct writer *writer)
{
    free(writer);
}

const struct writer_way hg_writer_library = {
    .name = "library",
    .open = library_open,
    .write = library_write,
    .finish = library_finish,
    .close = library_close,
};
