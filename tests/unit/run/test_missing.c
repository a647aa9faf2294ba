/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Data that a file refers to but cannot give: sources and external files that are absent or too
 * short, virtual datasets among their own sources, links that lead nowhere. By the public
 * functions.
 */
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
    #include <sys/inotify.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hdf5.h>

#include "h5grad.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

#define POINTS 4
#define ROWS   3
#define FILL   (-1)

static char said[16384]; /* warnings of the last run, and its error */
static double gradient[64];

static void setup(void)
{
    folder_enter();
}

static void teardown(void)
{
    ck_assert_uint_eq(folder_remove(), 0);
}

/* ---------------------------------------------------------------------------------- making files
 */

static hid_t file_open(const char *name)
{
    hid_t file = access(name, F_OK) == 0 ? H5Fopen(name, H5F_ACC_RDWR, H5P_DEFAULT)
                                         : H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    return file;
}

static void put(const char *name, const char *path, hid_t space, hid_t creation, const double *data)
{
    hid_t file = file_open(name);
    hid_t dataset = h5make_in_space(file, path, H5T_NATIVE_DOUBLE, space, creation);
    if (data)
        h5make_points(dataset, H5T_NATIVE_DOUBLE, data);
    H5Dclose(dataset);
    H5Fclose(file);
}

/* n points: 10 * scale, 10 * scale + 1, ... */
static void put_row(const char *name, const char *path, hsize_t n, double scale)
{
    double data[64];
    hid_t space = H5Screate_simple(1, &n, NULL);
    for (hsize_t i = 0; i < n; i++)
        data[i] = 10 * scale + (double)i;
    put(name, path, space, H5P_DEFAULT, data);
    H5Sclose(space);
}

static hid_t with_fill(void)
{
    const double fill = FILL;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &fill);
    return creation;
}

static void put_external(const char *name, const char *raw, hsize_t bytes)
{
    hsize_t n = POINTS;
    hid_t space = H5Screate_simple(1, &n, NULL), creation = with_fill();
    ck_assert_int_ge(H5Pset_external(creation, raw, 0, bytes), 0);
    put(name, "v", space, creation, NULL);
    H5Pclose(creation);
    H5Sclose(space);
}

/* Points of a raw file. */
static void put_raw(const char *name, size_t bytes)
{
    const double data[POINTS] = {0, 1, 4, 9};
    FILE *out = fopen(name, "wb");
    ck_assert_uint_eq(fwrite(data, 1, bytes, out), bytes);
    fclose(out);
}

/* Makes "v" of ROWS x POINTS, whose row i comes from the dataset at path in file[i]; NULL: nowhere.
 */
static void put_rows(const char *name, const char *const *file, const char *path)
{
    const hsize_t extent[] = {ROWS, POINTS}, count[] = {1, POINTS};
    hsize_t start[] = {0, 0};
    hid_t space = H5Screate_simple(2, extent, NULL), creation = with_fill();
    hid_t row = H5Screate_simple(1, &extent[1], NULL);
    for (; start[0] < ROWS; start[0]++) {
        if (!file[start[0]])
            continue;
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
        ck_assert_int_ge(H5Pset_virtual(creation, space, file[start[0]], path, row), 0);
    }
    H5Sselect_all(space);
    put(name, "v", space, creation, NULL);
    H5Sclose(row);
    H5Pclose(creation);
    H5Sclose(space);
}

/* Makes a virtual dataset of all of another. */
static void put_view(const char *name, const char *path, const char *source, const char *dataset)
{
    hsize_t n = POINTS;
    hid_t space = H5Screate_simple(1, &n, NULL), creation = with_fill();
    ck_assert_int_ge(H5Pset_virtual(creation, space, source, dataset, space), 0);
    put(name, path, space, creation, NULL);
    H5Pclose(creation);
    H5Sclose(space);
}

/* Makes an unlimited "v" of blocks of POINTS, with n points when it is closed. */
static void put_blocks(const char *name, const char *pattern, hsize_t n)
{
    const hsize_t most = H5S_UNLIMITED, start = 0, block = POINTS;
    hid_t space = H5Screate_simple(1, &n, &most), creation = with_fill();
    hid_t part = H5Screate_simple(1, &block, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, &block, &most, &block);
    ck_assert_int_ge(H5Pset_virtual(creation, space, pattern, "d", part), 0);
    put(name, "v", space, creation, NULL);
    H5Sclose(part);
    H5Pclose(creation);
    H5Sclose(space);
}

/* Makes "v", unlimited along axis 0, with a column from each of two files that may grow. */
static void put_columns(const char *name, const char *const file[2], hsize_t n)
{
    const hsize_t extent[] = {n, 2}, most[] = {H5S_UNLIMITED, 2}, one[] = {1, 1};
    const hsize_t count[] = {H5S_UNLIMITED, 1}, none = 0;
    hid_t space = H5Screate_simple(2, extent, most), creation = with_fill();
    hid_t column = H5Screate_simple(1, &none, most);
    H5Sselect_hyperslab(column, H5S_SELECT_SET, &none, NULL, count, one);
    for (hsize_t i = 0; i < 2; i++) {
        const hsize_t start[] = {0, i};
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, one, count, one);
        ck_assert_int_ge(H5Pset_virtual(creation, space, file[i], "d", column), 0);
    }
    put(name, "v", space, creation, NULL);
    H5Sclose(column);
    H5Pclose(creation);
    H5Sclose(space);
}

static void put_growing(const char *name, hsize_t n)
{
    const hsize_t most = H5S_UNLIMITED, chunk = 2;
    const double data[] = {0, 1, 4, 9, 16, 25, 36, 49};
    hid_t space = H5Screate_simple(1, &n, &most), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 1, &chunk);
    put(name, "d", space, creation, data);
    H5Pclose(creation);
    H5Sclose(space);
}

static void put_rows_of_three(void)
{
    put_row("0.h5", "d", POINTS, 0);
    put_row("1.h5", "d", POINTS, 1);
    put_row("2.h5", "d", POINTS, 2);
}

/* --------------------------------------------------------------------------------------- running
 */

static void hear(void *user, const struct h5grad_message *message)
{
    (void)user;
    size_t used = strlen(said);
    if (message->level == H5GRAD_WARNING)
        snprintf(said + used, sizeof said - used, "%s\n", message->text);
}

/* Runs on a file, on all fields if dataset is NULL, and reads the gradient of v along axis 0. */
static enum h5grad_status run(const char *input, const char *dataset, bool allow)
{
    struct h5grad_options options;
    struct h5grad_error error = {.status = H5GRAD_OK};
    h5grad_options_init(&options);
    options.datasets = &dataset;
    options.n_datasets = dataset ? 1 : 0;
    options.spacings = &(const char *){"1"};
    options.n_spacings = 1;
    options.overwrite = 1;
    options.allow_missing_sources = allow;
    options.message = hear;
    said[0] = '\0';
    enum h5grad_status status = h5grad_run(input, "out.h5", &options, NULL, &error);
    if (status)
        hear(NULL, &(struct h5grad_message){H5GRAD_WARNING, error.message});
    hid_t file = status ? -1 : H5Fopen("out.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file >= 0 && H5Lexists(file, "v_grad_0", H5P_DEFAULT) > 0) {
        hid_t result = H5Dopen2(file, "v_grad_0", H5P_DEFAULT);
        H5Dread(result, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, gradient);
        H5Dclose(result);
    }
    if (file >= 0)
        H5Fclose(file);
    return status;
}

static void assert_said(const char *what)
{
    ck_assert_msg(strstr(said, what) != NULL, "'%s' is not in: %s", what, said);
}

static void assert_gradient(size_t n, const double *wanted)
{
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(gradient[i] == wanted[i], "%zu: %g and not %g", i, gradient[i], wanted[i]);
}

/* Asserts that v is refused if named, left out with a warning if there is another field, and
 * otherwise the reason of the failure. */
static void assert_refused(const char *input, const char *why)
{
    ck_assert_int_eq(run(input, "/v", false), H5GRAD_FAILED);
    assert_said(why);
    ck_assert_int_eq(run(input, NULL, false), H5GRAD_FAILED);
    assert_said("nothing to do: /v: ");
    assert_said(why);
    put_row(input, "other", POINTS, 0);
    ck_assert_int_eq(run(input, NULL, false), H5GRAD_OK);
    assert_said(why);
    assert_said("(skipped)");
}

/* Likewise, and that the option allows it. */
static void assert_missing(const char *input, const char *why)
{
    assert_refused(input, why);
    ck_assert_int_eq(run(input, "/v", true), H5GRAD_OK);
    assert_said(why);
    assert_said("its fill value is taken for what is missing");
}

/* --------------------------------------------------------------------------------------- sources
 */

static const char *const three[] = {"0.h5", "1.h5", "2.h5"};

START_TEST(whole_sources_are_read)
{
    const double wanted[ROWS * POINTS] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    put_rows_of_three();
    put_rows("v.h5", three, "d");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
    assert_gradient(ROWS * POINTS, wanted);
}
END_TEST

START_TEST(absent_sources_are_named_and_counted)
{
    const double wanted[POINTS] = {-1, -2, -3, -4};
    put_rows_of_three();
    put_rows("v.h5", three, "d");
    unlink("1.h5");
    assert_missing("v.h5",
                   "source 1.h5:/d of points 1..1 x 0..3: No such file or directory (1 of 3");
    assert_gradient(POINTS, wanted);
    unlink("2.h5");
    ck_assert_int_eq(run("v.h5", "v", false), H5GRAD_FAILED);
    assert_said("source 1.h5:/d of points 1..1 x 0..3: No such file or directory (2 of 3 sources)");
}
END_TEST

START_TEST(sources_that_are_cut_short_are_missing)
{
    struct stat info;
    put_rows_of_three();
    put_rows("v.h5", three, "d");
    ck_assert_int_eq(stat("2.h5", &info), 0);
    ck_assert_int_eq(truncate("2.h5", info.st_size - 16), 0);
    assert_missing("v.h5", "source 2.h5:/d of points 2..2 x 0..3: ");
    assert_said("truncated");
}
END_TEST

static void put_first(const char *name)
{
    const char *const rows[] = {name, "1.h5", "2.h5"};
    put_rows_of_three();
    put_rows("v.h5", rows, "d");
}

static void assert_first_is_missing(const char *name, const char *why)
{
    put_first(name);
    assert_missing("v.h5", why);
}

START_TEST(other_files_are_missing)
{
    FILE *text = fopen("text", "w");
    fputs("no HDF5", text);
    fclose(text);
    assert_first_is_missing("text", "source text:/d of points 0..0 x 0..3: is not an HDF5 file");
}
END_TEST

START_TEST(folders_are_missing)
{
    ck_assert_int_eq(mkdir("folder", 0700), 0);
    assert_first_is_missing("folder", "source folder:/d of points 0..0 x 0..3: is a directory");
}
END_TEST

START_TEST(pipes_are_not_opened)
{
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    assert_first_is_missing("pipe", "source pipe:/d of points 0..0 x 0..3: is not a regular file");
}
END_TEST

START_TEST(files_that_may_not_be_read_are_missing)
{
    put_row("secret.h5", "d", POINTS, 0);
    ck_assert_int_eq(chmod("secret.h5", 0), 0);
    if (access("secret.h5", R_OK) != 0) /* root may */
        assert_first_is_missing("secret.h5", "source secret.h5:/d of points 0..0 x 0..3: ");
}
END_TEST

START_TEST(files_without_the_dataset_are_missing)
{
    put_row("other.h5", "e", POINTS, 0);
    assert_first_is_missing("other.h5", "object 'd' doesn't exist");
}
END_TEST

START_TEST(groups_are_missing)
{
    hid_t file = file_open("group.h5");
    H5Gclose(H5Gcreate2(file, "d", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Fclose(file);
    put_first("group.h5");
#if H5_VERSION_GE(2, 0, 0) /* which does not take the fill value for it */
    assert_refused("v.h5", "not a dataset");
    ck_assert_int_eq(run("v.h5", "/v", true), H5GRAD_FAILED);
#else
    assert_missing("v.h5", "not a dataset");
#endif
}
END_TEST

START_TEST(sources_of_sources_are_missing)
{
    put_view("0.h5", "d", "gone.h5", "e");
    put_row("1.h5", "d", POINTS, 1);
    put_row("2.h5", "d", POINTS, 2);
    put_rows("v.h5", three, "d");
    assert_missing("v.h5", "source 0.h5:/d of points 0..0 x 0..3: source gone.h5:/e of points "
                           "0..3: No such file or directory (1 of 3");
}
END_TEST

START_TEST(sources_are_found_where_the_environment_says)
{
    put_rows_of_three();
    put_rows("v.h5", three, "d");
    ck_assert_int_eq(mkdir("sub", 0700), 0);
    for (size_t i = 0; i < ROWS; i++) {
        char name[16];
        snprintf(name, sizeof name, "sub/%s", three[i]);
        ck_assert_int_eq(rename(three[i], name), 0);
    }
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    /* libhdf5 reads this variable when it is initialised. */
    setenv("HDF5_VDS_PREFIX", "${ORIGIN}/sub", 1);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    setenv("HDF5_VDS_PREFIX", "nowhere:sub", 1);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_double_eq(gradient[0], 10);
    unsetenv("HDF5_VDS_PREFIX");
    for (size_t i = 0; i < ROWS; i++) {
        char name[16];
        snprintf(name, sizeof name, "sub/%s", three[i]);
        unlink(name);
    }
}
END_TEST

/* libhdf5 would read beyond such sources, or fail in the middle of the run. */
START_TEST(sources_of_another_shape_are_refused)
{
    put_row("0.h5", "d", POINTS - 1, 0);
    put_row("1.h5", "d", POINTS, 1);
    put_row("2.h5", "d", POINTS, 2);
    put_rows("v.h5", three, "d");
    assert_refused("v.h5", "source 0.h5:/d of points 0..0 x 0..3: has 3 points, not 4");
    ck_assert_int_eq(run("v.h5", "v", true), H5GRAD_FAILED);
}
END_TEST

START_TEST(regions_that_no_source_is_meant_for_are_fill)
{
    const char *const rows[] = {"0.h5", NULL, "2.h5"};
    const double wanted[POINTS] = {-1, -2, -3, -4};
    put_rows_of_three();
    put_rows("v.h5", rows, "d");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
    assert_gradient(POINTS, wanted);
}
END_TEST

/* ---------------------------------------------------------------------------------------- extents
 */

START_TEST(numbered_sources_may_end)
{
    put_rows_of_three();
    put_blocks("v.h5", "%b.h5", 0);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
    ck_assert_double_eq(gradient[3 * POINTS - 1], 1);
}
END_TEST

START_TEST(a_numbered_source_in_between_is_missing)
{
    put_rows_of_three();
    unlink("1.h5");
    put_blocks("v.h5", "%b.h5", 0);
    assert_missing("v.h5", "source 1.h5:/d of points 4..7: No such file or directory (1 of 3");
    ck_assert_double_eq(gradient[3 * POINTS - 1], 1); /* it does not end there */
    ck_assert_double_eq(gradient[5], 0);
}
END_TEST

START_TEST(a_numbered_source_that_is_no_file_of_hdf5_is_not_the_end)
{
    put_rows_of_three();
    ck_assert_int_eq(truncate("2.h5", 100), 0);
    put_blocks("v.h5", "%b.h5", 0);
#if H5_VERSION_GE(2, 0, 0) /* which cannot tell the extent then */
    assert_refused("v.h5", "truncated file");
#else
    assert_refused("v.h5", "source 2.h5:/d of points 8..11: ");
#endif
}
END_TEST

START_TEST(a_shorter_dataset_is_told)
{
    put_rows_of_three();
    put_blocks("v.h5", "%b.h5", 3 * POINTS);
    unlink("2.h5");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    assert_said("/v: it has only 8 of 12 points along axis 0: source 2.h5:/d of points 8..11: No "
                "such file");
}
END_TEST

START_TEST(an_empty_dataset_says_why)
{
    put_blocks("v.h5", "%b.h5", 0);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    assert_said("too short");
    assert_said("it has no points along axis 0: source 0.h5:/d of points 0..3: No such file");
}
END_TEST

START_TEST(sources_that_grow_may_be_equal)
{
    const char *const columns[] = {"a.h5", "a.h5"};
    put_growing("a.h5", 6);
    put_columns("v.h5", columns, 0);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
    ck_assert_double_eq(gradient[11], 9);
}
END_TEST

START_TEST(a_source_that_lags_is_missing_points)
{
    const char *const columns[] = {"a.h5", "b.h5"};
    put_growing("a.h5", 6);
    put_growing("b.h5", 4);
    put_columns("v.h5", columns, 0);
    assert_missing("v.h5", "source b.h5:/d of points 0.. x 1..1: has points for 4 along axis 0, "
                           "not for 6 (1 of 2");
    ck_assert_double_eq(gradient[11], 0); /* two fill values */
}
END_TEST

START_TEST(a_source_without_end_that_is_absent_is_missing)
{
    const char *const columns[] = {"a.h5", "gone.h5"};
    put_growing("a.h5", 6);
    put_columns("v.h5", columns, 0);
    assert_missing("v.h5", "source gone.h5:/d of points 0.. x 1..1: No such file");
}
END_TEST

/* ---------------------------------------------------------------------------------------- circles
 */

START_TEST(a_dataset_that_is_its_own_source_is_refused)
{
    put_view("v.h5", "v", ".", "v");
    assert_refused("v.h5", "/v: source .:/v: is among its own sources");
}
END_TEST

START_TEST(a_circle_of_files_is_refused)
{
    put_view("v.h5", "v", "b.h5", "w");
    put_view("b.h5", "w", "c.h5", "x");
    ck_assert_int_eq(symlink("v.h5", "link.h5"), 0);
    put_view("c.h5", "x", "link.h5", "v");
    assert_refused("v.h5", "source link.h5:/v: is among its own sources");
}
END_TEST

START_TEST(a_circle_by_other_names_is_refused)
{
    put_view("v.h5", "v", "other.h5", "soft");
    hid_t file = file_open("v.h5");
    H5Lcreate_hard(file, "v", file, "hard", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/hard", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    ck_assert_int_eq(link("v.h5", "other.h5"), 0);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    assert_said("source other.h5:/soft: is among its own sources");
}
END_TEST

START_TEST(a_circle_without_end_is_refused)
{
    const char *const columns[] = {"v.h5", "v.h5"};
    put_columns("v.h5", columns, 0);
    hid_t file = file_open("v.h5");
    H5Lcreate_soft("/v", file, "d", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    assert_said("is among its own sources");
}
END_TEST

/* A program that has the file open itself reads it by libhdf5's own driver. */
START_TEST(files_that_are_open_here_are_no_exception)
{
    put_view("v.h5", "v", ".", "v");
    put_view("w.h5", "v", "gone.h5", "v");
    hid_t circle = H5Fopen("v.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t missing = H5Fopen("w.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    assert_said("is among its own sources");
    ck_assert_int_eq(run("w.h5", NULL, false), H5GRAD_FAILED);
    assert_said("source gone.h5:/v of points 0..3: No such file");
    H5Fclose(missing);
    H5Fclose(circle);
}
END_TEST

/* ------------------------------------------------------------------------------------ other uses
 */

static void assert_bad_coordinates(const char *coord)
{
    struct h5grad_options options;
    struct h5grad_error error;
    const char *field = "/v";
    h5grad_options_init(&options);
    options.datasets = &field;
    options.n_datasets = 1;
    options.coords = &coord;
    options.n_coords = 1;
    options.message = hear;
    ck_assert_int_eq(h5grad_plan("v.h5", "out.h5", &options, NULL, &error), H5GRAD_FAILED);
    snprintf(said, sizeof said, "%s", error.message);
    assert_said("source gone.h5:/x of points 0..3: No such file");
}

START_TEST(coordinates_with_missing_sources_are_refused)
{
    put_row("v.h5", "v", POINTS, 0);
    put_view("v.h5", "x", "gone.h5", "x");
    put_view("x.h5", "x", "gone.h5", "x");
    assert_bad_coordinates("0=/x");
    assert_bad_coordinates("0=x.h5:/x");
}
END_TEST

START_TEST(a_source_that_vanishes_is_an_error)
{
    put_rows_of_three();
    put_rows("v.h5", three, "d");
    struct rlimit limit, few = {.rlim_cur = 0};
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    int next = open(".", O_RDONLY);
    close(next);
    few.rlim_max = limit.rlim_max;
    /* All sources are open at a time when points are read, but only one while they are checked. */
    for (few.rlim_cur = (rlim_t)next + 1; few.rlim_cur < (rlim_t)next + 12; few.rlim_cur++) {
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        enum h5grad_status status = run("v.h5", "/v", true);
        setrlimit(RLIMIT_NOFILE, &limit);
        if (status == H5GRAD_OK)
            ck_assert_msg(gradient[0] == 10 && gradient[POINTS] == 10, "%s", said);
    }
}
END_TEST

START_TEST(external_files_must_be_whole)
{
    const double wanted[POINTS] = {1, 2, -1, -5}; /* of 0, 1, 4, -1 */
    put_raw("raw", POINTS * sizeof(double));
    put_external("v.h5", "raw", POINTS * sizeof(double));
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_double_eq(gradient[3], 5);
    put_raw("raw", POINTS * sizeof(double) - 1);
    assert_missing("v.h5", "its external file raw has 31 bytes, less than 32");
    assert_gradient(POINTS, wanted);
}
END_TEST

START_TEST(external_files_must_be_there)
{
    const double wanted[POINTS] = {0, 0, 0, 0};
    put_external("v.h5", "raw", POINTS * sizeof(double));
    assert_missing("v.h5", "its external file raw: No such file or directory");
    assert_gradient(POINTS, wanted);
}
END_TEST

START_TEST(a_neighbour_that_cannot_be_read_costs_nothing)
{
    const double wanted[POINTS] = {1, 1, 1, 1};
    put_row("v.h5", "v", POINTS, 0);
    put_view("v.h5", "v_scale_factor", "absent.h5", "d");
    ck_assert_int_eq(run("v.h5", "/v", false), H5GRAD_OK);
    assert_gradient(POINTS, wanted);
}
END_TEST

START_TEST(external_files_may_be_longer_than_the_dataset)
{
    put_raw("raw", POINTS * sizeof(double));
    put_external("v.h5", "raw", H5F_UNLIMITED);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_double_eq(gradient[3], 5);
}
END_TEST

START_TEST(external_files_of_sources_must_be_whole)
{
    put_external("0.h5", "raw", POINTS * sizeof(double));
    put_view("v.h5", "v", "0.h5", "v");
    assert_refused("v.h5", "source 0.h5:/v of points 0..3: its external file raw: No such file");
    ck_assert_int_eq(run("v.h5", "/v", true), H5GRAD_FAILED);
    assert_said("source 0.h5:/v of points 0..3: its external file raw: No such file");
    ck_assert_int_eq(run("v.h5", "/v", false), H5GRAD_FAILED);
    ck_assert_msg(!strstr(said, "--allow-missing-sources"), "no use, but advised: %s", said);
}
END_TEST

/* The result is made in that folder, which changes its times. */
START_TEST(an_external_file_that_is_a_folder_costs_its_field)
{
    put_row("v.h5", "u", POINTS, 0);
    put_external("v.h5", ".", POINTS * sizeof(double));
    put_external("w.h5", "/dev/null", POINTS * sizeof(double));
    ck_assert_int_eq(run("v.h5", NULL, true), H5GRAD_OK);
    assert_said("/v: its external file .: is a directory");
    ck_assert_int_eq(run("w.h5", NULL, false), H5GRAD_FAILED);
    assert_said("its external file /dev/null: its data lie in /dev/null, outside the folder");
}
END_TEST

/* ------------------------------------------------------------------------------------------ links
 */

static void put_link(const char *name, const char *link, const char *target, const char *path)
{
    hid_t file = file_open(name), create = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(create, 1);
    ck_assert_int_ge(target ? H5Lcreate_external(target, path, file, link, create, H5P_DEFAULT)
                            : H5Lcreate_soft(path, file, link, create, H5P_DEFAULT),
                     0);
    H5Pclose(create);
    H5Fclose(file);
}

/* Asserts a warning without -d, an entry in the list, and an error if the link is named. */
static void assert_lost(const char *target, const char *path, const char *why)
{
    struct h5grad_report *report;
    unlink("v.h5");
    put_row("v.h5", "u", POINTS, 0);
    put_link("v.h5", "entry/data", target, path);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    assert_said("/entry/data: ");
    assert_said(why);
    assert_said("(skipped)");
    ck_assert_int_eq(run("v.h5", "/entry/*", false), H5GRAD_FAILED);
    assert_said(why);
    ck_assert_int_eq(run("v.h5", "/entry/data", false), H5GRAD_FAILED);
    assert_said(why);
    ck_assert_int_eq(run("v.h5", "/u*", false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(h5grad_list("v.h5", NULL, &report, NULL), H5GRAD_OK);
    ck_assert_uint_eq(report->n_fields, 2);
    ck_assert_str_eq(report->fields[1]->path, "/entry/data");
    ck_assert_ptr_nonnull(strstr(report->fields[1]->skipped, why));
    h5grad_report_free(report);
}

START_TEST(links_that_lead_nowhere_are_told)
{
    put_row("other.h5", "u", POINTS, 0);
    put_raw("raw", 16);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    assert_lost(NULL, "/nowhere", "soft link to /nowhere: no such object");
    assert_lost(NULL, "/entry/data", "soft links, a cycle");
    assert_lost("gone.h5", "/u", "is an external link to /u in gone.h5: No such file");
    assert_lost("raw", "/u", "is an external link to /u in raw: is not an HDF5 file");
    assert_lost(".", "/u", "is an external link to /u in .: is a directory");
    assert_lost("/", "/u", "is an external link to /u in /: is a directory");
    assert_lost("pipe", "/u", "is an external link to /u in pipe: is not a regular file");
    assert_lost("other.h5", "/w", "is an external link to /w in other.h5: no such object");
    assert_lost("/etc/passwd", "/u", "/etc/passwd, outside the folder of the input");
}
END_TEST

static hid_t pass_user_link(const char *name, hid_t group, const void *data, size_t size,
                            hid_t access_list, hid_t transfer_list)
{
    (void)name;
    (void)data;
    (void)size;
    (void)access_list;
    (void)transfer_list;
    return H5Oopen(group, "/", H5P_DEFAULT);
}

START_TEST(user_defined_links_are_told)
{
    const H5L_class_t class = {.version = H5L_LINK_CLASS_T_VERS,
                               .id = (H5L_type_t)(H5L_TYPE_UD_MIN + 70),
                               .trav_func = pass_user_link};
    put_row("v.h5", "u", POINTS, 0);
    ck_assert_int_ge(H5Lregister(&class), 0);
    hid_t file = file_open("v.h5");
    ck_assert_int_ge(H5Lcreate_ud(file, "own", class.id, NULL, 0, H5P_DEFAULT, H5P_DEFAULT), 0);
    H5Fclose(file);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    assert_said("/own: is a user-defined link, which is not followed (skipped)");
}
END_TEST

START_TEST(many_links_are_counted)
{
    put_row("v.h5", "u", POINTS, 0);
    put_link("v.h5", "a", "gone.h5", "/u");
    put_link("v.h5", "b", NULL, "/nowhere");
    put_link("v.h5", "c", NULL, "/nowhere");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    assert_said("/a: is an external link to /u in gone.h5: No such file or directory (skipped, and "
                "2 more: -v names all)");
}
END_TEST

START_TEST(a_file_of_nothing_but_such_links_says_so)
{
    put_link("v.h5", "a", "gone.h5", "/u");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_FAILED);
    assert_said("nothing to do: /a: is an external link to /u in gone.h5: No such file");
}
END_TEST

/* What is no field is not worth a warning. */
START_TEST(what_is_no_field_is_not_told)
{
    hsize_t n = POINTS;
    hid_t space = H5Screate_simple(1, &n, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    H5Pset_virtual(creation, space, "gone.h5", "text", space);
    put_row("v.h5", "u", POINTS, 0);
    hid_t file = file_open("v.h5");
    H5Dclose(H5Dcreate2(file, "text", text, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Fclose(file);
    H5Tclose(text);
    H5Pclose(creation);
    H5Sclose(space);
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK);
    ck_assert_str_eq(said, "");
}
END_TEST

/* ------------------------------------------------------------------------------ outside by tricks
 */

START_TEST(removed_files_are_outside)
{
    char name[64];
    put_row("removed.h5", "d", POINTS, 0);
    int fd = open("removed.h5", O_RDONLY);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    put_view("v.h5", "v", name, "d");
    ck_assert_int_eq(run("v.h5", NULL, false), H5GRAD_OK); /* it is still in the folder */
    unlink("removed.h5");
    if (access(name, F_OK) == 0) {
        ck_assert_int_eq(run("v.h5", "/v", false), H5GRAD_FAILED);
        assert_said("outside the folder of the input: --follow-external");
    }
    close(fd);
}
END_TEST

#ifdef __linux__
/* Neither a run nor a list opens it. */
START_TEST(a_pipe_outside_is_not_opened)
{
    char name[sizeof folder + 16], event[4096];
    ck_assert_int_eq(mkdir("in", 0700), 0);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    snprintf(name, sizeof name, "%s/pipe", folder);
    put_view("in/v.h5", "v", name, "d");
    put_link("in/v.h5", "link", name, "/d");
    int watch = inotify_init1(IN_NONBLOCK);
    ck_assert_int_ge(inotify_add_watch(watch, "pipe", IN_OPEN), 0);
    ck_assert_int_eq(run("in/v.h5", "/v", false), H5GRAD_FAILED);
    assert_said("outside the folder of the input");
    ck_assert_int_eq(h5grad_list("in/v.h5", NULL, NULL, NULL), H5GRAD_OK);
    ck_assert_int_eq(read(watch, event, sizeof event), -1);
    close(watch);
    unlink("in/v.h5");
}
END_TEST
#endif

static void add_sources(TCase *tests)
{
    ADD_TESTS(tests, whole_sources_are_read, absent_sources_are_named_and_counted,
              sources_that_are_cut_short_are_missing, other_files_are_missing, folders_are_missing,
              pipes_are_not_opened, files_that_may_not_be_read_are_missing,
              files_without_the_dataset_are_missing, groups_are_missing,
              sources_of_sources_are_missing, sources_are_found_where_the_environment_says,
              sources_of_another_shape_are_refused, regions_that_no_source_is_meant_for_are_fill,
              numbered_sources_may_end, a_numbered_source_in_between_is_missing,
              a_numbered_source_that_is_no_file_of_hdf5_is_not_the_end, a_shorter_dataset_is_told,
              an_empty_dataset_says_why, sources_that_grow_may_be_equal,
              a_source_that_lags_is_missing_points, a_source_without_end_that_is_absent_is_missing);
}

static void add_others(TCase *tests)
{
    ADD_TESTS(
        tests, a_dataset_that_is_its_own_source_is_refused, a_circle_of_files_is_refused,
        a_circle_by_other_names_is_refused, a_circle_without_end_is_refused,
        files_that_are_open_here_are_no_exception, coordinates_with_missing_sources_are_refused,
        a_source_that_vanishes_is_an_error, external_files_must_be_whole,
        external_files_must_be_there, external_files_may_be_longer_than_the_dataset,
        a_neighbour_that_cannot_be_read_costs_nothing, external_files_of_sources_must_be_whole,
        an_external_file_that_is_a_folder_costs_its_field, links_that_lead_nowhere_are_told,
        user_defined_links_are_told, many_links_are_counted,
        a_file_of_nothing_but_such_links_says_so, what_is_no_field_is_not_told,
        removed_files_are_outside);
#ifdef __linux__
    ADD_TESTS(tests, a_pipe_outside_is_not_opened);
#endif
}

int main(void)
{
    Suite *suite = suite_create("missing");
    TCase *tests = add_case(suite, "missing", setup, teardown);
    add_sources(tests);
    add_others(tests);
    return run_suite(suite);
}
