/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Combinations: outputs made of several derivatives at the same point. All are computed in double;
 * every operation is rounded once, in the order written. A combination is a function and a row of
 * the table in combine.c.
 */
#ifndef H5GRAD_ENGINE_COMBINE_H
#define H5GRAD_ENGINE_COMBINE_H

#include <stddef.h>

#define COMBINATION_MOST_INPUTS 33 /* one per axis, and the value of a metric term */

enum combination_kind {
    COMBINATION_SQUARES,   /* a*a + b*b + ...; of complex values re*re + im*im in place of a*a */
    COMBINATION_MAGNITUDE, /* the square root of that */
    COMBINATION_SUM,       /* a + b + ... */
    /* With the metric term of a sphere: c is a value, not a derivative. */
    COMBINATION_SUM_METRIC, /* (a + b + ...) - c * factor + d ..., where before inputs precede c */
    COMBINATION_DIFFERENCE, /* a - b */
    COMBINATION_DIFFERENCE_METRIC, /* (a - b) + c * factor */
    COMBINATION_DIFFERENCES,       /* the vector a - b, c - d, ... */
    /* The Q-criterion of a vector of two or three real components: -(half the sum of squares of the
     * diagonal of its Jacobian J) - the sum of the products J[a][b] J[b][a]. Inputs are the
     * diagonal, then the pairs J[a][b], J[b][a] by rows. */
    COMBINATION_Q,
    COMBINATION_KINDS
};

struct combination {
    const char *name;
    /* Makes the results of n points. values[k] are those of input k, dense like the results;
     * values[inputs] are the factors, if the kind has them. */
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    unsigned inputs;     /* how many derivatives, whose order matters */
    unsigned components; /* scalars of a point of an input */
    unsigned results;    /* scalars of a point of the result */
    unsigned before;     /* of COMBINATION_SUM_METRIC, above 0 */
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components);

#endif
