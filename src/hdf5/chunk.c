/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/chunk.h"

#include <string.h>

#include "base/size.h"

bool hg_chunk_has_gaps(hid_t dataset, const struct h5_storage *storage)
{
    bool known = false;
    hsize_t stored = 0;
    uint64_t number[GRID_MAX_RANK], all;
    for (unsigned i = 0; i < storage->rank; i++)
        number[i] = size_ceil_div(storage->extent[i], storage->chunk[i]);
#if H5_VERSION_GE(1, 10, 5)
    H5_CLOSED hid_t space = H5Dget_space(dataset); /* libhdf5 1.10 does not take H5S_ALL */
    known = space >= 0 && H5Dget_num_chunks(dataset, space, &stored) >= 0;
    H5Eclear2(H5E_DEFAULT);
#else
    (void)dataset;
#endif
    return known && size_product(storage->rank, number, 1, &all) && stored < all;
}

static void to_offset(const uint64_t *start, unsigned rank, hsize_t *offset)
{
    for (unsigned i = 0; i < rank; i++)
        offset[i] = start[i];
}

/* Looks at the function in which libhdf5 failed first. */
static herr_t look_for_cause(unsigned n, const H5E_error2_t *error, void *user)
{
    bool *absent = user;
    if (n == 0)
        *absent = strcmp(error->func_name, "H5D__get_chunk_storage_size") == 0;
    return 0;
}

bool hg_chunk_size(hid_t dataset, const uint64_t *start, unsigned rank, uint64_t *size)
{
    hsize_t offset[GRID_MAX_RANK], bytes = 0;
    bool absent = true;
    to_offset(start, rank, offset);
    if (H5Dget_chunk_storage_size(dataset, offset, &bytes) < 0) {
        /* The index lookup itself succeeded if nothing below it failed. */
        H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_for_cause, &absent);
        H5Eclear2(H5E_DEFAULT);
        bytes = 0;
    }
    *size = absent ? bytes : UINT64_MAX;
    return bytes > 0;
}

enum h5grad_status hg_chunk_read(hid_t dataset, const uint64_t *start, unsigned rank, void *data,
                                 uint64_t size, unsigned *mask, struct h5grad_error *err)
{
    hsize_t offset[GRID_MAX_RANK];
    uint32_t filters = 0;
    to_offset(start, rank, offset);
#if H5_VERSION_GE(2, 0, 0)
    size_t capacity = size;
    herr_t result = H5Dread_chunk2(dataset, H5P_DEFAULT, offset, &filters, data, &capacity);
    if (result >= 0 && capacity != size)
        return hg_error_set(err, H5GRAD_FAILED, "reading: its size changed");
#else
    (void)size;
    herr_t result = H5Dread_chunk(dataset, H5P_DEFAULT, offset, &filters, data);
#endif
    *mask = filters;
    return result < 0 ? hg_hdf5_error(err, "reading") : H5GRAD_OK;
}

/* Not H5Dget_chunk_info_by_coord, which visits every chunk before the one it is asked for. */
bool hg_chunk_find(hid_t dataset, const uint64_t *start, unsigned rank, struct h5_probe *probe,
                   void *data, uint64_t size, unsigned *mask)
{
    probe->size = 0;
    probe->discard = true;
    bool found = hg_chunk_read(dataset, start, rank, data, size, mask, NULL) == H5GRAD_OK;
    probe->discard = false;
    return found && probe->size == size;
}

uint64_t hg_chunk_cache(hid_t dataset, uint64_t chunk)
{
    size_t slots, bytes = 0;
    double preemption;
    hid_t list = H5Dget_access_plist(dataset);
    bool known = list >= 0 && H5Pget_chunk_cache(list, &slots, &bytes, &preemption) >= 0;
    hg_close(list);
    return known && chunk <= bytes ? bytes : 0;
}

enum h5grad_status hg_chunk_write(hid_t dataset, const uint64_t *start, unsigned rank,
                                  const void *data, size_t size, unsigned mask,
                                  struct h5grad_error *err)
{
    hsize_t offset[GRID_MAX_RANK];
    to_offset(start, rank, offset);
    if (H5Dwrite_chunk(dataset, H5P_DEFAULT, mask, offset, size, data) < 0)
        return hg_hdf5_error(err, "writing");
    return H5GRAD_OK;
}
