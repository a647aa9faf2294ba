/* SPDX-License-Identifier: BSD-3-Clause */
/* Lengths that a file claims for elements of variable length. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hdf5/attribute.h"
#include "trust/input_driver.h"
#include "hdf5/scales.h"
#include "hdf5/variable.h"
#include "hdf5/walk.h"
#include "trust/open.h"
#include "tests/support/scratch_file.h"
#include "output/copy.h"
#include "tests/support/suite.h"

/* Of one part, found in the file by its length. */
#define MARK   1237
#define OTHERS 3 /* elements before it */

static struct h5_access trust;

static void setup(void)
{
    scratch_make();
}

static void teardown(void)
{
    hg_close(file);
    hg_access_free(&trust);
    scratch_remove();
}

static void reopen(uint64_t memory)
{
    hg_close(file);
    hg_access_free(&trust);
    trust = (struct h5_access){.memory = memory};
    file = hg_open_input(path, &trust, &err);
    ck_assert_msg(file >= 0, "%s", err.message);
}

/* A file of other sizes, whose addresses count from a user block. */
static void make_file(hsize_t user_block, size_t address_bytes, size_t length_bytes)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    hg_close(file);
    H5Pset_userblock(creation, user_block);
    H5Pset_sizes(creation, address_bytes, length_bytes);
    file = h5make_file(path, creation);
    hg_close(creation);
}

/* ---------------------------------------------------------------------------- types and elements
 */

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    return type;
}

static hid_t list_type(void)
{
    return H5Tvlen_create(H5T_NATIVE_INT16);
}

struct mixed {
    double number;
    hvl_t list;
    const char *text[2];
    int32_t last;
};

/* The members are not in the order in which they lie. */
static hid_t mixed_type(void)
{
    const hsize_t two = 2;
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(struct mixed));
    hid_t text = text_type(), list = list_type(), texts = H5Tarray_create2(text, 1, &two);
    H5Tinsert(type, "last", offsetof(struct mixed, last), H5T_NATIVE_INT32);
    H5Tinsert(type, "text", offsetof(struct mixed, text), texts);
    H5Tinsert(type, "list", offsetof(struct mixed, list), list);
    H5Tinsert(type, "number", offsetof(struct mixed, number), H5T_NATIVE_DOUBLE);
    hg_close(texts);
    hg_close(list);
    hg_close(text);
    return type;
}

static char long_text[MARK + 1];
static int16_t long_list[MARK];

/* Makes elements, the last with the marked part. */
static void *fill_texts(void)
{
    static const char *texts[OTHERS + 1] = {"", "one", NULL, long_text};
    return texts;
}

static void *fill_lists(void)
{
    static hvl_t lists[OTHERS + 1];
    lists[1] = (hvl_t){3, long_list};
    lists[OTHERS] = (hvl_t){MARK, long_list};
    return lists;
}

static void *fill_mixed(void)
{
    static struct mixed mixed[OTHERS + 1];
    for (int i = 0; i <= OTHERS; i++) {
        mixed[i].list = (hvl_t){(size_t)i, long_list};
        mixed[i].text[0] = "first";
        mixed[i].text[1] = i == OTHERS ? long_text : "second";
    }
    return mixed;
}

static const struct kind {
    hid_t (*type)(void);
    void *(*fill)(void);
} kinds[] = {{text_type, fill_texts}, {list_type, fill_lists}, {mixed_type, fill_mixed}};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* The elements as attribute "a" and as dataset "d". */
static void put(const struct kind *kind)
{
    const hsize_t n = OTHERS + 1;
    hid_t type = kind->type(), space = H5Screate_simple(1, &n, NULL);
    memset(long_text, 'x', MARK);
    hid_t attribute = H5Acreate2(file, "a", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, type, kind->fill()) >= 0);
    hid_t dataset = H5Dcreate2(file, "d", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, kind->fill()) >= 0);
    hg_close(dataset);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

/* What the file claims of a part: its length and place. */
struct claim {
    uint32_t length;
    uint32_t address[2];
    uint32_t number;
};

/* Changes the claims of both marked parts in the file. */
static void patch(void (*change)(struct claim *claim, uint64_t value), uint64_t value)
{
    static unsigned char content[1 << 20];
    const uint32_t mark = MARK;
    unsigned found = 0;
    hg_close(file);
    file = -1;
    FILE *stream = fopen(path, "r+b");
    ck_assert_ptr_nonnull(stream);
    size_t n = fread(content, 1, sizeof content, stream);
    for (size_t i = 0; i + sizeof(struct claim) <= n; i++) {
        struct claim claim;
        memcpy(&claim, content + i, sizeof claim);
        if (claim.length != mark || claim.address[1] != 0 || claim.address[0] > n - 4 ||
            memcmp(content + claim.address[0], "GCOL", 4) != 0)
            continue;
        change(&claim, value);
        fseek(stream, (long)i, SEEK_SET);
        ck_assert_uint_eq(fwrite(&claim, 1, sizeof claim, stream), sizeof claim);
        found++;
    }
    ck_assert_int_eq(fclose(stream), 0);
    ck_assert_uint_eq(found, 2);
}

static enum h5grad_status check_attribute(uint64_t most)
{
    hid_t attribute = H5Aopen(file, "a", H5P_DEFAULT);
    ck_assert(attribute >= 0);
    hid_t type = H5Aget_type(attribute);
    enum h5grad_status status = hg_variable_check_attribute(attribute, type, most, &err);
    hg_close(type);
    hg_close(attribute);
    return status;
}

static enum h5grad_status check_dataset(uint64_t first, uint64_t count)
{
    const struct box box = {.start = {first}, .count = {count}};
    hid_t dataset = hg_open_dataset(file, "d", &err);
    ck_assert(dataset >= 0);
    hid_t type = H5Dget_type(dataset);
    enum h5grad_status status = hg_variable_check_box(dataset, type, 1, &box, &err);
    hg_close(type);
    hg_close(dataset);
    return status;
}

START_TEST(what_is_right_passes)
{
    static const size_t sizes[][2] = {{8, 8}, {4, 4}, {8, 4}, {4, 8}, {8, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        make_file(i % 2 ? 1024 : 0, sizes[i][0], sizes[i][1]);
        put(&kinds[_i]);
        reopen(1 << 20);
        ck_assert_msg(check_attribute(UINT64_MAX) == H5GRAD_OK, "%s", err.message);
        ck_assert_msg(check_dataset(0, OTHERS + 1) == H5GRAD_OK, "%s", err.message);
        ck_assert_int_eq(check_dataset(1, 2), H5GRAD_OK);
    }
}
END_TEST

static void set_length(struct claim *claim, uint64_t value)
{
    claim->length = (uint32_t)value;
}

static void set_address(struct claim *claim, uint64_t value)
{
    claim->address[0] = (uint32_t)value;
    claim->address[1] = (uint32_t)(value >> 32);
}

static void set_number(struct claim *claim, uint64_t value)
{
    claim->number = (uint32_t)value;
}

static const struct {
    void (*change)(struct claim *claim, uint64_t value);
    uint64_t value;
} wrong[] = {
    {set_length, MARK + 1},   {set_length, UINT32_MAX},  {set_length, (uint64_t)1 << 24},
    {set_address, 8},         {set_address, UINT64_MAX}, {set_address, UINT64_MAX - 7},
    {set_address, 1000000},   {set_number, 0},           {set_number, 60000},
    {set_number, UINT32_MAX},
};

/* Nothing is read: libhdf5 would allocate whatever the length says. */
START_TEST(what_is_wrong_is_not_read)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make_file(0, 8, 8);
        put(&kinds[_i]);
        patch(wrong[i].change, wrong[i].value);
        reopen(i % 2 ? 0 : 1 << 20);
        ck_assert_int_eq(check_attribute(UINT64_MAX), H5GRAD_FAILED);
        ck_assert_msg(strncmp(err.message, "damaged: a length of ", 21) == 0, "%s", err.message);
        ck_assert_int_eq(check_dataset(0, OTHERS + 1), H5GRAD_FAILED);
        ck_assert_msg(strstr(err.message, "damaged: a length of ") != NULL, "%s", err.message);
        ck_assert_int_eq(check_dataset(0, OTHERS), H5GRAD_OK);
    }
}
END_TEST

/* The object is longer than the buffer that libhdf5 allocates. */
START_TEST(objects_that_are_too_long)
{
    static char text[3 * MARK * 4];
    const char *texts = text;
    make_file(0, 8, 8);
    hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
    memset(text, 'x', sizeof text - 1);
    hid_t attribute = H5Acreate2(file, "longer", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, type, &texts) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
    put(&kinds[0]);
    patch(set_number, 1);
    reopen(0);
    ck_assert_int_eq(check_attribute(UINT64_MAX), H5GRAD_FAILED);
    ck_assert_int_eq(check_dataset(OTHERS, 1), H5GRAD_FAILED);
}
END_TEST

/* The bytes of all parts count, even if several parts are one object. */
START_TEST(memory_is_held_to)
{
    static const char *many[1000];
    const hsize_t n = 1000;
    make_file(0, 8, 8);
    put(&kinds[0]);
    reopen(4 << 20);
    ck_assert_int_eq(check_attribute(MARK + 10), H5GRAD_OK);
    ck_assert_int_eq(check_attribute(MARK), H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, "(raise --memory)") != NULL, "%s", err.message);

    make_file(0, 8, 8);
    for (size_t i = 0; i < n; i++)
        many[i] = long_text;
    hid_t type = text_type(), space = H5Screate_simple(1, &n, NULL);
    hid_t dataset = H5Dcreate2(file, "d", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, many) >= 0);
    hg_close(dataset);
    hg_close(space);
    hg_close(type);
    reopen(8 * 1000 * MARK);
    ck_assert_int_eq(check_dataset(0, n), H5GRAD_OK);
    reopen(2 * 1000 * MARK);
    ck_assert_int_eq(check_dataset(0, n), H5GRAD_FAILED);
    ck_assert_int_eq(check_dataset(0, n / 4), H5GRAD_OK);
}
END_TEST

/* All readers check lengths: of texts, of lists of scales, of copied attributes. */
START_TEST(readers_ask)
{
    make_file(0, 8, 8);
    put(&kinds[0]);
    patch(set_length, UINT32_MAX);
    reopen(0);
    size_t n = 0;
    ck_assert_ptr_null(hg_attribute_texts(file, "a", &n));
    hid_t copy = h5make_file("copy.h5", H5P_DEFAULT);
    ck_assert_int_eq(hg_attribute_copy(file, copy, "a", &err), H5GRAD_OK);
    ck_assert_int_eq(H5Aexists(copy, "a"), 0);
    hid_t source = hg_open_dataset(file, "d", &err);
    hid_t dataset = hg_copy_create(source, NULL, copy, "/d", COPY_ALIKE, &err);
    ck_assert(dataset >= 0);
    hg_leave(&guard);
    ck_assert_int_eq(hg_copy_points(source, NULL, dataset, &err), H5GRAD_FAILED);
    hg_enter(&guard);
    ck_assert_msg(strstr(err.message, "damaged: a length of ") != NULL, "%s", err.message);
    hg_close(dataset);
    hg_close(source);
    hg_close(copy);
    unlink("copy.h5");
    ck_assert(!hg_ran_out());
}
END_TEST

START_TEST(lists_of_scales)
{
    static hobj_ref_t references[MARK];
    const hsize_t two = 2;
    const size_t n[2] = {MARK, 0};
    for (int i = 0; i < 2; i++) {
        make_file(0, 8, 8);
        hid_t space = H5Screate_simple(1, &two, NULL);
        hid_t dataset =
            H5Dcreate2(file, "d", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        hid_t other =
            H5Dcreate2(file, "e", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        ck_assert_int_eq(hg_scales_write(dataset, 2, n, references, &err), H5GRAD_OK);
        ck_assert_int_eq(hg_scales_write(other, 2, n, references, &err), H5GRAD_OK);
        hg_close(other);
        hg_close(dataset);
        hg_close(space);
        if (i > 0)
            patch(set_length, 16777217);
        reopen(0);
        struct h5_scales scales;
        bool found;
        dataset = hg_open_dataset(file, "d", &err);
        enum h5grad_status status = hg_scales_read(dataset, 2, &scales, &found, &err);
        ck_assert_int_eq(status, i > 0 ? H5GRAD_FAILED : H5GRAD_OK);
        ck_assert_int_eq(found, i == 0);
        if (found) {
            ck_assert_uint_eq(scales.list[0].len, MARK);
            hg_scales_free(&scales);
        } else {
            ck_assert_str_eq(err.message, "the list of its dimension scales cannot be read: "
                                          "damaged: a length of 16777217 is not that of what it "
                                          "refers to");
        }
        hg_close(dataset);
    }
}
END_TEST

/* Unwritten points of which the fill value has a length. */
START_TEST(fill_values)
{
    const hsize_t n = 8, chunk = 2;
    const char *fill = long_text;
    make_file(0, 8, 8);
    memset(long_text, 'x', MARK);
    hid_t type = text_type(), space = H5Screate_simple(1, &n, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 1, &chunk);
    ck_assert(H5Pset_fill_value(creation, type, &fill) >= 0);
    hg_close(H5Dcreate2(file, "d", type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    hg_close(creation);
    hg_close(space);
    hg_close(type);
    reopen(4 * n * MARK);
    ck_assert_msg(check_dataset(0, n) == H5GRAD_OK, "%s", err.message);
    reopen(4 * MARK);
    ck_assert_int_eq(check_dataset(0, n), H5GRAD_FAILED);
}
END_TEST

/* The conversion that shows elements as stored is unregistered afterwards. */
START_TEST(libhdf5_is_left_as_it_was)
{
    unsigned char bytes[(OTHERS + 1) * 16];
    make_file(0, 8, 8);
    put(&kinds[0]);
    reopen(0);
    ck_assert_int_eq(check_attribute(UINT64_MAX), H5GRAD_OK);
    hid_t attribute = H5Aopen(file, "a", H5P_DEFAULT), type = H5Tcreate(H5T_OPAQUE, 16);
    ck_assert(H5Aread(attribute, type, bytes) < 0);
    hg_close(type);
    hg_close(attribute);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("variable");
    TCase *tests = add_case(suite, "variable", setup, teardown);
    tcase_add_loop_test(tests, what_is_right_passes, 0, KINDS);
    tcase_add_loop_test(tests, what_is_wrong_is_not_read, 0, KINDS);
    ADD_TESTS(tests, objects_that_are_too_long, memory_is_held_to, readers_ask, lists_of_scales,
              fill_values, libhdf5_is_left_as_it_was);
    return run_suite(suite);
}
