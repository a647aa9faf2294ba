/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/size.h"
#include "trust/external.h"
#include "trust/input_driver.h"
#include "trust/outside.h"
#include "hdf5/transfer.h"

/* Prints "0..7 x 0..511", truncated to size. */
static void box_text(unsigned rank, const struct box *box, char *out, size_t size)
{
    out[0] = '\0';
    for (unsigned i = 0; i < rank; i++)
        hg_memory_append(out, size, "%s%" PRIu64 "..%" PRIu64, i ? " x " : "", box->start[i],
                         box->start[i] + box->count[i] - 1);
}

/* Limit of chunks per call: libhdf5 describes all chunks of a call before it moves the first, in 6
 * KiB each. */
#define MOST_CHUNKS 512

/* Returns the chunk of a dataset, or the smallest one known of its sources; false: none. */
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

/* Cuts a box into pieces of whole chunks, cutting the last axis last. *step: points along each
 * axis, between whose multiples the pieces lie. A dataset that is not chunked has one piece. */
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

/* Moves on to the next piece. False, with piece at the first again, after the last. */
static bool next_piece(unsigned rank, const struct box *box, const uint64_t *step,
                       struct box *piece)
{
    for (unsigned k = rank; k-- > 0;) {
        if (place_piece(box, step, k, piece->start[k] + piece->count[k], piece))
            return true;
    }
    return false;
}

/* A transfer by libhdf5. all: the box of the array in memory. */
struct transfer {
    hid_t dataset, memory;
    unsigned rank;
    bool writes;
    const struct box *all;
    void *points;
};

static enum h5grad_status transfer_error(const struct transfer *t, const struct box *box,
                                         struct h5grad_error *err)
{
    char text[320];
    box_text(t->rank, box, text, sizeof text);
    return hg_hdf5_error(err, "%s points %s", t->writes ? "writing" : "reading", text);
}

/* Selects one block in the dataset and in memory, never a combination of several, some of which
 * libhdf5 before 1.10.10 gets wrong. */
static bool select_block(const struct transfer *t, const struct box *box, hid_t file, hid_t memory)
{
    hsize_t start[GRID_MAX_RANK], count[GRID_MAX_RANK], within[GRID_MAX_RANK];
    bool whole = true;
    for (unsigned i = 0; i < t->rank; i++) {
        start[i] = box->start[i];
        count[i] = box->count[i];
        within[i] = box->start[i] - t->all->start[i];
        whole = whole && t->all->count[i] == count[i];
    }
    return H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
           (whole || H5Sselect_hyperslab(memory, H5S_SELECT_SET, within, NULL, count, NULL) >= 0);
}

static enum h5grad_status move_piece(const struct transfer *t, const struct box *box,
                                     struct h5grad_error *err)
{
    hsize_t count[GRID_MAX_RANK];
    for (unsigned i = 0; i < t->rank; i++)
        count[i] = t->all->count[i];
    hid_t file = H5Dget_space(t->dataset), memory = H5Screate_simple((int)t->rank, count, NULL);
    bool moved = file >= 0 && memory >= 0 && select_block(t, box, file, memory);
    if (moved && t->writes)
        moved = H5Dwrite(t->dataset, t->memory, memory, file, H5P_DEFAULT, t->points) >= 0;
    else if (moved)
        moved = H5Dread(t->dataset, t->memory, memory, file, H5P_DEFAULT, t->points) >= 0;
    enum h5grad_status status = moved ? H5GRAD_OK : transfer_error(t, box, err);
    bool closed = hg_close(memory);
    closed = hg_close(file) && closed;
    return status || closed ? status : transfer_error(t, box, err);
}

/* Cuts the box if a call of libhdf5 would touch too many chunks. */
static enum h5grad_status move_pieces(const struct transfer *t, const struct box *box,
                                      struct h5grad_error *err)
{
    uint64_t step[GRID_MAX_RANK];
    struct box piece;
    if (hg_box_points(t->rank, box) == 0)
        return H5GRAD_OK;
    choose_pieces(t->dataset, t->rank, box, step);
    for (unsigned k = 0; k < t->rank; k++)
        place_piece(box, step, k, box->start[k], &piece);
    enum h5grad_status status = H5GRAD_OK;
    for (bool more = true; more && !status; more = next_piece(t->rank, box, step, &piece))
        status = move_piece(t, &piece, err);
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
    const struct transfer transfer = {dataset, memory, rank, false, all, points};
    return move_pieces(&transfer, box, err);
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
    return hg_write_part(dataset, memory, rank, box, box, points, err);
}

enum h5grad_status hg_write_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                 const struct box *all, const void *points,
                                 struct h5grad_error *err)
{
    void *source = (void *)(uintptr_t)points; /* only read */
    const struct transfer transfer = {dataset, memory, rank, true, all, source};
    return move_pieces(&transfer, box, err);
}

enum h5grad_status hg_chunk_context(struct h5grad_error *err, enum h5grad_status status,
                                    unsigned rank, const struct box *chunk)
{
    char where[320];
    box_text(rank, chunk, where, sizeof where);
    return hg_error_context(err, status, "chunk of points %s", where);
}
