/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing into an array in memory. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nontemporal.h"
#include "writer/writer.h"

/* A result of this size will have left the caches before anyone reads it. */
#define STREAM_BYTES ((uint64_t)16 << 20)

struct memory_writer {
    struct writer writer;
    unsigned rank;
    size_t size; /* bytes of a point */
    bool stream;
    struct box whole;
    void *data;
};

struct writer *hg_writer_open_memory(void *data, size_t size, unsigned rank, const uint64_t *extent,
                                     struct h5grad_error *err)
{
    struct memory_writer *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->writer.way = &hg_writer_memory;
    self->rank = rank;
    self->size = size;
    self->data = data;
    memcpy(self->whole.count, extent, rank * sizeof *extent);
    self->stream = hg_box_points(rank, &self->whole) * size >= STREAM_BYTES;
    return &self->writer;
}

static enum h5grad_status memory_write(struct writer *writer, const struct box *box,
                                       const void *points, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    (void)worker;
    (void)err;
    const struct memory_writer *self = (const struct memory_writer *)writer;
    if (self->stream) {
        hg_box_copy_by(hg_stream_copy, self->rank, self->size, box, points, &self->whole,
                       self->data);
        hg_stream_end();
    } else {
        hg_box_copy(self->rank, self->size, box, box, points, &self->whole, self->data);
    }
    return H5GRAD_OK;
}

static void *memory_place(const struct writer *writer, const uint64_t *point)
{
    const struct memory_writer *self = (const struct memory_writer *)writer;
    uint64_t stride[GRID_MAX_RANK], points = 0;
    if (!self->stream)
        return NULL;
    hg_box_strides(self->rank, self->whole.count, stride);
    for (unsigned i = 0; i < self->rank; i++)
        points += point[i] * stride[i];
    return (char *)self->data + points * self->size;
}

static void memory_close(struct writer *writer)
{
    free(writer);
}

const struct writer_way hg_writer_memory = {
    .name = "memory",
    .write = memory_write,
    .close = memory_close,
    .place = memory_place,
};
