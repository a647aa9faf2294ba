/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading datasets whose external files do not have all points, where that is allowed: libhdf5
 * takes zeros for what a file is too short for, and cannot read anything where one is not there. */
#ifndef H5GRAD_TRUST_EXTERNAL_H
#define H5GRAD_TRUST_EXTERNAL_H

#include "grid/box.h"
#include "libhdf5/h5.h"
#include "trust/search.h"

/* A file of a dataset's external storage. */
struct h5_external {
    char *path;       /* where libhdf5 looks for it, in new memory; NULL where it cannot be read */
    const char *name; /* as the dataset has it: the end of path */
    uint64_t offset, bytes;
};

/* File number i of a list of creation. path is due to be freed in either case. Within hg_enter, as
 * all below. */
enum h5grad_status hg_external_get(hid_t creation, unsigned i, const struct h5_search *search,
                                   struct h5_external *file, struct h5grad_error *err);

/*
 * The points of a box as datatype memory, into a dense array of those of box all; those that no
 * file has as the dataset's fill value. rank may be 0, for the one point of a scalar. The dataset
 * is one that hg_check_outside has passed.
 */
enum h5grad_status hg_external_read(hid_t dataset, hid_t memory, unsigned rank,
                                    const struct box *box, const struct box *all, void *points,
                                    struct h5grad_error *err);

#endif
