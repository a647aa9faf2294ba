/* SPDX-License-Identifier: BSD-3-Clause */
/* Where chunks lie, for every index that libhdf5 makes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hdf5/chunk_map.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"
#include "trust/open.h"

#define ROWS    40
#define COLUMNS 10
#define CHUNK   4 /* points along both axes: 10 x 3 chunks, the last of each row partial */
#define RAW     (CHUNK * CHUNK * sizeof(int))

static const char *path;
static struct h5grad_error err;

static void setup(void)
{
    folder_make();
    path = in_folder("in.h5");
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void teardown(void)
{
    folder_remove();
}

/* The indexes, by what makes libhdf5 choose them with H5F_LIBVER_LATEST; earlier ones have a B-tree
 * of version 1 for all. */
static const struct index {
    hsize_t most[2]; /* extents */
    hsize_t chunk[2];
    H5D_alloc_time_t alloc;
} indexes[] = {
    {{ROWS, COLUMNS}, {ROWS, COLUMNS}, H5D_ALLOC_TIME_INCR}, /* a single chunk */
    {{ROWS, COLUMNS},
     {CHUNK, CHUNK},
     H5D_ALLOC_TIME_EARLY},                                 /* none, or a fixed array if filtered */
    {{ROWS, COLUMNS}, {CHUNK, CHUNK}, H5D_ALLOC_TIME_INCR}, /* a fixed array */
    {{H5S_UNLIMITED, COLUMNS}, {CHUNK, CHUNK}, H5D_ALLOC_TIME_INCR},       /* an extensible array */
    {{H5S_UNLIMITED, H5S_UNLIMITED}, {CHUNK, CHUNK}, H5D_ALLOC_TIME_INCR}, /* a B-tree, version 2 */
};
enum { INDEXES = sizeof indexes / sizeof *indexes };

/* A variant of a file: index, filtered or not, earliest or latest format, user block or not. */
struct variant {
    const struct index *index;
    bool filtered, latest;
    hsize_t user_block;
};
enum { VARIANTS = INDEXES * 8 };

static struct variant variant_of(int i)
{
    return (struct variant){&indexes[i / 8], i & 1, i & 2, i & 4 ? 1024 : 0};
}

static bool is_written(uint64_t row, uint64_t column)
{
    return (row + column) % 2 == 0;
}

/* Writes every second chunk past libhdf5's filters, so that its bytes can be found: 8 bytes or all
 * of them, and the first chunk with a mask. */
static void write_chunks(hid_t dataset, const struct variant *v)
{
    char bytes[ROWS * COLUMNS * sizeof(int)];
    const hsize_t *chunk = v->index->chunk;
    const size_t size = v->filtered ? 8 : chunk[0] * chunk[1] * sizeof(int);
    hsize_t at[2];
    for (at[0] = 0; at[0] < ROWS; at[0] += chunk[0]) {
        for (at[1] = 0; at[1] < COLUMNS; at[1] += chunk[1]) {
            if (!is_written(at[0] / chunk[0], at[1] / chunk[1]))
                continue;
            memset(bytes, (int)(at[0] + at[1] + 1), sizeof bytes);
            uint32_t mask = v->filtered && at[0] + at[1] == 0;
            ck_assert_int_ge(H5Dwrite_chunk(dataset, H5P_DEFAULT, mask, at, size, bytes), 0);
        }
    }
}

static void make_dataset(const struct variant *v)
{
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_userblock(creation, v->user_block);
    H5Pset_libver_bounds(access, v->latest ? H5F_LIBVER_LATEST : H5F_LIBVER_EARLIEST,
                         H5F_LIBVER_LATEST);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    hg_close(access);
    hg_close(creation);
    creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert(H5Pset_chunk(creation, 2, v->index->chunk) >= 0);
    ck_assert(H5Pset_alloc_time(creation, v->index->alloc) >= 0);
    if (v->filtered)
        H5Pset_deflate(creation, 1);
    hid_t space = H5Screate_simple(2, (const hsize_t[]){ROWS, COLUMNS}, v->index->most);
    hid_t dataset = h5make_in_space(file, "u", H5T_NATIVE_INT, space, creation);
    write_chunks(dataset, v);
    ck_assert(hg_close(dataset) && hg_close(space) && hg_close(creation) && hg_close(file));
}

/* The map of a dataset that is open to read. */
struct opened {
    struct h5_access access;
    struct h5_storage storage;
    struct h5_chunk_map map;
    hid_t file, dataset;
    struct box all; /* chunks */
};

static void open_map(struct opened *o, const struct variant *v, bool by_us)
{
    struct h5_guard guard;
    o->access = (struct h5_access){0};
    hg_enter(&guard);
    o->file =
        by_us ? hg_open_input(path, &o->access, &err) : H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(o->file, 0);
    o->dataset = H5Dopen2(o->file, "u", H5P_DEFAULT);
    ck_assert_int_eq(hg_storage_read(o->dataset, &o->storage, &err), H5GRAD_OK);
    hg_chunk_map_init(&o->map, o->dataset, &o->storage,
                      v->index->chunk[0] * v->index->chunk[1] * sizeof(int));
    hg_leave(&guard);
    for (unsigned i = 0; i < 2; i++) {
        o->all.start[i] = 0;
        o->all.count[i] = (o->storage.extent[i] - 1) / o->storage.chunk[i] + 1;
    }
}

static void close_map(struct opened *o)
{
    struct h5_guard guard;
    hg_chunk_map_free(&o->map);
    hg_enter(&guard);
    ck_assert(hg_close(o->dataset) && hg_close(o->file));
    hg_access_free(&o->access);
    hg_leave(&guard);
}

/* Checks that the bytes written lie at place. */
static void check_place(const struct h5_chunk_place *place, const struct variant *v,
                        const uint64_t *number)
{
    const hsize_t *chunk = v->index->chunk;
    const uint64_t first = number[0] * chunk[0] + number[1] * chunk[1];
    const bool early = v->index->alloc == H5D_ALLOC_TIME_EARLY;
    char bytes[8];
    if (!is_written(number[0], number[1]) && !early)
        ck_assert(place->size == 0 && place->address == 0);
    if (!is_written(number[0], number[1]))
        return;
    ck_assert_uint_eq(place->size, v->filtered ? 8 : chunk[0] * chunk[1] * sizeof(int));
    ck_assert_uint_eq(place->mask, v->filtered && first == 0);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(pread(fd, bytes, sizeof bytes, (off_t)place->address), sizeof bytes);
    close(fd);
    for (size_t i = 0; i < sizeof bytes; i++)
        ck_assert_int_eq(bytes[i], (char)(first + 1));
}

START_TEST(places)
{
    const struct variant v = variant_of(_i);
    struct opened o;
    make_dataset(&v);
    open_map(&o, &v, true);
    struct box windows[] = {o.all, o.all, o.all};
    windows[1].start[0] = o.all.count[0] / 2;
    windows[1].count[0] -= windows[1].start[0];
    windows[2].start[1] = o.all.count[1] - 1;
    windows[2].count[1] = 1;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        uint64_t at[2], n = 0;
        ck_assert_int_eq(hg_chunk_map_move(&o.map, &windows[i], &err), H5GRAD_OK);
        memcpy(at, windows[i].start, sizeof at);
        do {
            ck_assert_uint_eq(hg_chunk_map_index(&o.map, at), n);
            check_place(&o.map.place[n++], &v, at);
        } while (hg_box_next(2, &windows[i], at));
    }
    close_map(&o);
}
END_TEST

/* The driver of a file that the calling program opened reports no addresses. */
START_TEST(file_of_the_caller)
{
    const struct variant v = variant_of(2 * 8);
    struct opened o;
    make_dataset(&v);
    open_map(&o, &v, false);
    ck_assert_int_eq(hg_chunk_map_move(&o.map, &o.all, &err), H5GRAD_OK);
    for (uint64_t i = 0; i < hg_box_points(2, &o.all); i++)
        ck_assert_uint_eq(o.map.place[i].address, H5_PLACE_UNKNOWN);
    close_map(&o);
}
END_TEST

static int cancel(void *user)
{
    ++*(int *)user;
    return 1;
}

START_TEST(cancelled)
{
    const struct variant v = variant_of(2 * 8);
    struct opened o;
    int calls = 0;
    make_dataset(&v);
    open_map(&o, &v, true);
    o.map.cancelled = cancel;
    o.map.user = &calls;
    ck_assert_int_eq(hg_chunk_map_move(&o.map, &o.all, &err), H5GRAD_CANCELLED);
    ck_assert_int_eq(calls, 1);
    ck_assert_ptr_null(o.map.place);
    close_map(&o);
}
END_TEST

/* A chunk that a damaged index hides does not count as not stored. */
START_TEST(damaged_index)
{
    const struct variant v = variant_of(2 * 8);
    struct opened o;
    make_dataset(&v);
    FILE *stream = fopen(path, "r+b");
    char content[1 << 16], *tree;
    size_t n = fread(content, 1, sizeof content, stream);
    const char node[] = {'T', 'R', 'E', 'E', 1};
    ck_assert_ptr_nonnull(tree = memmem(content, n, node, sizeof node));
    fseek(stream, tree - content, SEEK_SET);
    fputc('X', stream);
    ck_assert_int_eq(fclose(stream), 0);
    open_map(&o, &v, true);
    ck_assert_int_eq(hg_chunk_map_move(&o.map, &o.all, &err), H5GRAD_OK);
    for (uint64_t i = 0; i < hg_box_points(2, &o.all); i++)
        ck_assert_uint_eq(o.map.place[i].address, H5_PLACE_UNKNOWN);
    close_map(&o);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chunk_map");
    TCase *tests = add_case(suite, "chunk_map", setup, teardown);
    tcase_add_loop_test(tests, places, 0, VARIANTS);
    ADD_TESTS(tests, file_of_the_caller, cancelled, damaged_index);
    return run_suite(suite);
}
