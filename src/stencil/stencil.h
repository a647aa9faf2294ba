/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stencils: the kernels that apply an operator along one axis of a block. Pure arithmetic: no HDF5,
 * no OpenMP, no allocation.
 *
 * Formulas: torch.gradient and numpy.gradient. With a uniform step h
 *     interior      ((f[i+1] - f[i-1]) / h) / 2
 *     edge_order 1  (f[1] - f[0]) / h               and mirrored
 *     edge_order 2  (-1.5 f[0] + 2 f[1] - 0.5 f[2]) / h   and mirrored
 * and with coordinates x, d[i] = x[i+1] - x[i], the second-order formula for uneven spacing,
 *     interior      a f[i-1] + b f[i] + c f[i+1], p = d[i-1], q = d[i],
 *                   a = -q / (p (p+q)), b = (q-p) / (p q), c = p / (q (p+q))
 * with the one-sided ones of numpy.gradient at the ends. Every operation is rounded once, in the
 * order written (no fused multiply-add), so float and double results have the bits of the
 * references.
 */
#ifndef H5GRAD_STENCIL_STENCIL_H
#define H5GRAD_STENCIL_STENCIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/element.h"
#include "base/size.h"
#include "grid/halo.h"
#include "h5grad.h"
#include "stencil/operator.h"

/* What can be wrong with an operator on its own (H5GRAD_USAGE): periodic on one side only, a period
 * that is not finite or not positive, or of an axis that is not periodic or repeats its first
 * point, BOUNDARY_NAN together with MISSING_EDGE. */
enum h5grad_status hg_stencil_check_operator(const struct stencil_operator *op,
                                             struct h5grad_error *err);

/* H5GRAD_FAILED with a reason when an axis of that extent has too few points, or step is 0 or not
 * finite. */
enum h5grad_status hg_stencil_check_extent(const struct stencil_operator *op, uint64_t extent,
                                           struct h5grad_error *err);
enum h5grad_status hg_stencil_check_step(double step, struct h5grad_error *err);

/*
 * Check of coordinates that come in pieces, in order: finite, strictly monotonic, either way.
 * hg_stencil_scan_next says what is wrong and at which index; after the last piece, even tells
 * whether all differences are exactly equal, in which case numpy's (and our) result is that of the
 * uniform formula with the difference step.
 */
struct stencil_scan {
    uint64_t seen;
    /* To be set after hg_stencil_scan_start where x does not count from 0: what is to be added to
     * it in messages, and is to first and last. */
    double origin;
    double first, last, step;
    double before, at; /* the last two, as they came */
    bool even;
    bool even_before;   /* but for the last difference */
    double least, most; /* differences, as absolute values */
};

void hg_stencil_scan_start(struct stencil_scan *scan);
enum h5grad_status hg_stencil_scan_next(struct stencil_scan *scan, const double *x, uint64_t count,
                                        struct h5grad_error *err);

/* The axis of an operator and a step; both are checked, and so is that a period leaves a seam. */
enum h5grad_status hg_stencil_make_even(const struct stencil_operator *op, uint64_t extent,
                                        double step, struct stencil_axis *axis,
                                        struct h5grad_error *err);

/* The axis of an operator and coordinates that were scanned to their end: ends[0] and ends[1] are
 * the first and the last of them, in the order of the axis and as many as STENCIL_ENDS or all.
 * Failures: hg_stencil_check_extent's; a period that leaves no seam in the direction of the
 * coordinates; uneven coordinates without a period. */
#define STENCIL_ENDS(extent) size_min(extent, OPERATOR_MOST_POINTS)
enum h5grad_status hg_stencil_make(const struct stencil_operator *op,
                                   const struct stencil_scan *scan, const double *const ends[2],
                                   struct stencil_axis *axis, struct h5grad_error *err);

/* What its stencils read. */
struct halo_rule hg_stencil_rule(const struct stencil_axis *axis);

/*
 * One block of work: result points count[], along axis some of the points of the axis that *stencil
 * describes, which has before points in front of them and after points behind them. Strides are in
 * scalars, positive, in the input (which extends beyond the block along axis as far as
 * hg_halo_reach says by hg_stencil_rule) and in the output; the last axis must have stride 1 in
 * both. Interleaved values (complex) are one more axis of stride 1, hence rank <= GRID_MAX_RANK
 * + 1.
 */
struct stencil_block {
    unsigned rank;
    unsigned axis;
    bool complex_; /* the last axis is the two parts of complex numbers: one is missing, if either
                      part is */
    uint64_t count[GRID_MAX_RANK + 1];
    ptrdiff_t in_stride[GRID_MAX_RANK + 1];
    ptrdiff_t out_stride[GRID_MAX_RANK + 1];
    const struct stencil_axis *stencil;
    uint64_t before, after;
    /* Of a periodic axis: the input holds all points of it, and what lies across the seam is at its
     * other end; elsewhere it is around the block as everything else. */
    bool whole;
    /* Unused where the axis is even: what hg_operator_weigh makes of the block's points, the
     * weights of a term weight_tap apart from those of the next; and the coordinates of the points
     * that it reads within the axis, x[0] being that of the first. */
    const double *weight, *x;
    ptrdiff_t weight_tap;
};

/*
 * The kernel that reads in (F32 or F64), computes in arithmetic (F32 or F64, not less precise than
 * in) and writes out (F32 or F64), rounding once; uneven operators are always computed in double.
 * NULL where there is none.
 */
const struct stencil_kernel *hg_stencil_find(enum element in, enum element arithmetic,
                                             enum element out);

/* in and out point at the block's first result point; they do not overlap. */
void hg_stencil_apply(const struct stencil_kernel *kernel, const struct stencil_block *block,
                      const void *in, void *out);

/*
 * The results of n blocks, n > 0, that have their counts, all positive, and strides in common, of
 * the same input, with the bits of hg_stencil_apply with the kernel
 * of element alone; but stored past the caches, for arrays too
 * large for them. in and out[k] point at the first point of the input and of the results of block
 * k. Other threads see them after the usual synchronisation. false, with nothing done, where the
 * lines of the block are too short for that, or the processor or an operator's taps have no such
 * stores.
 */
bool hg_stencil_stream(enum element element, unsigned n, const struct stencil_block *block,
                       const void *in, void *const *out);

#endif
