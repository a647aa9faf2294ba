/* SPDX-License-Identifier: BSD-3-Clause */
/* External files, and reading datasets of which they lack points: libhdf5 would read zeros behind
 * the end of a file, and nothing at all if a file is absent. */
#ifndef H5GRAD_TRUST_EXTERNAL_H
#define H5GRAD_TRUST_EXTERNAL_H

#include "grid/box.h"
#include "libhdf5/h5.h"
#include "trust/search.h"

/* A file of a dataset's external storage. */
struct h5_external {
    char *path;       /* where libhdf5 looks for it, in new memory; NULL: unknown */
    const char *name; /* as in the dataset: the end of path */
    uint64_t offset, bytes;
};

/* Reads entry i of a creation list. Free path in either case. Within hg_enter, as all below. */
enum h5grad_status hg_external_get(hid_t creation, unsigned i, const struct h5_search *search,
                                   struct h5_external *file, struct h5grad_error *err);

/*
 * Reads the points of a box as datatype memory into a dense array with the points of box all;
 * points that no file has get the dataset's fill value. rank 0: a scalar. hg_check_outside has
 * passed the dataset.
 */
enum h5grad_status hg_external_read(hid_t dataset, hid_t memory, unsigned rank,
                                    const struct box *box, const struct box *all, void *points,
                                    struct h5grad_error *err);

#endif
