/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes contiguous results by pwrite from every worker, without libhdf5's lock: the dataset is
 * allocated when it is created, so its offset is known, and its space is reserved first; or another
 * process has done both.
 */
#include "base/file.h"
#include "hdf5/contiguous.h"
#include "writer/writer.h"

struct direct_writer {
    struct writer writer;
    struct h5_contiguous place;
    bool proven;                    /* that libhdf5 reads such a result where it is */
    uint64_t stride[GRID_MAX_RANK]; /* in points */
};

#define ANY_KIND 1U /* of proof: libhdf5 converts no result */

/* Finds the place of the dataset and reserves its space, unless it is filled at once. */
static bool find_place(const struct writer_target *target, struct h5_contiguous *place,
                       struct h5grad_error *err)
{
    return hg_contiguous_find(target->dataset, target->storage, target->size, false, place) &&
           (place->bytes <= H5_SMALL_BYTES ||
            hg_file_reserve(place->fd, place->offset, place->bytes, err) == H5GRAD_OK);
}

static struct writer *direct_open(const struct writer_target *target, struct h5grad_error *err)
{
    const struct writer_told *told = target->told;
    struct h5_contiguous place;
    if (!target->raw || (told && target->storage->layout != H5_CONTIGUOUS))
        return NULL;
    if (told)
        place = (struct h5_contiguous){told->fd, told->offset, 0, target->size};
    else if (!find_place(target, &place, err))
        return NULL;
    struct direct_writer *self = hg_writer_new(&hg_writer_direct, sizeof *self, target, err);
    if (!self)
        return NULL;
    self->place = place;
    self->proven = !told && hg_contiguous_is_proven(&place, target->dataset, ANY_KIND);
    hg_box_strides(target->storage->rank, target->storage->extent, self->stride);
    return &self->writer;
}

/* Moves a run of points that are adjacent in the file and in memory. */
typedef enum h5grad_status move_run(const struct direct_writer *self, char *points, uint64_t bytes,
                                    uint64_t offset, struct h5grad_error *err);

static enum h5grad_status write_run(const struct direct_writer *self, char *points, uint64_t bytes,
                                    uint64_t offset, struct h5grad_error *err)
{
    const struct writer_told *told = self->writer.target.told;
    return told && told->seams
               ? hg_seams_write(told->seams, self->place.fd, points, bytes, offset, err)
               : hg_file_write(self->place.fd, points, bytes, offset, err);
}

static enum h5grad_status read_run(const struct direct_writer *self, char *points, uint64_t bytes,
                                   uint64_t offset, struct h5grad_error *err)
{
    return hg_file_read(self->place.fd, points, bytes, offset, err);
}

static enum h5grad_status each_run(const struct direct_writer *self, const struct box *box,
                                   char *points, move_run *move, struct h5grad_error *err)
{
    const struct h5_storage *storage = self->writer.target.storage;
    unsigned inner = storage->rank - 1;
    uint64_t position[GRID_MAX_RANK], size = self->place.size;
    enum h5grad_status status;
    while (inner > 0 && box->count[inner] == storage->extent[inner])
        inner--;
    uint64_t run = box->count[inner] * self->stride[inner] * size;
    for (unsigned i = 0; i < inner; i++)
        position[i] = box->start[i];
    do {
        uint64_t at = box->start[inner] * self->stride[inner];
        for (unsigned i = 0; i < inner; i++)
            at += position[i] * self->stride[i];
        status = move(self, points, run, self->place.offset + at * size, err);
        points += run;
    } while (!status && hg_box_next(inner, box, position));
    return status;
}

static enum h5grad_status direct_write(struct writer *writer, const struct result_tile *tile,
                                       const void *points, struct h5grad_error *err)
{
    return each_run((const struct direct_writer *)writer, &tile->core, (char *)(uintptr_t)points,
                    write_run, err);
}

static enum h5grad_status direct_read(struct writer *writer, const struct result_tile *tile,
                                      void *points, struct h5grad_error *err)
{
    return each_run((const struct direct_writer *)writer, &tile->core, points, read_run, err);
}

static bool direct_is_apart(const struct writer *writer)
{
    return ((const struct direct_writer *)writer)->proven;
}

/* Checks that libhdf5 reads what was written, at both ends of the dataset. Of a small one that it
 * would read where it is, only that the file still holds it. */
static enum h5grad_status direct_finish(struct writer *writer, struct h5grad_error *err)
{
    const struct direct_writer *self = (const struct direct_writer *)writer;
    const struct writer_target *target = &writer->target;
    const struct h5_contiguous *place = &self->place;
    enum h5grad_status status = H5GRAD_OK;
    uint64_t held = 0;
    bool verified;
    if (self->proven)
        verified = hg_file_size(place->fd, &held) && place->offset + place->bytes <= held;
    else
        status = hg_contiguous_verify(target->dataset, target->memory, target->storage, place,
                                      &verified, err);
    if (!status && !verified)
        return hg_error_set(err, H5GRAD_FAILED, "what was written cannot be read back");
    if (!status && !self->proven)
        hg_contiguous_note_proven(target->dataset, ANY_KIND);
    return status;
}

const struct writer_method hg_writer_direct = {
    .name = "direct",
    .resume = WRITER_RESUMES_TILES,
    .open = direct_open,
    .write = direct_write,
    .read = direct_read,
    .is_apart = direct_is_apart,
    .finish = direct_finish,
};
