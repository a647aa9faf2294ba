/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rank is folded away: a block is loops around runs of scalars that are contiguous in the input and
 * in the output, and the row functions do many runs at once. What lies behind the axis is the run;
 * where the line along the axis is contiguous too, the run is the whole line, and where lines touch
 * each other, all of them: what this writes to the ends of the lines is then overwritten. The ends
 * of the axis are passes of their own.
 */
#include <stdbool.h>

#include "base/size.h"
#include "stencil/clones.h"
#include "stencil/stencil.h"

#define MAX_LOOPS   (GRID_MAX_RANK + 1)
#define NARROW      8   /* shorter rows are done across, when there are more of them */
#define WIDE        64  /* runs from here on are rows of their own when there are weights */
#define SHORT_LINE  256 /* shorter lines are done many at once */
#define MAX_WEIGHTS 512 /* repeated weights that are held at a time */

/* Rows of scalars, all strides in scalars. The row functions take the first scalar of the first
 * row. */
struct rows {
    ptrdiff_t count, in_row, out_row;
    ptrdiff_t length, in_point, out_point;
    ptrdiff_t shift; /* to the next point of the axis, in the input */
    double step;
    const double *a, *b, *c;
    ptrdiff_t weight_row, weight_point; /* strides in a, b, c */
};

typedef void row_function(const struct rows *rows, const void *in, void *out);

#define KERNEL_IN         float
#define KERNEL_ARITHMETIC float
#define KERNEL_OUT        float
#define KERNEL_WEIGHTED   0
#define KERNEL_NAME(verb) verb##_F32_F32_F32
#include "stencil/kernel_template.h"

#define KERNEL_IN         float
#define KERNEL_ARITHMETIC double
#define KERNEL_OUT        float
#define KERNEL_WEIGHTED   1
#define KERNEL_NAME(verb) verb##_F32_F64_F32
#include "stencil/kernel_template.h"

#define KERNEL_IN         float
#define KERNEL_ARITHMETIC double
#define KERNEL_OUT        double
#define KERNEL_WEIGHTED   1
#define KERNEL_NAME(verb) verb##_F32_F64_F64
#include "stencil/kernel_template.h"

#define KERNEL_IN         double
#define KERNEL_ARITHMETIC double
#define KERNEL_OUT        double
#define KERNEL_WEIGHTED   1
#define KERNEL_NAME(verb) verb##_F64_F64_F64
#include "stencil/kernel_template.h"

#define KERNEL_IN         double
#define KERNEL_ARITHMETIC double
#define KERNEL_OUT        float
#define KERNEL_WEIGHTED   1
#define KERNEL_NAME(verb) verb##_F64_F64_F32
#include "stencil/kernel_template.h"

struct kernel {
    size_t in_size, out_size;
    row_function *central, *difference, *one_sided; /* in the kernel's arithmetic */
    row_function *weighted, *wide_difference;       /* in double, for coordinates */
};

struct loop {
    uint64_t count;
    ptrdiff_t in, out, weight; /* strides in scalars and in weights */
};

/* A block, taken apart. The axis is one of the loops, with count 1: passes set it. */
struct work {
    const struct kernel *kernel;
    const struct stencil_block *block;
    const char *in;
    char *out;
    struct loop loops[MAX_LOOPS];
    unsigned n_loops;
    ptrdiff_t points;            /* of the axis */
    ptrdiff_t in_axis, out_axis; /* strides along it */
    ptrdiff_t inside, end;       /* points [inside, end) are not ends of the axis */
    ptrdiff_t run;               /* contiguous scalars from the axis on, that one not included */
    bool folded;                 /* so is the whole line along the axis */
};

/* Drops loops of one turn and joins loops that are one. */
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

/* Makes the last loop the rows, or, where rows are narrow, their points. */
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

/* Calls function for the rows of all turns of the loops. Of *rows are set: length, shift, step,
 * weight_point and the weights. */
static void walk(const struct work *work, row_function *function, struct rows rows,
                 struct loop *loops, unsigned n, ptrdiff_t in, ptrdiff_t out)
{
    static const struct loop once = {.count = 1};
    uint64_t turn[MAX_LOOPS] = {0};
    n = join_loops(loops, n);
    rows_from_loop(&rows, n > 0 ? &loops[n - 1] : &once);
    unsigned outer = n > 0 ? n - 1 : 0;
    for (;;) {
        function(&rows, work->in + in * (ptrdiff_t)work->kernel->in_size,
                 work->out + out * (ptrdiff_t)work->kernel->out_size);
        unsigned k = outer;
        ptrdiff_t weight = 0;
        while (k > 0 && ++turn[k - 1] == loops[k - 1].count) {
            ptrdiff_t back = (ptrdiff_t)loops[k - 1].count - 1;
            turn[--k] = 0;
            in -= back * loops[k].in;
            out -= back * loops[k].out;
            weight -= back * loops[k].weight;
        }
        if (k == 0)
            return;
        in += loops[k - 1].in;
        out += loops[k - 1].out;
        weight += loops[k - 1].weight;
        if (weight != 0) {
            rows.a += weight;
            rows.b += weight;
            rows.c += weight;
        }
    }
}

/* walk over copies of the work's loops, with count turns along the axis. */
static void walk_axis(const struct work *work, row_function *function, const struct rows *rows,
                      ptrdiff_t count, ptrdiff_t in, ptrdiff_t out)
{
    struct loop loops[MAX_LOOPS];
    for (unsigned k = 0; k < work->n_loops; k++)
        loops[k] = work->loops[k];
    if (count != 1)
        loops[work->block->axis].count = (uint64_t)count;
    walk(work, function, *rows, loops, work->n_loops, in, out);
}

/* The last loop, when its turns are complete lines that touch each other in input and output. */
static bool lines_touch(const struct work *work, const struct loop *loops, unsigned n)
{
    ptrdiff_t line = work->points * work->run;
    return n > 0 && work->inside == 1 && work->end == work->points - 1 && loops[n - 1].in == line &&
           loops[n - 1].out == line;
}

/* Groups of lines that touch each other: from the second point of a group's first line to the last
 * but one of its last, the points between two lines included. */
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
        rows.length = group * line - 2 * work->run;
        walk(work, function, rows, copy, n, done * line + work->run, done * line + work->run);
        done += groups * group;
    }
}

static void central_pass(const struct work *work)
{
    struct rows rows = {.shift = work->in_axis, .step = work->block->stencil->step};
    ptrdiff_t in = work->inside * work->in_axis;
    ptrdiff_t out = work->inside * work->out_axis;
    row_function *function = work->kernel->central;
    struct loop loops[MAX_LOOPS];
    for (unsigned k = 0; k < work->n_loops; k++)
        loops[k] = work->loops[k];
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

/* Weights of points, each repeated for the scalars of its run. */
struct repeated {
    double a[MAX_WEIGHTS], b[MAX_WEIGHTS], c[MAX_WEIGHTS];
};

static void repeat_weights(const struct work *work, ptrdiff_t first, ptrdiff_t points,
                           ptrdiff_t times, struct repeated *to)
{
    const struct stencil_block *block = work->block;
    ptrdiff_t k = 0;
    for (ptrdiff_t time = 0; time < times; time++) {
        for (ptrdiff_t i = first; i < first + points; i++) {
            for (ptrdiff_t j = 0; j < work->run; j++, k++) {
                to->a[k] = block->a[i];
                to->b[k] = block->b[i];
                to->c[k] = block->c[i];
            }
        }
    }
}

/* Weights by point along contiguous lines, whose runs are not wide. */
static void pointwise_pass(const struct work *work, struct rows rows)
{
    struct repeated weights;
    struct loop loops[MAX_LOOPS];
    ptrdiff_t line = work->points * work->run;
    for (unsigned k = 0; k < work->n_loops; k++)
        loops[k] = work->loops[k];
    unsigned n = join_loops(loops, work->n_loops);
    rows.weight_point = 1;
    if (line < SHORT_LINE && lines_touch(work, loops, n)) {
        ptrdiff_t group = (ptrdiff_t)size_min(loops[n - 1].count, (uint64_t)(MAX_WEIGHTS / line));
        repeat_weights(work, 0, work->points, group, &weights);
        rows.a = weights.a + work->run;
        rows.b = weights.b + work->run;
        rows.c = weights.c + work->run;
        walk_groups(work, work->kernel->weighted, rows, loops, n, group);
        return;
    }
    rows.a = weights.a;
    rows.b = weights.b;
    rows.c = weights.c;
    ptrdiff_t piece = MAX_WEIGHTS / work->run;
    for (ptrdiff_t first = work->inside; first < work->end; first += piece) {
        if (piece > work->end - first)
            piece = work->end - first;
        repeat_weights(work, first, piece, 1, &weights);
        rows.length = piece * work->run;
        walk_axis(work, work->kernel->weighted, &rows, 1, first * work->run, first * work->run);
    }
}

static void weighted_pass(const struct work *work)
{
    const struct stencil_block *block = work->block;
    row_function *function = work->kernel->weighted;
    ptrdiff_t in = work->inside * work->in_axis;
    ptrdiff_t out = work->inside * work->out_axis;
    struct rows rows = {.shift = work->in_axis,
                        .a = block->a + work->inside,
                        .b = block->b + work->inside,
                        .c = block->c + work->inside};
    if (work->folded && work->run == 1 && work->points >= SHORT_LINE) {
        rows.length = work->end - work->inside;
        rows.weight_point = 1;
        walk_axis(work, function, &rows, 1, in, out);
    } else if (work->folded && work->run < WIDE) {
        pointwise_pass(work, rows);
    } else {
        rows.length = work->run;
        walk_axis(work, function, &rows, work->end - work->inside, in, out);
    }
}

/* One end of the axis: point, from which the others of its stencil lie in direction 1 or -1. */
static void end_pass(const struct work *work, ptrdiff_t point, ptrdiff_t direction)
{
    static const double left[3] = {-1.5, 2, -0.5};
    static const double right[3] = {0.5, -2, 1.5};
    const struct stencil_block *block = work->block;
    const struct stencil_axis *axis = block->stencil;
    const struct kernel *kernel = work->kernel;
    struct rows rows = {.shift = work->in_axis, .length = work->run, .step = axis->step};
    row_function *function;
    ptrdiff_t base; /* of a difference the lower point, of three points the middle one */
    if (axis->edge_order == 1) {
        base = direction > 0 ? point : point - 1;
        function = axis->uniform ? kernel->difference : kernel->wide_difference;
        if (!axis->uniform)
            rows.step = block->a[point];
    } else {
        const double *weight = direction > 0 ? left : right;
        base = point + direction;
        function = axis->uniform ? kernel->one_sided : kernel->weighted;
        rows.a = axis->uniform ? &weight[0] : &block->a[point];
        rows.b = axis->uniform ? &weight[1] : &block->b[point];
        rows.c = axis->uniform ? &weight[2] : &block->c[point];
    }
    walk_axis(work, function, &rows, 1, base * work->in_axis, point * work->out_axis);
}

/* Finds the run behind the axis and makes loops of all other axes. */
static void fold_axes(struct work *work)
{
    const struct stencil_block *block = work->block;
    const unsigned axis = block->axis;
    unsigned n = block->rank;
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
    work->in_axis = block->in_stride[axis];
    work->out_axis = block->out_stride[axis];
    work->loops[axis].count = 1;
    work->loops[axis].weight = block->stencil->uniform ? 0 : 1;
    work->folded = n == axis + 1 && work->in_axis == work->run && work->out_axis == work->run;
}

static void apply(const struct kernel *kernel, const struct stencil_block *block, const void *in,
                  void *out)
{
    const struct stencil_axis *axis = block->stencil;
    const uint64_t points = block->count[block->axis];
    for (unsigned k = 0; k < block->rank; k++) {
        if (block->count[k] == 0)
            return;
    }
    struct work work = {.kernel = kernel, .block = block, .in = in, .out = out};
    fold_axes(&work);
    work.points = (ptrdiff_t)points;
    bool starts = block->first == 0;
    bool ends = block->first + points == axis->extent;
    work.inside = starts ? 1 : 0;
    work.end = work.points - (ends ? 1 : 0);
    if (work.inside < work.end) {
        if (axis->uniform)
            central_pass(&work);
        else
            weighted_pass(&work);
    }
    if (starts)
        end_pass(&work, 0, 1);
    if (ends)
        end_pass(&work, work.points - 1, -1);
}

/* X(in, arithmetic, out): every kernel there is. Coordinates are computed in double. */
#define KERNEL_LIST(X)                                                                             \
    X(F32, F32, F32)                                                                               \
    X(F32, F64, F32)                                                                               \
    X(F32, F64, F64)                                                                               \
    X(F64, F64, F64)                                                                               \
    X(F64, F64, F32)

#define SIZE_F32 sizeof(float)
#define SIZE_F64 sizeof(double)

#define KERNEL_FUNCTION(in_type, arithmetic, out_type)                                             \
    static void apply_##in_type##_##arithmetic##_##out_type(const struct stencil_block *block,     \
                                                            const void *in, void *out)             \
    {                                                                                              \
        static const struct kernel kernel = {                                                      \
            SIZE_##in_type,                                                                        \
            SIZE_##out_type,                                                                       \
            central_##in_type##_##arithmetic##_##out_type,                                         \
            difference_##in_type##_##arithmetic##_##out_type,                                      \
            one_sided_##in_type##_##arithmetic##_##out_type,                                       \
            weighted_##in_type##_F64_##out_type,                                                   \
            difference_##in_type##_F64_##out_type,                                                 \
        };                                                                                         \
        apply(&kernel, block, in, out);                                                            \
    }
KERNEL_LIST(KERNEL_FUNCTION)
#undef KERNEL_FUNCTION

stencil_kernel *hg_stencil_find(enum element in, enum element arithmetic, enum element out)
{
    static const struct {
        enum element in, arithmetic, out;
        stencil_kernel *kernel;
    } list[] = {
#define KERNEL_ROW(in_type, arithmetic, out_type)                                                  \
    {ELEMENT_##in_type, ELEMENT_##arithmetic, ELEMENT_##out_type,                                  \
     apply_##in_type##_##arithmetic##_##out_type},
        KERNEL_LIST(KERNEL_ROW)
#undef KERNEL_ROW
    };
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        if (list[i].in == in && list[i].arithmetic == arithmetic && list[i].out == out)
            return list[i].kernel;
    }
    return NULL;
}
