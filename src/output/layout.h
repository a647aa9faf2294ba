/* SPDX-License-Identifier: BSD-3-Clause */
/* The storage of results: --layout and --filter applied to the storage of a source. */
#ifndef H5GRAD_OUTPUT_LAYOUT_H
#define H5GRAD_OUTPUT_LAYOUT_H

#include "hdf5/storage.h"

struct layout_request {
    enum { LAYOUT_SAME, LAYOUT_CONTIGUOUS, LAYOUT_CHUNK } layout;
    unsigned chunk_rank;
    uint64_t chunk[GRID_MAX_RANK];
    bool same_filters; /* those of the source, ... */
    bool auto_levels;  /* ... with levels that take little time */
    unsigned n_filters;
    H5Z_filter_t filter[H5_MAX_FILTERS];
    int level[H5_MAX_FILTERS]; /* the number after "="; -1: none */
};

/* Parses the texts of the options, NULL for layout "same" and filter "auto"; H5GRAD_USAGE with the
 * reason. */
enum h5grad_status hg_layout_parse(const char *layout, const char *filter,
                                   struct layout_request *request, struct h5grad_error *err);

/*
 * Chooses the storage of a result of size bytes per point.
 *
 * Layout "same": contiguous, virtual and external storage become contiguous; compact storage stays
 * compact if it fits; chunked storage keeps its chunk shape and maximal extents. Chunks are clipped
 * to the extents. Requested filters need chunks: if neither the source nor --layout has any, a
 * shape of at most 1 MiB is chosen, with whole rows along the fastest axis (pieces of at least 4
 * KiB of longer ones) and otherwise as cubic as the extents allow.
 *
 * A result keeps the filters of the source that are lossless for any bytes and can be encoded here:
 * those that depend on the type or the numbers of the source (nbit, scaleoffset, ZFP) do not fit
 * the result's. left_out names the others ("" if none). With auto_levels it gets gzip and zstd at
 * lower levels than the source if those take many times the time for some bytes less
 * (codec.most_auto). A requested filter that cannot be encoded
 * is an error. Either libhdf5 or src/codec encodes all filters of a result.
 *
 * Within hg_enter.
 */
enum h5grad_status hg_layout_result(const struct layout_request *request,
                                    const struct h5_storage *source, size_t size,
                                    struct h5_storage *result, char *left_out, size_t left_out_size,
                                    struct h5grad_error *err);

/*
 * Makes a dataset creation list for the storage; -1 with the reason. Fill values are never written,
 * because every point gets a result; sparse storage has them where a chunk is not. libhdf5 sets
 * some filters' parameters when it creates the dataset, so read the storage again from that. Within
 * hg_enter.
 */
hid_t hg_layout_creation(const struct h5_storage *result, struct h5grad_error *err);

/* True if libhdf5 itself can encode the filter. Within hg_enter. */
bool hg_layout_library_encodes(H5Z_filter_t id);

#endif
