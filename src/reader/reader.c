/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reader/reader.h"

/* In order of preference; the last one takes everything. */
static const struct reader_method *const methods[] = {&hg_reader_direct, &hg_reader_chunked,
                                                      &hg_reader_library};

struct reader *hg_reader_open(const struct reader_source *source, const char *forced,
                              struct h5grad_error *err)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (forced && methods[i] != &hg_reader_library && strcmp(forced, methods[i]->name) != 0)
            continue;
        if (source->is_part && methods[i] != &hg_reader_library)
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

enum h5grad_status hg_reader_read(struct reader *reader, const struct tile *tile, void *buffer,
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

void hg_reader_skip(struct reader *reader, const struct tile *tile)
{
    struct halo_pieces pieces;
    struct halo_piece piece;
    hg_halo_cut(&pieces, reader->rank, reader->extent, tile, reader->method->cut);
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
    reader->method = method;
    reader->components = source->type->components;
    for (unsigned i = 0; i < source->storage->rank; i++) {
        if (!source->is_part || i != source->part_axis)
            reader->extent[reader->rank++] = source->storage->extent[i];
    }
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
