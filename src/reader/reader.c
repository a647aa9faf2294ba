/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "base/size.h"
#include "reader/reader.h"
#include "trust/input_driver.h"

/* In order of preference; the last one takes everything. */
static const struct reader_method *const methods[] = {&hg_reader_direct, &hg_reader_chunked,
                                                      &hg_reader_library};

struct reader *hg_reader_open(const struct reader_source *source, const char *forced,
                              struct h5grad_error *err)
{
    if (!source->place &&
        (hg_input_grows(source->dataset) || hg_input_is_scattered(source->dataset)))
        forced = hg_reader_library.name;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (forced && methods[i] != &hg_reader_library && strcmp(forced, methods[i]->name) != 0)
            continue;
        struct h5grad_error reason = {.status = H5GRAD_OK};
        struct reader *reader = methods[i]->open(source, &reason);
        if (reader)
            return reader;
        if (reason.status != H5GRAD_OK) {
            hg_error_set(err, reason.status, "%s", reason.message);
            return NULL;
        }
    }
    hg_error_set(err, H5GRAD_FAILED, "no way to read this dataset");
    return NULL;
}

bool hg_reader_decodes(const struct h5_storage *storage, const struct h5_type *type,
                       const char *forced)
{
    return storage->layout == H5_CHUNKED && type->raw && hg_codec_can_decode(storage) &&
           (!forced || strcmp(forced, hg_reader_chunked.name) == 0);
}

enum h5grad_status hg_reader_prepare(struct reader *reader, const struct plan *plan, uint64_t block,
                                     struct h5grad_error *err)
{
    return reader->method->prepare ? reader->method->prepare(reader, plan, block, err) : H5GRAD_OK;
}

void hg_reader_complete(const struct reader *reader, struct tile *tile)
{
    if (reader->parts > 0)
        hg_halo_add_axis(tile, reader->rank - 1, reader->parts_axis, reader->parts);
}

/* Reads a tile that lacks no axis. */
static enum h5grad_status read_tile(struct reader *reader, const struct tile *tile, void *buffer,
                                    struct codec_worker *worker, struct reader_view *view,
                                    struct h5grad_error *err)
{
    const struct reader_method *method = reader->method;
    enum h5grad_status status = H5GRAD_OK;
    struct halo_pieces pieces;
    struct halo_piece piece;
    if (method->view && hg_halo_inside(reader->rank, reader->extent, &tile->halo)) {
        hg_halo_cut(&pieces, reader->rank, reader->extent, tile, HALO_WHOLE);
        hg_halo_next(&pieces, &piece);
        method->view(reader, &piece.box, view);
        return H5GRAD_OK;
    }
    hg_reader_view_dense(view, buffer, reader->rank, tile->halo.count, reader->components);
    hg_halo_cut(&pieces, reader->rank, reader->extent, tile, method->cut);
    while (method->start && !status && hg_halo_next(&pieces, &piece))
        status = method->start(reader, &piece, worker, err);
    hg_halo_cut(&pieces, reader->rank, reader->extent, tile, method->cut);
    while (!status && hg_halo_next(&pieces, &piece))
        status = method->read(reader, &piece, buffer, worker, err);
    return status;
}

enum h5grad_status hg_reader_read(struct reader *reader, const struct tile *tile, void *buffer,
                                  struct codec_worker *worker, struct reader_view *view,
                                  struct h5grad_error *err)
{
    struct tile all = *tile;
    hg_reader_complete(reader, &all);
    return read_tile(reader, &all, buffer, worker, view, err);
}

void hg_reader_foresee(struct reader *reader, const struct tile *tile)
{
    struct halo_pieces pieces;
    struct halo_piece piece;
    struct tile all = *tile;
    if (!reader->ahead || !reader->method->foresee)
        return;
    hg_reader_complete(reader, &all);
    hg_halo_cut(&pieces, reader->rank, reader->extent, &all, reader->method->cut);
    while (hg_halo_next(&pieces, &piece))
        reader->method->foresee(reader, &piece);
}

void hg_reader_take_part(const struct reader *reader, const struct tile *tile, unsigned part,
                         const struct reader_view *all, void *buffer, struct reader_view *view)
{
    const unsigned rank = reader->rank - 1, axis = reader->parts_axis;
    const int64_t scalar = (int64_t)(reader->size / reader->components);
    const uint64_t *count = tile->halo.count;
    int64_t from[GRID_MAX_RANK], to[GRID_MAX_RANK];
    for (unsigned i = 0; i < rank; i++)
        from[i] = all->stride[i + (i >= axis)] * scalar;
    hg_box_byte_strides(rank, reader->size, count, to);
    hg_box_copy_strided(rank, reader->size, count,
                        (const char *)all->data + part * all->stride[axis] * scalar, from, buffer,
                        to);
    hg_reader_view_dense(view, buffer, rank, count, reader->components);
}

bool hg_reader_is_blank(struct reader *reader, const struct tile *tile)
{
    struct halo_pieces pieces;
    struct halo_piece piece;
    struct tile all = *tile;
    bool blank = reader->method->blank != NULL;
    hg_reader_complete(reader, &all);
    hg_halo_cut(&pieces, reader->rank, reader->extent, &all, reader->method->cut);
    while (blank && hg_halo_next(&pieces, &piece))
        blank = reader->method->blank(reader, &piece);
    return blank;
}

void hg_reader_keep(struct reader *reader, unsigned axis, uint64_t from, uint64_t most)
{
    const unsigned more = reader->parts > 0 && axis >= reader->parts_axis;
    reader->keep = (struct reader_keep){axis + more, from, most};
}

void hg_reader_skip(struct reader *reader, const struct tile *tile)
{
    struct halo_pieces pieces;
    struct halo_piece piece;
    struct tile all = *tile;
    hg_reader_complete(reader, &all);
    hg_halo_cut(&pieces, reader->rank, reader->extent, &all, reader->method->cut);
    while (reader->method->skip && hg_halo_next(&pieces, &piece))
        reader->method->skip(reader, &piece);
}

void hg_reader_close(struct reader *reader)
{
    if (reader)
        reader->method->close(reader);
}

void hg_reader_init(struct reader *reader, const struct reader_method *method,
                    const struct reader_source *source)
{
    const struct h5_storage *storage = source->storage;
    const unsigned axis = source->parts_axis;
    reader->method = method;
    reader->components = source->type->components;
    reader->size = hg_type_size(source->type);
    reader->rank = storage->rank;
    memcpy(reader->extent, storage->extent, storage->rank * sizeof *storage->extent);
    if (!source->has_parts)
        return;
    reader->parts_axis = axis;
    reader->parts = (unsigned)storage->extent[axis];
    reader->room = storage->layout == H5_CHUNKED ? storage->chunk[axis] : storage->extent[axis];
    reader->layers = size_ceil_div(storage->extent[axis], reader->room);
    reader->room *= reader->layers;
}

void hg_reader_view_dense(struct reader_view *view, const void *data, unsigned rank,
                          const uint64_t *count, unsigned components)
{
    uint64_t stride[GRID_MAX_RANK];
    hg_box_strides(rank, count, stride);
    view->data = data;
    for (unsigned i = 0; i < rank; i++)
        view->stride[i] = (ptrdiff_t)(stride[i] * components);
}

bool hg_reader_has(const char *name)
{
    bool found = false;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        found = found || strcmp(methods[i]->name, name) == 0;
    return found;
}
