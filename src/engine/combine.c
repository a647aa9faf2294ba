/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/combine.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
    #include <emmintrin.h>
#endif

#include "stencil/clones.h"

STENCIL_BODY void add_points(const double *restrict values, unsigned components,
                             double *restrict out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double *point = values + i * components;
        double sum = point[0] * point[0];
        for (unsigned c = 1; c < components; c++)
            sum += point[c] * point[c];
        out[i] += sum;
    }
}

static STENCIL_CLONES void add_squares(const double *restrict values, unsigned components,
                                       double *restrict out, size_t n)
{
    if (components == 1)
        add_points(values, 1, out, n);
    else
        add_points(values, components, out, n);
}

/* IEEE 754 rounds a square root once, so vectors give the same bits. Written with vectors, since
 * sqrt may set errno and is therefore not vectorised. */
static void take_roots(double *out, size_t n)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 2 <= n; i += 2)
        _mm_storeu_pd(out + i, _mm_sqrt_pd(_mm_loadu_pd(out + i)));
#endif
    for (; i < n; i++)
        out[i] = sqrt(out[i]);
}

/* 0 + a has the bits of a, since a square is never -0. */
static void combine_squares(const struct combination *combination, const double *const *values,
                            double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = 0;
    for (unsigned k = 0; k < combination->inputs; k++)
        add_squares(values[k], combination->components, out, n);
}

static void combine_magnitude(const struct combination *combination, const double *const *values,
                              double *out, size_t n)
{
    combine_squares(combination, values, out, n);
    take_roots(out, n);
}

static void combine_sum(const struct combination *combination, const double *const *values,
                        double *out, size_t n)
{
    const size_t scalars = n * combination->components;
    memcpy(out, values[0], scalars * sizeof *out);
    for (unsigned k = 1; k < combination->inputs; k++) {
        for (size_t i = 0; i < scalars; i++)
            out[i] += values[k][i];
    }
}

static void combine_sum_metric(const struct combination *combination, const double *const *values,
                               double *out, size_t n)
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

static void combine_difference(const struct combination *combination, const double *const *values,
                               double *out, size_t n)
{
    for (size_t i = 0; i < n * combination->components; i++)
        out[i] = values[0][i] - values[1][i];
}

static void combine_difference_metric(const struct combination *combination,
                                      const double *const *values, double *out, size_t n)
{
    const double *factor = values[combination->inputs];
    for (size_t i = 0; i < n * combination->components; i++)
        out[i] = (values[0][i] - values[1][i]) + values[2][i] * factor[i];
}

static void combine_q_2(const struct combination *combination, const double *const *values,
                        double *out, size_t n)
{
    (void)combination;
    for (size_t i = 0; i < n; i++) {
        double t = values[0][i] * values[0][i] + values[1][i] * values[1][i];
        out[i] = -(t * 0.5) - values[2][i] * values[3][i];
    }
}

static void combine_q(const struct combination *combination, const double *const *values,
                      double *out, size_t n)
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

static const struct {
    const char *name;
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    bool joins; /* the result of a point is one scalar */
} rows[COMBINATION_KINDS] = {
    [COMBINATION_SQUARES] = {"sum of squares", combine_squares, true},
    [COMBINATION_MAGNITUDE] = {"magnitude", combine_magnitude, true},
    [COMBINATION_SUM] = {"sum", combine_sum, false},
    [COMBINATION_SUM_METRIC] = {"sum with a metric term", combine_sum_metric, false},
    [COMBINATION_DIFFERENCE] = {"difference", combine_difference, false},
    [COMBINATION_DIFFERENCE_METRIC] = {"difference with a metric term", combine_difference_metric,
                                       false},
    [COMBINATION_Q] = {"Q", combine_q, true},
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components)
{
    return (struct combination){
        .name = rows[kind].name,
        .combine = rows[kind].combine,
        .inputs = inputs,
        .components = components,
        .results = rows[kind].joins ? 1 : components,
    };
}
