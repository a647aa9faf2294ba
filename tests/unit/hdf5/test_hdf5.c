/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hdf5/attribute.h"
#include "trust/input_driver.h"
#include "hdf5/storage.h"
#include "hdf5/type.h"
#include "trust/virtual_caches.h"
#include "hdf5/walk.h"
#include "libhdf5/handle.h"
#include "trust/open.h"
#include "libhdf5/identity.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

static hid_t file = -1;
static struct h5_guard guard;
static struct h5grad_error err;
static struct h5_access trust; /* of the file opened last */
static char warning[200];

static void take_warning(void *user, const char *text)
{
    (void)user;
    snprintf(warning, sizeof warning, "%s", text);
}

/* Opens the file, and releases the access of the last one, which is closed. */
static hid_t open_file(const char *path, struct h5grad_error *error)
{
    hg_access_free(&trust);
    trust = (struct h5_access){.warn = take_warning};
    warning[0] = '\0';
    return hg_open_input(path, &trust, error);
}

/* Calls of flock come here: a file system without locks. */
static bool without_locks;

int flock(int fd, int operation)
{
    if (without_locks) {
        errno = ENOLCK;
        return -1;
    }
    return (int)syscall(SYS_flock, fd, operation);
}

static void setup(void)
{
    folder_make();
    without_locks = false;
    memset(&err, 0, sizeof err);
    hg_enter(&guard);
    file = H5Fcreate(in_folder("test.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(file >= 0);
}

static void teardown(void)
{
    ck_assert(hg_close(file));
    hg_leave(&guard);
    folder_remove();
}

/* A dataset of one axis of 4 points; closed by the caller. */
static hid_t make_dataset(hid_t place, const char *name, hid_t type)
{
    return h5make_dataset(place, name, type, EXTENT(4), H5P_DEFAULT);
}

static void add_dataset(hid_t place, const char *name)
{
    ck_assert(hg_close(make_dataset(place, name, H5T_NATIVE_FLOAT)));
}

static hid_t make_group(hid_t place, const char *name)
{
    hid_t group = H5Gcreate2(place, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(group >= 0);
    return group;
}

static void add_group(hid_t place, const char *name)
{
    ck_assert(hg_close(make_group(place, name)));
}

static void assert_contains(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in \"%s\"", part, text);
}

/* ------------------------------------------------------------------ the lock and the errors */

static herr_t callers_function(hid_t stack, void *data)
{
    (void)stack;
    (*(int *)data)++;
    return 0;
}

START_TEST(guard_restores_the_callers_error_function)
{
    int calls = 0;
    hg_leave(&guard);
    H5Eset_auto2(H5E_DEFAULT, callers_function, &calls);
    hg_enter(&guard);
    ck_assert(H5Gopen2(file, "absent", H5P_DEFAULT) < 0);
    ck_assert_int_eq(calls, 0);
    hg_leave(&guard);
    ck_assert(H5Gopen2(file, "absent", H5P_DEFAULT) < 0);
    ck_assert_int_eq(calls, 1);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hg_enter(&guard);
}
END_TEST

#ifndef H5_NO_DEPRECATED_SYMBOLS
static herr_t callers_old_function(void *data)
{
    (*(int *)data)++;
    return 0;
}

START_TEST(guard_restores_a_function_of_the_old_interface)
{
    int calls = 0;
    hg_leave(&guard);
    H5Eset_auto1(callers_old_function, &calls);
    hg_enter(&guard);
    ck_assert(H5Gopen2(file, "absent", H5P_DEFAULT) < 0);
    ck_assert_int_eq(calls, 0);
    hg_leave(&guard);
    ck_assert(H5Gopen2(file, "absent", H5P_DEFAULT) < 0);
    ck_assert_int_eq(calls, 1);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hg_enter(&guard);
}
END_TEST
#endif

static void *count_up(void *data)
{
    for (int i = 0; i < 2000; i++) {
        struct h5_guard own;
        hg_enter(&own);
        long value = *(volatile long *)data;
        H5Eclear2(H5E_DEFAULT);
        *(volatile long *)data = value + 1;
        hg_leave(&own);
    }
    return NULL;
}

START_TEST(guard_excludes_other_threads)
{
    long count = 0;
    pthread_t thread[4];
    hg_leave(&guard);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&thread[i], NULL, count_up, &count), 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
    hg_enter(&guard);
    ck_assert_int_eq(count, 8000);
}
END_TEST

/* setup has entered one, and has made the file and its root group. */
START_TEST(a_section_within_another_is_a_part_of_it)
{
    struct h5_guard inner;
    const unsigned long section = hg_section();
    const hid_t group = H5Gopen2(file, "/", H5P_DEFAULT), space = hg_scalar_space();
    hg_enter(&inner);
    ck_assert_uint_eq(hg_section(), section);
    ck_assert(hg_attribute_write_int(group, "n", 7, &err) == H5GRAD_OK);
    hg_leave(&inner);
    ck_assert(hg_is_entered());
    ck_assert(hg_scalar_space() == space && H5Iis_valid(space) > 0);
    const hid_t type = hg_text_type(3);
    ck_assert_uint_eq(H5Tget_size(type), 3);
    H5Gclose(group);
    hg_leave(&guard);
    ck_assert(H5Iis_valid(space) <= 0 && H5Iis_valid(type) <= 0);
    hg_enter(&guard);
}
END_TEST

START_TEST(error_holds_the_reason_in_one_line)
{
    ck_assert(H5Dopen2(file, "absent", H5P_DEFAULT) < 0);
    ck_assert_int_eq(hg_hdf5_error(&err, "dataset %d", 7), H5GRAD_FAILED);
    ck_assert_int_eq(err.status, H5GRAD_FAILED);
    ck_assert_int_eq(strncmp(err.message, "dataset 7: ", 11), 0);
    assert_contains(err.message, "object 'absent' doesn't exist");
    ck_assert_ptr_null(strchr(err.message, '\n'));
    ck_assert_int_eq(H5Eget_num(H5E_DEFAULT), 0);

    ck_assert_int_eq(hg_hdf5_error(&err, "plain"), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "plain");
    ck_assert_int_eq(hg_hdf5_error(NULL, "nobody listens"), H5GRAD_FAILED);
}
END_TEST

START_TEST(close_releases_every_kind)
{
    ck_assert(hg_close(-1));
    ck_assert(hg_close(H5Screate(H5S_SCALAR)));
    ck_assert(hg_close(H5Tcopy(H5T_NATIVE_INT)));
    ck_assert(hg_close(H5Pcreate(H5P_DATASET_CREATE)));
    ck_assert(hg_close(H5Gopen2(file, "/", H5P_DEFAULT)));
    ck_assert(hg_close(make_dataset(file, "u", H5T_NATIVE_INT)));
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(file, "a", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(hg_close(attribute));
    ck_assert(hg_close(space));
    ck_assert(!hg_close(space));
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
}
END_TEST

/* A filter that fails, as if realloc did: since 1.14.4 libhdf5 drops its messages. */
static size_t filter_without_memory(unsigned flags, size_t n, const unsigned *values, size_t bytes,
                                    size_t *size, void **buffer)
{
    (void)n;
    (void)values;
    (void)size;
    (void)buffer;
    if (!(flags & H5Z_FLAG_REVERSE))
        return bytes;
    errno = ENOMEM;
    return 0;
}

START_TEST(a_filter_without_memory_is_no_damage)
{
    static const H5Z_class2_t filter = {.version = H5Z_CLASS_T_VERS,
                                        .id = 400,
                                        .encoder_present = 1,
                                        .decoder_present = 1,
                                        .name = "no memory",
                                        .filter = filter_without_memory};
    const hsize_t extent = 4;
    int data[4] = {1, 2, 3, 4};
    ck_assert_int_ge(H5Zregister(&filter), 0);
    hid_t space = H5Screate_simple(1, &extent, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 1, &extent);
    H5Pset_filter(creation, 400, 0, 0, NULL);
    hid_t dataset =
        H5Dcreate2(file, "f", H5T_NATIVE_INT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    hg_close(dataset);
    ck_assert_int_eq(H5Fclose(file), 0);
    file = H5Fopen(in_folder("test.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    dataset = H5Dopen2(file, "f", H5P_DEFAULT);
    ck_assert(!hg_ran_out());
    ck_assert(H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0);
    hg_hdf5_error(&err, "reading");
    ck_assert_ptr_nonnull(strstr(err.message, "memory ran out (raise --memory)"));
    ck_assert(hg_ran_out());
    ck_assert(H5Dopen2(file, "absent", H5P_DEFAULT) < 0);
    hg_hdf5_error(&err, "opening");
    ck_assert_ptr_null(strstr(err.message, "memory"));
    ck_assert(!hg_ran_out());
    hg_close(dataset);
    hg_close(creation);
    hg_close(space);
    H5Zunregister(400);
}
END_TEST

/* As one of libhdf5 is that had no memory to note it. */
START_TEST(an_identifier_that_libhdf5_lost_is_told)
{
    hid_t space = H5Screate(H5S_SCALAR);
    ck_assert_int_ge(H5Idec_ref(space), 0);
    ck_assert(!hg_ran_out());
    ck_assert(!hg_close(space));
    ck_assert(hg_ran_out());
}
END_TEST

/* ------------------------------------------------------------------------------ opening files */

static void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *out = fopen(in_folder(name), "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, size, out), size);
    ck_assert_int_eq(fclose(out), 0);
}

static void assert_refused(const char *name, const char *reason)
{
    ck_assert(open_file(in_folder(name), &err) < 0);
    assert_contains(err.message, reason);
}

START_TEST(open_names_the_systems_reason)
{
    assert_refused("absent.h5", strerror(ENOENT));
    assert_refused("", "is a directory");
    ck_assert_int_eq(mkfifo(in_folder("pipe"), 0600), 0);
    assert_refused("pipe", "is not a regular file");
    if (geteuid() != 0) {
        write_bytes("secret.h5", "", 0);
        ck_assert_int_eq(chmod(in_folder("secret.h5"), 0), 0);
        assert_refused("secret.h5", strerror(EACCES));
    }
}
END_TEST

START_TEST(open_knows_what_is_not_hdf5)
{
    write_bytes("empty.h5", "", 0);
    assert_refused("empty.h5", "is empty");
    write_bytes("text.h5", "plain text\n", 11);
    assert_refused("text.h5", "is not an HDF5 file");
    write_bytes("classic.nc", "CDF\1\0\0\0\0", 8);
    assert_refused("classic.nc", "is a netCDF-3 file: nccopy -k nc4");
    write_bytes("hdf4.hdf", "\x0e\x03\x13\x01", 4);
    assert_refused("hdf4.hdf", "is an HDF4 file: h4toh5");
    write_bytes("five.mat", "MATLAB 5.0 MAT-file, Platform: GLNXA64", 38);
    assert_refused("five.mat", "is a MATLAB 5 file: save it with -v7.3");
    write_bytes("packed.h5", "\x1f\x8b\x08", 3);
    assert_refused("packed.h5", "is compressed with gzip: gunzip");
    write_bytes("short.nc", "CDF", 3);
    assert_refused("short.nc", "is not an HDF5 file");
}
END_TEST

/* Copies the first bytes of a file as they are on disk. */
static void copy_head(const char *from, const char *to, size_t size)
{
    char *bytes = calloc(1, size);
    FILE *in = fopen(in_folder(from), "rb");
    ck_assert_ptr_nonnull(bytes);
    ck_assert_ptr_nonnull(in);
    size = fread(bytes, 1, size, in);
    fclose(in);
    write_bytes(to, bytes, size);
    free(bytes);
}

START_TEST(open_reports_a_truncated_file)
{
    add_dataset(file, "u");
    ck_assert(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
    struct stat info;
    ck_assert_int_eq(stat(in_folder("test.h5"), &info), 0);
    copy_head("test.h5", "short.h5", (size_t)info.st_size / 2);
    assert_refused("short.h5", "truncated file");
}
END_TEST

START_TEST(open_reports_a_file_that_was_not_closed)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert(H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST) >= 0);
    hid_t other = H5Fcreate(in_folder("open.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    ck_assert(other >= 0);
    ck_assert(H5Fflush(other, H5F_SCOPE_GLOBAL) >= 0);
    copy_head("open.h5", "copy.h5", 1 << 16);
    assert_refused("copy.h5", "h5clear -s");
    ck_assert(hg_close(other));
    ck_assert(hg_close(access));
    other = open_file(in_folder("open.h5"), &err);
    ck_assert_msg(other >= 0, "%s", err.message);
    ck_assert(hg_close(other));
}
END_TEST

static void assert_opened(const char *name)
{
    hid_t other = open_file(in_folder(name), &err);
    ck_assert_msg(other >= 0, "%s", err.message);
    ck_assert(hg_close(other));
}

START_TEST(open_warns_of_a_file_that_is_locked)
{
    unsetenv("HDF5_USE_FILE_LOCKING");
    ck_assert(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
    copy_head("test.h5", "locked.h5", 1 << 16);
    int fd = open(in_folder("locked.h5"), O_RDWR);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    assert_opened("locked.h5");
    assert_contains(warning, "read without a lock: another process has locked it");
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
    assert_opened("locked.h5");
    ck_assert_str_eq(warning, "");
    setenv("HDF5_USE_FILE_LOCKING", "TRUE", 1);
    assert_refused("locked.h5", "cannot be locked: another process has locked it");
    close(fd);
    assert_opened("locked.h5");
    ck_assert_str_eq(warning, "");
}
END_TEST

START_TEST(open_needs_no_locks)
{
    unsetenv("HDF5_USE_FILE_LOCKING");
    ck_assert(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
    copy_head("test.h5", "other.h5", 1 << 16);
    without_locks = true;
    ck_assert(H5Fopen(in_folder("other.h5"), H5F_ACC_RDONLY, H5P_DEFAULT) < 0);
    assert_opened("other.h5");
    assert_contains(warning, "read without a lock: ");
}
END_TEST

START_TEST(descriptor_is_the_files)
{
    struct stat by_path;
    struct stat by_descriptor;
    ck_assert_int_eq(stat(in_folder("test.h5"), &by_path), 0);
    ck_assert_int_eq(fstat(hg_descriptor(file), &by_descriptor), 0);
    ck_assert_uint_eq(by_path.st_ino, by_descriptor.st_ino);
    ck_assert_int_eq(hg_descriptor(-1), -1);

    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert(H5Pset_fapl_core(access, 4096, false) >= 0);
    hid_t in_memory = H5Fcreate(in_folder("core.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, access);
    ck_assert(in_memory >= 0);
    ck_assert_int_eq(hg_descriptor(in_memory), -1);
    ck_assert(hg_close(in_memory));
    ck_assert(hg_close(access));
}
END_TEST

/* ---------------------------------------------------------------------- identities, the set */

START_TEST(identity_is_the_objects_not_the_paths)
{
    struct h5_identity first;
    struct h5_identity second;
    struct h5_identity group;
    struct h5_identity elsewhere;
    H5O_type_t kind;
    bool bare;
    hid_t u = make_dataset(file, "u", H5T_NATIVE_INT);
    add_group(file, "g");
    ck_assert(H5Lcreate_hard(file, "u", file, "v", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    ck_assert(hg_identify(u, &first));
    ck_assert(hg_identify_link(file, "v", &second, &kind, &bare));
    ck_assert_int_eq(kind, H5O_TYPE_DATASET);
    ck_assert(hg_same(&first, &second));
    ck_assert(hg_identify_link(file, "g", &group, &kind, &bare));
    ck_assert_int_eq(kind, H5O_TYPE_GROUP);
    ck_assert(!hg_same(&first, &group));
    ck_assert(!hg_identify_link(file, "absent", &group, &kind, &bare));
    ck_assert(hg_close(u));

    hid_t other = H5Fcreate(in_folder("other.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    u = make_dataset(other, "u", H5T_NATIVE_INT);
    ck_assert(hg_identify(u, &elsewhere));
    ck_assert(!hg_same(&first, &elsewhere));
    ck_assert(hg_close(u));
    ck_assert(hg_close(other));
}
END_TEST

static struct h5_identity numbered(size_t i)
{
    struct h5_identity identity = {.file = 1 + i % 3};
    uint64_t address = 96 + i / 3 * 272;
    memcpy(identity.token, &address, sizeof address);
    return identity;
}

START_TEST(set_finds_what_was_added)
{
    enum { N = 20000 };
    struct h5_set set = {0};
    bool added;
    struct h5_identity one = numbered(0);
    ck_assert_ptr_null(hg_set_find(&set, &one));
    for (size_t i = 0; i < N; i++) {
        struct h5_identity identity = numbered(i);
        ck_assert_int_eq(hg_set_add(&set, &identity, i, &added, &err), H5GRAD_OK);
        ck_assert(added);
    }
    ck_assert_int_eq(hg_set_add(&set, &one, 99, &added, &err), H5GRAD_OK);
    ck_assert(!added);
    ck_assert_uint_eq(set.n, N);
    for (size_t i = 0; i < 2 * (size_t)N; i++) {
        struct h5_identity identity = numbered(i);
        const size_t *number = hg_set_find(&set, &identity);
        ck_assert((number != NULL) == (i < N));
        ck_assert(!number || *number == i);
    }
    hg_set_free(&set);
    ck_assert_ptr_null(hg_set_find(&set, &one));
}
END_TEST

/* -------------------------------------------------------------------------------------- types */

static hid_t custom_float(size_t size, size_t sign, size_t exponent, size_t exponent_size,
                          size_t mantissa_size, size_t bias)
{
    hid_t type = H5Tcopy(size > 4 ? H5T_IEEE_F64LE : H5T_IEEE_F32LE);
    ck_assert(H5Tset_fields(type, sign, exponent, exponent_size, 0, mantissa_size) >= 0);
    ck_assert(H5Tset_precision(type, sign + 1) >= 0);
    ck_assert(H5Tset_size(type, size) >= 0);
    ck_assert(H5Tset_ebias(type, bias) >= 0);
    return type;
}

static hid_t half_float(void)
{
    return custom_float(2, 15, 10, 5, 10, 15);
}

static hid_t brain_float(void)
{
    return custom_float(2, 15, 7, 8, 7, 127);
}

static hid_t binary128(void)
{
    hid_t type = H5Tcopy(H5T_IEEE_F64LE);
    ck_assert(H5Tset_size(type, 16) >= 0);
    ck_assert(H5Tset_precision(type, 128) >= 0);
    ck_assert(H5Tset_fields(type, 127, 112, 15, 0, 112) >= 0);
    ck_assert(H5Tset_ebias(type, 16383) >= 0);
    return type;
}

static hid_t integer(hid_t model, size_t size, size_t precision, size_t offset, H5T_order_t order)
{
    hid_t type = H5Tcopy(model);
    ck_assert(H5Tset_size(type, size) >= 0);
    ck_assert(H5Tset_precision(type, precision) >= 0);
    ck_assert(H5Tset_offset(type, offset) >= 0);
    ck_assert(H5Tset_order(type, order) >= 0);
    return type;
}

static hid_t pair(hid_t part, const char *first, size_t first_offset, const char *second,
                  size_t second_offset, size_t size)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, size);
    ck_assert(H5Tinsert(type, first, first_offset, part) >= 0);
    ck_assert(H5Tinsert(type, second, second_offset, part) >= 0);
    return type;
}

struct expected {
    enum element stored;
    unsigned components;
    bool raw;
    bool swapped;
    enum element result;
    const char *name;
};

/* Takes type. */
static void assert_type(hid_t datatype, struct expected expected)
{
    struct h5_type type;
    ck_assert(datatype >= 0);
    ck_assert_msg(hg_type_open(datatype, &type, &err) == H5GRAD_OK, "%s: %s", expected.name,
                  err.message);
    ck_assert_str_eq(type.name, expected.name);
    ck_assert_int_eq(type.stored, expected.stored);
    ck_assert_uint_eq(type.components, expected.components);
    ck_assert_int_eq(type.raw, expected.raw);
    ck_assert_int_eq(type.swapped, expected.swapped);
    ck_assert_int_eq(type.result, expected.result);
    ck_assert(H5Tequal(type.file, datatype) > 0);
    if (type.raw)
        ck_assert(H5Tequal(type.memory, datatype) > 0);
    ck_assert_uint_eq(H5Tget_size(type.memory), hg_type_size(&type));
    ck_assert_uint_eq(hg_type_size(&type), expected.components * hg_element_size(expected.stored));
    hg_type_close(&type);
    ck_assert(hg_close(datatype));
}

#define MACHINE_IS_BIG (H5Tget_order(H5T_NATIVE_INT) == H5T_ORDER_BE)

START_TEST(types_of_standard_size_are_raw_in_both_orders)
{
    const bool le = MACHINE_IS_BIG;
    const bool be = !le;
    const struct {
        hid_t type[2];
        enum element stored, result;
    } rows[] = {
        {{H5T_STD_I8LE, H5T_STD_I8BE}, ELEMENT_I8, ELEMENT_F32},
        {{H5T_STD_U8LE, H5T_STD_U8BE}, ELEMENT_U8, ELEMENT_F32},
        {{H5T_STD_I16LE, H5T_STD_I16BE}, ELEMENT_I16, ELEMENT_F32},
        {{H5T_STD_U16LE, H5T_STD_U16BE}, ELEMENT_U16, ELEMENT_F32},
        {{H5T_STD_I32LE, H5T_STD_I32BE}, ELEMENT_I32, ELEMENT_F64},
        {{H5T_STD_U32LE, H5T_STD_U32BE}, ELEMENT_U32, ELEMENT_F64},
        {{H5T_STD_I64LE, H5T_STD_I64BE}, ELEMENT_I64, ELEMENT_F64},
        {{H5T_STD_U64LE, H5T_STD_U64BE}, ELEMENT_U64, ELEMENT_F64},
        {{H5T_IEEE_F32LE, H5T_IEEE_F32BE}, ELEMENT_F32, ELEMENT_F32},
        {{H5T_IEEE_F64LE, H5T_IEEE_F64BE}, ELEMENT_F64, ELEMENT_F64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *name = hg_element_name(rows[i].stored);
        bool many = hg_element_size(rows[i].stored) > 1;
        assert_type(H5Tcopy(rows[i].type[0]),
                    (struct expected){rows[i].stored, 1, true, many && le, rows[i].result, name});
        assert_type(H5Tcopy(rows[i].type[1]),
                    (struct expected){rows[i].stored, 1, true, many && be, rows[i].result, name});
    }
    for (int order = 0; order < 2; order++) {
        hid_t half = half_float();
        hid_t brain = brain_float();
        H5Tset_order(half, order ? H5T_ORDER_BE : H5T_ORDER_LE);
        H5Tset_order(brain, order ? H5T_ORDER_BE : H5T_ORDER_LE);
        bool swapped = order ? be : le;
        assert_type(half, (struct expected){ELEMENT_F16, 1, true, swapped, ELEMENT_F16, "float16"});
        assert_type(brain,
                    (struct expected){ELEMENT_BF16, 1, true, swapped, ELEMENT_F32, "bfloat16"});
    }
}
END_TEST

START_TEST(types_of_odd_layout_are_converted)
{
    assert_type(integer(H5T_STD_I32LE, 4, 24, 0, H5T_ORDER_BE),
                (struct expected){ELEMENT_I32, 1, false, false, ELEMENT_F64, "int24"});
    assert_type(integer(H5T_STD_U16LE, 2, 12, 4, H5T_ORDER_LE),
                (struct expected){ELEMENT_U16, 1, false, false, ELEMENT_F32, "uint12"});
    assert_type(integer(H5T_STD_U32LE, 4, 8, 8, H5T_ORDER_LE),
                (struct expected){ELEMENT_U8, 1, false, false, ELEMENT_F32, "uint8"});
    assert_type(integer(H5T_STD_I32LE, 3, 24, 0, H5T_ORDER_LE),
                (struct expected){ELEMENT_I32, 1, false, false, ELEMENT_F64, "int24"});
    assert_type(custom_float(3, 23, 15, 8, 15, 127),
                (struct expected){ELEMENT_F32, 1, false, false, ELEMENT_F32, "float24"});
    assert_type(custom_float(1, 7, 3, 4, 3, 7),
                (struct expected){ELEMENT_F32, 1, false, false, ELEMENT_F32, "float8"});
    hid_t shifted = H5Tcopy(H5T_IEEE_F32BE);
    ck_assert(H5Tset_fields(shifted, 26, 20, 6, 7, 13) >= 0);
    ck_assert(H5Tset_offset(shifted, 7) >= 0);
    ck_assert(H5Tset_precision(shifted, 20) >= 0);
    ck_assert(H5Tset_ebias(shifted, 31) >= 0);
    assert_type(shifted, (struct expected){ELEMENT_F32, 1, false, false, ELEMENT_F32, "float20"});
    /* the range of float is too small for these, so that they are read as double */
    assert_type(custom_float(4, 31, 20, 11, 20, 1023),
                (struct expected){ELEMENT_F64, 1, false, false, ELEMENT_F32, "float32"});
    assert_type(H5Tcopy(H5T_VAX_F32),
                (struct expected){ELEMENT_F64, 1, false, false, ELEMENT_F32, "float32"});
    assert_type(custom_float(6, 47, 36, 11, 36, 1023),
                (struct expected){ELEMENT_F64, 1, false, false, ELEMENT_F64, "float48"});
    assert_type(binary128(),
                (struct expected){ELEMENT_F64, 1, false, false, ELEMENT_F64, "float128"});
    char name[16];
    snprintf(name, sizeof name, "float%zu", H5Tget_precision(H5T_NATIVE_LDOUBLE));
    if (H5Tget_precision(H5T_NATIVE_LDOUBLE) > 64)
        assert_type(H5Tcopy(H5T_NATIVE_LDOUBLE),
                    (struct expected){ELEMENT_F64, 1, false, false, ELEMENT_F64, name});
}
END_TEST

START_TEST(types_of_complex_numbers)
{
    static const char *const names[][2] = {
        {"r", "i"},       {"R", "I"},       {"re", "im"},          {"Re", "IM"},
        {"real", "imag"}, {"REAL", "Imag"}, {"real", "imaginary"}, {"Real", "Imaginary"}};
    const bool be = !MACHINE_IS_BIG;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_type(pair(H5T_NATIVE_FLOAT, names[i][0], 0, names[i][1], 4, 8),
                    (struct expected){ELEMENT_F32, 2, true, false, ELEMENT_F32, "complex64"});
    assert_type(pair(H5T_IEEE_F64BE, "r", 0, "i", 8, 16),
                (struct expected){ELEMENT_F64, 2, true, be, ELEMENT_F64, "complex128"});
    hid_t half = half_float();
    assert_type(pair(half, "r", 0, "i", 2, 4),
                (struct expected){ELEMENT_F16, 2, true, MACHINE_IS_BIG, ELEMENT_F16, "complex32"});
    hg_close(half);
    hid_t brain = brain_float();
    assert_type(pair(brain, "r", 0, "i", 2, 4),
                (struct expected){ELEMENT_BF16, 2, true, MACHINE_IS_BIG, ELEMENT_F32,
                                  "complex of bfloat16"});
    hg_close(brain);
    /* padding, the imaginary part first in memory, parts of an odd type */
    assert_type(pair(H5T_NATIVE_FLOAT, "r", 0, "i", 8, 16),
                (struct expected){ELEMENT_F32, 2, false, false, ELEMENT_F32, "complex64"});
    assert_type(pair(H5T_NATIVE_FLOAT, "i", 0, "r", 4, 8),
                (struct expected){ELEMENT_F32, 2, false, false, ELEMENT_F32, "complex64"});
    hid_t wide = binary128();
    assert_type(pair(wide, "r", 0, "i", 16, 32),
                (struct expected){ELEMENT_F64, 2, false, false, ELEMENT_F64, "complex256"});
    hg_close(wide);
}
END_TEST

/* Takes type. */
static void assert_type_refused(hid_t datatype, const char *message)
{
    struct h5_type type;
    ck_assert(datatype >= 0);
    ck_assert_int_eq(hg_type_open(datatype, &type, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, message);
    ck_assert_int_lt(type.memory, 0);
    ck_assert(hg_close(datatype));
}

static hid_t enumeration(const char *zero, const char *one)
{
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    signed char value = 0;
    ck_assert(H5Tenum_insert(type, zero, &value) >= 0);
    value = 1;
    ck_assert(H5Tenum_insert(type, one, &value) >= 0);
    return type;
}

START_TEST(types_that_are_refused_are_named)
{
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, H5T_VARIABLE);
    assert_type_refused(text, "type is a variable-length string");
    assert_type_refused(H5Tcopy(H5T_C_S1), "type is a string");
    assert_type_refused(H5Tcopy(H5T_STD_B8LE), "type is a bit field");
    assert_type_refused(H5Tcopy(H5T_UNIX_D32LE), "type is a time");
    assert_type_refused(H5Tcopy(H5T_STD_REF_OBJ), "type is a reference");
    assert_type_refused(H5Tcreate(H5T_OPAQUE, 8), "type is opaque");
    assert_type_refused(enumeration("FALSE", "TRUE"), "type is a boolean");
    assert_type_refused(enumeration("SOLID", "FLUID"), "type is an enumeration");
    assert_type_refused(H5Tvlen_create(H5T_NATIVE_INT), "type is a variable-length sequence");
    hsize_t extent = 3;
    assert_type_refused(H5Tarray_create2(H5T_NATIVE_INT, 1, &extent), "type is an array");
    assert_type_refused(integer(H5T_STD_I64LE, 16, 128, 0, H5T_ORDER_LE),
                        "type is an integer of 128 bits");
}
END_TEST

START_TEST(types_of_other_compounds_are_refused)
{
    assert_type_refused(pair(H5T_NATIVE_FLOAT, "x", 0, "y", 4, 8),
                        "type is a compound of 2 members (x, y)");
    assert_type_refused(pair(H5T_NATIVE_INT, "r", 0, "i", 4, 8),
                        "no two equal floats: type is a compound of 2 members (r, i)");
    hid_t uneven = H5Tcreate(H5T_COMPOUND, 12);
    H5Tinsert(uneven, "r", 0, H5T_NATIVE_FLOAT);
    H5Tinsert(uneven, "i", 4, H5T_NATIVE_DOUBLE);
    assert_type_refused(uneven, "no two equal floats: type is a compound of 2 members (r, i)");
    hid_t many = H5Tcreate(H5T_COMPOUND, 24);
    static const char *const names[] = {"u", "v", "w", "p", "a_name_that_is_longer_than_it_needs",
                                        "q"};
    for (size_t i = 0; i < 6; i++)
        H5Tinsert(many, names[i], 4 * i, H5T_NATIVE_FLOAT);
    assert_type_refused(many, "type is a compound of 6 members (u, v, w, p, ...)");
}
END_TEST

/* Writes size bytes to a dataset of type and reads them back with h5_type.memory. */
static void read_back(hid_t datatype, hid_t memory, const void *values, void *out)
{
    static int number;
    char name[16];
    struct h5_type type;
    snprintf(name, sizeof name, "v%d", number++);
    hid_t dataset = make_dataset(file, name, datatype);
    ck_assert(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    ck_assert_int_eq(hg_type_open(datatype, &type, &err), H5GRAD_OK);
    ck_assert(H5Dread(dataset, type.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    hg_type_close(&type);
    ck_assert(hg_close(dataset));
}

START_TEST(converted_values_are_right)
{
    const int32_t integers[4] = {-8388608, -1, 0, 8388607};
    int32_t integers_out[4];
    hid_t type = integer(H5T_STD_I32LE, 3, 24, 0, H5T_ORDER_BE);
    read_back(type, H5T_NATIVE_INT32, integers, integers_out);
    ck_assert_mem_eq(integers, integers_out, sizeof integers);
    hg_close(type);

    const float floats[4] = {1.5F, -0.25F, 1024, 0};
    float floats_out[4];
    type = custom_float(3, 23, 15, 8, 15, 127);
    read_back(type, H5T_NATIVE_FLOAT, floats, floats_out);
    ck_assert_mem_eq(floats, floats_out, sizeof floats);
    hg_close(type);

    const double doubles[4] = {1e300, -0.1, 3.141592653589793, 0};
    double doubles_out[4];
    type = binary128();
    read_back(type, H5T_NATIVE_DOUBLE, doubles, doubles_out);
    ck_assert_mem_eq(doubles, doubles_out, sizeof doubles);
    hg_close(type);

    /* imaginary part first and padded in the file: real part first and packed in memory */
    const float stored[16] = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0};
    const float swapped[8] = {2, 1, 4, 3, 6, 5, 8, 7};
    float complex_out[8];
    type = pair(H5T_NATIVE_FLOAT, "i", 0, "r", 8, 16);
    read_back(type, type, stored, complex_out);
    ck_assert_mem_eq(swapped, complex_out, sizeof swapped);
    hg_close(type);
}
END_TEST

START_TEST(results_keep_the_form_of_the_source)
{
    struct h5_type type;
    char name[32];
    hid_t half = half_float();
    if (MACHINE_IS_BIG)
        H5Tset_order(half, H5T_ORDER_BE);

    ck_assert_int_eq(hg_type_open(H5T_STD_I16BE, &type, &err), H5GRAD_OK);
    hid_t result = hg_type_result(&type, ELEMENT_F16);
    ck_assert(H5Tequal(result, half) > 0);
    hg_close(result);
    result = hg_type_result(&type, ELEMENT_F32);
    ck_assert(H5Tequal(result, H5T_NATIVE_FLOAT) > 0);
    hg_close(result);
    result = hg_type_result(&type, ELEMENT_F64);
    ck_assert(H5Tequal(result, H5T_NATIVE_DOUBLE) > 0);
    hg_close(result);
    hg_type_result_name(&type, ELEMENT_F32, name, sizeof name);
    ck_assert_str_eq(name, "float32");
    hg_type_close(&type);

    hid_t source = pair(H5T_IEEE_F64BE, "Real", 0, "Imaginary", 8, 32);
    hid_t expected = pair(half, "Real", 0, "Imaginary", 2, 4);
    ck_assert_int_eq(hg_type_open(source, &type, &err), H5GRAD_OK);
    result = hg_type_result(&type, ELEMENT_F16);
    ck_assert(H5Tequal(result, expected) > 0);
    hg_close(result);
    hg_type_result_name(&type, ELEMENT_F16, name, sizeof name);
    ck_assert_str_eq(name, "complex32");
    hg_type_result_name(&type, ELEMENT_F64, name, sizeof name);
    ck_assert_str_eq(name, "complex128");
    hg_type_close(&type);
    hg_close(expected);
    hg_close(source);
    hg_close(half);
}
END_TEST

#if H5_VERSION_GE(2, 0, 0)
START_TEST(types_of_the_complex_class)
{
    struct h5_type type;
    assert_type(H5Tcopy(H5T_COMPLEX_IEEE_F32LE),
                (struct expected){ELEMENT_F32, 2, true, MACHINE_IS_BIG, ELEMENT_F32, "complex64"});
    assert_type(
        H5Tcopy(H5T_COMPLEX_IEEE_F64BE),
        (struct expected){ELEMENT_F64, 2, true, !MACHINE_IS_BIG, ELEMENT_F64, "complex128"});
    ck_assert_int_eq(hg_type_open(H5T_COMPLEX_IEEE_F64BE, &type, &err), H5GRAD_OK);
    hid_t result = hg_type_result(&type, ELEMENT_F32);
    ck_assert(H5Tget_class(result) == H5T_COMPLEX);
    ck_assert_uint_eq(H5Tget_size(result), 8);
    hg_close(result);
    hg_type_close(&type);
}
END_TEST
#endif

/* --------------------------------------------------------------------------------- attributes */

/* Writes an attribute of n elements, scalar for 0; takes type. */
static void write_attribute(const char *name, hid_t type, hsize_t n, const void *values)
{
    h5make_attribute(file, name, type, n, values);
    hg_close(type);
}

static hid_t text_type(size_t size, H5T_str_t padding)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, size) >= 0);
    ck_assert(H5Tset_strpad(type, padding) >= 0);
    return type;
}

static void assert_text(const char *name, const char *expected)
{
    char *text = hg_attribute_text(file, name);
    if (expected) {
        ck_assert_ptr_nonnull(text);
        ck_assert_str_eq(text, expected);
    } else {
        ck_assert_ptr_null(text);
    }
    free(text);
}

START_TEST(text_is_read_with_any_padding)
{
    const char *variable = "metres";
    const char *never = NULL;
    write_attribute("null", text_type(6, H5T_STR_NULLPAD), 0, "abc\0\0\0");
    write_attribute("full", text_type(3, H5T_STR_NULLPAD), 0, "abc");
    write_attribute("term", text_type(6, H5T_STR_NULLTERM), 1, "abc\0xy");
    write_attribute("space", text_type(8, H5T_STR_SPACEPAD), 0, " a bc   ");
    write_attribute("blank", text_type(2, H5T_STR_SPACEPAD), 0, "  ");
    write_attribute("vlen", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 0, &variable);
    write_attribute("vlen1", text_type(H5T_VARIABLE, H5T_STR_NULLPAD), 1, &variable);
    write_attribute("never", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 0, &never);
    write_attribute("unwritten", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 0, NULL);
    assert_text("null", "abc");
    assert_text("full", "abc");
    assert_text("term", "abc");
    assert_text("space", " a bc");
    assert_text("blank", "");
    assert_text("vlen", "metres");
    assert_text("vlen1", "metres");
    assert_text("never", "");
    assert_text("unwritten", "");
}
END_TEST

START_TEST(text_that_is_none)
{
    const double number = 1;
    write_attribute("two", text_type(1, H5T_STR_NULLPAD), 2, "ab");
    write_attribute("number", H5Tcopy(H5T_NATIVE_DOUBLE), 0, &number);
    hid_t space = H5Screate(H5S_NULL);
    hid_t none = H5Acreate2(file, "none", H5T_C_S1, space, H5P_DEFAULT, H5P_DEFAULT);
    hg_close(none);
    hg_close(space);
    assert_text("two", NULL);
    assert_text("number", NULL);
    assert_text("none", NULL);
    assert_text("absent", NULL);
    ck_assert_ptr_null(hg_attribute_text(-1, "anything"));

    char *large = malloc(65537 + 1);
    ck_assert_ptr_nonnull(large);
    memset(large, 'x', 65537);
    large[65537] = '\0';
    write_attribute("large", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 0, &large);
    assert_text("large", NULL);
    large[65536] = '\0';
    write_attribute("fits", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 0, &large);
    assert_text("fits", large);
    free(large);
}
END_TEST

START_TEST(texts_are_read)
{
    size_t n;
    const char *variable[3] = {"time", NULL, "lat"};
    write_attribute("fixed", text_type(4, H5T_STR_SPACEPAD), 3, "x   yy  zzzz");
    write_attribute("vlen", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), 3, variable);
    char **texts = hg_attribute_texts(file, "fixed", &n);
    ck_assert_ptr_nonnull(texts);
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(texts[0], "x");
    ck_assert_str_eq(texts[1], "yy");
    ck_assert_str_eq(texts[2], "zzzz");
    hg_free_texts(texts, n);
    texts = hg_attribute_texts(file, "vlen", &n);
    ck_assert_ptr_nonnull(texts);
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(texts[0], "time");
    ck_assert_str_eq(texts[1], "");
    ck_assert_str_eq(texts[2], "lat");
    hg_free_texts(texts, n);
    ck_assert_ptr_null(hg_attribute_texts(file, "absent", &n));
    hg_free_texts(NULL, 3);
}
END_TEST

START_TEST(numbers_are_read_as_double)
{
    size_t n;
    double one;
    const short shorts[3] = {-1, 2, 300};
    const float single = 0.5F;
    write_attribute("short", H5Tcopy(H5T_NATIVE_SHORT), 3, shorts);
    write_attribute("float", H5Tcopy(H5T_NATIVE_FLOAT), 0, &single);
    write_attribute("big", H5Tcopy(H5T_STD_I16BE), 1, "\1\2");
    write_attribute("text", text_type(1, H5T_STR_NULLPAD), 1, "7");
    write_attribute("enum", enumeration("A", "B"), 0, "\1");
    double *numbers = hg_attribute_numbers(file, "short", &n);
    ck_assert_ptr_nonnull(numbers);
    ck_assert_uint_eq(n, 3);
    ck_assert(numbers[0] == -1 && numbers[1] == 2 && numbers[2] == 300);
    free(numbers);
    ck_assert(!hg_attribute_number(file, "short", &one));
    ck_assert(hg_attribute_number(file, "float", &one));
    ck_assert(one == 0.5);
    ck_assert(hg_attribute_number(file, "big", &one));
    ck_assert(one == 258);
    ck_assert(!hg_attribute_number(file, "text", &one));
    ck_assert(hg_attribute_number(file, "enum", &one));
    ck_assert(one == 1);
    ck_assert(!hg_attribute_number(file, "absent", &one));
}
END_TEST

START_TEST(attributes_are_written)
{
    double number;
    ck_assert_int_eq(hg_attribute_write_text(file, "of", "/p/T\xc3\xa9", &err), H5GRAD_OK);
    ck_assert_int_eq(hg_attribute_write_text(file, "empty", "", &err), H5GRAD_OK);
    ck_assert_int_eq(hg_attribute_write_int(file, "dim", -3, &err), H5GRAD_OK);
    assert_text("of", "/p/T\xc3\xa9");
    assert_text("empty", "");
    ck_assert(hg_attribute_number(file, "dim", &number));
    ck_assert(number == -3);
    hid_t attribute = H5Aopen(file, "of", H5P_DEFAULT);
    hid_t type = H5Aget_type(attribute);
    ck_assert_int_eq(H5Tget_cset(type), H5T_CSET_UTF8);
    ck_assert_int_eq(H5Tget_strpad(type), H5T_STR_NULLTERM);
    hg_close(type);
    hg_close(attribute);
    ck_assert_int_eq(hg_attribute_write_int(file, "dim", 4, &err), H5GRAD_FAILED);
    assert_contains(err.message, "cannot write attribute dim: ");
}
END_TEST

/* ------------------------------------------------------------------------------------ storage */

static hid_t make_stored(const char *name, hid_t space, hid_t creation)
{
    hid_t dataset =
        H5Dcreate2(file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    return dataset;
}

/* Takes creation, which may be H5P_DEFAULT. */
static struct h5_storage stored(const char *name, hid_t creation, const char *text)
{
    const hsize_t extent[3] = {10, 20, 30};
    const hsize_t max_extent[3] = {H5S_UNLIMITED, 20, 40};
    bool chunked = H5Pget_layout(creation) == H5D_CHUNKED;
    hid_t space = H5Screate_simple(3, extent, chunked ? max_extent : NULL);
    hid_t dataset = make_stored(name, space, creation);
    struct h5_storage storage;
    char out[128];
    ck_assert_msg(hg_storage_read(dataset, &storage, &err) == H5GRAD_OK, "%s", err.message);
    hg_storage_text(&storage, out, sizeof out);
    ck_assert_str_eq(out, text);
    ck_assert_uint_eq(storage.rank, 3);
    for (unsigned k = 0; k < 3; k++) {
        ck_assert_uint_eq(storage.extent[k], extent[k]);
        ck_assert_uint_eq(storage.max_extent[k], chunked ? max_extent[k] : extent[k]);
    }
    hg_close(dataset);
    hg_close(space);
    if (creation != H5P_DEFAULT)
        hg_close(creation);
    return storage;
}

static hid_t creation_list(const hsize_t *chunk)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert(creation >= 0);
    if (chunk)
        ck_assert(H5Pset_chunk(creation, 3, chunk) >= 0);
    return creation;
}

START_TEST(storage_of_each_layout)
{
    const hsize_t chunk[3] = {4, 5, 6};
    hid_t creation = creation_list(NULL);
    stored("plain", H5Pcreate(H5P_DATASET_CREATE), "contiguous");
    H5Pset_layout(creation, H5D_COMPACT);
    stored("compact", creation, "compact");
    creation = creation_list(NULL);
    H5Pset_external(creation, "raw.bin", 0, H5F_UNLIMITED);
    stored("external", creation, "external");
    creation = creation_list(chunk);
    struct h5_storage storage = stored("chunked", creation, "chunked 4x5x6");
    ck_assert(storage.chunk[0] == 4 && storage.chunk[1] == 5 && storage.chunk[2] == 6);
    ck_assert(!storage.raw_edge_chunks);
    ck_assert_uint_eq(storage.n_filters, 0);
    creation = creation_list(chunk);
    H5Pset_chunk_opts(creation, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    storage = stored("edges", creation, "chunked 4x5x6");
    ck_assert(storage.raw_edge_chunks);

    const hsize_t extent[3] = {10, 20, 30};
    hid_t space = H5Screate_simple(3, extent, NULL);
    creation = creation_list(NULL);
    H5Pset_virtual(creation, space, "absent.h5", "/x", space);
    hg_close(space);
    stored("virtual", creation, "virtual");
}
END_TEST

START_TEST(storage_of_filters)
{
    const hsize_t chunk[3] = {4, 5, 6};
    hid_t creation = creation_list(chunk);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 7);
    H5Pset_fletcher32(creation);
    struct h5_storage storage =
        stored("three", creation, "chunked 4x5x6 shuffle+gzip=7+fletcher32");
    ck_assert_uint_eq(storage.n_filters, 3);
    ck_assert_int_eq(storage.filter[1].id, H5Z_FILTER_DEFLATE);
    ck_assert_uint_eq(storage.filter[1].n_cd, 1);
    ck_assert_uint_eq(storage.filter[1].cd[0], 7);
    ck_assert_str_eq(storage.filter[1].name, "deflate");
    ck_assert_uint_eq(storage.filter[1].flags, H5Z_FLAG_OPTIONAL);
    ck_assert_uint_eq(storage.filter[2].flags, 0);

    unsigned cd[33] = {3};
    creation = creation_list(chunk);
    H5Pset_filter(creation, 32015, H5Z_FLAG_OPTIONAL, 1, cd);
    H5Pset_filter(creation, 32000, H5Z_FLAG_OPTIONAL, 0, NULL);
    H5Pset_filter(creation, 12345, H5Z_FLAG_OPTIONAL, 32, cd);
    storage = stored("foreign", creation, "chunked 4x5x6 zstd=3+lzf+filter-12345");
    ck_assert_uint_eq(storage.filter[2].n_cd, 32);
    char cut[14];
    hg_storage_text(&storage, cut, sizeof cut);
    ck_assert_str_eq(cut, "chunked 4x5x6");

    const hsize_t extent[3] = {10, 20, 30};
    hid_t space = H5Screate_simple(3, extent, NULL);
    creation = creation_list(chunk);
    H5Pset_filter(creation, 12345, H5Z_FLAG_OPTIONAL, 33, cd);
    hid_t dataset = make_stored("parameters", space, creation);
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "filter 12345 has 33 parameters");
    hg_close(dataset);
    hg_close(creation);
    hg_close(space);
}
END_TEST

START_TEST(storage_without_extents_is_refused)
{
    struct h5_storage storage;
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t dataset = make_stored("scalar", space, H5P_DEFAULT);
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "has a scalar dataspace");
    hg_close(dataset);
    hg_close(space);
    space = H5Screate(H5S_NULL);
    dataset = make_stored("null", space, H5P_DEFAULT);
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "has a null dataspace");
    hg_close(dataset);
    hg_close(space);
    ck_assert_int_eq(hg_storage_read(-1, &storage, &err), H5GRAD_FAILED);

    hsize_t extent[32];
    for (size_t k = 0; k < 32; k++)
        extent[k] = k % 2 + 1;
    space = H5Screate_simple(32, extent, NULL);
    dataset = make_stored("rank32", space, H5P_DEFAULT);
    ck_assert_int_eq(hg_storage_read(dataset, &storage, &err), H5GRAD_OK);
    ck_assert_uint_eq(storage.rank, 32);
    ck_assert_uint_eq(storage.extent[31], 2);
    hg_close(dataset);
    hg_close(space);
}
END_TEST

enum { SOURCES = 8, SOURCE_ROWS = 1024, COLUMNS = 512, CHUNK_ROWS = 256 };

static hid_t rows_of(hid_t space, hsize_t first, hsize_t rows, hsize_t columns)
{
    const hsize_t start[2] = {first, 0}, count[2] = {rows, columns};
    ck_assert(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0);
    return space;
}

/* "v" of sources of 4 MiB, of 4 chunks each. */
static void make_virtual(const char *path)
{
    const hsize_t extent[2] = {SOURCE_ROWS, COLUMNS}, chunk[2] = {CHUNK_ROWS, COLUMNS};
    const hsize_t all[2] = {SOURCES * SOURCE_ROWS, COLUMNS};
    hid_t place = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), virtual = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(2, extent, NULL), whole = H5Screate_simple(2, all, NULL);
    double *data = calloc(SOURCE_ROWS * COLUMNS, sizeof *data);
    ck_assert(data && H5Pset_chunk(creation, 2, chunk) >= 0 && H5Pset_deflate(creation, 1) >= 0);
    for (hsize_t i = 0; i < SOURCES; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%u", (unsigned)i);
        hid_t source =
            H5Dcreate2(place, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        ck_assert(H5Dwrite(source, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
        hg_close(source);
        rows_of(whole, i * SOURCE_ROWS, SOURCE_ROWS, COLUMNS);
        ck_assert(H5Pset_virtual(virtual, whole, ".", name, space) >= 0);
    }
    H5Sselect_all(whole);
    hg_close(H5Dcreate2(place, "v", H5T_NATIVE_DOUBLE, whole, H5P_DEFAULT, virtual, H5P_DEFAULT));
    hg_close(whole);
    hg_close(space);
    hg_close(virtual);
    hg_close(creation);
    ck_assert(hg_close(place));
    free(data);
}

/* Half of each row, so that no chunk is read whole. */
static void read_halves(hid_t dataset)
{
    enum { ROWS = 64 };
    static double data[ROWS * COLUMNS / 2];
    const hsize_t count[2] = {ROWS, COLUMNS / 2};
    hid_t memory = H5Screate_simple(2, count, NULL), space = H5Dget_space(dataset);
    for (hsize_t row = 0; row < SOURCES * SOURCE_ROWS; row += ROWS) {
        rows_of(space, row, ROWS, COLUMNS / 2);
        ck_assert(H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, data) >= 0);
    }
    hg_close(space);
    hg_close(memory);
}

static uint64_t resident(void)
{
    unsigned long pages = 0;
    FILE *stream = fopen("/proc/self/statm", "r");
    ck_assert(stream && fscanf(stream, "%*u %lu", &pages) == 1);
    fclose(stream);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

START_TEST(caches_of_sources_keep_to_the_memory)
{
    make_virtual(in_folder("v.h5"));
    hid_t in = open_file(in_folder("v.h5"), &err);
    hid_t dataset = hg_open_dataset(in, "/v", &err);
    ck_assert_uint_eq(hg_virtual_caches(dataset), (uint64_t)SOURCES * 8 << 20);
    hg_close(dataset);
    trust.memory = 20 << 20;
    uint64_t before = resident();
    dataset = hg_open_dataset(in, "/v", &err);
    ck_assert_uint_eq(hg_virtual_caches(dataset), (uint64_t)SOURCES * 8 << 20);
    read_halves(dataset);
    uint64_t grown = resident() - before;
#ifndef __SANITIZE_ADDRESS__ /* keeps what is freed */
    ck_assert_msg(grown < trust.memory, "%llu bytes", (unsigned long long)grown);
#endif
    (void)grown;
    hg_close(dataset);
    hg_close(in);
}
END_TEST

/* Several mappings of one source in sequence, and one mapping with a source per block. */
START_TEST(sources_are_counted)
{
    const hsize_t extent[2] = {12, 4}, most[2] = {H5S_UNLIMITED, 4}, rows[2] = {3, 4};
    const hsize_t start[2] = {0, 0}, stride[2] = {3, 1}, count[2] = {H5S_UNLIMITED, 1};
    hid_t space = H5Screate_simple(2, extent, most), part = H5Screate_simple(2, rows, NULL);
    hid_t virtual = H5Pcreate(H5P_DATASET_CREATE), numbered = H5Pcreate(H5P_DATASET_CREATE);
    hid_t place = H5Fcreate(in_folder("v.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    for (hsize_t row = 0; row < 9; row += 3)
        H5Pset_virtual(virtual, rows_of(space, row, 3, 4), ".", row < 6 ? "a" : "b", part);
    H5Sselect_all(space);
    hg_close(H5Dcreate2(place, "v", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, virtual, H5P_DEFAULT));
    ck_assert(H5Sselect_hyperslab(space, H5S_SELECT_SET, start, stride, count, rows) >= 0);
    ck_assert(H5Pset_virtual(numbered, space, ".", "s%b", part) >= 0);
    H5Sselect_all(space);
    static const char *const name[] = {"a", "b", "s0", "s1", "s2", "s3"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        hg_close(H5Dcreate2(place, name[i], H5T_NATIVE_FLOAT, part, H5P_DEFAULT, H5P_DEFAULT,
                            H5P_DEFAULT));
    hg_close(H5Dcreate2(place, "n", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, numbered, H5P_DEFAULT));
    hg_close(numbered);
    hg_close(virtual);
    hg_close(part);
    hg_close(space);
    hg_close(place);
    hid_t in = open_file(in_folder("v.h5"), &err);
    hid_t dataset = hg_open_dataset(in, "/v", &err);
    ck_assert_uint_eq(hg_virtual_caches(dataset), (uint64_t)2 * 8 << 20);
    hg_close(dataset);
    dataset = hg_open_dataset(in, "/n", &err);
    ck_assert_uint_eq(hg_virtual_caches(dataset), (uint64_t)4 * 8 << 20);
    hg_close(dataset);
    dataset = hg_open_dataset(in, "/s0", &err);
    ck_assert_uint_eq(hg_virtual_caches(dataset), 0);
    hg_close(dataset);
    hg_close(in);
}
END_TEST

/* ----------------------------------------------------------------------------------- the walk */

static struct {
    int n;
    char text[16][256];
} notes;

static void take_note(void *user, const char *path, const char *why)
{
    ck_assert_ptr_eq(user, &notes);
    if (notes.n < 16)
        snprintf(notes.text[notes.n], sizeof notes.text[0], "%.100s: %.150s", path, why);
    notes.n++;
}

static void soft(const char *to, const char *at)
{
    ck_assert(H5Lcreate_soft(to, file, at, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void hard(const char *to, const char *at)
{
    ck_assert(H5Lcreate_hard(file, to, file, at, H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

/* Walks the file and compares the paths, which end with NULL. */
static void assert_walk(const char *const *paths)
{
    struct h5_walk walk;
    notes.n = 0;
    ck_assert_int_eq(hg_walk(file, take_note, &notes, &walk, &err), H5GRAD_OK);
    for (size_t i = 0; i < walk.n; i++) {
        ck_assert_msg(paths[i] != NULL, "%s should not be found", walk.dataset[i].path);
        ck_assert_str_eq(walk.dataset[i].path, paths[i]);
        ck_assert_str_eq(hg_walk_path(&walk, &walk.dataset[i].identity), paths[i]);
        hid_t dataset = hg_open_dataset(file, walk.dataset[i].path, &err);
        struct h5_identity identity;
        ck_assert_msg(dataset >= 0, "%s", err.message);
        ck_assert(hg_identify(dataset, &identity));
        ck_assert(hg_same(&identity, &walk.dataset[i].identity));
        ck_assert(hg_close(dataset));
    }
    ck_assert_ptr_null(paths[walk.n]);
    hg_walk_free(&walk);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
}

START_TEST(walk_is_depth_first_in_the_order_of_names)
{
    add_dataset(file, "b");
    add_group(file, "c");
    add_dataset(file, "c/z");
    add_group(file, "c/m");
    add_dataset(file, "c/m/2");
    add_dataset(file, "c/m/10");
    add_dataset(file, "d");
    add_group(file, "a");
    hid_t type = H5Tcopy(H5T_NATIVE_INT);
    ck_assert(H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    hg_close(type);
    const char *const paths[] = {"/b", "/c/m/10", "/c/m/2", "/c/z", "/d", NULL};
    assert_walk(paths);
    ck_assert_int_eq(notes.n, 0);
}
END_TEST

START_TEST(walk_finds_each_object_once)
{
    add_group(file, "g");
    add_group(file, "g/h");
    add_dataset(file, "g/h/u");
    hard("/", "g/h/root");
    hard("g", "g/h/back");
    hard("g/h/u", "a");
    soft("/g/h", "again");
    soft("/", "s");
    soft("g/h/u", "t");
    const char *const paths[] = {"/a", NULL};
    assert_walk(paths);
    ck_assert_int_eq(notes.n, 0);
}
END_TEST

static void add_note(hid_t place, const char *name)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t note = H5Acreate_by_name(place, name, "note", H5T_NATIVE_INT, space, H5P_DEFAULT,
                                   H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Aclose(note), 0);
    H5Sclose(space);
}

START_TEST(walk_tells_what_has_no_attributes)
{
    static const struct {
        const char *path;
        bool bare;
    } found[] = {{"/bare/u", true}, {"/bare/v", false}, {"/group/u", false}, {"/u", true}};
    struct h5_walk walk;
    add_group(file, "bare");
    add_group(file, "group");
    add_dataset(file, "u");
    add_dataset(file, "bare/u");
    add_dataset(file, "bare/v");
    add_dataset(file, "group/u");
    add_note(file, "bare/v");
    add_note(file, "group");
    ck_assert_int_eq(hg_walk(file, NULL, NULL, &walk, &err), H5GRAD_OK);
    ck_assert_uint_eq(walk.n, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(walk.dataset[i].path, found[i].path);
        ck_assert_int_eq(walk.dataset[i].bare, found[i].bare);
    }
    hg_walk_free(&walk);
}
END_TEST

START_TEST(walk_follows_soft_links_within_the_file)
{
    hid_t other = H5Fcreate(in_folder("other.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add_group(other, "g");
    add_dataset(other, "g/hidden");
    ck_assert(hg_close(other));
    add_group(file, "z");
    add_dataset(file, "z/u");
    add_group(file, "z/q");
    add_dataset(file, "z/q/v");
    ck_assert(H5Lcreate_external("other.h5", "/g", file, "x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    soft("/x/hidden", "b_through");
    soft("x", "b_to");
    soft("//z/./u/", "c");
    soft("q/v", "z/a");
    soft("/nowhere/at/all", "d");
    soft("e2", "e1");
    soft("e1", "e2");
    const char *const paths[] = {"/c", "/z/a", NULL};
    assert_walk(paths);
    ck_assert_int_eq(notes.n, 6);
    ck_assert_str_eq(notes.text[0], "/b_through: soft link to /x/hidden: /x: is an external link, "
                                    "which is not followed");
    ck_assert_str_eq(notes.text[1],
                     "/b_to: soft link to x: is an external link, which is not followed");
    ck_assert_str_eq(notes.text[2], "/d: soft link to /nowhere/at/all: /nowhere: no such object");
    assert_contains(notes.text[3], "/e1: soft link to e");
    assert_contains(notes.text[3], ": more than 64 soft links, a cycle");
    ck_assert_str_eq(notes.text[5], "/x: is an external link, which is not followed");
}
END_TEST

static int traversals;

static hid_t to_nothing(const char *name, hid_t group, const void *data, size_t size, hid_t access,
                        hid_t transfer)
{
    (void)transfer;
    (void)name;
    (void)group;
    (void)data;
    (void)size;
    (void)access;
    traversals++;
    return -1;
}

START_TEST(walk_passes_user_defined_links_over)
{
    const H5L_class_t class = {
        .version = H5L_LINK_CLASS_T_VERS, .id = (H5L_type_t)80, .trav_func = to_nothing};
    ck_assert(H5Lregister(&class) >= 0);
    ck_assert(H5Lcreate_ud(file, "u", class.id, "data", 4, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    const char *const paths[] = {NULL};
    assert_walk(paths);
    ck_assert_int_eq(notes.n, 1);
    ck_assert_str_eq(notes.text[0], "/u: is a user-defined link, which is not followed");
    ck_assert(hg_open_dataset(file, "/u", &err) < 0);
    ck_assert_str_eq(err.message, "is a user-defined link, which is not followed");
    ck_assert_int_eq(traversals, 0);
}
END_TEST

START_TEST(walk_bears_deep_nesting)
{
    enum { DEPTH = 3000 };
    hid_t group = H5Gopen2(file, "/", H5P_DEFAULT);
    for (int i = 0; i < DEPTH; i++) {
        hid_t next = make_group(group, "g");
        if (i == 1000)
            add_dataset(group, "u");
        hg_close(group);
        group = next;
    }
    add_dataset(group, "v");
    hg_close(group);
    struct h5_walk walk;
    notes.n = 0;
    ck_assert_int_eq(hg_walk(file, take_note, &notes, &walk, &err), H5GRAD_OK);
    ck_assert_uint_eq(walk.n, 1);
    ck_assert_uint_eq(strlen(walk.dataset[0].path), 2 * 1000 + 2);
    ck_assert_int_eq(notes.n, 1);
    assert_contains(notes.text[0], "is nested too deep to follow");
    hg_walk_free(&walk);
}
END_TEST

START_TEST(walk_bears_long_names)
{
    enum { LENGTH = 20000 };
    char *name = malloc(LENGTH + 1);
    ck_assert_ptr_nonnull(name);
    memset(name, 'n', LENGTH);
    name[LENGTH] = '\0';
    hid_t group = make_group(file, name);
    add_dataset(group, name);
    add_dataset(group, "u");
    hg_close(group);
    struct h5_walk walk;
    notes.n = 0;
    ck_assert_int_eq(hg_walk(file, take_note, &notes, &walk, &err), H5GRAD_OK);
    ck_assert_uint_eq(walk.n, 1);
    ck_assert_uint_eq(strlen(walk.dataset[0].path), LENGTH + 3);
    ck_assert_int_eq(notes.n, 1);
    hg_walk_free(&walk);
    free(name);
}
END_TEST

START_TEST(walk_is_linear_in_the_number_of_objects)
{
    enum { N = 20000 };
    char name[32];
    hid_t u = make_dataset(file, "u", H5T_NATIVE_INT);
    hg_close(u);
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "g%05d", i);
        if (i % 100 == 0)
            add_group(file, name);
        else
            hard("u", name);
    }
    struct h5_walk walk;
    ck_assert_int_eq(hg_walk(file, NULL, NULL, &walk, &err), H5GRAD_OK);
    ck_assert_uint_eq(walk.n, 1);
    ck_assert_str_eq(walk.dataset[0].path, "/g00001");
    ck_assert_uint_eq(walk.seen.n, N / 100 + 2);
    hg_walk_free(&walk);
}
END_TEST

START_TEST(names_may_hold_anything)
{
    static const char *const names[] = {"/ a b ",       "/H1:LDAS-STRAIN",
                                        "/a,b=c;[d]*?", "/rho it=0 tl=0 rl=1 c=0",
                                        "/v1.0..",      "/..",
                                        "/...",         "/\xce\x94x\xe1\xb6\x9c"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        add_dataset(file, names[i] + 1);
        hid_t dataset = hg_open_dataset(file, names[i], &err);
        ck_assert_msg(dataset >= 0, "%s: %s", names[i], err.message);
        ck_assert(hg_close(dataset));
    }
    struct h5_walk walk;
    ck_assert_int_eq(hg_walk(file, NULL, NULL, &walk, &err), H5GRAD_OK);
    ck_assert_uint_eq(walk.n, sizeof names / sizeof *names);
    hg_walk_free(&walk);
}
END_TEST

static void assert_not_opened(const char *path, const char *message)
{
    ck_assert(hg_open_dataset(file, path, &err) < 0);
    ck_assert_str_eq(err.message, message);
}

START_TEST(datasets_are_opened_by_path)
{
    add_group(file, "g");
    add_dataset(file, "g/u");
    hid_t type = H5Tcopy(H5T_NATIVE_INT);
    ck_assert(H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) >= 0);
    hg_close(type);
    ck_assert(H5Lcreate_external("o.h5", "/u", file, "x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    soft("g", "s");
    soft("absent", "broken");
    static const char *const same[] = {"/g/u", "g/u", "//g/./u/.", "/s/u", "./s/u/"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        hid_t dataset = hg_open_dataset(file, same[i], &err);
        ck_assert_msg(dataset >= 0, "%s: %s", same[i], err.message);
        ck_assert(hg_close(dataset));
    }
    assert_not_opened("/absent", "no such object");
    assert_not_opened("/g/absent", "no such object");
    assert_not_opened("/h/u", "/h: no such object");
    assert_not_opened("/g/u/v", "no such object");
    assert_not_opened("", "is a group, not a dataset");
    assert_not_opened("/", "is a group, not a dataset");
    assert_not_opened("/g", "is a group, not a dataset");
    assert_not_opened("/type", "is not a dataset");
    assert_not_opened("/broken", "soft link to absent: no such object");
    assert_not_opened("/x", "is an external link, which is not followed");
    assert_not_opened("/x/y", "/x: is an external link, which is not followed");
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
}
END_TEST

static Suite *hdf5_suite(void)
{
    Suite *suite = suite_create("hdf5");
    TCase *base = add_case(suite, "base", setup, teardown);
    ADD_TESTS(base, guard_restores_the_callers_error_function);
#ifndef H5_NO_DEPRECATED_SYMBOLS
    ADD_TESTS(base, guard_restores_a_function_of_the_old_interface);
#endif
    ADD_TESTS(base, guard_excludes_other_threads, a_section_within_another_is_a_part_of_it,
              error_holds_the_reason_in_one_line, close_releases_every_kind,
              open_names_the_systems_reason, open_knows_what_is_not_hdf5,
              a_filter_without_memory_is_no_damage, an_identifier_that_libhdf5_lost_is_told,
              open_reports_a_truncated_file, open_reports_a_file_that_was_not_closed,
              open_warns_of_a_file_that_is_locked, open_needs_no_locks, descriptor_is_the_files,
              identity_is_the_objects_not_the_paths, set_finds_what_was_added);

    TCase *type = add_case(suite, "type", setup, teardown);
    ADD_TESTS(type, types_of_standard_size_are_raw_in_both_orders,
              types_of_odd_layout_are_converted, types_of_complex_numbers,
              types_that_are_refused_are_named, types_of_other_compounds_are_refused,
              converted_values_are_right, results_keep_the_form_of_the_source);
#if H5_VERSION_GE(2, 0, 0)
    ADD_TESTS(type, types_of_the_complex_class);
#endif

    TCase *attribute = add_case(suite, "attribute", setup, teardown);
    ADD_TESTS(attribute, text_is_read_with_any_padding, text_that_is_none, texts_are_read,
              numbers_are_read_as_double, attributes_are_written);

    TCase *storage = add_case(suite, "storage", setup, teardown);
    ADD_TESTS(storage, storage_of_each_layout, storage_of_filters,
              storage_without_extents_is_refused, caches_of_sources_keep_to_the_memory,
              sources_are_counted);

    TCase *walk = add_case(suite, "walk", setup, teardown);
    tcase_set_timeout(walk, 60);
    ADD_TESTS(walk, walk_is_depth_first_in_the_order_of_names, walk_finds_each_object_once,
              walk_tells_what_has_no_attributes, walk_follows_soft_links_within_the_file,
              walk_passes_user_defined_links_over, walk_bears_deep_nesting, walk_bears_long_names,
              walk_is_linear_in_the_number_of_objects, names_may_hold_anything,
              datasets_are_opened_by_path);
    return suite;
}

int main(void)
{
    return run_suite(hdf5_suite());
}
