/* SPDX-License-Identifier: BSD-3-Clause */
#include "stencil/operator.h"

#include <math.h>
#include <string.h>

#include "base/size.h"
#include "stencil/clones.h"

const char *hg_operator_boundary_word(enum boundary boundary)
{
    static const char *const words[] = {
        [BOUNDARY_ONE_SIDED] = "one-sided",
        [BOUNDARY_PERIODIC] = "periodic",
        [BOUNDARY_PERIODIC_REPEATED] = "periodic-repeated",
        [BOUNDARY_NAN] = "nan",
        [BOUNDARY_EXTEND] = "extend",
        [BOUNDARY_VALUE] = "value",
        [BOUNDARY_MIRROR] = "mirror",
        [BOUNDARY_REFLECT] = "reflect",
    };
    return words[boundary];
}

/* Weights of even windows, multiplied by their common divisor: B. Fornberg, Generation of finite
 * difference formulas on arbitrarily spaced grids, Math. Comp. 51 (1988). */
struct even_weights {
    int divisor;
    int central[OPERATOR_MOST_REACH]; /* of the pairs of points, from the outermost inwards */
    /* Of the window at the first end, by the place of the result in it. */
    int end[OPERATOR_MOST_REACH][OPERATOR_MOST_POINTS];
};

/* By derivative and reach of the central formula. */
static const struct even_weights even_weights[2][OPERATOR_MOST_REACH] = {
    {
        {2, {1}, {{0}}},
        {12, {-1, 8}, {{-25, 48, -36, 16, -3}, {-3, -10, 18, -6, 1}}},
        {60,
         {1, -9, 45},
         {{-147, 360, -450, 400, -225, 72, -10},
          {-10, -77, 150, -100, 50, -15, 2},
          {2, -24, -35, 80, -30, 8, -1}}},
        {840,
         {-3, 32, -168, 672},
         {{-2283, 6720, -11760, 15680, -14700, 9408, -3920, 960, -105},
          {-105, -1338, 2940, -2940, 2450, -1470, 588, -140, 15},
          {15, -240, -798, 1680, -1050, 560, -210, 48, -5},
          {-5, 60, -420, -378, 1050, -420, 140, -30, 3}}},
    },
    {
        {1, {1}, {{2, -5, 4, -1}}},
        {12, {-1, 16}, {{45, -154, 214, -156, 61, -10}, {10, -15, -4, 14, -6, 1}}},
        {180,
         {2, -27, 270},
         {{938, -4014, 7911, -9490, 7380, -3618, 1019, -126},
          {126, -70, -486, 855, -670, 324, -90, 11},
          {-11, 214, -378, 130, 85, -54, 16, -2}}},
        {5040,
         {-9, 128, -1008, 8064},
         {{32575, -165924, 422568, -704368, 818874, -667800, 375704, -139248, 30663, -3044},
          {3044, 2135, -28944, 57288, -65128, 51786, -28560, 10424, -2268, 223},
          {-223, 5274, -7900, -2184, 10458, -8932, 4956, -1800, 389, -38},
          {38, -603, 6984, -12460, 5796, 882, -952, 396, -90, 9}}},
    },
};

/* The points [first, first + count) that the result at index at is made of. */
struct window {
    const struct stencil_axis *axis;
    struct stencil_operator op; /* with the accuracy that the run has points for */
    uint64_t point;
    const double *x;
    int64_t at, first, count;
    int64_t shift; /* points of a period, if at lies that far from the points of the axis */
};

static double stored_coordinate(const struct window *window, int64_t point)
{
    const struct stencil_axis *axis = window->axis;
    const int64_t behind = (int64_t)axis->extent - 1 - point;
    if (point < OPERATOR_MOST_POINTS)
        return axis->first[point];
    if (behind < OPERATOR_MOST_POINTS)
        return axis->last[behind];
    return window->x[point - (int64_t)window->point];
}

static double coordinate(const struct window *window, int64_t index)
{
    const struct stencil_axis *axis = window->axis;
    const double *first = axis->first, *last = axis->last;
    const bool low = index < 0;
    if (operator_is_periodic(&axis->op)) {
        const int64_t all = operator_period_points(axis);
        index -= window->shift;
        if (index >= 0 && index < all)
            return stored_coordinate(window, index);
        return index < 0 ? stored_coordinate(window, index + all) - axis->period
                         : stored_coordinate(window, index - all) + axis->period;
    }
    if (!low && index < (int64_t)axis->extent)
        return stored_coordinate(window, index);
    const int64_t beyond = low ? -index : index - ((int64_t)axis->extent - 1);
    if (axis->op.boundary[!low] == BOUNDARY_REFLECT)
        return low ? 2 * (first[0] - (first[1] - first[0]) / 2) - first[beyond - 1]
                   : 2 * (last[0] + (last[0] - last[1]) / 2) - last[beyond - 1];
    return low ? first[0] - (first[beyond] - first[0]) : last[0] + (last[0] - last[beyond]);
}

/* Returns whether point repeats the first one. */
static bool is_repeated(const struct stencil_axis *axis, uint64_t point)
{
    return operator_is_periodic(&axis->op) && (int64_t)point == operator_period_points(axis);
}

ptrdiff_t hg_operator_place(const struct stencil_axis *axis, uint64_t point, int64_t k)
{
    const int64_t all = (int64_t)axis->extent, own = (int64_t)point;
    if (operator_is_periodic(&axis->op)) {
        const int64_t period = operator_period_points(axis), skipped = all - period;
        if (is_repeated(axis, point))
            return (ptrdiff_t)(k < 0 ? k : k + 1);
        return (ptrdiff_t)((k < 0 ? k - skipped : k < period ? k : k + skipped) - own);
    }
    if (k >= 0 && k < all)
        return (ptrdiff_t)(k - own);
    const bool low = k < 0;
    const int64_t beyond = low ? -k : k - (all - 1);
    int64_t before = 0; /* points between the end and the point that stands for it */
    switch (axis->op.boundary[!low]) {
    case BOUNDARY_MIRROR:
        before = beyond;
        break;
    case BOUNDARY_REFLECT:
        before = beyond - 1;
        break;
    case BOUNDARY_EXTEND:
        break;
    default:
        return low ? TAP_CONSTANT_FIRST : TAP_CONSTANT_LAST;
    }
    return (ptrdiff_t)((low ? before : all - 1 - before) - own);
}

static ptrdiff_t place(const struct window *window, int64_t k)
{
    return hg_operator_place(window->axis, window->point, k);
}

static void add_tap(const struct window *window, struct taps *taps, int64_t index, double weight)
{
    taps->offset[taps->n] = place(window, index);
    taps->weight[taps->n++] = weight;
}

static void even_central(const struct window *window, struct taps *taps)
{
    const int64_t reach = window->count / 2;
    const struct even_weights *weights = &even_weights[window->op.derivative - 1][reach - 1];
    taps->form = window->op.derivative == 1 ? TAPS_CENTRAL : TAPS_CURVATURE;
    taps->divisor = weights->divisor;
    for (int64_t k = reach; k > 0; k--) {
        taps->from[taps->n] = place(window, window->at - k);
        add_tap(window, taps, window->at + k, weights->central[reach - k]);
    }
}

/* The formulas of torch.gradient for accuracy 2; otherwise differences between the result's own
 * point and the others of the window. */
static void even_end(const struct window *window, struct taps *taps)
{
    static const double slope[2][3] = {{-1.5, 2, -0.5}, {0.5, -2, 1.5}};
    const bool last = window->at - window->first > window->count / 2;
    const struct stencil_operator *op = &window->op;
    taps->divisor = 1;
    if (op->derivative == 1 && op->accuracy == 2) {
        taps->form = op->edge_order == 1 ? TAPS_DIFFERENCES : TAPS_SUM;
        taps->center = place(window, window->first);
        for (int64_t k = op->edge_order == 1; k < window->count; k++)
            add_tap(window, taps, window->first + k,
                    op->edge_order == 1 ? 1 : slope[window->at != window->first][k]);
        return;
    }
    const struct even_weights *weights = &even_weights[op->derivative - 1][operator_reach(op) - 1];
    const int64_t at = window->at - window->first;
    const int *weight = weights->end[last ? window->count - 1 - at : at];
    taps->form = TAPS_DIFFERENCES;
    taps->divisor = weights->divisor;
    for (int64_t k = 0; k < window->count; k++) {
        const int of_point = weight[last ? window->count - 1 - k : k];
        if (k != at)
            add_tap(window, taps, window->first + k,
                    last && op->derivative == 1 ? -of_point : of_point);
    }
}

/* The formulas of numpy.gradient for three points. */
static void uneven_sum(const struct window *window, struct taps *taps)
{
    double x[3], weight[3];
    for (int64_t k = 0; k < 3; k++)
        x[k] = coordinate(window, window->first + k);
    const double p = x[1] - x[0], q = x[2] - x[1];
    if (window->at == window->first + 1) {
        weight[0] = -q / (p * (p + q));
        weight[1] = (q - p) / (p * q);
        weight[2] = p / (q * (p + q));
    } else if (window->at == window->first) {
        weight[0] = -(2 * p + q) / (p * (p + q));
        weight[1] = (p + q) / (p * q);
        weight[2] = -p / (q * (p + q));
    } else {
        weight[0] = q / (p * (p + q));
        weight[1] = -(p + q) / (p * q);
        weight[2] = (p + 2 * q) / (q * (p + q));
    }
    taps->form = TAPS_SUM;
    for (int64_t k = 0; k < 3; k++)
        add_tap(window, taps, window->first + k, weight[k]);
}

static void uneven_slopes(const struct window *window, struct taps *taps)
{
    const double x = coordinate(window, window->at);
    const double p = x - coordinate(window, window->at - 1);
    const double q = coordinate(window, window->at + 1) - x;
    taps->form = TAPS_SLOPES;
    taps->from[0] = place(window, window->at - 1);
    add_tap(window, taps, window->at + 1, q);
    taps->weight[1] = p;
    taps->weight[2] = p + q;
}

/* Returns the derivative, at x[at], of the Lagrange polynomial of x[k]. */
static double lagrange(const double *x, int64_t count, int64_t at, int64_t k, unsigned derivative)
{
    double weight = 1, sum = 0;
    for (int64_t m = 0; m < count; m++) {
        if (m != at && m != k)
            weight = weight * ((x[at] - x[m]) / (x[k] - x[m]));
    }
    weight = weight / (x[k] - x[at]);
    if (derivative == 1)
        return weight;
    for (int64_t m = 0; m < count; m++) {
        if (m != at && m != k)
            sum = sum + 1 / (x[at] - x[m]);
    }
    return (weight + weight) * sum;
}

static void uneven_differences(const struct window *window, struct taps *taps)
{
    double x[OPERATOR_MOST_POINTS];
    const int64_t at = window->at - window->first;
    for (int64_t k = 0; k < window->count; k++)
        x[k] = coordinate(window, window->first + k);
    taps->form = TAPS_DIFFERENCES;
    for (int64_t k = 0; k < window->count; k++) {
        if (k != at)
            add_tap(window, taps, window->first + k,
                    lagrange(x, window->count, at, k, window->op.derivative));
    }
}

static void uneven_taps(const struct window *window, bool central, struct taps *taps)
{
    const struct stencil_operator *op = &window->op;
    if (op->accuracy == 2 && op->derivative == 1 && (central || op->edge_order == 2)) {
        uneven_sum(window, taps);
    } else if (op->accuracy == 2 && op->derivative == 1) {
        taps->order = 1;
        taps->step = coordinate(window, window->first + 1) - coordinate(window, window->first);
        even_end(window, taps);
    } else if (op->accuracy == 2 && central) {
        uneven_slopes(window, taps);
    } else {
        uneven_differences(window, taps);
    }
}

/* Lowers the accuracy to what a run of length points allows; false if it allows none. */
static bool lower_accuracy(struct stencil_operator *op, int64_t length)
{
    while (length < operator_window(op)) {
        if (op->accuracy > 2) {
            op->accuracy -= 2;
            op->edge_order = 2;
        } else if (op->edge_order == 2) {
            op->edge_order = 1;
        } else {
            return false;
        }
    }
    return true;
}

/* Finds the window of a result; returns whether the result is at its centre. */
static bool find_window(struct window *window, const int64_t run[2])
{
    const struct stencil_operator *op = &window->op;
    const int64_t reach = operator_reach(op), period = operator_period_points(window->axis);
    window->first = window->at - reach;
    window->count = 2 * reach + 1;
    if (window->first >= run[0] && window->at + reach <= run[1])
        return true;
    const bool low = window->first < run[0];
    window->count = operator_window(op);
    window->first = low ? run[0] : run[1] - window->count + 1;
    if (op->derivative == 1 || op->accuracy > 2 || op->edge_order == 2)
        return false;
    /* Edge order 1 of the second derivative: the end has the result of its neighbour, made of the
     * coordinates as they are for the neighbour. */
    window->at = window->first + 1;
    if (operator_is_periodic(&window->axis->op))
        window->shift = window->at < 0 ? -period : window->at >= period ? period : 0;
    return true;
}

/* Returns whether the window goes beyond an end where values are unknown. */
static bool is_unknown(const struct window *window)
{
    const struct stencil_axis *axis = window->axis;
    return (window->first < 0 && axis->op.boundary[0] == BOUNDARY_NAN) ||
           (window->first + window->count > (int64_t)axis->extent &&
            axis->op.boundary[1] == BOUNDARY_NAN);
}

bool hg_operator_run_taps(const struct stencil_axis *axis, uint64_t point, const int64_t run[2],
                          const double *x, struct taps *taps)
{
    struct window window = {.axis = axis, .op = axis->op, .point = point, .x = x};
    window.at = is_repeated(axis, point) ? 0 : (int64_t)point;
    if (run[1] - run[0] < OPERATOR_MOST_POINTS && !lower_accuracy(&window.op, run[1] - run[0] + 1))
        return false;
    const bool central = find_window(&window, run);
    const int64_t first = window.first - window.shift;
    const bool crosses = first < 0 || first + window.count > operator_period_points(axis);
    taps->n = 0;
    taps->center = 0;
    taps->order = 0;
    taps->divisor = 1;
    taps->constant[0] = axis->op.value[0];
    taps->constant[1] = axis->op.value[1];
    taps->uneven = !axis->even || (operator_is_periodic(&axis->op) && crosses && !axis->seam_even);
    if (is_unknown(&window)) {
        taps->form = TAPS_SUM;
        taps->constant[0] = NAN;
        taps->offset[0] = TAP_CONSTANT_FIRST;
        taps->weight[taps->n++] = 1;
        return true;
    }
    taps->center = place(&window, window.at);
    if (taps->uneven) {
        uneven_taps(&window, central, taps);
        return true;
    }
    taps->order = axis->op.derivative;
    taps->step = axis->step;
    if (central)
        even_central(&window, taps);
    else
        even_end(&window, taps);
    return true;
}

void hg_operator_taps(const struct stencil_axis *axis, uint64_t point, const double *x,
                      struct taps *taps)
{
    const int64_t far = INT64_MAX / 4;
    const int64_t run[2] = {axis->op.boundary[0] == BOUNDARY_ONE_SIDED ? 0 : -far,
                            axis->op.boundary[1] == BOUNDARY_ONE_SIDED ? (int64_t)axis->extent - 1
                                                                       : far};
    hg_operator_run_taps(axis, point, run, x, taps);
}

unsigned hg_operator_weights(const struct stencil_axis *axis)
{
    if (axis->even)
        return 0;
    return axis->op.accuracy == 2 ? 3 : axis->op.accuracy;
}

void hg_operator_weigh(const struct stencil_axis *axis, uint64_t first, uint64_t count,
                       const double *x, double *weight)
{
    const unsigned n = hg_operator_weights(axis);
    for (uint64_t i = 0; i < count; i++) {
        struct taps taps;
        memset(taps.weight, 0, sizeof taps.weight);
        if (first + i >= axis->ends[0] && first + i + axis->ends[1] < axis->extent)
            hg_operator_taps(axis, first + i, x + i, &taps);
        for (unsigned t = 0; t < n; t++)
            weight[t * count + i] = taps.weight[t];
    }
}
