/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/object.h"

#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "hdf5/attribute.h"
#include "libhdf5/identity.h"
#include "trust/input_driver.h"
#include "hdf5/walk.h"

hid_t hg_open_group(hid_t file, const char *path)
{
    hid_t group = hg_open_object(file, path, NULL);
    return hg_keep_if(group >= 0 && H5Iget_type(group) == H5I_GROUP, group);
}

hid_t hg_open_parent(hid_t file, const char *path)
{
    BASE_FREED char *parent = hg_path_parent(path);
    return parent ? hg_open_group(file, parent) : -1;
}

/* Returns whether the group at path is that of the last dataset opened and has no attributes:
 * asking by path takes as long as reading one. */
static bool is_known_bare(hid_t file, const char *path)
{
    struct h5_access *access = hg_input_access(file);
    const char *known = access && access->group_from == file ? access->group_path : NULL;
    const size_t length = strlen(path);
    if (!known || strncmp(known, path, length) != 0 ||
        strcmp(known + length, path[1] ? "/" : "") != 0)
        return false;
    if (access->group_bare < 0)
        access->group_bare = !hg_attributes_exist(access->group);
    return access->group_bare;
}

bool hg_is_bare_without(hid_t file, const char *path, const char *name)
{
    if (!is_known_bare(file, path))
        return false;
    struct h5_access *access = hg_input_access(file);
    if (access->group_without && strcmp(access->group_without, name) == 0)
        return true;
    if (H5Lexists(access->group, name, H5P_DEFAULT) != 0)
        return false;
    access->group_without = name;
    return true;
}

hid_t hg_open_parent_with(hid_t file, const char *path, const char *attribute)
{
    BASE_FREED char *parent = hg_path_parent(path);
    const bool has = parent && !is_known_bare(file, parent) &&
                     H5Aexists_by_name(file, parent, attribute, H5P_DEFAULT) > 0;
    return has ? hg_open_group(file, parent) : -1;
}

bool hg_root_has(hid_t file, const char *attribute)
{
    struct h5_access *access = hg_input_access(file);
    if (access && access->root_of != file) {
        access->root_of = file;
        access->root_bare = !hg_attributes_exist(file);
    }
    return !(access && access->root_bare) && H5Aexists(file, attribute) > 0;
}

bool hg_has_link(hid_t group, const char *name)
{
    H5L_info_t info;
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0 ||
        H5Lget_info(group, name, &info, H5P_DEFAULT) < 0)
        return false;
    return info.type == H5L_TYPE_HARD || info.type == H5L_TYPE_SOFT ||
           info.type == H5L_TYPE_EXTERNAL;
}

hid_t hg_open_subgroup(hid_t group, const char *name)
{
    struct h5_identity identity;
    H5O_type_t kind;
    bool bare;
    if (H5Lexists(group, name, H5P_DEFAULT) <= 0 ||
        !hg_identify_link(group, name, &identity, &kind, &bare) || kind != H5O_TYPE_GROUP)
        return -1;
    return H5Gopen2(group, name, H5P_DEFAULT);
}

bool hg_read_extents(hid_t dataset, unsigned rank, uint64_t *extent)
{
    hsize_t dims[H5S_MAX_RANK];
    if (hg_dataset_extent(dataset, dims, NULL) != (int)rank)
        return false;
    for (unsigned k = 0; k < rank; k++)
        extent[k] = dims[k];
    return true;
}

bool hg_is_null(hid_t dataset)
{
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    return space >= 0 && H5Sget_simple_extent_type(space) == H5S_NULL;
}
