/* SPDX-License-Identifier: BSD-3-Clause */
/* Row functions: the innermost loops, for every combination of types and every form of taps. */
#ifndef H5GRAD_STENCIL_ROW_H
#define H5GRAD_STENCIL_ROW_H

#include "stencil/stencil.h"

/* Rows of scalars, all strides in scalars. The weights of taps t are weight_tap apart. */
struct rows {
    ptrdiff_t count, in_row, out_row;
    ptrdiff_t length, in_point, out_point;
    ptrdiff_t shift; /* to the next point of the axis, in the input */
    double step;
    const struct taps *taps;
    const double *weight;
    ptrdiff_t weight_tap, weight_row, weight_point; /* strides in weight */
    const void *left, *right; /* of a row that is stored past the caches: its first and its last
                                 result, unless NULL: like all others */
};

/* in and out point at the first scalar of the first row. */
typedef void row_function(const struct rows *rows, const void *in, void *out);

/* The functions by form. */
struct stencil_kernel {
    size_t in_size, out_size;
    row_function *const *even, *const *uneven; /* uneven: in double */
};

/* The points of the block along its axis that are not ends of it: [*inside, *end). */
void hg_row_inside(const struct stencil_block *block, ptrdiff_t *inside, ptrdiff_t *end);

/*
 * The function for a point of the block. Of *rows are set: shift, step, taps, weight and
 * weight_tap. *base is the point, counted from this one, at which in is to point.
 */
row_function *hg_row_find(const struct stencil_kernel *kernel, const struct stencil_block *block,
                          uint64_t point, struct rows *rows, ptrdiff_t *base);

#endif
