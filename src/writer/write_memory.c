/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes into an array in memory. */
#include <string.h>

#include "base/nontemporal.h"
#include "writer/writer.h"

/* Results at least this large leave the caches before anyone reads them. */
#define STREAM_BYTES ((uint64_t)16 << 20)

struct memory_writer {
    struct writer writer;
    unsigned rank;
    size_t size; /* bytes of a point */
    bool stream; /* the array is dense and C-ordered, and large */
    struct box whole;
    int64_t stride[GRID_MAX_RANK];
    char *data;
};

static char *find_point(const struct memory_writer *self, const uint64_t *point)
{
    char *found = self->data;
    for (unsigned i = 0; i < self->rank; i++)
        found += (int64_t)point[i] * self->stride[i];
    return found;
}

static enum h5grad_status memory_write(struct writer *writer, const struct result_tile *tile,
                                       const void *points, struct h5grad_error *err)
{
    (void)err;
    const struct memory_writer *self = (const struct memory_writer *)writer;
    const struct box *box = &tile->core;
    if (self->stream) {
        hg_box_copy_by(hg_stream_copy, self->rank, self->size, box, points, &self->whole,
                       self->data);
        hg_stream_end();
    } else {
        int64_t stride[GRID_MAX_RANK];
        hg_box_byte_strides(self->rank, self->size, box->count, stride);
        hg_box_copy_strided(self->rank, self->size, box->count, points, stride,
                            find_point(self, box->start), self->stride);
    }
    return H5GRAD_OK;
}

static void *memory_place(const struct writer *writer, const uint64_t *point)
{
    const struct memory_writer *self = (const struct memory_writer *)writer;
    return self->stream ? find_point(self, point) : NULL;
}

static const struct writer_method memory_method = {
    .name = "memory",
    .write = memory_write,
    .place = memory_place,
};

static bool is_dense(const struct memory_writer *self)
{
    int64_t dense[GRID_MAX_RANK];
    hg_box_byte_strides(self->rank, self->size, self->whole.count, dense);
    for (unsigned i = 0; i < self->rank; i++) {
        if (self->stride[i] != dense[i] && self->whole.count[i] > 1)
            return false;
    }
    return true;
}

struct writer *hg_writer_open_memory(void *data, size_t size, unsigned rank, const uint64_t *extent,
                                     const int64_t *stride, struct h5grad_error *err)
{
    struct memory_writer *self = hg_writer_new(&memory_method, sizeof *self, NULL, err);
    if (!self)
        return NULL;
    self->rank = rank;
    self->size = size;
    self->data = data;
    memcpy(self->whole.count, extent, rank * sizeof *extent);
    hg_box_byte_strides(rank, size, extent, self->stride);
    if (stride)
        memcpy(self->stride, stride, rank * sizeof *stride);
    self->stream = is_dense(self) && hg_box_points(rank, &self->whole) * size >= STREAM_BYTES;
    return &self->writer;
}
