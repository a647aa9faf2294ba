/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening inputs, and the files that they name. Within hg_enter. */
#ifndef H5GRAD_TRUST_OPEN_H
#define H5GRAD_TRUST_OPEN_H

#include <sys/stat.h>

#include "trust/access.h"
#include "libhdf5/h5.h"

/*
 * Opens a file to read, with the native connector whatever the environment says; -1 with the
 * reason. Without a lock (the file system has none, or another process holds it) access->warn is
 * called and the file is opened all the same, unless the environment has
 * HDF5_USE_FILE_LOCKING=TRUE. The caller calls hg_access_free when the file is closed.
 */
hid_t hg_open_input(const char *path, struct h5_access *access, struct h5grad_error *err);

/* Opens the file at path, which info describes, as a source; -1 with the reason. The driver hides a
 * file that cannot be one from libhdf5 from then on: 1.14.4 and later read the fill value only for
 * files that are absent. */
hid_t hg_open_to_judge(struct h5_access *access, const char *path, const struct stat *info,
                       hid_t list, struct h5grad_error *err);

#endif
