/* SPDX-License-Identifier: BSD-3-Clause */
/* Operators along one line: every accuracy, derivative, boundary and treatment of missing values.
 */
#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stencil/stencil.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST         40

/* A line of values and its operator. */
struct line_case {
    struct stencil_operator op;
    uint64_t n;
    double f[MOST], x[MOST]; /* x[1] == x[0]: a step */
    double step;
    bool single; /* float, and so is the arithmetic of a step */
};

static enum h5grad_status make_axis(const struct line_case *line, struct stencil_axis *axis,
                                    struct h5grad_error *err)
{
    struct stencil_scan scan;
    if (line->x[1] == line->x[0])
        return hg_stencil_make_even(&line->op, line->n, line->step, axis, err);
    const double *const ends[2] = {line->x, line->x + line->n - STENCIL_ENDS(line->n)};
    hg_stencil_scan_start(&scan);
    ck_assert_int_eq(hg_stencil_scan_next(&scan, line->x, line->n, err), H5GRAD_OK);
    return hg_stencil_make(&line->op, &scan, ends, axis, err);
}

/* Makes the results [first, first + count) from the points that the halo rule names and no others;
 * if whole, from all points of a periodic line. */
static void derive_part(const struct line_case *line, const struct stencil_axis *axis,
                        uint64_t first, uint64_t count, bool whole, double *out)
{
    const struct halo_rule rule = hg_stencil_rule(axis);
    const enum element element = line->single ? ELEMENT_F32 : ELEMENT_F64;
    int64_t low, high;
    hg_halo_reach(&rule, line->n, whole ? 0 : first, whole ? line->n : count, &low, &high);
    const uint64_t held = (uint64_t)(high - low), size = hg_element_size(element);
    void *in = malloc(held * size), *result = malloc(count * size);
    double *x = calloc(held, sizeof *x), *weight = malloc(8 * count * sizeof *weight);
    for (uint64_t k = 0; k < held; k++) {
        const uint64_t point = hg_halo_point(line->n, low + (int64_t)k);
        if (line->single)
            ((float *)in)[k] = (float)line->f[point];
        else
            ((double *)in)[k] = line->f[point];
        x[k] = point == (uint64_t)(low + (int64_t)k) ? line->x[point] : NAN;
    }
    const uint64_t before = first - (uint64_t)low;
    const struct stencil_block block = {.rank = 1,
                                        .count = {count},
                                        .in_stride = {1},
                                        .out_stride = {1},
                                        .stencil = axis,
                                        .before = first,
                                        .after = line->n - first - count,
                                        .whole = whole,
                                        .weight = weight,
                                        .weight_tap = (ptrdiff_t)count,
                                        .x = x + before};
    if (!axis->even)
        hg_operator_weigh(axis, first, count, block.x, weight);
    hg_stencil_apply(hg_stencil_find(element, axis->even ? element : ELEMENT_F64, element), &block,
                     (char *)in + before * size, result);
    for (uint64_t k = 0; k < count; k++)
        out[k] = line->single ? (double)((float *)result)[k] : ((double *)result)[k];
    free(in);
    free(result);
    free(x);
    free(weight);
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && !signbit(a) == !signbit(b));
}

/* Derives the line at once; all ways to cut it must give the same. */
static void derive(const struct line_case *line, double *out)
{
    struct stencil_axis axis;
    struct h5grad_error err = {0};
    uint64_t state = line->n;
    ck_assert_msg(make_axis(line, &axis, &err) == H5GRAD_OK, "%s", err.message);
    const bool periodic = line->op.boundary[1] == BOUNDARY_PERIODIC ||
                          line->op.boundary[1] == BOUNDARY_PERIODIC_REPEATED;
    derive_part(line, &axis, 0, line->n, true, out);
    for (unsigned turn = 0; turn < 6; turn++) {
        for (uint64_t first = 0, count; first < line->n; first += count) {
            double part[MOST];
            count = turn == 0 ? 1 : 1 + random_bits(&state) % (line->n - first);
            derive_part(line, &axis, first, count, count == line->n || (periodic && turn % 2),
                        part);
            for (uint64_t k = 0; k < count; k++)
                ck_assert_msg(
                    same(part[k], out[first + k]),
                    "derivative %u accuracy %u edge order %u boundary %d %d missing %d, "
                    "%" PRIu64 " points, %" PRIu64 " of %" PRIu64 " + %" PRIu64 ": %a, not %a",
                    line->op.derivative, line->op.accuracy, line->op.edge_order,
                    (int)line->op.boundary[0], (int)line->op.boundary[1], (int)line->op.missing,
                    line->n, k, first, count, part[k], out[first + k]);
        }
    }
}

#define BOTH(mode)                                                                                 \
    {                                                                                              \
        BOUNDARY_##mode, BOUNDARY_##mode                                                           \
    }
#define FIRST(...)                                                                                 \
    {                                                                                              \
        .derivative = 1, .accuracy = 2, .edge_order = 1, __VA_ARGS__                               \
    }
#define SECOND(edge, ...)                                                                          \
    {                                                                                              \
        .derivative = 2, .accuracy = 2, .edge_order = edge, __VA_ARGS__                            \
    }
#define SIX                                                                                        \
    6,                                                                                             \
    {                                                                                              \
        1, 2, 4, 8, 16, 3                                                                          \
    }
#define HOLES                                                                                      \
    9,                                                                                             \
    {                                                                                              \
        1, 4, NAN, 16, 25, 36, NAN, 64, NAN                                                        \
    }

/* Worked examples: to the bit if the decimals end, else to one or two ulp. */
static const struct {
    struct line_case line;
    double wanted[12];
} examples[] = {
    {{FIRST(.boundary = BOTH(PERIODIC)), SIX, .step = 1}, {-0.5, 1.5, 3, 6, -2.5, -7.5}},
    {{FIRST(.boundary = BOTH(PERIODIC)), SIX, .step = 0.5, .single = true},
     {-1, 3, 6, 12, -5, -15}},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 360), SIX, .x = {0, 60, 120, 180, 240, 300}},
     {-1. / 120, .025, .05, .1, -1. / 24, -.125}},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 360), SIX, .x = {0, 50, 120, 180, 250, 300}},
     {-0x1.1608116081160p-8, 0x1.8231bcb564efep-6, 0x1.9219219219218p-5, 0x1.6b16b16b16b17p-4,
      -0x1.aa2dd610943c6p-4, -0x1.4179541795418p-3}},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 360),
      6,
      {3, 16, 8, 4, 2, 1},
      .x = {300, 250, 180, 120, 50, 0}},
     {-0x1.4179541795418p-3, -0x1.aa2dd610943c7p-4, 0x1.6b16b16b16b17p-4, 0x1.9219219219218p-5,
      0x1.8231bcb564efep-6, -0x1.1608116081160p-8}},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 8), SIX, .x = {0, 1, 2, 3, 4, 5}},
     {0x1.2aaaaaaaaaaabp-1, 1.5, 3, 6, -2.5, -0x1.3d55555555555p+3}},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 8), SIX, .step = 1},
     {0x1.2aaaaaaaaaaabp-1, 1.5, 3, 6, -2.5, -0x1.3d55555555555p+3}},
    {{FIRST(.boundary = BOTH(PERIODIC_REPEATED)),
      7,
      {1, 2, 4, 8, 16, 3, 1},
      .x = {0, 60, 120, 180, 240, 300, 360}},
     {-1. / 120, .025, .05, .1, -1. / 24, -.125, -1. / 120}},
    {{FIRST(.boundary = BOTH(NAN)), SIX, .step = 1}, {NAN, 1.5, 3, 6, -2.5, NAN}},
    {{FIRST(.boundary = {BOUNDARY_EXTEND}), SIX, .step = 1}, {0.5, 1.5, 3, 6, -2.5, -13}},
    {{FIRST(.boundary = BOTH(VALUE)), SIX, .step = 1}, {1, 1.5, 3, 6, -2.5, -8}},
    {{FIRST(.boundary = BOTH(MIRROR)), SIX, .step = 1}, {0, 1.5, 3, 6, -2.5, 0}},
    {{SECOND(1, .boundary = BOTH(PERIODIC)), SIX, .step = 1}, {3, 1, 2, 4, -21, 11}},
    {{{.derivative = 1, .accuracy = 4, .boundary = BOTH(PERIODIC)}, SIX, .step = 1},
     {0x1.5555555555555p-2, 0x1.9555555555555p+0, 2.75, 0x1.faaaaaaaaaaabp+2, -0x1.8aaaaaaaaaaabp+1,
      -9.5}},
    {{SECOND(1, .boundary = BOTH(ONE_SIDED)), 5, {1, 4, 9, 16, 30}, .step = 1}, {2, 2, 2, 7, 7}},
    {{SECOND(2, .boundary = BOTH(ONE_SIDED)), 5, {1, 4, 9, 16, 30}, .step = 1}, {2, 2, 2, 7, 12}},
    {{SECOND(2, .boundary = BOTH(ONE_SIDED)), 5, {1, 4, 9, 16, 30}, .step = .5}, {8, 8, 8, 28, 48}},
    {{SECOND(1, .boundary = BOTH(ONE_SIDED)), 5, {1, 4, 9, 16, 30}, .x = {0, 1, 3, 4, 7}},
     {-1. / 3, -1. / 3, 3, -0x1.2aaaaaaaaaaaap+0, -0x1.2aaaaaaaaaaaap+0}},
    {{FIRST(.missing = MISSING_NAN), HOLES, .step = 1}, {3, NAN, 6, NAN, 10, NAN, 14, NAN, NAN}},
    {{FIRST(.missing = MISSING_STRICT), HOLES, .step = 1},
     {3, NAN, NAN, NAN, 10, NAN, NAN, NAN, NAN}},
    {{FIRST(.missing = MISSING_EDGE), HOLES, .step = 1}, {3, 3, NAN, 9, 10, 11, NAN, NAN, NAN}},
    {{{.derivative = 1, .accuracy = 2, .edge_order = 2, .missing = MISSING_EDGE}, HOLES, .step = 1},
     {3, 3, NAN, 8, 10, 12, NAN, NAN, NAN}},
    {{SECOND(2, .missing = MISSING_EDGE), HOLES, .step = 1},
     {NAN, NAN, NAN, 2, 2, 2, NAN, NAN, NAN}},
    {{FIRST(.missing = MISSING_EDGE, .boundary = BOTH(PERIODIC)),
      9,
      {1, 4, 9, 16, 25, NAN, 49, 64, 81},
      .step = 1},
     {-38.5, 4, 6, 8, 9, NAN, 15, 16, -31.5}},
    {{{.derivative = 1, .accuracy = 4, .missing = MISSING_EDGE},
      12,
      {0, 1, 16, 81, 256, 625, 1296, NAN, 4096, 6561, 10000, 14641},
      .step = 1},
     {0, 4, 32, 108, 256, 500, 864, NAN, 1978, 2952, 4040, 5242}},
    /* Ends that have the result of a neighbour across the seam. */
    {{SECOND(1, .missing = MISSING_EDGE, .boundary = BOTH(PERIODIC), .period = 2.3),
      6,
      {1, 2, 4, 8, NAN, 3},
      .x = {0.05, 0.1, 0.3, 0.7, 1.1, 1.7}},
     {0x1.07bc7bc7bc7bdp+6, -0x1.4000000000000p+6, 0x0.0p+0, 0x0.0p+0, NAN, 0x1.07bc7bc7bc7bdp+6}},
    {{SECOND(1, .missing = MISSING_EDGE, .boundary = BOTH(PERIODIC), .period = 2.3),
      6,
      {5, NAN, 4, 8, 9, 3},
      .x = {0.05, 0.1, 0.3, 0.7, 1.1, 1.7}},
     {0x1.4ec4ec4ec4ec8p+4, NAN, -0x1.2c00000000000p+4, -0x1.2c00000000000p+4,
      -0x1.9000000000000p+4, 0x1.4ec4ec4ec4ec8p+4}},
    {{FIRST(.missing = MISSING_EDGE, .boundary = BOTH(EXTEND)), 5, {1, NAN, 3, 4, 5}, .step = 1},
     {0, NAN, 1, 1, .5}},
    {{FIRST(.missing = MISSING_EDGE, .boundary = BOTH(MIRROR)), 5, {1, NAN, 3, 4, 5}, .step = 1},
     {NAN, NAN, 1, 1, 0}},
};

START_TEST(worked_examples)
{
    double out[MOST];
    derive(&examples[_i].line, out);
    for (uint64_t k = 0; k < examples[_i].line.n; k++)
        ck_assert_msg(same(out[k], examples[_i].wanted[k]), "%" PRIu64 ": %a, not %a", k, out[k],
                      examples[_i].wanted[k]);
}
END_TEST

/* Returns x^n, or its first or second derivative. */
static double power(double x, int n, unsigned derivative)
{
    const double factor = derivative == 0 ? 1 : derivative == 1 ? n : n * (n - 1);
    return n < (int)derivative ? 0 : factor * pow(x, n - (int)derivative);
}

/* Powers up to the accuracy are exact: to the bit for integers, otherwise nearly. */
START_TEST(powers_are_exact)
{
    const unsigned derivative = 1 + (unsigned)_i % 2, accuracy = 2 + 2 * ((unsigned)_i / 2 % 4);
    const bool uneven = _i >= 8;
    uint64_t state = 1 + (uint64_t)_i;
    for (unsigned turn = 0; turn < 50; turn++) {
        struct line_case line = {
            .op = {.derivative = derivative, .accuracy = accuracy, .edge_order = 2},
            .n = accuracy + derivative + random_bits(&state) % 12,
            .step = 1};
        /* Three points with unequal steps are of first order. */
        const int most = (int)accuracy + (derivative == 2 && !uneven) - (uneven && accuracy == 2);
        double out[MOST];
        for (int n = 0; n <= most; n++) {
            double x = uneven ? -1 : 0, scale = 0;
            for (uint64_t k = 0; k < line.n; k++) {
                line.f[k] = power(x, n, 0);
                line.x[k] = uneven ? x : 0;
                scale = fmax(scale, fabs(power(x, n, derivative)));
                x += uneven ? 0.05 + 0.1 * random_unit(&state) : 1;
            }
            derive(&line, out);
            for (uint64_t k = 0; k < line.n; k++) {
                const double wanted = power(uneven ? line.x[k] : (double)k, n, derivative);
                ck_assert_msg(
                    fabs(out[k] - wanted) <= (uneven ? 1e-6 * fmax(1, scale) : 1e-11 * scale),
                    "x^%d at %" PRIu64 " of %" PRIu64 ": %a, not %a", n, k, line.n, out[k], wanted);
            }
        }
    }
}
END_TEST

static void random_operator(struct line_case *line, uint64_t *state)
{
    static const enum boundary modes[] = {BOUNDARY_ONE_SIDED, BOUNDARY_ONE_SIDED, BOUNDARY_NAN,
                                          BOUNDARY_EXTEND,    BOUNDARY_VALUE,     BOUNDARY_MIRROR,
                                          BOUNDARY_REFLECT};
    *line = (struct line_case){.op = {.derivative = 1 + (unsigned)(random_bits(state) % 2),
                                      .accuracy = 2 + 2 * (unsigned)(random_bits(state) % 4),
                                      .edge_order = 1 + (unsigned)(random_bits(state) % 2),
                                      .value = {1.5, -2},
                                      .missing = (enum missing)(random_bits(state) % 3)},
                               .single = random_bits(state) % 2,
                               .step = -0.5};
    for (int side = 0; side < 2; side++)
        line->op.boundary[side] = modes[random_bits(state) % COUNT(modes)];
    if (random_bits(state) % 3 == 0) {
        line->op.boundary[0] = BOUNDARY_PERIODIC + random_bits(state) % 2;
        line->op.boundary[1] = line->op.boundary[0];
    }
    if (line->op.missing == MISSING_EDGE &&
        (line->op.boundary[0] == BOUNDARY_NAN || line->op.boundary[1] == BOUNDARY_NAN))
        line->op.missing = MISSING_STRICT;
    line->n = 12 + random_bits(state) % 25;
}

/* Every operator, with and without missing values, gives the same bits from any part of a line. */
START_TEST(parts_are_like_the_whole)
{
    uint64_t state = (uint64_t)_i;
    double out[MOST];
    for (unsigned turn = 0; turn < 200; turn++) {
        struct line_case line;
        const unsigned holes = (unsigned)(random_bits(&state) % 4);
        random_operator(&line, &state);
        const unsigned spacing = (unsigned)(random_bits(&state) % 3);
        for (uint64_t k = 0; k < line.n; k++) {
            line.f[k] = random_bits(&state) % 10 < holes ? NAN : random_unit(&state);
            if (spacing > 0)
                line.x[k] = (double)k + (spacing > 1 ? 0.5 * random_unit(&state) : 0);
        }
        if (spacing > 0 && line.op.boundary[0] == BOUNDARY_PERIODIC)
            line.op.period = line.x[line.n - 1] - line.x[0] + 1 + (double)(turn % 2);
        derive(&line, out);
    }
}
END_TEST

/* Without missing values their treatment does not matter. */
START_TEST(missing_does_nothing_where_nothing_is)
{
    uint64_t state = 77;
    for (unsigned turn = 0; turn < 300; turn++) {
        struct line_case line;
        double out[2][MOST];
        random_operator(&line, &state);
        for (uint64_t k = 0; k < line.n; k++)
            line.f[k] = random_unit(&state);
        derive(&line, out[0]);
        line.op.missing = MISSING_NAN;
        derive(&line, out[1]);
        for (uint64_t k = 0; k < line.n; k++)
            ck_assert(same(out[0][k], out[1][k]));
    }
}
END_TEST

/* Each run between gaps is an axis of its own. */
START_TEST(runs_are_axes)
{
    uint64_t state = 5;
    for (unsigned turn = 0; turn < 300; turn++) {
        struct line_case line = {.op = {.derivative = 1 + turn % 2,
                                        .accuracy = 2 + 2 * (turn / 2 % 4),
                                        .edge_order = 2,
                                        .missing = MISSING_EDGE},
                                 .n = MOST,
                                 .step = 0.25};
        double out[MOST], own[MOST];
        const uint64_t least = line.op.accuracy + line.op.derivative, gap = least + turn % 7;
        for (uint64_t k = 0; k < MOST; k++)
            line.f[k] = k == gap ? NAN : random_unit(&state);
        derive(&line, out);
        struct line_case part = line;
        part.n = gap;
        derive(&part, own);
        for (uint64_t k = 0; k < gap; k++)
            ck_assert(same(out[k], own[k]));
        part.n = MOST - gap - 1;
        memcpy(part.f, line.f + gap + 1, part.n * sizeof *part.f);
        derive(&part, own);
        for (uint64_t k = 0; k < part.n; k++)
            ck_assert(same(out[gap + 1 + k], own[k]));
    }
}
END_TEST

/* A periodic line is like one that is wrapped by hand. */
START_TEST(wrapped_by_hand)
{
    uint64_t state = 9;
    for (unsigned turn = 0; turn < 200; turn++) {
        struct line_case line = {.op = {.derivative = 1 + turn % 2,
                                        .accuracy = 2 + 2 * (turn / 2 % 4),
                                        .edge_order = 1,
                                        .boundary = BOTH(PERIODIC)},
                                 .n = 9 + turn % 8,
                                 .step = 0.25};
        double out[MOST], own[MOST];
        struct line_case long_line = line;
        for (uint64_t k = 0; k < line.n; k++)
            line.f[k] = random_unit(&state);
        long_line.op.boundary[0] = long_line.op.boundary[1] = BOUNDARY_ONE_SIDED;
        long_line.n += 8;
        for (uint64_t k = 0; k < long_line.n; k++)
            long_line.f[k] = line.f[(k + line.n - 4) % line.n];
        derive(&line, out);
        derive(&long_line, own);
        for (uint64_t k = 0; k < line.n; k++)
            ck_assert(same(out[k], own[4 + k]));
    }
}
END_TEST

static const struct {
    struct line_case line;
    enum h5grad_status status;
    const char *message;
} errors[] = {
    {{FIRST(.boundary = {BOUNDARY_PERIODIC}), SIX, .step = 1},
     H5GRAD_USAGE,
     "an axis is periodic at both ends or at none"},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = -1), SIX, .step = 1},
     H5GRAD_USAGE,
     "period -1 is not a positive number"},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = NAN), SIX, .step = 1},
     H5GRAD_USAGE,
     "period nan is not a positive number"},
    {{FIRST(.boundary = BOTH(MIRROR), .period = 3), SIX, .step = 1},
     H5GRAD_USAGE,
     "a period is for an axis that is periodic"},
    {{FIRST(.boundary = BOTH(PERIODIC_REPEATED), .period = 3), SIX, .step = 1},
     H5GRAD_USAGE,
     "a period is for an axis that is periodic, and one that repeats its first point has its own"},
    {{FIRST(.boundary = {BOUNDARY_NAN}, .missing = MISSING_EDGE), SIX, .step = 1},
     H5GRAD_USAGE,
     "what is missing cannot end an axis (edge) whose boundary is unknown (nan)"},
    {{FIRST(.boundary = BOTH(PERIODIC), .period = 300), SIX, .x = {0, 60, 120, 180, 240, 300}},
     H5GRAD_FAILED,
     "coordinates span 300, the period is 300: a repeated end point? periodic-repeated"},
    {{FIRST(.boundary = BOTH(PERIODIC)), SIX, .x = {0, 60, 120, 180, 240, 310}},
     H5GRAD_FAILED,
     "periodic, but its coordinates are uneven and say no period"},
    {{FIRST(.boundary = BOTH(PERIODIC)), 2, {1, 2}, .step = 1},
     H5GRAD_FAILED,
     "extent 2 is too short: accuracy 2 needs at least 3 points of a periodic axis"},
    {{FIRST(.boundary = BOTH(MIRROR)), 1, {1}, .step = 1},
     H5GRAD_FAILED,
     "extent 1 is too short: accuracy 2 needs at least 2 points"},
};

START_TEST(errors_are_told)
{
    struct stencil_axis axis;
    struct h5grad_error err = {0};
    enum h5grad_status status = hg_stencil_check_operator(&errors[_i].line.op, &err);
    if (!status)
        status = make_axis(&errors[_i].line, &axis, &err);
    ck_assert_int_eq(status, errors[_i].status);
    ck_assert_str_eq(err.message, errors[_i].message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operator");
    TCase *tcase = add_case(suite, "operator", NULL, NULL);
    tcase_set_timeout(tcase, 30);
    tcase_add_loop_test(tcase, worked_examples, 0, COUNT(examples));
    tcase_add_loop_test(tcase, powers_are_exact, 0, 16);
    tcase_add_loop_test(tcase, parts_are_like_the_whole, 0, 20);
    tcase_add_loop_test(tcase, errors_are_told, 0, COUNT(errors));
    ADD_TESTS(tcase, missing_does_nothing_where_nothing_is, runs_are_axes, wrapped_by_hand);
    return run_suite(suite);
}
