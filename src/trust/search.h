/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where libhdf5 looks for a file that another one names: the target of an external link, a source
 * of a virtual dataset. It takes the first that it can open.
 */
#ifndef H5GRAD_TRUST_SEARCH_H
#define H5GRAD_TRUST_SEARCH_H

#include "libhdf5/h5.h"

/* The file from which names are looked up. */
struct h5_search {
    char *folder;   /* its folder as it was opened */
    char *real;     /* the same without symbolic links */
    char *sources;  /* prefix for sources, tried first; NULL: none */
    char *external; /* prefix for external files, instead of the working folder; NULL: none */
};

/* False, with nothing to free, if the object's file cannot be described. Within hg_enter. */
bool hg_search_open(hid_t object, struct h5_search *search);
void hg_search_close(struct h5_search *search);

/* Returns where libhdf5 looks for an external file, in new memory; NULL if allocation fails. */
char *hg_search_external(const struct h5_search *search, const char *name);

enum h5_search_kind { H5_SEARCH_LINK, H5_SEARCH_SOURCE };

/* Returns the paths that name may stand for in libhdf5's order, in new memory, each ended by a NUL
 * and the last by two; NULL if allocation fails. libhdf5 also looks elsewhere for the last
 * component of an absolute path. */
char *hg_search(const struct h5_search *search, enum h5_search_kind kind, const char *name);

#endif
