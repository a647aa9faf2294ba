/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads contiguous datasets by pread from every worker, without libhdf5's lock: the offset is
 * known, and a tile goes from the page cache to the worker's own cache.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "hdf5/contiguous.h"
#include "reader/reader.h"

struct direct_reader {
    struct reader reader;
    struct h5_contiguous place;
    uint64_t stride[GRID_MAX_RANK]; /* of the file, in points */
};

/* Finds the points in the file, and checks that libhdf5 reads them there. */
static bool find_points(const struct reader_source *source, struct h5_contiguous *place,
                        struct h5grad_error *err)
{
    const struct h5_type *type = source->type;
    const unsigned kind = type->components == 1 ? 1U << (2 * type->stored + type->swapped) : 0;
    bool same = source->verified;
    if (!hg_contiguous_find(source->dataset, source->storage, hg_type_size(type), true, place))
        return false;
    if (same || hg_contiguous_is_proven(place, source->dataset, kind))
        return true;
    if (hg_contiguous_verify(source->dataset, type->memory, source->storage, place, &same, err))
        return false;
    if (same)
        hg_contiguous_note_proven(source->dataset, kind);
    return same;
}

static struct reader *direct_open(const struct reader_source *source, struct h5grad_error *err)
{
    const struct h5_storage *storage = source->storage;
    struct h5_contiguous place;
    if (source->place)
        place = *source->place;
    else if (!source->type->raw || !find_points(source, &place, err))
        return NULL;
    struct direct_reader *self = hg_memory_zeroed(1, sizeof *self);
    if (!self) {
        hg_error_memory(err, sizeof *self);
        return NULL;
    }
    hg_reader_init(&self->reader, &hg_reader_direct, source);
    self->place = place;
    hg_box_strides(storage->rank, self->reader.extent, self->stride);
    return &self->reader;
}

/* Takes bytes at an offset of the file whose points go to point number to of the buffer. */
typedef enum h5grad_status take_run(const struct direct_reader *self, uint64_t bytes,
                                    uint64_t offset, uint64_t to, void *buffer,
                                    struct h5grad_error *err);

/* Takes the box as runs of points that are adjacent in the file and in the buffer. A run spans axis
 * inner and all axes behind it. */
static enum h5grad_status each_run(const struct direct_reader *self, const struct halo_piece *piece,
                                   take_run *take, void *buffer, struct h5grad_error *err)
{
    const struct reader *reader = &self->reader;
    const struct box *box = &piece->box;
    uint64_t position[GRID_MAX_RANK], stride[GRID_MAX_RANK], size = self->place.size;
    unsigned inner = reader->rank - 1;
    while (inner > 0 && box->count[inner] == reader->extent[inner] &&
           box->count[inner] == piece->within.count[inner])
        inner--;
    hg_box_strides(reader->rank, piece->within.count, stride);
    for (unsigned i = 0; i <= inner; i++)
        position[i] = box->start[i];
    uint64_t run = box->count[inner] * self->stride[inner] * size;
    enum h5grad_status status;
    do {
        uint64_t from = 0, to = 0;
        for (unsigned i = 0; i <= inner; i++) {
            from += position[i] * self->stride[i];
            to += (position[i] - piece->within.start[i]) * stride[i];
        }
        status = take(self, run, self->place.offset + from * size, to, buffer, err);
    } while (!status && hg_box_next(inner, box, position));
    return status;
}

static enum h5grad_status read_run(const struct direct_reader *self, uint64_t bytes,
                                   uint64_t offset, uint64_t to, void *buffer,
                                   struct h5grad_error *err)
{
    return hg_file_read(self->place.fd, (char *)buffer + to * self->place.size, bytes, offset, err);
}

static enum h5grad_status direct_read(struct reader *reader, const struct halo_piece *piece,
                                      void *buffer, struct codec_worker *worker,
                                      struct h5grad_error *err)
{
    (void)worker;
    return each_run((const struct direct_reader *)reader, piece, read_run, buffer, err);
}

static enum h5grad_status foresee_run(const struct direct_reader *self, uint64_t bytes,
                                      uint64_t offset, uint64_t to, void *buffer,
                                      struct h5grad_error *err)
{
    (void)to, (void)buffer, (void)err;
    hg_ahead_want(self->reader.ahead, self->place.fd, offset, bytes);
    return H5GRAD_OK;
}

static void direct_foresee(struct reader *reader, const struct halo_piece *piece)
{
    each_run((const struct direct_reader *)reader, piece, foresee_run, NULL, NULL);
}

const struct h5_contiguous *hg_reader_place(const struct reader *reader)
{
    const bool direct = reader->method == &hg_reader_direct;
    return direct ? &((const struct direct_reader *)reader)->place : NULL;
}

static void direct_close(struct reader *reader)
{
    free(reader);
}

const struct reader_method hg_reader_direct = {
    .name = "direct",
    .cut = HALO_RUNS,
    .open = direct_open,
    .foresee = direct_foresee,
    .read = direct_read,
    .close = direct_close,
};
