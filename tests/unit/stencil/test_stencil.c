/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/size.h"
#include "stencil/convert.h"
#include "stencil/stencil.h"
#include "tests/support/ieee.h"
#include "tests/support/suite.h"
#include "tests/support/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_RANK     5
#define MAX_EXTENT   1100
#define ROOM         (UINT64_C(1) << 17) /* bytes between guard pages */

/* ROOM bytes between two pages that fault. */
static unsigned char *guarded_room(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *map = mmap(NULL, ROOM + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(map, MAP_FAILED);
    ck_assert_int_eq(mprotect(map + page, ROOM, PROT_READ | PROT_WRITE), 0);
    return map + page;
}

/* Where bytes lie against the guard page in front of or behind the room. */
static unsigned char *place(unsigned char *room, uint64_t bytes, bool at_end)
{
    ck_assert_uint_le(bytes, ROOM);
    return at_end ? room + (ROOM - bytes) : room;
}

/* ---- the operator of accuracy 8 ---- */

#define WIDE 4

/* The derivative of accuracy 8: weights of 9 points at an end, by the distance of the result from
 * it, and of the differences across the result inside; all divided by 840. */
static const int wide_ends[WIDE][2 * WIDE + 1] = {
    {-2283, 6720, -11760, 15680, -14700, 9408, -3920, 960, -105},
    {-105, -1338, 2940, -2940, 2450, -1470, 588, -140, 15},
    {15, -240, -798, 1680, -1050, 560, -210, 48, -5},
    {-5, 60, -420, -378, 1050, -420, 140, -30, 3},
};
static const int wide_inside[WIDE] = {-3, 32, -168, 672};

/* An axis as the formulas need it. */
struct gradient_axis {
    uint64_t extent;
    unsigned edge_order; /* 0: of accuracy 8 */
    bool uniform;
    double step;
};

static struct stencil_operator operator_of(const struct gradient_axis *along)
{
    return (struct stencil_operator){.derivative = 1,
                                     .accuracy = along->edge_order == 0 ? 8 : 2,
                                     .edge_order = along->edge_order};
}

/* false where it has too few points. */
static bool make_axis(const struct stencil_operator *op, const struct gradient_axis *along,
                      const double *x, struct stencil_axis *axis)
{
    struct stencil_scan scan;
    if (along->uniform)
        return hg_stencil_make_even(op, along->extent, along->step, axis, NULL) == H5GRAD_OK;
    hg_stencil_scan_start(&scan);
    ck_assert_int_eq(hg_stencil_scan_next(&scan, x, along->extent, NULL), H5GRAD_OK);
    scan.even = false; /* two points are uneven, too */
    const double *const ends[2] = {x, x + along->extent - STENCIL_ENDS(along->extent)};
    return hg_stencil_make(op, &scan, ends, axis, NULL) == H5GRAD_OK;
}

static bool make_stencil(const struct gradient_axis *along, const double *x,
                         struct stencil_axis *axis)
{
    const struct stencil_operator op = operator_of(along);
    return make_axis(&op, along, x, axis);
}

/* An array, what is to be done with it, and what comes out, all held as doubles. */
struct problem {
    unsigned rank; /* components are the last axis, which no tile cuts */
    uint64_t extent[MAX_RANK];
    unsigned axis;
    struct gradient_axis along;
    struct stencil_axis stencil;
    double x[MAX_EXTENT];
    enum element in, arithmetic, out;
    uint64_t points;
    double *data, *expected;
};

static uint64_t product(unsigned n, const uint64_t *factor)
{
    uint64_t all = 1;
    for (unsigned k = 0; k < n; k++)
        all *= factor[k];
    return all;
}

/* The formulas by ieee.h: plain C would change with the same compiler flags as the kernels. */

static double times(double a, double b)
{
    return ieee_multiply(IEEE_DOUBLE, a, b);
}

static double over(double a, double b)
{
    return ieee_divide(IEEE_DOUBLE, a, b);
}

static double plus(double a, double b)
{
    return ieee_add(IEEE_DOUBLE, a, b);
}

static double minus(double a, double b)
{
    return ieee_subtract(IEEE_DOUBLE, a, b);
}

/* a f + b g + c h */
static double weighted(enum ieee format, const double weight[3], double f, double g, double h)
{
    double sum =
        ieee_add(format, ieee_multiply(format, weight[0], f), ieee_multiply(format, weight[1], g));
    return ieee_add(format, sum, ieee_multiply(format, weight[2], h));
}

static double uniform_at(enum ieee format, const double *f, ptrdiff_t s,
                         const struct gradient_axis *along, uint64_t i)
{
    static const double first[] = {-1.5, 2, -0.5}, last[] = {0.5, -2, 1.5};
    const double h = ieee_round(format, along->step);
    const bool left = i == 0, right = i == along->extent - 1;
    double difference;
    if (!left && !right)
        return ieee_divide(format, ieee_divide(format, ieee_subtract(format, f[s], f[-s]), h), 2);
    if (along->edge_order == 1)
        difference = ieee_subtract(format, left ? f[s] : f[0], left ? f[0] : f[-s]);
    else if (left)
        difference = weighted(format, first, f[0], f[s], f[2 * s]);
    else
        difference = weighted(format, last, f[-2 * s], f[-s], f[0]);
    return ieee_divide(format, difference, h);
}

/* p and q are the steps on the two sides, or the nearest and the next one. */
static double uneven_inside(const double *f, ptrdiff_t s, double p, double q)
{
    const double sum = plus(p, q);
    const double weight[] = {
        over(ieee_negative(q), times(p, sum)),
        over(minus(q, p), times(p, q)),
        over(p, times(q, sum)),
    };
    return weighted(IEEE_DOUBLE, weight, f[-s], f[0], f[s]);
}

static double uneven_first(const double *f, ptrdiff_t s, double p, double q)
{
    const double sum = plus(p, q);
    const double weight[] = {
        over(ieee_negative(plus(times(2, p), q)), times(p, sum)),
        over(sum, times(p, q)),
        over(ieee_negative(p), times(q, sum)),
    };
    return weighted(IEEE_DOUBLE, weight, f[0], f[s], f[2 * s]);
}

static double uneven_last(const double *f, ptrdiff_t s, double p, double q)
{
    const double sum = plus(p, q);
    const double weight[] = {
        over(q, times(p, sum)),
        over(ieee_negative(sum), times(p, q)),
        over(plus(p, times(2, q)), times(q, sum)),
    };
    return weighted(IEEE_DOUBLE, weight, f[-2 * s], f[-s], f[0]);
}

static double uneven_at(const double *f, ptrdiff_t s, const struct gradient_axis *along,
                        const double *x, uint64_t i)
{
    bool left = i == 0;
    bool right = i == along->extent - 1;
    if (!left && !right)
        return uneven_inside(f, s, minus(x[0], x[-1]), minus(x[1], x[0]));
    if (along->edge_order == 2)
        return left ? uneven_first(f, s, minus(x[1], x[0]), minus(x[2], x[1]))
                    : uneven_last(f, s, minus(x[-1], x[-2]), minus(x[0], x[-1]));
    return left ? over(minus(f[s], f[0]), minus(x[1], x[0]))
                : over(minus(f[0], f[-s]), minus(x[0], x[-1]));
}

static double wide_at(enum ieee format, const double *f, ptrdiff_t s,
                      const struct gradient_axis *along, uint64_t i)
{
    const uint64_t behind = along->extent - 1 - i, middle = WIDE;
    const uint64_t at = i < middle ? i : behind < middle ? 2 * middle - behind : middle;
    double sum = 0;
    unsigned terms = 0;
    for (int k = 0; k <= 2 * WIDE; k++) {
        int to = k - (int)at, from = 0;
        double weight = at < middle   ? wide_ends[at][k]
                        : at > middle ? -wide_ends[behind][2 * WIDE - k]
                                      : 0;
        if (at == middle && k < WIDE) {
            to = WIDE - k;
            from = -to;
            weight = wide_inside[k];
        }
        if (to == 0 || (at == middle && k >= WIDE))
            continue;
        const double term =
            ieee_multiply(format, weight, ieee_subtract(format, f[to * s], f[from * s]));
        sum = terms++ == 0 ? term : ieee_add(format, sum, term);
    }
    sum = ieee_divide(format, sum, ieee_round(format, along->step));
    return ieee_divide(format, sum, 840);
}

static enum ieee format_of(enum element element)
{
    return element == ELEMENT_F32 ? IEEE_FLOAT : IEEE_DOUBLE;
}

/* The result at f, which is point i of its line; s is the stride of the axis. */
static double expected_at(const struct problem *problem, const double *f, ptrdiff_t s, uint64_t i)
{
    const struct gradient_axis *along = &problem->along;
    if (along->edge_order == 0)
        return ieee_round(format_of(problem->out),
                          wide_at(format_of(problem->arithmetic), f, s, along, i));
    double result = along->uniform ? uniform_at(format_of(problem->arithmetic), f, s, along, i)
                                   : uneven_at(f, s, along, problem->x + i, i);
    return ieee_round(format_of(problem->out), result);
}

static void fill_expected(struct problem *problem)
{
    uint64_t inner =
        product(problem->rank - problem->axis - 1, problem->extent + problem->axis + 1);
    for (uint64_t k = 0; k < problem->points; k++) {
        uint64_t i = k / inner % problem->along.extent;
        problem->expected[k] = expected_at(problem, problem->data + k, (ptrdiff_t)inner, i);
    }
}

/* A value: mostly ordinary, now and then one of the special ones. */
static double random_value(uint64_t *state, bool special)
{
    static const double odd[] = {0.0,       -0.0,     INFINITY, -INFINITY, NAN,
                                 0x1p-1074, 0x1p-149, 0x1p-127, -0x1p127,  DBL_MAX};
    if (special && random_bits(state) % 8 == 0)
        return odd[random_bits(state) % COUNT(odd)];
    return ldexp(random_unit(state) - 0.5, (int)(random_bits(state) % 12));
}

static void fill_data(struct problem *problem, bool special)
{
    uint64_t state = problem->points;
    for (uint64_t k = 0; k < problem->points; k++) {
        problem->data[k] = ieee_round(format_of(problem->in), random_value(&state, special));
    }
    double x = -3;
    for (uint64_t i = 0; i < problem->along.extent; i++) {
        problem->x[i] = problem->along.extent % 2 ? -x : x;
        x += 0.01 + random_unit(&state);
    }
}

static void store(enum element type, void *array, uint64_t k, double value)
{
    if (type == ELEMENT_F32)
        ((float *)array)[k] = (float)value;
    else
        ((double *)array)[k] = value;
}

static double load(enum element type, const void *array, uint64_t k)
{
    return type == ELEMENT_F32 ? (double)((const float *)array)[k] : ((const double *)array)[k];
}

static bool same_bits(double a, double b)
{
    return (ieee_is_nan(a) && ieee_is_nan(b)) || ieee_bits(a) == ieee_bits(b);
}

/* Moves to the next index within count, in C order; false behind the last one. */
static bool next_index(unsigned rank, uint64_t *index, const uint64_t *count)
{
    for (unsigned k = rank; k-- > 0;) {
        if (++index[k] < count[k])
            return true;
        index[k] = 0;
    }
    return false;
}

/* Offset of index within the array of box. */
static uint64_t offset_in(unsigned rank, const struct box *box, const uint64_t *index)
{
    uint64_t offset = 0;
    for (unsigned k = 0; k < rank; k++)
        offset = offset * box->count[k] + (index[k] - box->start[k]);
    return offset;
}

/* Points grown by up to pad along every axis within the array. */
static void grow(const struct problem *problem, struct box *box, uint64_t pad)
{
    for (unsigned k = 0; k < problem->rank; k++) {
        uint64_t end = size_min(box->start[k] + box->count[k] + pad, problem->extent[k]);
        box->start[k] -= size_min(pad, box->start[k]);
        box->count[k] = end - box->start[k];
    }
}

/* How an array is cut: the parts of the axis and of the others, and the padding around a tile. */
struct cut_case {
    uint64_t axis_parts, other_parts, source_pad, result_pad;
    bool at_end;
};

/* One tile: its core and, around it, what lies in the arrays of its input and its output. */
struct tile_case {
    struct box core, source, result;
};

/* Pads the input by the stencil's reach along the axis, and by the pad along the others. */
static void make_boxes(const struct problem *problem, const struct cut_case *way,
                       struct tile_case *tile)
{
    const unsigned axis = problem->axis;
    const struct halo_rule rule = hg_stencil_rule(&problem->stencil);
    int64_t low, high;
    tile->source = tile->result = tile->core;
    grow(problem, &tile->source, way->source_pad);
    grow(problem, &tile->result, way->result_pad);
    hg_halo_reach(&rule, problem->along.extent, tile->core.start[axis], tile->core.count[axis],
                  &low, &high);
    tile->source.start[axis] = (uint64_t)low;
    tile->source.count[axis] = (uint64_t)(high - low);
}

/* Returns whether results of the tile's core may depend on the point at index. */
static bool is_used(const struct problem *problem, const struct box *core, const uint64_t *index)
{
    for (unsigned k = 0; k < problem->rank; k++) {
        if (k != problem->axis &&
            (index[k] < core->start[k] || index[k] - core->start[k] >= core->count[k]))
            return false;
    }
    return true;
}

static bool in_core(const struct problem *problem, const struct box *core, const uint64_t *index)
{
    return is_used(problem, core, index) && index[problem->axis] >= core->start[problem->axis] &&
           index[problem->axis] - core->start[problem->axis] < core->count[problem->axis];
}

/* Stores the points of the input, and NaN for those that no result may depend on. */
static void store_source(const struct problem *problem, const struct tile_case *tile, void *in)
{
    struct box all = {.start = {0}};
    uint64_t index[MAX_RANK];
    uint64_t turn[MAX_RANK] = {0};
    uint64_t k = 0;
    memcpy(all.count, problem->extent, sizeof(problem->extent));
    do {
        for (unsigned d = 0; d < problem->rank; d++)
            index[d] = tile->source.start[d] + turn[d];
        double value = is_used(problem, &tile->core, index)
                           ? problem->data[offset_in(problem->rank, &all, index)]
                           : NAN;
        store(problem->in, in, k++, value);
    } while (next_index(problem->rank, turn, tile->source.count));
}

/* Checks that every result of the core is right and nothing else was written. */
static void check_results(const struct problem *problem, const struct tile_case *tile,
                          const void *out, double untouched)
{
    struct box all = {.start = {0}};
    uint64_t index[MAX_RANK];
    uint64_t turn[MAX_RANK] = {0};
    uint64_t k = 0;
    memcpy(all.count, problem->extent, sizeof(problem->extent));
    do {
        for (unsigned d = 0; d < problem->rank; d++)
            index[d] = tile->result.start[d] + turn[d];
        uint64_t at = offset_in(problem->rank, &all, index);
        double wanted = in_core(problem, &tile->core, index) ? problem->expected[at] : untouched;
        double found = load(problem->out, out, k++);
        if (!same_bits(found, wanted))
            ck_abort_msg("rank %u axis %u extent %" PRIu64 " order %u uniform %d types %d %d %d "
                         "point %" PRIu64 ": %a, not %a",
                         problem->rank, problem->axis, problem->along.extent,
                         problem->along.edge_order, problem->along.uniform, (int)problem->in,
                         (int)problem->arithmetic, (int)problem->out, at, found, wanted);
    } while (next_index(problem->rank, turn, tile->result.count));
}

static void set_strides(unsigned rank, const struct box *box, ptrdiff_t *stride)
{
    ptrdiff_t s = 1;
    for (unsigned k = rank; k-- > 0;) {
        stride[k] = s;
        s *= (ptrdiff_t)box->count[k];
    }
}

/* Runs the kernel on one tile and checks its results. */
static void run_tile(const struct problem *problem, struct tile_case *tile,
                     const struct cut_case *way, unsigned char *rooms[2])
{
    static double weight[3 * MAX_EXTENT];
    const unsigned rank = problem->rank;
    const unsigned axis = problem->axis;
    make_boxes(problem, way, tile);
    uint64_t in_points = product(rank, tile->source.count);
    uint64_t out_points = product(rank, tile->result.count);
    unsigned char *in = place(rooms[0], in_points * hg_element_size(problem->in), way->at_end);
    unsigned char *out = place(rooms[1], out_points * hg_element_size(problem->out), way->at_end);
    store_source(problem, tile, in);
    for (uint64_t k = 0; k < out_points; k++)
        store(problem->out, out, k, -77);

    struct stencil_block block = {.rank = rank,
                                  .axis = axis,
                                  .stencil = &problem->stencil,
                                  .before = tile->core.start[axis],
                                  .weight = weight,
                                  .x = problem->x + tile->core.start[axis],
                                  .weight_tap = (ptrdiff_t)tile->core.count[axis]};
    memcpy(block.count, tile->core.count, rank * sizeof(block.count[0]));
    block.after = problem->along.extent - block.before - block.count[axis];
    set_strides(rank, &tile->source, block.in_stride);
    set_strides(rank, &tile->result, block.out_stride);
    if (!problem->along.uniform)
        hg_operator_weigh(&problem->stencil, block.before, block.count[axis], block.x, weight);
    hg_stencil_apply(
        hg_stencil_find(problem->in, problem->arithmetic, problem->out), &block,
        in + offset_in(rank, &tile->source, tile->core.start) * hg_element_size(problem->in),
        out + offset_in(rank, &tile->result, tile->core.start) * hg_element_size(problem->out));
    check_results(problem, tile, out, -77);
}

/* Cuts the array into tiles and runs each of them. */
static void run_tiles(const struct problem *problem, const struct cut_case *way,
                      unsigned char *rooms[2])
{
    uint64_t cut[MAX_RANK], grid[MAX_RANK];
    uint64_t turn[MAX_RANK] = {0};
    for (unsigned k = 0; k < problem->rank; k++) {
        uint64_t parts = k == problem->axis ? way->axis_parts : way->other_parts;
        cut[k] = size_ceil_div(problem->extent[k], parts);
        grid[k] = size_ceil_div(problem->extent[k], cut[k]);
    }
    do {
        struct tile_case tile = {.core = {.start = {0}}};
        for (unsigned k = 0; k < problem->rank; k++) {
            tile.core.start[k] = turn[k] * cut[k];
            tile.core.count[k] = size_min(cut[k], problem->extent[k] - tile.core.start[k]);
        }
        run_tile(problem, &tile, way, rooms);
    } while (next_index(problem->rank, turn, grid));
}

static const struct {
    enum element in, arithmetic, out;
} kernels[] = {
    {ELEMENT_F32, ELEMENT_F32, ELEMENT_F32}, {ELEMENT_F32, ELEMENT_F64, ELEMENT_F32},
    {ELEMENT_F32, ELEMENT_F64, ELEMENT_F64}, {ELEMENT_F64, ELEMENT_F64, ELEMENT_F64},
    {ELEMENT_F64, ELEMENT_F64, ELEMENT_F32},
};

/* The array whole and in several cuts, at both guard pages. */
static void run_cuts(const struct problem *problem, unsigned char *rooms[2])
{
    static const struct cut_case cases[] = {
        {1, 1, 0, 0, false}, {1, 1, 0, 0, true}, {2, 1, 0, 0, true},  {1, 2, 2, 0, false},
        {1, 2, 0, 1, true},  {2, 2, 1, 1, true}, {3, 3, 2, 1, false}, {MAX_EXTENT, 1, 1, 0, true},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        const struct cut_case *way = &cases[k];
        bool fast = problem->points <= 3000 &&
                    (way->axis_parts < MAX_EXTENT || problem->along.extent <= 20);
        if (k < 2 || fast)
            run_tiles(problem, way, rooms);
    }
}

/* All kernels, spacings and edge orders along one axis. */
static void run_axis(struct problem *problem, bool special, unsigned char *rooms[2])
{
    static const struct gradient_axis variants[] = {
        {.edge_order = 1, .uniform = true},
        {.edge_order = 1},
        {.edge_order = 2, .uniform = true},
        {.edge_order = 2},
        {.uniform = true},
    };
    for (size_t variant = 0; variant < COUNT(variants); variant++) {
        problem->along = variants[variant];
        problem->along.extent = problem->extent[problem->axis];
        problem->along.step = -0.3;
        for (size_t k = 0; k < COUNT(kernels); k++) {
            problem->in = kernels[k].in;
            problem->arithmetic = kernels[k].arithmetic;
            problem->out = kernels[k].out;
            fill_data(problem, special);
            if (!make_stencil(&problem->along, problem->x, &problem->stencil))
                continue;
            fill_expected(problem);
            run_cuts(problem, rooms);
        }
    }
}

/* components: the last axis is not one of the array's. */
static void run_shape(unsigned rank, const uint64_t *extent, bool components, bool special)
{
    unsigned char *rooms[2] = {guarded_room(), guarded_room()};
    struct problem problem = {.rank = rank, .points = product(rank, extent)};
    memcpy(problem.extent, extent, rank * sizeof(extent[0]));
    problem.data = malloc(problem.points * sizeof(double));
    problem.expected = malloc(problem.points * sizeof(double));
    ck_assert(problem.data && problem.expected);
    for (unsigned axis = 0; axis < rank - components; axis++) {
        problem.axis = axis;
        run_axis(&problem, special, rooms);
    }
    free(problem.data);
    free(problem.expected);
}

static const struct {
    unsigned rank;
    bool components;
    uint64_t extent[MAX_RANK];
} shapes[] = {
    {1, false, {2}},          {1, false, {3}},          {1, false, {4}},
    {1, false, {17}},         {1, false, {1100}},       {2, true, {9, 2}},
    {2, true, {301, 3}},      {2, true, {1000, 2}},     {2, true, {5, 100}},
    {2, false, {2, 2}},       {2, false, {3, 3}},       {2, false, {1, 5}},
    {2, false, {5, 1}},       {2, false, {7, 40}},      {2, false, {1000, 3}},
    {2, false, {600, 2}},     {2, false, {3, 1000}},    {2, false, {5, 300}},
    {2, false, {4, 256}},     {2, false, {40, 255}},    {3, false, {4, 5, 6}},
    {3, false, {3, 70, 3}},   {3, false, {33, 34, 4}},  {3, false, {2, 3, 65}},
    {3, true, {6, 7, 2}},     {3, true, {200, 3, 2}},   {3, true, {3, 90, 3}},
    {3, true, {4, 3, 64}},    {4, false, {3, 4, 1, 5}}, {4, false, {2, 3, 4, 3}},
    {4, false, {3, 6, 4, 5}}, {4, true, {4, 5, 6, 9}},  {5, true, {3, 2, 4, 3, 2}},
};

START_TEST(kernels_do_as_the_formulas)
{
    run_shape(shapes[_i].rank, shapes[_i].extent, shapes[_i].components, false);
}
END_TEST

START_TEST(kernels_do_special_values)
{
    run_shape(shapes[_i].rank, shapes[_i].extent, shapes[_i].components, true);
}
END_TEST

START_TEST(kernels_exist)
{
    static const enum element types[] = {ELEMENT_F32, ELEMENT_F64, ELEMENT_F16, ELEMENT_I32};
    for (size_t i = 0; i < COUNT(types); i++) {
        for (size_t j = 0; j < COUNT(types); j++) {
            for (size_t k = 0; k < COUNT(types); k++) {
                bool listed = false;
                for (size_t n = 0; n < COUNT(kernels); n++)
                    listed =
                        listed || (kernels[n].in == types[i] && kernels[n].arithmetic == types[j] &&
                                   kernels[n].out == types[k]);
                ck_assert((hg_stencil_find(types[i], types[j], types[k]) != NULL) == listed);
            }
        }
    }
}
END_TEST

START_TEST(kernels_leave_empty_blocks)
{
    struct stencil_axis along;
    ck_assert(make_stencil(&(struct gradient_axis){4, 1, true, 1}, NULL, &along));
    struct stencil_block block = {.rank = 2,
                                  .axis = 0,
                                  .count = {4, 0},
                                  .in_stride = {1, 1},
                                  .out_stride = {1, 1},
                                  .stencil = &along};
    double in[4] = {1, 2, 3, 4};
    double out[4] = {7, 7, 7, 7};
    hg_stencil_apply(hg_stencil_find(ELEMENT_F64, ELEMENT_F64, ELEMENT_F64), &block, in, out);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(out[i] == 7);
}
END_TEST

/* Gradient of a dense array of doubles or, in double and rounded, of floats. */
static void gradient(unsigned rank, const uint64_t *extent, unsigned axis, unsigned edge_order,
                     double step, const double *x, const double *f, double *g)
{
    double weight[3 * 16];
    struct stencil_axis along;
    struct stencil_block block = {.rank = rank,
                                  .axis = axis,
                                  .stencil = &along,
                                  .weight = weight,
                                  .x = x,
                                  .weight_tap = (ptrdiff_t)extent[axis]};
    ck_assert(make_stencil(&(struct gradient_axis){extent[axis], edge_order, !x, step}, x, &along));
    struct box all = {.start = {0}};
    memcpy(all.count, extent, rank * sizeof(extent[0]));
    memcpy(block.count, extent, rank * sizeof(extent[0]));
    set_strides(rank, &all, block.in_stride);
    set_strides(rank, &all, block.out_stride);
    if (x)
        hg_operator_weigh(&along, 0, extent[axis], x, weight);
    hg_stencil_apply(hg_stencil_find(ELEMENT_F64, ELEMENT_F64, ELEMENT_F64), &block, f, g);
}

static void check_gradient(unsigned rank, const uint64_t *extent, unsigned axis,
                           unsigned edge_order, double step, const double *x, const double *f,
                           const double *wanted)
{
    double g[32];
    gradient(rank, extent, axis, edge_order, step, x, f, g);
    for (uint64_t k = 0; k < product(rank, extent); k++)
        ck_assert_msg(fabs(g[k] - wanted[k]) <= 4 * DBL_EPSILON * fabs(wanted[k]),
                      "axis %u, %" PRIu64 ": %.17g, not %.17g", axis, k, g[k], wanted[k]);
}

START_TEST(worked_examples_in_one_dimension)
{
    static const uint64_t four[] = {4};
    static const uint64_t five[] = {5};
    check_gradient(1, four, 0, 1, 0.5, NULL, (double[]){0, .25, 1, 2.25},
                   (double[]){0.5, 1, 2, 2.5});
    check_gradient(1, five, 0, 1, 1, NULL, (double[]){9, 6, 14, 21, 30},
                   (double[]){-3, 2.5, 7.5, 8, 9});
    check_gradient(1, four, 0, 1, 1, (double[]){-2, -1, 1, 4}, (double[]){4, 1, 1, 16},
                   (double[]){-3, -2, 2, 5});
    check_gradient(1, four, 0, 2, 1, (double[]){0, 1, 4, 9}, (double[]){1, 2, 4, 8},
                   (double[]){13.0 / 12, 11.0 / 12, 43.0 / 60, 53.0 / 60});
}
END_TEST

START_TEST(worked_examples_in_two_dimensions)
{
    static const uint64_t squares[] = {3, 3};
    static const uint64_t wide[] = {2, 4};
    static const double f[] = {1, 2, 4, 8, 10, 20, 40, 80};
    check_gradient(2, squares, 0, 1, 1, NULL, (double[]){1, 2, 3, 4, 5, 6, 7, 8, 9},
                   (double[]){3, 3, 3, 3, 3, 3, 3, 3, 3});
    check_gradient(2, squares, 1, 1, 1, NULL, (double[]){1, 2, 3, 4, 5, 6, 7, 8, 9},
                   (double[]){1, 1, 1, 1, 1, 1, 1, 1, 1});
    static const double cubes[] = {-1, 27, -125, -64, 125, 8, -8, 27, 64};
    check_gradient(2, squares, 0, 1, 1, NULL, cubes,
                   (double[]){-63, 98, 133, -3.5, 0, 94.5, 56, -98, 56});
    check_gradient(2, squares, 1, 1, 1, NULL, cubes,
                   (double[]){28, -62, -152, 189, 36, -117, 35, 36, 37});
    check_gradient(2, wide, 0, 1, 1, NULL, f, (double[]){9, 18, 36, 72, 9, 18, 36, 72});
    check_gradient(2, wide, 1, 1, 1, NULL, f, (double[]){1, 1.5, 3, 4, 10, 15, 30, 40});
    check_gradient(2, wide, 0, 1, 2, NULL, f, (double[]){4.5, 9, 18, 36, 4.5, 9, 18, 36});
    check_gradient(2, wide, 1, 1, 2, NULL, f, (double[]){.5, .75, 1.5, 2, 5, 7.5, 15, 20});
    check_gradient(2, wide, 0, 1, 3, NULL, f, (double[]){3, 6, 12, 24, 3, 6, 12, 24});
    check_gradient(2, wide, 0, 1, 1, (double[]){0, 2}, f,
                   (double[]){4.5, 9, 18, 36, 4.5, 9, 18, 36});
    check_gradient(2, wide, 1, 1, 1, (double[]){0, 3, 6, 9}, f,
                   (double[]){1.0 / 3, .5, 1, 4.0 / 3, 10.0 / 3, 5, 10, 40.0 / 3});
}
END_TEST

START_TEST(worked_example_in_three_dimensions)
{
    static const uint64_t cube[] = {3, 3, 3};
    static const double steps[] = {9, 3, 1};
    double f[27], wanted[27];
    for (unsigned k = 0; k < 27; k++)
        f[k] = k;
    for (unsigned axis = 0; axis < 3; axis++) {
        for (unsigned k = 0; k < 27; k++)
            wanted[k] = steps[axis];
        check_gradient(3, cube, axis, 1, 1, NULL, f, wanted);
        check_gradient(3, cube, axis, 2, 1, NULL, f, wanted);
    }
}
END_TEST

START_TEST(parabolas_are_exact)
{
    static const uint64_t extent[] = {8};
    double f[8], g[8];
    for (unsigned i = 0; i < 8; i++)
        f[i] = 3.0 * (0.5 * i) * (0.5 * i) - 7 * (0.5 * i) + 2;
    gradient(1, extent, 0, 2, 0.5, NULL, f, g);
    for (unsigned i = 0; i < 8; i++)
        ck_assert(g[i] == 6 * (0.5 * i) - 7);
}
END_TEST

START_TEST(parabolas_on_uneven_points)
{
    static const uint64_t extent[] = {8};
    static const double x[] = {-2, -1.75, -1, 0, 0.125, 2, 2.5, 7};
    double f[8], g[8];
    for (unsigned i = 0; i < 8; i++)
        f[i] = 3 * x[i] * x[i] - 7 * x[i] + 2;
    gradient(1, extent, 0, 2, 0, x, f, g);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_double_eq_tol(g[i], 6 * x[i] - 7, 1e-12);
}
END_TEST

/* Wide operators are exact for the power that their accuracy promises, at the ends, too. */
START_TEST(wide_operators_are_exact)
{
    enum { EXTENT = 12 };
    double f[EXTENT], g[EXTENT];
    struct stencil_axis along;
    ck_assert(make_stencil(&(struct gradient_axis){EXTENT, 0, true, 1}, NULL, &along));
    const struct stencil_block block = {
        .rank = 1, .count = {EXTENT}, .in_stride = {1}, .out_stride = {1}, .stencil = &along};
    for (int i = 0; i < EXTENT; i++)
        f[i] = pow(i, 8);
    hg_stencil_apply(hg_stencil_find(ELEMENT_F64, ELEMENT_F64, ELEMENT_F64), &block, f, g);
    for (int i = 0; i < EXTENT; i++)
        ck_assert(g[i] == 8 * pow(i, 7));
}
END_TEST

START_TEST(weights_do_not_depend_on_the_piece)
{
    enum { EXTENT = 14 };
    double x[EXTENT], whole[8 * EXTENT], piece[8 * EXTENT];
    uint64_t state = 5;
    for (unsigned i = 0; i < EXTENT; i++)
        x[i] = (i > 0 ? x[i - 1] : 0) + 0.1 + random_unit(&state);
    for (unsigned edge_order = 0; edge_order <= 2; edge_order++) {
        struct stencil_axis axis;
        ck_assert(make_stencil(&(struct gradient_axis){EXTENT, edge_order, false, 0}, x, &axis));
        const struct halo_rule rule = hg_stencil_rule(&axis);
        const unsigned weights = hg_operator_weights(&axis);
        ck_assert_uint_eq(weights, edge_order == 0 ? 8 : 3);
        hg_operator_weigh(&axis, 0, EXTENT, x, whole);
        for (uint64_t first = 0; first < EXTENT; first++) {
            for (uint64_t count = 1; first + count <= EXTENT; count++) {
                int64_t low, high;
                double only[EXTENT];
                hg_halo_reach(&rule, EXTENT, first, count, &low, &high);
                for (unsigned i = 0; i < EXTENT; i++)
                    only[i] = i >= (uint64_t)low && i < (uint64_t)high ? x[i] : NAN;
                hg_operator_weigh(&axis, first, count, only + first, piece);
                for (unsigned k = 0; k < weights; k++)
                    ck_assert_mem_eq(piece + k * count, whole + k * EXTENT + first,
                                     count * sizeof(double));
            }
        }
    }
}
END_TEST

static enum h5grad_status check_extent(unsigned derivative, unsigned accuracy, unsigned edge_order,
                                       uint64_t extent, struct h5grad_error *err)
{
    const struct stencil_operator op = {
        .derivative = derivative, .accuracy = accuracy, .edge_order = edge_order};
    return hg_stencil_check_extent(&op, extent, err);
}

START_TEST(extents_and_steps_are_checked)
{
    struct h5grad_error err;
    ck_assert_int_eq(check_extent(1, 2, 1, 2, &err), H5GRAD_OK);
    ck_assert_int_eq(check_extent(1, 2, 2, 3, NULL), H5GRAD_OK);
    ck_assert_int_eq(check_extent(1, 2, 1, 1, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "extent 1 is too short: edge order 1 needs at least 2 points");
    ck_assert_int_eq(check_extent(1, 2, 2, 2, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "extent 2 is too short: edge order 2 needs at least 3 points");
    ck_assert_int_eq(check_extent(1, 2, 1, 0, &err), H5GRAD_FAILED);
    ck_assert_int_eq(check_extent(1, 4, 1, 4, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "extent 4 is too short: accuracy 4 needs at least 5 points");
    ck_assert_int_eq(check_extent(2, 2, 2, 3, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "extent 3 is too short: the second derivative by edge order 2 "
                                  "needs at least 4 points");
    ck_assert_int_eq(hg_stencil_check_step(-0.5, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_stencil_check_step(-0.0, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "spacing is 0");
    ck_assert_int_eq(hg_stencil_check_step(-INFINITY, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "spacing -inf is not finite");
    ck_assert_int_eq(hg_stencil_check_step(NAN, &err), H5GRAD_FAILED);
}
END_TEST

/* Scans n coordinates in pieces of count. */
static enum h5grad_status scan_all(const double *x, uint64_t n, uint64_t count,
                                   struct stencil_scan *scan, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    hg_stencil_scan_start(scan);
    for (uint64_t i = 0; i < n && status == H5GRAD_OK; i += count)
        status = hg_stencil_scan_next(scan, x + i, size_min(count, n - i), err);
    return status;
}

START_TEST(scan_says_what_is_wrong)
{
    static const struct {
        uint64_t n;
        double x[8];
        const char *message;
    } cases[] = {
        {1, {NAN}, "coordinate 0 is not finite"},
        {6, {0, 1, 2, 3, 4, INFINITY}, "coordinate 5 is not finite"},
        {5, {0, 1, 2, 2.5, 2.5}, "coordinates 3 and 4 are both 2.5"},
        {2, {0, -0.0}, "coordinates 0 and 1 are both 0"},
        {5, {-1, 0, 1, 3, 2}, "coordinates are not monotonic: 1, 3, 2 at 4"},
        {4, {3, 2, 1, 1.5}, "coordinates are not monotonic: 2, 1, 1.5 at 3"},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        for (uint64_t count = 1; count <= cases[k].n; count++) {
            struct stencil_scan scan;
            struct h5grad_error err;
            ck_assert_int_eq(scan_all(cases[k].x, cases[k].n, count, &scan, &err), H5GRAD_FAILED);
            ck_assert_str_eq(err.message, cases[k].message);
        }
    }
}
END_TEST

START_TEST(scan_knows_even_steps)
{
    static const struct {
        uint64_t n;
        double x[8];
        bool even;
        double step;
    } cases[] = {
        {5, {0, 1, 2, 3, 4}, true, 1},
        {4, {3, 2.5, 2, 1.5}, true, -0.5},
        {2, {1, 4}, true, 3},
        {4, {0, 0.1, 0.2, 0.30000000000000004}, false, 0.1}, /* the last step is an ulp less */
        {4, {0, 1, 2, 4}, false, 1},
        {2, {-DBL_MAX, DBL_MAX}, false, INFINITY},
        {1, {7}, false, 0},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        for (uint64_t count = 1; count <= cases[k].n; count++) {
            struct stencil_scan scan;
            ck_assert_int_eq(scan_all(cases[k].x, cases[k].n, count, &scan, NULL), H5GRAD_OK);
            ck_assert_uint_eq(scan.seen, cases[k].n);
            ck_assert_int_eq(scan.even, cases[k].even);
            ck_assert(scan.step == cases[k].step);
            ck_assert(scan.first == cases[k].x[0] && scan.last == cases[k].x[cases[k].n - 1]);
        }
    }
}
END_TEST

/* ---- all axes at once, with non-temporal stores ---- */

/* An array, the box of it whose results are wanted, and the axes. */
struct stream_case {
    enum element element;
    unsigned rank, n;
    uint64_t extent[MAX_RANK], start[MAX_RANK], count[MAX_RANK];
    struct stencil_axis along[MAX_RANK];
    struct stencil_block block[MAX_RANK];
    double weight[MAX_RANK][8 * MAX_EXTENT], x[MAX_RANK][MAX_EXTENT];
    ptrdiff_t stride[MAX_RANK];
};

static void make_stream_axis(struct stream_case *way, unsigned axis, uint64_t *state)
{
    double *weight = way->weight[way->n], *x = way->x[way->n];
    struct stencil_axis *along = &way->along[way->n];
    struct stencil_block *block = &way->block[way->n];
    const struct gradient_axis gradient = {.extent = way->extent[axis],
                                           .edge_order = (unsigned)(random_bits(state) % 3),
                                           .uniform = random_bits(state) % 2 == 0,
                                           .step = -0.3 - random_unit(state)};
    for (uint64_t i = 0; i < gradient.extent; i++)
        x[i] = (double)i + 0.5 * random_unit(state);
    struct stencil_operator op = operator_of(&gradient);
    op.accuracy = gradient.edge_order == 0 ? 4 + 2 * (unsigned)(random_bits(state) % 3) : 2;
    if (random_bits(state) % 3 == 0) {
        op.boundary[0] = BOUNDARY_PERIODIC + random_bits(state) % 2;
        op.boundary[1] = op.boundary[0];
        op.period = gradient.uniform || op.boundary[0] != BOUNDARY_PERIODIC ? 0 : 2 * MAX_EXTENT;
    }
    if (!make_axis(&op, &gradient, x, along))
        return;
    *block = (struct stencil_block){.rank = way->rank,
                                    .whole = true,
                                    .axis = axis,
                                    .stencil = along,
                                    .before = way->start[axis],
                                    .after = along->extent - way->start[axis] - way->count[axis],
                                    .weight = weight,
                                    .x = x + way->start[axis],
                                    .weight_tap = (ptrdiff_t)way->count[axis]};
    if (!along->even)
        hg_operator_weigh(along, block->before, way->count[axis], block->x, weight);
    for (unsigned i = 0; i < way->rank; i++) {
        block->count[i] = way->count[i];
        block->in_stride[i] = block->out_stride[i] = way->stride[i];
    }
    way->n++;
}

/* Draws a box and axes of an array of these extents. */
static void make_stream(struct stream_case *way, unsigned rank, const uint64_t *extent,
                        unsigned components, bool cut, uint64_t *state)
{
    way->rank = rank + (components > 1);
    way->n = 0;
    memcpy(way->extent, extent, rank * sizeof *extent);
    if (components > 1)
        way->extent[rank] = components;
    uint64_t stride = 1;
    for (unsigned i = way->rank; i-- > 0;) {
        way->stride[i] = (ptrdiff_t)stride;
        stride *= way->extent[i];
        way->start[i] = 0;
        way->count[i] = way->extent[i];
        if (!cut || i >= rank || way->extent[i] < 5)
            continue;
        way->start[i] = random_bits(state) % 3;
        way->count[i] -= way->start[i] + random_bits(state) % 2;
    }
    for (unsigned i = 0; i < rank; i++) {
        if (random_bits(state) % 4 > 0)
            make_stream_axis(way, i, state);
    }
}

/* Returns whether there were non-temporal stores; then checks them against the kernels. */
static bool check_stream(const struct stream_case *way, unsigned char *rooms[2], uint64_t shift,
                         bool at_end, uint64_t *state)
{
    static unsigned char wanted[ROOM], made[MAX_RANK][ROOM];
    const size_t size = hg_element_size(way->element);
    const uint64_t points = product(way->rank, way->extent), bytes = points * size;
    unsigned char *in = place(rooms[0], bytes, at_end);
    void *out[MAX_RANK];
    ptrdiff_t skip = 0;
    bool untouched = true;
    memset(made, 0x5a, sizeof made);
    for (uint64_t k = 0; k < points; k++)
        store(way->element, in, k, random_value(state, k % 7 == 0));
    for (unsigned i = 0; i < way->rank; i++)
        skip += (ptrdiff_t)way->start[i] * way->stride[i] * (ptrdiff_t)size;
    for (unsigned k = 0; k < way->n; k++) {
        unsigned char *start = k == 0 ? place(rooms[1], bytes, at_end) : made[k] + shift * size;
        memset(start, 0x5a, bytes);
        out[k] = start + skip;
    }
    if (!hg_stencil_stream(way->element, way->n, way->block, in + skip, out))
        return false;
    for (unsigned k = 0; k < way->n; k++) {
        memset(wanted, 0x5a, sizeof wanted);
        hg_stencil_apply(hg_stencil_find(way->element, way->element, way->element), &way->block[k],
                         in + skip, wanted + skip);
        for (uint64_t i = 0; i < points; i++) {
            double a = load(way->element, wanted, i);
            double b = load(way->element, (unsigned char *)out[k] - skip, i);
            if (same_bits(a, b))
                continue;
            ck_abort_msg("axis %u at %" PRIu64 ": %a, not %a", way->block[k].axis, i, b, a);
        }
        for (uint64_t i = 0; k > 0 && i < sizeof made[k] - bytes; i++)
            untouched = untouched && made[k][i < shift * size ? i : i + bytes] == 0x5a;
    }
    ck_assert(untouched);
    return true;
}

static const struct {
    unsigned rank;
    uint64_t extent[MAX_RANK];
} stream_shapes[] = {
    {1, {131}},      {1, {1040}},         {2, {3, 512}},      {2, {60, 130}},
    {2, {5, 1000}},  {3, {4, 5, 256}},    {3, {2, 3, 333}},   {3, {6, 60, 16}},
    {3, {3, 67, 3}}, {4, {3, 2, 4, 150}}, {4, {2, 3, 40, 8}}, {3, {7, 3, 129}},
};

START_TEST(streams_do_as_the_kernels)
{
    static struct stream_case way;
    uint64_t state = (uint64_t)_i;
    unsigned char *rooms[2] = {guarded_room(), guarded_room()};
    unsigned streamed = 0;
    for (unsigned turn = 0; turn < 24; turn++) {
        way.element = turn % 2 ? ELEMENT_F64 : ELEMENT_F32;
        make_stream(&way, stream_shapes[_i].rank, stream_shapes[_i].extent, 1 + turn / 2 % 2,
                    turn % 3 == 0, &state);
        if (way.n > 0)
            streamed += check_stream(&way, rooms, turn % 17, turn % 4 > 1, &state);
    }
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        ck_assert_uint_gt(streamed, 0);
#endif
}
END_TEST

START_TEST(streams_need_aligned_scalars)
{
    static struct stream_case way;
    static _Alignas(64) unsigned char in[8192], out[8192];
    uint64_t state = 1, extent = 1000;
    way.element = ELEMENT_F32;
    do {
        make_stream(&way, 1, &extent, 1, false, &state);
    } while (way.n == 0);
    void *place = out + 1;
    ck_assert(!hg_stencil_stream(ELEMENT_F32, 1, way.block, in, &place));
    for (size_t i = 0; i < sizeof out; i++)
        ck_assert_uint_eq(out[i], 0);
}
END_TEST

/* The value of a finite half. */
static double half_value(uint16_t half)
{
    int exponent = (half >> 10) & 31;
    double fraction = half & 0x3ff;
    double value = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
    return half & 0x8000 ? -value : value;
}

static bool half_is_nan(uint16_t half)
{
    return (half & 0x7fff) > 0x7c00;
}

START_TEST(every_half_and_back)
{
    static uint16_t halves[65536], back[65536];
    static float floats[65536];
    static double doubles[65536];
    for (uint32_t k = 0; k < 65536; k++)
        halves[k] = (uint16_t)k;
    hg_convert_decode(ELEMENT_F16, false, ELEMENT_F32, halves, floats, 65536);
    hg_convert_decode(ELEMENT_F16, false, ELEMENT_F64, halves, doubles, 65536);
    for (uint32_t k = 0; k < 65536; k++) {
        double wanted = half_value((uint16_t)k);
        if ((k & 0x7c00) == 0x7c00)
            wanted = half_is_nan((uint16_t)k) ? NAN : (k & 0x8000) ? -INFINITY : INFINITY;
        ck_assert_msg(same_bits(doubles[k], wanted), "%04x: %a", (unsigned)k, doubles[k]);
        ck_assert(same_bits((double)floats[k], wanted));
    }
    for (int wide = 0; wide < 2; wide++) {
        if (wide)
            hg_convert_to_half(ELEMENT_F64, doubles, back, 65536);
        else
            hg_convert_to_half(ELEMENT_F32, floats, back, 65536);
        for (uint32_t k = 0; k < 65536; k++)
            ck_assert(half_is_nan((uint16_t)k) ? half_is_nan(back[k]) : back[k] == k);
    }
}
END_TEST

/* The half nearest to a value that is not NaN, by the arithmetic of the machine. */
static uint16_t nearest_half(double value)
{
    double size = fabs(value);
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    if (size >= 65520)
        return sign | 0x7c00;
    int exponent = size < 0x1p-14 ? -14 : ilogb(size);
    double places = nearbyint(ldexp(size, 10 - exponent));
    if (size < 0x1p-14)
        return (uint16_t)(sign | (uint16_t)places);
    return (uint16_t)(sign | (uint16_t)(((exponent + 14) << 10) + (int)places));
}

/* Checks the conversions of value from double and, as a float, from float. */
static void check_to_half(double value)
{
    float narrow = (float)value;
    uint16_t half;
    hg_convert_to_half(ELEMENT_F64, &value, &half, 1);
    ck_assert_msg(half == nearest_half(value), "%a: %04x", value, half);
    hg_convert_to_half(ELEMENT_F32, &narrow, &half, 1);
    ck_assert_msg(half == nearest_half((double)narrow), "%a: %04x", (double)narrow, half);
}

START_TEST(halves_are_rounded_once)
{
    /* Around midpoints of halves: by way of float, 1 + 2^-11 + 2^-40 would be a tie. */
    for (uint16_t half = 0; half < 0x7c00; half++) {
        double low = half_value(half);
        double high = half == 0x7bff ? 65536 : half_value((uint16_t)(half + 1));
        double middle = (low + high) / 2;
        check_to_half(middle);
        check_to_half(nextafter(middle, 0));
        check_to_half(nextafter(middle, INFINITY));
        check_to_half((double)nextafterf((float)middle, 0));
        check_to_half(-(double)nextafterf((float)middle, INFINITY));
    }
}
END_TEST

START_TEST(any_double_to_half)
{
    static double values[5000];
    static uint16_t halves[5000];
    uint64_t state = 3;
    for (unsigned k = 0; k < 5000; k++) {
        uint64_t bits = random_bits(&state);
        memcpy(&values[k], &bits, sizeof(bits));
        if (k % 2)
            values[k] = ldexp(random_unit(&state) - 0.5, (int)(bits % 48) - 30);
        check_to_half(isnan(values[k]) ? 0 : values[k]);
    }
    values[0] = NAN;
    values[1] = INFINITY;
    values[2] = -INFINITY;
    hg_convert_to_half(ELEMENT_F64, values, halves, 5000);
    for (unsigned k = 0; k < 5000; k++)
        ck_assert(isnan(values[k]) ? half_is_nan(halves[k]) : halves[k] == nearest_half(values[k]));
    static const uint64_t faint = UINT64_C(0x7ff0000000000001); /* a NaN with its last bit only */
    double nan;
    memcpy(&nan, &faint, sizeof(nan));
    hg_convert_to_half(ELEMENT_F64, &nan, halves, 1);
    ck_assert(half_is_nan(halves[0]));
}
END_TEST

START_TEST(halves_in_place)
{
    static double values[3000], copy[3000];
    static float floats[3000], float_copy[3000];
    static uint16_t halves[3000];
    for (unsigned k = 0; k < 3000; k++) {
        values[k] = copy[k] = k * 0.37 - 100;
        floats[k] = float_copy[k] = (float)k * 3.1F;
    }
    hg_convert_to_half(ELEMENT_F64, copy, halves, 3000);
    hg_convert_to_half(ELEMENT_F64, values, values, 3000);
    ck_assert_mem_eq(values, halves, sizeof(halves));
    hg_convert_to_half(ELEMENT_F32, float_copy, halves, 3000);
    hg_convert_to_half(ELEMENT_F32, floats, floats, 3000);
    ck_assert_mem_eq(floats, halves, sizeof(halves));
}
END_TEST

/* Returns the value of a stored scalar, converted by C's own types to float or double. */
static double stored_value(enum element type, enum element arithmetic, const unsigned char *bytes)
{
    uint16_t half;
    switch (type) {
#define VALUE_OF(name, c_type)                                                                     \
    case ELEMENT_##name: {                                                                         \
        c_type value;                                                                              \
        memcpy(&value, bytes, sizeof(value));                                                      \
        return arithmetic == ELEMENT_F32 ? (double)(float)value : (double)value;                   \
    }
        VALUE_OF(I8, int8_t)
        VALUE_OF(U8, uint8_t)
        VALUE_OF(I16, int16_t)
        VALUE_OF(U16, uint16_t)
        VALUE_OF(I32, int32_t)
        VALUE_OF(U32, uint32_t)
        VALUE_OF(I64, int64_t)
        VALUE_OF(U64, uint64_t)
        VALUE_OF(F32, float)
        VALUE_OF(F64, double)
#undef VALUE_OF
    case ELEMENT_F16:
        memcpy(&half, bytes, sizeof(half));
        if ((half & 0x7c00) != 0x7c00)
            return half_value(half);
        return half_is_nan(half) ? NAN : half & 0x8000 ? -INFINITY : INFINITY;
    case ELEMENT_BF16: {
        /* the upper half of a float */
        float value;
        memcpy(&half, bytes, sizeof(half));
        uint32_t bits = (uint32_t)half << 16;
        memcpy(&value, &bits, sizeof(value));
        return (double)value;
    }
    case ELEMENT_COUNT:
        break;
    }
    ck_abort_msg("type %d", (int)type);
}

/* Decodes n scalars, extreme ones among them, in either byte order, between guard pages. */
static void check_decode(enum element stored, bool swapped, enum element arithmetic, size_t n,
                         unsigned char *rooms[2])
{
    const size_t size = hg_element_size(stored);
    unsigned char *in = place(rooms[0], n * size, true) - (n % 2); /* not aligned, for some */
    unsigned char *out = place(rooms[1], n * hg_element_size(arithmetic), true);
    unsigned char *plain = malloc(n * size + 1);
    uint64_t state = n;
    for (size_t k = 0; k < n * size; k++)
        plain[k] = (unsigned char)random_bits(&state);
    memset(plain, 0, n > 0 ? size : 0);
    memset(plain + (n > 1 ? size : 0), 0xff, n > 1 ? size : 0);
    for (size_t k = 0; k < n * size; k++)
        in[k] = plain[swapped ? k / size * size + (size - 1 - k % size) : k];
    hg_convert_decode(stored, swapped, arithmetic, in, out, n);
    for (size_t k = 0; k < n; k++) {
        double wanted = stored_value(stored, arithmetic, plain + k * size);
        double found = load(arithmetic, out, k);
        ck_assert_msg(same_bits(found, wanted), "type %d to %d, swapped %d: %a, not %a",
                      (int)stored, (int)arithmetic, swapped, found, wanted);
    }
    if (size == hg_element_size(arithmetic)) {
        unsigned char *same = place(rooms[1], n * size, false);
        memmove(same, in, n * size);
        hg_convert_decode(stored, swapped, arithmetic, same, same, n);
        for (size_t k = 0; k < n; k++)
            ck_assert(same_bits(load(arithmetic, same, k),
                                stored_value(stored, arithmetic, plain + k * size)));
    }
    free(plain);
}

START_TEST(every_type_is_decoded)
{
    static const size_t lengths[] = {0, 1, 2, 3, 17, 64, 1000, 9001};
    unsigned char *rooms[2] = {guarded_room(), guarded_room()};
    for (int type = 0; type < ELEMENT_COUNT; type++) {
        const enum element stored = (enum element)type;
        for (size_t k = 0; k < COUNT(lengths); k++) {
            for (int swapped = 0; swapped < 2; swapped++) {
                check_decode(stored, swapped, ELEMENT_F64, lengths[k], rooms);
                check_decode(stored, swapped, ELEMENT_F32, lengths[k], rooms);
            }
        }
    }
}
END_TEST

static void add_axis_tests(TCase *tcase)
{
    ADD_TESTS(tcase, weights_do_not_depend_on_the_piece, extents_and_steps_are_checked,
              scan_says_what_is_wrong, scan_knows_even_steps);
}

static void add_kernel_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, kernels_do_as_the_formulas, 0, COUNT(shapes));
    tcase_add_loop_test(tcase, kernels_do_special_values, 0, COUNT(shapes));
    ADD_TESTS(tcase, kernels_exist);
    tcase_add_loop_test(tcase, streams_do_as_the_kernels, 0, COUNT(stream_shapes));
    ADD_TESTS(tcase, streams_need_aligned_scalars, kernels_leave_empty_blocks,
              worked_examples_in_one_dimension, worked_examples_in_two_dimensions,
              worked_example_in_three_dimensions, parabolas_are_exact, parabolas_on_uneven_points,
              wide_operators_are_exact);
}

static void add_convert_tests(TCase *tcase)
{
    ADD_TESTS(tcase, every_half_and_back, halves_are_rounded_once, any_double_to_half,
              halves_in_place, every_type_is_decoded);
}

int main(void)
{
    Suite *suite = suite_create("stencil");
    TCase *tcase = add_case(suite, "stencil", NULL, NULL);
    tcase_set_timeout(tcase, 30);
    add_axis_tests(tcase);
    add_kernel_tests(tcase);
    add_convert_tests(tcase);
    return run_suite(suite);
}
