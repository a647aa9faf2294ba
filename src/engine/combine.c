/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/combine.h"

#include <math.h>
#include <string.h>

#include "stencil/clones.h"

#define STRIP 128 /* sums of squares that are held at a time */

STENCIL_BODY void add_squares(const double *restrict values, unsigned components,
                              double *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double *point = values + i * components;
        double square = point[0] * point[0];
        for (unsigned c = 1; c < components; c++)
            square += point[c] * point[c];
        sum[i] += square;
    }
}

/* 0 + a has the bits of a, since a square is never -0. */
STENCIL_BODY void sum_squares(const struct combination *combination, const double *const *values,
                              size_t first, double *restrict sum, size_t n)
{
    const unsigned components = combination->components;
    for (size_t i = 0; i < n; i++)
        sum[i] = 0;
    for (unsigned k = 0; k < combination->inputs; k++) {
        if (components == 1)
            add_squares(values[k] + first, 1, sum, n);
        else
            add_squares(values[k] + first * components, components, sum, n);
    }
}

static STENCIL_CLONES void combine_squares(const struct combination *combination,
                                           const double *const *values, double *out, size_t n)
{
    sum_squares(combination, values, 0, out, n);
}

/* IEEE 754 rounds a square root once, so vectors give the same bits. */
static STENCIL_CLONES void combine_magnitude(const struct combination *combination,
                                             const double *const *values, double *restrict out,
                                             size_t n)
{
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t points = n - first < STRIP ? n - first : STRIP;
        double sum[STRIP];
        sum_squares(combination, values, first, sum, points);
        for (size_t i = 0; i < points; i++)
            out[first + i] = sqrt(sum[i]);
    }
}

static STENCIL_CLONES void combine_sum(const struct combination *combination,
                                       const double *const *values, double *out, size_t n)
{
    const size_t scalars = n * combination->components;
    if (combination->inputs == 1)
        memcpy(out, values[0], scalars * sizeof *out);
    for (size_t i = 0; combination->inputs > 1 && i < scalars; i++)
        out[i] = values[0][i] + values[1][i];
    for (unsigned k = 2; k < combination->inputs; k++) {
        for (size_t i = 0; i < scalars; i++)
            out[i] += values[k][i];
    }
}

static STENCIL_CLONES void combine_sum_metric(const struct combination *combination,
                                              const double *const *values, double *out, size_t n)
{
    const size_t scalars = n * combination->components;
    const double *factor = values[combination->inputs];
    memcpy(out, values[0], scalars * sizeof *out);
    for (unsigned k = 1; k < combination->inputs; k++) {
        for (size_t i = 0; i < scalars; i++) {
            if (k == combination->before)
                out[i] -= values[k][i] * factor[i];
            else
                out[i] += values[k][i];
        }
    }
}

static STENCIL_CLONES void combine_difference(const struct combination *combination,
                                              const double *const *values, double *out, size_t n)
{
    for (size_t i = 0; i < n * combination->components; i++)
        out[i] = values[0][i] - values[1][i];
}

static STENCIL_CLONES void combine_differences(const struct combination *combination,
                                               const double *const *values, double *out, size_t n)
{
    const unsigned components = combination->components;
    for (size_t i = 0; i < n; i++) {
        for (unsigned k = 0; k < combination->inputs; k += 2) {
            for (size_t c = i * components; c < (i + 1) * components; c++)
                *out++ = values[k][c] - values[k + 1][c];
        }
    }
}

static STENCIL_CLONES void combine_difference_metric(const struct combination *combination,
                                                     const double *const *values, double *out,
                                                     size_t n)
{
    const double *factor = values[combination->inputs];
    for (size_t i = 0; i < n * combination->components; i++)
        out[i] = (values[0][i] - values[1][i]) + values[2][i] * factor[i];
}

static STENCIL_CLONES void combine_q_2(const struct combination *combination,
                                       const double *const *values, double *out, size_t n)
{
    (void)combination;
    for (size_t i = 0; i < n; i++) {
        double t = values[0][i] * values[0][i] + values[1][i] * values[1][i];
        out[i] = -(t * 0.5) - values[2][i] * values[3][i];
    }
}

static STENCIL_CLONES void combine_q(const struct combination *combination,
                                     const double *const *values, double *out, size_t n)
{
    if (combination->inputs == 4) {
        combine_q_2(combination, values, out, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double t = values[0][i] * values[0][i] + values[1][i] * values[1][i];
        double o = values[3][i] * values[4][i] + values[5][i] * values[6][i];
        t += values[2][i] * values[2][i];
        o += values[7][i] * values[8][i];
        out[i] = -(t * 0.5) - o;
    }
}

/* Scalars of a point of a result: one, as many as an input has, or those for each two inputs. */
enum scalars { ONE, OF_INPUT, OF_PAIRS };

static const struct {
    const char *name;
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    enum scalars scalars;
} rows[COMBINATION_KINDS] = {
    [COMBINATION_SQUARES] = {"sum of squares", combine_squares, ONE},
    [COMBINATION_MAGNITUDE] = {"magnitude", combine_magnitude, ONE},
    [COMBINATION_SUM] = {"sum", combine_sum, OF_INPUT},
    [COMBINATION_SUM_METRIC] = {"sum with a metric term", combine_sum_metric, OF_INPUT},
    [COMBINATION_DIFFERENCE] = {"difference", combine_difference, OF_INPUT},
    [COMBINATION_DIFFERENCE_METRIC] = {"difference with a metric term", combine_difference_metric,
                                       OF_INPUT},
    [COMBINATION_DIFFERENCES] = {"differences", combine_differences, OF_PAIRS},
    [COMBINATION_Q] = {"Q", combine_q, ONE},
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components)
{
    const unsigned results[] = {
        [ONE] = 1, [OF_INPUT] = components, [OF_PAIRS] = inputs / 2 * components};
    return (struct combination){
        .name = rows[kind].name,
        .combine = rows[kind].combine,
        .inputs = inputs,
        .components = components,
        .results = results[rows[kind].scalars],
    };
}
