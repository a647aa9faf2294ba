/* SPDX-License-Identifier: BSD-3-Clause */
/* Small questions about groups and datasets. All within hg_enter. */
#ifndef H5GRAD_HDF5_OBJECT_H
#define H5GRAD_HDF5_OBJECT_H

#include "libhdf5/h5.h"

/* Opens the group at a path; -1 if there is none. */
hid_t hg_open_group(hid_t file, const char *path);

/* Opens the group that holds the object at an absolute path; -1 on failure. */
hid_t hg_open_parent(hid_t file, const char *path);

/* Likewise if the group has the attribute, which is the cheapest first look at a dataset's
 * surroundings; -1 if not. */
hid_t hg_open_parent_with(hid_t file, const char *path, const char *attribute);

/* True if the group at path has no attributes and nothing of that name, and that is known or takes
 * little to find out: the dataset opened last is in the group. name is static. */
bool hg_is_bare_without(hid_t file, const char *path, const char *name);

/* True if the root group of a file has the attribute. That an input's root group has none is asked
 * once: marks of formats are asked for at every field. */
bool hg_root_has(hid_t file, const char *attribute);

/* True if the group has a link of that name, broken or not. */
bool hg_has_link(hid_t group, const char *name);

/* Opens the group that a hard link of that name (one component) leads to; -1 if there is none. */
hid_t hg_open_subgroup(hid_t group, const char *name);

/* Reads the extents of a dataset; false if it is of another rank, or cannot be read. */
bool hg_read_extents(hid_t dataset, unsigned rank, uint64_t *extent);

/* True if the dataset has a null dataspace: it holds no coordinates, which is no error. */
bool hg_is_null(hid_t dataset);

#endif
