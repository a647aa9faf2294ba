/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Creates objects in an output file. Creation order is tracked, since netCDF-4 writes only to
 * groups that know the order of their members; times are not, so the same input gives the same
 * bytes. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_CREATE_H
#define H5GRAD_HDF5_CREATE_H

#include "libhdf5/h5.h"

/* Sets what the creation lists of files, groups and datasets have in common. */
bool hg_create_prepare(hid_t creation);

/* Sets the order of links in the creation list of a file or a group. */
bool hg_create_prepare_links(hid_t creation);

/* Opens the group at an absolute path, creating it and the groups above it if needed; -1 with the
 * reason. */
hid_t hg_create_group(hid_t file, const char *path, struct h5grad_error *err);

/* Creates datasets in a file. It keeps the group of the last one open, since most lie beside it;
 * begin with {.file = file}. */
struct h5_creator {
    hid_t file;
    char *path; /* of the group, with a slash at its end; NULL: none is open */
    hid_t group, links;
};

/* Creates a dataset at an absolute path, and the groups above it; -1 with the reason. */
hid_t hg_create_dataset(struct h5_creator *creator, const char *path, hid_t type, hid_t space,
                        hid_t creation, struct h5grad_error *err);

/* Closes what is kept. */
void hg_creator_close(struct h5_creator *creator);

/* Makes a link at an absolute path, and the groups above it, to what has the same path in the file
 * named target, a name that is relative to the folder of this one. */
enum h5grad_status hg_create_external(hid_t file, const char *path, const char *target,
                                      struct h5grad_error *err);

#endif
