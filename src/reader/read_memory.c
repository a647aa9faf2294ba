/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads from an array in memory: a tile is a view of the array, and nothing is copied, unless its
 * halo wraps around, the points of a row are not adjacent, or scalars must be converted to values.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "reader/reader.h"

struct memory_reader {
    struct reader reader;
    const char *data;
    size_t scalar; /* bytes of a scalar */
    int64_t stride[GRID_MAX_RANK];
};

static const char *find_point(const struct memory_reader *self, const struct box *box)
{
    const char *point = self->data;
    for (unsigned i = 0; i < self->reader.rank; i++)
        point += (int64_t)box->start[i] * self->stride[i];
    return point;
}

static void memory_view(const struct reader *reader, const struct box *box,
                        struct reader_view *view)
{
    const struct memory_reader *self = (const struct memory_reader *)reader;
    view->data = find_point(self, box);
    for (unsigned i = 0; i < reader->rank; i++)
        view->stride[i] = self->stride[i] / (ptrdiff_t)self->scalar;
}

static enum h5grad_status memory_read(struct reader *reader, const struct halo_piece *piece,
                                      void *buffer, struct codec_worker *worker,
                                      struct h5grad_error *err)
{
    const struct memory_reader *self = (const struct memory_reader *)reader;
    size_t size = self->scalar * reader->components;
    int64_t stride[GRID_MAX_RANK];
    char *to = buffer;
    (void)worker, (void)err;
    hg_box_byte_strides(reader->rank, size, piece->within.count, stride);
    for (unsigned i = 0; i < reader->rank; i++)
        to += (int64_t)(piece->box.start[i] - piece->within.start[i]) * stride[i];
    hg_box_copy_strided(reader->rank, size, piece->box.count, find_point(self, &piece->box),
                        self->stride, to, stride);
    return H5GRAD_OK;
}

static void memory_close(struct reader *reader)
{
    free(reader);
}

static const struct reader_method viewed = {
    .name = "memory",
    .cut = HALO_RUNS,
    .read = memory_read,
    .view = memory_view,
    .close = memory_close,
};

static const struct reader_method copied = {
    .name = "memory",
    .cut = HALO_RUNS,
    .read = memory_read,
    .close = memory_close,
};

struct reader *hg_reader_open_memory(const void *data, enum element element, unsigned components,
                                     unsigned rank, const uint64_t *extent, const int64_t *stride,
                                     struct h5grad_error *err)
{
    struct memory_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    const size_t size = hg_element_size(element) * components;
    hg_box_byte_strides(rank, size, extent, self->stride);
    if (stride)
        memcpy(self->stride, stride, rank * sizeof *stride);
    self->scalar = hg_element_size(element);
    const bool decoded = element != ELEMENT_F32 && element != ELEMENT_F64;
    self->reader.method = self->stride[rank - 1] == (int64_t)size && !decoded ? &viewed : &copied;
    self->reader.rank = rank;
    self->reader.components = components;
    memcpy(self->reader.extent, extent, rank * sizeof *extent);
    self->data = data;
    return &self->reader;
}
