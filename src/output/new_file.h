/* SPDX-License-Identifier: BSD-3-Clause */
/* An HDF5 file that is being written, and what gives it its name when it is whole. */
#ifndef H5GRAD_OUTPUT_NEW_FILE_H
#define H5GRAD_OUTPUT_NEW_FILE_H

#include "libhdf5/output_driver.h"

/* Creates an HDF5 file in the file name, which exists; -1 with the reason. Objects of 8 MiB and
 * more begin at multiples of 256 KiB, so that the page cache holds them in large pieces; smaller
 * ones (chunks, mostly) are not worth the gaps. Within hg_enter. */
hid_t hg_new_file_open(const char *name, const struct output_choice *choice,
                       struct h5grad_error *err);

/* Closes it and frees failure, that of the choice; fails if a write has failed. Within hg_enter. */
enum h5grad_status hg_new_file_close(hid_t file, atomic_int *failure, struct h5grad_error *err);

/* Brings a file, or with O_DIRECTORY a folder, to stable storage. */
enum h5grad_status hg_new_file_sync(const char *path, int flags, struct h5grad_error *err);

/* Renames unless to exists: 0, or the error's number. */
int hg_new_file_rename(const char *from, const char *to);

#endif
