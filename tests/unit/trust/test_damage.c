/* SPDX-License-Identifier: BSD-3-Clause */
/* Files with false claims, and disks that fail during a read. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "values/numbers.h"
#include "hdf5/attribute.h"
#include "hdf5/contiguous.h"
#include "trust/input_driver.h"
#include "hdf5/limit.h"
#include "hdf5/variable.h"
#include "hdf5/walk.h"
#include "trust/open.h"
#include "axis/coord_array.h"
#include "reader/reader.h"
#include "output/copy.h"
#include "tests/support/scratch_file.h"
#include "tests/support/suite.h"

#define POINTS 20
#define MEMORY ((uint64_t)1 << 20)

/* libhdf5 leaks some bytes when it gives up damaged mappings. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

static struct h5_access trust;

/* Replaces pread, to simulate a disk that fails. */
static bool broken;

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    if (broken) {
        errno = EIO;
        return -1;
    }
    return (ssize_t)syscall(SYS_pread64, fd, data, size, offset);
}

static void setup(void)
{
    scratch_make();
    broken = false;
}

static void teardown(void)
{
    hg_close(file);
    hg_access_free(&trust);
    scratch_remove();
}

/* Closes the file and opens it to be read, with a limit on memory. */
static void reopen(uint64_t memory)
{
    hg_close(file);
    hg_access_free(&trust);
    trust = (struct h5_access){.memory = memory};
    file = hg_open_input(path, &trust, &err);
    ck_assert_msg(file >= 0, "%s", err.message);
}

/* Makes a dataset of POINTS points in chunks, filtered with filter unless that is negative. */
static void make(const char *name, hid_t type, hsize_t chunk, int filter)
{
    const hsize_t extent = POINTS, most = H5S_UNLIMITED;
    int32_t values[POINTS];
    hid_t space = H5Screate_simple(1, &extent, &most);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert(H5Pset_chunk(creation, 1, &chunk) >= 0);
    if (filter == H5Z_FILTER_SCALEOFFSET)
        ck_assert(H5Pset_scaleoffset(creation, H5Z_SO_INT, 0) >= 0);
    else if (filter == H5Z_FILTER_DEFLATE)
        ck_assert(H5Pset_deflate(creation, 1) >= 0);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    for (int i = 0; i < POINTS; i++)
        values[i] = 3 * i;
    if (chunk <= POINTS)
        ck_assert(H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    hg_close(dataset);
    hg_close(creation);
    hg_close(space);
}

static hid_t open_named(const char *name)
{
    hid_t dataset = hg_open_dataset(file, name, &err);
    ck_assert_msg(dataset >= 0, "%s", err.message);
    return dataset;
}

/* Replaces the first occurrence of old in the file by new. */
static void patch(const void *old, const void *new, size_t size)
{
    static char content[1 << 16];
    hg_close(file);
    file = -1;
    FILE *stream = fopen(path, "r+b");
    ck_assert_ptr_nonnull(stream);
    size_t n = fread(content, 1, sizeof content, stream);
    const char *at = memmem(content, n, old, size);
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(fseek(stream, at - content, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(new, 1, size, stream), size);
    ck_assert_int_eq(fclose(stream), 0);
}

/* ------------------------------------------------------------------------------------- memory */

static enum h5grad_status open_reader(const char *name, const char *method, uint64_t *held)
{
    hid_t dataset = open_named(name);
    hid_t stored = H5Dget_type(dataset);
    struct h5_storage storage;
    struct h5_type type;
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_type_open(stored, &type, &err), H5GRAD_OK);
    struct reader_source source = {.dataset = dataset, .storage = &storage, .type = &type};
    struct reader *reader = hg_reader_open(&source, method, &err);
    enum h5grad_status status = reader ? H5GRAD_OK : H5GRAD_FAILED;
    if (reader && held)
        *held = reader->held;
    if (reader && method)
        ck_assert_str_eq(reader->method->name, method);
    hg_reader_close(reader);
    hg_type_close(&type);
    hg_close(stored);
    hg_close(dataset);
    return status;
}

static enum h5grad_status open_line(const char *name)
{
    hid_t dataset = open_named(name);
    struct coord_array *array = hg_coord_array_open(dataset, POINTS, &err);
    hg_coord_array_close(array);
    hg_close(dataset);
    return array ? H5GRAD_OK : H5GRAD_FAILED;
}

static enum h5grad_status copy_named(const char *name)
{
    hid_t source = open_named(name);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert(H5Pset_fapl_core(access, 1 << 16, false) >= 0);
    hid_t output = H5Fcreate("copy", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    hid_t copy = hg_copy_create(source, NULL, output, "/copy", COPY_ALIKE, &err);
    ck_assert_msg(copy >= 0, "%s", err.message);
    hg_leave(&guard);
    enum h5grad_status status = hg_copy_points(source, NULL, copy, &err);
    hg_enter(&guard);
    hg_close(copy);
    hg_close(output);
    hg_close(access);
    hg_close(source);
    return status;
}

static enum h5grad_status read_numbers(const char *name)
{
    struct numbers numbers;
    enum h5grad_status status = hg_numbers_read_dataset(file, name, "", &numbers, &err);
    free(numbers.item);
    return status;
}

static void assert_too_large(enum h5grad_status status)
{
    ck_assert_int_eq(status, H5GRAD_FAILED);
    ck_assert_str_eq(err.message,
                     "a chunk of 4194304 bytes needs --memory=32M at least to be read");
}

START_TEST(chunks_larger_than_the_memory_are_not_decoded)
{
    make("/x", H5T_NATIVE_INT32, (hsize_t)1 << 20, H5Z_FILTER_DEFLATE);
    reopen(MEMORY);
    assert_too_large(open_line("/x"));
    assert_too_large(read_numbers("/x"));
    reopen(16 * MEMORY);
    uint64_t held = 0;
    ck_assert_int_eq(open_reader("/x", "library", &held), H5GRAD_OK);
    ck_assert_uint_eq(held, (12 + 8) * MEMORY); /* and in its cache */
    ck_assert_int_eq(open_line("/x"), H5GRAD_OK);
    ck_assert_int_eq(read_numbers("/x"), H5GRAD_OK);
    ck_assert_int_eq(copy_named("/x"), H5GRAD_OK);
}
END_TEST

START_TEST(what_is_copied_counts_too)
{
    make("/x", H5T_NATIVE_INT32, (hsize_t)1 << 20, H5Z_FILTER_DEFLATE);
    reopen(MEMORY);
    ck_assert_int_eq(copy_named("/x"), H5GRAD_FAILED);
    ck_assert_str_eq(err.message,
                     "a chunk of 4194304 bytes needs --memory=32M at least to be read");
}
END_TEST

START_TEST(chunks_without_filters_need_not_fit)
{
    make("/x", H5T_NATIVE_INT32, (hsize_t)1 << 20, -1);
    reopen(MEMORY);
    uint64_t held = 0;
    ck_assert_int_eq(open_reader("/x", "library", &held), H5GRAD_OK);
    ck_assert_uint_eq(held, 2 * sizeof(int32_t) + 8 * MEMORY); /* and the cache */
    ck_assert_int_eq(open_line("/x"), H5GRAD_OK);
    ck_assert_int_eq(copy_named("/x"), H5GRAD_OK);
}
END_TEST

START_TEST(chunks_of_any_size_are_counted)
{
    struct h5_storage storage = {.layout = H5_CHUNKED, .rank = 2, .n_filters = 1};
    storage.chunk[0] = storage.chunk[1] = UINT32_MAX;
    ck_assert_uint_eq(hg_limit_need(&storage, 8), INT64_MAX);
    storage.chunk[0] = (uint64_t)1 << 30;
    ck_assert_uint_eq(hg_limit_need(&storage, 1), INT64_MAX);
    storage.chunk[1] = 2;
    ck_assert_uint_eq(hg_limit_need(&storage, 1), (uint64_t)6 << 30);
    ck_assert_uint_eq(hg_limit_need(&storage, UINT64_MAX), INT64_MAX);
}
END_TEST

START_TEST(points_larger_than_the_memory_are_not_converted)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 1 << 20);
    ck_assert(H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE) >= 0);
    ck_assert(H5Tinsert(type, "i", 8, H5T_NATIVE_DOUBLE) >= 0);
    make("/x", type, 1 << 8, -1);
    hg_close(type);
    reopen(MEMORY);
    uint64_t held = 0;
    ck_assert_int_eq(open_reader("/x", NULL, &held), H5GRAD_OK);
    ck_assert_uint_eq(held, 2 * MEMORY);
}
END_TEST

START_TEST(filters_are_not_believed_a_size_that_is_not_the_chunks)
{
    static const uint32_t stored[] = {H5Z_SO_INT, 0, POINTS, 0, sizeof(int32_t)};
    static const uint32_t claimed[] = {H5Z_SO_INT, 0, 1 << 28, 0, sizeof(int32_t)};
    make("/x", H5T_NATIVE_INT32, POINTS, H5Z_FILTER_SCALEOFFSET);
    reopen(0);
    ck_assert_int_eq(open_reader("/x", NULL, NULL), H5GRAD_OK);
    patch(stored, claimed, sizeof stored);
    reopen(0);
    ck_assert_int_eq(open_reader("/x", NULL, NULL), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "damaged: filter scaleoffset is to make 1073741824 bytes of a "
                                  "chunk, which has 80");
    ck_assert_int_eq(open_line("/x"), H5GRAD_FAILED);
}
END_TEST

/* ----------------------------------------------------------------------------- virtual datasets */

/* Makes a virtual dataset of three blocks, whose mapping is in the global heap, and another one. */
static void make_virtual(H5F_libver_t version)
{
    const hsize_t extent[2] = {20, 10}, count[2] = {1, 1}, block[2] = {2, 3}, six[1] = {18};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(2, extent, NULL), source = H5Screate_simple(1, six, NULL);
    hg_close(file);
    H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST);
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    for (hsize_t i = 0; i < 3; i++) {
        const hsize_t start[2] = {5 * i, i};
        H5Sselect_hyperslab(space, i ? H5S_SELECT_OR : H5S_SELECT_SET, start, NULL, count, block);
    }
    ck_assert(H5Pset_virtual(creation, space, "somewhere.h5", "/data", source) >= 0);
    hg_close(H5Dcreate2(file, "v", H5T_NATIVE_INT, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    hg_close(H5Dcreate2(file, "x", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hg_close(source);
    hg_close(space);
    hg_close(creation);
    hg_close(access);
}

/* Changes a number in the mapping, at offset from its rank and number of blocks. False if this
 * libhdf5 writes mappings in another form. */
static bool damage_mapping(long offset, uint64_t value, unsigned bytes)
{
    static const uint32_t old[] = {2, 1, 0, 8 + 3 * 16, 2, 3};
    unsigned char content[sizeof old + 64], patched[sizeof content];
    FILE *stream = fopen(path, "rb");
    static char all[1 << 16];
    size_t n = fread(all, 1, sizeof all, stream);
    fclose(stream);
    const char *at = memmem(all, n, old, sizeof old);
    if (!at)
        return false;
    memcpy(content, at - 32, sizeof content);
    memcpy(patched, content, sizeof content);
    memcpy(patched + 32 + offset, &value, bytes);
    patch(content, patched, sizeof content);
    return true;
}

static void can_open(const char *name, bool can)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_eq(dataset >= 0, can);
    hg_close(dataset);
}

/* From 1.12 on the last one stores blocks in a form that damage_mapping does not know. */
static const H5F_libver_t versions[] = {H5F_LIBVER_EARLIEST, H5F_LIBVER_V110, H5F_LIBVER_LATEST};

START_TEST(mappings_that_hold_what_they_say)
{
    make_virtual(versions[_i]);
    reopen(0);
    can_open("v", true);
    can_open("x", true);
}
END_TEST

static const struct {
    long offset;
    uint64_t value;
    unsigned bytes;
} mappings[] = {{20, 4, 4},
                {20, 0xff000001, 4},
                {20, 0xffffff, 4},
                {16, 33, 4},
                {16, 0xffffffff, 4},
                {16, 0, 4},
                {0, 7, 4},
                {-16, 0x6161616161616161, 8},
                {-16, 0x6161616161616100, 8},
                {-30, 2, 1},
                {4, 3, 4}};

/* libhdf5 would read on after the end of such a mapping, for hours, or crash. */
START_TEST(mappings_that_do_not)
{
    for (size_t k = 0; k < 2; k++) {
        make_virtual(versions[k]);
        H5Fflush(file, H5F_SCOPE_GLOBAL);
        bool damaged = damage_mapping(mappings[_i].offset, mappings[_i].value, mappings[_i].bytes);
        reopen(0);
        can_open("v", !damaged);
        can_open("x", true);
    }
}
END_TEST

/* ------------------------------------------------------------------------------- global heaps */

#define TEXT      "sixteen letters!"
#define LONG_TEXT 5999 /* bytes; two of them leave 16 bytes of the heap free */

/* The header of an object in the global heap, and its bytes. */
struct object {
    uint16_t number, references;
    uint32_t reserved;
    uint64_t length;
};

static void add_text(void)
{
    const char *text = TEXT;
    hid_t type = H5Tcopy(H5T_C_S1);
    const hsize_t one = 1;
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0);
    hid_t space = H5Screate_simple(1, &one, NULL);
    hid_t attribute = H5Acreate2(file, "names", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, type, &text) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

/* Reads the text; returns false, with the reason in err, if that fails. */
static bool read_text(void)
{
    char *text = NULL;
    hid_t attribute = H5Aopen(file, "names", H5P_DEFAULT);
    ck_assert(attribute >= 0);
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    bool ok = H5Aread(attribute, type, &text) >= 0;
    if (!ok)
        hg_hdf5_error(&err, "it");
    else
        ck_assert_str_eq(text, TEXT);
    if (ok)
        hg_variable_reclaim(type, space, &text);
    hg_close(space);
    hg_close(type);
    hg_close(attribute);
    return ok;
}

/* Replaces the header of the heap's first object. */
static void damage_heap(struct object object)
{
    struct {
        struct object object;
        char text[sizeof TEXT - 1];
    } stored, claimed;
    _Static_assert(sizeof stored == 32, "as it lies in the file");
    add_text();
    stored.object = (struct object){1, 0, 0, sizeof stored.text};
    memcpy(stored.text, TEXT, sizeof stored.text);
    claimed = stored;
    claimed.object = object;
    patch(&stored, &claimed, sizeof stored);
    reopen(0);
}

START_TEST(sound_heaps_are_read)
{
    add_text();
    reopen(0);
    ck_assert(read_text());
}
END_TEST

START_TEST(heaps_without_end_are_not_gone_through)
{
    damage_heap((struct object){0, 0, 0, 0});
    ck_assert(!read_text());
    ck_assert_msg(strstr(err.message, "damaged or too large global heap") != NULL, "%s",
                  err.message);
}
END_TEST

/* Writes a text of variable length, which the heap holds together with the others. */
static void add_long_text(const char *name, char letter)
{
    static char text[LONG_TEXT + 1];
    const char *value = text;
    memset(text, letter, LONG_TEXT);
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate(H5S_SCALAR);
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, type, &value) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

/* libhdf5 reads a heap of more than 4096 bytes in two parts. */
START_TEST(all_of_a_large_heap_is_judged)
{
    struct {
        char text[8];
        struct object free;
    } stored = {"bbbbbbb", {0, 0, 0, 16}}, claimed = {"bbbbbbb", {0, 0, 0, 0}};
    add_long_text("a", 'a');
    add_long_text("b", 'b');
    reopen(0);
    char *text = hg_attribute_text(file, "b");
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(strlen(text), LONG_TEXT);
    free(text);
    patch(&stored, &claimed, sizeof stored);
    reopen(0);
    ck_assert_ptr_null(hg_attribute_text(file, "b"));
    ck_assert_ptr_null(hg_attribute_text(file, "a"));
}
END_TEST

START_TEST(heaps_that_reach_back_are_not_gone_through)
{
    damage_heap((struct object){1, 0, 0, UINT64_MAX - 15});
    ck_assert(!read_text());
    ck_assert_msg(strstr(err.message, "damaged or too large global heap") != NULL, "%s",
                  err.message);
}
END_TEST

/* ----------------------------------------------------------------------------- failing disks */

/* Contiguous, and larger than what libhdf5 reads with its header. */
static void make_flat(void)
{
    const hsize_t extent = 1 << 12;
    static float values[1 << 12] = {1, 2, 3};
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t dataset =
        H5Dcreate2(file, "/x", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    hg_close(dataset);
    hg_close(space);
}

static enum h5grad_status verify(uint64_t shift, bool fails, bool *verified)
{
    hid_t dataset = open_named("/x");
    struct h5_storage storage;
    struct h5_contiguous place;
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_OK);
    ck_assert(hg_contiguous_find(dataset, &storage, sizeof(float), true, &place));
    place.offset -= shift;
    broken = fails;
    enum h5grad_status status =
        hg_contiguous_verify(dataset, H5T_NATIVE_FLOAT, &storage, &place, verified, &err);
    broken = false;
    hg_close(dataset);
    return status;
}

START_TEST(points_are_verified_to_lie_where_they_should)
{
    bool verified = false;
    make_flat();
    reopen(0);
    ck_assert_int_eq(verify(0, false, &verified), H5GRAD_OK);
    ck_assert(verified);
    ck_assert_int_eq(verify(4, false, &verified), H5GRAD_OK);
    ck_assert(!verified);
}
END_TEST

START_TEST(points_that_cannot_be_read_verify_nothing)
{
    bool verified = true;
    make_flat();
    reopen(0);
    ck_assert_int_eq(verify(0, true, &verified), H5GRAD_FAILED);
    ck_assert(!verified);
    ck_assert_msg(strstr(err.message, strerror(EIO)) != NULL, "%s", err.message);
}
END_TEST

/* No other method may be tried: libhdf5 takes blocks that it failed to read for present next time.
 */
START_TEST(a_disk_that_fails_is_not_another_way)
{
    make_flat();
    reopen(0);
    hid_t dataset = open_named("/x"); /* its header is read */
    broken = true;
    ck_assert_int_eq(open_reader("/x", NULL, NULL), H5GRAD_FAILED);
    broken = false;
    ck_assert_msg(strstr(err.message, strerror(EIO)) != NULL, "%s", err.message);
    hg_close(dataset);
}
END_TEST

START_TEST(a_read_that_failed_is_not_forgotten)
{
    bool verified;
    make_flat();
    reopen(0);
    ck_assert_int_eq(hg_input_check_unchanged(file, &err), H5GRAD_OK);
    ck_assert_int_eq(verify(0, true, &verified), H5GRAD_FAILED);
    ck_assert_int_eq(trust.failure, EIO);
    ck_assert_int_eq(hg_input_check_unchanged(file, &err), H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, strerror(EIO)) != NULL, "%s", err.message);
}
END_TEST

static Suite *damage_suite(void)
{
    Suite *suite = suite_create("damage");
    TCase *tests = add_case(suite, "memory", setup, teardown);
    ADD_TESTS(tests, chunks_larger_than_the_memory_are_not_decoded, what_is_copied_counts_too,
              chunks_without_filters_need_not_fit, chunks_of_any_size_are_counted,
              points_larger_than_the_memory_are_not_converted,
              filters_are_not_believed_a_size_that_is_not_the_chunks);
    tests = add_case(suite, "mappings", setup, teardown);
    tcase_add_loop_test(tests, mappings_that_hold_what_they_say, 0, 3);
    tcase_add_loop_test(tests, mappings_that_do_not, 0, (int)(sizeof mappings / sizeof *mappings));
    tests = add_case(suite, "heaps", setup, teardown);
    ADD_TESTS(tests, sound_heaps_are_read, heaps_without_end_are_not_gone_through,
              all_of_a_large_heap_is_judged, heaps_that_reach_back_are_not_gone_through);
    tests = add_case(suite, "disks", setup, teardown);
    ADD_TESTS(tests, points_are_verified_to_lie_where_they_should,
              points_that_cannot_be_read_verify_nothing, a_disk_that_fails_is_not_another_way,
              a_read_that_failed_is_not_forgotten);
    return suite;
}

int main(void)
{
    return run_suite(damage_suite());
}
