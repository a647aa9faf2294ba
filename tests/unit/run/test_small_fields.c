/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Small fields, whose results are made aside: the same bytes for any number of threads, all or
 * nothing when one fails or the run is cancelled.
 */
#include <check.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"

#define FIELDS 61
#define ROWS   160 /* most, and columns */

static float points[ROWS][ROWS];

/* What one field in so many is, beside small and contiguous ones of changing extents. */
#define LARGE   13
#define CHUNKED 17
#define COMPACT 19

static bool is_each(int number, int period)
{
    return number % period == period - 1;
}

static hsize_t rows_of(int number)
{
    return is_each(number, LARGE) ? ROWS : 4 + (hsize_t)(number / 3 % 5);
}

static void name_of(int number, char path[32])
{
    snprintf(path, 32, "/g%02d/u%02d", number / 10, number);
}

static hid_t list_of(int number)
{
    const hsize_t chunk[] = {2, 3};
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (is_each(number, COMPACT))
        H5Pset_layout(list, H5D_COMPACT);
    else if (is_each(number, CHUNKED))
        H5Pset_chunk(list, 2, chunk);
    return list;
}

/* A small field from whose points on the input is cut: so is, three fields behind, what has to be
 * opened again. */
#define CUT 47

/* Returns where the points of CUT begin. */
static off_t make_input(const char *path)
{
    off_t place = 0;
    const hid_t types[] = {H5T_IEEE_F32LE, H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE,
                           H5T_STD_I16LE};
    char name[32];
    for (int i = 0; i < ROWS * ROWS; i++)
        (&points[0][0])[i] = (float)(i * 7 % 1013);
    hid_t file = h5make_file(path, H5P_DEFAULT);
    for (int number = 0; number < FIELDS; number++) {
        const hsize_t extent[] = {rows_of(number), ROWS};
        hid_t list = list_of(number);
        name_of(number, name);
        hid_t dataset = h5make_dataset(file, name, types[number % 5], 2, extent, list);
        h5make_points(dataset, H5T_NATIVE_FLOAT, points);
        place = number == CUT ? (off_t)H5Dget_offset(dataset) : place;
        H5Dclose(dataset);
        H5Pclose(list);
    }
    ck_assert_int_ge(H5Fclose(file), 0);
    return place;
}

/* What a run told, and what it is to do. */
struct watch {
    uint64_t done, total;
    _Atomic long calls;
    long stop_after; /* calls of cancelled */
    off_t cut_at;    /* where the input is cut when the output is there; 0: it is not */
};

static void on_progress(void *user, const struct h5grad_progress *progress)
{
    struct watch *watch = user;
    ck_assert_uint_ge(progress->bytes_done, watch->done);
    watch->done = progress->bytes_done;
    watch->total = progress->bytes_total;
}

static int on_cancelled(void *user)
{
    struct watch *watch = user;
    return atomic_fetch_add(&watch->calls, 1) >= watch->stop_after;
}

static void on_temporary(void *user, const char *path)
{
    struct watch *watch = user;
    (void)path;
    if (watch->cut_at > 0)
        ck_assert_int_eq(truncate(in_folder("in.h5"), watch->cut_at), 0);
}

static enum h5grad_status run(struct watch *watch, int threads, struct h5grad_error *err)
{
    struct h5grad_options options;
    h5grad_options_init(&options);
    options.threads = threads;
    options.no_history = 1;
    options.user = watch;
    options.progress = on_progress;
    options.cancelled = on_cancelled;
    options.temporary = on_temporary;
    return h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, err);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    struct stat info;
    ck_assert(file && stat(path, &info) == 0);
    *size = (size_t)info.st_size;
    char *bytes = malloc(*size);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void check_result(hid_t file, int number, unsigned axis)
{
    static float got[ROWS][ROWS], along[2][ROWS][ROWS];
    const uint64_t extent[] = {rows_of(number), ROWS};
    void *const results[] = {along[0], along[1]};
    char name[32], path[48];
    name_of(number, name);
    snprintf(path, sizeof path, "%s_grad_%u", name, axis);
    ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 2, extent, points, results, NULL, NULL), H5GRAD_OK);
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    ck_assert_msg(dataset >= 0, "%s", path);
    ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, got), 0);
    ck_assert_msg(memcmp(got, along[axis], extent[0] * ROWS * sizeof(float)) == 0, "%s", path);
    H5Dclose(dataset);
}

static void check_results(void)
{
    hid_t file = H5Fopen(in_folder("out.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    for (int number = 0; number < FIELDS; number++) {
        for (unsigned axis = 0; axis < 2; axis++)
            check_result(file, number, axis);
    }
    H5Fclose(file);
}

START_TEST(same_bytes)
{
    static const int threads[] = {1, 2, 3, 7};
    char *first = NULL;
    size_t size = 0, length;
    folder_make();
    make_input(in_folder("in.h5"));
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct watch watch = {.stop_after = 1000000};
        struct h5grad_error err = {0};
        ck_assert_msg(run(&watch, threads[i], &err) == H5GRAD_OK, "%s", err.message);
        ck_assert_uint_eq(watch.done, watch.total);
        ck_assert_uint_gt(watch.total, 0);
        check_results();
        char *bytes = read_file(in_folder("out.h5"), &length);
        ck_assert(!first || (length == size && memcmp(first, bytes, size) == 0));
        free(first);
        first = bytes;
        size = length;
        unlink(in_folder("out.h5"));
    }
    free(first);
    folder_remove();
}
END_TEST

START_TEST(cancelled)
{
    struct watch watch = {.stop_after = 1000000};
    folder_make();
    make_input(in_folder("in.h5"));
    ck_assert_int_eq(run(&watch, 2, NULL), H5GRAD_OK);
    const long calls = watch.calls;
    ck_assert_int_ge(calls, FIELDS);
    unlink(in_folder("out.h5"));
    for (long k = 0; k < calls; k += 3) {
        struct h5grad_error err = {0};
        watch = (struct watch){.stop_after = k};
        ck_assert_int_eq(run(&watch, 1 + (int)(k % 2), &err), H5GRAD_CANCELLED);
        ck_assert(strstr(err.message, "cancelled") != NULL);
        ck_assert_uint_eq(folder_entries(), 1);
    }
    folder_remove();
}
END_TEST

/* The points of some fields are gone when they are read: the first of them is named. */
START_TEST(input_is_cut)
{
    folder_make();
    for (int threads = 1; threads < 4; threads++) {
        struct watch watch = {.stop_after = 1000000, .cut_at = make_input(in_folder("in.h5"))};
        struct h5grad_error err = {0};
        ck_assert_int_eq(run(&watch, threads, &err), H5GRAD_FAILED);
        ck_assert_msg(strstr(err.message, "in.h5: /g04/u47: ") != NULL, "%s", err.message);
        ck_assert_uint_lt(watch.done, watch.total);
        ck_assert_uint_eq(folder_entries(), 1);
    }
    folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("small fields");
    ADD_TESTS(add_case(suite, "small fields", NULL, NULL), same_bytes, cancelled, input_is_cut);
    return run_suite(suite);
}
