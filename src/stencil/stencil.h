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
#include "grid/halo.h"
#include "h5grad.h"
#include "stencil/operator.h"

/* Everything about one differentiated axis but the coordinates themselves. */
struct stencil_axis {
    uint64_t extent;
    const struct stencil_operator *op;
    double step;   /* of an even operator: finite, not 0, may be negative */
    bool periodic; /* has no ends; the operator is even */
};

/* What its stencils read. */
struct halo_rule hg_stencil_rule(const struct stencil_axis *axis);

/* H5GRAD_FAILED with a reason when extent < edge_order + 1 or step is 0 or not finite. */
enum h5grad_status hg_stencil_check_extent(uint64_t extent, unsigned edge_order,
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
};

void hg_stencil_scan_start(struct stencil_scan *scan);
enum h5grad_status hg_stencil_scan_next(struct stencil_scan *scan, const double *x, uint64_t count,
                                        struct h5grad_error *err);

#define STENCIL_NO_END (UINT64_MAX / 2) /* more points than there are */

/*
 * One block of work: result points count[], along axis some of the points of the axis that *stencil
 * describes, which has before points in front of them and after points behind them. (Where it has
 * no end on a side: STENCIL_NO_END.) Strides are in scalars, positive, in the input (which
 * extends beyond the block along axis as far as the operator reaches) and in the output; the last
 * axis must have stride 1 in both. Interleaved values (complex) are one more axis of stride 1,
 * hence rank <= GRID_MAX_RANK + 1.
 */
struct stencil_block {
    unsigned rank;
    unsigned axis;
    uint64_t count[GRID_MAX_RANK + 1];
    ptrdiff_t in_stride[GRID_MAX_RANK + 1];
    ptrdiff_t out_stride[GRID_MAX_RANK + 1];
    const struct stencil_axis *stencil;
    uint64_t before, after;
    /* Of hg_operator_weigh, whose taps are weight_tap apart; unused where the operator is even. */
    const double *weight;
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

/* The same for the points at the ends of the axis only: the results of those in front to first, of
 * those behind to last, as if that were their place in the output. */
void hg_stencil_apply_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                           const void *in, void *first, void *last);

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
