/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/engine/copying_reader.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct copying_reader {
    struct reader reader;
    const void *data;
    size_t size;
    struct box whole;
    atomic_uint tiles, surprises;
    bool *announced; /* of each point */
};

/* Notes that points are announced, or read; or finds one that is not. */
static bool each_point(struct copying_reader *self, const struct box *box, bool announces)
{
    uint64_t at[GRID_MAX_RANK], stride[GRID_MAX_RANK];
    hg_box_strides(self->reader.rank, self->whole.count, stride);
    memcpy(at, box->start, sizeof at);
    do {
        uint64_t point = 0;
        for (unsigned i = 0; i < self->reader.rank; i++)
            point += at[i] * stride[i];
        if (announces)
            self->announced[point] = true;
        else if (!self->announced[point])
            return false;
    } while (hg_box_next(self->reader.rank, box, at));
    return true;
}

static void copying_foresee(struct reader *reader, const struct halo_piece *piece)
{
    struct copying_reader *self = (struct copying_reader *)reader;
    if (self->announced)
        each_point(self, &piece->box, true);
}

static enum h5grad_status copying_read(struct reader *reader, const struct halo_piece *piece,
                                       void *buffer, struct codec_worker *worker,
                                       struct h5grad_error *err)
{
    struct copying_reader *self = (struct copying_reader *)reader;
    (void)worker;
    (void)err;
    for (unsigned i = 0; i < reader->rank; i++) {
        const uint64_t before = piece->box.start[i] - piece->within.start[i];
        ck_assert_uint_le(before, piece->within.count[i]);
        ck_assert_uint_le(piece->box.count[i], piece->within.count[i] - before);
    }
    if (piece->side == 0) {
        memset(buffer, 0xff, hg_box_points(reader->rank, &piece->within) * self->size);
        self->tiles++;
        if (self->announced && !each_point(self, &piece->box, false))
            self->surprises++;
        if (self->announced)
            each_point(self, &piece->box, true);
    }
    hg_box_copy(reader->rank, self->size, &piece->box, &self->whole, self->data, &piece->within,
                buffer);
    return H5GRAD_OK;
}

static void copying_close(struct reader *reader)
{
    free(((struct copying_reader *)reader)->announced);
    free(reader);
}

static const struct reader_method copying_method = {
    .name = "copying",
    .cut = HALO_FACES,
    .foresee = copying_foresee,
    .read = copying_read,
    .close = copying_close,
};

struct reader *copying_reader_open(const void *data, size_t size, unsigned components,
                                   unsigned rank, const uint64_t *extent)
{
    struct copying_reader *self = calloc(1, sizeof *self);
    ck_assert_ptr_nonnull(self);
    self->reader.method = &copying_method;
    self->reader.rank = rank;
    self->reader.components = components;
    memcpy(self->reader.extent, extent, rank * sizeof *extent);
    memcpy(self->whole.count, extent, rank * sizeof *extent);
    self->data = data;
    self->size = size;
    return &self->reader;
}

void copying_reader_watch(struct reader *reader)
{
    struct copying_reader *self = (struct copying_reader *)reader;
    self->announced = calloc(hg_box_points(reader->rank, &self->whole), sizeof *self->announced);
    ck_assert_ptr_nonnull(self->announced);
}

unsigned copying_reader_surprises(const struct reader *reader)
{
    return ((const struct copying_reader *)reader)->surprises;
}

unsigned copying_reader_tiles(const struct reader *reader)
{
    return ((const struct copying_reader *)reader)->tiles;
}
