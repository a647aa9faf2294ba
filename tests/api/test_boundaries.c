/* SPDX-License-Identifier: BSD-3-Clause */
/* h5grad_array beyond torch.gradient: it gives the bits that h5grad_run writes for the same data,
 * whatever the strides; small examples; options that are refused. */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/h5make.h"
#include "tests/support/random.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

enum { MOST_AXES = 3, MOST_EXTENT = 40, MOST_RESULTS = 2 * MOST_AXES + 2, TEXT = 128 };

static const char *const words[] = {
    "one-sided", "periodic", "periodic-repeated", "nan", "extend", "value", "mirror", "reflect"};
static const char *const missing_words[] = {"nan", "strict", "edge"};

/* One array, and the same options for both functions. */
struct problem {
    enum h5grad_type type;
    unsigned rank;
    uint64_t extent[MOST_AXES], points;
    size_t value; /* bytes */
    char *data;
    double x[MOST_AXES][MOST_EXTENT];
    /* of h5grad_array */
    enum h5grad_boundary boundary[2 * MOST_AXES];
    double boundary_value[2 * MOST_AXES], period[MOST_AXES], spacing[MOST_AXES];
    const double *coordinates[MOST_AXES];
    int dims[MOST_AXES], accuracy[MOST_AXES];
    struct h5grad_array_options array;
    /* of h5grad_run */
    char text[5][MOST_AXES][TEXT];
    const char *list[5][MOST_AXES];
    struct h5grad_options file;
};

static void setup(void)
{
    folder_enter();
}

static void teardown(void)
{
    folder_remove();
}

static double draw_number(void)
{
    return (double)draw(2000001) / 1e6 - 1;
}

/* Draws coordinates that are even, nearly even, or uneven. */
static void draw_coordinates(struct problem *problem, unsigned axis, uint64_t extent, int uneven)
{
    static const double jitter[] = {0, 1e-5, 0.4};
    double *x = problem->x[axis];
    for (uint64_t i = 0; i < extent; i++)
        x[i] = 1 + (double)i * 0.25 + 0.25 * jitter[uneven] * draw_number();
}

static void draw_boundary(struct problem *problem, unsigned k, bool edge)
{
    enum h5grad_boundary *boundary = &problem->boundary[2 * k];
    boundary[0] = boundary[1] = (enum h5grad_boundary)draw(3);
    if (draw(2)) {
        for (int side = 0; side < 2; side++) {
            do
                boundary[side] = (enum h5grad_boundary)draw(8);
            while (boundary[side] == H5GRAD_BOUNDARY_PERIODIC ||
                   boundary[side] == H5GRAD_BOUNDARY_PERIODIC_REPEATED ||
                   (edge && boundary[side] == H5GRAD_BOUNDARY_NAN));
        }
    }
    problem->boundary_value[2 * k] = draw_number();
    problem->boundary_value[2 * k + 1] = draw_number();
}

/* Draws the options of an axis, for the array and as texts for the file. */
static void draw_axis(struct problem *problem, unsigned k, hid_t file)
{
    const unsigned axis = (unsigned)problem->dims[k];
    const uint64_t extent = problem->extent[axis];
    const enum h5grad_boundary *boundary = &problem->boundary[2 * k];
    const double *value = &problem->boundary_value[2 * k];
    char modes[2][TEXT], name[8];
    const int uneven = (int)draw(4) - 1;
    draw_boundary(problem, k, problem->array.missing == H5GRAD_MISSING_EDGE);
    problem->accuracy[k] = (int)draw(5) * 2;
    problem->spacing[k] = draw_number() + 1.5;
    snprintf(problem->text[0][k], TEXT, "%.17g", problem->spacing[k]);
    if (uneven >= 0) {
        draw_coordinates(problem, axis, extent, uneven);
        problem->coordinates[k] = problem->x[axis];
        snprintf(problem->text[0][k], TEXT, "/x%u", axis);
        snprintf(name, sizeof name, "x%u", axis);
        h5make_line(file, name, extent, problem->x[axis]);
    }
    for (int side = 0; side < 2; side++) {
        if (boundary[side] == H5GRAD_BOUNDARY_VALUE)
            snprintf(modes[side], TEXT, "value=%.17g", value[side]);
        else
            snprintf(modes[side], TEXT, "%s", words[boundary[side]]);
    }
    snprintf(problem->text[1][k], TEXT, "%u=%.50s:%.50s", axis, modes[0], modes[1]);
    snprintf(problem->text[2][k], TEXT, "%u=%d", axis,
             problem->accuracy[k] ? problem->accuracy[k] : 2);
    if (boundary[0] == H5GRAD_BOUNDARY_PERIODIC && (uneven == 2 || draw(2))) {
        const double step = problem->coordinates[k] ? 0.25 : problem->spacing[k];
        problem->period[k] = step * ((double)extent + (double)draw(2));
        snprintf(problem->text[3][problem->file.n_periods++], TEXT, "%u=%.17g", axis,
                 problem->period[k]);
    }
}

static void draw_results(struct problem *problem)
{
    problem->array.computes = (unsigned)draw(16);
    problem->file.n_computes = 1;
    for (unsigned kind = 0; kind < 4; kind++) {
        static const char *const kinds[] = {"gradient", "second", "laplacian", "magnitude"};
        char *text = problem->text[4][0];
        if (!(problem->array.computes & 1u << kind))
            continue;
        const size_t length = strlen(text);
        snprintf(text + length, TEXT - length, "%s%s", length ? "," : "", kinds[kind]);
    }
    if (!problem->array.computes)
        problem->file.n_computes = 0;
}

static void link_options(struct problem *problem, unsigned n)
{
    struct h5grad_array_options *array = &problem->array;
    struct h5grad_options *file = &problem->file;
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned k = 0; k < n; k++)
            problem->list[i][k] = problem->text[i][k];
    }
    array->dims = problem->dims;
    array->spacing = problem->spacing;
    array->coordinates = problem->coordinates;
    array->boundary = problem->boundary;
    array->boundary_value = problem->boundary_value;
    array->period = problem->period;
    array->accuracy = problem->accuracy;
    file->spacings = problem->list[0];
    file->boundaries = problem->list[1];
    file->accuracies = problem->list[2];
    file->periods = problem->list[3];
    file->computes = problem->list[4];
    array->n_dims = file->n_spacings = file->n_boundaries = file->n_accuracies = n;
}

/* Returns the type of the dataset: complex if points have two values. */
static hid_t open_type(const struct problem *problem)
{
    hid_t scalar = problem->type == H5GRAD_FLOAT ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    if (problem->array.components == 1)
        return H5Tcopy(scalar);
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * problem->value);
    H5Tinsert(type, "r", 0, scalar);
    H5Tinsert(type, "i", problem->value, scalar);
    return type;
}

static void draw_data(struct problem *problem, hid_t file)
{
    const size_t n = problem->points * (size_t)problem->array.components;
    const bool gaps = draw(2);
    hsize_t extent[MOST_AXES];
    problem->data = malloc(n * problem->value);
    ck_assert_ptr_nonnull(problem->data);
    for (size_t i = 0; i < n; i++) {
        const double value = gaps && draw(12) == 0 ? NAN : draw_number();
        if (problem->type == H5GRAD_FLOAT)
            ((float *)problem->data)[i] = (float)value;
        else
            ((double *)problem->data)[i] = value;
    }
    for (unsigned i = 0; i < problem->rank; i++)
        extent[i] = problem->extent[i];
    hid_t type = open_type(problem);
    hid_t dataset = h5make_dataset(file, "f", type, (int)problem->rank, extent, H5P_DEFAULT);
    h5make_points(dataset, type, problem->data);
    H5Dclose(dataset);
    H5Tclose(type);
}

static void make_problem(struct problem *problem)
{
    memset(problem, 0, sizeof *problem);
    h5grad_array_options_init(&problem->array);
    h5grad_options_init(&problem->file);
    problem->type = draw(2) ? H5GRAD_DOUBLE : H5GRAD_FLOAT;
    problem->value = problem->type == H5GRAD_FLOAT ? sizeof(float) : sizeof(double);
    problem->rank = 1 + (unsigned)draw(MOST_AXES);
    problem->points = 1;
    hid_t file = h5make_file("in.h5", H5P_DEFAULT);
    for (unsigned i = 0; i < problem->rank; i++) {
        problem->extent[i] = 11 + draw(MOST_EXTENT - 11);
        problem->points *= problem->extent[i];
        problem->dims[i] = (int)i;
    }
    problem->array.missing = (enum h5grad_missing)draw(3);
    problem->file.missing = missing_words[problem->array.missing];
    problem->array.components = 1 + (int)draw(2);
    problem->array.threads = problem->file.threads = 1 + (int)draw(3);
    draw_data(problem, file);
    for (unsigned k = 0; k < problem->rank; k++)
        draw_axis(problem, k, file);
    draw_results(problem);
    link_options(problem, problem->rank);
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* Lists the names of the results in order, and how many values a point of each has. */
static unsigned name_results(const struct problem *problem, char name[][TEXT], int *components)
{
    const unsigned computes = problem->array.computes ? problem->array.computes : 1;
    unsigned n = 0;
    for (unsigned order = 0; order < 2; order++) {
        for (unsigned k = 0; k < problem->rank && computes & 1u << order; k++)
            snprintf(name[n++], TEXT, "f_grad%s_%u", order ? "2" : "", k);
    }
    if (computes & 1u << H5GRAD_RESULT_LAPLACIAN)
        snprintf(name[n++], TEXT, "f_laplacian");
    for (unsigned k = 0; k < n; k++)
        components[k] = problem->array.components;
    if (computes & 1u << H5GRAD_RESULT_MAGNITUDE) {
        components[n] = 1;
        snprintf(name[n++], TEXT, "f_grad_magnitude");
    }
    return n;
}

/* Computes the strides of a view with gaps and axes in reverse order, some backwards, and the
 * offset of its first point. Returns its bytes. */
static size_t lay_out(const struct problem *problem, size_t point, int64_t *stride, size_t *zero)
{
    size_t step = point + problem->value;
    *zero = 0;
    for (unsigned i = 0; i < problem->rank; i++) {
        stride[i] = (int64_t)step;
        if (draw(2)) {
            *zero += step * (problem->extent[i] - 1);
            stride[i] = -stride[i];
        }
        step = step * problem->extent[i] + problem->value;
    }
    return step;
}

static char *point_of(const struct problem *problem, char *zero, const int64_t *stride, uint64_t i)
{
    for (unsigned k = problem->rank; k-- > 0; i /= problem->extent[k])
        zero += (int64_t)(i % problem->extent[k]) * stride[k];
    return zero;
}

static void same_values(const struct problem *problem, const char *name, const void *ours,
                        const void *theirs, uint64_t point, int components)
{
    for (int c = 0; c < components; c++) {
        double a, b;
        if (problem->type == H5GRAD_FLOAT) {
            a = (double)((const float *)ours)[c];
            b = (double)((const float *)theirs)[c];
        } else {
            a = ((const double *)ours)[c];
            b = ((const double *)theirs)[c];
        }
        ck_assert_msg((isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b)),
                      "%s, point %llu, value %d: %.17g in memory, %.17g in the file; %s; %s; %s",
                      name, (unsigned long long)point, c, a, b, problem->text[0][0],
                      problem->text[1][0], problem->text[2][0]);
    }
}

/* Reads a result from the file, in the type of the array. */
static char *read_result(const struct problem *problem, hid_t file, const char *name,
                         int components)
{
    const size_t point = (size_t)components * problem->value;
    char *values = malloc(problem->points * point);
    ck_assert_ptr_nonnull(values);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), type = H5Dget_type(dataset);
    ck_assert_uint_eq(H5Tget_size(type), point);
    ck_assert_int_ge(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Tclose(type);
    H5Dclose(dataset);
    return values;
}

/* Compares h5grad_array on the data, dense or as a view, with the results in the file. */
static void compare(const struct problem *problem, hid_t file, bool view)
{
    char name[MOST_RESULTS][TEXT];
    int components[MOST_RESULTS];
    const unsigned n = name_results(problem, name, components);
    struct h5grad_array_options options = problem->array;
    const size_t point = (size_t)options.components * problem->value;
    int64_t stride[MOST_RESULTS + 1][MOST_AXES];
    const int64_t *strides[MOST_RESULTS];
    char *memory[MOST_RESULTS + 1], *data = problem->data;
    void *results[MOST_RESULTS];
    struct h5grad_error error;
    for (unsigned r = 0; r <= n; r++) {
        const size_t own = r == n ? point : (size_t)components[r] * problem->value;
        size_t zero, bytes = lay_out(problem, own, stride[r], &zero);
        if (!view) {
            zero = 0;
            for (unsigned i = problem->rank, step = (unsigned)own; i-- > 0;
                 step *= (unsigned)problem->extent[i])
                stride[r][i] = step;
        }
        memory[r] = malloc(bytes);
        ck_assert_ptr_nonnull(memory[r]);
        if (r < n) {
            results[r] = memory[r] + zero;
            strides[r] = stride[r];
        } else {
            data = memory[r] + zero;
        }
    }
    for (uint64_t i = 0; i < problem->points; i++)
        memcpy(point_of(problem, data, stride[n], i), problem->data + i * point, point);
    if (view) {
        options.strides = stride[n];
        options.result_strides = strides;
    }
    enum h5grad_status status = h5grad_array(problem->type, problem->rank, problem->extent, data,
                                             results, &options, &error);
    ck_assert_msg(status == H5GRAD_OK, "%s", error.message);
    for (unsigned r = 0; r < n; r++) {
        const size_t own = (size_t)components[r] * problem->value;
        char *written = read_result(problem, file, name[r], components[r]);
        for (uint64_t i = 0; i < problem->points; i++)
            same_values(problem, name[r], point_of(problem, results[r], stride[r], i),
                        written + i * own, i, components[r]);
        free(written);
    }
    for (unsigned r = 0; r <= n; r++)
        free(memory[r]);
}

START_TEST(as_in_files)
{
    for (int k = 0; k < 7919 * _i; k++)
        draw(2);
    for (int round = 0; round < 25; round++) {
        struct problem *problem = malloc(sizeof *problem);
        struct h5grad_error error;
        ck_assert_ptr_nonnull(problem);
        make_problem(problem);
        problem->file.overwrite = 1;
        problem->file.datasets = (const char *[]){"/f"};
        problem->file.n_datasets = 1;
        enum h5grad_status status = h5grad_run("in.h5", "out.h5", &problem->file, NULL, &error);
        ck_assert_msg(status == H5GRAD_OK, "%s", error.message);
        hid_t file = H5Fopen("out.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
        compare(problem, file, false);
        compare(problem, file, true);
        H5Fclose(file);
        free(problem->data);
        free(problem);
    }
}
END_TEST

/* A row of six points, computed by hand. */
START_TEST(examples)
{
    enum { N = 6 };
    static const struct {
        enum h5grad_boundary boundary[2];
        double value[2], period;
        double expected[N];
    } cases[] = {
        {{H5GRAD_BOUNDARY_PERIODIC, H5GRAD_BOUNDARY_PERIODIC},
         {0, 0},
         0,
         {-0.5, 1.5, 3, 6, -2.5, -7.5}},
        {{H5GRAD_BOUNDARY_NAN, H5GRAD_BOUNDARY_NAN}, {0, 0}, 0, {NAN, 1.5, 3, 6, -2.5, NAN}},
        {{H5GRAD_BOUNDARY_EXTEND, H5GRAD_BOUNDARY_ONE_SIDED},
         {0, 0},
         0,
         {0.5, 1.5, 3, 6, -2.5, -13}},
        {{H5GRAD_BOUNDARY_VALUE, H5GRAD_BOUNDARY_VALUE}, {0, 0}, 0, {1, 1.5, 3, 6, -2.5, -8}},
        {{H5GRAD_BOUNDARY_VALUE, H5GRAD_BOUNDARY_VALUE}, {-2, 20}, 0, {2, 1.5, 3, 6, -2.5, 2}},
        {{H5GRAD_BOUNDARY_MIRROR, H5GRAD_BOUNDARY_MIRROR}, {0, 0}, 0, {0, 1.5, 3, 6, -2.5, 0}},
    };
    const double data[N] = {1, 2, 4, 8, 16, 3};
    const uint64_t extent[] = {N};
    double result[N];
    void *const results[] = {result};
    struct h5grad_array_options options;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        h5grad_array_options_init(&options);
        options.boundary = cases[c].boundary;
        options.boundary_value = cases[c].value;
        options.period = &cases[c].period;
        ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 1, extent, data, results, &options, NULL), 0);
        for (int i = 0; i < N; i++)
            ck_assert_msg(result[i] == cases[c].expected[i] ||
                              (isnan(result[i]) && isnan(cases[c].expected[i])),
                          "case %zu, point %d: %g", c, i, result[i]);
    }
}
END_TEST

/* All results of a plane at once, of interleaved values: the Laplacian of x*x + y*y is 4. */
START_TEST(all_results)
{
    enum { N = 12, VALUES = 3 };
    static float data[N][N][VALUES], result[5][N][N][VALUES], magnitude[N][N];
    const uint64_t extent[] = {N, N};
    void *const results[] = {result[0], result[1], result[2], result[3], result[4], magnitude};
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    options.edge_order = 2;
    options.components = VALUES;
    options.computes = 1u << H5GRAD_RESULT_GRADIENT | 1u << H5GRAD_RESULT_SECOND |
                       1u << H5GRAD_RESULT_LAPLACIAN | 1u << H5GRAD_RESULT_MAGNITUDE;
    for (int i = 0; i < N * N * VALUES; i++) {
        const int y = i / VALUES / N, x = i / VALUES % N;
        data[y][x][i % VALUES] = (float)((x * x + y * y) * (i % VALUES));
    }
    ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 2, extent, data, results, &options, NULL), 0);
    for (int i = 0; i < N * N * VALUES; i++) {
        const int y = i / VALUES / N, x = i / VALUES % N, c = i % VALUES;
        ck_assert(result[0][y][x][c] == (float)(2 * y * c) &&
                  result[1][y][x][c] == (float)(2 * x * c));
        ck_assert(result[2][y][x][c] == (float)(2 * c) && result[3][y][x][c] == (float)(2 * c));
        ck_assert(result[4][y][x][c] == (float)(4 * c));
        ck_assert(magnitude[y][x] == (float)sqrt(4.0 * 5 * (x * x + y * y)));
    }
}
END_TEST

/* Options that are wrong for a row of five points. */
struct wrong {
    int boundary[2];
    double period;
    int accuracy, missing, edge_order;
    unsigned computes;
    enum h5grad_status status;
    const char *error;
};

START_TEST(refused)
{
    static const struct wrong wrong[] = {
        {{8, 0}, 0, 0, 0, 0, 0, H5GRAD_USAGE, "axis 0: boundary 8: not an enum h5grad_boundary"},
        {{0, -1}, 0, 0, 0, 0, 0, H5GRAD_USAGE, "axis 0: boundary -1: not an enum h5grad_boundary"},
        {{1, 0},
         0,
         0,
         0,
         0,
         0,
         H5GRAD_USAGE,
         "axis 0: an axis is periodic at both ends or at none"},
        {{1, 1}, -1, 0, 0, 0, 0, H5GRAD_USAGE, "axis 0: period -1 is not a positive number"},
        {{0, 0}, 5, 0, 0, 0, 0, H5GRAD_USAGE, "axis 0: a period is for an axis that is periodic"},
        {{1, 1},
         4,
         0,
         0,
         0,
         0,
         H5GRAD_FAILED,
         "axis 0: coordinates span 4, the period is 4: a repeated end point? periodic-repeated"},
        {{3, 3},
         0,
         0,
         H5GRAD_MISSING_EDGE,
         0,
         0,
         H5GRAD_USAGE,
         "axis 0: what is missing cannot end an axis (edge) whose boundary is unknown (nan)"},
        {{0, 0}, 0, 3, 0, 0, 0, H5GRAD_USAGE, "axis 0: accuracy 3: must be 2, 4, 6 or 8"},
        {{0, 0}, 0, 10, 0, 0, 0, H5GRAD_USAGE, "axis 0: accuracy 10: must be 2, 4, 6 or 8"},
        {{0, 0}, 0, -2, 0, 0, 0, H5GRAD_USAGE, "axis 0: accuracy -2: must be 2, 4, 6 or 8"},
        {{0, 0}, 0, 4, 0, 1, 0, H5GRAD_USAGE, "edge order holds for accuracy 2"},
        {{0, 0},
         0,
         6,
         0,
         0,
         0,
         H5GRAD_FAILED,
         "axis 0: extent 5 is too short: accuracy 6 needs at least 7 points"},
        {{1, 1},
         0,
         6,
         0,
         0,
         0,
         H5GRAD_FAILED,
         "axis 0: extent 5 is too short: accuracy 6 needs at least 7 points of a periodic axis"},
        {{0, 0},
         0,
         4,
         0,
         0,
         1u << H5GRAD_RESULT_SECOND,
         H5GRAD_FAILED,
         "axis 0: extent 5 is too short: the second derivative by accuracy 4 needs at least 6 "
         "points"},
        {{0, 0}, 0, 0, 3, 0, 0, H5GRAD_USAGE, "missing 3: neither nan, strict nor edge"},
        {{0, 0}, 0, 0, -1, 0, 0, H5GRAD_USAGE, "missing -1: neither nan, strict nor edge"},
        {{0, 0},
         0,
         0,
         0,
         0,
         1u << H5GRAD_RESULT_CURL | 1,
         H5GRAD_USAGE,
         "computes 0x21: only gradient, second, laplacian and magnitude are of an array"},
    };
    const double data[] = {1, 2, 4, 8, 16};
    const uint64_t extent[] = {5};
    double result[5];
    void *const results[] = {result};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        enum h5grad_boundary boundary[2];
        struct h5grad_array_options options;
        struct h5grad_error error;
        h5grad_array_options_init(&options);
        memcpy(boundary, wrong[i].boundary, sizeof boundary);
        options.boundary = boundary;
        options.period = &wrong[i].period;
        options.accuracy = &wrong[i].accuracy;
        options.edge_order = wrong[i].edge_order;
        options.computes = wrong[i].computes;
        memcpy(&options.missing, &wrong[i].missing, sizeof options.missing);
        ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 1, extent, data, results, &options, &error),
                         wrong[i].status);
        ck_assert_str_eq(error.message, wrong[i].error);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("boundaries");
    TCase *tcase = add_case(suite, "boundaries", setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, as_in_files, 0, 8);
    ADD_TESTS(tcase, examples, all_results, refused);
    return run_suite(suite);
}
