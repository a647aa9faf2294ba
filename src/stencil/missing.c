/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Missing values, which are NaN. The kernels do not test for them, since each result would need a
 * formula of its own. Afterwards a scan of the input finds the missing ones, and the results that
 * may depend on them are computed again. A result depends on values no farther away than
 * hg_stencil_rule says, and so not on how the array is cut into blocks.
 */
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "stencil/clones.h"
#include "stencil/row.h"

#define PIECE 64 /* scalars that are tested at a time */

#define SHORT_REACH 4 /* points on each side, in runs whose formulas are kept */
#define RUNS        ((SHORT_REACH + 1) * (SHORT_REACH + 1))

struct repair {
    const struct stencil_kernel *kernel;
    const struct stencil_block *block;
    const char *in;
    char *out;
    bool whole;          /* row_is_whole */
    bool single;         /* float, not double */
    ptrdiff_t reach;     /* results on each side that may depend on a missing value */
    ptrdiff_t low, high; /* the block's results depend on points [low, high), counted from its
                            first one; if whole also on points across the seam */
    ptrdiff_t points;    /* of the block along the axis */
    ptrdiff_t run;       /* contiguous scalars for each point of the axis */
    ptrdiff_t in_axis, out_axis;
    /* taps[]: formulas of points far from the ends of an even axis, by how many values they have on
     * each side. Bits say which have been looked for (known), and which of these exist. */
    unsigned known, formulas;
    struct taps *taps;
};

/* Defines a function that sets flags to which scalars are NaN and returns whether any is. */
#define FLAG_FUNCTION(name, scalar)                                                                \
    static STENCIL_CLONES bool name(const scalar *restrict f, unsigned char *restrict flag)        \
    {                                                                                              \
        int any = 0;                                                                               \
        for (int i = 0; i < PIECE; i++)                                                            \
            any |= f[i] != f[i];                                                                   \
        for (int i = 0; any && i < PIECE; i++)                                                     \
            flag[i] = f[i] != f[i];                                                                \
        return any;                                                                                \
    }

FLAG_FUNCTION(flag_float, float)
FLAG_FUNCTION(flag_double, double)

static bool is_nan(const struct repair *repair, ptrdiff_t in)
{
    return repair->single ? isnan(((const float *)repair->in)[in])
                          : isnan(((const double *)repair->in)[in]);
}

/* Flags the NaN among scalars [from, to), at most PIECE; false if there is none. */
static bool flag_nans(const struct repair *repair, ptrdiff_t from, ptrdiff_t to,
                      unsigned char flag[PIECE])
{
    bool any = false;
    if (to - from == PIECE)
        return repair->single ? flag_float((const float *)repair->in + from, flag)
                              : flag_double((const double *)repair->in + from, flag);
    memset(flag, 0, PIECE);
    for (ptrdiff_t i = from; i < to; i++)
        any |= flag[i - from] = is_nan(repair, i);
    return any;
}

/* A complex number is missing if either part is. */
static bool is_missing(const struct repair *repair, ptrdiff_t in)
{
    return is_nan(repair, in) || (repair->block->complex_ && is_nan(repair, in ^ 1));
}

/* Returns whether there is a value at an index of the axis, or beyond its ends, as seen from a
 * point whose scalar is at in. */
static bool has_value(const struct repair *repair, ptrdiff_t point, ptrdiff_t in, int64_t index)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const int64_t all = (int64_t)axis->extent;
    const bool low = index < 0, beyond = low || index >= all;
    if (beyond && !operator_is_periodic(&axis->op)) {
        if (axis->op.boundary[!low] == BOUNDARY_ONE_SIDED || index <= -all || index > 2 * all - 2)
            return false;
    }
    ptrdiff_t offset = hg_operator_place(axis, repair->block->before + (uint64_t)point, index);
    if (repair->whole)
        offset = row_wrap(repair->block, point, offset);
    if (tap_is_constant(offset))
        return !isnan(axis->op.value[!low]);
    return !is_missing(repair, in + offset * repair->in_axis);
}

static void apply_taps(const struct repair *repair, ptrdiff_t point, struct taps *taps,
                       ptrdiff_t in, ptrdiff_t out)
{
    if (repair->whole)
        hg_row_wrap(repair->block, point, taps);
    const size_t in_size = repair->kernel->in_size, out_size = repair->kernel->out_size;
    const struct rows rows = {.count = 1,
                              .length = 1,
                              .in_point = 1,
                              .out_point = 1,
                              .shift = repair->in_axis,
                              .taps = taps};
    row_any(repair->kernel, taps)(&rows, repair->in + in * (ptrdiff_t)in_size,
                                  repair->out + out * (ptrdiff_t)out_size);
}

static void store_nan(const struct repair *repair, ptrdiff_t out)
{
    if (repair->kernel->out_size == sizeof(float))
        ((float *)repair->out)[out] = NAN;
    else
        ((double *)repair->out)[out] = NAN;
}

/* Returns the formula of a point far from the ends of an even axis that has left and right values
 * on its sides; NULL if there is none. Uses scratch for a formula that is not kept. */
static const struct taps *find_formula(struct repair *repair, uint64_t own, ptrdiff_t left,
                                       ptrdiff_t right, struct taps *scratch)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const int64_t run[2] = {(int64_t)own - left, (int64_t)own + right};
    if (left > SHORT_REACH || right > SHORT_REACH)
        return hg_operator_run_taps(axis, own, run, NULL, scratch) ? scratch : NULL;
    const ptrdiff_t number = left * (SHORT_REACH + 1) + right;
    const unsigned bit = 1u << number;
    if (!(repair->known & bit)) {
        repair->known |= bit;
        if (hg_operator_run_taps(axis, own, run, NULL, &repair->taps[number]))
            repair->formulas |= bit;
    }
    return repair->formulas & bit ? &repair->taps[number] : NULL;
}

/* Recomputes the result of a point far from the ends of an even axis. If its run has the points
 * that the operator needs, and the window of the central formula has no missing value, the result
 * is right as it is. */
static void recompute_inner(struct repair *repair, uint64_t own, ptrdiff_t in, ptrdiff_t out)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const struct stencil_kernel *kernel = repair->kernel;
    const ptrdiff_t reach = operator_window(&axis->op) - 1, step = repair->in_axis;
    ptrdiff_t left = 0, right = 0;
    while (left < reach && !is_missing(repair, in - (left + 1) * step))
        left++;
    while (right < reach && !is_missing(repair, in + (right + 1) * step))
        right++;
    if (left >= axis->reach && right >= axis->reach && left + right >= reach)
        return;
    struct taps scratch;
    const struct taps *taps = find_formula(repair, own, left, right, &scratch);
    if (taps)
        kernel->even->one(taps, step, repair->in + in * (ptrdiff_t)kernel->in_size,
                          repair->out + out * (ptrdiff_t)kernel->out_size);
    else
        store_nan(repair, out);
}

/* Recomputes the result of a point of the block, whose scalar is at in and out. */
static void recompute(struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t out)
{
    const struct stencil_block *block = repair->block;
    const struct stencil_axis *axis = block->stencil;
    const uint64_t own = block->before + (uint64_t)point;
    const bool repeated =
        operator_is_periodic(&axis->op) && (int64_t)own == operator_period_points(axis);
    const int64_t at = repeated ? 0 : (int64_t)own, reach = operator_window(&axis->op) - 1;
    int64_t run[2] = {at, at};
    struct taps taps;
    if (repeated ? !has_value(repair, point, in, at) : is_missing(repair, in)) {
        store_nan(repair, out);
        return;
    }
    if (axis->op.missing == MISSING_STRICT)
        return;
    if (axis->even && at >= reach && at + reach < operator_period_points(axis)) {
        recompute_inner(repair, own, in, out);
        return;
    }
    while (at - run[0] < reach && has_value(repair, point, in, run[0] - 1))
        run[0]--;
    while (run[1] - at < reach && has_value(repair, point, in, run[1] + 1))
        run[1]++;
    if (hg_operator_run_taps(axis, own, run, axis->even ? NULL : block->x + point, &taps))
        apply_taps(repair, point, &taps, in, out);
    else
        store_nan(repair, out);
}

/* Returns whether the value k points after a point is missing; false if there is no such point. */
static bool is_missing_at(const struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t k)
{
    if (repair->whole)
        k = row_wrap(repair->block, point, k);
    else if (point + k < repair->low)
        return false;
    return is_missing(repair, in + k * repair->in_axis);
}

/* Recomputes the results that depend on a missing value at point, which may lie beyond the block,
 * but on no missing value before it: those have been recomputed. */
static void repair_around(struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t out)
{
    const ptrdiff_t reach = repair->reach;
    ptrdiff_t clear = 0; /* the points at offsets [clear, 0) have values or do not exist */
    while (clear > -2 * reach && !is_missing_at(repair, point, in, clear - 1))
        clear--;
    for (ptrdiff_t k = clear + reach; k <= reach; k++) {
        const ptrdiff_t to = repair->whole ? row_wrap(repair->block, point, k) : k;
        if (point + to >= 0 && point + to < repair->points)
            recompute(repair, point + to, in + to * repair->in_axis, out + to * repair->out_axis);
    }
}

/* Repairs the results around the NaN at at, in the row whose first scalar is at in and out. */
static void repair_scalar(struct repair *repair, ptrdiff_t point, ptrdiff_t at, ptrdiff_t in,
                          ptrdiff_t out)
{
    const ptrdiff_t behind = at - in, run = repair->run;
    ptrdiff_t k = run == 1 ? behind : 0; /* avoids a division */
    if (run > 1 && behind >= run)
        k = behind / run;
    const ptrdiff_t to = out + k * repair->out_axis + (behind - k * run);
    const bool complex_ = repair->block->complex_;
    if (complex_ && at % 2 != 0 && is_nan(repair, at - 1))
        return;
    repair_around(repair, point + k, at, to);
    if (complex_)
        repair_around(repair, point + k, at ^ 1, to ^ 1);
}

/* Repairs the results around the missing values of contiguous points from point on. */
static void repair_row(struct repair *repair, ptrdiff_t point, ptrdiff_t points, ptrdiff_t in,
                       ptrdiff_t out)
{
    const ptrdiff_t end = in + points * repair->run;
    unsigned char flag[PIECE];
    uint64_t eight;
    for (ptrdiff_t at = in; at < end; at += PIECE) {
        if (!flag_nans(repair, at, end - at < PIECE ? end : at + PIECE, flag))
            continue;
        for (int i = 0; i < PIECE; i += (int)sizeof eight) {
            memcpy(&eight, flag + i, sizeof eight);
            for (int k = i; eight != 0 && k < i + (int)sizeof eight; k++) {
                if (flag[k])
                    repair_scalar(repair, point, at + k, in, out);
            }
        }
    }
}

/* Steps to the next row along the first n axes, the differentiated one left out; false after the
 * last. */
static bool next_row(const struct stencil_block *block, unsigned n, uint64_t *at, ptrdiff_t *in,
                     ptrdiff_t *out)
{
    for (unsigned k = n; k-- > 0;) {
        if (k == block->axis)
            continue;
        *in += block->in_stride[k];
        *out += block->out_stride[k];
        if (++at[k] < block->count[k])
            return true;
        *in -= block->in_stride[k] * (ptrdiff_t)at[k];
        *out -= block->out_stride[k] * (ptrdiff_t)at[k];
        at[k] = 0;
    }
    return false;
}

static void set_axis(struct repair *repair)
{
    const struct stencil_block *block = repair->block;
    const struct stencil_operator *op = &block->stencil->op;
    const bool periodic = operator_is_periodic(op);
    repair->whole = row_is_whole(block);
    repair->points = (ptrdiff_t)block->count[block->axis];
    repair->in_axis = block->in_stride[block->axis];
    repair->out_axis = block->out_stride[block->axis];
    repair->reach = (op->missing == MISSING_EDGE ? operator_window(op) - 1 : 0) +
                    (op->boundary[0] == BOUNDARY_PERIODIC_REPEATED);
    const uint64_t reach = (uint64_t)repair->reach;
    const bool wraps = periodic && !repair->whole;
    repair->low = -(ptrdiff_t)(wraps ? reach : size_min(reach, block->before));
    repair->high = repair->points + (ptrdiff_t)(wraps ? reach : size_min(reach, block->after));
}

/* Repairs the results around the missing values of points [low, high). n: axes whose points are not
 * in runs. */
static void repair_points(struct repair *repair, unsigned n, ptrdiff_t low, ptrdiff_t high)
{
    const struct stencil_block *block = repair->block;
    const bool folded = n == block->axis + 1 && repair->in_axis == repair->run;
    const ptrdiff_t step = folded ? high - low : 1;
    uint64_t at[GRID_MAX_RANK + 1] = {0};
    ptrdiff_t from = 0, to = 0;
    if (low >= high)
        return;
    do {
        for (ptrdiff_t k = low; k < high; k += step)
            repair_row(repair, k, step, from + k * repair->in_axis, to + k * repair->out_axis);
    } while (next_row(block, n, at, &from, &to));
}

/* Repairs the results around the missing values that the array's other end holds. */
static void repair_across(struct repair *repair, unsigned n)
{
    const ptrdiff_t before = (ptrdiff_t)repair->block->before;
    const ptrdiff_t after = (ptrdiff_t)repair->block->after;
    const ptrdiff_t end = repair->points + after;
    const ptrdiff_t last = end - (repair->reach - before), first = repair->reach - after - before;
    repair_points(repair, n, last > repair->high ? last : repair->high, end);
    repair_points(repair, n, -before, first < repair->low ? first : repair->low);
}

void hg_missing_repair(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const void *in, void *out)
{
    if (block->stencil->op.missing == MISSING_NAN)
        return;
    struct taps taps[RUNS];
    struct repair repair = {.kernel = kernel,
                            .block = block,
                            .taps = taps,
                            .in = in,
                            .out = out,
                            .single = kernel->in_size == sizeof(float),
                            .run = 1};
    unsigned n = block->rank;
    set_axis(&repair);
    for (; n > block->axis + 1 && block->in_stride[n - 1] == repair.run &&
           block->out_stride[n - 1] == repair.run;
         n--)
        repair.run *= (ptrdiff_t)block->count[n - 1];
    repair_points(&repair, n, repair.low, repair.high);
    if (repair.whole)
        repair_across(&repair, n);
}
