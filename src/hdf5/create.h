/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making objects in an output file. netCDF-4 writes to files only whose groups know the order of
 * their members, and the same input is to give the same bytes: order is tracked, times are not. All
 * within hg_enter.
 */
#ifndef H5GRAD_HDF5_CREATE_H
#define H5GRAD_HDF5_CREATE_H

#include "libhdf5/h5.h"

/* Sets in the creation list of a file, a group, or a dataset what all of them share. */
bool hg_create_prepare(hid_t creation);

/* The same for the links of a file or a group. */
bool hg_create_prepare_links(hid_t creation);

/* Opens the group at an absolute path, making it and those above it where they are missing; -1 with
 * the reason. */
hid_t hg_create_group(hid_t file, const char *path, struct h5grad_error *err);

/* Makes a dataset at an absolute path, and the groups above it; -1 with the reason. */
hid_t hg_create_dataset(hid_t file, const char *path, hid_t type, hid_t space, hid_t creation,
                        struct h5grad_error *err);

#endif
