/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Combinations: what an output can be made of several derivatives at the same point. Pure
 * arithmetic in double; every operation is rounded once, in the order written. A combination is a
 * function and a row of the table in combine.c.
 */
#ifndef H5GRAD_ENGINE_COMBINE_H
#define H5GRAD_ENGINE_COMBINE_H

#include <stdbool.h>
#include <stddef.h>

#define COMBINATION_MOST_INPUTS 32 /* derivatives: a divergence can have as many as axes */

enum combination_kind {
    COMBINATION_SQUARES, /* a*a + b*b + ...; of complex values re*re + im*im in place of a*a */
    COMBINATION_KINDS
};

struct combination {
    const char *name;
    /* The results of n points: values[k] are those of derivative k, dense like the results. */
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    unsigned inputs;     /* derivatives, whose order has a meaning */
    unsigned components; /* scalars of a point of each of them, ... */
    unsigned results;    /* ... and of a result */
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components);

#endif
