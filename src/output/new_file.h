/* SPDX-License-Identifier: BSD-3-Clause */
/* An HDF5 file that is being written, and what gives it its name when it is whole. */
#ifndef H5GRAD_OUTPUT_NEW_FILE_H
#define H5GRAD_OUTPUT_NEW_FILE_H

#include "libhdf5/output_driver.h"

/* Creates an HDF5 file of the driver of outputs, for so many results, in the file name, which
 * exists; -1 with the reason. Within hg_enter. */
hid_t hg_new_file_open(const char *name, size_t results, atomic_int *failure,
                       struct h5grad_error *err);

/* Closes it and frees failure; fails if a write has failed. Within hg_enter. */
enum h5grad_status hg_new_file_close(hid_t file, atomic_int *failure, struct h5grad_error *err);

/* Brings a file, or with O_DIRECTORY a folder, to stable storage. */
enum h5grad_status hg_new_file_sync(const char *path, int flags, struct h5grad_error *err);

/* Renames unless to exists: 0, or the error's number. */
int hg_new_file_rename(const char *from, const char *to);

#endif
