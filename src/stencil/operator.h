/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operators: derivatives along one axis, as tables. A result is a sum over taps, the points of the
 * axis that it depends on; which taps belong to a point depends on its distance from the two ends
 * of the axis and on nothing else. Another derivative, accuracy or rule for the ends is another
 * table.
 *
 * The order of operations is part of an operator: every operation is rounded once.
 */
#ifndef H5GRAD_STENCIL_OPERATOR_H
#define H5GRAD_STENCIL_OPERATOR_H

#include <stdbool.h>
#include <stdint.h>

#define OPERATOR_MOST_TAPS 9

/* The formulas, f[k] being the value k points behind the result's. The first four are special cases
 * of three neighbouring points, each with a row function of its own. */
enum taps_form {
    TAPS_CENTRAL,    /* (f[1] - f[-1]) / step / 2 */
    TAPS_DIFFERENCE, /* (f[offset 0] - f[from 0]) / step, weight 0 being the step if uneven */
    TAPS_EVEN_SUM, /* (weight 0 f[offset 0] + weight 1 f[offset 1] + weight 2 f[offset 2]) / step */
    TAPS_UNEVEN_SUM, /* the same without the division */
    /* sum = weight 0 (f[offset 0] - f[from 0]), then for t = 1, 2, ... the sum becomes
     * sum + weight t (f[offset t] - f[from t]); then sum / step, as often as order says, / divisor.
     * Differences keep a constant's derivative at 0 and the rounding errors of small weights small;
     * weights: B. Fornberg, Generation of finite difference formulas on arbitrarily spaced grids,
     * Math. Comp. 51 (1988), multiplied by their common divisor. */
    TAPS_DIFFERENCES,
    TAPS_FORMS
};

/* The formula of a point. */
struct taps {
    enum taps_form form;
    unsigned n;
    int offset[OPERATOR_MOST_TAPS], from[OPERATOR_MOST_TAPS]; /* from: of differences only */
    double weight[OPERATOR_MOST_TAPS];                        /* of an even operator */
    unsigned order;
    double divisor;
    /* Of an uneven operator: the weights where x[k] is the coordinate of the point f[k]. */
    void (*weigh)(const struct taps *taps, const double *x, double *weight);
};

struct stencil_operator {
    bool uneven;    /* weights are made of coordinates; computed in double */
    unsigned reach; /* points on each side of one that is inside */
    unsigned width; /* points that results at an end depend on, and that an axis has at least */
    unsigned taps;  /* of a point, at most */
    struct taps inside;
    unsigned ends; /* points at each end of the axis that are not inside; 2 * ends <= width + 1 */
    const struct taps *first, *last; /* of the points [0, ends) from either end */
};

/* The gradient of torch and numpy; edge_order 1 or 2. */
const struct stencil_operator *hg_operator_gradient(unsigned edge_order, bool uneven);

/* The taps of a point that has so many points of its axis before and after it. */
const struct taps *hg_operator_taps(const struct stencil_operator *op, uint64_t before,
                                    uint64_t after);

/*
 * Weights of count points of an uneven operator, before and after which the axis has so many more:
 * weight[t * count + i] is that of tap t of point i. x[i] is the coordinate of point i, and x holds
 * those of all points that the results depend on.
 */
void hg_operator_weigh(const struct stencil_operator *op, uint64_t before, uint64_t count,
                       uint64_t after, const double *x, double *weight);

#endif
