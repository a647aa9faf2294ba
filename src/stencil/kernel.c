/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank is folded away: a block is loops around runs of scalars that are contiguous in the input and
 * in the output, and a row function does many runs at once. The axes behind the differentiated one
 * make the run. If the line along the axis is contiguous, too, the whole line is one run; if lines
 * touch, several of them are, and what this writes at the ends of lines is overwritten later. The
 * ends of the axis are done by passes of their own.
 */
#include <stdbool.h>
#include <string.h>

#include "base/size.h"
#include "stencil/row.h"

#define MAX_LOOPS   (GRID_MAX_RANK + 1)
#define NARROW      8    /* shorter rows are done across, if there are more of them */
#define WIDE        64   /* longer runs are rows of their own if there are weights */
#define SHORT_LINE  256  /* shorter lines are done several at once */
#define MAX_WEIGHTS 1440 /* repeated weights that are held at a time */

struct loop {
    uint64_t count;
    ptrdiff_t in, out, weight; /* strides in scalars and in weights */
};

/* A block as loops. The axis is one of them, with count 1, which passes replace. */
struct work {
    const struct stencil_kernel *kernel;
    const struct stencil_block *block;
    const char *in;
    char *out;
    struct loop loops[MAX_LOOPS];
    unsigned n_loops;
    ptrdiff_t points;            /* of the block along the axis */
    ptrdiff_t in_axis, out_axis; /* strides along it */
    ptrdiff_t inside, end;       /* points [inside, end) have the formula of the inside */
    ptrdiff_t run;               /* contiguous scalars behind the axis */
    bool folded;                 /* the whole line along the axis is contiguous, too */
};

/* Drops loops of one iteration and joins loops that continue one another. Returns how many are
 * left. */
static unsigned join_loops(struct loop *loops, unsigned n)
{
    unsigned kept = 0;
    for (unsigned k = 0; k < n; k++) {
        struct loop loop = loops[k];
        struct loop *before = kept > 0 ? &loops[kept - 1] : NULL;
        ptrdiff_t count = (ptrdiff_t)loop.count;
        if (count == 1)
            continue;
        if (before && before->in == count * loop.in && before->out == count * loop.out &&
            before->weight == count * loop.weight) {
            loop.count *= before->count;
            *before = loop;
        } else {
            loops[kept++] = loop;
        }
    }
    return kept;
}

/* Makes the last loop the rows, or, if rows are narrow, their points. */
static void rows_from_loop(struct rows *rows, const struct loop *loop)
{
    rows->in_point = rows->out_point = 1;
    rows->count = (ptrdiff_t)loop->count;
    rows->in_row = loop->in;
    rows->out_row = loop->out;
    rows->weight_row = loop->weight;
    if (rows->length >= NARROW || rows->length >= rows->count)
        return;
    struct rows across = *rows;
    across.count = rows->length;
    across.in_row = across.out_row = 1;
    across.weight_row = rows->weight_point;
    across.length = rows->count;
    across.in_point = rows->in_row;
    across.out_point = rows->out_row;
    across.weight_point = rows->weight_row;
    *rows = across;
}

/* Copies the loops, to be changed by a pass. Of all that there could be mostly few are in use. */
static void copy_loops(const struct work *work, struct loop *loops)
{
    memcpy(loops, work->loops, work->n_loops * sizeof *loops);
}

/* Calls function in all iterations of the loops. The caller has set rows.length, shift, step,
 * weight_point and the weights. */
static void walk(const struct work *work, row_function *function, struct rows rows,
                 struct loop *loops, unsigned n, ptrdiff_t in, ptrdiff_t out)
{
    static const struct loop once = {.count = 1};
    uint64_t index[MAX_LOOPS];
    n = join_loops(loops, n);
    rows_from_loop(&rows, n > 0 ? &loops[n - 1] : &once);
    unsigned outer = n > 0 ? n - 1 : 0;
    memset(index, 0, outer * sizeof *index);
    for (;;) {
        function(&rows, work->in + in * (ptrdiff_t)work->kernel->in_size,
                 work->out + out * (ptrdiff_t)work->kernel->out_size);
        unsigned k = outer;
        ptrdiff_t weight = 0;
        while (k > 0 && ++index[k - 1] == loops[k - 1].count) {
            ptrdiff_t back = (ptrdiff_t)loops[k - 1].count - 1;
            index[--k] = 0;
            in -= back * loops[k].in;
            out -= back * loops[k].out;
            weight -= back * loops[k].weight;
        }
        if (k == 0)
            return;
        in += loops[k - 1].in;
        out += loops[k - 1].out;
        weight += loops[k - 1].weight;
        if (weight != 0)
            rows.weight += weight;
    }
}

/* Calls walk with the work's loops, of which that along the axis has count iterations. */
static void walk_axis(const struct work *work, row_function *function, const struct rows *rows,
                      ptrdiff_t count, ptrdiff_t in, ptrdiff_t out)
{
    struct loop loops[MAX_LOOPS];
    copy_loops(work, loops);
    if (count != 1)
        loops[work->block->axis].count = (uint64_t)count;
    walk(work, function, *rows, loops, work->n_loops, in, out);
}

/* Returns whether the last loop goes over whole lines that touch in input and output. */
static bool lines_touch(const struct work *work, const struct loop *loops, unsigned n)
{
    const ptrdiff_t line = work->points * work->run;
    const ptrdiff_t reach = work->block->stencil->reach;
    return n > 0 && work->inside >= reach && work->end <= work->points - reach &&
           loops[n - 1].in == line && loops[n - 1].out == line;
}

/* Does lines that touch in groups: each from the first point inside its first line to the last
 * point inside its last line, the ends between lines included. */
static void walk_groups(const struct work *work, row_function *function, struct rows rows,
                        const struct loop *loops, unsigned n, ptrdiff_t group)
{
    ptrdiff_t line = work->points * work->run;
    ptrdiff_t lines = (ptrdiff_t)loops[n - 1].count;
    ptrdiff_t done = 0;
    while (done < lines) {
        if (group > lines - done)
            group = lines - done;
        struct loop copy[MAX_LOOPS];
        for (unsigned k = 0; k < n; k++)
            copy[k] = loops[k];
        ptrdiff_t groups = (lines - done) / group;
        copy[n - 1] = (struct loop){(uint64_t)groups, group * line, group * line, 0};
        rows.length = (group * line) - (work->points - work->end + work->inside) * work->run;
        const ptrdiff_t at = done * line + work->inside * work->run;
        walk(work, function, rows, copy, n, at, at);
        done += groups * group;
    }
}

static void even_pass(const struct work *work, row_function *function, struct rows rows,
                      ptrdiff_t in, ptrdiff_t out)
{
    struct loop loops[MAX_LOOPS];
    copy_loops(work, loops);
    unsigned n = join_loops(loops, work->n_loops);
    if (!work->folded) {
        rows.length = work->run;
        walk_axis(work, function, &rows, work->end - work->inside, in, out);
    } else if (work->points * work->run < SHORT_LINE && lines_touch(work, loops, n)) {
        walk_groups(work, function, rows, loops, n, (ptrdiff_t)loops[n - 1].count);
    } else {
        rows.length = (work->end - work->inside) * work->run;
        walk(work, function, rows, loops, n, in, out);
    }
}

/* Writes the weights of points to to, each repeated for the scalars of its run, all of that times
 * over, and makes rows use them. */
static void repeat_weights(const struct work *work, ptrdiff_t first, ptrdiff_t points,
                           ptrdiff_t times, double *to, struct rows *rows)
{
    const unsigned taps = hg_operator_weights(work->block->stencil);
    rows->weight = to;
    rows->weight_tap = times * points * work->run;
    for (unsigned t = 0; t < taps; t++) {
        const double *weight = work->block->weight + t * work->block->weight_tap + first;
        for (ptrdiff_t time = 0; time < times; time++) {
            for (ptrdiff_t i = 0; i < points; i++) {
                for (ptrdiff_t j = 0; j < work->run; j++)
                    *to++ = weight[i];
            }
        }
    }
}

/* Does contiguous lines whose runs are narrow, with weights repeated per scalar. */
static void pointwise_pass(const struct work *work, row_function *function, struct rows rows)
{
    double weights[MAX_WEIGHTS];
    struct loop loops[MAX_LOOPS];
    const ptrdiff_t line = work->points * work->run;
    const ptrdiff_t room = MAX_WEIGHTS / (ptrdiff_t)hg_operator_weights(work->block->stencil);
    copy_loops(work, loops);
    unsigned n = join_loops(loops, work->n_loops);
    rows.weight_point = 1;
    if (line < SHORT_LINE && line <= room && lines_touch(work, loops, n)) {
        ptrdiff_t group = (ptrdiff_t)size_min(loops[n - 1].count, (uint64_t)(room / line));
        repeat_weights(work, 0, work->points, group, weights, &rows);
        rows.weight += work->inside * work->run;
        walk_groups(work, function, rows, loops, n, group);
        return;
    }
    ptrdiff_t piece = room / work->run;
    for (ptrdiff_t first = work->inside; first < work->end; first += piece) {
        if (piece > work->end - first)
            piece = work->end - first;
        repeat_weights(work, first, piece, 1, weights, &rows);
        rows.length = piece * work->run;
        walk_axis(work, function, &rows, 1, first * work->run, first * work->run);
    }
}

static void uneven_pass(const struct work *work, row_function *function, struct rows rows,
                        ptrdiff_t in, ptrdiff_t out)
{
    if (work->folded && work->run == 1 && work->points >= SHORT_LINE) {
        rows.length = work->end - work->inside;
        rows.weight_point = 1;
        walk_axis(work, function, &rows, 1, in, out);
    } else if (work->folded && work->run < WIDE) {
        pointwise_pass(work, function, rows);
    } else {
        rows.length = work->run;
        walk_axis(work, function, &rows, work->end - work->inside, in, out);
    }
}

static void inside_pass(const struct work *work)
{
    struct rows rows = {.count = 0};
    struct taps taps;
    hg_row_describe(work->block, work->inside, &taps, &rows);
    const struct row_functions *functions =
        work->block->stencil->even ? work->kernel->even : work->kernel->uneven;
    row_function *function = row_inside(functions, taps.form, work->block->stencil->reach);
    ptrdiff_t in = work->inside * work->in_axis;
    ptrdiff_t out = work->inside * work->out_axis;
    if (work->block->stencil->even)
        even_pass(work, function, rows, in, out);
    else
        uneven_pass(work, function, rows, in, out);
}

/* Finds the run behind the axis and makes loops of all other axes. Sets all but in and out. */
static void fold_axes(struct work *work, const struct stencil_kernel *kernel,
                      const struct stencil_block *block)
{
    const unsigned axis = block->axis;
    unsigned n = block->rank;
    work->kernel = kernel;
    work->block = block;
    work->run = 1;
    for (; n > axis + 1; n--) {
        ptrdiff_t count = (ptrdiff_t)block->count[n - 1];
        if (count != 1 &&
            (block->in_stride[n - 1] != work->run || block->out_stride[n - 1] != work->run))
            break;
        work->run *= count;
    }
    for (unsigned k = 0; k < n; k++)
        work->loops[k] =
            (struct loop){block->count[k], block->in_stride[k], block->out_stride[k], 0};
    work->n_loops = n;
    work->points = (ptrdiff_t)block->count[axis];
    hg_row_inside(block, &work->inside, &work->end);
    work->in_axis = block->in_stride[axis];
    work->out_axis = block->out_stride[axis];
    work->loops[axis].count = 1;
    work->loops[axis].weight = !block->stencil->even;
    work->folded = n == axis + 1 && work->in_axis == work->run && work->out_axis == work->run;
}

void hg_row_apply_ends(const struct stencil_kernel *kernel, const struct stencil_block *block,
                       const struct row_ends *ends, const void *in, void *const out[2])
{
    struct work work;
    fold_axes(&work, kernel, block);
    work.in = in;
    for (int side = 0; side < 2; side++) {
        work.out = out[side];
        for (unsigned k = 0; k < ends->n[side]; k++) {
            const ptrdiff_t point = side == 0 ? k : work.end + k;
            struct rows rows = {
                .length = work.run, .shift = work.in_axis, .taps = &ends->taps[side][k]};
            walk_axis(&work, row_any(kernel, rows.taps), &rows, 1, point * work.in_axis,
                      k * work.out_axis);
        }
    }
}

void hg_stencil_apply(const struct stencil_kernel *kernel, const struct stencil_block *block,
                      const void *in, void *out)
{
    for (unsigned k = 0; k < block->rank; k++) {
        if (block->count[k] == 0)
            return;
    }
    struct work work;
    fold_axes(&work, kernel, block);
    work.in = in;
    work.out = out;
    if (work.inside < work.end)
        inside_pass(&work);
    hg_row_place_ends(kernel, block, in, out);
    hg_missing_repair(kernel, block, in, out);
}
