/* SPDX-License-Identifier: BSD-3-Clause */
/* h5grad_array on views gives the bits of dense copies and writes nothing between the points. */
#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "h5grad.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST_AXES = 5, GUARD = 0xa5 };

/* A view of memory: its bytes, the point of indices 0, and strides. */
struct view {
    char *memory, *zero;
    size_t bytes;
    int64_t stride[MOST_AXES];
};

struct problem {
    enum h5grad_type type;
    unsigned rank;
    uint64_t extent[MOST_AXES], points;
    size_t value, point; /* bytes */
    struct h5grad_array_options options;
    int dims[MOST_AXES];
    double spacing[MOST_AXES];
    const double *coordinates[MOST_AXES];
    double x[64];
};

/* Lays out the axes in any order, with gaps, some backwards; if broadcast, some with stride 0. */
static void make_view(const struct problem *problem, bool broadcast, struct view *view)
{
    unsigned order[MOST_AXES];
    size_t step = problem->point + problem->value * (draw(3) == 0 ? draw(3) : 0);
    int64_t zero = 0;
    for (unsigned i = 0; i < problem->rank; i++)
        order[i] = i;
    for (unsigned i = problem->rank; i > 1 && draw(3) > 0; i--) {
        unsigned other = (unsigned)draw(i), axis = order[i - 1];
        order[i - 1] = order[other];
        order[other] = axis;
    }
    for (unsigned k = problem->rank; k-- > 0;) {
        unsigned axis = order[k];
        uint64_t extent = problem->extent[axis];
        view->stride[axis] = (int64_t)step;
        if (broadcast && draw(4) == 0) {
            view->stride[axis] = 0;
            continue;
        }
        if (draw(3) == 0) {
            view->stride[axis] = -(int64_t)step;
            zero += (int64_t)((extent - 1) * step);
        }
        step = step * extent + problem->value * (draw(3) == 0 ? draw(4) : 0);
    }
    view->bytes = step;
    view->memory = malloc(step);
    ck_assert_ptr_nonnull(view->memory);
    memset(view->memory, GUARD, step);
    view->zero = view->memory + zero;
}

/* Calls visit with each point of the view, in C order. */
static void each_point(const struct problem *problem, const struct view *view,
                       void (*visit)(char *point, char *dense, size_t size), char *dense)
{
    for (uint64_t i = 0; i < problem->points; i++, dense += problem->point) {
        char *point = view->zero;
        uint64_t rest = i;
        for (unsigned k = problem->rank; k-- > 0; rest /= problem->extent[k])
            point += (int64_t)(rest % problem->extent[k]) * view->stride[k];
        visit(point, dense, problem->point);
    }
}

static void from_dense(char *point, char *dense, size_t size)
{
    memcpy(point, dense, size);
}

static void to_dense(char *point, char *dense, size_t size)
{
    memcpy(dense, point, size);
}

static void compare_and_clear(char *point, char *dense, size_t size)
{
    ck_assert_mem_eq(point, dense, size);
    memset(point, GUARD, size);
}

static void make_problem(struct problem *problem, unsigned most_points)
{
    memset(problem, 0, sizeof *problem);
    h5grad_array_options_init(&problem->options);
    problem->type = (enum h5grad_type)draw(2);
    problem->rank = 1 + (unsigned)draw(MOST_AXES);
    problem->options.components = 1 + (int)(draw(3) == 0 ? draw(3) : 0);
    problem->options.edge_order = 1 + (int)draw(2);
    problem->options.threads = 1 + (int)draw(3);
    problem->value = problem->type == H5GRAD_FLOAT ? sizeof(float) : sizeof(double);
    problem->point = problem->value * (size_t)problem->options.components;
    problem->points = 1;
    problem->x[0] = -3;
    for (unsigned i = 1; i < 64; i++)
        problem->x[i] = problem->x[i - 1] + 0.25 * (double)(1 + draw(5));
    for (unsigned k = 0; k < problem->rank; k++) {
        uint64_t most = most_points / problem->points / 3;
        problem->extent[k] = 3 + (most > 0 ? draw(most < 61 ? most : 61) : 0);
        problem->points *= problem->extent[k];
        problem->dims[k] = (int)k;
        problem->spacing[k] = 0.5 + (double)draw(7);
        problem->coordinates[k] = draw(2) ? problem->x : NULL;
    }
    problem->options.dims = problem->dims;
    problem->options.n_dims = 1 + draw(problem->rank);
    for (unsigned k = 0; k < problem->options.n_dims; k++) {
        unsigned other = k + (unsigned)draw(problem->rank - k);
        int dim = problem->dims[k];
        problem->dims[k] = problem->dims[other];
        problem->dims[other] = dim;
    }
    problem->options.spacing = problem->spacing;
    problem->options.coordinates = problem->coordinates;
}

static void call(const struct problem *problem, const void *data, void *const *results)
{
    struct h5grad_error error;
    ck_assert_msg(h5grad_array(problem->type, problem->rank, problem->extent, data, results,
                               &problem->options, &error) == H5GRAD_OK,
                  "%s", error.message);
}

/* Fills data with small multiples of 1/8; no NaN, whose bits may differ. */
static void fill(const struct problem *problem, char *dense)
{
    uint64_t values = problem->points * (uint64_t)problem->options.components;
    for (uint64_t i = 0; i < values; i++) {
        double value = (double)draw(4000) / 8 - 250;
        if (problem->type == H5GRAD_FLOAT)
            ((float *)(void *)dense)[i] = (float)value;
        else
            ((double *)(void *)dense)[i] = value;
    }
}

static void check_problem(struct problem *problem)
{
    size_t bytes = problem->points * problem->point, n = problem->options.n_dims;
    char *dense = malloc(bytes), *expected[MOST_AXES];
    void *results[MOST_AXES];
    const int64_t *strides[MOST_AXES];
    struct view data, result[MOST_AXES];
    ck_assert_ptr_nonnull(dense);
    make_view(problem, true, &data);
    fill(problem, dense);
    each_point(problem, &data, from_dense, dense);
    each_point(problem, &data, to_dense, dense); /* of points in one place the last one */
    for (size_t k = 0; k < n; k++) {
        ck_assert_ptr_nonnull(expected[k] = malloc(bytes));
        make_view(problem, false, &result[k]);
        results[k] = result[k].zero;
        strides[k] = draw(5) ? result[k].stride : NULL;
        if (!strides[k]) {
            free(result[k].memory);
            result[k] = (struct view){.memory = malloc(bytes), .bytes = bytes};
            results[k] = result[k].zero = result[k].memory;
            int64_t step = (int64_t)problem->point;
            for (unsigned i = problem->rank; i-- > 0; step *= (int64_t)problem->extent[i])
                result[k].stride[i] = step;
        }
    }
    call(problem, dense, (void *const *)expected);
    problem->options.strides = data.stride;
    problem->options.result_strides = strides;
    call(problem, data.zero, results);
    for (size_t k = 0; k < n; k++) {
        each_point(problem, &result[k], compare_and_clear, expected[k]);
        for (size_t i = 0; i < result[k].bytes; i++)
            ck_assert_int_eq((unsigned char)result[k].memory[i], GUARD);
        free(result[k].memory);
        free(expected[k]);
    }
    free(data.memory);
    free(dense);
}

START_TEST(views_of_any_kind)
{
    for (int i = 0; i < 7919 * _i; i++)
        draw(2);
    for (int i = 0; i < 150; i++) {
        struct problem problem;
        make_problem(&problem, i % 30 ? 2000 : 300000);
        check_problem(&problem);
    }
}
END_TEST

/* Views large enough for non-temporal stores, in Fortran's order and with axes exchanged. */
START_TEST(large_views)
{
    struct problem problem;
    const uint64_t extent[] = {61, 257, 301};
    make_problem(&problem, 2000);
    problem.type = H5GRAD_FLOAT;
    problem.rank = 3;
    problem.value = problem.point = sizeof(float);
    problem.options.components = 1;
    problem.options.threads = 2;
    memcpy(problem.extent, extent, sizeof extent);
    problem.points = extent[0] * extent[1] * extent[2];
    problem.options.coordinates = NULL;
    problem.options.n_dims = 3;
    for (int k = 0; k < 3; k++) {
        problem.dims[k] = 2 - k;
        problem.spacing[k] = 1 + k;
    }
    size_t bytes = problem.points * sizeof(float);
    char *dense = malloc(bytes), *turned = malloc(bytes), *out[6];
    for (int i = 0; i < 6; i++)
        ck_assert_ptr_nonnull(out[i] = malloc(bytes));
    fill(&problem, dense);
    const int64_t columns[] = {4, 4 * 61, 4 * 61 * 257};
    struct view view = {.memory = turned, .zero = turned, .bytes = bytes};
    memcpy(view.stride, columns, sizeof columns);
    each_point(&problem, &view, from_dense, dense);
    call(&problem, dense, (void *const *)out);
    for (int mixed = 0; mixed < 2; mixed++) {
        const int64_t *strides[] = {columns, mixed ? NULL : columns, columns};
        problem.options.strides = columns;
        problem.options.result_strides = strides;
        call(&problem, turned, (void *const *)(out + 3));
        for (int k = 0; k < 3; k++) {
            if (!strides[k]) {
                ck_assert(memcmp(out[3 + k], out[k], bytes) == 0);
                continue;
            }
            view.zero = out[3 + k];
            each_point(&problem, &view, to_dense, dense);
            ck_assert(memcmp(dense, out[k], bytes) == 0);
        }
    }
    for (int i = 0; i < 6; i++)
        free(out[i]);
    free(turned);
    free(dense);
}
END_TEST

/* Results are the components of vectors: the points of one lie between those of others. */
START_TEST(interleaved_results)
{
    enum { ROWS = 40, COLUMNS = 50 };
    static double data[ROWS][COLUMNS], vector[ROWS][COLUMNS][2], expected[2][ROWS * COLUMNS];
    const uint64_t extent[] = {ROWS, COLUMNS};
    const int64_t stride[] = {sizeof vector[0], sizeof vector[0][0]};
    const int64_t *const strides[] = {stride, stride};
    void *const plain[] = {expected[0], expected[1]};
    void *const results[] = {&vector[0][0][0], &vector[0][0][1]};
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        data[i / COLUMNS][i % COLUMNS] = (double)draw(1000);
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 2, extent, data, plain, &options, NULL), 0);
    options.result_strides = strides;
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 2, extent, data, results, &options, NULL), 0);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        for (int k = 0; k < 2; k++)
            ck_assert(vector[i / COLUMNS][i % COLUMNS][k] == expected[k][i]);
}
END_TEST

START_TEST(refused_strides)
{
    static const struct {
        int64_t data[2], result[2];
        const char *error;
    } wrong[] = {
        {{42, 8}, {40, 8}, "stride 42 of axis 0: not a multiple of 8 bytes, the size of a value"},
        {{40, 8},
         {40, -4},
         "result 0: stride -4 of axis 1: not a multiple of 8 bytes, the size of a value"},
        {{40, 8}, {40, 0}, "result 0: stride 0 of axis 1: points overlap"},
        {{40, 8}, {0, 8}, "result 0: stride 0 of axis 0: points overlap"},
        {{40, 8}, {32, 8}, "result 0: stride 32 of axis 0: points overlap"},
        {{40, 8}, {8, 8}, "result 0: stride 8 of axis 0: points overlap"},
        {{40, 8}, {-8, 24}, "result 0: stride 24 of axis 1: points overlap"},
        {{INT64_MAX - 7, 8}, {40, 8}, "stride 9223372036854775800 of axis 0: too large"},
        {{INT64_MIN, 8}, {40, 8}, "stride -9223372036854775808 of axis 0: too large"},
        {{40, 8}, {INT64_MIN, 8}, "result 0: stride -9223372036854775808 of axis 0: too large"},
    };
    double data[4][5] = {{0}}, result[4][5];
    const uint64_t extent[] = {4, 5};
    const int dim = 1;
    void *const results[] = {result};
    struct h5grad_array_options options;
    struct h5grad_error error;
    h5grad_array_options_init(&options);
    options.dims = &dim;
    options.n_dims = 1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const int64_t *strides[] = {wrong[i].result};
        options.strides = wrong[i].data;
        options.result_strides = strides;
        ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 2, extent, data, results, &options, &error),
                         H5GRAD_USAGE);
        ck_assert_str_eq(error.message, wrong[i].error);
    }
}
END_TEST

/* Strides along axes of one point, or of an array without points, do not matter. */
START_TEST(strides_without_steps)
{
    double data[3] = {1, 3, 7}, result[3];
    const uint64_t extent[] = {1, 3, 1}, empty[] = {1, 3, 0};
    const int64_t any[] = {INT64_MAX - 7, 8, 0};
    const int64_t *const strides[] = {any};
    const int dim = 1;
    void *const results[] = {result};
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    options.dims = &dim;
    options.n_dims = 1;
    options.strides = any;
    options.result_strides = strides;
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 3, extent, data, results, &options, NULL), 0);
    ck_assert(result[0] == 2 && result[1] == 3 && result[2] == 4);
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 3, empty, data, results, &options, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("strides");
    TCase *tcase = add_case(suite, "strides", NULL, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, views_of_any_kind, 0, 4);
    ADD_TESTS(tcase, large_views, interleaved_results, refused_strides, strides_without_steps);
    return run_suite(suite);
}
