/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Missing values: NaN. The kernels do not ask for them, for that would make each result a formula
 * of its own. What they made is looked over: where a value is missing the results that may depend
 * on it, and no others, are made again. Whether a value is there is asked at most as far away as
 * hg_stencil_rule says, so the results depend on no block.
 */
#include <math.h>
#include <string.h>

#include "base/size.h"
#include "stencil/clones.h"
#include "stencil/row.h"

#define PIECE 64 /* scalars that are looked at in one go */

#define SHORT_REACH 4 /* of runs whose formulas are kept */
#define RUNS        ((SHORT_REACH + 1) * (SHORT_REACH + 1))

/* A block, as contiguous scalars from the axis on. */
struct repair {
    const struct stencil_kernel *kernel;
    const struct stencil_block *block;
    const char *in;
    char *out;
    bool whole;          /* row_is_whole */
    bool single;         /* float, not double */
    ptrdiff_t reach;     /* points on each side of a missing one whose results depend on it */
    ptrdiff_t low, high; /* the points [low, high) of the axis, counted from the block's first,
                            that its results depend on */
    ptrdiff_t points;    /* of the block's axis */
    ptrdiff_t run;       /* contiguous scalars behind the axis */
    ptrdiff_t in_axis, out_axis;
    /* Of an even axis, where neither end is near: the formulas of points with so many values on
     * each side, by bits those that are known, and of these those that there are. */
    unsigned known, formulas;
    struct taps *taps;
};

/* Sets flags to whether the scalars are NaN; returns whether any is. */
static STENCIL_CLONES bool flag_float(const float *restrict f, unsigned char *restrict flag)
{
    int any = 0;
    for (int i = 0; i < PIECE; i++)
        any |= f[i] != f[i];
    for (int i = 0; any && i < PIECE; i++)
        flag[i] = f[i] != f[i];
    return any;
}

static STENCIL_CLONES bool flag_double(const double *restrict f, unsigned char *restrict flag)
{
    int any = 0;
    for (int i = 0; i < PIECE; i++)
        any |= f[i] != f[i];
    for (int i = 0; any && i < PIECE; i++)
        flag[i] = f[i] != f[i];
    return any;
}

static bool is_nan(const struct repair *repair, ptrdiff_t in)
{
    return repair->single ? isnan(((const float *)repair->in)[in])
                          : isnan(((const double *)repair->in)[in]);
}

/* Looks at scalars [from, to), at most PIECE: false where none is NaN. */
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

/* Both parts of a complex number are missing where one is. */
static bool is_missing(const struct repair *repair, ptrdiff_t in)
{
    return is_nan(repair, in) || (repair->block->complex_ && is_nan(repair, in ^ 1));
}

/* Whether there is a value at an index of the axis, as seen from a point of the block whose scalar
 * is at in. */
static bool has_value(const struct repair *repair, ptrdiff_t point, ptrdiff_t in, int64_t index)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const int64_t all = (int64_t)axis->extent;
    const bool low = index < 0, beyond = low || index >= all;
    if (beyond && !operator_is_periodic(&axis->op)) {
        if (axis->op.boundary[!low] == BOUNDARY_ONE_SIDED || index <= -all || index > 2 * all - 2)
            return false;
    }
    int offset = hg_operator_place(axis, repair->block->before + (uint64_t)point, index);
    if (repair->whole)
        offset = row_wrap(repair->block, point, offset);
    if (tap_is_made(offset))
        return !isnan(axis->op.value[!low]);
    return !is_missing(repair, in + offset * repair->in_axis);
}

static void put(const struct repair *repair, ptrdiff_t point, struct taps *taps, ptrdiff_t in,
                ptrdiff_t out)
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

static void put_nan(const struct repair *repair, ptrdiff_t out)
{
    if (repair->kernel->out_size == sizeof(float))
        ((float *)repair->out)[out] = NAN;
    else
        ((double *)repair->out)[out] = NAN;
}

/* The formula of a point with so many values on each side, on an even axis whose ends are not near;
 * NULL: there is none. room: for one that is not kept. */
static const struct taps *find_formula(struct repair *repair, uint64_t own, ptrdiff_t left,
                                       ptrdiff_t right, struct taps *room)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const int64_t run[2] = {(int64_t)own - left, (int64_t)own + right};
    if (left > SHORT_REACH || right > SHORT_REACH)
        return hg_operator_run_taps(axis, own, run, NULL, room) ? room : NULL;
    const ptrdiff_t number = left * (SHORT_REACH + 1) + right;
    const unsigned bit = 1u << number;
    if (!(repair->known & bit)) {
        repair->known |= bit;
        if (hg_operator_run_taps(axis, own, run, NULL, &repair->taps[number]))
            repair->formulas |= bit;
    }
    return repair->formulas & bit ? &repair->taps[number] : NULL;
}

/* The same as make_again, for a value on an even axis whose ends are not near. Where the window of
 * the central formula is whole, the result is right as it is. */
static void make_inner(struct repair *repair, uint64_t own, ptrdiff_t in, ptrdiff_t out)
{
    const struct stencil_axis *axis = repair->block->stencil;
    const struct stencil_kernel *kernel = repair->kernel;
    const ptrdiff_t reach = operator_window(&axis->op) - 1, step = repair->in_axis;
    ptrdiff_t left = 0, right = 0;
    while (left < reach && !is_missing(repair, in - (left + 1) * step))
        left++;
    while (right < reach && !is_missing(repair, in + (right + 1) * step))
        right++;
    if (left >= axis->reach && right >= axis->reach)
        return;
    struct taps room;
    const struct taps *taps = find_formula(repair, own, left, right, &room);
    if (taps)
        kernel->even->one(taps, step, repair->in + in * (ptrdiff_t)kernel->in_size,
                          repair->out + out * (ptrdiff_t)kernel->out_size);
    else
        put_nan(repair, out);
}

/* Makes the result of a point of the block again: in and out are those of its scalar. */
static void make_again(struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t out)
{
    const struct stencil_block *block = repair->block;
    const struct stencil_axis *axis = block->stencil;
    const uint64_t own = block->before + (uint64_t)point;
    const bool repeated =
        operator_is_periodic(&axis->op) && (int64_t)own == operator_turn_points(axis);
    const int64_t at = repeated ? 0 : (int64_t)own, reach = operator_window(&axis->op) - 1;
    int64_t run[2] = {at, at};
    struct taps taps;
    if (repeated ? !has_value(repair, point, in, at) : is_missing(repair, in)) {
        put_nan(repair, out);
        return;
    }
    if (axis->op.missing == MISSING_STRICT)
        return;
    if (axis->even && at >= reach && at + reach < operator_turn_points(axis)) {
        make_inner(repair, own, in, out);
        return;
    }
    while (at - run[0] < reach && has_value(repair, point, in, run[0] - 1))
        run[0]--;
    while (run[1] - at < reach && has_value(repair, point, in, run[1] + 1))
        run[1]++;
    if (hg_operator_run_taps(axis, own, run, axis->even ? NULL : block->x + point, &taps))
        put(repair, point, &taps, in, out);
    else
        put_nan(repair, out);
}

/* Whether the value k points behind a scalar at a point is missing, if that point exists. */
static bool is_missing_at(const struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t k)
{
    if (repair->whole)
        k = row_wrap(repair->block, point, (int)k);
    else if (point + k < repair->low)
        return false;
    return is_missing(repair, in + k * repair->in_axis);
}

/* The results that depend on a missing value at a point, which may lie beyond the block, and on
 * none before it: those have been made again. in and out are its scalar. */
static void repair_around(struct repair *repair, ptrdiff_t point, ptrdiff_t in, ptrdiff_t out)
{
    const ptrdiff_t reach = repair->reach;
    ptrdiff_t there = 0; /* points [there, 0) behind this one have values, or there are none */
    while (there > -2 * reach && !is_missing_at(repair, point, in, there - 1))
        there--;
    for (ptrdiff_t k = there + reach; k <= reach; k++) {
        const ptrdiff_t to = repair->whole ? row_wrap(repair->block, point, (int)k) : k;
        if (point + to >= 0 && point + to < repair->points)
            make_again(repair, point + to, in + to * repair->in_axis, out + to * repair->out_axis);
    }
}

/* The scalar at at is NaN: it is of the row that in and out are the first scalar of. */
static void repair_scalar(struct repair *repair, ptrdiff_t point, ptrdiff_t at, ptrdiff_t in,
                          ptrdiff_t out)
{
    const ptrdiff_t behind = at - in, run = repair->run;
    ptrdiff_t k = run == 1 ? behind : 0; /* mostly no division is needed */
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

/* Looks over points contiguous points from point on, of which in and out are the first scalar. */
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

/* Steps to the next place along the first n axes but for that of the derivative; false after the
 * last. */
static bool next_place(const struct stencil_block *block, unsigned n, uint64_t *at, ptrdiff_t *in,
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

/* Sets what the axis says. */
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
    if (repair->whole) {
        repair->low = -(ptrdiff_t)block->before;
        repair->high = repair->points + (ptrdiff_t)block->after;
        return;
    }
    repair->low = -(ptrdiff_t)(periodic ? reach : size_min(reach, block->before));
    repair->high = repair->points + (ptrdiff_t)(periodic ? reach : size_min(reach, block->after));
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
    uint64_t at[GRID_MAX_RANK + 1] = {0};
    ptrdiff_t from = 0, to = 0;
    unsigned n = block->rank;
    set_axis(&repair);
    for (; n > block->axis + 1 && block->in_stride[n - 1] == repair.run &&
           block->out_stride[n - 1] == repair.run;
         n--)
        repair.run *= (ptrdiff_t)block->count[n - 1];
    const bool folded = n == block->axis + 1 && repair.in_axis == repair.run;
    const ptrdiff_t step = folded ? repair.high - repair.low : 1;
    do {
        for (ptrdiff_t k = repair.low; k < repair.high; k += step)
            repair_row(&repair, k, step, from + k * repair.in_axis, to + k * repair.out_axis);
    } while (next_place(block, n, at, &from, &to));
}
