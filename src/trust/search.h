/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where libhdf5 looks for a file that another one names: the target of an external link, a source
 * of a virtual dataset. It takes the first that it can open.
 */
#ifndef H5GRAD_TRUST_SEARCH_H
#define H5GRAD_TRUST_SEARCH_H

#include "libhdf5/h5.h"

/* Where names are looked up from: the file of an object. */
struct h5_search {
    char *folder;   /* of the file, as it was opened */
    char *real;     /* the same without symbolic links */
    char *sources;  /* where a dataset looks for its sources ahead of these; NULL: nowhere */
    char *external; /* and for its external files in place of the working folder; NULL */
};

/* False, with nothing to free, where the object's file cannot be described. Within hg_enter. */
bool hg_search_open(hid_t object, struct h5_search *search);
void hg_search_close(struct h5_search *search);

/* Where libhdf5 looks for an external file of the dataset, in new memory; NULL: no memory. */
char *hg_search_external(const struct h5_search *search, const char *name);

enum h5_search_kind { H5_SEARCH_LINK, H5_SEARCH_SOURCE };

/* The paths that name may stand for, in libhdf5's order, each ended by a NUL and the last by two,
 * in new memory; NULL: no memory. libhdf5 looks for an absolute one by its last component
 * elsewhere, too. */
char *hg_search(const struct h5_search *search, enum h5_search_kind kind, const char *name);

#endif
