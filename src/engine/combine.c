/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/combine.h"

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

/* 0 + a has the bits of a, since a square is never -0. */
static void combine_squares(const struct combination *combination, const double *const *values,
                            double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = 0;
    for (unsigned k = 0; k < combination->inputs; k++)
        add_squares(values[k], combination->components, out, n);
}

static const struct {
    const char *name;
    void (*combine)(const struct combination *combination, const double *const *values, double *out,
                    size_t n);
    bool joins; /* the scalars of a point become one */
} rows[COMBINATION_KINDS] = {
    [COMBINATION_SQUARES] = {"sum of squares", combine_squares, true},
};

struct combination hg_combination_make(enum combination_kind kind, unsigned inputs,
                                       unsigned components)
{
    return (struct combination){rows[kind].name, rows[kind].combine, inputs, components,
                                rows[kind].joins ? 1 : components};
}
