/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Operators: derivatives along one axis. A result is a formula over taps, points of the axis; which
 * ones depends on the point and on the ends of the axis only. Points beyond an end that are made up
 * are taps at points that exist, or numbers, so a kernel reads nothing but the array.
 *
 * The order of operations is part of an operator: every operation is rounded once.
 */
#ifndef H5GRAD_STENCIL_OPERATOR_H
#define H5GRAD_STENCIL_OPERATOR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define OPERATOR_MOST_REACH  4  /* points on each side of a central formula */
#define OPERATOR_MOST_POINTS 10 /* of a formula */
#define OPERATOR_MOST_ENDS   5  /* points at an end whose formula is not that of the inside */

/* What lies beyond an end of an axis. */
enum boundary {
    BOUNDARY_ONE_SIDED,
    BOUNDARY_PERIODIC,          /* the other end */
    BOUNDARY_PERIODIC_REPEATED, /* the same, and the last point is the first one again */
    BOUNDARY_NAN,               /* something unknown */
    BOUNDARY_EXTEND,            /* the last value, again and again */
    BOUNDARY_VALUE,             /* a number */
    BOUNDARY_MIRROR,            /* the points before the end, which is not repeated */
    BOUNDARY_REFLECT            /* the points before the end, which is repeated */
};

/* The word for it: "one-sided", "periodic", ... */
const char *hg_operator_boundary_word(enum boundary boundary);

/* What values that are NaN do to results. */
enum missing {
    MISSING_NAN,    /* what IEEE's arithmetic makes of them */
    MISSING_STRICT, /* the same, and their own results are NaN */
    MISSING_EDGE    /* they end the axis: each unbroken run of values is an axis of its own */
};

/* A derivative, as it is asked for. */
struct stencil_operator {
    unsigned derivative;       /* 1 or 2 */
    unsigned accuracy;         /* 2, 4, 6 or 8 */
    unsigned edge_order;       /* 1 or 2; where accuracy is 2 */
    enum boundary boundary[2]; /* at the first and at the last point */
    double value[2];           /* of BOUNDARY_VALUE; a number of the type of the arithmetic */
    double period;             /* of the coordinates; 0: as they say */
    enum missing missing;
};

/* Everything about one differentiated axis but the coordinates inside it. */
struct stencil_axis {
    struct stencil_operator op;
    uint64_t extent;
    bool even;      /* windows that do not cross the seam have the step's formula, ... */
    bool seam_even; /* ... and those that do; elsewhere the coordinates', in double */
    double step;    /* of an even axis: finite, not 0, may be negative */
    double turn;    /* what is added to coordinates that are reached across the last point: the
                       period, negative where they fall */
    /* Coordinates, as far as there are points; last[0] is that of the last point. */
    double first[OPERATOR_MOST_POINTS], last[OPERATOR_MOST_POINTS];
    unsigned reach;   /* points on each side of one that is inside */
    unsigned ends[2]; /* points at each end that are not inside */
};

/* Points of a periodic axis that are different ones. */
static inline int64_t operator_turn_points(const struct stencil_axis *axis)
{
    return (int64_t)axis->extent - (axis->op.boundary[0] == BOUNDARY_PERIODIC_REPEATED);
}

static inline bool operator_is_periodic(const struct stencil_operator *op)
{
    return op->boundary[0] == BOUNDARY_PERIODIC || op->boundary[0] == BOUNDARY_PERIODIC_REPEATED;
}

/* Points that a window at an open end has. */
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

/* Offsets that stand for numbers: made[0] and made[1]. */
#define TAP_MADE_FIRST INT_MIN
#define TAP_MADE_LAST  INT_MAX

static inline bool tap_is_made(int offset)
{
    return offset == TAP_MADE_FIRST || offset == TAP_MADE_LAST;
}

/*
 * The formula of a point: f[k] is the value k points behind it. Sums are made in the order of t,
 * from the first term on, then divided by step, as often as order says, and by divisor. Differences
 * keep a constant's derivative at 0 and the rounding errors of small weights small.
 */
struct taps {
    enum taps_form form;
    bool uneven; /* computed in double */
    unsigned n;  /* terms */
    int center;
    int offset[OPERATOR_MOST_POINTS], from[OPERATOR_MOST_POINTS];
    double weight[OPERATOR_MOST_POINTS];
    unsigned order;
    double step, divisor;
    double made[2];
};

/*
 * The formula of a point that may use points [low, high] of the axis, which are counted on beyond
 * its ends where these are not open; false where those are too few for any. x[k] is the coordinate
 * of the point k points behind, as far as there is one; needed only where the axis is not even and
 * the formula uses points that are neither among the first nor among the last
 * OPERATOR_MOST_POINTS.
 */
bool hg_operator_run_taps(const struct stencil_axis *axis, uint64_t point, const int64_t run[2],
                          const double *x, struct taps *taps);

/* The same with all points that there are. */
void hg_operator_taps(const struct stencil_axis *axis, uint64_t point, const double *x,
                      struct taps *taps);

/* Where the value lies that belongs to index k, counted from the point's own, which is the first
 * one's where the point repeats it: as an offset of taps. */
int hg_operator_place(const struct stencil_axis *axis, uint64_t point, int64_t k);

/* Weights of a point that is inside an uneven axis; 0: the axis is even. */
unsigned hg_operator_weights(const struct stencil_axis *axis);

/*
 * Weights of the points [first, first + count) of an uneven axis: weight[t * count + i] is that of
 * term t of point i. x[i] is the coordinate of point i, and x holds those of all points inside the
 * axis that the results depend on. The weights of points that are not inside are 0.
 */
void hg_operator_weigh(const struct stencil_axis *axis, uint64_t first, uint64_t count,
                       const double *x, double *weight);

#endif
