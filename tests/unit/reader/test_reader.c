/* SPDX-License-Identifier: BSD-3-Clause */
/* The readers and coordinate arrays against libhdf5. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trust/input_driver.h"
#include "trust/open.h"
#include "axis/coord_array.h"
#include "reader/reader.h"
#include "tests/support/skip.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

enum { RANK = 3, POINTS = 37 * 13 * 17 };
static const hsize_t extent[RANK] = {37, 13, 17};

static char path[300];

/* Files. */

static void setup(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s/in.h5", folder);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void teardown(void)
{
    folder_remove();
}

static float value_at(size_t point)
{
    return (float)point * 0.25F - 100;
}

static const float *values(void)
{
    static float v[POINTS];
    for (size_t i = 0; i < POINTS; i++)
        v[i] = value_at(i);
    return v;
}

static hid_t new_file(void)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    return file;
}

static hid_t new_creation(const hsize_t *chunk)
{
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert_int_ge(creation, 0);
    if (chunk)
        ck_assert_int_ge(H5Pset_chunk(creation, RANK, chunk), 0);
    return creation;
}

/* Makes a dataset of the array's extents; takes creation. */
static hid_t new_dataset(hid_t file, const char *name, hid_t type, hid_t creation)
{
    hid_t dataset = h5make_dataset(file, name, type, RANK, extent, creation);
    H5Pclose(creation);
    return dataset;
}

static void put_values(hid_t file, const char *name, hid_t type, hid_t creation)
{
    hid_t dataset = new_dataset(file, name, type, creation);
    h5make_points(dataset, H5T_NATIVE_FLOAT, values());
    ck_assert_int_ge(H5Dclose(dataset), 0);
}

/* A dataset that is open, with what a reader needs of it. */
struct input {
    struct h5_access access;
    hid_t file;
    hid_t dataset;
    struct h5_storage storage;
    struct h5_type type;
    struct reader_source source;
};

/* The calling program has the file open, with a driver of libhdf5. */
static bool by_caller;

static void input_open(struct input *input, const char *name)
{
    struct h5grad_error err;
    struct h5_guard guard;
    hg_enter(&guard);
    input->access = (struct h5_access){0};
    input->file = by_caller ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)
                            : hg_open_input(path, &input->access, &err);
    ck_assert_msg(input->file >= 0, "%s", err.message);
    input->dataset = H5Dopen2(input->file, name, H5P_DEFAULT);
    ck_assert_int_ge(input->dataset, 0);
    ck_assert_msg(hg_storage_read(input->dataset, &input->storage, &err) == H5GRAD_OK, "%s",
                  err.message);
    hid_t type = H5Dget_type(input->dataset);
    ck_assert_msg(hg_type_open(type, &input->type, &err) == H5GRAD_OK, "%s", err.message);
    H5Tclose(type);
    hg_leave(&guard);
    input->source = (struct reader_source){
        .dataset = input->dataset, .storage = &input->storage, .type = &input->type};
}

static void input_close(struct input *input)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_type_close(&input->type);
    hg_close(input->dataset);
    ck_assert(hg_close(input->file));
    hg_access_free(&input->access);
    hg_leave(&guard);
}

static struct reader *open_reader(const struct input *input, const char *forced,
                                  struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    struct reader *reader = hg_reader_open(&input->source, forced, err);
    hg_leave(&guard);
    return reader;
}

static void close_reader(struct reader *reader)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_reader_close(reader);
    hg_leave(&guard);
}

/* Tiles. */

static struct tile tile_of(uint64_t a, uint64_t b, uint64_t c, uint64_t na, uint64_t nb,
                           uint64_t nc)
{
    struct tile tile = {.core = {.start = {a, b, c}, .count = {na, nb, nc}}};
    const struct halo_rule none[RANK] = {{0}};
    hg_halo_make(RANK, none, (const uint64_t[]){37, 13, 17}, &tile);
    return tile;
}

static const struct tile *some_tiles(size_t *n)
{
    static struct tile tiles[6];
    tiles[0] = tile_of(0, 0, 0, 37, 13, 17);
    tiles[1] = tile_of(0, 0, 0, 1, 1, 1);
    tiles[2] = tile_of(10, 12, 16, 1, 1, 1);
    tiles[3] = tile_of(3, 4, 5, 5, 6, 7);
    tiles[4] = tile_of(7, 0, 2, 4, 13, 1);
    tiles[5] = tile_of(2, 9, 0, 1, 4, 17);
    *n = 6;
    return tiles;
}

static double scalar_of(const struct h5_type *type, const void *p)
{
    unsigned char bytes[8] = {0};
    size_t size = hg_element_size(type->stored);
    for (size_t i = 0; i < size; i++)
        bytes[i] = ((const unsigned char *)p)[type->swapped ? size - 1 - i : i];
    switch (type->stored) {
    case ELEMENT_F32: {
        float v;
        memcpy(&v, bytes, sizeof v);
        return (double)v;
    }
    case ELEMENT_F64: {
        double v;
        memcpy(&v, bytes, sizeof v);
        return v;
    }
    default:
        ck_abort_msg("no scalar of this type in these tests");
    }
}

static bool outside(const struct box *core, unsigned axis, int64_t at)
{
    int64_t start = (int64_t)core->start[axis];
    return at < start || at >= start + (int64_t)core->count[axis];
}

/* Checks every point that the view must have against expect(point, component). */
static void check_view(const struct input *input, const struct tile *tile,
                       const struct reader_view *view, double (*expect)(size_t, unsigned))
{
    unsigned components = input->type.components;
    size_t size = hg_element_size(input->type.stored);
    ck_assert_int_eq(view->stride[RANK - 1], (ptrdiff_t)components);
    for (uint64_t p = 0; p < hg_halo_points(RANK, &tile->halo); p++) {
        size_t at = 0, point = 0, step = 1;
        uint64_t rest = p;
        unsigned beside = 0;
        for (unsigned i = RANK; i-- > 0; rest /= tile->halo.count[i], step *= extent[i]) {
            uint64_t k = rest % tile->halo.count[i];
            int64_t place = tile->halo.start[i] + (int64_t)k;
            at += k * (size_t)view->stride[i];
            point += hg_halo_point(extent[i], place) * step;
            beside += outside(&tile->core, i, place);
        }
        for (unsigned c = 0; c < components && beside <= 1; c++) {
            const char *scalar = (const char *)view->data + (at + c) * size;
            if (scalar_of(&input->type, scalar) != expect(point, c))
                ck_abort_msg("point %zu: %g", point, scalar_of(&input->type, scalar));
        }
    }
}

static double expect_value(size_t point, unsigned component)
{
    (void)component;
    return (double)value_at(point);
}

/* All tiles of a plan, block by block. */
static void check_plan(const struct input *input, struct reader *reader, struct halo_rule rule,
                       uint64_t tile_bytes, uint64_t memory, double (*expect)(size_t, unsigned))
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    size_t size = hg_type_size(&input->type);
    struct plan plan;
    struct plan_request request = {
        .rank = RANK,
        .rule = {rule, rule, rule},
        .cached = reader->method->caches,
        .source_size = size,
        .source_more = reader->beside,
        .halo_size = size,
        .core_size = size,
        .tile_bytes = tile_bytes,
        .memory = memory,
        .threads = 1,
    };
    memcpy(request.extent, input->storage.extent, sizeof request.extent);
    memcpy(request.source_chunk, input->storage.chunk, sizeof request.source_chunk);
    ck_assert_msg(hg_plan_make(&request, &plan, &err) == H5GRAD_OK, "%s", err.message);
    struct codec_worker *worker = hg_codec_worker_new();
    char *buffer = malloc(plan.halo_points * size);
    ck_assert(worker && buffer);
    for (uint64_t block = 0; block < plan.blocks; block++) {
        uint64_t index, end;
        struct tile whole;
        hg_plan_block(&plan, block, &index, &end, &whole);
        ck_assert_int_eq(hg_reader_prepare(reader, &plan, block, &err), H5GRAD_OK);
        for (; index < end; index++) {
            struct tile tile;
            struct reader_view view;
            hg_plan_tile(&plan, index, &tile);
            memset(buffer, 0x5a, plan.halo_points * size);
            ck_assert_msg(hg_reader_read(reader, &tile, buffer, worker, &view, &err) == H5GRAD_OK,
                          "%s", err.message);
            check_view(input, &tile, &view, expect);
        }
    }
    hg_codec_worker_free(worker);
    free(buffer);
}

/* Reads rows [first, end) with a halo of one. */
static void check_rows(const struct input *input, struct reader *reader, uint64_t first,
                       uint64_t end)
{
    static float buffer[POINTS];
    struct h5grad_error err = {.status = H5GRAD_OK};
    struct region region;
    struct plan plan;
    struct plan_request request = {
        .rank = RANK,
        .extent = {37, 13, 17},
        .region = &region,
        .rule = {{1, 1, 2, 2, false}, {1, 1, 2, 2, false}, {1, 1, 2, 2, false}},
        .cached = true,
        .source_size = sizeof(float),
        .halo_size = sizeof(float),
        .core_size = sizeof(float),
        .source_chunk = {4, 5, 6},
        .tile_bytes = 2000,
        .memory = 1 << 24,
        .threads = 1,
    };
    struct codec_worker *worker = hg_codec_worker_new();
    hg_region_whole(RANK, request.extent, &region);
    region.start[0] = first;
    region.count[0] = end - first;
    ck_assert_int_eq(hg_plan_make(&request, &plan, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_reader_prepare(reader, &plan, 0, &err), H5GRAD_OK);
    for (uint64_t i = 0; i < plan.tiles; i++) {
        struct tile tile;
        struct reader_view view;
        hg_plan_tile(&plan, i, &tile);
        ck_assert_msg(hg_reader_read(reader, &tile, buffer, worker, &view, &err) == H5GRAD_OK, "%s",
                      err.message);
        check_view(input, &tile, &view, expect_value);
    }
    hg_codec_worker_free(worker);
}

/* Overwrites the chunks of rows 8 to 15 in the file. */
static void destroy_rows(const struct input *input)
{
    static const char nothing[1 << 12];
    int fd = open(path, O_WRONLY);
    ck_assert_int_ge(fd, 0);
    for (unsigned i = 0; i < 2 * 3 * 3; i++) {
        const hsize_t start[RANK] = {8 + i / 9 * 4, i / 3 % 3 * 5, i % 3 * 6};
        haddr_t address;
        hsize_t size;
        unsigned mask;
        ck_assert_int_ge(
            H5Dget_chunk_info_by_coord(input->source.dataset, start, &mask, &address, &size), 0);
        ck_assert_int_eq(pwrite(fd, nothing, size, (off_t)address), (ssize_t)size);
    }
    ck_assert_int_eq(close(fd), 0);
}

/* Chunks that the next plan needs, too, are decoded once. */
START_TEST(kept_for_the_next_plan)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    struct h5grad_error err = {.status = H5GRAD_OK};
    struct input input;
    hid_t file = new_file(), creation = new_creation(chunk);
    H5Pset_deflate(creation, 4);
    put_values(file, "u", H5T_NATIVE_FLOAT, creation);
    H5Fclose(file);
    input_open(&input, "u");
    struct reader *reader = open_reader(&input, "chunked", &err);
    ck_assert_ptr_nonnull(reader);
    check_rows(&input, reader, 0, 4);
    hg_reader_keep(reader, 0, 11, 1 << 20);
    check_rows(&input, reader, 4, 12);
    destroy_rows(&input);
    hg_reader_keep(reader, 0, 15, 1 << 10); /* too little for any */
    check_rows(&input, reader, 12, 16);
    close_reader(reader);
    input_close(&input);
}
END_TEST

static void check_dataset_method(const char *name, const char *forced, const char *method,
                                 double (*expect)(size_t, unsigned))
{
    struct input input;
    struct h5grad_error err = {.status = H5GRAD_OK};
    input_open(&input, name);
    struct reader *reader = open_reader(&input, forced, &err);
    ck_assert_msg(reader != NULL, "%s: %s", name, err.message);
    if (method)
        ck_assert_str_eq(reader->method->name, method);
    static const struct halo_rule rules[] = {
        {1, 1, 2, 2, false}, {1, 1, 3, 3, false}, {4, 4, 9, 9, false}, {4, 4, 0, 0, true}};
    for (unsigned i = 0; i < 4; i++) {
        check_plan(&input, reader, rules[i], 1 << 20, 1 << 24, expect);
        check_plan(&input, reader, rules[i], i < 2 ? 2000 : 16000, 1 << 24, expect);
        check_plan(&input, reader, rules[i], i < 2 ? 600 : 16000, i < 2 ? 40000 : 80000, expect);
    }
    close_reader(reader);
    input_close(&input);
}

/* method: the one that must be chosen; NULL: any. */
static void check_dataset(const char *name, const char *method, double (*expect)(size_t, unsigned))
{
    check_dataset_method(name, NULL, method, expect);
    check_dataset_method(name, "library", "library", expect);
}

/* A place that is known is enough. */
START_TEST(known_place)
{
    struct input input;
    struct h5grad_error err = {.status = H5GRAD_OK};
    const struct halo_rule rule = {1, 1, 2, 2, false};
    hid_t file = new_file();
    put_values(file, "contiguous", H5T_NATIVE_FLOAT, new_creation(NULL));
    H5Fclose(file);
    input_open(&input, "contiguous");
    struct reader *reader = open_reader(&input, NULL, &err);
    ck_assert_ptr_nonnull(hg_reader_place(reader));
    const struct h5_contiguous place = *hg_reader_place(reader);
    close_reader(reader);
    input.source.dataset = -1;
    input.source.place = &place;
    reader = open_reader(&input, NULL, &err);
    ck_assert_msg(reader != NULL, "%s", err.message);
    check_plan(&input, reader, rule, 2000, 1 << 24, expect_value);
    close_reader(reader);
    input_close(&input);
}
END_TEST

START_TEST(layouts)
{
    static const hsize_t chunk[RANK] = {4, 5, 6}, deep[RANK] = {16, 5, 6}, wide[RANK] = {4, 5, 16};
    hid_t file = new_file();
    put_values(file, "contiguous", H5T_NATIVE_FLOAT, new_creation(NULL));
    hid_t compact = new_creation(NULL);
    H5Pset_layout(compact, H5D_COMPACT);
    put_values(file, "compact", H5T_NATIVE_FLOAT, compact);
    put_values(file, "chunked", H5T_NATIVE_FLOAT, new_creation(chunk));
    put_values(file, "deep", H5T_NATIVE_FLOAT, new_creation(deep));
    put_values(file, "wide", H5T_NATIVE_FLOAT, new_creation(wide));
    hid_t filtered = new_creation(chunk);
    H5Pset_shuffle(filtered);
    H5Pset_deflate(filtered, 4);
    H5Pset_fletcher32(filtered);
    put_values(file, "filtered", H5T_NATIVE_FLOAT, filtered);
    hid_t raw_edges = new_creation(chunk);
    H5Pset_deflate(raw_edges, 1);
    H5Pset_chunk_opts(raw_edges, H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS);
    put_values(file, "raw_edges", H5T_NATIVE_FLOAT, raw_edges);
    hid_t nbit = new_creation(chunk);
    H5Pset_nbit(nbit);
    put_values(file, "nbit", H5T_NATIVE_FLOAT, nbit);
    H5Fclose(file);

    check_dataset("contiguous", "direct", expect_value);
    check_dataset("compact", "library", expect_value);
    check_dataset("chunked", "chunked", expect_value);
    check_dataset("deep", "chunked", expect_value);
    check_dataset("wide", "chunked", expect_value);
    check_dataset("filtered", "chunked", expect_value);
    check_dataset("raw_edges", "chunked", expect_value);
    check_dataset("nbit", "library", expect_value);
}
END_TEST

/* Makes a plan of tiles without the axis of the reader's parts. */
static void plan_without_parts(const struct input *input, const struct reader *reader,
                               struct halo_rule rule, uint64_t tile_bytes, struct plan *plan)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    const uint64_t size = hg_type_size(&input->type);
    struct plan_request request = {
        .rank = RANK - 1,
        .rule = {rule, rule},
        .cached = reader->method->caches,
        .source_size = reader->room * size,
        .source_more = reader->layers * reader->beside,
        .more_chunks = reader->layers - !reader->method->caches,
        .halo_size = (1 + reader->parts) * size,
        .core_size = size,
        .tile_bytes = tile_bytes,
        .memory = 1 << 24,
        .threads = 1,
    };
    for (unsigned i = 0; i < RANK - 1; i++) {
        const unsigned axis = i + (i >= reader->parts_axis);
        request.extent[i] = input->storage.extent[axis];
        request.source_chunk[i] = input->storage.chunk[axis];
    }
    ck_assert_msg(hg_plan_make(&request, plan, &err) == H5GRAD_OK, "%s", err.message);
}

/* Checks the points of one part of a tile but for corners of the halo. */
static void check_part(const struct reader *reader, const struct tile *tile, unsigned part,
                       const struct reader_view *view)
{
    const unsigned parts_axis = reader->parts_axis;
    for (uint64_t p = 0; p < hg_halo_points(RANK - 1, &tile->halo); p++) {
        size_t at = 0, point = 0, step = 1;
        uint64_t rest = p;
        unsigned beside = 0;
        for (unsigned axis = RANK; axis-- > 0; step *= extent[axis]) {
            const unsigned i = axis - (axis > parts_axis);
            if (axis == parts_axis) {
                point += part * step;
                continue;
            }
            const uint64_t k = rest % tile->halo.count[i];
            const int64_t place = tile->halo.start[i] + (int64_t)k;
            rest /= tile->halo.count[i];
            at += k * (size_t)view->stride[i];
            point += hg_halo_point(extent[axis], place) * step;
            beside += outside(&tile->core, i, place);
        }
        if (beside <= 1 && ((const float *)view->data)[at] != value_at(point))
            ck_abort_msg("part %u, point %zu: %g", part, point, ((const float *)view->data)[at]);
    }
}

/* Reads all tiles of a plan and takes their parts, but skips some tiles. */
static void check_parts(struct reader *reader, const struct plan *plan)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    struct codec_worker *worker = hg_codec_worker_new();
    char *all = malloc(plan->halo_points * reader->parts * reader->size);
    char *one = malloc(plan->halo_points * reader->size);
    ck_assert(worker && all && one);
    for (uint64_t block = 0; block < plan->blocks; block++) {
        uint64_t index, end;
        struct tile tile;
        struct reader_view whole, view;
        hg_plan_block(plan, block, &index, &end, &tile);
        ck_assert_int_eq(hg_reader_prepare(reader, plan, block, &err), H5GRAD_OK);
        for (; index < end; index++) {
            hg_plan_tile(plan, index, &tile);
            if (index % 5 == 3) {
                hg_reader_skip(reader, &tile);
                continue;
            }
            ck_assert_msg(hg_reader_read(reader, &tile, all, worker, &whole, &err) == H5GRAD_OK,
                          "%s", err.message);
            for (unsigned part = 0; part < reader->parts; part++) {
                hg_reader_take_part(reader, &tile, part, &whole, one, &view);
                check_part(reader, &tile, part, &view);
            }
        }
    }
    hg_codec_worker_free(worker);
    free(one);
    free(all);
}

/* All points along any one axis may be read together, as parts of tiles that lack it. */
START_TEST(parts_along_an_axis)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    static const char *const methods[] = {"direct", "chunked", "library"};
    static const struct halo_rule rules[] = {{1, 1, 3, 3, false}, {4, 4, 0, 0, true}};
    hid_t file = new_file(), filtered = new_creation(chunk);
    H5Pset_deflate(filtered, 4);
    put_values(file, "direct", H5T_NATIVE_FLOAT, new_creation(NULL));
    put_values(file, "chunked", H5T_NATIVE_FLOAT, filtered);
    put_values(file, "library", H5T_NATIVE_FLOAT, new_creation(chunk));
    H5Fclose(file);
    for (unsigned m = 0; m < 3; m++) {
        struct input input;
        struct h5grad_error err = {.status = H5GRAD_OK};
        input_open(&input, methods[m]);
        input.source.has_parts = true;
        input.source.parts_axis = (unsigned)_i;
        struct reader *reader = open_reader(&input, methods[m], &err);
        ck_assert_msg(reader != NULL, "%s", err.message);
        ck_assert_str_eq(reader->method->name, methods[m]);
        ck_assert_uint_eq(reader->parts, extent[_i]);
        for (unsigned k = 0; k < 4; k++) {
            struct plan plan;
            plan_without_parts(&input, reader, rules[k % 2], k < 2 ? 1 << 20 : 20000, &plan);
            check_parts(reader, &plan);
        }
        close_reader(reader);
        input_close(&input);
    }
}
END_TEST

/* Addresses in a file with a user block count from its end; libhdf5 reports them either way. */
START_TEST(behind_a_user_block)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    const H5F_libver_t low = _i == 0 ? H5F_LIBVER_EARLIEST : H5F_LIBVER_LATEST;
    hid_t block = H5Pcreate(H5P_FILE_CREATE), format = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert_int_ge(H5Pset_userblock(block, 2048), 0);
    ck_assert_int_ge(H5Pset_libver_bounds(format, low, H5F_LIBVER_LATEST), 0);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, block, format);
    ck_assert_int_ge(file, 0);
    put_values(file, "contiguous", H5T_NATIVE_FLOAT, new_creation(NULL));
    put_values(file, "chunked", H5T_NATIVE_FLOAT, new_creation(chunk));
    hid_t filtered = new_creation(chunk);
    H5Pset_deflate(filtered, 4);
    put_values(file, "filtered", H5T_NATIVE_FLOAT, filtered);
    H5Fclose(file);
    H5Pclose(format);
    H5Pclose(block);

    check_dataset("contiguous", "direct", expect_value);
    check_dataset("chunked", "chunked", expect_value);
    check_dataset("filtered", "chunked", expect_value);
}
END_TEST

/* Writes the values except one in the middle, where no comparison of the ends sees it. */
static void put_other_values(hid_t file, const char *name, hid_t creation)
{
    static float other[POINTS];
    hid_t dataset = new_dataset(file, name, H5T_NATIVE_FLOAT, creation);
    memcpy(other, values(), sizeof other);
    other[POINTS / 2] = 7;
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, other), 0);
    ck_assert_int_ge(H5Dclose(dataset), 0);
}

/* Addresses are those in the file that an external link leads to. */
START_TEST(linked_files)
{
    static const hsize_t chunk[RANK] = {16, 5, 6};
    static const char *const names[] = {"contiguous", "plain", "packed"};
    hid_t creation[2][3];
    for (int i = 0; i < 2; i++) {
        creation[i][0] = new_creation(NULL);
        creation[i][1] = new_creation(chunk);
        creation[i][2] = new_creation(chunk);
        H5Pset_deflate(creation[i][2], 1);
    }
    hid_t target = new_file();
    for (int i = 0; i < 3; i++)
        put_values(target, names[i], H5T_NATIVE_FLOAT, creation[0][i]);
    H5Fclose(target);
    char other[320];
    snprintf(other, sizeof other, "%s/other.h5", folder);
    ck_assert_int_eq(rename(path, other), 0);
    hid_t file = new_file();
    for (int i = 0; i < 3; i++)
        put_other_values(file, names[i], creation[1][i]);
    H5Lcreate_external("other.h5", "contiguous", file, "linked", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "plain", file, "linked_plain", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "packed", file, "linked_packed", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);

    check_dataset("linked", "direct", expect_value);
    check_dataset("linked_plain", "chunked", expect_value);
    check_dataset("linked_packed", "chunked", expect_value);
}
END_TEST

/* Only libhdf5 knows points that the calling program has not flushed. */
START_TEST(written_meanwhile)
{
    const hsize_t start[RANK] = {18, 6, 0}, count[RANK] = {1, 1, 17};
    hid_t file = new_file();
    put_other_values(file, "u", new_creation(NULL));
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    hid_t dataset = H5Dopen2(file, "u", H5P_DEFAULT), space = H5Dget_space(dataset);
    hid_t memory = H5Screate_simple(RANK, count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT,
                              values() + (18 * 13 + 6) * 17),
                     0);
    check_dataset("u", "library", expect_value);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
    check_dataset("u", "direct", expect_value);
}
END_TEST

START_TEST(types)
{
    hid_t file = new_file();
    put_values(file, "f64", H5T_IEEE_F64LE, new_creation(NULL));
    put_values(file, "f32be", H5T_IEEE_F32BE, new_creation(NULL));
    put_values(file, "f64be", H5T_IEEE_F64BE, new_creation(NULL));
    put_values(file, "long_double", H5T_NATIVE_LDOUBLE, new_creation(NULL));
    H5Fclose(file);

    check_dataset("f64", "direct", expect_value);
    check_dataset("f32be", "direct", expect_value);
    check_dataset("f64be", "direct", expect_value);
    check_dataset("long_double", "library", expect_value);
}
END_TEST

static double expect_complex(size_t point, unsigned component)
{
    return component ? -(double)point : (double)point + 0.5;
}

START_TEST(complex_points)
{
    static double pairs[POINTS][2];
    for (size_t i = 0; i < POINTS; i++) {
        pairs[i][0] = expect_complex(i, 0);
        pairs[i][1] = expect_complex(i, 1);
    }
    static const hsize_t chunk[RANK] = {11, 2, 8};
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "i", 8, H5T_NATIVE_DOUBLE);
    hid_t file = new_file();
    hid_t dataset = new_dataset(file, "z", type, new_creation(chunk));
    ck_assert_int_ge(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pairs), 0);
    H5Dclose(dataset);
    H5Tclose(type);
    H5Fclose(file);
    check_dataset("z", "chunked", expect_complex);
}
END_TEST

START_TEST(external_and_virtual)
{
    char raw[300];
    snprintf(raw, sizeof raw, "%s/raw", folder);
    hid_t file = new_file();
    hid_t external = new_creation(NULL);
    H5Pset_external(external, raw, 0, sizeof(float) * POINTS);
    put_values(file, "external", H5T_NATIVE_FLOAT, external);
    put_values(file, "plain", H5T_NATIVE_FLOAT, new_creation(NULL));
    hid_t virtual = new_creation(NULL);
    hid_t space = H5Screate_simple(RANK, extent, NULL);
    ck_assert_int_ge(H5Pset_virtual(virtual, space, ".", "/plain", space), 0);
    H5Sclose(space);
    H5Dclose(new_dataset(file, "virtual", H5T_NATIVE_FLOAT, virtual));
    H5Fclose(file);

    check_dataset("external", "library", expect_value);
    check_dataset("virtual", "library", expect_value);
}
END_TEST

static double expect_fill(size_t point, unsigned component)
{
    (void)component;
    size_t j = point / 17 % 13;
    size_t k = point % 17;
    bool written = point / (13 * 17) < 4 && j < 5 && k < 6;
    return written ? (double)value_at(point) : 42.5;
}

/* Only the first chunk is stored. Takes creation. */
static void put_sparse(hid_t file, const char *name, hid_t creation)
{
    hsize_t chunk[RANK];
    ck_assert_int_eq(H5Pget_chunk(creation, RANK, chunk), RANK);
    static const hsize_t origin[RANK] = {0, 0, 0};
    hid_t dataset = new_dataset(file, name, H5T_NATIVE_FLOAT, creation);
    hid_t space = H5Dget_space(dataset);
    hid_t memory = H5Screate_simple(RANK, extent, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, origin, NULL, chunk, NULL);
    H5Sselect_hyperslab(memory, H5S_SELECT_SET, origin, NULL, chunk, NULL);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values()), 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
}

static double expect_deep(size_t point, unsigned component)
{
    (void)component;
    bool written = point / (13 * 17) < 16 && point / 17 % 13 < 5 && point % 17 < 6;
    return written ? (double)value_at(point) : 42.5;
}

static double expect_zero(size_t point, unsigned component)
{
    return expect_fill(point, component) == 42.5 ? 0 : expect_fill(point, component);
}

START_TEST(unallocated_chunks)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    float fill = 42.5F;
    hid_t file = new_file();
    hid_t filtered = new_creation(chunk), plain = new_creation(chunk), never = new_creation(chunk);
    H5Pset_fill_value(filtered, H5T_NATIVE_FLOAT, &fill);
    H5Pset_deflate(filtered, 1);
    H5Pset_fill_value(plain, H5T_NATIVE_FLOAT, &fill);
    H5Pset_fill_time(never, H5D_FILL_TIME_NEVER);
    put_sparse(file, "filtered", filtered);
    put_sparse(file, "plain", plain);
    put_sparse(file, "never", never);
    static const hsize_t sixteen[RANK] = {16, 5, 6};
    hid_t deep = new_creation(sixteen);
    H5Pset_fill_value(deep, H5T_NATIVE_FLOAT, &fill);
    put_sparse(file, "deep", deep);
    H5Fclose(file);
    check_dataset("filtered", "chunked", expect_fill);
    check_dataset("plain", "chunked", expect_fill);
    check_dataset("never", "chunked", expect_zero);
    check_dataset("deep", "chunked", expect_deep);
}
END_TEST

/* In a file that the calling program has open, addresses of chunks are not used. */
START_TEST(file_of_the_caller)
{
    static const hsize_t chunk[RANK] = {4, 5, 6}, deep[RANK] = {16, 5, 6};
    float fill = 42.5F;
    hid_t file = new_file();
    hid_t filtered = new_creation(chunk), sparse = new_creation(chunk);
    H5Pset_deflate(filtered, 4);
    H5Pset_fill_value(sparse, H5T_NATIVE_FLOAT, &fill);
    H5Pset_deflate(sparse, 1);
    put_values(file, "chunked", H5T_NATIVE_FLOAT, new_creation(chunk));
    put_values(file, "deep", H5T_NATIVE_FLOAT, new_creation(deep));
    put_values(file, "filtered", H5T_NATIVE_FLOAT, filtered);
    put_sparse(file, "sparse", sparse);
    H5Fclose(file);
    by_caller = true;
    check_dataset("chunked", "chunked", expect_value);
    check_dataset("deep", "chunked", expect_value);
    check_dataset("filtered", "chunked", expect_value);
    check_dataset("sparse", "chunked", expect_fill);
    by_caller = false;
}
END_TEST

/* A filter that does not exist, from the range of ids for tests. */
enum { NO_FILTER = 300 };

static hid_t new_unknown(hid_t file, const char *name)
{
    static const hsize_t chunk[RANK] = {11, 13, 17};
    hid_t creation = new_creation(chunk);
    ck_assert_int_ge(H5Pset_filter(creation, NO_FILTER, H5Z_FLAG_OPTIONAL, 0, NULL), 0);
    return new_dataset(file, name, H5T_NATIVE_FLOAT, creation);
}

START_TEST(unavailable_filters)
{
    static const hsize_t origin[RANK] = {0, 0, 0};
    hid_t file = new_file();
    hid_t encoded = new_unknown(file, "encoded");
    ck_assert_int_ge(H5Dwrite_chunk(encoded, H5P_DEFAULT, 0, origin, 16, values()), 0);
    H5Dclose(encoded);
    hid_t skipped = new_unknown(file, "skipped");
    ck_assert_int_ge(H5Dwrite(skipped, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values()),
                     0);
    H5Dclose(skipped);
    H5Dclose(new_unknown(file, "empty"));
    H5Fclose(file);

    struct input input;
    struct h5grad_error err = {.status = H5GRAD_OK};
    input_open(&input, "encoded");
    ck_assert_ptr_null(open_reader(&input, NULL, &err));
    ck_assert_int_eq(err.status, H5GRAD_FAILED);
    ck_assert_str_eq(
        err.message,
        "filter 300 (unknown) is not available (--allow-plugins lets libhdf5 load one)");
    ck_assert_ptr_null(open_reader(&input, "library", NULL));
    input_close(&input);

    check_dataset("skipped", NULL, expect_value);
    input_open(&input, "empty");
    struct reader *reader = open_reader(&input, NULL, &err);
    ck_assert_ptr_nonnull(reader);
    close_reader(reader);
    input_close(&input);
}
END_TEST

START_TEST(known_filter_without_decoder)
{
    static const hsize_t chunk[RANK] = {11, 13, 17};
    static const hsize_t origin[RANK] = {0, 0, 0};
    if (H5Zfilter_avail(32013) > 0) {
        skip("a filter that nobody has", "libhdf5 has found zfp");
        return;
    }
    hid_t file = new_file();
    hid_t creation = new_creation(chunk);
    H5Pset_filter(creation, 32013, H5Z_FLAG_OPTIONAL, 0, NULL);
    hid_t dataset = new_dataset(file, "u", H5T_NATIVE_FLOAT, creation);
    ck_assert_int_ge(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, origin, 16, values()), 0);
    H5Dclose(dataset);
    H5Fclose(file);

    struct input input;
    struct h5grad_error err = {.status = H5GRAD_OK};
    input_open(&input, "u");
    ck_assert_ptr_null(open_reader(&input, NULL, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "filter 32013 (zfp) is not available: it needs "));
    input_close(&input);
}
END_TEST

START_TEST(damaged_chunk)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    static const hsize_t origin[RANK] = {4, 5, 6};
    hid_t file = new_file();
    hid_t creation = new_creation(chunk);
    H5Pset_deflate(creation, 1);
    hid_t dataset = new_dataset(file, "u", H5T_NATIVE_FLOAT, creation);
    ck_assert_int_ge(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, origin, 16, values()), 0);
    H5Dclose(dataset);
    H5Fclose(file);

    struct input input;
    struct h5grad_error err = {.status = H5GRAD_OK};
    input_open(&input, "u");
    struct reader *reader = open_reader(&input, "library", &err);
    ck_assert_ptr_nonnull(reader);
    static float buffer[POINTS];
    struct reader_view view;
    struct tile sound = tile_of(0, 0, 0, 4, 5, 6);
    struct tile damaged = tile_of(3, 4, 5, 2, 3, 4);
    ck_assert_int_eq(hg_reader_read(reader, &sound, buffer, NULL, &view, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_reader_read(reader, &damaged, buffer, NULL, &view, &err), H5GRAD_FAILED);
    static const char start[] = "reading points 3..4 x 4..6 x 5..8: ";
    ck_assert_msg(strncmp(err.message, start, strlen(start)) == 0, "%s", err.message);
    close_reader(reader);
    input_close(&input);
}
END_TEST

/* Changes the length of the chunk of points 0.., 0.., 6.. in the index (version 1). */
static void set_length(uint32_t length)
{
    struct {
        uint32_t bytes, mask;
        uint64_t start[RANK + 1];
    } key = {.bytes = 4 * 5 * 6 * sizeof(float), .start = {0, 0, 6, 0}};
    static char content[1 << 17];
    FILE *stream = fopen(path, "r+b");
    ck_assert_ptr_nonnull(stream);
    size_t n = fread(content, 1, sizeof content, stream);
    char *at = memmem(content, n, &key, sizeof key);
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(fseek(stream, at - content, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(&length, sizeof length, 1, stream), 1);
    ck_assert_int_eq(fclose(stream), 0);
}

/* libhdf5 before version 2 reads as many bytes of a chunk without filters as its index says. */
START_TEST(chunk_of_another_length)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    static const uint32_t lengths[] = {8, 1 << 20};
    for (int i = 0; i < 2; i++) {
        hid_t file = new_file();
        put_values(file, "u", H5T_NATIVE_FLOAT, new_creation(chunk));
        hid_t space = H5Screate_simple(1, (const hsize_t[]){1 << 20}, NULL);
        hid_t behind = H5Dcreate2(file, "behind", H5T_NATIVE_CHAR, space, H5P_DEFAULT, H5P_DEFAULT,
                                  H5P_DEFAULT);
        static char bytes[1 << 20];
        ck_assert_int_ge(H5Dwrite(behind, H5T_NATIVE_CHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes),
                         0);
        H5Dclose(behind);
        H5Sclose(space);
        H5Fclose(file);
        set_length(lengths[i]);

        struct input input;
        struct h5grad_error err = {.status = H5GRAD_OK};
        input_open(&input, "u");
        struct reader *reader = open_reader(&input, "chunked", &err);
        ck_assert_ptr_nonnull(reader);
        ck_assert_str_eq(reader->method->name, "chunked");
        const struct plan_request request = {
            .rank = RANK,
            .extent = {37, 13, 17},
            .rule = {{1, 1, 2, 2, false}, {1, 1, 2, 2, false}, {1, 1, 2, 2, false}},
            .cached = true,
            .source_size = sizeof(float),
            .halo_size = sizeof(float),
            .core_size = sizeof(float),
            .source_chunk = {4, 5, 6},
            .tile_bytes = 1 << 20,
            .memory = 1 << 24,
            .threads = 1,
        };
        static float buffer[POINTS];
        struct plan plan;
        struct tile tile;
        struct reader_view view;
        struct codec_worker *worker = hg_codec_worker_new();
        ck_assert_int_eq(hg_plan_make(&request, &plan, &err), H5GRAD_OK);
        ck_assert_int_eq(hg_reader_prepare(reader, &plan, 0, &err), H5GRAD_OK);
        hg_plan_tile(&plan, 0, &tile);
        ck_assert_int_eq(hg_reader_read(reader, &tile, buffer, worker, &view, &err), H5GRAD_FAILED);
        ck_assert_msg(strstr(err.message, "its index gives it") ||
                          strstr(err.message, "incorrect chunk size returned from index"),
                      "%s", err.message);
        hg_codec_worker_free(worker);
        close_reader(reader);
        input_close(&input);
    }
}
END_TEST

struct crew {
    const struct input *input;
    struct reader *reader;
    uint64_t first;
    bool ok;
};

static void *read_rows(void *user)
{
    struct crew *crew = user;
    static _Thread_local float buffer[13 * 17];
    crew->ok = true;
    for (uint64_t round = 0; round < 200; round++) {
        uint64_t row = (crew->first + round) % 37;
        struct tile tile = tile_of(row, 0, 0, 1, 13, 17);
        struct reader_view view;
        struct h5grad_error err;
        crew->ok = crew->ok &&
                   hg_reader_read(crew->reader, &tile, buffer, NULL, &view, &err) == H5GRAD_OK &&
                   memcmp(view.data, values() + row * 13 * 17, sizeof buffer) == 0;
    }
    return NULL;
}

START_TEST(many_threads)
{
    static const hsize_t chunk[RANK] = {4, 5, 6};
    hid_t file = new_file();
    hid_t creation = new_creation(chunk);
    H5Pset_deflate(creation, 1);
    put_values(file, "u", H5T_NATIVE_FLOAT, creation);
    H5Fclose(file);

    struct input input;
    input_open(&input, "u");
    struct reader *reader = open_reader(&input, "library", NULL);
    ck_assert_ptr_nonnull(reader);
    struct crew crew[4];
    pthread_t thread[4];
    for (size_t i = 0; i < 4; i++) {
        crew[i] = (struct crew){&input, reader, 3 * i, false};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, read_rows, &crew[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        ck_assert(crew[i].ok);
    }
    close_reader(reader);
    input_close(&input);
}
END_TEST

START_TEST(array_in_memory)
{
    static double pairs[POINTS][2];
    for (size_t i = 0; i < POINTS; i++) {
        pairs[i][0] = expect_complex(i, 0);
        pairs[i][1] = expect_complex(i, 1);
    }
    const uint64_t counts[RANK] = {extent[0], extent[1], extent[2]};
    struct reader *reader = hg_reader_open_memory(pairs, ELEMENT_F64, 2, RANK, counts, NULL, NULL);
    ck_assert_ptr_nonnull(reader);
    ck_assert_int_eq(hg_reader_prepare(reader, NULL, 0, NULL), H5GRAD_OK);
    struct input input = {.type = {.stored = ELEMENT_F64, .components = 2}};
    size_t n;
    const struct tile *tiles = some_tiles(&n);
    for (size_t t = 0; t < n; t++) {
        struct reader_view view;
        ck_assert_int_eq(hg_reader_read(reader, &tiles[t], NULL, NULL, &view, NULL), H5GRAD_OK);
        ck_assert((const char *)view.data >= (const char *)pairs &&
                  (const char *)view.data < (const char *)(pairs + POINTS));
        check_view(&input, &tiles[t], &view, expect_complex);
    }
    close_reader(reader);
    close_reader(NULL);
}
END_TEST

/* Coordinate arrays. */

enum { LINE = 1000 };

static void put_line(hid_t file, const char *name, hid_t stored, hid_t memory, const void *data)
{
    hsize_t n = LINE;
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t dataset = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

static struct coord_array *open_array(hid_t file, const char *name, uint64_t keep,
                                      struct h5grad_error *err)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    struct coord_array *array = hg_coord_array_open(dataset, keep, err);
    H5Dclose(dataset);
    hg_leave(&guard);
    return array;
}

static void close_array(struct coord_array *array)
{
    struct h5_guard guard;
    hg_enter(&guard);
    hg_coord_array_close(array);
    hg_leave(&guard);
}

static void check_line(hid_t file, const char *name, double origin, const double *expected)
{
    static const uint64_t keeps[] = {0, LINE - 1, LINE, UINT64_MAX};
    static const uint64_t ranges[][2] = {{0, LINE}, {0, 1}, {LINE - 1, 1}, {17, 500}, {30, 0}};
    for (size_t k = 0; k < sizeof keeps / sizeof keeps[0]; k++) {
        struct h5grad_error err = {.status = H5GRAD_OK};
        struct coord_array *array = open_array(file, name, keeps[k], &err);
        ck_assert_msg(array != NULL, "%s: %s", name, err.message);
        ck_assert_uint_eq(hg_coord_array_extent(array), LINE);
        ck_assert_double_eq(hg_coord_array_origin(array), origin);
        for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
            double out[LINE + 1];
            uint64_t n = ranges[r][1];
            out[n] = 1234.5;
            ck_assert_msg(hg_coord_array_read(array, ranges[r][0], n, out, &err) == H5GRAD_OK,
                          "%s: %s", name, err.message);
            ck_assert_msg(memcmp(out, expected + ranges[r][0], n * sizeof *out) == 0,
                          "%s: keep %zu, range %zu", name, k, r);
            ck_assert_double_eq(out[n], 1234.5);
        }
        close_array(array);
    }
}

START_TEST(line_types)
{
    static double d[LINE], df[LINE];
    static float f[LINE];
    static int64_t i64[LINE];
    static int16_t i16[LINE];
    static double di64[LINE], di16[LINE];
    for (size_t i = 0; i < LINE; i++) {
        d[i] = 0.1 * (double)i - 7;
        f[i] = 0.1F * (float)i;
        df[i] = (double)f[i];
        i64[i] = INT64_C(1700000000000000001) + (int64_t)i * 3600;
        di64[i] = (double)i * 3600; /* no double holds the integers themselves */
        i16[i] = (int16_t)(i * 60 - 30000);
        di16[i] = (double)i16[i];
    }
    hid_t file = new_file();
    put_line(file, "f64", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, d);
    put_line(file, "f64be", H5T_IEEE_F64BE, H5T_NATIVE_DOUBLE, d);
    put_line(file, "f32", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, f);
    put_line(file, "f32be", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, f);
    put_line(file, "i64", H5T_STD_I64LE, H5T_NATIVE_INT64, i64);
    put_line(file, "i64be", H5T_STD_I64BE, H5T_NATIVE_INT64, i64);
    put_line(file, "i16be", H5T_STD_I16BE, H5T_NATIVE_INT16, i16);
    put_line(file, "long_double", H5T_NATIVE_LDOUBLE, H5T_NATIVE_DOUBLE, d);
    check_line(file, "f64", 0, d);
    check_line(file, "f64be", 0, d);
    check_line(file, "f32", 0, df);
    check_line(file, "f32be", 0, df);
    check_line(file, "i64", 1700000000000000001., di64);
    check_line(file, "i64be", 1700000000000000001., di64);
    check_line(file, "i16be", 0, di16);
    check_line(file, "long_double", 0, d);
    H5Fclose(file);

    struct coord_array *array = hg_coord_array_open_memory(d, LINE, NULL);
    double out[10];
    ck_assert_uint_eq(hg_coord_array_extent(array), LINE);
    ck_assert_int_eq(hg_coord_array_read(array, 20, 10, out, NULL), H5GRAD_OK);
    ck_assert_mem_eq(out, d + 20, sizeof out);
    close_array(array);
    close_array(NULL);
}
END_TEST

static void check_no_line(hid_t file, const char *name, const char *why)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    ck_assert_ptr_null(open_array(file, name, 10, &err));
    ck_assert_int_eq(err.status, H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, why) != NULL, "%s: %s", name, err.message);
}

START_TEST(line_errors)
{
    static const char *const text[LINE];
    static const double pairs[2 * LINE];
    hid_t file = new_file();
    put_values(file, "cube", H5T_NATIVE_FLOAT, new_creation(NULL));
    hid_t string = H5Tcopy(H5T_C_S1);
    H5Tset_size(string, 8);
    put_line(file, "text", string, string, text);
    hid_t complex = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(complex, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(complex, "i", 8, H5T_NATIVE_DOUBLE);
    put_line(file, "complex", complex, complex, pairs);
    H5Tclose(complex);
    H5Tclose(string);

    check_no_line(file, "cube", "coordinates have one axis, this dataset has 3");
    check_no_line(file, "text", "string");
    check_no_line(file, "complex", "coordinates are real, this dataset is complex128");
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_DATASET | H5F_OBJ_DATATYPE), 0);
    H5Fclose(file);
}
END_TEST

/* A dataset without an axis has one value. */
START_TEST(line_without_axis)
{
    const double value = -2.5;
    double out;
    hid_t file = new_file(), space = H5Screate(H5S_SCALAR);
    hid_t dataset =
        H5Dcreate2(file, "scalar", H5T_IEEE_F64BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value),
                     0);
    H5Dclose(dataset);
    for (uint64_t keep = 0; keep < 2; keep++) {
        struct h5grad_error err = {.status = H5GRAD_OK};
        struct coord_array *array = open_array(file, "scalar", keep, &err);
        ck_assert_msg(array != NULL, "%s", err.message);
        ck_assert_uint_eq(hg_coord_array_extent(array), 1);
        ck_assert_int_eq(hg_coord_array_read(array, 0, 1, &out, &err), H5GRAD_OK);
        ck_assert_double_eq(out, value);
        close_array(array);
    }
    H5Sclose(space);
    H5Fclose(file);
}
END_TEST

/* A coordinate array holds its dataset open, unless its values are in memory. */
START_TEST(line_handles)
{
    static const double d[LINE];
    hid_t file = new_file();
    put_line(file, "x", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, d);
    struct coord_array *far = open_array(file, "x", 0, NULL);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_DATASET), 1);
    struct coord_array *near = open_array(file, "x", LINE, NULL);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_DATASET), 1);
    close_array(far);
    close_array(near);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_DATASET), 0);
    H5Fclose(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader");
    TCase *readers = add_case(suite, "readers", setup, teardown);
    ADD_TESTS(readers, layouts, known_place, kept_for_the_next_plan);
    tcase_add_loop_test(readers, behind_a_user_block, 0, 2);
    tcase_add_loop_test(readers, parts_along_an_axis, 0, RANK);
    ADD_TESTS(readers, types, complex_points, external_and_virtual, unallocated_chunks,
              unavailable_filters, known_filter_without_decoder, damaged_chunk,
              chunk_of_another_length, linked_files, file_of_the_caller, written_meanwhile,
              many_threads, array_in_memory);
    TCase *lines = add_case(suite, "lines", setup, teardown);
    ADD_TESTS(lines, line_types, line_errors, line_without_axis, line_handles);
    return run_suite(suite);
}
