/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing contiguous results by pwrite from every worker, without libhdf5's lock: the dataset is
 * allocated when it is created, so its place is known, and the space is reserved before the first
 * byte.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "hdf5/flat.h"
#include "writer/writer.h"

struct direct_writer {
    struct writer writer;
    struct writer_target target;
    struct h5_flat flat;
    uint64_t stride[GRID_MAX_RANK]; /* in points */
};

static struct writer *direct_open(const struct writer_target *target, struct h5grad_error *err)
{
    struct h5_flat flat;
    if (!target->raw || !h5_flat_find(target->dataset, target->storage, target->size, false, &flat))
        return NULL;
    if (file_reserve(flat.fd, flat.offset, flat.bytes, err))
        return NULL;
    struct direct_writer *self = memory_zeroed(1, sizeof *self);
    if (!self) {
        error_memory(err, sizeof *self);
        return NULL;
    }
    self->writer.way = &writer_direct;
    self->target = *target;
    self->flat = flat;
    box_strides(target->storage->rank, target->storage->extent, self->stride);
    return &self->writer;
}

static enum h5grad_status direct_write(struct writer *writer, const struct box *box,
                                       const void *points, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    const struct direct_writer *self = (const struct direct_writer *)writer;
    const struct h5_storage *storage = self->target.storage;
    unsigned inner = storage->rank - 1;
    uint64_t position[GRID_MAX_RANK], size = self->flat.size;
    const char *from = points;
    enum h5grad_status status;
    (void)worker;
    while (inner > 0 && box->count[inner] == storage->extent[inner])
        inner--;
    uint64_t run = box->count[inner] * self->stride[inner] * size;
    for (unsigned i = 0; i < inner; i++)
        position[i] = box->start[i];
    do {
        uint64_t at = box->start[inner] * self->stride[inner];
        for (unsigned i = 0; i < inner; i++)
            at += position[i] * self->stride[i];
        status = file_write(self->flat.fd, from, run, self->flat.offset + at * size, err);
        from += run;
    } while (!status && box_next(inner, box, position));
    return status;
}

/* What readers of the file will get is what was written: libhdf5 is asked for both ends of it. */
static enum h5grad_status direct_finish(struct writer *writer, struct h5grad_error *err)
{
    const struct direct_writer *self = (const struct direct_writer *)writer;
    const struct writer_target *target = &self->target;
    bool proven;
    enum h5grad_status status =
        h5_flat_prove(target->dataset, target->memory, target->storage, &self->flat, &proven, err);
    if (!status && !proven)
        return error_set(err, H5GRAD_FAILED, "what was written cannot be read back");
    return status;
}

static void direct_close(struct writer *writer)
{
    free(writer);
}

const struct writer_way writer_direct = {
    .name = "direct",
    .keeping = WRITER_KEEPS_TILES,
    .open = direct_open,
    .write = direct_write,
    .finish = direct_finish,
    .close = direct_close,
};
