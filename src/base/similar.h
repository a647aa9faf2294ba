/* SPDX-License-Identifier: BSD-3-Clause */
/* The name that was meant where another one was given. */
#ifndef H5GRAD_BASE_SIMILAR_H
#define H5GRAD_BASE_SIMILAR_H

#include <stdbool.h>
#include <stddef.h>

/* The nearest of the names that hg_similar_try has seen. */
struct similar {
    const char *wanted; /* of length bytes */
    size_t length;
    const char *nearest; /* NULL: none is near */
    size_t distance;     /* of nearest */
};

/* Starts without a name. wanted must outlive *similar. */
void hg_similar_start(struct similar *similar, const char *wanted, size_t length);

/* Takes a name if it is nearer than those before: by the number of letters that are changed, left
 * out, put in or swapped, which must be fewer than half of them and at most two, or if it differs
 * by the case of letters alone. */
void hg_similar_try(struct similar *similar, const char *name);

#endif
