/* SPDX-License-Identifier: BSD-3-Clause */
#include "output/copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/create.h"
#include "trust/input_driver.h"
#include "hdf5/limit.h"
#include "hdf5/storage.h"
#include "hdf5/transfer.h"
#include "hdf5/variable.h"
#include "output/layout.h"

/* Bytes moved per call, and per hold of the lock, unless a chunk is larger. */
#define PIECE_BYTES ((uint64_t)1 << 20)
#define LONG_POINTS ((uint64_t)1 << 8) /* per call, of variable length */

/* The creation list of an array like source. The copy is written by H5Dwrite: without filters where
 * libhdf5 has not all of them. */
static hid_t array_creation(hid_t source, const struct region *region, size_t size,
                            struct h5grad_error *err)
{
    static const struct layout_request same = {.layout = LAYOUT_SAME, .same_filters = true};
    struct h5_storage storage, result;
    char left_out[256];
    if (hg_storage_read(source, &storage, err) != H5GRAD_OK)
        return -1;
    if (region)
        hg_storage_cut(&storage, region);
    if (hg_layout_result(&same, &storage, size, &result, left_out, sizeof left_out, err) !=
        H5GRAD_OK)
        return -1;
    for (unsigned i = 0; i < result.n_filters; i++) {
        if (!hg_layout_library_encodes(result.filter[i].id))
            result.n_filters = 0;
    }
    return hg_layout_creation(&result, err);
}

static hid_t creation_like(hid_t source, const struct region *region, hid_t type, hid_t space,
                           enum copy_storage storage, struct h5grad_error *err)
{
    hid_t creation;
    if (H5Sget_simple_extent_ndims(space) > 0 && storage != COPY_CONTIGUOUS)
        creation = array_creation(source, region, H5Tget_size(type), err);
    else if ((creation = H5Pcreate(H5P_DATASET_CREATE)) < 0 || !hg_create_prepare(creation))
        hg_hdf5_error(err, "choosing its storage");
    /* points of variable length refer to a heap: always fill them */
    bool fill = storage == COPY_EMPTY || H5Tdetect_class(type, H5T_VLEN) != 0 ||
                H5Tis_variable_str(type) != 0;
    if (creation >= 0 && fill &&
        (H5Pset_fill_time(creation, H5D_FILL_TIME_IFSET) < 0 ||
         H5Pset_alloc_time(creation, H5D_ALLOC_TIME_DEFAULT) < 0)) {
        hg_hdf5_error(err, "choosing its storage");
        hg_close(creation);
        creation = -1;
    }
    return creation;
}

/* Makes the extents of a dataspace those of a region. */
static bool cut_space(hid_t space, const struct region *region)
{
    hsize_t extent[H5S_MAX_RANK], most[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_dims(space, extent, most);
    for (int i = 0; i < rank; i++) {
        if (region->count[i] < extent[i] && most[i] != H5S_UNLIMITED)
            most[i] = region->count[i];
        extent[i] = region->count[i];
    }
    return rank > 0 && H5Sset_extent_simple(space, rank, extent, most) >= 0;
}

hid_t hg_copy_create(hid_t source, const struct region *region, hid_t file, const char *path,
                     enum copy_storage storage, struct h5grad_error *err)
{
    struct h5_creator creator = {.file = file};
    hid_t dataset = -1, creation = -1, type = -1;
    hid_t stored = H5Dget_type(source);
    hid_t space = H5Dget_space(source);
    if (stored < 0 || space < 0 || (region && !cut_space(space, region)))
        hg_hdf5_error(err, "it cannot be described");
    else if (H5Tdetect_class(stored, H5T_REFERENCE) != 0)
        hg_error_set(err, H5GRAD_FAILED, "it holds references");
    else if (hg_variable_levels(stored) > 1)
        hg_error_set(err, H5GRAD_FAILED, "it holds lists of lists");
    else if ((type = H5Tcopy(stored)) < 0) /* a copy, in case the type is committed in the input */
        hg_hdf5_error(err, "its datatype cannot be copied");
    else if ((creation = creation_like(source, region, type, space, storage, err)) >= 0)
        dataset = hg_create_dataset(&creator, path, type, space, creation, err);
    hg_creator_close(&creator);
    hg_close(creation);
    hg_close(type);
    hg_close(space);
    hg_close(stored);
    return dataset;
}

/* A copy under way. */
struct copying {
    hid_t source, dataset;
    hid_t type;
    bool variable; /* points own memory of libhdf5 */
    unsigned rank;
    struct region region;
    uint64_t step[GRID_MAX_RANK]; /* of the boxes that are moved at once, in points of the copy */
    uint64_t points;              /* of the source in the largest of them */
};

/* As many points of the copy along an axis, a multiple of those there are, as there is room for:
 * the points between them are read with them. */
static uint64_t grow_step(const struct copying *copying, unsigned axis, uint64_t room)
{
    const struct region *region = &copying->region;
    const uint64_t step = copying->step[axis], span = region_span(region, axis, step);
    uint64_t most = (room / (copying->points / span) - 1) / region->step[axis] + 1;
    if (copying->variable && region->step[axis] > 1)
        return step; /* what lies between would have to be given back */
    return most < region->count[axis] ? size_max(step, most / step * step) : region->count[axis];
}

/* Whole chunks, where they must be decoded, and from the fastest axis on as many of them as fit. */
static bool choose_step(struct copying *copying, const struct h5_storage *storage)
{
    const struct region *region = &copying->region;
    bool variable = hg_variable_levels(copying->type) > 0;
    bool chunked = storage->layout == H5_CHUNKED && storage->n_filters > 0 && !variable;
    uint64_t span[GRID_MAX_RANK];
    for (unsigned i = 0; i < copying->rank; i++) {
        uint64_t chunk = chunked ? size_ceil_div(storage->chunk[i], region->step[i]) : 1;
        copying->step[i] =
            copying->variable && region->step[i] > 1 ? 1 : size_min(chunk, region->count[i]);
        span[i] = region_span(region, i, copying->step[i]);
    }
    if (!size_product(copying->rank, span, 1, &copying->points))
        return false;
    uint64_t room = variable ? LONG_POINTS : PIECE_BYTES / H5Tget_size(copying->type);
    for (unsigned i = copying->rank; i-- > 0 && copying->points <= room;) {
        uint64_t longer = grow_step(copying, i, room);
        copying->points = copying->points / span[i] * region_span(region, i, longer);
        copying->step[i] = longer;
        if (longer < region->count[i])
            break;
    }
    return true;
}

static enum h5grad_status open_copying(hid_t source, const struct region *region, hid_t dataset,
                                       struct copying *copying, struct h5grad_error *err)
{
    struct h5_storage storage = {0};
    uint64_t bytes;
    hid_t space = H5Dget_space(source);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hg_close(space);
    *copying = (struct copying){.source = source, .dataset = dataset, .points = 1};
    copying->type = H5Dget_type(dataset);
    if (rank < 0 || copying->type < 0)
        return hg_hdf5_error(err, "it cannot be described");
    enum h5grad_status status = rank > 0 ? hg_storage_read(source, &storage, err) : H5GRAD_OK;
    if (status)
        return status;
    copying->rank = (unsigned)rank;
    copying->variable = H5Tdetect_class(copying->type, H5T_VLEN) != 0 ||
                        H5Tdetect_class(copying->type, H5T_STRING) != 0;
    hg_region_whole(copying->rank, storage.extent, &copying->region);
    if (region)
        copying->region = *region;
    for (unsigned i = 0; i < copying->rank; i++)
        copying->points *= copying->region.count[i] > 0;
    if ((rank > 0 && copying->points > 0 && !choose_step(copying, &storage)) ||
        !size_mul(copying->points, H5Tget_size(copying->type), &bytes))
        return hg_error_set(err, H5GRAD_FAILED, "too large: its size overflows");
    return hg_limit_check(source, bytes, err);
}

static enum h5grad_status read_points(const struct copying *copying, const struct box *box,
                                      void *points, struct h5grad_error *err)
{
    hid_t source = copying->source, type = copying->type;
    enum h5grad_status status = hg_variable_check_box(source, type, copying->rank, box, err);
    if (!status && copying->rank > 0)
        status = hg_read_box(source, type, copying->rank, box, points, err);
    else if (!status)
        status = hg_read_all(source, type, points, err);
    return status ? status : hg_dataset_check(source, err);
}

static enum h5grad_status write_points(const struct copying *copying, const struct box *box,
                                       const void *points, struct h5grad_error *err)
{
    hid_t dataset = copying->dataset, type = copying->type;
    if (copying->rank > 0)
        return hg_write_box(dataset, type, copying->rank, box, points, err);
    return H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, points) < 0
               ? hg_hdf5_error(err, "writing")
               : H5GRAD_OK;
}

/* Copies one box under the lock. points that refer to memory are zeros before and after. */
static enum h5grad_status copy_box(const struct copying *copying, const struct box *box,
                                   void *points, struct h5grad_error *err)
{
    struct h5_guard section;
    hg_enter(&section);
    struct box from;
    hg_region_points(copying->rank, &copying->region, box, &from);
    enum h5grad_status status = read_points(copying, &from, points, err);
    if (!status)
        hg_region_thin(copying->rank, &copying->region, H5Tget_size(copying->type), &from, points);
    if (!status)
        status = write_points(copying, box, points, err);
    if (copying->variable) {
        hsize_t n = hg_box_points(copying->rank, box);
        hid_t space = H5Screate_simple(1, &n, NULL);
        if (space >= 0)
            hg_variable_reclaim(copying->type, space, points);
        hg_close(space);
        memset(points, 0, n * H5Tget_size(copying->type));
    }
    hg_leave(&section);
    return status;
}

/* Moves the box, clipped at the far ends, to the next place; false after the last. */
static bool next_box(const struct copying *copying, struct box *box)
{
    bool more = false;
    for (unsigned i = copying->rank; i-- > 0 && !more;) {
        const uint64_t all = copying->region.count[i];
        more = box->count[i] < all - box->start[i];
        box->start[i] = more ? box->start[i] + box->count[i] : 0;
        box->count[i] = size_min(copying->step[i], all - box->start[i]);
    }
    return more;
}

enum h5grad_status hg_copy_points(hid_t source, const struct region *region, hid_t dataset,
                                  struct h5grad_error *err)
{
    struct copying copying;
    struct h5_guard section;
    hg_enter(&section);
    enum h5grad_status status = open_copying(source, region, dataset, &copying, err);
    size_t size = status ? 0 : H5Tget_size(copying.type);
    hg_leave(&section);
    if (!status && copying.points > 0) {
        struct box box = {0};
        void *points = hg_memory_zeroed(copying.points, size);
        if (!points)
            status = hg_error_memory(err, copying.points);
        memcpy(box.count, copying.step, sizeof box.count);
        for (bool more = true; more && !status; more = next_box(&copying, &box))
            status = copy_box(&copying, &box, points, err);
        free(points);
    }
    hg_enter(&section);
    hg_close(copying.type);
    hg_leave(&section);
    return status;
}
