/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/virtual_caches.h"

#include "base/size.h"
#include "libhdf5/reopen.h"
#include "trust/input_driver.h"
#include "trust/outside.h"

/* The number of sources, and the chunk cache of each. */
struct caches {
    uint64_t sources;
    size_t slots, bytes, most; /* most: bytes without a memory limit */
    double preemption;
};

/* False for other layouts, and for files that hg_open_input did not open. */
static bool choose_caches(hid_t dataset, struct caches *caches)
{
    const struct h5_access *access = hg_input_access(dataset);
    bool virtual = access && access->n_outside > 0 && hg_dataset_layout(dataset) == H5D_VIRTUAL;
    H5_CLOSED hid_t file = virtual ? H5Iget_file_id(dataset) : -1;
    H5_CLOSED hid_t list = file >= 0 ? H5Fget_access_plist(file) : -1;
    if (list < 0 ||
        H5Pget_cache(list, NULL, &caches->slots, &caches->bytes, &caches->preemption) < 0)
        return false;
    caches->sources = hg_count_sources(dataset);
    caches->most = caches->bytes;
    uint64_t most = access->memory / H5_VIRTUAL_SHARE / caches->sources;
    if (access->memory > 0 && most < caches->bytes) {
        caches->slots = (size_t)((double)caches->slots * (double)most / (double)caches->bytes);
        caches->bytes = (size_t)most;
    }
    return true;
}

uint64_t hg_virtual_caches(hid_t dataset)
{
    struct caches caches;
    uint64_t bytes;
    if (!choose_caches(dataset, &caches))
        return 0;
    return size_mul(caches.sources, caches.most, &bytes) ? bytes : UINT64_MAX;
}

hid_t hg_virtual_reopen(hid_t dataset, struct h5grad_error *err)
{
    struct caches caches;
    if (!choose_caches(dataset, &caches))
        return dataset;
    H5_CLOSED hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
    bool chosen = list >= 0 &&
                  H5Pset_chunk_cache(list, caches.slots, caches.bytes, caches.preemption) >= 0 &&
                  hg_choose_gap(list, hg_input_access(dataset));
    return chosen ? hg_reopen(dataset, list, err) : dataset;
}
