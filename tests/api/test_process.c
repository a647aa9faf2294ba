/* SPDX-License-Identifier: BSD-3-Clause */
/* The library among what else a process does: children of fork, and a program's lock around
 * libhdf5. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

enum { ROWS = 600, COLUMNS = 700 };

static float data[ROWS][COLUMNS], down[ROWS][COLUMNS], right[ROWS][COLUMNS];

static void setup(void)
{
    folder_enter();
    hid_t file = h5make_file("in.h5", H5P_DEFAULT), creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {50, 70};
    H5Pset_chunk(creation, 2, chunk);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        data[i / COLUMNS][i % COLUMNS] = (float)(i % 977);
    hid_t dataset = h5make_dataset(file, "u", H5T_NATIVE_FLOAT, EXTENT(ROWS, COLUMNS), creation);
    h5make_points(dataset, H5T_NATIVE_FLOAT, data);
    ck_assert(H5Dclose(dataset) >= 0 && H5Pclose(creation) >= 0 && H5Fclose(file) >= 0);
}

static void teardown(void)
{
    folder_remove();
}

static enum h5grad_status derive(const char *output)
{
    const uint64_t extent[] = {ROWS, COLUMNS};
    void *const results[] = {down, right};
    struct h5grad_array_options array;
    struct h5grad_options options;
    h5grad_array_options_init(&array);
    h5grad_options_init(&options);
    array.threads = options.threads = 4;
    memset(right, 0, sizeof right);
    enum h5grad_status status = h5grad_array(H5GRAD_FLOAT, 2, extent, data, results, &array, NULL);
    return status ? status : h5grad_run("in.h5", output, &options, NULL, NULL);
}

/* A child made of a process that has computed with several threads, and its child. */
static int derive_in_child(int generations)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        const char *output = generations == 2 ? "child.h5" : "grandchild.h5";
        const bool right_ones = derive(output) == H5GRAD_OK && right[1][1] == 1;
        _exit(right_ones && (generations == 1 || derive_in_child(1) == 0) ? 0 : 1);
    }
    ck_assert(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

START_TEST(children_of_fork)
{
    ck_assert_int_eq(derive("first.h5"), H5GRAD_OK);
    ck_assert_int_eq(derive_in_child(2), 0);
    ck_assert_int_eq(derive("second.h5"), H5GRAD_OK);
}
END_TEST

/* A lock as h5py's: held by one thread, which may take it again. */
struct counted {
    pthread_mutex_t mutex;
    atomic_int taken, held;
};

static void take(void *user)
{
    struct counted *lock = user;
    pthread_mutex_lock(&lock->mutex);
    atomic_fetch_add(&lock->taken, 1);
    atomic_fetch_add(&lock->held, 1);
}

static void give(void *user)
{
    struct counted *lock = user;
    atomic_fetch_sub(&lock->held, 1);
    pthread_mutex_unlock(&lock->mutex);
}

/* Opens and closes a file all the time, as the program that has the lock, until told to stop. */
static void *use_hdf5(void *user)
{
    struct counted *lock = user;
    for (int i = 0; i < 200; i++) {
        take(lock);
        hid_t file = H5Fopen("in.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
        if (file < 0 || H5Fclose(file) < 0)
            abort();
        give(lock);
    }
    return NULL;
}

START_TEST(programs_lock)
{
    struct counted counted = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    const struct h5grad_hdf5_lock lock = {take, give, &counted};
    pthread_t other;
    h5grad_set_hdf5_lock(&lock);
    ck_assert_int_eq(pthread_create(&other, NULL, use_hdf5, &counted), 0);
    ck_assert_int_eq(derive("a.h5"), H5GRAD_OK);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    const int taken = atomic_load(&counted.taken);
    ck_assert_int_gt(taken, 200);
    ck_assert_int_eq(atomic_load(&counted.held), 0);
    h5grad_set_hdf5_lock(NULL);
    ck_assert_int_eq(derive("b.h5"), H5GRAD_OK);
    ck_assert_int_eq(atomic_load(&counted.taken), taken);
}
END_TEST

START_TEST(attributes)
{
    char unit[32], little[4];
    ck_assert_uint_eq(h5grad_unit("K", "degrees_north", H5GRAD_RESULT_GRADIENT, unit, sizeof unit),
                      10);
    ck_assert_str_eq(unit, "K degree-1");
    ck_assert_uint_gt(h5grad_unit("m s-1", "m", H5GRAD_RESULT_SECOND, unit, sizeof unit), 0);
    ck_assert_str_eq(unit, "m s-1 m-2");
    ck_assert_uint_eq(h5grad_unit("kelvin", NULL, H5GRAD_RESULT_GRADIENT, little, sizeof little),
                      6);
    ck_assert_str_eq(little, "kel");
    h5grad_unit("m s-1", "m", H5GRAD_RESULT_DIVERGENCE, unit, sizeof unit);
    ck_assert_str_eq(unit, "m s-1 m-1");
    h5grad_unit("m s-1", "m", H5GRAD_RESULT_Q, unit, sizeof unit);
    ck_assert_str_eq(unit, "(m s-1 m-1)2");
    ck_assert(h5grad_attribute_holds("institution", NULL));
    ck_assert(!h5grad_attribute_holds("standard_name", NULL));
    ck_assert(!h5grad_attribute_holds("scale_factor", NULL));
    ck_assert(h5grad_attribute_holds("cell_methods", "time: mean"));
    ck_assert(!h5grad_attribute_holds("cell_methods", "time: maximum"));
    ck_assert(!h5grad_attribute_holds("cell_methods", NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("process");
    TCase *tcase = add_case(suite, "process", setup, teardown);
    tcase_set_timeout(tcase, 60);
    ADD_TESTS(tcase, children_of_fork, programs_lock, attributes);
    return run_suite(suite);
}
