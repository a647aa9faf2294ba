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

#define COMBINATION_MOST_INPUTS 33 /* derivatives: as many as axes, and one on a sphere */

enum combination_kind {
    COMBINATION_SQUARES,    /* a*a + b*b + ...; of complex values re*re + im*im in place of a*a */
    COMBINATION_MAGNITUDE,  /* the square root of that */
    COMBINATION_SUM,        /* a + b + ... */
    COMBINATION_SUM_LESS,   /* (a + b + ...) - c * factor + d ..., c being input number before */
    COMBINATION_DIFFERENCE, /* a - b */
    COMBINATION_DIFFERENCE_MORE, /* (a - b) + c * factor */
    /* Of real derivatives of two or three components: the diagonal of their matrix J, then the
     * pairs J[a][b], J[b][a] above and below it, by rows: -(half the sum of squares) - the sum of
     * products.
     */
    COMBINATION_Q,
    COMBINATION_KINDS
};

struct combination {
    const char *name;
    /* The results of n points: values[k] are those of derivative k, dense like the results, and
     * values[inputs] the factors, where the kind has one. */
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    unsigned inputs;     /* derivatives, whose order has a meaning */
    unsigned components; /* scalars of a point of each of them, ... */
    unsigned results;    /* ... and of a result */
    unsigned before;     /* of COMBINATION_SUM_LESS, above 0 */
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components);

#endif
