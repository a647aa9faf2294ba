/* SPDX-License-Identifier: BSD-3-Clause */
#include "stencil/operator.h"

#include "stencil/clones.h"

/* p and q are the differences of the coordinates of the three points. */

static void weigh_inside(const struct taps *taps, const double *x, double *weight)
{
    const double p = x[0] - x[-1], q = x[1] - x[0];
    (void)taps;
    weight[0] = -q / (p * (p + q));
    weight[1] = (q - p) / (p * q);
    weight[2] = p / (q * (p + q));
}

static void weigh_first(const struct taps *taps, const double *x, double *weight)
{
    const double p = x[1] - x[0], q = x[2] - x[1];
    (void)taps;
    weight[0] = -(2 * p + q) / (p * (p + q));
    weight[1] = (p + q) / (p * q);
    weight[2] = -p / (q * (p + q));
}

static void weigh_last(const struct taps *taps, const double *x, double *weight)
{
    const double p = x[-1] - x[-2], q = x[0] - x[-1];
    (void)taps;
    weight[0] = q / (p * (p + q));
    weight[1] = -(p + q) / (p * q);
    weight[2] = (p + 2 * q) / (q * (p + q));
}

static void weigh_difference(const struct taps *taps, const double *x, double *weight)
{
    weight[0] = x[taps->offset[0]] - x[taps->from[0]];
}

#define TAPS(...) ((const struct taps[]){{__VA_ARGS__}})
#define GRADIENT  .reach = 1, .taps = 3, .ends = 1
#define CENTRAL   .form = TAPS_CENTRAL, .n = 1, .offset = {1}, .from = {-1}
#define FORWARD   .form = TAPS_DIFFERENCE, .n = 1, .offset = {1}, .from = {0}
#define BACKWARD  .form = TAPS_DIFFERENCE, .n = 1, .offset = {0}, .from = {-1}
#define EVEN(i)   .form = TAPS_EVEN_SUM, .n = 3, .offset = {(i)-1, i, (i) + 1}
#define UNEVEN(i) .form = TAPS_UNEVEN_SUM, .n = 3, .offset = {(i)-1, i, (i) + 1}

/* By unevenness and edge order. */
static const struct stencil_operator gradients[2][2] = {
    {{GRADIENT, .width = 2, .inside = {CENTRAL}, .first = TAPS(FORWARD), .last = TAPS(BACKWARD)},
     {GRADIENT, .width = 3, .inside = {CENTRAL}, .first = TAPS(EVEN(1), .weight = {-1.5, 2, -0.5}),
      .last = TAPS(EVEN(-1), .weight = {0.5, -2, 1.5})}},
    {{GRADIENT, .width = 2, .uneven = true, .inside = {UNEVEN(0), .weigh = weigh_inside},
      .first = TAPS(FORWARD, .weigh = weigh_difference),
      .last = TAPS(BACKWARD, .weigh = weigh_difference)},
     {GRADIENT, .width = 3, .uneven = true, .inside = {UNEVEN(0), .weigh = weigh_inside},
      .first = TAPS(UNEVEN(1), .weigh = weigh_first),
      .last = TAPS(UNEVEN(-1), .weigh = weigh_last)}},
};

const struct stencil_operator *hg_operator_gradient(unsigned edge_order, bool uneven)
{
    return &gradients[uneven][edge_order - 1];
}

const struct taps *hg_operator_taps(const struct stencil_operator *op, uint64_t before,
                                    uint64_t after)
{
    if (before < op->ends)
        return &op->first[before];
    return after < op->ends ? &op->last[after] : &op->inside;
}

void hg_operator_weigh(const struct stencil_operator *op, uint64_t before, uint64_t count,
                       uint64_t after, const double *x, double *weight)
{
    for (uint64_t i = 0; i < count; i++) {
        double of_point[OPERATOR_MOST_TAPS] = {0};
        const struct taps *taps = hg_operator_taps(op, before + i, after + (count - 1 - i));
        taps->weigh(taps, x + i, of_point);
        for (unsigned t = 0; t < op->taps; t++)
            weight[t * count + i] = of_point[t];
    }
}
