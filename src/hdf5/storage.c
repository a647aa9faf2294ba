/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/storage.h"
#include "trust/input_driver.h"

static enum h5grad_status read_extents(hid_t space, struct h5_storage *storage,
                                       struct h5grad_error *err)
{
    H5S_class_t kind = H5Sget_simple_extent_type(space);
    if (kind == H5S_SCALAR)
        return hg_error_set(err, H5GRAD_FAILED, "has a scalar dataspace");
    if (kind == H5S_NULL)
        return hg_error_set(err, H5GRAD_FAILED, "has a null dataspace");
    int rank = H5Sget_simple_extent_ndims(space);
    if (kind != H5S_SIMPLE || rank < 0)
        return hg_hdf5_error(err, "cannot read the dataspace");
    if (rank < 1 || rank > GRID_MAX_RANK)
        return hg_error_set(err, H5GRAD_FAILED, "has rank %d", rank);

    hsize_t extent[GRID_MAX_RANK];
    hsize_t max_extent[GRID_MAX_RANK];
    if (H5Sget_simple_extent_dims(space, extent, max_extent) < 0)
        return hg_hdf5_error(err, "cannot read the dataspace");
    storage->rank = (unsigned)rank;
    for (unsigned k = 0; k < storage->rank; k++) {
        storage->extent[k] = extent[k];
        storage->max_extent[k] = max_extent[k] == H5S_UNLIMITED ? UINT64_MAX : max_extent[k];
    }
    return H5GRAD_OK;
}

static enum h5grad_status read_chunks(hid_t creation, struct h5_storage *storage,
                                      struct h5grad_error *err)
{
    hsize_t chunk[GRID_MAX_RANK];
    unsigned options = 0;
    int rank = H5Pget_chunk(creation, GRID_MAX_RANK, chunk);
    if (rank < 0 || H5Pget_chunk_opts(creation, &options) < 0)
        return hg_hdf5_error(err, "cannot read the chunk shape");
    if ((unsigned)rank != storage->rank)
        return hg_error_set(err, H5GRAD_FAILED, "has rank %u but chunks of rank %d", storage->rank,
                            rank);
    for (unsigned k = 0; k < storage->rank; k++) {
        if (chunk[k] == 0)
            return hg_error_set(err, H5GRAD_FAILED, "has chunks of extent 0");
        storage->chunk[k] = chunk[k];
    }
    storage->raw_edge_chunks = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
    return H5GRAD_OK;
}

static enum h5grad_status read_filters(hid_t creation, struct h5_storage *storage,
                                       struct h5grad_error *err)
{
    int n = H5Pget_nfilters(creation);
    if (n < 0)
        return hg_hdf5_error(err, "cannot read the filters");
    if (n > H5_MAX_FILTERS)
        return hg_error_set(err, H5GRAD_FAILED, "has %d filters", n);
    for (unsigned i = 0; i < (unsigned)n; i++) {
        struct h5_filter *filter = &storage->filter[i];
        filter->n_cd = H5_MAX_CD;
        filter->id = H5Pget_filter2(creation, i, &filter->flags, &filter->n_cd, filter->cd,
                                    sizeof filter->name, filter->name, NULL);
        if (filter->id < 0)
            return hg_hdf5_error(err, "cannot read filter %u", i);
        if (filter->n_cd > H5_MAX_CD)
            return hg_error_set(err, H5GRAD_FAILED, "filter %d has %zu parameters", filter->id,
                                filter->n_cd);
        filter->name[sizeof filter->name - 1] = '\0';
    }
    storage->n_filters = (unsigned)n;
    return H5GRAD_OK;
}

static enum h5grad_status read_layout(hid_t creation, struct h5_storage *storage,
                                      struct h5grad_error *err)
{
    switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
        storage->layout = H5_COMPACT;
        return H5GRAD_OK;
    case H5D_CONTIGUOUS: {
        int n = H5Pget_external_count(creation);
        if (n < 0)
            return hg_hdf5_error(err, "cannot read the layout");
        storage->layout = n > 0 ? H5_EXTERNAL : H5_CONTIGUOUS;
        return H5GRAD_OK;
    }
    case H5D_CHUNKED: {
        storage->layout = H5_CHUNKED;
        enum h5grad_status status = read_chunks(creation, storage, err);
        return status == H5GRAD_OK ? read_filters(creation, storage, err) : status;
    }
    case H5D_VIRTUAL:
        storage->layout = H5_VIRTUAL;
        return H5GRAD_OK;
    default:
        return hg_hdf5_error(err, "cannot read the layout");
    }
}

enum h5grad_status hg_storage_read(hid_t dataset, struct h5_storage *storage,
                                   struct h5grad_error *err)
{
    memset(storage, 0, sizeof *storage);
    hid_t space = H5Dget_space(dataset);
    enum h5grad_status status = H5GRAD_OK;
    if (space < 0)
        status = hg_hdf5_error(err, "cannot read the dataspace");
    else
        status = read_extents(space, storage, err);
    if (status == H5GRAD_OK && hg_is_contiguous(dataset)) {
        storage->layout = H5_CONTIGUOUS;
    } else if (status == H5GRAD_OK) {
        hid_t creation = hg_creation_list(dataset);
        if (creation < 0)
            status = hg_hdf5_error(err, "cannot read the layout");
        else
            status = read_layout(creation, storage, err);
    }
    if (space >= 0)
        H5Sclose(space);
    return status;
}

bool hg_storage_may_grow(hid_t dataset)
{
    hsize_t extent[H5S_MAX_RANK], most[H5S_MAX_RANK];
    return hg_input_grows(dataset) && hg_dataset_extent(dataset, extent, most) == 1 &&
           most[0] > extent[0];
}

static const struct {
    H5Z_filter_t id;
    const char *name;
    bool level; /* its first parameter is a level */
} filter_names[] = {
    {H5Z_FILTER_DEFLATE, "gzip", true},
    {H5Z_FILTER_SHUFFLE, "shuffle", false},
    {H5Z_FILTER_FLETCHER32, "fletcher32", false},
    {H5Z_FILTER_SZIP, "szip", false},
    {H5Z_FILTER_NBIT, "nbit", false},
    {H5Z_FILTER_SCALEOFFSET, "scaleoffset", false},
    {307, "bzip2", false},
    {32000, "lzf", false},
    {32001, "blosc", false},
    {32004, "lz4", false},
    {32008, "bitshuffle", false},
    {32013, "zfp", false},
    {32015, "zstd", true},
    {32026, "blosc2", false},
};

static void add_filter(char *out, size_t size, const struct h5_filter *filter)
{
    for (size_t i = 0; i < sizeof filter_names / sizeof *filter_names; i++) {
        if (filter_names[i].id != filter->id)
            continue;
        hg_memory_append(out, size, "%s", filter_names[i].name);
        if (filter_names[i].level && filter->n_cd > 0)
            hg_memory_append(out, size, "=%u", filter->cd[0]);
        return;
    }
    hg_memory_append(out, size, "filter-%d", filter->id);
}

void hg_storage_cut(struct h5_storage *storage, const struct region *region)
{
    for (unsigned i = 0; i < storage->rank; i++) {
        if (region->count[i] == storage->extent[i])
            continue;
        storage->extent[i] = region->count[i];
        if (storage->max_extent[i] != UINT64_MAX)
            storage->max_extent[i] = region->count[i];
        if (storage->layout == H5_CHUNKED)
            storage->chunk[i] = size_ceil_div(storage->chunk[i], region->step[i]);
    }
}

void hg_storage_text(const struct h5_storage *storage, char *out, size_t size)
{
    static const char *const names[] = {[H5_CONTIGUOUS] = "contiguous",
                                        [H5_COMPACT] = "compact",
                                        [H5_CHUNKED] = "chunked",
                                        [H5_VIRTUAL] = "virtual",
                                        [H5_EXTERNAL] = "external"};
    if (size == 0)
        return;
    out[0] = '\0';
    hg_memory_append(out, size, "%s", names[storage->layout]);
    if (storage->layout != H5_CHUNKED)
        return;
    for (unsigned k = 0; k < storage->rank; k++)
        hg_memory_append(out, size, "%c%" PRIu64, k ? 'x' : ' ', storage->chunk[k]);
    for (unsigned i = 0; i < storage->n_filters; i++) {
        hg_memory_append(out, size, "%c", i ? '+' : ' ');
        add_filter(out, size, &storage->filter[i]);
    }
}

void hg_storage_drop_axis(struct h5_storage *storage, unsigned axis)
{
    storage->rank--;
    for (unsigned i = axis; i < storage->rank; i++) {
        storage->extent[i] = storage->extent[i + 1];
        storage->max_extent[i] = storage->max_extent[i + 1];
        storage->chunk[i] = storage->chunk[i + 1];
    }
}

bool hg_storage_library_can(H5Z_filter_t id, unsigned ability)
{
    unsigned config = 0;
    return H5Zfilter_avail(id) > 0 && H5Zget_filter_info(id, &config) >= 0 && (config & ability);
}
