/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/create.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "base/utf8.h"

#define TRACKED (H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED)

/* With more attributes than this an object keeps them in a heap with two indices, which costs
 * kilobytes and time. Results have about a dozen. Attributes beyond 64 KiB go there in any case. */
#define DENSE_ATTRIBUTES 40

bool hg_create_prepare(hid_t creation)
{
    return H5Pset_obj_track_times(creation, false) >= 0 &&
           H5Pset_attr_creation_order(creation, TRACKED) >= 0 &&
           H5Pset_attr_phase_change(creation, DENSE_ATTRIBUTES, DENSE_ATTRIBUTES / 2) >= 0;
}

bool hg_create_prepare_links(hid_t creation)
{
    return H5Pset_link_creation_order(creation, TRACKED) >= 0;
}

/* Returns the creation list for a link: links says that the name is UTF-8, which of ASCII nobody
 * has to know, and libhdf5 copies it for every link. */
static hid_t list_for(const char *name, hid_t links)
{
    return name[utf8_plain(name)] ? links : H5P_DEFAULT;
}

static hid_t make_group(hid_t group, const char *name, hid_t links)
{
    H5_CLOSED hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    return creation >= 0 && hg_create_prepare(creation) && hg_create_prepare_links(creation)
               ? H5Gcreate2(group, name, list_for(name, links), creation, H5P_DEFAULT)
               : -1;
}

/* Opens or creates a group in group, and closes group. */
static hid_t step_into(hid_t group, const char *name, hid_t links)
{
    hid_t next = H5Lexists(group, name, H5P_DEFAULT) > 0 ? H5Gopen2(group, name, H5P_DEFAULT)
                                                         : make_group(group, name, links);
    hg_close(group);
    return next;
}

/* Opens the group at path, creating groups that are missing, and overwrites path. It goes by
 * components: given a whole path, libhdf5 would walk all of it for each. */
static hid_t step_along(hid_t file, char *path, hid_t links)
{
    char *rest = NULL;
    hid_t group = H5Gopen2(file, "/", H5P_DEFAULT);
    for (char *name = strtok_r(path, "/", &rest); name && group >= 0;
         name = strtok_r(NULL, "/", &rest)) {
        if (strcmp(name, ".") != 0)
            group = step_into(group, name, links);
    }
    return group;
}

/* Opens or creates the group at the first length bytes of path; -1 with the reason. */
static hid_t make_groups(hid_t file, const char *path, size_t length, hid_t links,
                         struct h5grad_error *err)
{
    BASE_FREED char *copy = strndup(path, length);
    hid_t group = copy ? step_along(file, copy, links) : -1;
    if (!copy)
        hg_error_memory(err, length);
    else if (group < 0)
        hg_hdf5_error(err, "group %.*s cannot be made", (int)length, path);
    return group;
}

static hid_t link_list(struct h5grad_error *err)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    bool chosen = links >= 0 && H5Pset_char_encoding(links, H5T_CSET_UTF8) >= 0;
    if (!chosen)
        hg_hdf5_error(err, "choosing how links are made");
    return hg_keep_if(chosen, links);
}

hid_t hg_create_group(hid_t file, const char *path, struct h5grad_error *err)
{
    H5_CLOSED hid_t links = link_list(err);
    return links >= 0 ? make_groups(file, path, strlen(path), links, err) : -1;
}

void hg_creator_close(struct h5_creator *creator)
{
    if (!creator->path)
        return;
    hg_close(creator->group);
    hg_close(creator->links);
    free(creator->path);
    creator->path = NULL;
}

/* Moves to the group at the first length bytes of path. */
static bool move_to(struct h5_creator *creator, const char *path, size_t length,
                    struct h5grad_error *err)
{
    const char *known = creator->path;
    if (known && strncmp(known, path, length) == 0 && known[length] == '\0')
        return true;
    hg_creator_close(creator);
    BASE_FREED char *copy = strndup(path, length);
    H5_CLOSED hid_t links = link_list(err);
    hid_t group = links >= 0 ? make_groups(creator->file, path, length, links, err) : -1;
    if (group < 0)
        return false;
    if (!copy) {
        hg_close(group);
        hg_error_memory(err, length);
        return false;
    }
    *creator = (struct h5_creator){creator->file, copy, group, links};
    copy = NULL;
    links = -1;
    return true;
}

hid_t hg_create_dataset(struct h5_creator *creator, const char *path, hid_t type, hid_t space,
                        hid_t creation, struct h5grad_error *err)
{
    const char *name = hg_path_base(path);
    if (!move_to(creator, path, (size_t)(name - path), err))
        return -1;
    hid_t links = list_for(name, creator->links);
    hid_t dataset = H5Dcreate2(creator->group, name, type, space, links, creation, H5P_DEFAULT);
    if (dataset < 0)
        hg_hdf5_error(err, "it cannot be created");
    return dataset;
}

enum h5grad_status hg_create_external(hid_t file, const char *path, const char *target,
                                      struct h5grad_error *err)
{
    const char *name = hg_path_base(path);
    H5_CLOSED hid_t links = link_list(err);
    H5_CLOSED hid_t group =
        links >= 0 ? make_groups(file, path, (size_t)(name - path), links, err) : -1;
    if (group < 0)
        return hg_error_status(err);
    if (H5Lcreate_external(target, path, group, name, links, H5P_DEFAULT) < 0)
        return hg_hdf5_error(err, "the link to %s cannot be made", target);
    return H5GRAD_OK;
}
