/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs built with the h5grad.h of another version: their structs of options are smaller or
 * larger, and they know the first members of a report.
 */
#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

static void setup(void)
{
    static const double points[] = {0, 1, 4, 9, 16};
    folder_enter();
    hid_t file = H5Fcreate("in.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    h5make_line(file, "a", 5, points);
    h5make_line(file, "b", 5, points);
    ck_assert_int_ge(H5Fclose(file), 0);
}

static void teardown(void)
{
    folder_remove();
}

/* Returns a copy of the first size bytes of options, in a block of just that size, so that a read
 * beyond it is found. */
static void *cut(const void *options, size_t size)
{
    void *cut = malloc(size);
    ck_assert_ptr_nonnull(cut);
    memcpy(cut, options, size);
    memcpy(cut, &size, sizeof size);
    return cut;
}

/* A struct of options may end before the member that would be refused. */
START_TEST(smaller_options)
{
    struct h5grad_options options;
    struct h5grad_error error;
    h5grad_options_init(&options);
    options.edge_order = 3;
    ck_assert_int_eq(h5grad_run("in.h5", "a.h5", &options, NULL, &error), H5GRAD_USAGE);
    for (size_t size = sizeof size; size <= offsetof(struct h5grad_options, edge_order);
         size += sizeof(void *)) {
        void *small = cut(&options, size);
        enum h5grad_status status = h5grad_plan("in.h5", "a.h5", small, NULL, &error);
        ck_assert_msg(status == H5GRAD_OK, "%s", error.message);
        free(small);
    }
}
END_TEST

START_TEST(smaller_array_options)
{
    const double data[] = {0, 1, 4, 9, 16};
    double slope[5];
    void *results[] = {slope};
    const uint64_t extent[] = {5};
    struct h5grad_array_options options;
    struct h5grad_error error;
    h5grad_array_options_init(&options);
    options.edge_order = 2;
    for (size_t size = offsetof(struct h5grad_array_options, components); size <= sizeof options;
         size += sizeof(int)) {
        void *small = cut(&options, size);
        ck_assert_int_eq(h5grad_array(H5GRAD_DOUBLE, 1, extent, data, results, small, &error), 0);
        for (int i = 0; i < 5; i++)
            ck_assert(slope[i] == 2 * i);
        free(small);
    }
}
END_TEST

/* Members that a later version adds may be zero, and nothing else. */
START_TEST(larger_options)
{
    struct {
        struct h5grad_options options;
        char later[64];
    } larger;
    struct h5grad_error error;
    memset(&larger, 0, sizeof larger);
    larger.options.size = sizeof larger;
    ck_assert_int_eq(h5grad_run("in.h5", "a.h5", &larger.options, NULL, &error), H5GRAD_OK);
    larger.later[63] = 1;
    ck_assert_int_eq(h5grad_run("in.h5", "b.h5", &larger.options, NULL, &error), H5GRAD_USAGE);
    ck_assert_ptr_nonnull(strstr(error.message, "is too old for"));
}
END_TEST

START_TEST(sizes_of_nothing)
{
    static const size_t wrong[] = {0, 1, sizeof(size_t) - 1, 4097, SIZE_MAX};
    struct h5grad_options options = {.size = sizeof options};
    struct h5grad_array_options array = {.size = sizeof array};
    struct h5grad_error error;
    const uint64_t extent[] = {2};
    const float data[] = {1, 2};
    float result[2];
    void *results[] = {result};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.size = array.size = wrong[i];
        ck_assert_int_eq(h5grad_list("in.h5", &options, NULL, &error), H5GRAD_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "options: size is "));
        ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 1, extent, data, results, &array, &error),
                         H5GRAD_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "options: size is "));
    }
}
END_TEST

/* The structs of an earlier h5grad.h, with the members that it knows. */
struct early_result {
    const char *path;
};

struct early_field {
    const char *path;
    const char *skipped;
};

struct early_report {
    size_t n_fields;
    const struct early_field *const *fields;
};

START_TEST(report_by_its_beginning)
{
    struct h5grad_report *report;
    struct h5grad_error error;
    ck_assert_int_eq(h5grad_plan("in.h5", "out.h5", NULL, &report, &error), H5GRAD_OK);
    const struct early_report *early = (const void *)report;
    ck_assert_uint_eq(early->n_fields, 2);
    ck_assert_str_eq(early->fields[0]->path, "/a");
    ck_assert_str_eq(early->fields[1]->path, "/b");
    ck_assert_ptr_null(early->fields[1]->skipped);
    const struct early_result *const *results = (const void *)report->fields[1]->results;
    ck_assert_str_eq(results[0]->path, "/b_grad_0");
    h5grad_report_free(report);
}
END_TEST

/* The enums of a report, and their values where nothing is known. */
START_TEST(kinds)
{
    static const double x[] = {1, 2, 4, 7, 11}, bad[] = {1, 2, 2, 3, 4};
    const char *const coords[] = {"0=/x"};
    struct h5grad_options options = {.size = sizeof options, .datasets = (const char *[]){"/a"}};
    struct h5grad_report *report;
    hid_t file = H5Fopen("in.h5", H5F_ACC_RDWR, H5P_DEFAULT);
    h5make_line(file, "x", 5, x);
    h5make_line(file, "bad", 5, bad);
    H5Fclose(file);
    options.n_datasets = 1;
    ck_assert_int_eq(h5grad_list("in.h5", &options, &report, NULL), H5GRAD_OK);
    const struct h5grad_field *field = report->fields[0];
    ck_assert_int_eq(field->layout, H5GRAD_CONTIGUOUS);
    ck_assert_uint_eq(field->n_results, 0);
    ck_assert_int_eq(field->axes[0]->spacing, H5GRAD_SPACING_UNIT);
    ck_assert_int_eq(field->axes[0]->origin, H5GRAD_FROM_NOBODY);
    ck_assert_double_eq(field->axes[0]->step, 1);
    ck_assert_ptr_null(field->axes[0]->coordinates);
    h5grad_report_free(report);

    options.coords = coords;
    options.n_coords = 1;
    ck_assert_int_eq(h5grad_plan("in.h5", "out.h5", &options, &report, NULL), H5GRAD_OK);
    field = report->fields[0];
    ck_assert_int_eq(field->axes[0]->spacing, H5GRAD_SPACING_COORDINATES);
    ck_assert_int_eq(field->axes[0]->origin, H5GRAD_FROM_OPTIONS);
    ck_assert_str_eq(field->axes[0]->coordinates, "/x");
    ck_assert_double_eq(field->axes[0]->last, 11);
    ck_assert(!field->axes[0]->uniform);
    ck_assert_uint_eq(field->n_results, 1);
    ck_assert_int_eq(field->results[0]->kind, H5GRAD_RESULT_GRADIENT);
    ck_assert_int_eq(field->results[0]->axis, 0);
    h5grad_report_free(report);

    options.coords = (const char *[]){"0=/bad"};
    struct h5grad_error error;
    ck_assert_int_eq(h5grad_list("in.h5", &options, &report, &error), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(error.message, "/bad"));

    options.n_coords = 0;
    options.spacings = (const char *[]){"0.25"};
    options.n_spacings = 1;
    ck_assert_int_eq(h5grad_list("in.h5", &options, &report, NULL), H5GRAD_OK);
    ck_assert_int_eq(report->fields[0]->axes[0]->spacing, H5GRAD_SPACING_STEP);
    ck_assert_double_eq(report->fields[0]->axes[0]->step, 0.25);
    h5grad_report_free(report);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("versions");
    TCase *tcase = add_case(suite, "versions", setup, teardown);
    ADD_TESTS(tcase, smaller_options, smaller_array_options, larger_options, sizes_of_nothing,
              report_by_its_beginning, kinds);
    return run_suite(suite);
}
