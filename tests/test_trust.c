/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file may make h5grad read: external links, virtual and external data. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/input.h"
#include "hdf5/storage.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "reader/reader.h"

#define POINTS 4

static char top[64];
static struct h5_guard guard;
static struct h5grad_error err;
static struct h5_access trust;
static hid_t opened = -1;

static const char *path_of(const char *name)
{
    static char path[4][384];
    static unsigned next;
    char *one = path[next++ % 4];
    snprintf(one, sizeof path[0], "%s/%s", top, name);
    return one;
}

static hid_t create(const char *name)
{
    hid_t file = H5Fcreate(path_of(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    return file;
}

static void put(hid_t file, const char *name, hid_t creation, bool write)
{
    static const float values[POINTS] = {1, 2, 4, 8};
    hsize_t extent = POINTS;
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t dataset =
        H5Dcreate2(file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    if (write)
        ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
                         0);
    H5Dclose(dataset);
    H5Sclose(space);
}

static void put_virtual(hid_t file, const char *name, const char *source, const char *dataset)
{
    hsize_t extent = POINTS;
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert_int_ge(H5Pset_virtual(creation, space, source, dataset, space), 0);
    put(file, name, creation, false);
    H5Pclose(creation);
    H5Sclose(space);
}

static void put_external(hid_t file, const char *name, const char *raw, bool write)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert_int_ge(H5Pset_external(creation, raw, 0, POINTS * sizeof(float)), 0);
    put(file, name, creation, write);
    H5Pclose(creation);
}

static void link_to(hid_t file, const char *name, const char *target, const char *path)
{
    ck_assert_int_ge(H5Lcreate_external(target, path, file, name, H5P_DEFAULT, H5P_DEFAULT), 0);
}

/* top/in/main.h5 names data in top/in and in top/out. */
static void make_files(void)
{
    hid_t file = create("out/far.h5");
    put(file, "u", H5P_DEFAULT, true);
    H5Fclose(file);
    file = create("in/data.h5");
    put(file, "u", H5P_DEFAULT, true);
    put_virtual(file, "nested", path_of("out/far.h5"), "/u");
    H5Lcreate_soft("/u", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);

    file = create("in/main.h5");
    link_to(file, "link_in", "data.h5", "/u");
    link_to(file, "link_soft", "data.h5", "/soft");
    link_to(file, "link_out", path_of("out/far.h5"), "/u");
    link_to(file, "link_up", "../out/far.h5", "/u");
    link_to(file, "link_to_nothing", "absent.h5", "/u");
    put_virtual(file, "virtual_in", "data.h5", "/u");
    put_virtual(file, "virtual_nested", "data.h5", "/nested");
    put_virtual(file, "virtual_out", "../out/far.h5", "/u");
    put_external(file, "external_in", path_of("in/raw"), true);
    put_external(file, "external_out", path_of("out/raw"), true);
    put_external(file, "external_pipe", path_of("in/pipe"), false);
    H5Fclose(file);
    ck_assert_int_eq(mkfifo(path_of("in/pipe"), 0600), 0);
    ck_assert_int_eq(symlink(path_of("out/far.h5"), path_of("in/symbolic.h5")), 0);
}

static void setup(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(top, sizeof top, "%.40s/h5grad-XXXXXX",
             parent && strlen(parent) < 40 ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(top));
    ck_assert_int_eq(mkdir(path_of("in"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of("out"), 0700), 0);
    h5_enter(&guard);
    make_files();
}

static void teardown(void)
{
    static const char *const names[] = {"in/main.h5",     "in/data.h5", "in/raw",  "in/pipe",
                                        "in/symbolic.h5", "out/far.h5", "out/raw", "in/long.h5"};
    h5_close(opened);
    opened = -1;
    h5_access_free(&trust);
    h5_leave(&guard);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(path_of(names[i]));
    ck_assert_int_eq(rmdir(path_of("in")), 0);
    ck_assert_int_eq(rmdir(path_of("out")), 0);
    ck_assert_int_eq(rmdir(top), 0);
}

static void open_main(bool follow)
{
    h5_close(opened);
    h5_access_free(&trust);
    trust = (struct h5_access){.follow_external = follow};
    opened = h5_open_input(path_of("in/main.h5"), &trust, &err);
    ck_assert_msg(opened >= 0, "%s", err.message);
}

/* Reads a dataset by the library's way: H5GRAD_OK when its values are those written. */
static enum h5grad_status read_named(const char *name)
{
    hid_t dataset = h5_open_dataset(opened, name, &err);
    if (dataset < 0)
        return H5GRAD_FAILED;
    struct h5_storage storage;
    struct h5_type type;
    float values[POINTS] = {0};
    struct reader_view view;
    struct tile tile = {.core = {.count = {POINTS}}, .halo = {.count = {POINTS}}};
    hid_t stored = H5Dget_type(dataset);
    ck_assert_int_eq(h5_storage_read(dataset, &storage, &err), H5GRAD_OK);
    ck_assert_int_eq(h5_type_open(stored, &type, &err), H5GRAD_OK);
    struct reader_source source = {dataset, &storage, &type};
    struct reader *reader = reader_open(&source, "library", &err);
    ck_assert_ptr_nonnull(reader);
    h5_leave(&guard);
    enum h5grad_status status = reader_read(reader, &tile, values, NULL, &view, &err);
    h5_enter(&guard);
    if (!status)
        ck_assert_int_eq((int)values[0] + (int)values[POINTS - 1], 9);
    reader_close(reader);
    h5_type_close(&type);
    h5_close(stored);
    h5_close(dataset);
    return status;
}

static void assert_read(const char *name)
{
    ck_assert_msg(read_named(name) == H5GRAD_OK, "%s: %s", name, err.message);
}

static void assert_refused(const char *name, const char *reason)
{
    ck_assert_int_eq(read_named(name), H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, reason) != NULL, "%s: %s", name, err.message);
}

START_TEST(data_in_the_folder_are_read)
{
    open_main(false);
    assert_read("link_in");
    assert_read("link_soft");
    assert_read("virtual_in");
    assert_read("external_in");
}
END_TEST

START_TEST(data_elsewhere_are_refused)
{
    open_main(false);
    assert_refused("link_out", "--follow-external");
    assert_refused("link_up", "out/far.h5, outside the folder");
    assert_refused("virtual_out", "out/far.h5, outside the folder");
    assert_refused("virtual_nested", "out/far.h5, outside the folder");
    assert_refused("external_out", "out/raw, outside the folder");
    assert_refused("external_pipe", "is not a regular file");
    assert_refused("link_to_nothing", "external link to /u in absent.h5, which cannot be opened");
    assert_read("link_in");
    assert_read("virtual_in");
}
END_TEST

START_TEST(data_elsewhere_are_read_where_the_user_says_so)
{
    open_main(true);
    assert_read("link_out");
    assert_read("link_up");
    assert_read("virtual_out");
    assert_read("virtual_nested");
    assert_read("external_out");
    assert_refused("external_pipe", "is not a regular file");
}
END_TEST

START_TEST(the_working_folder_is_no_excuse)
{
    int here = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(chdir(path_of("out")), 0);
    hid_t file = create("in/long.h5");
    put_virtual(file, "v", "far.h5", "/u");
    link_to(file, "x", "far.h5", "/u");
    H5Fclose(file);
    trust = (struct h5_access){0};
    opened = h5_open_input(path_of("in/long.h5"), &trust, &err);
    ck_assert_int_ge(opened, 0);
    assert_refused("v", "out/far.h5, outside the folder");
    assert_refused("x", "out/far.h5, outside the folder");
    ck_assert_int_eq(fchdir(here), 0);
    close(here);
}
END_TEST

START_TEST(a_symbolic_link_to_a_file_is_both_places)
{
    trust = (struct h5_access){0};
    opened = h5_open_input(path_of("in/symbolic.h5"), &trust, &err);
    ck_assert_msg(opened >= 0, "%s", err.message);
    assert_read("u");
}
END_TEST

START_TEST(a_walk_finds_what_may_be_read)
{
    struct h5_walk walk;
    open_main(false);
    ck_assert_int_eq(h5_walk(opened, NULL, NULL, &walk, &err), H5GRAD_OK);
    size_t links = 0;
    for (size_t i = 0; i < walk.n; i++)
        links += strstr(walk.dataset[i].path, "link") != NULL;
    ck_assert_uint_eq(links, 1);
    h5_walk_free(&walk);
}
END_TEST

START_TEST(change_is_noticed)
{
    open_main(false);
    ck_assert_int_eq(h5_input_check_unchanged(opened, &err), H5GRAD_OK);
    int fd = open(path_of("in/main.h5"), O_WRONLY | O_APPEND);
    ck_assert_int_eq(write(fd, "", 1), 1);
    close(fd);
    ck_assert_int_eq(h5_input_check_unchanged(opened, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "changed while it was read"));
}
END_TEST

START_TEST(truncation_is_an_error)
{
    open_main(false);
    ck_assert_int_eq(truncate(path_of("in/main.h5"), 600), 0);
    ck_assert_int_eq(read_named("virtual_in"), H5GRAD_FAILED);
}
END_TEST

START_TEST(plugins_are_not_loaded_unasked)
{
    unsigned state = 1;
    struct h5_access allowed = {.allow_plugins = true};
    ck_assert_int_ge(H5PLget_loading_state(&state), 0);
    ck_assert_uint_eq(state, 0);
    h5_permit_plugins(NULL);
    h5_permit_plugins(&trust);
    H5PLget_loading_state(&state);
    ck_assert_uint_eq(state, 0);
    h5_permit_plugins(&allowed);
    H5PLget_loading_state(&state);
    ck_assert_uint_ne(state & H5PL_FILTER_PLUGIN, 0);
    h5_leave(&guard);
    H5PLget_loading_state(&state);
    ck_assert_uint_ne(state & H5PL_FILTER_PLUGIN, 0);
    h5_enter(&guard);
}
END_TEST

static Suite *trust_suite(void)
{
    Suite *suite = suite_create("trust");
    TCase *tests = tcase_create("trust");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, data_in_the_folder_are_read);
    tcase_add_test(tests, data_elsewhere_are_refused);
    tcase_add_test(tests, data_elsewhere_are_read_where_the_user_says_so);
    tcase_add_test(tests, the_working_folder_is_no_excuse);
    tcase_add_test(tests, a_symbolic_link_to_a_file_is_both_places);
    tcase_add_test(tests, a_walk_finds_what_may_be_read);
    tcase_add_test(tests, change_is_noticed);
    tcase_add_test(tests, truncation_is_an_error);
    tcase_add_test(tests, plugins_are_not_loaded_unasked);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(trust_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
