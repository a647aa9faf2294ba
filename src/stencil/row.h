/* SPDX-License-Identifier: BSD-3-Clause */
/* Row functions: the innermost loops, for every combination of types and every form of taps. */
#ifndef H5GRAD_STENCIL_ROW_H
#define H5GRAD_STENCIL_ROW_H

#include "stencil/stencil.h"

/* Rows of scalars, all strides in scalars. */
struct rows {
    ptrdiff_t count, in_row, out_row;
    ptrdiff_t length, in_point, out_point;
    ptrdiff_t shift;         /* to the next point of the axis, in the input */
    const struct taps *taps; /* of a function for any */
    /* Of the inside of an axis: step, divisor and weights, if it is even; ... */
    double step, divisor, even[OPERATOR_MOST_REACH];
    /* ... otherwise the weights are here, those of term t weight_tap apart; or NULL. */
    const double *weight;
    ptrdiff_t weight_tap, weight_row, weight_point; /* strides in weight */
    /* Of a row that is stored past the caches: its first and last results, n_left and n_right,
     * which take the place of those that are computed. */
    const void *left, *right;
    ptrdiff_t n_left, n_right;
};

/* in and out point at the first scalar of the first row. */
typedef void row_function(const struct rows *rows, const void *in, void *out);

/* Functions for the inside of an axis, by form and reach - 1; for any taps, the same for a whole
 * row but for the weights; and for one point, of taps of an even axis that lie at points, shift
 * apart. */
struct row_functions {
    row_function *inside[TAPS_FORMS][OPERATOR_MOST_REACH], *any;
    void (*one)(const struct taps *taps, ptrdiff_t shift, const void *in, void *out);
};

struct stencil_kernel {
    size_t in_size, out_size;
    const struct row_functions *even, *uneven; /* uneven: in double */
};

/* Whether what lies across the seam of the block's axis is at its other end. */
static inline bool row_is_whole(const struct stencil_block *block)
{
    return block->whole && operator_is_periodic(&block->stencil->op);
}

/* Where the tap of a point of such a block lies, as an offset. */
static inline int row_wrap(const struct stencil_block *block, ptrdiff_t point, int offset)
{
    const ptrdiff_t all = (ptrdiff_t)block->stencil->extent;
    const ptrdiff_t own = (ptrdiff_t)block->before + point, at = own + offset;
    return (int)((at < 0 ? at + all : at >= all ? at - all : at) - own);
}

/* The same of all taps. */
void hg_row_wrap(const struct stencil_block *block, ptrdiff_t point, struct taps *taps);

/* The points of the block along its axis that are not ends of it: [*inside, *end). */
void hg_row_inside(const struct stencil_block *block, ptrdiff_t *inside, ptrdiff_t *end);

/* Describes the points inside the block's axis, of which first is the first: *taps, and of *rows
 * taps, shift, step, divisor and the weights. */
void hg_row_describe(const struct stencil_block *block, ptrdiff_t first, struct taps *taps,
                     struct rows *rows);

/* The formulas of the points of a block that are at ends of its axis. */
struct row_ends {
    unsigned n[2]; /* in front and behind */
    struct taps taps[2][OPERATOR_MOST_ENDS];
};

void hg_row_ends(const struct stencil_block *block, struct row_ends *ends);

/* Results of the points in front to out[0], of those behind to out[1], as if that were their place
 * in the output. in points at the block's first point. */
void hg_row_apply_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const struct row_ends *ends, const void *in, void *const out[2]);

/* The same to where they belong; out is the place of the block's first point. */
void hg_row_place_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out);

/* The function for a row of a formula. */
static inline row_function *row_any(const struct stencil_kernel *kernel, const struct taps *taps)
{
    return taps->uneven ? kernel->uneven->any : kernel->even->any;
}

/* Puts right what missing values make of the results of a block that has been applied. */
void hg_missing_repair(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out);

#endif
