/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>

#include "trust/external.h"
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
    bool memory = h5_close(selection->memory);
    bool file = h5_close(selection->file);
    return memory && file;
}

static enum h5grad_status transfer_error(struct h5grad_error *err, const char *doing, unsigned rank,
                                         const struct box *box)
{
    char text[320];
    h5_box_text(rank, box, text, sizeof text);
    return h5_error(err, "%s points %s", doing, text);
}

enum h5grad_status h5_read_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                               void *points, struct h5grad_error *err)
{
    return h5_read_part(dataset, memory, rank, box, box, points, err);
}

enum h5grad_status h5_read_part(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const struct box *all, void *points, struct h5grad_error *err)
{
    if (box_points(rank, box) == 0)
        return H5GRAD_OK;
    if (h5_lacks_external(dataset))
        return h5_external_read(dataset, memory, rank, box, points, err);
    enum h5grad_status status = H5GRAD_OK;
    struct selection selection;
    if (!selection_open(&selection, dataset, rank, box, all) ||
        H5Dread(dataset, memory, selection.memory, selection.file, H5P_DEFAULT, points) < 0)
        status = transfer_error(err, "reading", rank, box);
    if (!selection_close(&selection) && status == H5GRAD_OK)
        status = transfer_error(err, "reading", rank, box);
    return status;
}

enum h5grad_status h5_read_all(hid_t dataset, hid_t memory, void *points, struct h5grad_error *err)
{
    struct box box = {.start = {0}};
    hsize_t extent[H5S_MAX_RANK];
    if (!h5_lacks_external(dataset))
        return H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, points) < 0
                   ? h5_error(err, "reading")
                   : H5GRAD_OK;
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    h5_close(space);
    if (rank < 0)
        return h5_error(err, "reading");
    for (int k = 0; k < rank; k++)
        box.count[k] = extent[k];
    return h5_external_read(dataset, memory, (unsigned)rank, &box, points, err);
}

enum h5grad_status h5_write_box(hid_t dataset, hid_t memory, unsigned rank, const struct box *box,
                                const void *points, struct h5grad_error *err)
{
    if (box_points(rank, box) == 0)
        return H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    struct selection selection;
    if (!selection_open(&selection, dataset, rank, box, box) ||
        H5Dwrite(dataset, memory, selection.memory, selection.file, H5P_DEFAULT, points) < 0)
        status = transfer_error(err, "writing", rank, box);
    if (!selection_close(&selection) && status == H5GRAD_OK)
        status = transfer_error(err, "writing", rank, box);
    return status;
}

void h5_box_text(unsigned rank, const struct box *box, char *out, size_t size)
{
    out[0] = '\0';
    size_t used = 0;
    for (unsigned i = 0; i < rank && used < size; i++) {
        int n = snprintf(out + used, size - used, "%s%" PRIu64 "..%" PRIu64, i ? " x " : "",
                         box->start[i], box->start[i] + box->count[i] - 1);
        used += n > 0 ? (size_t)n : 0;
    }
}

enum h5grad_status h5_chunk_context(struct h5grad_error *err, enum h5grad_status status,
                                    unsigned rank, const struct box *chunk)
{
    char where[320];
    h5_box_text(rank, chunk, where, sizeof where);
    return error_context(err, status, "chunk of points %s", where);
}
