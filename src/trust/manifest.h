/* SPDX-License-Identifier: BSD-3-Clause */
/* The files that an input led to, and what they were: libhdf5 may close one and open it again, and
 * what is at its path then must be the same. */
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
    char changed[PATH_MAX]; /* the first that was not what had been noted; "" */
};

/* Notes what is at path, NULL: nothing; or compares it with what was noted before. There is room
 * for some 100,000 files, and those beyond are not noted. False when there is no memory. */
bool hg_manifest_add(struct h5_manifest *manifest, const char *path, const struct stat *info);

/* Takes note that what is at path, which had been noted, could be opened, or that it could not: it
 * has changed where that was possible before. */
void hg_manifest_open(struct h5_manifest *manifest, const char *path, bool opened);

/* H5GRAD_FAILED when one of the files was another when it was opened again. */
enum h5grad_status hg_manifest_error(const struct h5_manifest *manifest, struct h5grad_error *err);

/* Looks at the paths again, but for that which was noted first where it is held open. */
enum h5grad_status hg_manifest_check(struct h5_manifest *manifest, bool first_is_open,
                                     struct h5grad_error *err);

/* Adds what tells the files from others, in the order in which they were noted, to a hash. Their
 * paths do not count, nor does the number of the device, which is not the same after a mount. */
uint64_t hg_manifest_hash(const struct h5_manifest *manifest, uint64_t start);

void hg_manifest_free(struct h5_manifest *manifest);

#endif
