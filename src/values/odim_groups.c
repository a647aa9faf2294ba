/* SPDX-License-Identifier: BSD-3-Clause */
#include "values/odim_groups.h"

#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"

/* Whether the path is that of data; *quality: of quality data. */
static bool is_path(const char *path, bool *quality)
{
    const char *dataset = hg_path_skip(path, "dataset", true);
    const char *data = hg_path_skip(dataset, "data", true);
    const char *marks = hg_path_skip(data ? data : dataset, "quality", true);
    *quality = marks != NULL;
    const char *end = marks ? marks : data;
    return end && strcmp(end, "/data") == 0;
}

static bool has_version(hid_t file)
{
    BASE_FREED char *conventions = hg_attribute_text(file, "Conventions");
    if (conventions && hg_path_begins(conventions, "ODIM_H5"))
        return true;
    H5_CLOSED hid_t what = hg_open_subgroup(file, "what");
    BASE_FREED char *version = what >= 0 ? hg_attribute_text(what, "version") : NULL;
    return version && hg_path_begins(version, "H5rad");
}

bool hg_odim_is_data(hid_t file, const char *path)
{
    bool quality;
    return is_path(path, &quality) && has_version(file);
}

/* Opens the group of that name in the group at path; -1 unless it has the attribute. */
static hid_t open_in(hid_t file, const char *path, const char *name, const char *attribute)
{
    H5_CLOSED hid_t group = hg_open_group(file, path);
    hid_t found = group >= 0 ? hg_open_subgroup(group, name) : -1;
    return hg_keep_if(found >= 0 && H5Aexists(found, attribute) > 0, found);
}

hid_t hg_odim_open(hid_t file, const char *path, const char *group, const char *attribute, bool own)
{
    bool quality;
    hid_t found = -1;
    own = is_path(path, &quality) && quality && own;
    char *at = hg_path_parent(path);
    while (at && (found = open_in(file, at, group, attribute)) < 0 && at[1] && !own) {
        BASE_FREED char *inner = at;
        at = hg_path_parent(inner);
    }
    if (!at)
        hg_note_no_memory();
    hg_memory_free_at(&at);
    return found;
}
