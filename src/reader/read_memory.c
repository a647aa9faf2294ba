/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading from an array in memory: nothing is moved, a tile is a view of the array. Where
 * its halo wraps around it is copied. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reader/reader.h"

struct memory_reader {
    struct reader reader;
    const char *data;
    size_t scalar; /* bytes */
};

struct reader *hg_reader_open_memory(const void *data, enum element element, unsigned components,
                                     unsigned rank, const uint64_t *extent,
                                     struct h5grad_error *err)
{
    struct memory_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->reader.way = &hg_reader_memory;
    self->reader.rank = rank;
    self->reader.components = components;
    memcpy(self->reader.extent, extent, rank * sizeof *extent);
    self->data = data;
    self->scalar = hg_element_size(element);
    return &self->reader;
}

static void memory_view(const struct reader *reader, const struct box *box,
                        struct reader_view *view)
{
    const struct memory_reader *self = (const struct memory_reader *)reader;
    size_t skip = 0;
    hg_reader_view_dense(view, self->data, reader->rank, reader->extent, reader->components);
    for (unsigned i = 0; i < reader->rank; i++)
        skip += box->start[i] * (size_t)view->stride[i];
    view->data = self->data + skip * self->scalar;
}

static enum h5grad_status memory_read(struct reader *reader, const struct halo_piece *piece,
                                      void *buffer, struct codec_worker *worker,
                                      struct h5grad_error *err)
{
    const struct memory_reader *self = (const struct memory_reader *)reader;
    struct box whole = {.start = {0}};
    (void)worker, (void)err;
    memcpy(whole.count, reader->extent, reader->rank * sizeof *whole.count);
    hg_box_copy(reader->rank, self->scalar * reader->components, &piece->box, &whole, self->data,
                &piece->within, buffer);
    return H5GRAD_OK;
}

static void memory_close(struct reader *reader)
{
    free(reader);
}

const struct reader_way hg_reader_memory = {
    .name = "memory",
    .cut = HALO_RUNS,
    .read = memory_read,
    .view = memory_view,
    .close = memory_close,
};
