/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls every function in a thread with a stack of 128 KiB, the default of musl, with workers of
 * the same. The stack that libhdf5 needs is included.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

/* The sanitizers put room between variables. */
#if defined(__SANITIZE_ADDRESS__)
    #define STACK_KIB "1024"
#else
    #define STACK_KIB "128"
#endif

#define ROWS    64
#define COLUMNS 48

#define DEEP   800 /* groups within groups */
#define NESTED 16  /* virtual datasets of virtual datasets */

static void teardown(void)
{
    folder_remove();
}

static hid_t make_dataset(hid_t group, const char *name, hid_t type, hid_t creation)
{
    static double field[ROWS][COLUMNS];
    const hsize_t extent[2] = {ROWS, COLUMNS};
    for (int i = 0; i < ROWS * COLUMNS; i++)
        (&field[0][0])[i] = i * i % 97;
    hid_t dataset = h5make_dataset(group, name, type, 2, extent, creation);
    if (H5Pget_layout(creation) != H5D_VIRTUAL && H5Tget_class(type) != H5T_COMPOUND)
        h5make_points(dataset, H5T_NATIVE_DOUBLE, field);
    return dataset;
}

static hid_t chunked(bool shuffled, bool checked)
{
    const hsize_t chunk[2] = {20, 30};
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    if (shuffled)
        H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 6);
    if (checked)
        H5Pset_fletcher32(creation);
    return creation;
}

static void put_number(hid_t object, const char *name, double value)
{
    h5make_attribute(object, name, H5T_NATIVE_DOUBLE, 0, &value);
}

/* A scale of uneven steps for each axis of the dataset. */
static void put_scales(hid_t file, hid_t dataset)
{
    static const char *const names[] = {"y", "x"};
    const hsize_t extent[2] = {ROWS, COLUMNS};
    double line[ROWS];
    for (int i = 0; i < ROWS; i++)
        line[i] = i * (i + 3.0);
    for (int k = 0; k < 2; k++)
        h5make_line(file, names[k], extent[k], line);
    h5make_scales(dataset, file, 2, names);
}

/* Types, layouts and filters. */
static void make_kinds(void)
{
    hid_t file = H5Fcreate("kinds.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t plain = H5Pcreate(H5P_DATASET_CREATE), gzip = chunked(true, true);
    hid_t scaled = chunked(false, false), complex = H5Tcreate(H5T_COMPOUND, 8);
    H5Premove_filter(scaled, H5Z_FILTER_DEFLATE); /* it takes what has the size of the points */
    H5Pset_scaleoffset(scaled, H5Z_SO_INT, 0);
    H5Tinsert(complex, "r", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(complex, "i", 4, H5T_NATIVE_FLOAT);
    hid_t dataset = make_dataset(file, "scaled", H5T_NATIVE_DOUBLE, gzip);
    put_scales(file, dataset);
    H5Dclose(dataset);
    dataset = make_dataset(file, "packed", H5T_STD_I16BE, gzip);
    put_number(dataset, "scale_factor", 0.25);
    put_number(dataset, "_FillValue", 5);
    H5Dclose(dataset);
    H5Dclose(make_dataset(file, "float", H5T_IEEE_F32BE, plain));
    H5Lcreate_external("v0.h5", "/", file, "other", H5P_DEFAULT, H5P_DEFAULT);
    H5Dclose(make_dataset(file, "complex", complex, plain));
    H5Dclose(make_dataset(file, "integer", H5T_NATIVE_INT, scaled));
    H5Lcreate_soft("/nothing", file, "broken", H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(complex);
    H5Pclose(scaled);
    H5Pclose(gzip);
    H5Pclose(plain);
    H5Fclose(file);
}

/* Makes nested groups, the first of them with a field each. */
static void make_deep(void)
{
    hid_t file = H5Fcreate("deep.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t plain = H5Pcreate(H5P_DATASET_CREATE), group = H5Gopen2(file, "/", H5P_DEFAULT);
    for (int i = 0; i < DEEP; i++) {
        hid_t next = H5Gcreate2(group, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        ck_assert_int_ge(next, 0);
        H5Gclose(group);
        group = next;
        if (i % 500 == 400)
            H5Dclose(make_dataset(group, "u", H5T_NATIVE_FLOAT, plain));
    }
    H5Gclose(group);
    H5Pclose(plain);
    H5Fclose(file);
}

/* Makes virtual datasets, each the source of the next. */
static void make_virtual(void)
{
    const hsize_t extent[2] = {ROWS, COLUMNS};
    hid_t space = H5Screate_simple(2, extent, NULL);
    char name[16], before[16] = "";
    for (int i = 0; i < NESTED; i++) {
        snprintf(name, sizeof name, "v%d.h5", i);
        hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        hid_t creation = i == 0 ? chunked(true, false) : H5Pcreate(H5P_DATASET_CREATE);
        if (i > 0)
            H5Pset_virtual(creation, space, before, "/u", space);
        H5Dclose(make_dataset(file, "u", H5T_NATIVE_FLOAT, creation));
        H5Pclose(creation);
        H5Fclose(file);
        strcpy(before, name);
    }
    H5Sclose(space);
}

static void ignore(void *user, const struct h5grad_message *message)
{
    (void)user, (void)message;
}

static void run_file(const char *input, struct h5grad_options *options)
{
    struct h5grad_report *report = NULL;
    struct h5grad_error err = {0};
    options->overwrite = 1;
    options->threads = 3;
    options->message = ignore;
    enum h5grad_status status = h5grad_list(input, options, &report, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s: %s", input, err.message);
    h5grad_report_free(report);
    status = h5grad_plan(input, "out.h5", options, &report, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s: %s", input, err.message);
    h5grad_report_free(report);
    status = h5grad_run(input, "out.h5", options, &report, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s: %s", input, err.message);
    h5grad_report_free(report);
}

/* Runs with each method of writing, and with all that is made beside the results. */
static void run_kinds(void)
{
    static const char *const layouts[] = {NULL, "contiguous", "16x16"};
    static const char *const filters[] = {NULL, "none", "shuffle+gzip=9+fletcher32", "shuffle"};
    static const char *const coords[] = {"0=/y", "x=x"};
    struct h5grad_options options;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        for (size_t k = 0; k < sizeof filters / sizeof *filters; k++) {
            h5grad_options_init(&options);
            options.layout = layouts[i];
            options.filter = i == 1 ? NULL : filters[k];
            options.xdmf = options.sync = k == 0;
            options.checkpoint = k == 1;
            options.no_history = k == 2;
            options.dtype = k == 3 ? "float16" : NULL;
            run_file("kinds.h5", &options);
        }
    }
    const char *dataset = "scaled";
    h5grad_options_init(&options);
    options.datasets = &dataset;
    options.n_datasets = 1;
    options.coords = coords;
    options.n_coords = 2;
    run_file("kinds.h5", &options);
}

static void run_others(void)
{
    struct h5grad_options options;
    struct h5grad_error err;
    char name[16];
    h5grad_options_init(&options);
    run_file("deep.h5", &options);
    snprintf(name, sizeof name, "v%d.h5", NESTED - 1);
    run_file(name, &options);
    unlink("v0.h5");
    ck_assert_int_eq(h5grad_run(name, "out.h5", &options, NULL, &err), H5GRAD_FAILED);
    ck_assert_int_eq(h5grad_list("none.h5", NULL, NULL, &err), H5GRAD_FAILED);
    options.layout = "nonsense";
    ck_assert_int_eq(h5grad_run("kinds.h5", "out.h5", &options, NULL, &err), H5GRAD_USAGE);
    ck_assert_ptr_nonnull(h5grad_version());
}

/* 2 x 2 x ... x 2 x 8 points. */
static void run_array(enum h5grad_type type, unsigned rank)
{
    static double data[1 << 15], result[1 << 15];
    static const double x[] = {0, 1, 3, 4, 5, 7, 8, 9};
    uint64_t extent[32];
    void *const results[] = {result};
    const double *const coordinates[] = {x};
    const int last = -1;
    struct h5grad_array_options options;
    struct h5grad_error err = {0};
    h5grad_array_options_init(&options);
    options.dims = &last;
    options.n_dims = 1;
    options.threads = 3;
    options.coordinates = coordinates;
    for (unsigned i = 0; i < rank; i++)
        extent[i] = i + 1 == rank ? 8 : i % 3 == 0 ? 2 : 1;
    enum h5grad_status status = h5grad_array(type, rank, extent, data, results, &options, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
}

static void *call_everything(void *unused)
{
    run_kinds();
    run_others();
    for (unsigned rank = 1; rank <= 32; rank += 31) {
        run_array(H5GRAD_FLOAT, rank);
        run_array(H5GRAD_DOUBLE, rank);
    }
    return unused;
}

START_TEST(small_stack)
{
    pthread_t thread;
    pthread_attr_t attributes;
    make_kinds();
    make_deep();
    make_virtual();
    pthread_attr_init(&attributes);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, (size_t)atoi(STACK_KIB) << 10), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, call_everything, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
}
END_TEST

int main(int argc, char **argv)
{
    (void)argc;
    /* The OpenMP runtime reads this when it is loaded. */
    if (!getenv("OMP_STACKSIZE")) {
        setenv("OMP_STACKSIZE", STACK_KIB "k", 1);
        execv("/proc/self/exe", argv);
    }
    Suite *suite = suite_create("stacks");
    TCase *tcase = add_case(suite, "stacks", folder_enter, teardown);
    tcase_set_timeout(tcase, 60);
    ADD_TESTS(tcase, small_stack);
    return run_suite(suite);
}
