/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/limit.h"

#include <inttypes.h>

#include "base/budget.h"
#include "base/memory.h"
#include "base/size.h"
#include "trust/input_driver.h"
#include "trust/outside.h"

/* Buffers of libhdf5: a chunk as stored, decoded, and once in between; a point and the background
 * of its conversion. */
#define CHUNK_BUFFERS 3
#define POINT_BUFFERS 2

/* Parameters of nbit and scaleoffset that libhdf5 allocates by, whatever the size of the chunk. */
#define CD_POINTS 2
#define CD_SIZE   4

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;
    return size_mul(a, b, &product) ? size_min(product, INT64_MAX) : INT64_MAX;
}

static uint64_t chunk_bytes(const struct h5_storage *storage, uint64_t size)
{
    uint64_t bytes;
    return size_product(storage->rank, storage->chunk, size, &bytes) ? bytes : INT64_MAX;
}

static bool is_decoded(const struct h5_storage *storage)
{
    return storage->layout == H5_CHUNKED && storage->n_filters > 0;
}

uint64_t hg_limit_need(const struct h5_storage *storage, uint64_t size)
{
    uint64_t point = multiply(POINT_BUFFERS, size);
    if (!is_decoded(storage))
        return point;
    return size_max(point, multiply(CHUNK_BUFFERS, chunk_bytes(storage, size)));
}

static enum h5grad_status check_memory(const struct h5_storage *storage, uint64_t size,
                                       uint64_t need, uint64_t memory, struct h5grad_error *err)
{
    if (need <= memory)
        return H5GRAD_OK;
    bool decoded = is_decoded(storage);
    return hg_error_set(err, H5GRAD_FAILED,
                        "a %s of %" PRIu64 " bytes needs --memory=%" PRIu64 "M at least to be read",
                        decoded ? "chunk" : "point", decoded ? chunk_bytes(storage, size) : size,
                        hg_budget_cap(need) >> 20);
}

enum h5grad_status hg_limit_check_filters(const struct h5_storage *storage, uint64_t size,
                                          struct h5grad_error *err)
{
    uint64_t bytes = chunk_bytes(storage, size);
    for (unsigned i = 0; is_decoded(storage) && i < storage->n_filters; i++) {
        const struct h5_filter *filter = &storage->filter[i];
        bool sized = filter->id == H5Z_FILTER_NBIT || filter->id == H5Z_FILTER_SCALEOFFSET;
        if (!sized || filter->n_cd <= CD_SIZE)
            continue;
        uint64_t claimed = multiply(filter->cd[CD_POINTS], filter->cd[CD_SIZE]);
        if (claimed > bytes)
            return hg_error_set(
                err, H5GRAD_FAILED,
                "damaged: filter %s is to make %" PRIu64 " bytes of a chunk, which has %" PRIu64,
                filter->id == H5Z_FILTER_NBIT ? "nbit" : "scaleoffset", claimed, bytes);
    }
    return H5GRAD_OK;
}

enum h5grad_status hg_limit_check(hid_t dataset, uint64_t besides, struct h5grad_error *err)
{
    struct h5_storage storage = {.layout = H5_CONTIGUOUS};
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    size_t size = type >= 0 ? H5Tget_size(type) : 0;
    if (size == 0)
        return hg_hdf5_error(err, "its datatype cannot be read");
    enum h5grad_status status = hg_check_whole(dataset, err);
    H5_CLOSED hid_t space = status ? -1 : H5Dget_space(dataset);
    if (space >= 0 && H5Sget_simple_extent_ndims(space) > 0)
        status = hg_storage_read(dataset, &storage, err);
    if (!status)
        status = hg_limit_check_filters(&storage, size, err);
    const struct h5_access *access = status ? NULL : hg_input_access(dataset);
    uint64_t need;
    if (!access || access->memory == 0)
        return status;
    if (!size_add(hg_limit_need(&storage, size), besides, &need))
        need = INT64_MAX;
    return check_memory(&storage, size, need, access->memory, err);
}

bool hg_limit_allows(hid_t dataset, uint64_t bytes)
{
    const struct h5_access *access = hg_input_access(dataset);
    return !access || access->memory == 0 || bytes <= access->memory;
}
