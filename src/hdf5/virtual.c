/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/virtual.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/size.h"
#include "hdf5/mapping.h"

#define MOST_MAPPINGS ((size_t)1 << 20) /* that are looked at */
#define SHARE         2                 /* of the memory, for the caches: one in so many */

/* The cache of one source, and their number. */
struct caches {
    uint64_t sources;
    size_t slots, bytes;
    double preemption;
};

char *h5_virtual_name(hid_t creation, size_t number, ssize_t (*get)(hid_t, size_t, char *, size_t))
{
    ssize_t length = get(creation, number, NULL, 0);
    char *name = length > 0 ? memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (name && get(creation, number, name, (size_t)length + 1) == length)
        return name;
    free(name);
    return NULL;
}

bool h5_virtual_choose_gap(hid_t list, const struct h5_access *access)
{
    return !access->allow_missing || H5Pset_virtual_printf_gap(list, H5_VIRTUAL_GAP) >= 0;
}

/* "FILE\nDATASET" of a mapping, in new memory; NULL when it cannot be read. */
static char *source_name(const struct h5_mapping *mapping)
{
    return memory_format("%s\n%s", mapping->file, mapping->dataset);
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
    h5_close(space);
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
        bool known = h5_mapping_read(creation, i, &mapping, NULL) == H5GRAD_OK;
        char *name = known ? source_name(&mapping) : NULL;
        if (name && strchr(name, '%'))
            sources += count_blocks(dataset, &mapping);
        else
            sources += !name || !before || strcmp(name, before) != 0;
        h5_mapping_free(&mapping);
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
        access = h5_dataset_access(dataset);
    hid_t file = access ? H5Iget_file_id(dataset) : -1;
    hid_t list = file >= 0 ? H5Fget_access_plist(file) : -1;
    bool known = list >= 0 &&
                 H5Pget_cache(list, NULL, &caches->slots, &caches->bytes, &caches->preemption) >= 0;
    if (known) {
        caches->sources = count_sources(dataset, creation);
        uint64_t most = access->memory / SHARE / caches->sources;
        if (access->memory > 0 && most < caches->bytes) {
            caches->slots = (size_t)((double)caches->slots * (double)most / (double)caches->bytes);
            caches->bytes = (size_t)most;
        }
    }
    h5_close(list);
    h5_close(file);
    h5_close(creation);
    return known;
}

uint64_t h5_virtual_caches(hid_t dataset)
{
    struct caches caches;
    uint64_t bytes;
    if (!choose_caches(dataset, &caches))
        return 0;
    return size_mul(caches.sources, caches.bytes, &bytes) ? bytes : UINT64_MAX;
}

/* The absolute path of an object in its file, in new memory; NULL. */
static char *object_path(hid_t object)
{
    ssize_t length = H5Iget_name(object, NULL, 0);
    char *path = length > 0 ? memory_zeroed((uint64_t)length + 1, 1) : NULL;
    if (path && H5Iget_name(object, path, (size_t)length + 1) == length)
        return path;
    free(path);
    return NULL;
}

hid_t h5_virtual_reopen(hid_t dataset, struct h5grad_error *err)
{
    struct caches caches;
    if (!choose_caches(dataset, &caches))
        return dataset;
    hid_t file = H5Iget_file_id(dataset), list = H5Pcreate(H5P_DATASET_ACCESS);
    char *path = object_path(dataset);
    if (file >= 0 && path && list >= 0 &&
        H5Pset_chunk_cache(list, caches.slots, caches.bytes, caches.preemption) >= 0 &&
        h5_virtual_choose_gap(list, h5_input_access(file))) {
        h5_close(dataset);
        dataset = H5Dopen2(file, path, list);
        if (dataset < 0)
            h5_error(err, "cannot open");
    }
    free(path);
    h5_close(list);
    h5_close(file);
    return dataset;
}
