/* SPDX-License-Identifier: BSD-3-Clause */
/* The leaves of a split output (base/leaf.h) while they are made. They get their names just before
 * the output gets its own. */
#ifndef H5GRAD_OUTPUT_LEAVES_H
#define H5GRAD_OUTPUT_LEAVES_H

#include "libhdf5/output_driver.h"

struct leaf {
    hid_t file;          /* -1: closed */
    int descriptor;      /* of the file */
    atomic_int *failure; /* of the file */
    char *temporary;     /* its path; NULL: it has its name */
    char *name;          /* without a folder; NULL: not known yet */
    bool fresh;          /* it has its name, which was free */
};

/* A zeroed struct has none. */
struct leaves {
    size_t n;
    struct leaf *leaf;
};

/* Creates a leaf, the last of leaves, with an open HDF5 file; temporary: the path of the output
 * until it is whole. Within hg_enter, as hg_leaves_close and hg_leaves_free. */
enum h5grad_status hg_leaves_add(struct leaves *leaves, const char *temporary,
                                 struct h5grad_error *err);

/* Closes the file. sync: brings it to stable storage. */
enum h5grad_status hg_leaves_close(struct leaf *leaf, bool sync, struct h5grad_error *err);

/* Gives all leaves, which are closed, their names beside output. by_content: a leaf that has the
 * name already has the same bytes, and is replaced. On failure call hg_leaves_take_back. */
enum h5grad_status hg_leaves_place(struct leaves *leaves, const char *output, bool by_content,
                                   struct h5grad_error *err);

/* Removes the leaves that have got names that were free. */
void hg_leaves_take_back(const struct leaves *leaves, const char *output);

/* Closes and removes the leaves that have not got their names, and frees all. */
void hg_leaves_free(struct leaves *leaves);

#endif
