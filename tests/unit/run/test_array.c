/* SPDX-License-Identifier: BSD-3-Clause */
/* h5grad_array: bits of torch and numpy, worked examples, errors, callbacks, threads, memory. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "h5grad.h"
#include "tests/support/suite.h"

#define MAX_AXES 4

/* One call of h5grad_array, with everything it needs. */
struct call {
    enum h5grad_type type;
    unsigned rank;
    uint64_t extent[MAX_AXES];
    size_t values; /* of data: points times components */
    void *data;
    int dims[MAX_AXES];
    double spacing[MAX_AXES];
    const double *coordinates[MAX_AXES];
    void *results[MAX_AXES];
    struct h5grad_array_options options;
};

static size_t call_bytes(const struct call *call)
{
    return call->values * (call->type == H5GRAD_FLOAT ? sizeof(float) : sizeof(double));
}

static void call_start(struct call *call, enum h5grad_type type, unsigned rank)
{
    memset(call, 0, sizeof *call);
    call->type = type;
    call->rank = rank;
    h5grad_array_options_init(&call->options);
    call->options.dims = call->dims;
    call->options.spacing = call->spacing;
    call->options.coordinates = call->coordinates;
    for (unsigned k = 0; k < MAX_AXES; k++) {
        call->dims[k] = (int)k;
        call->spacing[k] = 1;
        call->extent[k] = 1;
    }
    call->options.n_dims = rank;
}

static void *new_bytes(size_t bytes)
{
    void *memory = malloc(bytes > 0 ? bytes : 1);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

/* Memory for data and results, once extents and components are set; results start as garbage. */
static void call_allocate(struct call *call)
{
    call->values = (size_t)call->options.components;
    for (unsigned k = 0; k < call->rank; k++)
        call->values *= (size_t)call->extent[k];
    call->data = new_bytes(call_bytes(call));
    for (size_t k = 0; k < call->options.n_dims; k++) {
        call->results[k] = new_bytes(call_bytes(call));
        memset(call->results[k], 0xa5, call_bytes(call));
    }
}

static void call_free(struct call *call)
{
    free(call->data);
    for (size_t k = 0; k < call->options.n_dims; k++)
        free(call->results[k]);
}

static enum h5grad_status call_run(const struct call *call, struct h5grad_error *error)
{
    return h5grad_array(call->type, call->rank, call->extent, call->data, call->results,
                        &call->options, error);
}

static void call_succeeds(const struct call *call)
{
    struct h5grad_error error;
    enum h5grad_status status = call_run(call, &error);
    ck_assert_msg(status == H5GRAD_OK, "status %d: %s", (int)status, error.message);
}

static void set_value(const struct call *call, void *array, size_t i, double value)
{
    if (call->type == H5GRAD_FLOAT)
        ((float *)array)[i] = (float)value;
    else
        ((double *)array)[i] = value;
}

static double get_value(const struct call *call, const void *array, size_t i)
{
    return call->type == H5GRAD_FLOAT ? (double)((const float *)array)[i]
                                      : ((const double *)array)[i];
}

/* Equal bits, or both NaN: conversion to double keeps the sign of zero. */
static bool same_bits(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b && signbit(a) == signbit(b);
}

static void fill_waves(const struct call *call)
{
    uint32_t noise = 12345;
    for (size_t i = 0; i < call->values; i++) {
        noise = noise * 1664525u + 1013904223u;
        set_value(call, call->data, i, sin(0.37 * (double)i) * 3 + (double)noise * 1e-9);
    }
}

static void fill_uneven(double *x, size_t n, double first)
{
    x[0] = first;
    for (size_t i = 1; i < n; i++)
        x[i] = x[i - 1] + 0.5 + (double)(i % 3) * 0.3;
}

/* ---- the results of torch and numpy in tests/data/reference.txt ---- */

/* A case of the file: the call, its coordinates and the expected results. */
struct reference {
    char name[64];
    struct call call;
    double *coordinates[MAX_AXES];
    double *expected[MAX_AXES];
};

static FILE *open_reference(void)
{
    const char *folder = getenv("srcdir");
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/tests/data/reference.txt", folder ? folder : ".");
    ck_assert(length > 0 && (size_t)length < sizeof path);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    return file;
}

/* The next word that is not in a comment; false at the end of the file. */
static bool next_word(FILE *file, char word[64])
{
    while (fscanf(file, "%63s", word) == 1) {
        if (word[0] != '#')
            return true;
        while (word[0] != '\n' && fgets(word, 64, file) != NULL)
            if (strchr(word, '\n') != NULL)
                break;
    }
    return false;
}

static void expect_word(FILE *file, const char *expected)
{
    char word[64];
    ck_assert(next_word(file, word));
    ck_assert_str_eq(word, expected);
}

static double next_number(FILE *file)
{
    char word[64], *end;
    ck_assert(next_word(file, word));
    double value = strtod(word, &end);
    ck_assert_msg(*end == '\0', "%s is not a number", word);
    return value;
}

static double *next_numbers(FILE *file, size_t n)
{
    double *values = new_bytes(n * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = next_number(file);
    return values;
}

static void read_shape(FILE *file, struct call *call)
{
    char word[64];
    expect_word(file, "type");
    ck_assert(next_word(file, word));
    bool is_float = strcmp(word, "float") == 0;
    expect_word(file, "components");
    int components = (int)next_number(file);
    expect_word(file, "edge_order");
    int edge_order = (int)next_number(file);
    expect_word(file, "rank");
    unsigned rank = (unsigned)next_number(file);
    ck_assert(rank >= 1 && rank <= MAX_AXES);
    call_start(call, is_float ? H5GRAD_FLOAT : H5GRAD_DOUBLE, rank);
    call->options.components = components;
    call->options.edge_order = edge_order;
    for (unsigned k = 0; k < rank; k++)
        call->extent[k] = (uint64_t)next_number(file);
}

static void read_axis(FILE *file, struct reference *reference, size_t k)
{
    struct call *call = &reference->call;
    char word[64];
    expect_word(file, "dim");
    call->dims[k] = (int)next_number(file);
    ck_assert(next_word(file, word));
    if (strcmp(word, "step") == 0) {
        call->spacing[k] = next_number(file);
    } else {
        ck_assert_str_eq(word, "coordinates");
        reference->coordinates[k] = next_numbers(file, (size_t)call->extent[call->dims[k]]);
        call->coordinates[k] = reference->coordinates[k];
    }
    expect_word(file, "from");
    ck_assert(next_word(file, word));
    expect_word(file, "result");
    reference->expected[k] = next_numbers(file, call->values);
}

static bool read_case(FILE *file, struct reference *reference)
{
    char word[64];
    if (!next_word(file, word))
        return false;
    ck_assert_str_eq(word, "case");
    memset(reference, 0, sizeof *reference);
    ck_assert(next_word(file, reference->name));
    struct call *call = &reference->call;
    read_shape(file, call);
    expect_word(file, "data");
    call->options.n_dims = 0;
    call_allocate(call);
    for (size_t i = 0; i < call->values; i++)
        set_value(call, call->data, i, next_number(file));
    expect_word(file, "axes");
    size_t axes = (size_t)next_number(file);
    ck_assert(axes >= 1 && axes <= MAX_AXES);
    for (size_t k = 0; k < axes; k++)
        read_axis(file, reference, k);
    expect_word(file, "end");
    call->options.n_dims = axes;
    for (size_t k = 0; k < axes; k++)
        call->results[k] = new_bytes(call_bytes(call));
    return true;
}

static void free_case(struct reference *reference)
{
    call_free(&reference->call);
    for (size_t k = 0; k < MAX_AXES; k++) {
        free(reference->coordinates[k]);
        free(reference->expected[k]);
    }
}

static void check_case(struct reference *reference)
{
    struct call *call = &reference->call;
    for (int threads = 1; threads <= 3; threads += 2) {
        call->options.threads = threads;
        for (size_t k = 0; k < call->options.n_dims; k++)
            memset(call->results[k], 0xa5, call_bytes(call));
        call_succeeds(call);
        for (size_t k = 0; k < call->options.n_dims; k++)
            for (size_t i = 0; i < call->values; i++) {
                double found = get_value(call, call->results[k], i);
                ck_assert_msg(same_bits(found, reference->expected[k][i]),
                              "%s: %d threads, dim %d, value %zu is %a instead of %a",
                              reference->name, threads, call->dims[k], i, found,
                              reference->expected[k][i]);
            }
    }
}

START_TEST(test_reference)
{
    FILE *file = open_reference();
    struct reference reference;
    size_t cases = 0;
    while (read_case(file, &reference)) {
        check_case(&reference);
        free_case(&reference);
        cases++;
    }
    fclose(file);
    ck_assert_uint_ge(cases, 40);
}
END_TEST

/* ---- the worked examples of the manual ---- */

#define MAX_POINTS 27

struct example {
    unsigned rank;
    uint64_t extent[3];
    double data[MAX_POINTS];
    int edge_order;
    size_t n_dims;
    int dims[3];
    double spacing[3]; /* 0: coordinates */
    double coordinates[3][4];
    double expected[3][MAX_POINTS];
    double tolerance; /* 0: the exact bits */
};

static const struct example examples[] = {
    {.rank = 2,
     .extent = {3, 3},
     .data = {1, 2, 3, 4, 5, 6, 7, 8, 9},
     .n_dims = 2,
     .dims = {0, 1},
     .spacing = {1, 1},
     .expected = {{3, 3, 3, 3, 3, 3, 3, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1}}},
    {.rank = 1,
     .extent = {4},
     .data = {0, .25, 1, 2.25},
     .n_dims = 1,
     .spacing = {.5},
     .expected = {{.5, 1, 2, 2.5}}},
    {.rank = 3,
     .extent = {3, 3, 3},
     .data = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
              14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26},
     .n_dims = 3,
     .dims = {0, 1, 2},
     .spacing = {1, 1, 1},
     .expected = {{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9},
                  {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3},
                  {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}}},
    {.rank = 1,
     .extent = {5},
     .data = {4 + 5, 1 + 5, 9 + 5, 16 + 5, 25 + 5},
     .n_dims = 1,
     .spacing = {1},
     .expected = {{-3, 2.5, 7.5, 8, 9}}},
    {.rank = 2,
     .extent = {3, 3},
     .data = {-1, 27, -125, -64, 125, 8, -8, 27, 64},
     .n_dims = 2,
     .dims = {0, 1},
     .spacing = {1, 1},
     .expected = {{-63, 98, 133, -3.5, 0, 94.5, 56, -98, 56},
                  {28, -62, -152, 189, 36, -117, 35, 36, 37}}},
    {.rank = 1,
     .extent = {4},
     .data = {4, 1, 1, 16},
     .n_dims = 1,
     .coordinates = {{-2, -1, 1, 4}},
     .expected = {{-3, -2, 2, 5}},
     .tolerance = 1e-15},
    {.rank = 2,
     .extent = {2, 4},
     .data = {1, 2, 4, 8, 10, 20, 40, 80},
     .n_dims = 2,
     .dims = {0, 1},
     .spacing = {1, 1},
     .expected = {{9, 18, 36, 72, 9, 18, 36, 72}, {1, 1.5, 3, 4, 10, 15, 30, 40}}},
    {.rank = 2,
     .extent = {2, 4},
     .data = {1, 2, 4, 8, 10, 20, 40, 80},
     .n_dims = 2,
     .dims = {0, 1},
     .spacing = {2, 2},
     .expected = {{4.5, 9, 18, 36, 4.5, 9, 18, 36}, {.5, .75, 1.5, 2, 5, 7.5, 15, 20}}},
    {.rank = 2,
     .extent = {2, 4},
     .data = {1, 2, 4, 8, 10, 20, 40, 80},
     .n_dims = 1,
     .dims = {1},
     .spacing = {1},
     .expected = {{1, 1.5, 3, 4, 10, 15, 30, 40}}},
    {.rank = 2,
     .extent = {2, 4},
     .data = {1, 2, 4, 8, 10, 20, 40, 80},
     .n_dims = 2,
     .dims = {0, 1},
     .coordinates = {{0, 2}, {0, 3, 6, 9}},
     .expected = {{4.5, 9, 18, 36, 4.5, 9, 18, 36},
                  {1 / 3., .5, 1, 4 / 3., 10 / 3., 5, 10, 40 / 3.}}},
    {.rank = 2,
     .extent = {2, 4},
     .data = {1, 2, 4, 8, 10, 20, 40, 80},
     .n_dims = 2,
     .dims = {0, 1},
     .spacing = {3, 2},
     .expected = {{3, 6, 12, 24, 3, 6, 12, 24}, {.5, .75, 1.5, 2, 5, 7.5, 15, 20}}},
    {.rank = 1,
     .extent = {4},
     .data = {1, 2, 4, 8},
     .edge_order = 2,
     .n_dims = 1,
     .coordinates = {{0, 1, 4, 9}},
     .expected = {{13 / 12., 11 / 12., 43 / 60., 53 / 60.}},
     .tolerance = 1e-15},
};

static void example_call(const struct example *example, enum h5grad_type type, struct call *call)
{
    call_start(call, type, example->rank);
    memcpy(call->extent, example->extent, sizeof example->extent);
    call->options.n_dims = example->n_dims;
    call->options.components = 1;
    if (example->edge_order != 0)
        call->options.edge_order = example->edge_order;
    for (size_t k = 0; k < example->n_dims; k++) {
        call->dims[k] = example->dims[k];
        call->spacing[k] = example->spacing[k];
        call->coordinates[k] = example->spacing[k] == 0 ? example->coordinates[k] : NULL;
    }
    call_allocate(call);
    for (size_t i = 0; i < call->values; i++)
        set_value(call, call->data, i, example->data[i]);
}

static void check_example(const struct example *example, enum h5grad_type type, int number)
{
    struct call call;
    example_call(example, type, &call);
    call_succeeds(&call);
    for (size_t k = 0; k < example->n_dims; k++)
        for (size_t i = 0; i < call.values; i++) {
            double found = get_value(&call, call.results[k], i);
            double expected = example->expected[k][i];
            double limit = example->tolerance;
            if (type == H5GRAD_FLOAT) {
                expected = (double)(float)expected;
                limit = limit > 0 ? 1e-7 : 0;
            }
            ck_assert_msg(fabs(found - expected) <= limit * fabs(expected),
                          "example %d, axis %d, value %zu: %.17g instead of %.17g", number,
                          example->dims[k], i, found, expected);
        }
    call_free(&call);
}

START_TEST(test_example)
{
    check_example(&examples[_i], H5GRAD_DOUBLE, _i);
    check_example(&examples[_i], H5GRAD_FLOAT, _i);
}
END_TEST

/* Integers up to 99 stay exact; interleaved values are independent of each other. */
START_TEST(test_components_are_independent)
{
    struct call call;
    call_start(&call, H5GRAD_FLOAT, 2);
    call.extent[0] = 7;
    call.extent[1] = 5;
    call.options.components = 3;
    call_allocate(&call);
    for (size_t i = 0; i < 7 * 5; i++) {
        set_value(&call, call.data, 3 * i, (double)i);
        set_value(&call, call.data, 3 * i + 1, -2 * (double)i);
        set_value(&call, call.data, 3 * i + 2, 42);
    }
    call_succeeds(&call);
    for (size_t i = 0; i < 7 * 5; i++) {
        const float *down = call.results[0], *right = call.results[1];
        ck_assert(down[3 * i] == 5 && down[3 * i + 1] == -10 && down[3 * i + 2] == 0);
        ck_assert(right[3 * i] == 1 && right[3 * i + 1] == -2 && right[3 * i + 2] == 0);
    }
    call_free(&call);
}
END_TEST

START_TEST(test_defaults_are_all_axes_with_unit_spacing)
{
    const double data[2][3] = {{1, 2, 4}, {11, 22, 44}};
    double down[2][3], right[2][3];
    void *const results[] = {down, right};
    const uint64_t extent[] = {2, 3};
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 2, extent, data, results, &options, NULL),
                     H5GRAD_OK);
    const double expected_down[2][3] = {{10, 20, 40}, {10, 20, 40}};
    const double expected_right[2][3] = {{1, 1.5, 2}, {11, 16.5, 22}};
    ck_assert_mem_eq(down, expected_down, sizeof down);
    ck_assert_mem_eq(right, expected_right, sizeof right);
}
END_TEST

START_TEST(test_negative_dims_in_any_order)
{
    struct call call;
    call_start(&call, H5GRAD_DOUBLE, 3);
    call.extent[0] = 3;
    call.extent[1] = 4;
    call.extent[2] = 5;
    call.options.components = 1;
    call.options.n_dims = 2;
    call.dims[0] = -1;
    call.dims[1] = -3;
    call.spacing[1] = 4;
    call_allocate(&call);
    for (size_t i = 0; i < call.values; i++)
        set_value(&call, call.data, i, (double)i);
    call_succeeds(&call);
    for (size_t i = 0; i < call.values; i++) {
        ck_assert(get_value(&call, call.results[0], i) == 1);
        ck_assert(get_value(&call, call.results[1], i) == 5);
    }
    call_free(&call);
}
END_TEST

/* A derivative of second order is exact for x^2, even at its ends with edge_order 2. */
START_TEST(test_squares_are_exact)
{
    double x[40];
    struct call call;
    call_start(&call, H5GRAD_DOUBLE, 1);
    call.extent[0] = 40;
    call.options.components = 1;
    call.options.edge_order = 2;
    call.coordinates[0] = x;
    call_allocate(&call);
    fill_uneven(x, 40, -7);
    for (size_t i = 0; i < 40; i++)
        set_value(&call, call.data, i, x[i] * x[i]);
    call_succeeds(&call);
    for (size_t i = 0; i < 40; i++)
        ck_assert_double_eq_tol(get_value(&call, call.results[0], i), 2 * x[i], 1e-11);
    call_free(&call);
}
END_TEST

START_TEST(test_nan_reaches_its_neighbours)
{
    double x[9];
    struct call call;
    call_start(&call, H5GRAD_DOUBLE, 1);
    call.extent[0] = 9;
    call.options.components = 1;
    call.coordinates[0] = _i ? x : NULL;
    call_allocate(&call);
    fill_uneven(x, 9, 0);
    for (size_t i = 0; i < 9; i++)
        set_value(&call, call.data, i, i == 4 ? NAN : (double)i);
    call_succeeds(&call);
    for (size_t i = 0; i < 9; i++) {
        bool reached = i == 3 || i == 5 || (i == 4 && _i);
        ck_assert_int_eq(isnan(get_value(&call, call.results[0], i)) != 0, reached);
    }
    call_free(&call);
}
END_TEST

START_TEST(test_empty_extent_of_another_axis)
{
    struct call call;
    call_start(&call, H5GRAD_DOUBLE, 2);
    call.extent[0] = 3;
    call.extent[1] = 0;
    call.options.components = 1;
    call.options.n_dims = 1;
    call_allocate(&call);
    call_succeeds(&call);
    call_free(&call);
}
END_TEST

/* ---- errors ---- */

/* Asserts that the call fails with a reason, and also without a place for it. */
static void call_fails(const struct call *call, const char *what)
{
    struct h5grad_error error;
    memset(&error, 0, sizeof error);
    enum h5grad_status status = call_run(call, &error);
    ck_assert_msg(status == H5GRAD_FAILED || status == H5GRAD_USAGE, "%s: status %d", what,
                  (int)status);
    ck_assert_msg(error.status == status, "%s: status in error", what);
    ck_assert_msg(error.message[0] != '\0', "%s: no message", what);
    ck_assert_msg(strchr(error.message, '\n') == NULL, "%s: %s", what, error.message);
    ck_assert_int_eq(call_run(call, NULL), status);
}

/* A call that would succeed, of 4 x 5 points. */
static void good_call(struct call *call)
{
    call_start(call, H5GRAD_DOUBLE, 2);
    call->extent[0] = 4;
    call->extent[1] = 5;
    call->options.components = 1;
    call_allocate(call);
    fill_waves(call);
}

START_TEST(test_wrong_dims)
{
    static const int wrong[][2] = {{0, 2}, {0, -3}, {1, 1}, {0, -2}, {-1, 1}, {0, 1000000}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct call call;
        good_call(&call);
        call_succeeds(&call);
        call.dims[0] = wrong[i][0];
        call.dims[1] = wrong[i][1];
        call_fails(&call, "wrong dims");
        call_free(&call);
    }
}
END_TEST

START_TEST(test_short_axis)
{
    struct call call;
    good_call(&call);
    call.extent[0] = 1;
    call_fails(&call, "one point, edge_order 1");
    call.extent[0] = 0;
    call_fails(&call, "no point");
    call.extent[0] = 2;
    call_succeeds(&call);
    call.options.edge_order = 2;
    call_fails(&call, "two points, edge_order 2");
    call.extent[0] = 3;
    call_succeeds(&call);
    call_free(&call);
}
END_TEST

START_TEST(test_wrong_steps)
{
    static const double wrong[] = {0, -0.0, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct call call;
        good_call(&call);
        call.spacing[1] = wrong[i];
        call_fails(&call, "wrong step");
        call_free(&call);
    }
}
END_TEST

START_TEST(test_wrong_coordinates)
{
    static const double wrong[][5] = {
        {0, 1, 1, 2, 3},   {0, 1, 2, 1.5, 3}, {3, 2, 2, 1, 0},        {0, 1, 2, 3, 3},
        {0, 0, 1, 2, 3},   {0, 1, NAN, 3, 4}, {0, 1, 2, 3, INFINITY}, {-INFINITY, 1, 2, 3, 4},
        {0, -1, -2, 3, 4}, {1, 1, 1, 1, 1},   {NAN, 1, 2, 3, 4},      {0, 1, 2, 3, NAN},
    };
    static const double right[][5] = {{0, 1, 3, 4, 9}, {4, 3, 2, 1, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct call call;
        good_call(&call);
        call.coordinates[1] = right[i % 2];
        call_succeeds(&call);
        call.coordinates[1] = wrong[i];
        call_fails(&call, "wrong coordinates");
        call_free(&call);
    }
}
END_TEST

START_TEST(test_wrong_numbers)
{
    struct call call;
    uint64_t ones[33];
    for (size_t k = 0; k < 33; k++)
        ones[k] = 2;
    good_call(&call);
    for (int edge_order = -1; edge_order <= 3; edge_order++) {
        call.options.edge_order = edge_order;
        if (edge_order >= 0 && edge_order <= 2)
            call_succeeds(&call);
        else
            call_fails(&call, "edge_order");
    }
    call.options.edge_order = 1;
    call.options.components = -1;
    call_fails(&call, "components");
    call.options.components = 1;
    call.options.n_dims = 1;
    call.rank = 0;
    call_fails(&call, "rank 0");
    ck_assert_int_ne(
        h5grad_array(H5GRAD_DOUBLE, 33, ones, call.data, call.results, &call.options, NULL),
        H5GRAD_OK);
    call.options.n_dims = 2;
    call_free(&call);
}
END_TEST

START_TEST(test_extents_that_overflow)
{
    struct call call;
    good_call(&call);
    call.extent[0] = UINT64_MAX / 4;
    call_fails(&call, "more bytes than can be addressed");
    call.extent[0] = UINT64_C(1) << 62;
    call_fails(&call, "a product beyond 64 bits");
    call_free(&call);
}
END_TEST

START_TEST(test_rank_32)
{
    uint64_t extent[32];
    int dim = -1;
    double data[2] = {1, 3}, result[2] = {0, 0};
    void *const results[] = {result};
    struct h5grad_array_options options;
    for (size_t k = 0; k < 32; k++)
        extent[k] = k == 31 ? 2 : 1;
    h5grad_array_options_init(&options);
    options.dims = &dim;
    options.n_dims = 1;
    ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 32, extent, data, results, &options, NULL),
                     H5GRAD_OK);
    ck_assert(result[0] == 2 && result[1] == 2);
}
END_TEST

/* ---- threads and callbacks ---- */

/* A call with all sorts of axes, large enough for several tiles. */
static void mixed_call(struct call *call, enum h5grad_type type, const double *x)
{
    call_start(call, type, 3);
    call->extent[0] = 70;
    call->extent[1] = 53;
    call->extent[2] = 131;
    call->options.components = 1;
    call->options.edge_order = 2;
    call->spacing[0] = 0.7;
    call->coordinates[1] = x;
    call->dims[0] = 2;
    call->dims[1] = 1;
    call->dims[2] = 0;
    call->spacing[2] = -3;
    call_allocate(call);
    fill_waves(call);
}

START_TEST(test_threads_change_no_bit)
{
    static const int threads[] = {1, 2, 3, 8, 0};
    double x[53];
    struct call first, call;
    fill_uneven(x, 53, 10);
    mixed_call(&first, (enum h5grad_type)_i, x);
    first.options.threads = 1;
    call_succeeds(&first);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        mixed_call(&call, (enum h5grad_type)_i, x);
        call.options.threads = threads[t];
        call_succeeds(&call);
        for (size_t k = 0; k < 3; k++)
            ck_assert_mem_eq(call.results[k], first.results[k], call_bytes(&call));
        call_free(&call);
    }
    call_free(&first);
}
END_TEST

/* Larger results are made with non-temporal stores. */
enum { LARGE = 16 << 20 };

/* Copies the part of an array at index i of axis cut to another, or back. */
static void move_slab(const struct call *call, unsigned cut, uint64_t i, void *array, void *slab,
                      bool back)
{
    size_t inner = call_bytes(call) / call->values * (size_t)call->options.components, outer = 1;
    for (unsigned k = cut + 1; k < call->rank; k++)
        inner *= (size_t)call->extent[k];
    for (unsigned k = 0; k < cut; k++)
        outer *= (size_t)call->extent[k];
    for (size_t o = 0; o < outer; o++) {
        char *here = (char *)array + (o * call->extent[cut] + i) * inner;
        char *there = (char *)slab + o * inner;
        memcpy(back ? here : there, back ? there : here, inner);
    }
}

/* Makes the result along one axis by many calls on small arrays. */
static void *small_calls(const struct call *call, size_t number)
{
    struct call small = *call;
    unsigned axis = (unsigned)call->dims[number], cut = axis == 0 ? 1 : 0;
    void *result = new_bytes(call_bytes(call));
    small.extent[cut] = 1;
    small.values = call->values / call->extent[cut];
    ck_assert_uint_lt(call_bytes(&small), LARGE);
    small.data = new_bytes(call_bytes(&small));
    small.results[0] = new_bytes(call_bytes(&small));
    small.options.dims = &call->dims[number];
    small.options.n_dims = 1;
    small.options.spacing = &call->spacing[number];
    small.options.coordinates = &call->coordinates[number];
    for (uint64_t i = 0; i < call->extent[cut]; i++) {
        move_slab(call, cut, i, call->data, small.data, false);
        call_succeeds(&small);
        move_slab(call, cut, i, result, small.results[0], true);
    }
    free(small.data);
    free(small.results[0]);
    return result;
}

static const struct large {
    unsigned rank;
    uint64_t extent[MAX_AXES];
    int components, edge_order;
    bool uneven[MAX_AXES];
    size_t shift; /* of the results, in scalars */
} larges[] = {
    {2, {1203, 3701}, 1, 1, {false, false}, 0},
    {2, {1203, 3701}, 1, 2, {true, true}, 3},
    {3, {131, 257, 140}, 1, 2, {false, false, false}, 1},
    {3, {131, 257, 140}, 1, 1, {true, false, true}, 0},
    {3, {131, 257, 70}, 2, 2, {false, true, false}, 5},
    {3, {67, 70, 1031}, 1, 2, {true, true, true}, 7},
    {4, {12, 23, 130, 131}, 1, 1, {false, true, false, true}, 0},
};

/* _i: twice the number of the case, plus 1 for double, of which half as many are large. */
START_TEST(test_large_results)
{
    const struct large *large = &larges[_i / 2];
    struct call call;
    double *x[MAX_AXES];
    call_start(&call, (enum h5grad_type)(_i % 2), large->rank);
    call.options.components = large->components;
    call.options.edge_order = large->edge_order;
    call.options.threads = 2;
    for (unsigned k = 0; k < large->rank; k++) {
        call.extent[k] = k == 0 && _i % 2 ? large->extent[k] / 2 + 1 : large->extent[k];
        x[k] = new_bytes(large->extent[k] * sizeof(double));
        fill_uneven(x[k], large->extent[k], -3);
        call.spacing[k] = 0.3 * (k + 1);
        call.coordinates[k] = large->uneven[k] ? x[k] : NULL;
    }
    call_allocate(&call);
    ck_assert_uint_ge(call_bytes(&call), LARGE);
    fill_waves(&call);
    size_t shift = large->shift * (call_bytes(&call) / call.values);
    for (unsigned k = 0; k < large->rank; k++) {
        free(call.results[k]);
        call.results[k] = (char *)new_bytes(call_bytes(&call) + shift) + shift;
    }
    call_succeeds(&call);
    for (unsigned k = 0; k < large->rank; k++) {
        void *expected = small_calls(&call, k);
        ck_assert(memcmp(call.results[k], expected, call_bytes(&call)) == 0);
        free(expected);
        free(x[k]);
        call.results[k] = (char *)call.results[k] - shift;
    }
    call_free(&call);
}
END_TEST

static void *run_in_thread(void *argument)
{
    struct call *call = argument;
    for (int round = 0; round < 3; round++)
        if (call_run(call, NULL) != H5GRAD_OK)
            return argument;
    return NULL;
}

START_TEST(test_calls_from_several_threads)
{
    enum { CALLERS = 4 };
    double x[53];
    struct call first, calls[CALLERS];
    pthread_t threads[CALLERS];
    fill_uneven(x, 53, 10);
    mixed_call(&first, H5GRAD_FLOAT, x);
    call_succeeds(&first);
    for (int i = 0; i < CALLERS; i++) {
        mixed_call(&calls[i], H5GRAD_FLOAT, x);
        calls[i].options.threads = 2;
    }
    for (int i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_in_thread, &calls[i]), 0);
    for (int i = 0; i < CALLERS; i++) {
        void *failed;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
        for (size_t k = 0; k < 3; k++)
            ck_assert_mem_eq(calls[i].results[k], first.results[k], call_bytes(&first));
        call_free(&calls[i]);
    }
    call_free(&first);
}
END_TEST

struct watch {
    pthread_t caller;
    uint64_t done, total;
    atomic_int asked;
    int cancel_at; /* the call that returns true; 0: none */
    bool wrong;
};

static void watch_progress(void *user, const struct h5grad_progress *progress)
{
    struct watch *watch = user;
    watch->wrong = watch->wrong || !pthread_equal(pthread_self(), watch->caller) ||
                   progress->bytes_done < watch->done ||
                   progress->bytes_done > progress->bytes_total;
    watch->done = progress->bytes_done;
    watch->total = progress->bytes_total;
}

static int watch_cancelled(void *user)
{
    struct watch *watch = user;
    int asked = atomic_fetch_add(&watch->asked, 1) + 1;
    return watch->cancel_at != 0 && asked >= watch->cancel_at;
}

START_TEST(test_progress)
{
    double x[53];
    struct call call;
    struct watch watch = {.caller = pthread_self()};
    fill_uneven(x, 53, 10);
    mixed_call(&call, H5GRAD_DOUBLE, x);
    call.options.threads = 2;
    call.options.user = &watch;
    call.options.progress = watch_progress;
    call.options.cancelled = watch_cancelled;
    call_succeeds(&call);
    ck_assert(!watch.wrong);
    ck_assert_uint_eq(watch.total, 3 * call_bytes(&call));
    ck_assert_uint_eq(watch.done, watch.total);
    ck_assert_int_gt(atomic_load(&watch.asked), 0);
    call_free(&call);
}
END_TEST

START_TEST(test_cancel)
{
    double x[53];
    struct call call;
    struct watch watch = {.caller = pthread_self(), .cancel_at = 1 + 2 * _i};
    struct h5grad_error error;
    fill_uneven(x, 53, 10);
    mixed_call(&call, H5GRAD_DOUBLE, x);
    call.options.threads = 1 + _i;
    call.options.user = &watch;
    call.options.cancelled = watch_cancelled;
    ck_assert_int_eq(call_run(&call, &error), H5GRAD_CANCELLED);
    ck_assert_int_eq(error.status, H5GRAD_CANCELLED);
    ck_assert_int_ge(atomic_load(&watch.asked), watch.cancel_at);
    call_free(&call);
}
END_TEST

/* ---- memory: data and results between guard pages ---- */

struct guarded {
    unsigned char *pages;
    size_t mapped;
    void *memory;
};

/* bytes of memory that end (or start) at a guard page. */
static struct guarded guarded_new(size_t bytes, bool at_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t inside = (bytes + page - 1) / page * page;
    struct guarded guarded = {.mapped = inside + 2 * page};
    guarded.pages = mmap(NULL, guarded.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(guarded.pages != MAP_FAILED);
    ck_assert_int_eq(mprotect(guarded.pages + page, inside, PROT_READ | PROT_WRITE), 0);
    guarded.memory = guarded.pages + page + (at_end ? inside - bytes : 0);
    return guarded;
}

static void check_guarded(struct call *call, bool at_end)
{
    size_t bytes = call_bytes(call), n = call->options.n_dims;
    struct guarded data = guarded_new(bytes, at_end);
    struct guarded results[MAX_AXES];
    struct call copy = *call;
    memcpy(data.memory, call->data, bytes);
    copy.data = data.memory;
    for (size_t k = 0; k < n; k++) {
        results[k] = guarded_new(bytes, at_end);
        copy.results[k] = results[k].memory;
    }
    ck_assert_int_eq(mprotect(data.pages, data.mapped, PROT_NONE), 0);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    ck_assert_int_eq(mprotect(data.pages + page, data.mapped - 2 * page, PROT_READ), 0);
    call_succeeds(&copy);
    for (size_t k = 0; k < n; k++) {
        ck_assert_mem_eq(results[k].memory, call->results[k], bytes);
        munmap(results[k].pages, results[k].mapped);
    }
    munmap(data.pages, data.mapped);
}

START_TEST(test_touches_nothing_outside)
{
    static const uint64_t shapes[][3] = {{3, 3, 3},  {2, 2, 2},   {3, 2, 17},
                                         {2, 33, 2}, {5, 4, 63},  {4, 65, 7},
                                         {64, 3, 3}, {2, 5, 129}, {31, 31, 31}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int edge_order = 1; edge_order <= 2; edge_order++) {
            struct call call;
            double x[65];
            call_start(&call, (enum h5grad_type)(_i & 1), 3);
            memcpy(call.extent, shapes[i], sizeof shapes[i]);
            call.options.components = _i & 2 ? 2 : 1;
            call.options.edge_order = edge_order;
            call.options.n_dims = 0;
            fill_uneven(x, 65, 1);
            for (int k = 0; k < 3; k++)
                if (shapes[i][k] > (uint64_t)edge_order)
                    call.dims[call.options.n_dims++] = k;
            if (call.options.n_dims == 0)
                continue;
            if (call.extent[call.dims[0]] <= 65)
                call.coordinates[0] = x;
            call_allocate(&call);
            fill_waves(&call);
            call_succeeds(&call);
            call.options.threads = 1 + (int)(i % 3);
            check_guarded(&call, true);
            check_guarded(&call, false);
            call_free(&call);
        }
}
END_TEST

static TCase *values_case(void)
{
    TCase *values = tcase_create("values");
    ADD_TESTS(values, test_reference);
    tcase_add_loop_test(values, test_example, 0, (int)(sizeof examples / sizeof *examples));
    ADD_TESTS(values, test_components_are_independent, test_defaults_are_all_axes_with_unit_spacing,
              test_negative_dims_in_any_order, test_squares_are_exact);
    tcase_add_loop_test(values, test_nan_reaches_its_neighbours, 0, 2);
    ADD_TESTS(values, test_empty_extent_of_another_axis, test_rank_32);
    tcase_add_loop_test(values, test_touches_nothing_outside, 0, 4);
    return values;
}

static TCase *errors_case(void)
{
    TCase *errors = tcase_create("errors");
    ADD_TESTS(errors, test_wrong_dims, test_short_axis, test_wrong_steps, test_wrong_coordinates,
              test_wrong_numbers, test_extents_that_overflow);
    return errors;
}

static TCase *threads_case(void)
{
    TCase *threads = tcase_create("threads");
    tcase_add_loop_test(threads, test_threads_change_no_bit, 0, 2);
    tcase_add_loop_test(threads, test_large_results, 0, 2 * (int)(sizeof larges / sizeof *larges));
    ADD_TESTS(threads, test_calls_from_several_threads, test_progress);
    tcase_add_loop_test(threads, test_cancel, 0, 2);
    return threads;
}

int main(void)
{
    Suite *suite = suite_create("h5grad_array");
    suite_add_tcase(suite, values_case());
    suite_add_tcase(suite, errors_case());
    suite_add_tcase(suite, threads_case());
    return run_suite(suite);
}
