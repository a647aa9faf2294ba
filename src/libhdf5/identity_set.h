/* SPDX-License-Identifier: BSD-3-Clause */
/* A set of objects, each with a number; a zeroed struct is the empty set. */
#ifndef H5GRAD_LIBHDF5_IDENTITY_SET_H
#define H5GRAD_LIBHDF5_IDENTITY_SET_H

#include "libhdf5/identity.h"

struct h5_set_entry {
    struct h5_identity identity;
    size_t number;
    bool used;
};

struct h5_set {
    size_t n;
    size_t capacity;
    struct h5_set_entry *entry;
};

/* Adds an object; one that is in the set keeps its number. added may be NULL. */
enum h5grad_status hg_set_add(struct h5_set *set, const struct h5_identity *identity, size_t number,
                              bool *added, struct h5grad_error *err);

/* Returns the number of an object, or NULL if it is not in the set. */
const size_t *hg_set_find(const struct h5_set *set, const struct h5_identity *identity);

void hg_set_free(struct h5_set *set);

#endif
