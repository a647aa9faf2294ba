/* SPDX-License-Identifier: BSD-3-Clause */
/* How a dataset is stored: layout, chunks, filters. */
#ifndef H5GRAD_HDF5_STORAGE_H
#define H5GRAD_HDF5_STORAGE_H

#include <stdbool.h>

#include "grid/region.h"
#include "libhdf5/h5.h"

#define H5_MAX_FILTERS 32 /* H5Z_MAX_NFILTERS */
#define H5_MAX_CD      32

struct h5_filter {
    H5Z_filter_t id;
    unsigned flags;
    size_t n_cd; /* hg_storage_read fails for more than H5_MAX_CD */
    unsigned cd[H5_MAX_CD];
    char name[32];
};

enum h5_layout { H5_CONTIGUOUS, H5_COMPACT, H5_CHUNKED, H5_VIRTUAL, H5_EXTERNAL };

struct h5_storage {
    enum h5_layout layout;
    unsigned rank;
    uint64_t extent[GRID_MAX_RANK];
    uint64_t max_extent[GRID_MAX_RANK]; /* UINT64_MAX: unlimited */
    uint64_t chunk[GRID_MAX_RANK];      /* H5_CHUNKED */
    bool raw_edge_chunks;               /* partial edge chunks bypass the filters */
    bool sparse; /* of results: chunks of nothing but zeros, the fill value, are not stored */
    unsigned n_filters;
    struct h5_filter filter[H5_MAX_FILTERS];
};

/* Describes an open dataset with a simple dataspace of rank >= 1; the reason otherwise. Within
 * hg_enter. */
enum h5grad_status hg_storage_read(hid_t dataset, struct h5_storage *storage,
                                   struct h5grad_error *err);

/* True if a writer may enlarge the dataset, of rank 1, while it is read. Within hg_enter. */
bool hg_storage_may_grow(hid_t dataset);

/* Makes of the storage of an array that of the part of it in a region. Chunks stand for as many
 * points as before, and what may grow without end still may. */
void hg_storage_cut(struct h5_storage *storage, const struct region *region);

/* What a part of a dataset, at one index of an axis, is like: it does not have the axis. */
void hg_storage_drop_axis(struct h5_storage *storage, unsigned axis);

/* True if libhdf5 has a filter that can do so: H5Z_FILTER_CONFIG_ENCODE_ENABLED or
 * H5Z_FILTER_CONFIG_DECODE_ENABLED. May load a plugin. Within hg_enter. */
bool hg_storage_library_can(H5Z_filter_t id, unsigned ability);

/* "contiguous", "chunked 64x64x64 shuffle+gzip=4", ... */
void hg_storage_text(const struct h5_storage *storage, char *out, size_t size);

#endif
