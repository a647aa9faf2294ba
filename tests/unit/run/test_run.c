/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * File to file through the public functions: same results as h5grad_array, nothing left behind on
 * any failure.
 *
 * Linked with --wrap for the allocating functions, so that every allocation of h5grad itself (not
 * of libhdf5) can be made to fail.
 */
#include <check.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

/* Which of the next allocations fails; -1: none. */
static _Atomic long fail_at = -1;

static int fails(void)
{
    return atomic_load(&fail_at) >= 0 && atomic_fetch_sub(&fail_at, 1) == 0;
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);

void *__wrap_malloc(size_t size)
{
    return fails() ? no_memory() : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? no_memory() : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? no_memory() : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? no_memory() : __real_aligned_alloc(alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? no_memory() : __real_strdup(text);
}

#define NZ 10
#define NY 12
#define NX 14

static float field[NZ][NY][NX];

/* Makes a scale of steps of 1 in the group, and attaches it. */
static void make_scales(hid_t group, hid_t dataset)
{
    static const char *const names[] = {"z", "y", "x"};
    const hsize_t extent[] = {NZ, NY, NX};
    double line[NX];
    for (int i = 0; i < NX; i++)
        line[i] = i + 3;
    for (int k = 0; k < 3; k++)
        h5make_line(group, names[k], extent[k], line);
    h5make_scales(dataset, group, 3, names);
}

/* /u contiguous, /g/v chunked with deflate, with scales and the /label that it names, /text that is
 * no field. */
static void make_input(const char *path)
{
    hsize_t extent[3] = {NZ, NY, NX}, chunk[3] = {4, 5, 14};
    for (int i = 0; i < NZ * NY * NX; i++)
        (&field[0][0][0])[i] = (float)sin(i * 0.37) * (float)(i % 17);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(3, extent, NULL), scalar = H5Screate(H5S_SCALAR);
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE), type = H5Tcopy(H5T_C_S1);
    hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Pset_chunk(plist, 3, chunk);
    H5Pset_shuffle(plist);
    H5Pset_deflate(plist, 4);
    H5Tset_size(type, 5);
    hid_t u = H5Dcreate2(file, "u", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t v = H5Dcreate2(group, "v", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    hid_t t = H5Dcreate2(file, "text", type, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(u, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, field), 0);
    ck_assert_int_ge(H5Dwrite(v, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, field), 0);
    H5Dclose(H5Dcreate2(file, "label", type, scalar, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    make_scales(group, v);
    h5make_text(v, "coordinates", "label");
    h5make_text(v, "units", "m");
    h5make_text(v, "long_name", "velocity");
    H5Dclose(t);
    H5Dclose(v);
    H5Dclose(u);
    H5Gclose(group);
    H5Tclose(type);
    H5Pclose(plist);
    H5Sclose(scalar);
    H5Sclose(space);
    ck_assert_int_ge(H5Fclose(file), 0);
}

static void check_results(const char *path)
{
    static const char *const names[] = {"/u_grad_0",   "/u_grad_1",   "/u_grad_2",
                                        "/g/v_grad_0", "/g/v_grad_1", "/g/v_grad_2"};
    static float want[3][NZ][NY][NX], got[NZ][NY][NX];
    const uint64_t extent[] = {NZ, NY, NX};
    void *const results[] = {want[0], want[1], want[2]};
    ck_assert_int_eq(h5grad_array(H5GRAD_FLOAT, 3, extent, field, results, NULL, NULL), H5GRAD_OK);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    for (int i = 0; i < 6; i++) {
        hid_t dataset = H5Dopen2(file, names[i], H5P_DEFAULT);
        ck_assert_int_ge(dataset, 0);
        ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, got), 0);
        ck_assert_mem_eq(got, want[i % 3], sizeof got);
        H5Dclose(dataset);
    }
    H5Fclose(file);
}

static const struct h5grad_field *find_field(const struct h5grad_report *report, const char *path)
{
    size_t i = 0;
    while (i < report->n_fields && strcmp(report->fields[i]->path, path) != 0)
        i++;
    ck_assert_uint_lt(i, report->n_fields);
    return report->fields[i];
}

START_TEST(runs)
{
    struct h5grad_report *report = NULL;
    struct h5grad_error err = {0};
    folder_make();
    make_input(in_folder("in.h5"));
    enum h5grad_status status =
        h5grad_run(in_folder("in.h5"), in_folder("out.h5"), NULL, &report, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    check_results(in_folder("out.h5"));
    const struct h5grad_field *u = find_field(report, "/u");
    ck_assert_str_eq(report->fields[0]->path, "/g/v");
    ck_assert_str_eq(report->fields[0]->layout_text, "chunked 4x5x14 shuffle+gzip=4");
    ck_assert_str_eq(report->fields[0]->result_layout_text, "chunked 4x5x14 shuffle+gzip=4");
    ck_assert_ptr_nonnull(report->fields[1]->skipped);
    ck_assert_str_eq(u->results[1]->path, "/u_grad_1");
    ck_assert_int_eq(u->results[1]->axis, 1);
    ck_assert_int_eq(u->axes[1]->spacing, H5GRAD_SPACING_UNIT);
    ck_assert_uint_eq(u->bytes_written, 3 * sizeof field);
    h5grad_report_free(report);
    ck_assert_uint_eq(folder_entries(), 2);
    folder_remove();
}
END_TEST

struct watch {
    uint64_t done, total;
    uint64_t work, half; /* work done; when half of the bytes were */
    long calls, stop_after;
};

static void on_progress(void *user, const struct h5grad_progress *progress)
{
    struct watch *watch = user;
    ck_assert_uint_ge(progress->bytes_done, watch->done);
    watch->done = progress->bytes_done;
    watch->total = progress->bytes_total;
    ck_assert_uint_ge(progress->work_done, watch->work);
    ck_assert_uint_le(progress->work_done, progress->work_total);
    ck_assert(progress->bytes_done < watch->total || progress->work_done == progress->work_total);
    watch->work = progress->work_done;
    if (progress->bytes_done <= watch->total / 2)
        watch->half = watch->work;
}

static int on_cancelled(void *user)
{
    struct watch *watch = user;
    return watch->calls++ >= watch->stop_after;
}

/* Options of a run in many small steps, any of which the watch may make the last. */
static void watch_steps(struct h5grad_options *options, struct watch *watch)
{
    h5grad_options_init(options);
    options->user = watch;
    options->threads = 1;
    ck_assert_int_eq(setenv("H5GRAD_BUFFERS", "3840", 1), 0);
    options->cancelled = on_cancelled;
}

START_TEST(cancelled_at_every_step)
{
    struct h5grad_options options;
    struct watch watch = {.stop_after = 1000000};
    folder_make();
    make_input(in_folder("in.h5"));
    watch_steps(&options, &watch);
    options.progress = on_progress;
    ck_assert_int_eq(h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, NULL),
                     H5GRAD_OK);
    ck_assert_uint_eq(watch.done, watch.total);
    ck_assert_uint_eq(watch.total, 6 * sizeof field);
    ck_assert_uint_gt(watch.half, watch.work / 4 * 3); /* /g/v is compressed, /u is not */
    unlink(in_folder("out.h5"));
    long calls = watch.calls;
    ck_assert_int_gt(calls, 5);
    for (long k = 0; k < calls; k++) {
        struct h5grad_error err = {0};
        watch = (struct watch){.stop_after = k};
        ck_assert_int_eq(h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, &err),
                         H5GRAD_CANCELLED);
        ck_assert_uint_eq(folder_entries(), 1);
    }
    folder_remove();
}
END_TEST

/* A run is stopped, resumed, stopped at any point, earlier ones included, and resumed to its end.
 */
START_TEST(resumed_again_from_anywhere)
{
    struct h5grad_options options;
    struct watch watch = {.stop_after = 1000000};
    folder_make();
    make_input(in_folder("in.h5"));
    watch_steps(&options, &watch);
    options.checkpoint = 1;
    ck_assert_int_eq(h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, NULL),
                     H5GRAD_OK);
    long calls = watch.calls;
    for (long first = calls - 1; first > 0; first -= calls / 2) {
        for (long second = 0; second < calls; second += 3) {
            struct h5grad_error err = {0};
            const long stops[] = {first, second, 1000000};
            ck_assert_int_eq(unlink(in_folder("out.h5")), 0);
            for (int i = 0; i < 3; i++) {
                options.resume = i > 0;
                watch = (struct watch){.stop_after = stops[i]};
                enum h5grad_status status =
                    h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, &err);
                if (i == 1 && status == H5GRAD_OK)
                    break;
                ck_assert_msg(status == (i == 2 ? H5GRAD_OK : H5GRAD_RESUMABLE), "%ld %ld: %s",
                              first, second, err.message);
            }
            check_results(in_folder("out.h5"));
            ck_assert_uint_eq(folder_entries(), 2);
        }
    }
    folder_remove();
}
END_TEST

/* Makes nested groups down to a path of length bytes, of a dataset: text, or a field. */
static void make_at(hid_t file, size_t length, bool field_there, char *path)
{
    const hsize_t extent[2] = {3, 4};
    hid_t links = H5Pcreate(H5P_LINK_CREATE), text = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate_simple(2, extent, NULL);
    H5Pset_create_intermediate_group(links, 1);
    for (size_t i = 0; i < length; i++)
        path[i] = i % 200 == 0 ? '/' : (char)('a' + length % 26);
    path[length] = '\0';
    hid_t dataset = H5Dcreate2(file, path, field_there ? H5T_NATIVE_FLOAT : text, space, links,
                               H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(text);
    H5Pclose(links);
}

static void keep_last(void *user, const struct h5grad_message *message)
{
    snprintf(user, 40000, "%s", message->text);
}

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* Names may be longer than an error; the reason after them is still whole. */
START_TEST(long_paths)
{
    static const size_t lengths[] = {2040, 2047, 2861, 30755, 32767};
    static char path[32768], other[40000], said[40000];
    struct h5grad_options options;
    struct h5grad_error err = {0};
    struct h5grad_report *report = NULL;
    const char *dataset = path;
    folder_make();
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        hid_t file = H5Fcreate(in_folder("in.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        make_at(file, lengths[i] - 1, true, other);
        make_at(file, lengths[i], false, path);
        H5Fclose(file);
        h5grad_options_init(&options);
        options.overwrite = options.xdmf = 1;
        options.user = said;
        options.message = keep_last;
        ck_assert_int_eq(h5grad_list(in_folder("in.h5"), &options, &report, &err), H5GRAD_OK);
        ck_assert(ends_with(said, ": type is a string (skipped)"));
        ck_assert_uint_eq(report->n_fields, 2);
        for (size_t k = 0; k < 2; k++) {
            if (report->fields[k]->skipped)
                ck_assert_str_eq(report->fields[k]->skipped, "type is a string");
        }
        ck_assert(!report->fields[0]->skipped != !report->fields[1]->skipped);
        h5grad_report_free(report);
        enum h5grad_status status =
            h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, &report, &err);
        ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
        h5grad_report_free(report);
        ck_assert(ends_with(said, "--coord coordinates"));
        options.datasets = &dataset;
        options.n_datasets = 1;
        ck_assert_int_eq(h5grad_plan(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, &err),
                         H5GRAD_FAILED);
        ck_assert(ends_with(err.message, ": type is a string"));
    }
    folder_remove();
}
END_TEST

/* Every allocation of a run fails once: an error with a text, and only the input is left. */
START_TEST(allocation_failures)
{
    long k = 0;
    enum h5grad_status status;
    struct h5grad_options options;
    folder_make();
    make_input(in_folder("in.h5"));
    h5grad_options_init(&options);
    options.threads = 2;
    options.no_history = 1;
    do {
        struct h5grad_error err = {0};
        struct h5grad_report *report = NULL;
        atomic_store(&fail_at, k);
        status = h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, &report, &err);
        long left = atomic_exchange(&fail_at, -1);
        if (status == H5GRAD_OK) {
            /* A run may survive a failure, as by another method of reading. Then all is right. */
            check_results(in_folder("out.h5"));
            h5grad_report_free(report);
            unlink(in_folder("out.h5"));
            status = left < 0 ? H5GRAD_FAILED : H5GRAD_OK;
        } else {
            ck_assert_msg(status == H5GRAD_NO_MEMORY, "%ld: %d: %s", k, (int)status, err.message);
            ck_assert_int_eq(err.status, status);
            ck_assert_uint_gt(strlen(err.message), 10);
        }
        ck_assert_uint_eq(folder_entries(), 1);
        k++;
    } while (status != H5GRAD_OK && k < 5000);
    ck_assert_int_eq(status, H5GRAD_OK);
    ck_assert_int_gt(k, 50);
    folder_remove();
}
END_TEST

static void make_small_fields(const char *path, int n, int groups)
{
    const float points_of[3][4] = {{1, 2, 4, 8}, {2, 3, 5, 9}, {7, 5, 3, 1}};
    char name[32];
    hid_t file = h5make_file(path, H5P_DEFAULT);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "/group%d/field%d", i % groups, i);
        hid_t dataset = h5make_dataset(file, name, H5T_NATIVE_FLOAT, EXTENT(3, 4), H5P_DEFAULT);
        h5make_points(dataset, H5T_NATIVE_FLOAT, points_of);
        h5make_text(dataset, "units", "m");
        H5Dclose(dataset);
    }
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* Likewise for fields that are done aside. */
START_TEST(allocation_failures_of_small_fields)
{
    enum h5grad_status status = H5GRAD_NO_MEMORY;
    struct h5grad_options options;
    long left = -1, k;
    folder_make();
    make_small_fields(in_folder("in.h5"), 20, 2);
    h5grad_options_init(&options);
    options.threads = 2;
    for (k = 0; left < 0; k += 5) {
        struct h5grad_error err = {0};
        atomic_store(&fail_at, k);
        status = h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, &err);
        left = atomic_exchange(&fail_at, -1);
        ck_assert_msg(status == H5GRAD_OK || status == H5GRAD_NO_MEMORY, "%ld: %s", k, err.message);
        ck_assert_msg(status == H5GRAD_OK || strlen(err.message) > 10, "%ld", k);
        unlink(in_folder("out.h5"));
        ck_assert_uint_eq(folder_entries(), 1);
    }
    ck_assert_int_eq(status, H5GRAD_OK);
    ck_assert_int_gt(k, 500);
    folder_remove();
}
END_TEST

/* Likewise for arrays. */
START_TEST(allocation_failures_of_arrays)
{
    static float data[NY * NX], result[2][NY * NX];
    static double x[NX];
    const uint64_t extent[] = {NY, NX};
    void *const results[] = {result[0], result[1]};
    const double *const coordinates[] = {NULL, x};
    struct h5grad_array_options options;
    enum h5grad_status status = H5GRAD_NO_MEMORY;
    for (int i = 0; i < NX; i++)
        x[i] = i * i;
    h5grad_array_options_init(&options);
    options.coordinates = coordinates;
    options.threads = 2;
    for (long k = 0; status == H5GRAD_NO_MEMORY; k++) {
        struct h5grad_error err = {0};
        ck_assert_int_lt(k, 1000);
        atomic_store(&fail_at, k);
        status = h5grad_array(H5GRAD_FLOAT, 2, extent, data, results, &options, &err);
        atomic_store(&fail_at, -1);
        ck_assert_msg(status == err.status, "%ld: %s", k, err.message);
        ck_assert_int_eq(status == H5GRAD_OK, err.message[0] == '\0');
    }
    ck_assert_int_eq(status, H5GRAD_OK);
}
END_TEST

/* The bytes of a file, in new memory. */
static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert(file && fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

/* More metadata than libhdf5 would keep of the results with the least memory. */
START_TEST(memory_does_not_change_the_file)
{
    struct h5grad_options options;
    char *bytes[2];
    size_t size[2];
    folder_make();
    make_small_fields(in_folder("in.h5"), 800, 17);
    h5grad_options_init(&options);
    options.no_history = options.overwrite = 1;
    for (int k = 0; k < 2; k++) {
        struct h5grad_error err = {0};
        options.memory = k ? UINT64_C(1) << 30 : H5GRAD_LEAST_MEMORY;
        ck_assert_int_eq(h5grad_run(in_folder("in.h5"), in_folder("out.h5"), &options, NULL, &err),
                         H5GRAD_OK);
        bytes[k] = read_file(in_folder("out.h5"), &size[k]);
    }
    ck_assert(size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
    folder_remove();
}
END_TEST

static void *run_thread(void *name)
{
    struct h5grad_error err = {0};
    struct h5grad_options options;
    h5grad_options_init(&options);
    options.threads = 2;
    enum h5grad_status status =
        h5grad_run(in_folder("in.h5"), in_folder(name), &options, NULL, &err);
    return status == H5GRAD_OK ? name : NULL;
}

START_TEST(threads_of_one_process)
{
    static char names[6][32];
    pthread_t thread[6];
    void *result;
    folder_make();
    make_input(in_folder("in.h5"));
    for (int i = 0; i < 6; i++) {
        snprintf(names[i], sizeof names[i], "o%d.h5", i);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, run_thread, names[i]), 0);
    }
    /* The last test: what follows calls libhdf5 without its lock. */
    for (int i = 0; i < 6; i++) {
        pthread_join(thread[i], &result);
        ck_assert_ptr_nonnull(result);
    }
    for (int i = 0; i < 6; i++)
        check_results(in_folder(names[i]));
    folder_remove();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *tcase = add_case(suite, "run", NULL, NULL);
    tcase_set_timeout(tcase, 120);
    ADD_TESTS(tcase, runs, cancelled_at_every_step, resumed_again_from_anywhere, long_paths,
              allocation_failures, allocation_failures_of_small_fields,
              allocation_failures_of_arrays, memory_does_not_change_the_file,
              threads_of_one_process);
    return run_suite(suite);
}
