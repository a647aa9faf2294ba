/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Callbacks may call any function of the library, and wait for threads that do, whatever the run is
 * doing when it calls them.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

#define ROWS    40
#define COLUMNS 30

static void teardown(void)
{
    folder_remove();
}

static void make_dataset(hid_t file, const char *name, hid_t creation)
{
    static float field[ROWS][COLUMNS];
    const hsize_t extent[2] = {ROWS, COLUMNS};
    hid_t dataset = h5make_dataset(file, name, H5T_NATIVE_FLOAT, 2, extent, creation);
    if (H5Pget_layout(creation) != H5D_VIRTUAL)
        h5make_points(dataset, H5T_NATIVE_FLOAT, field);
    H5Dclose(dataset);
}

static void make_small(const char *name)
{
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t plain = H5Pcreate(H5P_DATASET_CREATE);
    make_dataset(file, "v", plain);
    H5Pclose(plain);
    H5Fclose(file);
}

/* Makes a file for which every part of a run sends messages: the selection for a link that leads
 * nowhere, a scale and a text, the plan for a bad attribute, and the workers for the source of a
 * virtual dataset. */
static void make_input(const char *name)
{
    const hsize_t extent[2] = {ROWS, COLUMNS}, chunk[2] = {7, 11};
    hid_t file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t plain = H5Pcreate(H5P_DATASET_CREATE), chunked = H5Pcreate(H5P_DATASET_CREATE);
    hid_t virtual = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, NULL);
    H5Pset_chunk(chunked, 2, chunk);
    H5Pset_deflate(chunked, 1);
    H5Pset_virtual(virtual, space, "source.h5", "/v", space);
    make_dataset(file, "a", plain);
    make_dataset(file, "b", chunked);
    make_dataset(file, "c", virtual);
    ck_assert_int_ge(H5Lcreate_soft("/nothing", file, "broken", H5P_DEFAULT, H5P_DEFAULT), 0);
    hid_t text = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
    H5Dclose(H5Dcreate2(file, "text", text, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hid_t dataset = H5Dopen2(file, "a", H5P_DEFAULT);
    hid_t bounds =
        H5Acreate2(dataset, "valid_range", H5T_NATIVE_FLOAT, scalar, H5P_DEFAULT, H5P_DEFAULT);
    const float one = 1;
    H5Awrite(bounds, H5T_NATIVE_FLOAT, &one);
    H5Aclose(bounds);
    H5Dclose(dataset);
    make_dataset(file, "scale", plain);
    dataset = H5Dopen2(file, "scale", H5P_DEFAULT);
    H5Tset_size(text, sizeof "DIMENSION_SCALE");
    hid_t class = H5Acreate2(dataset, "CLASS", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(class, text, "DIMENSION_SCALE");
    H5Aclose(class);
    H5Dclose(dataset);
    H5Tclose(text);
    H5Sclose(scalar);
    H5Sclose(space);
    H5Pclose(virtual);
    H5Pclose(chunked);
    H5Pclose(plain);
    ck_assert_int_ge(H5Fclose(file), 0);
    make_small("source.h5");
    make_small("other.h5");
}

/* What the callbacks of a run see. */
struct watch {
    atomic_uint messages, temporaries, steps, looks;
    atomic_uint runs; /* names of outputs so far */
    bool hdf5;        /* calls of libhdf5 are allowed at any time */
    pthread_t caller;
    char seen[4096];
};

/* Calls every function, except the one that releases a report, with valid arguments. */
static void call_library(struct watch *watch, const struct h5grad_options *options)
{
    static const float data[ROWS * COLUMNS];
    const uint64_t extent[2] = {ROWS, COLUMNS};
    struct h5grad_array_options array;
    struct h5grad_report *report = NULL;
    struct h5grad_error err = {0};
    char output[32];
    float *result = malloc(2 * sizeof data);
    void *const results[2] = {result, result + ROWS * COLUMNS};
    snprintf(output, sizeof output, "within-%u.h5", atomic_fetch_add(&watch->runs, 1));
    h5grad_array_options_init(&array);
    ck_assert_ptr_nonnull(h5grad_version());
    ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 2, extent, data, results, &array, &err), 0);
    ck_assert_msg(h5grad_list("in.h5", NULL, &report, &err) == H5GRAD_OK, "%s", err.message);
    h5grad_report_free(report);
    ck_assert_msg(h5grad_plan("in.h5", output, options, &report, &err) == H5GRAD_OK, "%s",
                  err.message);
    h5grad_report_free(report);
    ck_assert_msg(h5grad_run("other.h5", output, options, NULL, &err) == H5GRAD_OK, "%s",
                  err.message);
    ck_assert_int_eq(access(output, R_OK), 0);
    ck_assert_int_eq(h5grad_list("none.h5", NULL, NULL, &err), H5GRAD_FAILED);
    free(result);
}

static void call_hdf5(void)
{
    hid_t file = H5Fopen("other.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    hid_t dataset = H5Dopen2(file, "v", H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    H5Dclose(dataset);
    H5Fclose(file);
}

static void *call_from_thread(void *data)
{
    struct watch *watch = data;
    call_library(watch, NULL);
    return watch;
}

static void *call_hdf5_from_thread(void *data)
{
    call_hdf5();
    return data;
}

static void wait_for(void *(*function)(void *), struct watch *watch)
{
    pthread_t thread;
    void *result = NULL;
    ck_assert_int_eq(pthread_create(&thread, NULL, function, watch), 0);
    pthread_join(thread, &result);
    ck_assert_ptr_eq(result, watch);
}

static int inner_cancelled(void *data)
{
    (void)data;
    return !*h5grad_version();
}

static void inner_message(void *data, const struct h5grad_message *message)
{
    (void)data;
    ck_assert(*h5grad_version() && *message->text);
}

static void do_all(struct watch *watch, bool hdf5)
{
    struct h5grad_options options;
    h5grad_options_init(&options);
    options.threads = 2;
    options.cancelled = inner_cancelled;
    options.message = inner_message;
    call_library(watch, &options);
    wait_for(call_from_thread, watch);
    if (!hdf5)
        return;
    call_hdf5();
    wait_for(call_hdf5_from_thread, watch);
}

static void on_message(void *data, const struct h5grad_message *message)
{
    struct watch *watch = data;
    ck_assert(pthread_equal(pthread_self(), watch->caller));
    size_t used = strlen(watch->seen);
    snprintf(watch->seen + used, sizeof watch->seen - used, "%s\n", message->text);
    atomic_fetch_add(&watch->messages, 1);
    do_all(watch, true);
}

static void on_temporary(void *data, const char *path)
{
    struct watch *watch = data;
    ck_assert(pthread_equal(pthread_self(), watch->caller));
    ck_assert_ptr_nonnull(strstr(path, "h5grad"));
    atomic_fetch_add(&watch->temporaries, 1);
    do_all(watch, true);
}

/* The first calls suffice, since each makes many runs. */
static void on_progress(void *data, const struct h5grad_progress *progress)
{
    struct watch *watch = data;
    ck_assert(pthread_equal(pthread_self(), watch->caller));
    ck_assert_ptr_nonnull(progress->field);
    if (atomic_fetch_add(&watch->steps, 1) < 3)
        do_all(watch, watch->hdf5);
}

static int on_cancelled(void *data)
{
    struct watch *watch = data;
    if (atomic_fetch_add(&watch->looks, 1) < 3)
        do_all(watch, watch->hdf5);
    return 0;
}

static void watch_all(struct h5grad_options *options, struct watch *watch, int threads)
{
    memset(watch, 0, sizeof *watch);
    watch->caller = pthread_self();
    watch->hdf5 = threads == 1;
    h5grad_options_init(options);
    options->user = watch;
    options->threads = threads;
    options->memory = (uint64_t)32 << 20;
    options->message = on_message;
    options->temporary = on_temporary;
    options->progress = on_progress;
    options->cancelled = on_cancelled;
}

static void assert_seen(const struct watch *watch, const char *what)
{
    ck_assert_msg(strstr(watch->seen, what) != NULL, "no %s in: %s", what, watch->seen);
}

START_TEST(call_everything)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    struct watch watch;
    make_input("in.h5");
    watch_all(&options, &watch, _i + 1);
    options.xdmf = options.checkpoint = 1;
    int lock = open("in.h5", O_RDONLY);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    enum h5grad_status status = h5grad_run("in.h5", "out.h5", &options, NULL, &err);
    close(lock);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    assert_seen(&watch, "read without a lock");
    assert_seen(&watch, "/broken: soft link to /nothing");
    assert_seen(&watch, "/scale: it is a coordinate (skipped)");
    assert_seen(&watch, "valid_range is not two numbers");
    assert_seen(&watch, "no spacing found");
    ck_assert_uint_eq(watch.temporaries, 3);
    ck_assert_uint_ge(watch.steps, 3);
    ck_assert_uint_ge(watch.looks, 3);
}
END_TEST

/* A worker opens the source of the virtual dataset, a file without locks, when it reads points, and
 * holds libhdf5's lock meanwhile. */
START_TEST(messages_of_workers)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    struct watch watch;
    const char *dataset = "c";
    make_input("in.h5");
    watch_all(&options, &watch, 3);
    options.datasets = &dataset;
    options.n_datasets = 1;
    int lock = open("source.h5", O_RDONLY);
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    enum h5grad_status status = h5grad_run("in.h5", "out.h5", &options, NULL, &err);
    close(lock);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    assert_seen(&watch, "read without a lock");
}
END_TEST

START_TEST(list_and_plan)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    struct watch watch;
    make_input("in.h5");
    watch_all(&options, &watch, 1);
    ck_assert_int_eq(h5grad_list("in.h5", &options, NULL, &err), H5GRAD_OK);
    assert_seen(&watch, "/broken: soft link to /nothing");
    watch.seen[0] = '\0';
    ck_assert_int_eq(h5grad_plan("in.h5", "out.h5", &options, NULL, &err), H5GRAD_OK);
    assert_seen(&watch, "/broken: soft link to /nothing");
}
END_TEST

static void array_progress(void *data, const struct h5grad_progress *progress)
{
    struct watch *watch = data;
    (void)progress;
    if (atomic_fetch_add(&watch->steps, 1) == 0)
        do_all(watch, false);
}

static int array_cancelled(void *data)
{
    struct watch *watch = data;
    if (atomic_fetch_add(&watch->looks, 1) == 0)
        do_all(watch, false);
    return 0;
}

START_TEST(arrays)
{
    static float data[ROWS * COLUMNS], result[2][ROWS * COLUMNS];
    const uint64_t extent[2] = {ROWS, COLUMNS};
    void *const results[2] = {result[0], result[1]};
    struct h5grad_array_options options;
    struct h5grad_error err = {0};
    struct watch watch = {0};
    make_input("in.h5");
    h5grad_array_options_init(&options);
    options.threads = 2;
    options.user = &watch;
    options.progress = array_progress;
    options.cancelled = array_cancelled;
    ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 2, extent, data, results, &options, &err), 0);
    ck_assert_uint_gt(watch.steps, 0);
    ck_assert_uint_gt(watch.looks, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("callbacks");
    TCase *tcase = add_case(suite, "callbacks", folder_enter, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, call_everything, 0, 2);
    ADD_TESTS(tcase, messages_of_workers, list_and_plan, arrays);
    return run_suite(suite);
}
