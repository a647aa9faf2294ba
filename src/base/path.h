/* SPDX-License-Identifier: BSD-3-Clause */
/* Paths of files, and of objects in HDF5 files, with "/" between components. New memory is NULL if
 * allocation fails. Any thread. */
#ifndef H5GRAD_BASE_PATH_H
#define H5GRAD_BASE_PATH_H

#include <stdbool.h>

/* Returns the last component, within path; empty for "folder/". */
const char *hg_path_base(const char *path);

/* Returns the folder of a file, in new memory: "." for "f", "/" for "/f". */
char *hg_path_folder(const char *path);

/* Returns the same as an absolute path without symbolic links; NULL with errno if it does not
 * exist, too. */
char *hg_path_real_folder(const char *path);

/* Returns the group of the object at an absolute path, in new memory: "/" for "/u". */
char *hg_path_parent(const char *path);

/* Returns "/group/name", in new memory. */
char *hg_path_join(const char *group, const char *name);

/* True if text begins with prefix. */
bool hg_path_begins(const char *text, const char *prefix);

/* Returns whether text ends with suffix. */
bool hg_path_ends(const char *text, const char *suffix);

/* Returns what follows "/" and a name, which ends with digits if it is a numbered one, at the start
 * of a path: "" or another component; NULL if the path begins otherwise, or is NULL. */
const char *hg_path_skip(const char *path, const char *name, bool numbered);

#endif
