/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/virtual_caches.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "trust/virtual_mapping.h"
#include "libhdf5/reopen.h"
#include "trust/input_driver.h"

#define MOST_MAPPINGS ((size_t)1 << 20) /* that are looked at */

/* The cache of one source, and their number. */
struct caches {
    uint64_t sources;
    size_t slots, bytes, most; /* most: if there is memory for it */
    double preemption;
};

bool hg_virtual_choose_gap(hid_t list, const struct h5_access *access)
{
    return !access->allow_missing || H5Pset_virtual_printf_gap(list, H5_VIRTUAL_GAP) >= 0;
}

/* "FILE\nDATASET" of a mapping, in new memory; NULL when it cannot be read. */
static char *source_name(const struct h5_mapping *mapping)
{
    return hg_memory_format("%s\n%s", mapping->file, mapping->dataset);
}

/* The blocks of a mapping without end, each of which may have a source of its own. */
static uint64_t count_blocks(hid_t dataset, const struct h5_mapping *mapping)
{
    hsize_t extent[H5S_MAX_RANK];
    const struct h5_run *run = &mapping->run;
    uint64_t blocks = 1;
    hid_t space = H5Dget_space(dataset);
    int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    if (run->axis >= 0 && run->axis < rank && extent[run->axis] > run->start)
        blocks = size_ceil_div(extent[run->axis] - run->start, run->stride);
    hg_close(space);
    return blocks;
}

/* At least 1, and at most somewhat too many: only mappings in a row are seen to have the same
 * source. */
static uint64_t count_sources(hid_t dataset, hid_t creation)
{
    size_t mappings = 0;
    uint64_t sources = 0;
    char *before = NULL;
    H5Pget_virtual_count(creation, &mappings);
    for (size_t i = 0; i < size_min(mappings, MOST_MAPPINGS); i++) {
        struct h5_mapping mapping;
        bool known = hg_mapping_read(creation, i, &mapping, NULL) == H5GRAD_OK;
        char *name = known ? source_name(&mapping) : NULL;
        if (name && strchr(name, '%'))
            sources += count_blocks(dataset, &mapping);
        else
            sources += !name || !before || strcmp(name, before) != 0;
        hg_mapping_free(&mapping);
        free(before);
        before = name;
    }
    free(before);
    return size_max(sources, 1);
}

/* False where the caches are not ours to choose. */
static bool choose_caches(hid_t dataset, struct caches *caches)
{
    const struct h5_access *access = NULL;
    hid_t creation = H5Dget_create_plist(dataset);
    if (creation >= 0 && H5Pget_layout(creation) == H5D_VIRTUAL)
        access = hg_input_access(dataset);
    hid_t file = access ? H5Iget_file_id(dataset) : -1;
    hid_t list = file >= 0 ? H5Fget_access_plist(file) : -1;
    bool known = list >= 0 &&
                 H5Pget_cache(list, NULL, &caches->slots, &caches->bytes, &caches->preemption) >= 0;
    if (known) {
        caches->sources = count_sources(dataset, creation);
        caches->most = caches->bytes;
        uint64_t most = access->memory / H5_VIRTUAL_SHARE / caches->sources;
        if (access->memory > 0 && most < caches->bytes) {
            caches->slots = (size_t)((double)caches->slots * (double)most / (double)caches->bytes);
            caches->bytes = (size_t)most;
        }
    }
    hg_close(list);
    hg_close(file);
    hg_close(creation);
    return known;
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
    hid_t list = H5Pcreate(H5P_DATASET_ACCESS);
    if (list >= 0 && H5Pset_chunk_cache(list, caches.slots, caches.bytes, caches.preemption) >= 0 &&
        hg_virtual_choose_gap(list, hg_input_access(dataset)))
        dataset = hg_reopen(dataset, list, err);
    hg_close(list);
    return dataset;
}
