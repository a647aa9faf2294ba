/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/size.h"
#include "trust/external.h"
#include "trust/input_driver.h"
#include "trust/outside.h"
#include "hdf5/transfer.h"

/* The block of the dataset that box is, and the array in memory. One block, never a combination of
 * several: libhdf5 before 1.10.10 gets some combinations wrong. */
struct selection {
    hid_t file;
    hid_t memory;
};

/* all: the points that the array in memory has. */
static bool selection_open(struct selection *selection, hid_t dataset, unsigned rank,
                           const struct box *box, const struct box *all)
{
    hsize_t start[GRID_MAX_RANK], count[GRID_MAX_RANK], within[GRID_MAX_RANK], has[GRID_MAX_RANK];
    bool whole = true;
    for (unsigned i = 0; i < rank; i++) {
        start[i] = box->start[i];
        count[i] = box->count[i];
        within[i] = box->start[i] - all->start[i];
        has[i] = all->count[i];
        whole = whole && has[i] == count[i];
    }
    selection->file = H5Dget_space(dataset);
    selection->memory = H5Screate_simple((int)rank, has, NULL);
    return selection->file >= 0 && selection->memory >= 0 &&
           H5Sselect_hyperslab(selection->file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
           (whole ||
            H5Sselect_hyperslab(selection->memory, H5S_SELECT_SET, within, NULL, count, NULL) >= 0);
}

static bool selection_close(const struct selection *selection)
{
    bool memory = hg_close(selection->memory);
    bool file = hg_close(selection->file);
    return memory && file;
}

/* "0..7 x 0..511", cut short where it does not fit. */
static void box_text(unsigned rank, const struct box *box, char *out, size_t size)
{
    out[0] = '\0';
    size_t used = 0;
    for (unsigned i = 0; i < rank && used < size; i++) {
        int n = snprintf(out + used, size - used, "%s%" PRIu64 "..%" PRIu64, i ? " x " : "",
                         box->start[i], box->start[i] + box->count[i] - 1);
        used += n > 0 ? (size_t)n : 0;
    }
}

static enum h5grad_status transfer_error(struct h5grad_error *err, const char *doing, unsigned rank,
                                         const struct box *box)
{
    char text[320];
    box_text(rank, box, text, sizeof text);
    return hg_hdf5_error(err, "%s points %s", doing, text);
}

/* libhdf5 describes all chunks that one call touches before it moves the first, in 6 KiB each: a
 * call is given so many at most. */
#define MOST_CHUNKS 512

/* The chunks of a dataset, or the smallest that its sources are known to have; false: none. */
static bool find_chunks(hid_t dataset, unsigned rank, hsize_t *chunk)
{
    const struct h5_access *access = NULL;
    hid_t creation = H5Dget_create_plist(dataset);
    H5D_layout_t layout = creation < 0 ? H5D_LAYOUT_ERROR : H5Pget_layout(creation);
    bool chunked = layout == H5D_CHUNKED && H5Pget_chunk(creation, (int)rank, chunk) == (int)rank;
    hg_close(creation);
    if (layout == H5D_VIRTUAL)
        access = hg_input_access(dataset);
    for (unsigned k = 0; k < rank && access; k++)
        chunk[k] = access->source_chunk[rank - 1 - k];
    return chunked || (access && access->source_chunk[0] > 0);
}

/* Cuts a box into pieces of whole chunks, the last axis being the last to be cut: *step points
 * along each axis, from multiples of which on a piece reaches to the next. Of another layout the
 * box is one piece. */
static void choose_pieces(hid_t dataset, unsigned rank, const struct box *box, uint64_t *step)
{
    hsize_t chunk[GRID_MAX_RANK];
    uint64_t room = MOST_CHUNKS;
    for (unsigned k = 0; k < rank; k++)
        step[k] = UINT64_MAX;
    if (hg_box_points(rank, box) <= MOST_CHUNKS || !find_chunks(dataset, rank, chunk))
        return;
    for (unsigned k = rank; k-- > 0;) {
        uint64_t width = chunk[k] > 0 ? chunk[k] : UINT64_MAX;
        uint64_t last = (box->start[k] + box->count[k] - 1) / width;
        uint64_t touched = last - box->start[k] / width + 1;
        if (touched > room)
            step[k] = room * width;
        room /= size_min(touched, room);
    }
}

static bool place_piece(const struct box *box, const uint64_t *step, unsigned k, uint64_t start,
                        struct box *piece)
{
    uint64_t end = box->start[k] + box->count[k];
    bool within = start < end;
    piece->start[k] = within ? start : box->start[k];
    piece->count[k] = size_min(step[k] - piece->start[k] % step[k], end - piece->start[k]);
    return within;
}

/* False, with piece at the first again, after the last. */
static bool next_piece(unsigned rank, const struct box *box, const uint64_t *step,
                       struct box *piece)
{
    for (unsigned k = rank; k-- > 0;) {
        if (place_piece(box, step, k, piece->start[k] + piece->count[k], piece))
            return true;
    }
    return false;
}

typedef enum h5grad_status move_piece(hid_t dataset, hid_t memory, unsigned rank,
                                      const struct box *box, const struct box *all, void *points,
                                      struct h5grad_error *err);

static enum h5grad_status move_pieces(move_piece *move, hid_t dataset, hid_t memory, unsigned rank,
                                      const struct box *box, const struct box *all, void *points,
                                      struct h5grad_error *err)
{
    uint64_t step[GRID_MAX_RANK];
    struct box piece;
    if (hg_box_points(rank, box) == 0)
        return H5GRAD_OK;
    choose_pieces(dataset, rank, box, step);
    for (unsigned k = 0; k < rank; k++)
        place_piece(box, step, k, box->start[k], &piece);
    enum h5grad_status status = H5GRAD_OK;
    for (bool more = true; more && !status; more = next_piece(rank, box, step, &piece))
        status = move(dataset, memory, rank, &piece, all, points, err);
    return status;
}

static enum h5grad_status read_piece(hid_t dataset, hid_t memory, unsigned rank,
                                     const struct box *box, const struct box *all, void *points,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct selection selection;
    if (!selection_open(&selection, dataset, rank, box, all) ||
        H5Dread(dataset, memory, selection.memory, selection.file, H5P_DEFAULT, points) < 0)
        status = transfer_error(err, "reading", rank, box);
    if (!selection_close(&selection) && status == H5GRAD_OK)
        status = transfer_error(err, "reading", rank, box);
    return status;
}

static enum h5grad_status write_piece(hid_t dataset, hid_t memory, unsigned rank,
                                      const struct box *box, const struct box *all, void *points,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    struct selection selection;
    if (!selection_open(&selection, dataset, rank, box, all) ||
        H5Dwrite(dataset, memory, selection.memory, selection.file, H5P_DEFAULT, points) < 0)
        status = transfer_error(err, "writing", rank, box);
    if (!selection_close(&selection) && status == H5GRAD_OK)
        status = transfer_error(err, "writing", rank, box);
    return status;
}

enum h5grad_status hg_read_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                               void *points, struct h5grad_error *err)
{
    return hg_read_part(dataset, memory, rank, box, box, points, err);
}

enum h5grad_status hg_read_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const struct box *all, void *points, struct h5grad_error *err)
{
    if (hg_box_points(rank, box) > 0 && hg_lacks_external(dataset))
        return hg_external_read(dataset, memory, rank, box, all, points, err);
    return move_pieces(read_piece, dataset, memory, rank, box, all, points, err);
}

enum h5grad_status hg_read_all(hid_t dataset, hid_t memory, void *points, struct h5grad_error *err)
{
    struct box box = {.start = {0}};
    hsize_t extent[H5S_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    hg_close(space);
    if (rank < 0)
        return hg_hdf5_error(err, "reading");
    for (int k = 0; k < rank; k++)
        box.count[k] = extent[k];
    if (rank > 0 || hg_lacks_external(dataset))
        return hg_read_box(dataset, memory, (unsigned)rank, &box, points, err);
    return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, points) < 0
               ? hg_hdf5_error(err, "reading")
               : H5GRAD_OK;
}

enum h5grad_status hg_write_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const void *points, struct h5grad_error *err)
{
    /* Which is not written to. */
    return move_pieces(write_piece, dataset, memory, rank, box, box, (void *)(uintptr_t)points,
                       err);
}

enum h5grad_status hg_chunk_context(struct h5grad_error *err, enum h5grad_status status,
                                    unsigned rank, const struct box *chunk)
{
    char where[320];
    box_text(rank, chunk, where, sizeof where);
    return hg_error_context(err, status, "chunk of points %s", where);
}
