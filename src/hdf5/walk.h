/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds every dataset that links reach, each object once, under the first path in a depth-first
 * walk in name order; cycles are harmless. External links are followed as far as
 * trust/input_driver.h allows, user-defined links are not. */
#ifndef H5GRAD_HDF5_WALK_H
#define H5GRAD_HDF5_WALK_H

#include "libhdf5/identity_set.h"
#include "libhdf5/identity.h"

struct h5_found {
    char *path; /* absolute */
    struct h5_identity identity;
    bool bare; /* neither it nor the group that it was found in has attributes */
};

/* For values/values.h: a dataset whose name suggests that it describes others' values. */
struct h5_sign {
    size_t number;
    const char *path;
    bool called; /* named after a neighbour */
    bool unfit;  /* it was read and is no single number */
};

struct h5_walk {
    size_t n;
    struct h5_found *dataset;
    struct h5_set seen;   /* every dataset, with its index, and every group, with SIZE_MAX */
    struct h5_set marked; /* for the owner of the walk; empty at first */
    size_t n_signs;
    struct h5_sign *sign; /* ordered by called, group and name */
};

/* Calls note, unless NULL, for everything skipped: links that are broken or not followed,
 * unreadable objects, groups more than 1024 levels down. Within hg_enter. */
enum h5grad_status hg_walk(hid_t file, void (*note)(void *user, const char *path, const char *why),
                           void *user, struct h5_walk *walk, struct h5grad_error *err);
void hg_walk_free(struct h5_walk *walk);

/* Returns the path under which the walk found the dataset, or NULL. */
const char *hg_walk_path(const struct h5_walk *walk, const struct h5_identity *identity);

/* Opens the dataset at path, following the same links as a walk; -1 with the reason (no such
 * object, not a dataset, data outside the folder of the file, ...). Within hg_enter. */
hid_t hg_open_dataset(hid_t file, const char *path, struct h5grad_error *err);

/* The same for any object, to read its attributes; path is relative to a group or a file. */
hid_t hg_open_object(hid_t from, const char *path, struct h5grad_error *err);

/* Of a path that cannot be opened: whether that is since a group of this file has no link of that
 * name. Within hg_enter. */
bool hg_is_absent(hid_t from, const char *path);

#endif
