/* SPDX-License-Identifier: BSD-3-Clause */
/* The manifest of an input: the files that a run depends on, and their state. libhdf5 may close a
 * file and open it again; it must be unchanged then. */
#ifndef H5GRAD_TRUST_MANIFEST_H
#define H5GRAD_TRUST_MANIFEST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* A zeroed struct is empty. */
struct h5_manifest {
    void *tree;   /* by path */
    bool growing; /* files may grow: another size or time is no change */
    struct h5_manifest_entry *first, *last;
    size_t bytes;           /* memory of the entries */
    char changed[PATH_MAX]; /* the first file that has changed; "" */
};

/* Adds the file at path, which info describes (NULL: it does not exist), or compares it with its
 * entry. Ignores files beyond about 100,000. False if allocation fails. */
bool hg_manifest_add(struct h5_manifest *manifest, const char *path, const struct stat *info);

/* Records whether a file of the manifest could be opened; one that once could and no longer can has
 * changed. */
void hg_manifest_open(struct h5_manifest *manifest, const char *path, bool opened);

/* Fails if a file had changed when it was opened again. */
enum h5grad_status hg_manifest_error(const struct h5_manifest *manifest, struct h5grad_error *err);

/* Compares all files, without the first if first_is_open, with their entries. */
enum h5grad_status hg_manifest_check(struct h5_manifest *manifest, bool first_is_open,
                                     struct h5grad_error *err);

/* True if it has the file that info describes, under any path. */
bool hg_manifest_has(const struct h5_manifest *manifest, const struct stat *info);

/* Continues a hash with the identities of the files, in order; without paths and device numbers,
 * which a mount may change, and, unless asked for, inodes, which hosts of one file system may
 * number each in its way. */
uint64_t hg_manifest_hash(const struct h5_manifest *manifest, bool inodes, uint64_t start);

/* The sizes and times of files, which a copy of them keeps. */
struct h5_manifest_dates {
    uint64_t hash; /* of all, in order */
    struct timespec newest;
};

/* Adds those of the files. */
void hg_manifest_dates(const struct h5_manifest *manifest, struct h5_manifest_dates *dates);

void hg_manifest_free(struct h5_manifest *manifest);

#endif
