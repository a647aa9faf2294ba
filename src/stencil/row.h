/* SPDX-License-Identifier: BSD-3-Clause */
/* Row functions: the innermost loops, one for each combination of types and form of taps. */
#ifndef H5GRAD_STENCIL_ROW_H
#define H5GRAD_STENCIL_ROW_H

#include "stencil/stencil.h"

#define ROW_PIECE 128 /* sums of any taps that are held at a time */

/* Rows of scalars; all strides in scalars. */
struct rows {
    ptrdiff_t count, in_row, out_row;
    ptrdiff_t length, in_point, out_point;
    ptrdiff_t shift;         /* to the next point of the axis, in the input */
    const struct taps *taps; /* of row_functions.any */
    /* Of the inside of an even axis; even holds the weights. */
    double step, divisor, even[OPERATOR_MOST_REACH];
    /* The weights of an uneven axis, those of term t from weight[t * weight_tap] on; else NULL. */
    const double *weight;
    ptrdiff_t weight_tap, weight_row, weight_point; /* strides in weight */
    /* Of non-temporal stores: n_left and n_right results that replace the row's first and last.
     * A cache line before and after them can be read, too. */
    const void *left, *right;
    ptrdiff_t n_left, n_right;
    ptrdiff_t ahead; /* from a scalar to one that will be read soon; out_row: to the next row */
};

/* in and out point to the first scalar of the first row. */
typedef void row_function(const struct rows *rows, const void *in, void *out);

/* inside: for the inside of an axis, by form and reach - 1; NULL: none of its own. any: for any
 * taps, which except for the weights are the same for the whole row. one: for one point of an even
 * axis, whose taps are points, shift scalars apart. */
struct row_functions {
    row_function *inside[TAPS_FORMS][OPERATOR_MOST_REACH], *any;
    void (*one)(const struct taps *taps, ptrdiff_t shift, const void *in, void *out);
};

/* Returns the function for the inside of an axis: one for its form and reach, or else any. */
static inline row_function *row_inside(const struct row_functions *functions, enum taps_form form,
                                       unsigned reach)
{
    row_function *own = functions->inside[form][reach - 1];
    return own ? own : functions->any;
}

struct stencil_kernel {
    size_t in_size, out_size;
    const struct row_functions *even, *uneven; /* uneven: in double */
};

struct row_kernel {
    enum element in, arithmetic, out;
    struct stencil_kernel kernel;
};

/* An element of the lists below, made of what kernel_template.h was included for. */
#define ROW_KERNEL(in, in_type, arithmetic, out, out_type)                                         \
    {                                                                                              \
        ELEMENT_##in, ELEMENT_##arithmetic, ELEMENT_##out,                                         \
        {                                                                                          \
            sizeof(in_type), sizeof(out_type), &functions_##in##_##arithmetic##_##out,             \
                &functions_##in##_F64_##out                                                        \
        }                                                                                          \
    }

/* Those of float, and those of double. */
enum { ROW_F32 = 3, ROW_F64 = 2 };
extern const struct row_kernel hg_row_f32[ROW_F32], hg_row_f64[ROW_F64];

/* Returns whether points across the seam of the block's axis lie at its other end. */
static inline bool row_is_whole(const struct stencil_block *block)
{
    return block->whole && operator_is_periodic(&block->stencil->op);
}

/* Returns the offset, within the input of such a block, of a tap of point. */
static inline ptrdiff_t row_wrap(const struct stencil_block *block, ptrdiff_t point,
                                 ptrdiff_t offset)
{
    const ptrdiff_t all = (ptrdiff_t)block->stencil->extent;
    const ptrdiff_t own = (ptrdiff_t)block->before + point, at = own + offset;
    return (at < 0 ? at + all : at >= all ? at - all : at) - own;
}

/* Replaces the offsets of all taps likewise. */
void hg_row_wrap(const struct stencil_block *block, ptrdiff_t point, struct taps *taps);

/* Sets [*inside, *end) to the points of the block along its axis that have the formula of the
 * inside. */
void hg_row_inside(const struct stencil_block *block, ptrdiff_t *inside, ptrdiff_t *end);

/* Sets *taps, and in *rows taps, shift, step, divisor and the weights, for the points of the block
 * from first on, which have the formula of the inside. */
void hg_row_describe(const struct stencil_block *block, ptrdiff_t first, struct taps *taps,
                     struct rows *rows);

/* The formulas of the points of a block before and after those inside. */
struct row_ends {
    unsigned n[2];
    struct taps taps[2][OPERATOR_MOST_ENDS];
};

void hg_row_ends(const struct stencil_block *block, struct row_ends *ends);

/* Makes the results of the points before the inside at out[0], of those after it at out[1], with
 * the strides of the output. in points to the input of the block's first point. */
void hg_row_apply_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const struct row_ends *ends, const void *in, void *const out[2]);

/* Likewise into the output, where out points to the result of the block's first point. */
void hg_row_place_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out);

/* Returns the function for a row with these taps. */
static inline row_function *row_any(const struct stencil_kernel *kernel, const struct taps *taps)
{
    return taps->uneven ? kernel->uneven->any : kernel->even->any;
}

/* Corrects the results of a block, made without regard to missing values. */
void hg_missing_repair(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out);

#endif
