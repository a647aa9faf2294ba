/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening inputs, and the files that they name. Within hg_enter. */
#ifndef H5GRAD_TRUST_OPEN_H
#define H5GRAD_TRUST_OPEN_H

#include <sys/stat.h>

#include "trust/access.h"
#include "libhdf5/h5.h"

/*
 * Opens a file for reading, with the native connector whatever the environment says; -1 with the
 * reason. If it cannot be locked (no locks in the file system, or another process holds one), calls
 * access->warn and opens it all the same, unless HDF5_USE_FILE_LOCKING=TRUE. With access->swmr a
 * writer may have it open in SWMR mode, or open it later. Call hg_access_free after the file is
 * closed.
 */
hid_t hg_open_input(const char *path, struct h5_access *access, struct h5grad_error *err);

/* Returns the flags with which libhdf5 opens an input and the files that it names. */
unsigned hg_open_mode(const struct h5_access *access);

/* Opens the file at path, which info describes, as a source; -1 with the reason. A file that cannot
 * be a source is hidden from libhdf5 from then on: 1.14.4 and later read the fill value only for
 * absent files. */
hid_t hg_open_to_judge(struct h5_access *access, const char *path, const struct stat *info,
                       hid_t list, struct h5grad_error *err);

#endif
