/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening inputs, and the files that they name. Within hg_enter. */
#ifndef H5GRAD_TRUST_OPEN_H
#define H5GRAD_TRUST_OPEN_H

#include <sys/stat.h>

#include "trust/access.h"
#include "libhdf5/h5.h"

/*
 * Opens a file to read with the native connector, whatever the environment says of drivers. The
 * handle, or -1 with the reason. A file system that cannot lock, or another process's lock, is told
 * to access->warn and no hindrance unless the environment has HDF5_USE_FILE_LOCKING=TRUE.
 * hg_access_free when the file is closed.
 */
hid_t hg_open_input(const char *path, struct h5_access *access, struct h5grad_error *err);

/* Opens the file at path, of which info tells, to learn whether it can be a source: the handle, or
 * -1 with the reason. From then on one that cannot is absent to libhdf5, which from 1.14.4 on has
 * the fill value for files that are absent, and an error for others. */
hid_t hg_open_to_judge(struct h5_access *access, const char *path, const struct stat *info,
                       hid_t list, struct h5grad_error *err);

#endif
