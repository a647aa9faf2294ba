/* SPDX-License-Identifier: BSD-3-Clause */
#include "trust/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"

bool hg_search_open(hid_t object, struct h5_search *search)
{
    *search = (struct h5_search){NULL, NULL, NULL, NULL};
    BASE_FREED char *name = hg_read_name(object, H5Fget_name);
    BASE_FREED char *real = name ? realpath(name, NULL) : NULL;
    if (name) {
        search->folder = hg_path_folder(name);
        search->real = hg_path_folder(real ? real : name);
    }
    H5_CLOSED hid_t list = H5Iget_type(object) == H5I_DATASET ? H5Dget_access_plist(object) : -1;
    if (list >= 0) { /* prefixes that libhdf5 read from the environment when it started */
        search->sources = hg_read_name(list, H5Pget_virtual_prefix);
        search->external = hg_read_name(list, H5Pget_efile_prefix);
    }
    if (search->folder && search->real)
        return true;
    hg_search_close(search);
    return false;
}

void hg_search_close(struct h5_search *search)
{
    free(search->folder);
    free(search->real);
    free(search->sources);
    free(search->external);
    *search = (struct h5_search){NULL, NULL, NULL, NULL};
}

char *hg_search_external(const struct h5_search *search, const char *name)
{
    return search->external && *name != '/' ? hg_memory_format("%s/%s", search->external, name)
                                            : hg_memory_text(name);
}

char *hg_search(const struct h5_search *search, enum h5_search_kind kind, const char *name)
{
    const bool source = kind == H5_SEARCH_SOURCE;
    const char *folders = getenv(source ? "HDF5_VDS_PREFIX" : "HDF5_EXT_PREFIX");
    char *paths = NULL;
    size_t size;
    FILE *out = open_memstream(&paths, &size);
    if (!out)
        return NULL;
    if (*name == '/') {
        fprintf(out, "%s%c", name, '\0');
        name = strrchr(name, '/') + 1;
    }
    for (; folders && *folders; folders += *folders == ':') {
        int length = (int)strcspn(folders, ":");
        if (length > 0)
            fprintf(out, "%.*s/%s%c", length, folders, name, '\0');
        folders += length;
    }
    /* A path must not be longer than libhdf5 makes it: it might become too long to open. */
    if (source && search->sources)
        fprintf(out, "%s/%s%c", search->sources, name, '\0');
    fprintf(out, "%s/%s%c%s%c%s/%s%c", search->folder, name, '\0', name, '\0', search->real, name,
            '\0');
    if (hg_memory_close_stream(out))
        return paths;
    free(paths);
    return NULL;
}
