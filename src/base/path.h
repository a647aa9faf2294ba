/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths of files, and of objects in HDF5 files: both separate their parts by "/". A result in new
 * memory is NULL when there is no memory. Any thread. */
#ifndef H5GRAD_BASE_PATH_H
#define H5GRAD_BASE_PATH_H

#include <stdbool.h>

/* The last component, within path. */
const char *hg_path_base(const char *path);

/* The folder of a file, in new memory: "." for "f", "/" for "/f". */
char *hg_path_folder(const char *path);

/* The same as an absolute path without symbolic links; NULL with errno also when there is none. */
char *hg_path_real_folder(const char *path);

/* The group that holds the object at an absolute path, in new memory: "/" for "/u". */
char *hg_path_parent(const char *path);

/* "/group/name", in new memory. */
char *hg_path_join(const char *group, const char *name);

/* Whether text begins with prefix. */
bool hg_path_begins(const char *text, const char *prefix);

#endif
