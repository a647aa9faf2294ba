/* SPDX-License-Identifier: BSD-3-Clause */
/* The manifest of an input: the files that a run depends on, and what they were. libhdf5 may close
 * a file and open it again; it must be the same then. */
#ifndef H5GRAD_TRUST_MANIFEST_H
#define H5GRAD_TRUST_MANIFEST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"

/* A zeroed struct holds none. */
struct h5_manifest {
    void *tree; /* by path */
    struct h5_manifest_entry *first, *last;
    size_t bytes;           /* of memory */
    char changed[PATH_MAX]; /* the first file that has changed; "" */
};

/* Adds the file at path, which info describes (NULL: there is none), or compares it with its entry.
 * Beyond some 100,000 files nothing is added. False when there is no memory. */
bool hg_manifest_add(struct h5_manifest *manifest, const char *path, const struct stat *info);

/* Says whether a file of the manifest could be opened; one that could before, and no longer can,
 * has changed. */
void hg_manifest_open(struct h5_manifest *manifest, const char *path, bool opened);

/* H5GRAD_FAILED when one of the files was another when it was opened again. */
enum h5grad_status hg_manifest_error(const struct h5_manifest *manifest, struct h5grad_error *err);

/* Compares all files with their entries; with first_is_open all but the first. */
enum h5grad_status hg_manifest_check(struct h5_manifest *manifest, bool first_is_open,
                                     struct h5grad_error *err);

/* Adds the identities of the files, in their order, to a hash; neither paths nor device numbers,
 * which a mount may change. */
uint64_t hg_manifest_hash(const struct h5_manifest *manifest, uint64_t start);

void hg_manifest_free(struct h5_manifest *manifest);

#endif
