/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operators: derivatives along one axis. A result is a formula over taps, points of the axis, which
 * depend only on the point and the ends of the axis. A tap beyond an end is a point that exists, or
 * a number, so kernels read nothing but the array.
 *
 * The order of operations is part of an operator: every operation is rounded once.
 */
#ifndef H5GRAD_STENCIL_OPERATOR_H
#define H5GRAD_STENCIL_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPERATOR_MOST_REACH  4  /* points of a central formula on each side */
#define OPERATOR_MOST_POINTS 10 /* of a formula */
#define OPERATOR_MOST_ENDS   5  /* points at an end that have formulas of their own */

/* What lies beyond an end of an axis. */
enum boundary {
    BOUNDARY_ONE_SIDED,
    BOUNDARY_PERIODIC,          /* the other end */
    BOUNDARY_PERIODIC_REPEATED, /* likewise, and the last point repeats the first one */
    BOUNDARY_NAN,               /* unknown values */
    BOUNDARY_EXTEND,            /* the value of the end, repeated */
    BOUNDARY_VALUE,             /* a number */
    BOUNDARY_MIRROR,            /* the points inside, the end itself not repeated */
    BOUNDARY_REFLECT            /* the points inside, the end itself repeated */
};

/* Returns the word of option and report: "one-sided", "periodic", ... */
const char *hg_operator_boundary_word(enum boundary boundary);

/* What missing values, which are NaN, do to results. */
enum missing {
    MISSING_NAN,    /* what the arithmetic makes of them */
    MISSING_STRICT, /* likewise, and a point without value has no result */
    MISSING_EDGE    /* they end the axis: each run of values is an axis of its own */
};

/* A derivative, as asked for. */
struct stencil_operator {
    unsigned derivative;       /* 1 or 2 */
    unsigned accuracy;         /* 2, 4, 6 or 8 */
    unsigned edge_order;       /* 1 or 2; used if accuracy is 2 */
    enum boundary boundary[2]; /* at the first and at the last point */
    double value[2];           /* of BOUNDARY_VALUE, in the precision of the arithmetic */
    double period;             /* of the coordinates; 0: derived from them */
    enum missing missing;
};

/* All of a differentiated axis but the coordinates between its ends. */
struct stencil_axis {
    struct stencil_operator op;
    uint64_t extent;
    /* Whether step replaces the coordinates, in windows of points that do not cross the seam of a
     * periodic axis, and in those that do. Other windows are computed in double. */
    bool even, seam_even;
    double step;   /* of an even axis: finite, not 0, may be negative */
    double period; /* added to coordinates across the last point; negative if they descend */
    /* Coordinates, as far as there are points; last[0] is that of the last point. */
    double first[OPERATOR_MOST_POINTS], last[OPERATOR_MOST_POINTS];
    unsigned reach;   /* points that the formula of the inside reads on each side */
    unsigned ends[2]; /* points at each end that have formulas of their own */
};

/* Returns how many points a period has; a point that repeats the first one does not count. */
static inline int64_t operator_period_points(const struct stencil_axis *axis)
{
    return (int64_t)axis->extent - (axis->op.boundary[0] == BOUNDARY_PERIODIC_REPEATED);
}

static inline bool boundary_is_periodic(enum boundary boundary)
{
    return boundary == BOUNDARY_PERIODIC || boundary == BOUNDARY_PERIODIC_REPEATED;
}

static inline bool operator_is_periodic(const struct stencil_operator *op)
{
    return boundary_is_periodic(op->boundary[0]);
}

/* The accuracies that there are, for messages. */
#define OPERATOR_ACCURACIES "2, 4, 6 or 8"

static inline bool operator_has_accuracy(uint64_t accuracy)
{
    return accuracy >= 2 && accuracy <= 2 * OPERATOR_MOST_REACH && accuracy % 2 == 0;
}

/* Returns how many points the formula of the inside reads on each side. */
static inline unsigned operator_reach(const struct stencil_operator *op)
{
    return op->accuracy / 2;
}

/* Returns how many points the one-sided formula at an end reads. */
static inline unsigned operator_window(const struct stencil_operator *op)
{
    return op->derivative + (op->accuracy > 2 ? op->accuracy : op->edge_order);
}

enum taps_form {
    TAPS_CENTRAL,     /* sum of weight t (f[offset t] - f[from t]) */
    TAPS_CURVATURE,   /* sum of weight t ((f[offset t] - f[center]) + (f[from t] - f[center])) */
    TAPS_DIFFERENCES, /* sum of weight t (f[offset t] - f[center]) */
    TAPS_SUM,         /* sum of weight t f[offset t] */
    TAPS_SLOPES,      /* (f[offset 0] - f[center]) / weight 0 - (f[center] - f[from 0]) / weight 1,
                       * twice that, / weight 2 */
    TAPS_FORMS
};

/* Offsets of taps that are numbers: constant[0] and constant[1]. */
#define TAP_CONSTANT_FIRST PTRDIFF_MIN
#define TAP_CONSTANT_LAST  PTRDIFF_MAX

static inline bool tap_is_constant(ptrdiff_t offset)
{
    return offset == TAP_CONSTANT_FIRST || offset == TAP_CONSTANT_LAST;
}

/*
 * The formula of a point, where f[k] is the value k points after it. Terms are summed in the order
 * of t; the sum is divided by step, order times, and by divisor. Forms of differences give a
 * constant the derivative 0, and keep the rounding errors of small weights small.
 */
struct taps {
    enum taps_form form;
    bool uneven; /* computed in double */
    unsigned n;  /* terms */
    ptrdiff_t center;
    ptrdiff_t offset[OPERATOR_MOST_POINTS], from[OPERATOR_MOST_POINTS];
    double weight[OPERATOR_MOST_POINTS];
    unsigned order;
    double step, divisor;
    double constant[2];
};

/*
 * Makes the formula of a point that may use the points from run[0] to run[1], which goes on beyond
 * the ends that have a boundary; false if they are too few. x[k] is the coordinate k points after
 * the point: needed only if the axis is uneven, for points that are neither among the first nor the
 * last OPERATOR_MOST_POINTS.
 */
bool hg_operator_run_taps(const struct stencil_axis *axis, uint64_t point, const int64_t run[2],
                          const double *x, struct taps *taps);

/* Likewise, using all points that there are. */
void hg_operator_taps(const struct stencil_axis *axis, uint64_t point, const double *x,
                      struct taps *taps);

/* Returns the offset from point to the point that supplies the value at index k, which may lie
 * beyond the ends of the axis; TAP_CONSTANT_FIRST or _LAST if a number does. Seen from a point that
 * repeats the first one, that point has index 0. */
ptrdiff_t hg_operator_place(const struct stencil_axis *axis, uint64_t point, int64_t k);

/* Returns how many weights a point inside an uneven axis has; 0 if the axis is even. */
unsigned hg_operator_weights(const struct stencil_axis *axis);

/*
 * Computes the weights of the points [first, first + count) of an uneven axis: weight[t * count +
 * i] is the weight of term t of point first + i. x[i] is the coordinate of point first + i; x holds
 * those of all points of the axis that the formulas use. The weights of points at the ends, which
 * have formulas of their own, are 0.
 */
void hg_operator_weigh(const struct stencil_axis *axis, uint64_t first, uint64_t count,
                       const double *x, double *weight);

#endif
