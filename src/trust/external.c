/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/external.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/size.h"
#include "trust/input_driver.h"
#include "trust/search.h"

#define MOST_NAME 4096 /* bytes: a longer name cannot be opened */

enum h5grad_status hg_external_get(hid_t creation, unsigned i, const struct h5_search *search,
                                   struct h5_external *file, struct h5grad_error *err)
{
    char name[MOST_NAME] = "";
    off_t offset;
    hsize_t size;
    *file = (struct h5_external){.path = NULL};
    if (H5Pget_external(creation, i, sizeof name - 1, name, &offset, &size) < 0 || offset < 0)
        return hg_hdf5_error(err, "cannot read the external files");
    file->path = hg_search_external(search, name);
    if (!file->path)
        return hg_error_memory(err, sizeof name);
    file->name = file->path + (strlen(file->path) - strlen(name));
    file->offset = (uint64_t)offset;
    file->bytes = size;
    return H5GRAD_OK;
}

struct external {
    struct h5_access *access;
    hid_t creation, type; /* type: as stored */
    struct h5_search search;
    uint64_t size; /* bytes of a point as stored */
    char *fill;    /* a stored point with the fill value */
    char *bytes;   /* buffer of a row, first as stored and then as memory */
    char *zeros;   /* background of the conversion, as large as bytes */
    bool *missing; /* per point of the row: no file has its bytes */
};

static enum h5grad_status open_external(struct external *self, hid_t dataset, hid_t memory,
                                        uint64_t points, struct h5grad_error *err)
{
    *self = (struct external){
        .access = hg_input_access(dataset),
        .creation = H5Dget_create_plist(dataset),
        .type = H5Dget_type(dataset),
    };
    self->size = self->type < 0 ? 0 : H5Tget_size(self->type);
    uint64_t largest = size_max(self->size, H5Tget_size(memory));
    if (!self->access || self->creation < 0 || self->size == 0 ||
        !hg_search_open(dataset, &self->search))
        return hg_hdf5_error(err, "cannot read the external files");
    self->fill = hg_memory_zeroed(1, self->size);
    self->bytes = hg_memory_zeroed(points, largest);
    self->zeros = hg_memory_zeroed(points, largest);
    self->missing = hg_memory_zeroed(points, sizeof *self->missing);
    if (!self->fill || !self->bytes || !self->zeros || !self->missing)
        return hg_error_memory(err, 2 * points * largest);
    H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
    if (H5Pfill_value_defined(self->creation, &defined) < 0 ||
        (defined != H5D_FILL_VALUE_UNDEFINED &&
         H5Pget_fill_value(self->creation, self->type, self->fill) < 0))
        return hg_hdf5_error(err, "cannot read the fill value");
    return H5GRAD_OK;
}

static void close_external(struct external *self)
{
    hg_close(self->type);
    hg_close(self->creation);
    hg_search_close(&self->search);
    free(self->fill);
    free(self->bytes);
    free(self->zeros);
    free(self->missing);
}

/* Reads count bytes at offset of a file; *there: how many it has, 0 if it cannot be opened. */
static enum h5grad_status read_file(const struct external *self, const char *path, uint64_t offset,
                                    uint64_t count, char *bytes, uint64_t *there,
                                    struct h5grad_error *err)
{
    struct stat info;
    int fd = hg_access_open(self->access, path, &info);
    *there = 0;
    if (fd < 0)
        return H5GRAD_OK;
    uint64_t held = info.st_size > 0 ? (uint64_t)info.st_size : 0;
    *there = held > offset ? size_min(held - offset, count) : 0;
    enum h5grad_status status = hg_file_read(fd, bytes, *there, offset, err);
    close(fd);
    return status;
}

static void mark_missing(const struct external *self, uint64_t from, uint64_t to)
{
    for (uint64_t i = from / self->size; from < to && i <= (to - 1) / self->size; i++)
        self->missing[i] = true;
}

/* Reads what external file i holds of the count bytes of the dataset from byte first on. *at: where
 * the file begins in the dataset; advanced to the next file. */
static enum h5grad_status read_part(const struct external *self, unsigned i, uint64_t first,
                                    uint64_t count, uint64_t *at, struct h5grad_error *err)
{
    struct h5_external file;
    uint64_t end, there = 0;
    enum h5grad_status status = hg_external_get(self->creation, i, &self->search, &file, err);
    if (status)
        return status;
    if (!size_add(*at, file.bytes, &end))
        end = UINT64_MAX;
    uint64_t from = size_max(first, *at), to = size_min(first + count, end);
    if (from < to) {
        status = read_file(self, file.path, file.offset + (from - *at), to - from,
                           self->bytes + (from - first), &there, err);
        mark_missing(self, from + there - first, to - first);
    }
    *at = end;
    free(file.path);
    return status;
}

/* Reads points from point number first on, in C order. */
static enum h5grad_status read_row(const struct external *self, uint64_t first, uint64_t points,
                                   hid_t memory, char *out, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    int files = H5Pget_external_count(self->creation);
    uint64_t at = 0, bytes = points * self->size;
    memset(self->missing, 0, points * sizeof *self->missing);
    for (int i = 0; i < files && !status; i++)
        status = read_part(self, (unsigned)i, first * self->size, bytes, &at, err);
    if (status)
        return status;
    for (uint64_t i = 0; i < points; i++) {
        if (self->missing[i])
            memcpy(self->bytes + i * self->size, self->fill, self->size);
    }
    size_t size = H5Tget_size(memory);
    memset(self->zeros, 0, points * size_max(self->size, size));
    if (H5Tconvert(self->type, memory, points, self->bytes, self->zeros, H5P_DEFAULT) < 0)
        return hg_hdf5_error(err, "its points cannot be converted");
    memcpy(out, self->bytes, points * size);
    return H5GRAD_OK;
}

enum h5grad_status hg_external_read(hid_t dataset, hid_t memory, unsigned rank,
                                    const struct box *box, const struct box *all, void *points,
                                    struct h5grad_error *err)
{
    hsize_t extent[H5S_MAX_RANK];
    uint64_t position[GRID_MAX_RANK], count[GRID_MAX_RANK], stride[GRID_MAX_RANK],
        place[GRID_MAX_RANK];
    struct external self;
    const unsigned inner = rank > 0 ? rank - 1 : 0;
    const uint64_t row = rank > 0 ? box->count[inner] : 1;
    enum h5grad_status status = open_external(&self, dataset, memory, row, err);
    if (!status && hg_dataset_extent(dataset, extent, NULL) != (int)rank)
        status = hg_hdf5_error(err, "cannot read the dataspace");
    for (unsigned k = 0; k < rank; k++) {
        count[k] = extent[k];
        position[k] = box->start[k];
    }
    hg_box_strides(rank, count, stride);
    hg_box_strides(rank, all->count, place);
    for (bool more = true; more && !status; more = hg_box_next(inner, box, position)) {
        uint64_t first = 0, to = 0;
        for (unsigned k = 0; k < rank; k++) {
            first += position[k] * stride[k];
            to += (position[k] - all->start[k]) * place[k];
        }
        status =
            read_row(&self, first, row, memory, (char *)points + to * H5Tget_size(memory), err);
    }
    close_external(&self);
    return status;
}
