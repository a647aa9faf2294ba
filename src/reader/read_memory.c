/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading from an array in memory: nothing is moved, a tile is a view of the array. */
#include <stdlib.h>

#include "base/memory.h"
#include "reader/reader.h"

struct memory_reader {
    struct reader reader;
    unsigned rank;
    size_t scalar; /* bytes */
    struct reader_view whole;
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
    self->rank = rank;
    self->scalar = hg_element_size(element);
    hg_reader_view_dense(&self->whole, data, rank, extent, components);
    return &self->reader;
}

static enum h5grad_status memory_read(struct reader *reader, const struct tile *tile, void *buffer,
                                      struct codec_worker *worker, struct reader_view *view,
                                      struct h5grad_error *err)
{
    (void)worker;
    (void)buffer;
    (void)err;
    const struct memory_reader *self = (const struct memory_reader *)reader;
    size_t skip = 0;
    for (unsigned i = 0; i < self->rank; i++)
        skip += tile->halo.start[i] * (size_t)self->whole.stride[i];
    *view = self->whole;
    view->data = (const char *)self->whole.data + skip * self->scalar;
    return H5GRAD_OK;
}

static void memory_close(struct reader *reader)
{
    free(reader);
}

const struct reader_way hg_reader_memory = {
    .name = "memory",
    .views = true,
    .read = memory_read,
    .close = memory_close,
};
