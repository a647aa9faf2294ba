/* SPDX-License-Identifier: BSD-3-Clause */
/* The other files that a file may make h5grad read: by external links, virtual and external data.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hdf5/attribute.h"
#include "trust/input_driver.h"
#include "hdf5/scales.h"
#include "hdf5/storage.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "trust/open.h"
#include "libhdf5/identity.h"
#include "reader/reader.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

#define POINTS 4

static struct h5_guard guard;
static struct h5grad_error err;
static struct h5_access trust;
static hid_t opened = -1;

static hid_t create(const char *name)
{
    hid_t file = H5Fcreate(in_folder(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    return file;
}

static void put(hid_t file, const char *name, hid_t creation, bool write)
{
    static const float values[POINTS] = {1, 2, 4, 8};
    hsize_t extent = POINTS;
    hid_t dataset = h5make_dataset(file, name, H5T_NATIVE_FLOAT, 1, &extent, creation);
    if (write)
        h5make_points(dataset, H5T_NATIVE_FLOAT, values);
    H5Dclose(dataset);
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

/* in/main.h5 names data in in/ and in out/. */
static void make_files(void)
{
    hid_t file = create("out/far.h5");
    put(file, "u", H5P_DEFAULT, true);
    H5Fclose(file);
    file = create("in/data.h5");
    put(file, "u", H5P_DEFAULT, true);
    put_virtual(file, "nested", in_folder("out/far.h5"), "/u");
    H5Lcreate_soft("/u", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);

    file = create("in/main.h5");
    link_to(file, "link_in", "data.h5", "/u");
    link_to(file, "link_soft", "data.h5", "/soft");
    link_to(file, "link_out", in_folder("out/far.h5"), "/u");
    link_to(file, "link_up", "../out/far.h5", "/u");
    link_to(file, "link_to_nothing", "absent.h5", "/u");
    put_virtual(file, "virtual_in", "data.h5", "/u");
    put_virtual(file, "virtual_nested", "data.h5", "/nested");
    put_virtual(file, "virtual_out", "../out/far.h5", "/u");
    put_virtual(file, "virtual_raw", ".", "/external_out");
    put_virtual(file, "virtual_later", "later.h5", "/u");
    put_virtual(file, "virtual_itself", ".", "/virtual_nested");
    put_external(file, "external_in", in_folder("in/raw"), true);
    put_external(file, "external_out", in_folder("out/raw"), true);
    put_external(file, "external_pipe", in_folder("in/pipe"), false);
    H5Fclose(file);
    ck_assert_int_eq(mkfifo(in_folder("in/pipe"), 0600), 0);
    ck_assert_int_eq(symlink(in_folder("out/far.h5"), in_folder("in/symbolic.h5")), 0);
}

static void setup(void)
{
    folder_make();
    ck_assert_int_eq(mkdir(in_folder("in"), 0700), 0);
    ck_assert_int_eq(mkdir(in_folder("out"), 0700), 0);
    hg_enter(&guard);
    make_files();
}

static void teardown(void)
{
    hg_close(opened);
    opened = -1;
    hg_access_free(&trust);
    hg_leave(&guard);
    folder_remove();
}

static void open_input(const char *name, bool follow)
{
    hg_close(opened);
    hg_access_free(&trust);
    trust = (struct h5_access){.follow_external = follow};
    opened = hg_open_input(in_folder(name), &trust, &err);
    ck_assert_msg(opened >= 0, "%s", err.message);
}

static void open_main(bool follow)
{
    open_input("in/main.h5", follow);
}

/* Reads a dataset by the library method; H5GRAD_OK if its values are those written. */
static enum h5grad_status read_named(const char *name)
{
    hid_t dataset = hg_open_dataset(opened, name, &err);
    if (dataset < 0)
        return H5GRAD_FAILED;
    struct h5_storage storage;
    struct h5_type type;
    float values[POINTS] = {0};
    struct reader_view view;
    struct tile tile = {.core = {.count = {POINTS}}, .halo = {.count = {POINTS}}};
    hid_t stored = H5Dget_type(dataset);
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_type_open(stored, &type, &err), H5GRAD_OK);
    struct reader_source source = {.dataset = dataset, .storage = &storage, .type = &type};
    struct reader *reader = hg_reader_open(&source, "library", &err);
    enum h5grad_status status = reader ? H5GRAD_OK : H5GRAD_FAILED;
    hg_leave(&guard);
    if (reader)
        status = hg_reader_read(reader, &tile, values, NULL, &view, &err);
    hg_enter(&guard);
    if (!status)
        ck_assert_int_eq((int)values[0] + (int)values[POINTS - 1], 9);
    hg_reader_close(reader);
    hg_type_close(&type);
    hg_close(stored);
    hg_close(dataset);
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
    assert_refused("link_to_nothing",
                   "external link to /u in absent.h5: No such file or directory");
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

static void put_blocks(hid_t file, const char *name, const char *source, const char *dataset)
{
    hsize_t extent = 0;
    hsize_t most = H5S_UNLIMITED;
    hsize_t start = 0;
    hsize_t block = POINTS;
    hid_t space = H5Screate_simple(1, &extent, &most);
    hid_t shown = H5Screate_simple(1, &block, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, &block, &most, &block);
    ck_assert_int_ge(H5Pset_virtual(creation, space, source, dataset, shown), 0);
    H5Dclose(H5Dcreate2(file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Pclose(creation);
    H5Sclose(shown);
    H5Sclose(space);
}

/* Makes in/chain.h5, which leads to external files by virtual datasets of its own and of
 * in/long.h5. */
static void make_chains(void)
{
    hid_t file = create("in/chain.h5");
    put_external(file, "raw_in", in_folder("in/raw"), false);
    put_external(file, "raw_out", in_folder("out/raw"), false);
    put_external(file, "raw_pipe", in_folder("in/pipe"), false);
    put_external(file, "block-0", in_folder("in/raw"), false);
    put_external(file, "block-1", in_folder("out/raw"), false);
    put_external(file, "50%", in_folder("out/raw"), false);
    put_virtual(file, "itself_out", ".", "/raw_out");
    put_virtual(file, "itself_in", ".", "/raw_in");
    put_virtual(file, "percent", ".", "/50%%");
    put_virtual(file, "circle", ".", "/circle");
    put_virtual(file, "absent", ".", "/nothing");
    put_virtual(file, "no_file", "nothing.h5", "/nothing");
    put_blocks(file, "blocks", "chain.h5", "/block-%b");
    link_to(file, "link", "chain.h5", "/raw_out");
    put_virtual(file, "linked", ".", "/link");
    H5Fclose(file);
    file = create("in/long.h5");
    put_virtual(file, "in", "chain.h5", "/raw_in");
    put_virtual(file, "out", "chain.h5", "/raw_out");
    put_virtual(file, "moved", "/nowhere/chain.h5", "/raw_out");
    put_virtual(file, "twice", "chain.h5", "/itself_out");
    put_virtual(file, "twice_in", "chain.h5", "/itself_in");
    put_virtual(file, "pipe", "chain.h5", "/raw_pipe");
    put_virtual(file, "circle", "chain.h5", "/circle");
    link_to(file, "link", "chain.h5", "/itself_out");
    put_blocks(file, "endless", "/nowhere-%b/chain.h5", "/raw_in");
    H5Fclose(file);
}

START_TEST(external_files_of_sources_are_refused)
{
    static const char *const own[] = {"itself_out", "percent", "blocks", "linked", "raw_out"};
    static const char *const others[] = {"out", "moved", "twice", "link"};
    make_chains();
    /* The second time the source is already known to be bad. */
    for (int time = 0; time < 2; time++) {
        open_input("in/chain.h5", false);
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            assert_refused(own[i], "out/raw, outside the folder");
        assert_refused("itself_out", "out/raw, outside the folder");
        assert_read("itself_in");
        open_input("in/long.h5", false);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            assert_refused(others[i], "out/raw, outside the folder");
        assert_refused("pipe", "in/pipe: is not a regular file");
        assert_read("in");
        assert_read("twice_in");
    }
    open_input("in/long.h5", true);
    assert_read("out");
    assert_read("twice");
    assert_refused("pipe", "in/pipe: is not a regular file");
}
END_TEST

/* libhdf5 drops the folder from the name of a source that is absent. */
START_TEST(sources_without_end_are_refused)
{
    make_chains();
    open_input("in/long.h5", false);
    assert_refused("endless", "has sources without end");
}
END_TEST

START_TEST(missing_sources_are_refused_when_points_are_read)
{
    static const char *const names[] = {"absent", "no_file"};
    make_chains();
    open_input("in/chain.h5", false);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        hid_t dataset = hg_open_dataset(opened, names[i], &err);
        ck_assert_msg(dataset >= 0, "%s: %s", names[i], err.message);
        hg_close(dataset);
        assert_refused(names[i], "/nothing of points 0..3: ");
    }
    assert_refused("absent", "object 'nothing' doesn't exist");
    assert_refused("no_file", "source nothing.h5:/nothing of points 0..3: No such file");
    ck_assert_int_eq(trust.refused[0], 0);
}
END_TEST

START_TEST(circles_are_refused)
{
    make_chains();
    open_input("in/chain.h5", false);
    assert_refused("circle", "source .:/circle: is among its own sources");
    open_input("in/long.h5", false);
    assert_refused("circle", "source chain.h5:/circle: source .:/circle: is among its own");
}
END_TEST

START_TEST(too_many_levels_are_refused)
{
    hid_t file = create("in/chain.h5");
    put(file, "level-0", H5P_DEFAULT, true);
    for (int i = 1; i <= 20; i++) {
        char name[2][32];
        snprintf(name[0], sizeof name[0], "level-%d", i - 1);
        snprintf(name[1], sizeof name[1], "level-%d", i);
        put_virtual(file, name[1], ".", name[0]);
    }
    H5Fclose(file);
    open_input("in/chain.h5", false);
    assert_refused("level-20", "nested more than 16 deep");
    assert_read("level-16");
}
END_TEST

START_TEST(external_files_must_be_there)
{
    char name[4096];
    memset(name, '/', sizeof name);
    snprintf(name + sizeof name - 64, 64, "%s", in_folder("out/raw"));
    hid_t file = create("in/chain.h5");
    put_external(file, "missing", in_folder("in/nothing"), false);
    for (size_t i = 0; i + 2 < sizeof name - 64; i += 2)
        memcpy(name + i, "./", 2);
    put_external(file, "long", name, false);
    H5Fclose(file);
    open_input("in/chain.h5", true);
    assert_refused("missing", "in/nothing: No such file");
    open_input("in/chain.h5", false);
    assert_refused("long", "external file");
}
END_TEST

/* Writes an address into the layout of a dataset that has none, as a file of unknown origin may
 * have beside external files. */
static void put_address(const char *path)
{
    static const unsigned char none[] = {3, 1, 255, 255, 255, 255, 255, 255, 255, 255};
    static const unsigned char address[] = {3, 1, 0, 2};
    static char content[1 << 14];
    FILE *stream = fopen(path, "r+b");
    ck_assert_ptr_nonnull(stream);
    const size_t n = fread(content, 1, sizeof content, stream);
    const char *at = memmem(content, n, none, sizeof none);
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(fseek(stream, at - content, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(address, 1, sizeof address, stream), sizeof address);
    for (size_t i = sizeof address; i < sizeof none; i++)
        ck_assert_int_eq(fputc(0, stream), 0);
    ck_assert_int_eq(fclose(stream), 0);
}

START_TEST(external_files_are_refused_beside_an_address)
{
    hid_t file = h5make_file(in_folder("in/chain.h5"), H5P_DEFAULT);
    put_external(file, "lie", in_folder("out/raw"), false);
    H5Fclose(file);
    put_address(in_folder("in/chain.h5"));
    open_input("in/chain.h5", false);
    assert_refused("lie", "out/raw, outside the folder");
}
END_TEST

static void put_scales(hid_t file)
{
    static const char *const scales[] = {"raw_out", "raw_in"};
    hobj_ref_t references[2];
    size_t n = 2;
    put(file, "scaled", H5P_DEFAULT, true);
    hid_t dataset = H5Dopen2(file, "scaled", H5P_DEFAULT);
    for (size_t i = 0; i < 2; i++)
        H5Rcreate(&references[i], file, scales[i], H5R_OBJECT, -1);
    ck_assert_int_eq(hg_scales_write(dataset, 1, &n, references, &err), H5GRAD_OK);
    H5Dclose(dataset);
}

START_TEST(scales_elsewhere_are_refused)
{
    struct h5_scales scales;
    struct h5_identity identity;
    bool found;
    make_chains();
    hid_t file = H5Fopen(in_folder("in/chain.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
    put_scales(file);
    H5Fclose(file);
    open_input("in/chain.h5", false);
    hid_t dataset = hg_open_dataset(opened, "scaled", &err);
    ck_assert_int_eq(hg_scales_read(dataset, 1, &scales, &found, &err), H5GRAD_OK);
    ck_assert(found);
    ck_assert_int_eq(hg_scales_open(&scales, dataset, 0, 0, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.message, "out/raw, outside the folder"));
    ck_assert(hg_scales_identify(&scales, dataset, 0, 0, &identity));
    hid_t scale = hg_scales_open(&scales, dataset, 0, 1, &err);
    ck_assert_int_ge(scale, 0);
    hg_close(scale);
    hg_scales_free(&scales);
    hg_close(dataset);
}
END_TEST

#define TEXT_BYTES ((size_t)256 << 10)

/* Attributes of n texts of TEXT_BYTES. */
static void put_texts(hid_t object, const char *name, size_t n)
{
    const char *texts[8];
    char *text = malloc(TEXT_BYTES + 1);
    memset(text, 'x', TEXT_BYTES);
    text[TEXT_BYTES] = '\0';
    for (size_t i = 0; i < n; i++)
        texts[i] = text;
    ck_assert_int_eq(hg_attribute_write_texts(object, name, texts, n, &err), H5GRAD_OK);
    free(text);
}

static size_t texts_of(hid_t object, const char *name)
{
    size_t n = 0;
    char **texts = hg_attribute_texts(object, name, &n);
    n = texts ? n : 0;
    hg_free_texts(texts, n);
    return n;
}

START_TEST(texts_that_are_not_used_are_not_read)
{
    hid_t file = create("in/chain.h5");
    put_texts(file, "eight", 8);
    H5Fclose(file);
    open_input("in/chain.h5", false);
    ck_assert_ptr_null(hg_attribute_text(opened, "eight"));
    ck_assert_uint_eq(trust.heap_read, 0);
    ck_assert_uint_eq(texts_of(opened, "eight"), 8);
    ck_assert_uint_gt(trust.heap_read, TEXT_BYTES);
}
END_TEST

/* Each of several texts counts as the longest of the file: eight of four bytes need 8 * 4. */
START_TEST(texts_are_read_within_the_memory)
{
    hid_t file = create("in/chain.h5");
    put_texts(file, "one", 1);
    put_texts(file, "eight", 8);
    H5Fclose(file);
    for (int seen = 0; seen < 2; seen++) {
        open_input("in/chain.h5", false);
        trust.memory = 6 * TEXT_BYTES;
        if (seen) /* and is in the cache */
            ck_assert_uint_eq(texts_of(opened, "one"), 1);
        ck_assert_uint_eq(texts_of(opened, "eight"), 0);
        ck_assert_uint_eq(texts_of(opened, "one"), 1);
        open_input("in/chain.h5", false);
        trust.memory = 40 * TEXT_BYTES;
        ck_assert_uint_eq(texts_of(opened, "eight"), 8);
        open_input("in/chain.h5", false);
        trust.memory = TEXT_BYTES;
        ck_assert_uint_eq(texts_of(opened, "one"), 0);
    }
}
END_TEST

static bool is_copied(const char *name)
{
    hid_t to = create("in/later.h5");
    ck_assert_int_eq(hg_attribute_copy(opened, to, name, &err), H5GRAD_OK);
    bool copied = H5Aexists(to, name) > 0;
    H5Fclose(to);
    return copied;
}

START_TEST(attributes_are_copied_within_the_memory)
{
    hid_t file = create("in/chain.h5");
    hid_t list = H5Tvlen_create(H5T_NATIVE_INT);
    hid_t lists = H5Tvlen_create(list);
    hid_t space = H5Screate(H5S_SCALAR);
    hvl_t none = {0};
    put_texts(file, "eight", 8);
    hid_t attribute = H5Acreate2(file, "list", list, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, list, &none);
    H5Aclose(attribute);
    attribute = H5Acreate2(file, "lists", lists, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, lists, &none);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(lists);
    H5Tclose(list);
    H5Fclose(file);
    open_input("in/chain.h5", false);
    trust.memory = 6 * TEXT_BYTES;
    ck_assert(!is_copied("eight"));
    ck_assert(is_copied("list"));
    ck_assert(!is_copied("lists"));
    trust.memory = 40 * TEXT_BYTES;
    ck_assert(is_copied("eight"));
}
END_TEST

START_TEST(the_working_folder_is_no_excuse)
{
    int here = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(chdir(in_folder("out")), 0);
    hid_t file = create("in/long.h5");
    put_virtual(file, "v", "far.h5", "/u");
    link_to(file, "x", "far.h5", "/u");
    H5Fclose(file);
    trust = (struct h5_access){0};
    opened = hg_open_input(in_folder("in/long.h5"), &trust, &err);
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
    opened = hg_open_input(in_folder("in/symbolic.h5"), &trust, &err);
    ck_assert_msg(opened >= 0, "%s", err.message);
    assert_read("u");
}
END_TEST

START_TEST(a_walk_finds_what_may_be_read)
{
    struct h5_walk walk;
    open_main(false);
    ck_assert_int_eq(hg_walk(opened, NULL, NULL, &walk, &err), H5GRAD_OK);
    size_t links = 0;
    for (size_t i = 0; i < walk.n; i++)
        links += strstr(walk.dataset[i].path, "link") != NULL;
    ck_assert_uint_eq(links, 1);
    hg_walk_free(&walk);
}
END_TEST

START_TEST(change_is_noticed)
{
    open_main(false);
    ck_assert_int_eq(hg_input_check_unchanged(opened, &err), H5GRAD_OK);
    int fd = open(in_folder("in/main.h5"), O_WRONLY | O_APPEND);
    ck_assert_int_eq(write(fd, "", 1), 1);
    close(fd);
    ck_assert_int_eq(hg_input_check_unchanged(opened, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "changed while it was read"));
}
END_TEST

static void append_byte(const char *name)
{
    int fd = open(in_folder(name), O_WRONLY | O_APPEND | O_CREAT, 0600);
    ck_assert_int_eq(write(fd, "", 1), 1);
    close(fd);
}

static void assert_unchanged(void)
{
    ck_assert_msg(hg_input_check_unchanged(opened, &err) == H5GRAD_OK, "%s", err.message);
}

static void assert_changed(const char *name)
{
    ck_assert_msg(hg_input_check_unchanged(opened, &err) == H5GRAD_FAILED, "%s", name);
    ck_assert_msg(strstr(err.message, name) && strstr(err.message, "changed while it was read"),
                  "%s: %s", name, err.message);
}

/* What is opened for a dataset is closed again by libhdf5 before it changes. */
START_TEST(changes_of_other_files_are_noticed)
{
    static const struct {
        const char *dataset, *file;
    } cases[] = {
        {"virtual_in", "in/data.h5"},     {"link_in", "in/data.h5"},
        {"virtual_nested", "out/far.h5"}, {"virtual_out", "out/far.h5"},
        {"external_out", "out/raw"},      {"virtual_itself", "out/far.h5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_main(true);
        assert_read(cases[i].dataset);
        assert_unchanged();
        append_byte(cases[i].file);
        assert_changed(cases[i].file + strlen("in/"));
    }
}
END_TEST

START_TEST(a_source_that_changed_is_not_read_again)
{
    open_main(false);
    assert_read("virtual_in");
    append_byte("in/data.h5");
    assert_refused("virtual_in", "data.h5 changed while it was read");
}
END_TEST

START_TEST(another_file_of_that_name_is_noticed)
{
    struct stat info;
    open_main(false);
    assert_read("external_in");
    ck_assert_int_eq(stat(in_folder("in/raw"), &info), 0);
    const struct timespec times[] = {info.st_atim, info.st_mtim};
    ck_assert_int_eq(rename(in_folder("in/raw"), in_folder("in/moved.h5")), 0);
    int fd = open(in_folder("in/raw"), O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(ftruncate(fd, info.st_size), 0);
    ck_assert_int_eq(futimens(fd, times), 0);
    close(fd);
    assert_changed("in/raw");
}
END_TEST

/* An open input may be removed or replaced: all reads are of one file. */
START_TEST(the_input_may_lose_its_name)
{
    open_main(false);
    assert_read("virtual_in");
    ck_assert_int_eq(rename(in_folder("in/main.h5"), in_folder("in/moved.h5")), 0);
    append_byte("in/main.h5");
    assert_unchanged();
    ck_assert_int_eq(hg_access_check_unchanged(&trust, false, &err), H5GRAD_FAILED);
}
END_TEST

static uint64_t note(const char *name)
{
    hg_close(hg_open_dataset(opened, name, &err));
    return hg_manifest_hash(&trust.manifest, true, 0);
}

START_TEST(sources_are_noted_before_they_are_read)
{
    static const struct {
        const char *dataset, *file;
    } cases[] = {
        {"virtual_in", "in/data.h5"},     {"virtual_nested", "out/far.h5"},
        {"virtual_raw", "out/raw"},       {"virtual_itself", "out/far.h5"},
        {"virtual_later", "in/later.h5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = cases[i].dataset;
        open_main(true);
        uint64_t before = note(name);
        assert_unchanged();
        open_main(true);
        ck_assert_msg(note(name) == before, "%s: not the same the second time", name);
        append_byte(cases[i].file);
        assert_changed(cases[i].file + strlen("in/"));
        open_main(true);
        ck_assert_msg(note(name) != before, "%s: the same after a change", name);
    }
}
END_TEST

static void put_numbered(const char *name)
{
    hid_t file = create(name);
    put_blocks(file, "v", "part-%b.h5", "/u");
    H5Fclose(file);
}

START_TEST(numbered_sources_are_noted_as_far_as_they_are_there)
{
    put_numbered("in/parts.h5");
    hid_t file = create("in/part-0.h5");
    put(file, "u", H5P_DEFAULT, true);
    H5Fclose(file);
    opened = hg_open_input(in_folder("in/parts.h5"), &trust, &err);
    note("v");
    assert_unchanged();
    append_byte("in/part-1.h5");
    assert_changed("in/part-1.h5");
}
END_TEST

START_TEST(truncation_is_an_error)
{
    open_main(false);
    ck_assert_int_eq(truncate(in_folder("in/main.h5"), 600), 0);
    ck_assert_int_eq(read_named("virtual_in"), H5GRAD_FAILED);
}
END_TEST

START_TEST(a_permission_to_load_plugins_ends_with_its_section)
{
    unsigned state = 1;
    struct h5_access allowed = {.allow_plugins = true};
    struct h5_guard within;
    hg_enter(&within);
    hg_permit_plugins(&allowed);
    hg_leave(&within);
    H5PLget_loading_state(&state);
    ck_assert_uint_eq(state, 0);
}
END_TEST

START_TEST(plugins_are_not_loaded_unasked)
{
    unsigned state = 1;
    struct h5_access allowed = {.allow_plugins = true};
    ck_assert_int_ge(H5PLget_loading_state(&state), 0);
    ck_assert_uint_eq(state, 0);
    hg_permit_plugins(NULL);
    hg_permit_plugins(&trust);
    H5PLget_loading_state(&state);
    ck_assert_uint_eq(state, 0);
    hg_permit_plugins(&allowed);
    H5PLget_loading_state(&state);
    ck_assert_uint_ne(state & H5PL_FILTER_PLUGIN, 0);
    hg_leave(&guard);
    H5PLget_loading_state(&state);
    ck_assert_uint_ne(state & H5PL_FILTER_PLUGIN, 0);
    hg_enter(&guard);
}
END_TEST

static Suite *trust_suite(void)
{
    Suite *suite = suite_create("trust");
    TCase *tests = add_case(suite, "trust", setup, teardown);
    ADD_TESTS(tests, data_in_the_folder_are_read, data_elsewhere_are_refused,
              data_elsewhere_are_read_where_the_user_says_so, external_files_of_sources_are_refused,
              sources_without_end_are_refused, missing_sources_are_refused_when_points_are_read,
              circles_are_refused, too_many_levels_are_refused, external_files_must_be_there,
              external_files_are_refused_beside_an_address, scales_elsewhere_are_refused,
              texts_that_are_not_used_are_not_read, texts_are_read_within_the_memory,
              attributes_are_copied_within_the_memory, the_working_folder_is_no_excuse,
              a_symbolic_link_to_a_file_is_both_places, a_walk_finds_what_may_be_read,
              change_is_noticed, changes_of_other_files_are_noticed,
              a_source_that_changed_is_not_read_again, another_file_of_that_name_is_noticed,
              the_input_may_lose_its_name, sources_are_noted_before_they_are_read,
              numbered_sources_are_noted_as_far_as_they_are_there, truncation_is_an_error,
              a_permission_to_load_plugins_ends_with_its_section, plugins_are_not_loaded_unasked);
    return suite;
}

int main(void)
{
    return run_suite(trust_suite());
}
