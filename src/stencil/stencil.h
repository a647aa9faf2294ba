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

/* Fails (H5GRAD_USAGE) if members of op contradict each other: periodic at one end only; a period
 * that is not finite and positive, or that belongs to an axis that is not periodic or repeats its
 * first point; BOUNDARY_NAN together with MISSING_EDGE. */
enum h5grad_status hg_stencil_check_operator(const struct stencil_operator *op,
                                             struct h5grad_error *err);

/* Fail (H5GRAD_FAILED) if extent is too short for op, or step is 0 or not finite. */
enum h5grad_status hg_stencil_check_extent(const struct stencil_operator *op, uint64_t extent,
                                           struct h5grad_error *err);
enum h5grad_status hg_stencil_check_step(double step, struct h5grad_error *err);

/*
 * Checks coordinates, given piece by piece in order: finite and strictly monotonic, either way.
 * hg_stencil_scan_next fails with the reason and the index. After the last piece, even says whether
 * all differences are exactly equal: then numpy and h5grad use the uniform formula with step.
 */
struct stencil_scan {
    uint64_t seen;
    /* Set it after hg_stencil_scan_start if x counts from elsewhere than 0: first, last and
     * messages have origin + x. */
    double origin;
    double first, last, step;
    double before, at; /* the last two, without origin */
    bool even;
    bool even_before;   /* even without the last difference */
    double least, most; /* of the absolute differences */
};

void hg_stencil_scan_start(struct stencil_scan *scan);
enum h5grad_status hg_stencil_scan_next(struct stencil_scan *scan, const double *x, uint64_t count,
                                        struct h5grad_error *err);

/* Makes an evenly spaced axis. Checks extent and step, and that a period leaves a seam, a distance
 * from the last point to the first one, in the direction of step. */
enum h5grad_status hg_stencil_make_even(const struct stencil_operator *op, uint64_t extent,
                                        double step, struct stencil_axis *axis,
                                        struct h5grad_error *err);

/* Makes an axis of coordinates that were scanned to their end. ends[0] and ends[1] hold the first
 * and the last STENCIL_ENDS of them, in the order of the axis. Fails if the extent is too short, a
 * period leaves no seam in the direction of the coordinates, or uneven coordinates of a periodic
 * axis have no period. */
#define STENCIL_ENDS(extent) size_min(extent, OPERATOR_MOST_POINTS)
enum h5grad_status hg_stencil_make(const struct stencil_operator *op,
                                   const struct stencil_scan *scan, const double *const ends[2],
                                   struct stencil_axis *axis, struct h5grad_error *err);

/* Returns what the stencils of axis read. */
struct halo_rule hg_stencil_rule(const struct stencil_axis *axis);

/*
 * A block of work: results at count[] points. Along axis, which *stencil describes, before points
 * of the axis lie in front of the block and after points behind it. The input extends beyond the
 * block along axis as far as hg_halo_reach says for hg_stencil_rule. Strides are in scalars and
 * positive; that of the last axis is 1 in input and output. The parts of complex numbers are one
 * more axis of stride 1, hence rank <= GRID_MAX_RANK + 1.
 */
struct stencil_block {
    unsigned rank;
    unsigned axis;
    bool complex_; /* the last axis is the parts of complex numbers, missing if either part is */
    uint64_t count[GRID_MAX_RANK + 1];
    ptrdiff_t in_stride[GRID_MAX_RANK + 1];
    ptrdiff_t out_stride[GRID_MAX_RANK + 1];
    const struct stencil_axis *stencil;
    uint64_t before, after;
    /* The axis is periodic and the input holds each of its points once: those across the seam lie
     * at the other end. If false, they lie next to the block, as all others. */
    bool whole;
    /* Of an uneven axis: the weights that hg_operator_weigh computes for the block's points, those
     * of one term weight_tap from those of the next; and the coordinates of the points that the
     * block reads within the axis, x[0] being that of its first result. */
    const double *weight, *x;
    ptrdiff_t weight_tap;
};

/*
 * Returns the kernel that reads in, computes in arithmetic (not less precise than in) and writes
 * out, each F32 or F64, rounding once; NULL if there is none. Uneven axes are always computed in
 * double.
 */
const struct stencil_kernel *hg_stencil_find(enum element in, enum element arithmetic,
                                             enum element out);

/* Makes the results of a block. in and out point to the input and the output of its first point and
 * do not overlap. */
void hg_stencil_apply(const struct stencil_kernel *kernel, const struct stencil_block *block,
                      const void *in, void *out);

/*
 * Makes the results of n > 0 blocks of one input with non-temporal stores, for arrays larger than
 * the caches; with the same bits as hg_stencil_apply by the kernel of element alone. The blocks
 * have the same counts, all positive, and strides. in and out[k] point to the input and the result
 * of the first point. Other threads see results after the usual synchronisation. Returns false,
 * with nothing done, if the lines of the block are too short, or there are no such stores for the
 * processor or for the taps of an operator.
 */
bool hg_stencil_stream(enum element element, unsigned n, const struct stencil_block *block,
                       const void *in, void *const *out);

#endif
