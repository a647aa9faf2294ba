/* SPDX-License-Identifier: BSD-3-Clause */
/* Small questions about groups and datasets. All within hg_enter. */
#ifndef H5GRAD_HDF5_OBJECT_H
#define H5GRAD_HDF5_OBJECT_H

#include "libhdf5/h5.h"

/* The group that holds the object at an absolute path; -1 when it cannot be opened. */
hid_t hg_open_parent(hid_t file, const char *path);

/* Whether that group has an attribute: the cheapest first look at a dataset's surroundings. */
bool hg_parent_has(hid_t file, const char *path, const char *attribute);

/* Whether there is a link of that name in the group, broken or not. */
bool hg_has_link(hid_t group, const char *name);

/* The group that a hard link of that name (a single component) leads to; -1 when there is none. */
hid_t hg_open_subgroup(hid_t group, const char *name);

/* The extents of a dataset of that rank; false when it is of another, or cannot be read. */
bool hg_read_extents(hid_t dataset, unsigned rank, uint64_t *extent);

/* Whether the dataset has a null dataspace: it holds no coordinates, which is no error. */
bool hg_is_null(hid_t dataset);

#endif
