/* SPDX-License-Identifier: BSD-3-Clause */
#include "hdf5/create.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define TRACKED (H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED)

/* From so many attributes on an object keeps them in a heap with two indices of its own, which
 * takes kilobytes and time; results have about a dozen. Those beyond 64 KiB go there in any case.
 */
#define DENSE_ATTRIBUTES 40

bool h5_create_prepare(hid_t creation)
{
    return H5Pset_obj_track_times(creation, false) >= 0 &&
           H5Pset_attr_creation_order(creation, TRACKED) >= 0 &&
           H5Pset_attr_phase_change(creation, DENSE_ATTRIBUTES, DENSE_ATTRIBUTES / 2) >= 0;
}

bool h5_create_prepare_links(hid_t creation)
{
    return H5Pset_link_creation_order(creation, TRACKED) >= 0;
}

/* Makes the group unless it is there. */
static enum h5grad_status make_group(hid_t file, const char *path, hid_t links, hid_t creation,
                                     struct h5grad_error *err)
{
    if (H5Lexists(file, path, H5P_DEFAULT) > 0)
        return H5GRAD_OK;
    hid_t group = H5Gcreate2(file, path, links, creation, H5P_DEFAULT);
    if (group < 0 || !h5_close(group))
        return h5_error(err, "group %s cannot be made", path);
    return H5GRAD_OK;
}

/* Makes the groups above the last component of path. */
static enum h5grad_status make_parents(hid_t file, const char *path, hid_t links,
                                       struct h5grad_error *err)
{
    hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    char *prefix = memory_text(path);
    enum h5grad_status status = H5GRAD_OK;
    if (!prefix)
        status = error_memory(err, strlen(path));
    else if (creation < 0 || !h5_create_prepare(creation) || !h5_create_prepare_links(creation))
        status = h5_error(err, "choosing how groups are made");
    for (char *slash = prefix; !status && (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        status = make_group(file, prefix, links, creation, err);
        *slash = '/';
    }
    free(prefix);
    h5_close(creation);
    return status;
}

static hid_t link_list(struct h5grad_error *err)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    if (links >= 0 && H5Pset_char_encoding(links, H5T_CSET_UTF8) >= 0)
        return links;
    h5_error(err, "choosing how links are made");
    h5_close(links);
    return -1;
}

hid_t h5_create_group(hid_t file, const char *path, struct h5grad_error *err)
{
    hid_t group = -1;
    char *inside = memory_format("%s/", path);
    hid_t links = inside ? link_list(err) : -1;
    if (!inside)
        error_memory(err, strlen(path));
    else if (links >= 0 &&
             (strcmp(path, "/") == 0 || make_parents(file, inside, links, err) == H5GRAD_OK) &&
             (group = H5Gopen2(file, path, H5P_DEFAULT)) < 0)
        h5_error(err, "group %s cannot be opened", path);
    h5_close(links);
    free(inside);
    return group;
}

hid_t h5_create_dataset(hid_t file, const char *path, hid_t type, hid_t space, hid_t creation,
                        struct h5grad_error *err)
{
    hid_t dataset = -1;
    hid_t links = link_list(err);
    if (links >= 0 && make_parents(file, path, links, err) == H5GRAD_OK &&
        (dataset = H5Dcreate2(file, path, type, space, links, creation, H5P_DEFAULT)) < 0)
        h5_error(err, "it cannot be created");
    h5_close(links);
    return dataset;
}
