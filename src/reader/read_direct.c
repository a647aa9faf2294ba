/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading contiguous datasets by pread from every worker, without libhdf5's lock: the offset is
 * known, and a tile goes from the page cache to the worker's own cache.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "hdf5/flat.h"
#include "reader/reader.h"

struct direct_reader {
    struct reader reader;
    struct h5_flat flat;
    unsigned rank;
    unsigned components;
    uint64_t extent[GRID_MAX_RANK];
    uint64_t stride[GRID_MAX_RANK]; /* of the file, in points */
};

static struct reader *direct_open(const struct reader_source *source, struct h5grad_error *err)
{
    const struct h5_storage *storage = source->storage;
    struct h5_flat flat;
    bool proven = source->verified;
    if (!source->type->raw ||
        !hg_flat_find(source->dataset, storage, hg_type_size(source->type), true, &flat) ||
        (!proven &&
         hg_flat_prove(source->dataset, source->type->memory, storage, &flat, &proven, err)) ||
        !proven)
        return NULL;
    struct direct_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    self->reader.way = &hg_reader_direct;
    self->flat = flat;
    self->rank = storage->rank;
    self->components = source->type->components;
    for (unsigned i = 0; i < storage->rank; i++)
        self->extent[i] = storage->extent[i];
    hg_box_strides(self->rank, self->extent, self->stride);
    return &self->reader;
}

/* A tile being read: its halo box as runs of points adjacent in the file and in the buffer. */
struct runs {
    const struct direct_reader *self;
    const struct tile *tile;
    unsigned inner;                 /* the runs go along this axis and span all behind it */
    uint64_t stride[GRID_MAX_RANK]; /* of the buffer, in points */
    char *buffer;
};

/* The run at position of the axes before inner. Outside the core along one of them only the core's
 * part of it is needed, outside along two nothing. */
static enum h5grad_status read_run(const struct runs *runs, const uint64_t *position,
                                   struct h5grad_error *err)
{
    const struct direct_reader *self = runs->self;
    const struct box *core = &runs->tile->core, *halo = &runs->tile->halo;
    unsigned inner = runs->inner, outside = 0;
    uint64_t from = 0, to = 0;
    for (unsigned i = 0; i < inner; i++) {
        outside += position[i] - core->start[i] >= core->count[i];
        from += position[i] * self->stride[i];
        to += (position[i] - halo->start[i]) * runs->stride[i];
    }
    if (outside > 1)
        return H5GRAD_OK;
    const struct box *part = outside ? core : halo;
    from += part->start[inner] * self->stride[inner];
    to += (part->start[inner] - halo->start[inner]) * runs->stride[inner];
    uint64_t size = self->flat.size;
    return hg_file_read(self->flat.fd, runs->buffer + to * size,
                        part->count[inner] * self->stride[inner] * size,
                        self->flat.offset + from * size, err);
}

static enum h5grad_status direct_read(struct reader *reader, const struct tile *tile, void *buffer,
                                      struct codec_worker *worker, struct reader_view *view,
                                      struct h5grad_error *err)
{
    const struct direct_reader *self = (const struct direct_reader *)reader;
    const struct box *halo = &tile->halo;
    struct runs runs = {.self = self, .tile = tile, .inner = self->rank - 1, .buffer = buffer};
    uint64_t position[GRID_MAX_RANK];
    (void)worker;
    while (runs.inner > 0 && halo->count[runs.inner] == self->extent[runs.inner])
        runs.inner--;
    hg_box_strides(self->rank, halo->count, runs.stride);
    for (unsigned i = 0; i < runs.inner; i++)
        position[i] = halo->start[i];
    enum h5grad_status status;
    do {
        status = read_run(&runs, position, err);
    } while (!status && hg_box_next(runs.inner, halo, position));
    hg_reader_view_dense(view, buffer, self->rank, halo->count, self->components);
    return status;
}

static void direct_close(struct reader *reader)
{
    free(reader);
}

const struct reader_way hg_reader_direct = {
    .name = "direct",
    .open = direct_open,
    .read = direct_read,
    .close = direct_close,
};
