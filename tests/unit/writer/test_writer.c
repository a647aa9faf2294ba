/* SPDX-License-Identifier: BSD-3-Clause */
/* The storage of results, the writers against libhdf5, and the publishing of the output. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libhdf5/output_driver.h"
#include "tests/support/skip.h"
#include "output/layout.h"
#include "output/publish.h"
#include "writer/order.h"
#include "writer/writer.h"
#include "tests/support/suite.h"
#include "tests/support/scratch.h"

static char output[300];
static struct h5_guard guard;

static uid_t user;     /* who this process says to be */
static bool disk_full; /* on any file system */

uid_t geteuid(void)
{
    return user;
}

int statvfs(const char *path, struct statvfs *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fstatvfs(fd, info);
    close(fd);
    if (disk_full)
        info->f_bavail = 0;
    return result;
}

static void setup(void)
{
    folder_make();
    snprintf(output, sizeof output, "%s/out.h5", folder);
    user = getuid();
    hg_enter(&guard);
}

static void teardown(void)
{
    hg_leave(&guard);
    folder_remove();
}

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static bool holds(const char *name, const char *text)
{
    char line[64] = "";
    FILE *file = fopen(name, "r");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[n] = '\0';
    return strcmp(line, text) == 0;
}

static bool exists(const char *name)
{
    struct stat info;
    return lstat(name, &info) == 0;
}

/* What the options say. */

START_TEST(options_that_parse)
{
    struct layout_request r;
    ck_assert_int_eq(hg_layout_parse(NULL, NULL, &r, NULL), H5GRAD_OK);
    ck_assert(r.layout == LAYOUT_SAME && r.same_filters && r.auto_levels);
    ck_assert_int_eq(hg_layout_parse("same", "auto", &r, NULL), H5GRAD_OK);
    ck_assert(r.layout == LAYOUT_SAME && r.same_filters && r.auto_levels);
    ck_assert_int_eq(hg_layout_parse("same", "same", &r, NULL), H5GRAD_OK);
    ck_assert(r.layout == LAYOUT_SAME && r.same_filters && !r.auto_levels);
    ck_assert_int_eq(hg_layout_parse("contiguous", "none", &r, NULL), H5GRAD_OK);
    ck_assert(r.layout == LAYOUT_CONTIGUOUS && !r.same_filters && r.n_filters == 0);
    ck_assert_int_eq(hg_layout_parse("8x4x2", "shuffle+gzip=4+fletcher32", &r, NULL), H5GRAD_OK);
    ck_assert(r.layout == LAYOUT_CHUNK && r.chunk_rank == 3);
    ck_assert(r.chunk[0] == 8 && r.chunk[1] == 4 && r.chunk[2] == 2);
    ck_assert(!r.same_filters && r.n_filters == 3);
    ck_assert(r.filter[0] == H5Z_FILTER_SHUFFLE && r.level[0] == -1);
    ck_assert(r.filter[1] == H5Z_FILTER_DEFLATE && r.level[1] == 4);
    ck_assert(r.filter[2] == H5Z_FILTER_FLETCHER32 && r.level[2] == -1);
}
END_TEST

static const struct {
    const char *layout, *filter, *why;
} wrong[] = {
    {"", NULL, "--layout=: give"},
    {"8x", NULL, "--layout=8x: give"},
    {"0x4", NULL, "--layout=0x4: give"},
    {"Same", NULL, "--layout=Same: give"},
    {"chunked", NULL, "--layout=chunked: give"},
    {NULL, "", "--filter=: give names"},
    {NULL, "+", "--filter=+: give names"},
    {NULL, "gzip+", "--filter=gzip+: give names"},
    {NULL, "+gzip", "--filter=+gzip: give names"},
    {NULL, "gzip=", "--filter=gzip=: \"\" is not a level"},
    {NULL, "gzip=x", "--filter=gzip=x: \"x\" is not a level"},
    {NULL, "gzip=-1", "--filter=gzip=-1: \"-1\" is not a level"},
    {NULL, "gzip=10", "--filter=gzip=10: gzip takes no level 10"},
    {NULL, "gzip=4294967297", "is not a level"},
    {NULL, "shuffle=1", "--filter=shuffle=1: shuffle takes no level 1"},
    {NULL, "gzip+gzip=3", "--filter=gzip+gzip=3: gzip is named twice"},
    {NULL, "gzip+none", "--filter=gzip+none: none stands alone"},
    {NULL, "same+gzip", "--filter=same+gzip: same stands alone"},
    {NULL, "gzip+auto", "--filter=gzip+auto: auto stands alone"},
    {NULL, "GZIP", "--filter=GZIP: there is no filter \"GZIP\""},
    {NULL, "lzf", "--filter=lzf: lzf can be read"},
    {"contiguous", "shuffle+gzip", "--layout=contiguous: --filter=shuffle+gzip needs chunks"},
};

START_TEST(options_that_do_not)
{
    struct layout_request request;
    struct h5grad_error err = {.status = H5GRAD_OK};
    ck_assert_int_eq(hg_layout_parse(wrong[_i].layout, wrong[_i].filter, &request, &err),
                     H5GRAD_USAGE);
    ck_assert_msg(strstr(err.message, wrong[_i].why) != NULL, "%s", err.message);
}
END_TEST

/* The storage of a result. */

static struct h5_storage a_source(enum h5_layout layout, uint64_t a, uint64_t b, uint64_t c)
{
    struct h5_storage source = {.layout = layout, .rank = 3, .extent = {a, b, c}};
    memcpy(source.max_extent, source.extent, sizeof source.max_extent);
    return source;
}

static struct h5_storage a_chunked(uint64_t a, uint64_t b, uint64_t c)
{
    struct h5_storage source = a_source(H5_CHUNKED, 100, 50, 10);
    source.chunk[0] = a;
    source.chunk[1] = b;
    source.chunk[2] = c;
    return source;
}

static void add_filter(struct h5_storage *storage, H5Z_filter_t id, size_t n_cd, unsigned cd)
{
    storage->filter[storage->n_filters++] =
        (struct h5_filter){.id = id, .flags = H5Z_FLAG_OPTIONAL, .n_cd = n_cd, .cd = {cd}};
}

/* Returns the result's storage as text, with left-out filters after "; "; or "!" and the error. */
static const char *result_text(const struct h5_storage *source, const char *layout,
                               const char *filter, size_t size, struct h5_storage *result)
{
    static char text[3000];
    struct layout_request request;
    struct h5grad_error err = {.status = H5GRAD_OK};
    char left_out[256] = "unset";
    ck_assert_int_eq(hg_layout_parse(layout, filter, &request, &err), H5GRAD_OK);
    if (hg_layout_result(&request, source, size, result, left_out, sizeof left_out, &err) !=
        H5GRAD_OK) {
        snprintf(text, sizeof text, "!%s", err.message);
        return text;
    }
    hg_storage_text(result, text, 1024);
    if (left_out[0] != '\0') {
        strcat(text, "; ");
        strcat(text, left_out);
    }
    ck_assert_uint_eq(result->rank, source->rank);
    ck_assert_mem_eq(result->extent, source->extent, source->rank * sizeof(uint64_t));
    return text;
}

START_TEST(layout_same)
{
    struct h5_storage result;
    struct h5_storage source = a_source(H5_CONTIGUOUS, 100, 50, 10);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "contiguous");
    source.layout = H5_VIRTUAL;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "contiguous");
    source.layout = H5_EXTERNAL;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "contiguous");

    source = a_source(H5_COMPACT, 15, 32, 32);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "compact");
    ck_assert_str_eq(result_text(&source, "contiguous", NULL, 4, &result), "contiguous");
    source = a_source(H5_COMPACT, 15, 32, 33);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "contiguous");

    source = a_chunked(30, 50, 4);
    source.max_extent[0] = UINT64_MAX;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "chunked 30x50x4");
    ck_assert_uint_eq(result.max_extent[0], UINT64_MAX);
    ck_assert_uint_eq(result.max_extent[1], 50);
    ck_assert_str_eq(result_text(&source, "contiguous", NULL, 4, &result), "contiguous");
    ck_assert_uint_eq(result.max_extent[0], 100);
}
END_TEST

START_TEST(chunks_are_clipped)
{
    struct h5_storage result;
    struct h5_storage source = a_chunked(512, 50, 64);
    source.max_extent[0] = UINT64_MAX;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "chunked 100x50x10");
    ck_assert_str_eq(result_text(&source, "7x70x7", NULL, 4, &result), "chunked 7x50x7");
    /* No points yet, but the extents may grow. */
    source.extent[0] = 0;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "chunked 512x50x10");
    source.max_extent[0] = 0;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "chunked 1x50x10");
    source = a_source(H5_CONTIGUOUS, 0, 50, 10);
    ck_assert_str_eq(result_text(&source, NULL, "gzip=1", 4, &result), "chunked 1x50x10 gzip=1");
}
END_TEST

START_TEST(chunk_of_another_rank)
{
    struct h5_storage result;
    struct h5_storage source = a_source(H5_CONTIGUOUS, 100, 50, 10);
    ck_assert_str_eq(result_text(&source, "8x8", NULL, 4, &result),
                     "!--layout=8x8: the dataset has rank 3");
    ck_assert_str_eq(result_text(&source, "8x8x8x8", NULL, 4, &result),
                     "!--layout=8x8x8x8: the dataset has rank 3");
    ck_assert_str_eq(result_text(&source, "8x8x8", NULL, 4, &result), "chunked 8x8x8");
}
END_TEST

START_TEST(chunks_below_four_gib)
{
    struct h5_storage result;
    struct h5_storage source = a_source(H5_CHUNKED, 4096, 1024, 1024);
    memcpy(source.chunk, source.extent, sizeof source.chunk);
    source.chunk[0] = 2048;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 1, &result), "chunked 2048x1024x1024");
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result), "chunked 512x1024x1024");
    ck_assert_str_eq(result_text(&source, "1024x1024x1024", NULL, 4, &result),
                     "!--layout=1024x1024x1024: a chunk has to be smaller than 4 GiB");
    source = a_source(H5_CONTIGUOUS, UINT64_MAX / 2, 1024, 1024);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result),
                     "!a result would have 8 EiB or more");
}
END_TEST

START_TEST(chosen_chunks)
{
    static const struct {
        uint64_t extent[3];
        size_t size;
        const char *text;
    } cases[] = {
        {{10, 20, 30}, 4, "chunked 10x20x30 gzip=1"},
        {{512, 512, 512}, 4, "chunked 16x32x512 gzip=1"},
        {{512, 512, 512}, 8, "chunked 16x16x512 gzip=1"},
        {{1, 1, 100000000}, 4, "chunked 1x1x195313 gzip=1"},
        {{1000, 1, 100000}, 4, "chunked 125x1x1563 gzip=1"},
        {{100000000, 3, 3}, 4, "chunked 24415x3x3 gzip=1"},
        {{1000, 1000, 1}, 8, "chunked 250x500x1 gzip=1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint64_t *e = cases[i].extent;
        struct h5_storage result;
        struct h5_storage source = a_source(H5_CONTIGUOUS, e[0], e[1], e[2]);
        ck_assert_str_eq(result_text(&source, NULL, "gzip=1", cases[i].size, &result),
                         cases[i].text);
    }
}
END_TEST

START_TEST(filters_of_the_source)
{
    struct h5_storage result;
    struct h5_storage source = a_chunked(30, 50, 4);
    add_filter(&source, H5Z_FILTER_SHUFFLE, 1, 2);
    add_filter(&source, H5Z_FILTER_DEFLATE, 1, 7);
    add_filter(&source, H5Z_FILTER_FLETCHER32, 0, 0);
    ck_assert_str_eq(result_text(&source, NULL, "same", 8, &result),
                     "chunked 30x50x4 shuffle+gzip=7+fletcher32");
    ck_assert_uint_eq(result.filter[0].cd[0], 8);
    ck_assert_str_eq(result_text(&source, "5x5x5", "same", 8, &result),
                     "chunked 5x5x5 shuffle+gzip=7+fletcher32");
    ck_assert_str_eq(result_text(&source, NULL, "none", 8, &result), "chunked 30x50x4");
    ck_assert_str_eq(result_text(&source, NULL, "gzip=2", 8, &result), "chunked 30x50x4 gzip=2");
    ck_assert_str_eq(result_text(&source, "contiguous", NULL, 8, &result), "contiguous");

    source.raw_edge_chunks = true;
    result_text(&source, NULL, NULL, 8, &result);
    ck_assert(!result.raw_edge_chunks);
}
END_TEST

/* Results inherit no level that takes many times the time, and none is raised. */
START_TEST(levels_of_the_source)
{
    struct h5_storage result;
    struct h5_storage source = a_chunked(30, 50, 4);
    add_filter(&source, H5Z_FILTER_DEFLATE, 1, 9);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 8, &result), "chunked 30x50x4 gzip=4");
    ck_assert_str_eq(result_text(&source, "5x5x5", "auto", 8, &result), "chunked 5x5x5 gzip=4");
    ck_assert_str_eq(result_text(&source, NULL, "same", 8, &result), "chunked 30x50x4 gzip=9");
    ck_assert_str_eq(result_text(&source, NULL, "gzip=8", 8, &result), "chunked 30x50x4 gzip=8");
    for (unsigned level = 0; level <= 4; level++) {
        source.filter[0].cd[0] = level;
        result_text(&source, NULL, NULL, 8, &result);
        ck_assert_uint_eq(result.filter[0].cd[0], level);
    }
#ifdef HAVE_ZSTD
    const int levels[][2] = {{22, 3}, {4, 3}, {3, 3}, {1, 1}, {0, 0}, {-5, -5}};
    source.filter[0] = (struct h5_filter){.id = 32015, .n_cd = 1};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        source.filter[0].cd[0] = (unsigned)levels[i][0];
        result_text(&source, NULL, NULL, 8, &result);
        ck_assert_uint_eq(result.n_filters, 1);
        ck_assert_int_eq((int)result.filter[0].cd[0], levels[i][1]);
    }
    source.filter[0].n_cd = 0;
    result_text(&source, NULL, NULL, 8, &result);
    ck_assert_uint_eq(result.filter[0].n_cd, 0);
#endif
}
END_TEST

START_TEST(filters_left_out)
{
    struct h5_storage result;
    struct h5_storage source = a_chunked(30, 50, 4);
    add_filter(&source, H5Z_FILTER_SCALEOFFSET, 2, 2);
    add_filter(&source, H5Z_FILTER_NBIT, 0, 0);
    add_filter(&source, H5Z_FILTER_DEFLATE, 1, 7);
    add_filter(&source, 32013, 0, 0);
    add_filter(&source, 300, 0, 0);
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result),
                     "chunked 30x50x4 gzip=4; filter 6 (scaleoffset), filter 5 (nbit), "
                     "filter 32013 (zfp), filter 300 (unknown)");
    /* szip needs a block of points in each chunk. */
    source = a_chunked(2, 2, 2);
    source.filter[0] =
        (struct h5_filter){.id = H5Z_FILTER_SZIP, .n_cd = 4, .cd = {141, 16, 32, 16}};
    source.n_filters = 1;
    ck_assert_str_eq(result_text(&source, NULL, NULL, 4, &result),
                     "chunked 2x2x2; filter 4 (szip)");
}
END_TEST

/* Writers. */

enum { ROWS = 23, COLUMNS = 31, POINTS = ROWS * COLUMNS };

/* A dataset with the storage that the options say, in a new file. */
static hid_t new_result(hid_t file, const char *layout, const char *filter, hid_t type,
                        struct h5_storage *storage)
{
    struct h5_storage source = {
        .rank = 2, .extent = {ROWS, COLUMNS}, .max_extent = {ROWS, COLUMNS}};
    struct h5grad_error err = {.status = H5GRAD_OK};
    if (layout && strcmp(layout, "compact") == 0) {
        source.layout = H5_COMPACT;
        layout = NULL;
    } else if (layout && strcmp(layout, "growing") == 0) {
        source.layout = H5_CHUNKED;
        source.max_extent[0] = UINT64_MAX;
        source.chunk[0] = 5;
        source.chunk[1] = 8;
        layout = NULL;
    }
    struct layout_request request;
    char left_out[64];
    ck_assert_int_eq(hg_layout_parse(layout, filter, &request, &err), H5GRAD_OK);
    ck_assert_msg(hg_layout_result(&request, &source, H5Tget_size(type), storage, left_out,
                                   sizeof left_out, &err) == H5GRAD_OK,
                  "%s", err.message);
    hid_t creation = hg_layout_creation(storage, &err);
    ck_assert_msg(creation >= 0, "%s", err.message);
    hsize_t extent[2] = {ROWS, COLUMNS};
    hsize_t max_extent[2];
    for (size_t i = 0; i < 2; i++)
        max_extent[i] = storage->max_extent[i] == UINT64_MAX ? H5S_UNLIMITED : extent[i];
    hid_t space = H5Screate_simple(2, extent, max_extent);
    hid_t dataset = H5Dcreate2(file, "g", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(creation);
    ck_assert_int_ge(dataset, 0);

    struct h5_storage wanted = *storage;
    ck_assert_int_eq(hg_storage_read(dataset, storage, &err), H5GRAD_OK);
    ck_assert_int_eq(storage->layout, wanted.layout);
    ck_assert_uint_eq(storage->n_filters, wanted.n_filters);
    ck_assert_mem_eq(storage->chunk, wanted.chunk, sizeof wanted.chunk);
    ck_assert_mem_eq(storage->max_extent, wanted.max_extent, sizeof wanted.max_extent);
    return dataset;
}

/* Writes an array by boxes of whole chunks, from the last to the first. */
static void write_boxes(struct writer *writer, const uint64_t *step, size_t size, const char *data)
{
    const struct box whole = {.count = {ROWS, COLUMNS}};
    uint64_t rows = (ROWS + step[0] - 1) / step[0];
    uint64_t columns = (COLUMNS + step[1] - 1) / step[1];
    struct codec_worker *worker = hg_codec_worker_new();
    char *points = malloc(POINTS * size);
    ck_assert(worker && points);
    hg_leave(&guard);
    for (uint64_t tile = rows * columns; tile-- > 0;) {
        uint64_t start[2] = {tile / columns * step[0], tile % columns * step[1]};
        struct result_tile one = {
            .number = tile, .core.start = {start[0], start[1]}, .codec = worker};
        one.core.count[0] = start[0] + step[0] > ROWS ? ROWS - start[0] : step[0];
        one.core.count[1] = start[1] + step[1] > COLUMNS ? COLUMNS - start[1] : step[1];
        hg_box_copy(2, size, &one.core, &whole, data, &one.core, points);
        struct h5grad_error err = {.status = H5GRAD_OK};
        ck_assert_msg(hg_writer_write(writer, &one, points, &err) == H5GRAD_OK, "%s", err.message);
    }
    hg_enter(&guard);
    free(points);
    hg_codec_worker_free(worker);
}

static const struct {
    const char *layout, *filter;
    uint64_t step[2];
    const char *method; /* that native points are written by */
} storages[] = {
    {"contiguous", NULL, {4, 7}, "direct"},
    {"compact", NULL, {4, 7}, "library"},
    {"5x8", NULL, {10, 8}, "direct"},
    {"5x8", NULL, {5, 8}, "direct"},
    {"growing", NULL, {15, 8}, "direct"},
    {"23x31", "gzip", {23, 31}, "chunked"},
    {"5x8", "shuffle+gzip=4+fletcher32", {5, 16}, "chunked"},
    {"growing", "shuffle+gzip=9", {15, 8}, "chunked"},
    {NULL, "fletcher32", {23, 31}, "chunked"},
};

/* A file as results are written to. */
static hid_t new_output(void)
{
    static atomic_int failure;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert(hg_output_select(access, &failure));
    close(open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666));
    hid_t file = H5Fcreate(output, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    ck_assert_int_ge(file, 0);
    H5Pclose(access);
    return file;
}

static void check_writer(int _i, hid_t stored, hid_t memory, const void *data)
{
    static const char *const forced[] = {NULL, "library", "direct", "chunked"};
    size_t size = H5Tget_size(memory);
    char *back = malloc(POINTS * size);
    ck_assert_ptr_nonnull(back);
    for (size_t f = 0; f < sizeof forced / sizeof forced[0]; f++) {
        struct h5grad_error err = {.status = H5GRAD_OK};
        struct h5_storage storage;
        hid_t file = new_output();
        hid_t dataset =
            new_result(file, storages[_i].layout, storages[_i].filter, stored, &storage);
        struct put *put = hg_put_open(file, NULL, &err);
        struct writer_target target = {.file = file,
                                       .dataset = dataset,
                                       .storage = &storage,
                                       .memory = memory,
                                       .size = size,
                                       .raw = H5Tequal(stored, memory) > 0,
                                       .put = put};
        struct writer *writer = hg_writer_open(&target, forced[f], &err);
        ck_assert_msg(writer != NULL, "%s", err.message);
        if (!forced[f] && target.raw)
            ck_assert_str_eq(writer->method->name, storages[_i].method);
        write_boxes(writer, storages[_i].step, size, data);
        ck_assert_msg(hg_writer_finish(writer, &err) == H5GRAD_OK, "%s", err.message);
        hg_writer_close(writer);
        hg_put_close(put);
        ck_assert_int_ge(H5Dclose(dataset), 0);
        ck_assert_int_ge(H5Fclose(file), 0);

        file = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
        dataset = H5Dopen2(file, "g", H5P_DEFAULT);
        memset(back, 0x5a, POINTS * size);
        ck_assert_int_ge(H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, back), 0);
        ck_assert_mem_eq(back, data, POINTS * size);
        H5Dclose(dataset);
        H5Fclose(file);
    }
    free(back);
}

START_TEST(written_is_read_back)
{
    static float f32[POINTS];
    static double f64[POINTS];
    static double pairs[POINTS][2];
    for (size_t i = 0; i < POINTS; i++) {
        f32[i] = 0.1F * (float)i;
        f64[i] = 0.1 * (double)i;
        pairs[i][0] = f64[i];
        pairs[i][1] = -f64[i];
    }
    check_writer(_i, H5T_NATIVE_FLOAT, H5T_NATIVE_FLOAT, f32);
    check_writer(_i, H5T_NATIVE_DOUBLE, H5T_NATIVE_DOUBLE, f64);
    check_writer(_i, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, f32);
    hid_t complex = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(complex, "re", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(complex, "im", 8, H5T_NATIVE_DOUBLE);
    check_writer(_i, complex, complex, pairs);
    H5Tclose(complex);
}
END_TEST

START_TEST(empty_results)
{
    static const char *const layout[] = {"contiguous", "4x4"};
    for (size_t i = 0; i < 2; i++) {
        struct h5_storage source = {.rank = 2, .extent = {0, 7}, .max_extent = {0, 7}};
        struct layout_request request;
        struct h5_storage storage;
        char left_out[8];
        struct h5grad_error err;
        ck_assert_int_eq(hg_layout_parse(layout[i], NULL, &request, &err), H5GRAD_OK);
        ck_assert_int_eq(
            hg_layout_result(&request, &source, 4, &storage, left_out, sizeof left_out, &err),
            H5GRAD_OK);
        hid_t creation = hg_layout_creation(&storage, &err);
        hid_t file = new_output();
        struct put *put = hg_put_open(file, NULL, &err);
        hsize_t extent[2] = {0, 7};
        hid_t space = H5Screate_simple(2, extent, NULL);
        hid_t dataset =
            H5Dcreate2(file, "g", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        ck_assert_int_ge(dataset, 0);
        struct writer_target target = {.file = file,
                                       .dataset = dataset,
                                       .storage = &storage,
                                       .memory = H5T_NATIVE_FLOAT,
                                       .size = 4,
                                       .raw = true,
                                       .put = put};
        struct writer *writer = hg_writer_open(&target, NULL, &err);
        ck_assert_ptr_nonnull(writer);
        ck_assert_int_eq(hg_writer_finish(writer, &err), H5GRAD_OK);
        hg_writer_close(writer);
        hg_put_close(put);
        H5Dclose(dataset);
        H5Sclose(space);
        H5Pclose(creation);
        ck_assert_int_ge(H5Fclose(file), 0);
    }
}
END_TEST

START_TEST(array_in_memory)
{
    static double data[POINTS];
    static double back[POINTS];
    static const uint64_t extent[2] = {ROWS, COLUMNS};
    static const uint64_t step[2] = {4, 7};
    for (size_t i = 0; i < POINTS; i++)
        data[i] = (double)i;
    struct writer *writer = hg_writer_open_memory(back, sizeof back[0], 2, extent, NULL, NULL);
    ck_assert_ptr_nonnull(writer);
    write_boxes(writer, step, sizeof data[0], (const char *)data);
    ck_assert_int_eq(hg_writer_finish(writer, NULL), H5GRAD_OK);
    ck_assert_mem_eq(back, data, sizeof data);
    hg_writer_close(writer);
    hg_writer_close(NULL);
}
END_TEST

/* A worker whose tile is not the oldest. */
struct early {
    struct order *order;
    atomic_uint kept;
};

static void *keep_chunks(void *data)
{
    struct early *early = data;
    struct lease_chunk chunk = {.size = 16};
    const struct result_tile tile = {.number = 1, .order = early->order};
    hg_order_begin(&tile);
    for (unsigned i = 0; i < 4096; i++) {
        if (hg_order_write(&tile, NULL, &chunk, 1, "sixteen bytes..", NULL))
            break;
        atomic_fetch_add(&early->kept, 1);
    }
    return NULL;
}

/* The memory of waiting chunks includes their bookkeeping. */
START_TEST(waiting_chunks_are_counted_whole)
{
    enum { BYTES = 65536, LEAST = 16 + sizeof(struct lease_chunk) };
    pthread_t thread;
    struct early early = {hg_order_open(2, BYTES, NULL), 0};
    const struct result_tile first = {.number = 0, .order = early.order};
    ck_assert_ptr_nonnull(early.order);
    hg_order_begin(&first);
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_chunks, &early), 0);
    while (atomic_load(&early.kept) < BYTES / LEAST / 2)
        usleep(1000);
    usleep(50000);
    hg_order_stop(early.order);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_le(atomic_load(&early.kept) * LEAST, BYTES);
    hg_order_close(early.order);
}
END_TEST

/* A filter that only h5grad has: libhdf5 creates the dataset but must not write it unfiltered. */
START_TEST(filter_unknown_to_libhdf5)
{
    struct layout_request request;
    if (H5Zfilter_avail(32015) > 0) {
        skip("a filter that only h5grad has", "libhdf5 has found zstd");
        return;
    }
    if (hg_layout_parse(NULL, "zstd=3", &request, NULL) != H5GRAD_OK) {
        skip("a filter that only h5grad has", "no zstd in this build");
        return;
    }
    struct h5_storage storage;
    struct h5grad_error err = {.status = H5GRAD_OK};
    hid_t file = H5Fcreate(output, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t dataset = new_result(file, "5x8", "zstd=3", H5T_NATIVE_FLOAT, &storage);
    ck_assert_int_eq(storage.filter[0].id, 32015);
    ck_assert_uint_eq(storage.filter[0].cd[0], 3);
    struct writer_target target = {.file = file,
                                   .dataset = dataset,
                                   .storage = &storage,
                                   .memory = H5T_NATIVE_FLOAT,
                                   .size = 4,
                                   .raw = true};
    ck_assert_ptr_null(hg_writer_open(&target, "library", &err));
    ck_assert_str_eq(err.message, "filter 32015 (Zstandard) cannot be written by libhdf5");
    H5Dclose(dataset);
    H5Fclose(file);
}
END_TEST

/* A result's dataset carries no time, so that equal runs make equal files. */
START_TEST(no_times)
{
    struct h5_storage storage;
    hid_t file = H5Fcreate(output, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t dataset = new_result(file, "contiguous", NULL, H5T_NATIVE_FLOAT, &storage);
    hid_t creation = H5Dget_create_plist(dataset);
    hbool_t times = true;
    unsigned order = 0;
    H5D_fill_time_t fill;
    H5D_space_status_t space;
    H5Pget_obj_track_times(creation, &times);
    H5Pget_attr_creation_order(creation, &order);
    H5Pget_fill_time(creation, &fill);
    H5Dget_space_status(dataset, &space);
    ck_assert(!times);
    ck_assert(order & H5P_CRT_ORDER_TRACKED);
    ck_assert_int_eq(fill, H5D_FILL_TIME_NEVER);
    ck_assert_int_eq(space, H5D_SPACE_STATUS_ALLOCATED);
    H5Pclose(creation);
    H5Dclose(dataset);
    H5Fclose(file);
}
END_TEST

/* Publishing. */

static void check_refused(const char *final, const char *input, bool overwrite, const char *why)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    ck_assert_msg(hg_publish_check(final, input, overwrite, &err) == H5GRAD_FAILED, "%s", final);
    char message[1200];
    snprintf(message, sizeof message, "%s: %s", final, why);
    ck_assert_msg(strncmp(err.message, message, strlen(message)) == 0, "\"%s\" is not \"%s\"",
                  err.message, message);
}

START_TEST(what_publish_refuses)
{
    const char *input = in_folder("in.h5");
    put_file(input, "input");
    check_refused(input, input, false, "is the input file: give another name");
    check_refused(input, input, true, "is the input file: give another name");
    ck_assert_int_eq(link(input, in_folder("hard.h5")), 0);
    check_refused(in_folder("hard.h5"), input, true, "is the input file: give another name");
    ck_assert_int_eq(symlink(input, in_folder("soft.h5")), 0);
    check_refused(in_folder("soft.h5"), input, true, "is the input file: give another name");

    put_file(output, "old");
    check_refused(output, input, false, "exists already; --overwrite replaces it");
    ck_assert_int_eq(hg_publish_check(output, input, true, NULL), H5GRAD_OK);

    check_refused(folder, input, true, "is a folder");
    check_refused(in_folder(""), input, true, "is the name of a folder");
    check_refused("", input, true, "is no file name");
    ck_assert_int_eq(mkfifo(in_folder("pipe"), 0600), 0);
    check_refused(in_folder("pipe"), input, true, "is not a regular file");
    ck_assert_int_eq(symlink("nowhere", in_folder("dangling")), 0);
    check_refused(in_folder("dangling"), input, false, "is a symbolic link that leads nowhere");
    check_refused(in_folder("dangling"), input, true, "is a symbolic link that leads nowhere");
    check_refused(in_folder("loop/x"), input, true, "folder ");
    check_refused(in_folder("out.h5/x"), input, true, in_folder("out.h5 is not a folder"));
    char why[400];
    snprintf(why, sizeof why, "folder %s/none does not exist", folder);
    check_refused(in_folder("none/x.h5"), input, false, why);
    ck_assert_int_eq(hg_publish_check(in_folder("new.h5"), input, false, NULL), H5GRAD_OK);
    ck_assert_int_eq(hg_publish_check(in_folder("new.h5"), "/none", false, NULL), H5GRAD_OK);
}
END_TEST

/* hg_publish_create, which takes the lock itself. */
static enum h5grad_status make_output(struct publish *publish, const char *final, bool overwrite,
                                      bool sync, enum publish_kind kind,
                                      const struct publish_notice *notice, struct h5grad_error *err)
{
    hg_leave(&guard);
    const struct publish_request request = {.kind = kind, .overwrite = overwrite, .sync = sync};
    enum h5grad_status status = hg_publish_create(publish, final, &request, notice, err);
    hg_enter(&guard);
    return status;
}

START_TEST(name_without_folder)
{
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(hg_publish_check("out.h5", "in.h5", false, NULL), H5GRAD_OK);
    struct publish publish;
    ck_assert_int_eq(make_output(&publish, "out.h5", false, true, PUBLISH_ONCE, NULL, NULL),
                     H5GRAD_OK);
    ck_assert_int_eq(hg_publish_commit(&publish, NULL), H5GRAD_OK);
    hg_publish_abandon(&publish);
    ck_assert(exists(output));
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

/* As a user for whom permissions count. */
START_TEST(folder_that_cannot_be_written)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        chmod(folder, 0555);
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(3);
        struct h5grad_error err;
        bool refused = hg_publish_check(output, "in.h5", true, &err) == H5GRAD_FAILED;
        bool said = strstr(err.message, " cannot be written to: Permission denied") != NULL;
        struct publish publish;
        bool failed =
            make_output(&publish, output, true, false, PUBLISH_ONCE, NULL, &err) == H5GRAD_FAILED;
        _exit(refused && said && failed ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    ck_assert_uint_eq(folder_entries(), 0);
}
END_TEST

START_TEST(space_on_disk)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    ck_assert_int_eq(hg_publish_check_space(output, 0, false, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_publish_check_space(output, 4096, false, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_publish_check_space(output, UINT64_C(3) << 61, false, &err), H5GRAD_FAILED);
    char start[400];
    snprintf(start, sizeof start, "%s: needs 6.0 EiB, the file system has ", output);
    ck_assert_msg(strncmp(err.message, start, strlen(start)) == 0, "%s", err.message);
    ck_assert_int_eq(hg_publish_check_space(output, UINT64_MAX, false, &err), H5GRAD_FAILED);
    ck_assert_int_eq(hg_publish_check_space(in_folder("none/x"), 1, false, &err), H5GRAD_FAILED);
}
END_TEST

/* A file left by an earlier run is used or truncated, so its space is available. */
START_TEST(space_that_is_taken_already)
{
    struct h5grad_error err;
    const char *part = in_folder(".out.h5.h5grad.part");
    enum { BYTES = 1 << 20 };
    int fd = open(part, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(posix_fallocate(fd, 0, BYTES), 0);
    ck_assert_int_eq(fsync(fd), 0);
    close(fd);
    disk_full = true;
    ck_assert_int_eq(hg_publish_check_space(output, BYTES, true, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_publish_check_space(output, BYTES, false, &err), H5GRAD_FAILED);
    ck_assert_int_eq(hg_publish_check_space(output, 2 * BYTES, true, &err), H5GRAD_FAILED);
    ck_assert_int_eq(link(part, in_folder("other")), 0);
    ck_assert_int_eq(hg_publish_check_space(output, BYTES, true, &err), H5GRAD_FAILED);
}
END_TEST

static void put_number(hid_t file, int value)
{
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t dataset =
        H5Dcreate2(file, "n", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), 0);
    H5Dclose(dataset);
    H5Sclose(space);
}

static int get_number(const char *name)
{
    int value = 0;
    hid_t file = H5Fopen(name, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    hid_t dataset = H5Dopen2(file, "n", H5P_DEFAULT);
    ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), 0);
    H5Dclose(dataset);
    H5Fclose(file);
    return value;
}

static void create(struct publish *publish, const char *final, bool overwrite, bool sync)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    ck_assert_msg(make_output(publish, final, overwrite, sync, PUBLISH_ONCE, NULL, &err) ==
                      H5GRAD_OK,
                  "%s", err.message);
    ck_assert_ptr_nonnull(publish->temporary);
    ck_assert(exists(publish->temporary));
}

static void commit(struct publish *publish)
{
    struct h5grad_error err = {.status = H5GRAD_OK};
    char temporary[400];
    snprintf(temporary, sizeof temporary, "%s", publish->temporary);
    ck_assert_msg(hg_publish_commit(publish, &err) == H5GRAD_OK, "%s", err.message);
    hg_publish_abandon(publish);
    ck_assert(!exists(temporary));
}

START_TEST(whole_or_absent)
{
    struct publish publish;
    create(&publish, output, false, _i);
    ck_assert(!exists(output));
    ck_assert_uint_eq(folder_entries(), 1);
    char start[300];
    snprintf(start, sizeof start, "%s/.out.h5.h5grad.", folder);
    ck_assert(strncmp(publish.temporary, start, strlen(start)) == 0);
    ck_assert_uint_eq(strlen(publish.temporary), strlen(start) + 6);
    put_number(publish.file, 7);
    ck_assert(!exists(output));
    commit(&publish);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert_int_eq(get_number(output), 7);

    create(&publish, output, true, _i);
    put_number(publish.file, 8);
    ck_assert_int_eq(get_number(output), 7);
    hg_publish_abandon(&publish);
    hg_publish_abandon(&publish);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert_int_eq(get_number(output), 7);

    create(&publish, output, true, _i);
    put_number(publish.file, 9);
    commit(&publish);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert_int_eq(get_number(output), 9);
}
END_TEST

START_TEST(appeared_meanwhile)
{
    struct publish publish;
    struct h5grad_error err = {.status = H5GRAD_OK};
    create(&publish, output, false, false);
    put_file(output, "another's");
    ck_assert_int_eq(hg_publish_commit(&publish, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "appeared while"));
    hg_publish_abandon(&publish);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert(holds(output, "another's"));
}
END_TEST

/* Takes the name after it was found free. */
static void take_name(void *taken, const char *path)
{
    snprintf(taken, 400, "%s", path);
    put_file(path, "another's");
}

START_TEST(temporary_name_taken)
{
    struct publish publish;
    struct h5grad_error err = {.status = H5GRAD_OK};
    char path[400];
    const struct publish_notice notice = {take_name, path};
    ck_assert_int_eq(make_output(&publish, output, false, false, PUBLISH_ONCE, &notice, &err),
                     H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, ": File exists") != NULL, "%s", err.message);
    ck_assert(holds(path, "another's"));
    ck_assert_uint_eq(folder_entries(), 1);
}
END_TEST

START_TEST(became_a_folder)
{
    struct publish publish;
    struct h5grad_error err = {.status = H5GRAD_OK};
    create(&publish, output, true, false);
    ck_assert_int_eq(mkdir(output, 0700), 0);
    ck_assert_int_eq(hg_publish_commit(&publish, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, ": renaming "));
    ck_assert_uint_eq(folder_entries(), 1);
}
END_TEST

START_TEST(mode_of_a_new_file)
{
    static const mode_t masks[] = {022, 077, 002};
    for (size_t i = 0; i < 3; i++) {
        struct publish publish;
        mode_t before = umask(masks[i]);
        create(&publish, output, true, false);
        commit(&publish);
        umask(before);
        struct stat info;
        ck_assert_int_eq(stat(output, &info), 0);
        ck_assert_uint_eq(info.st_mode & 07777, 0666 & ~masks[i]);
    }
}
END_TEST

START_TEST(through_a_symbolic_link)
{
    struct publish publish;
    ck_assert_int_eq(mkdir(in_folder("there"), 0700), 0);
    put_file(in_folder("there/file.h5"), "old");
    ck_assert_int_eq(symlink("there/file.h5", output), 0);
    create(&publish, output, true, false);
    put_number(publish.file, 5);
    ck_assert_ptr_nonnull(strstr(publish.temporary, "/there/.file.h5.h5grad."));
    commit(&publish);
    struct stat info;
    ck_assert_int_eq(lstat(output, &info), 0);
    ck_assert(S_ISLNK(info.st_mode));
    ck_assert_int_eq(get_number(in_folder("there/file.h5")), 5);
}
END_TEST

/* Names too long for a temporary name; the second would be cut within a character. */
START_TEST(long_names)
{
    for (size_t i = 0; i < 2; i++) {
        char name[256];
        memset(name, 'n', 255);
        name[255] = '\0';
        for (size_t k = i; k + 1 < 255; k += 2)
            memcpy(name + k, "\xc3\xa9", 2);
        const char *final = in_folder(name);
        struct publish publish;
        create(&publish, final, false, false);
        const char *base = strrchr(publish.temporary, '/') + 1;
        ck_assert_uint_le(strlen(base), 255);
        ck_assert_uint_ge(strlen(base), 254);
        const char *end = strchr(base, '~');
        ck_assert_ptr_nonnull(end);
        ck_assert((unsigned char)end[-1] < 0x80 || (unsigned char)end[-1] == 0xa9);
        commit(&publish);
        ck_assert(exists(final));
    }
}
END_TEST

/* Names that differ only in the part that is cut off. */
START_TEST(long_names_that_begin_alike)
{
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    char *one = hg_publish_journal_path(in_folder(name));
    name[254] = 'm';
    char *other = hg_publish_journal_path(in_folder(name));
    char *same = hg_publish_journal_path(in_folder(name));
    ck_assert_ptr_nonnull(one);
    ck_assert_str_ne(one, other);
    ck_assert_str_eq(same, other);
    ck_assert_uint_eq(strlen(strrchr(one, '/') + 1), 255);
    free(one);
    free(other);
    free(same);
}
END_TEST

/* Runs that can be resumed. */

static enum h5grad_status hold(struct publish *publish, enum publish_kind kind,
                               struct h5grad_error *err)
{
    return make_output(publish, output, true, false, kind, NULL, err);
}

/* When the output has its final name, the old output may have the temporary one: no journal may say
 * that it can be resumed from. */
START_TEST(journal_goes_first)
{
    struct publish publish;
    struct h5grad_error err;
    const char *journal = in_folder(".out.h5.h5grad.journal");
    put_file(output, "old");
    put_file(journal, "of another run");
    ck_assert_int_eq(hold(&publish, PUBLISH_RESUMABLY, &err), H5GRAD_OK);
    ck_assert(!exists(journal));
    put_file(journal, "of this run");
    publish.sync = true;
    ck_assert_int_eq(hg_publish_commit(&publish, &err), H5GRAD_OK);
    ck_assert(publish.exchanged || !exists(publish.temporary));
    ck_assert(!exists(journal));
    hg_publish_abandon(&publish);
    ck_assert_uint_eq(folder_entries(), 1);
}
END_TEST

/* On some file systems new files belong to another user. */
START_TEST(files_of_another_user)
{
    struct publish publish;
    struct h5grad_error err;
    user++;
    ck_assert_int_eq(hold(&publish, PUBLISH_RESUMABLY, &err), H5GRAD_OK);
    hg_publish_abandon(&publish);
    ck_assert_uint_eq(folder_entries(), 0);
    put_file(in_folder(".out.h5.h5grad.part"), "planted");
    ck_assert_int_eq(hold(&publish, PUBLISH_RESUMABLY, &err), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, " is not a file of a run of yours"));
    ck_assert(holds(in_folder(".out.h5.h5grad.part"), "planted"));
}
END_TEST

/* A run was killed during the two steps by which some file systems rename; or the file has another
 * link. */
START_TEST(file_with_two_names)
{
    struct stat left;
    struct publish publish;
    struct h5grad_error err;
    put_file(output, "whole");
    ck_assert_int_eq(link(output, in_folder(".out.h5.h5grad.part")), 0);
    ck_assert(!hg_publish_find_left(output, &left));
    ck_assert_int_eq(hold(&publish, PUBLISH_RESUMABLY, &err), H5GRAD_OK);
    put_number(publish.file, 1);
    hg_publish_abandon(&publish);
    ck_assert(holds(output, "whole"));
    ck_assert_uint_eq(folder_entries(), 1);
}
END_TEST

/* Outputs have the format of HDF5 1.8, and groups track the order of their members. */
START_TEST(kind_of_file)
{
    struct publish publish;
    create(&publish, output, false, false);
    hid_t access_id = H5Fget_access_plist(publish.file);
    hid_t creation = H5Fget_create_plist(publish.file);
    H5F_libver_t low, high;
    unsigned order = 0;
    hsize_t small = 1;
    H5Pget_libver_bounds(access_id, &low, &high);
    H5Pget_link_creation_order(creation, &order);
    H5Pget_small_data_block_size(access_id, &small);
    ck_assert_int_eq(low, H5F_LIBVER_V18);
    ck_assert_ptr_nonnull(hg_output_failure(publish.file));
    ck_assert(order & H5P_CRT_ORDER_TRACKED);
    ck_assert_uint_eq(small, 0);
    H5Pclose(creation);
    H5Pclose(access_id);
    commit(&publish);
    ck_assert_int_gt(H5Fis_hdf5(output), 0);
}
END_TEST

/* Limits Check's own files, too: nothing may be asserted before the limit is lifted. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* A write that fails midway: a clear error, nothing left, the old file untouched. */
START_TEST(write_that_fails)
{
    enum { SIDE = 1024 };
    static const struct {
        const char *layout, *filter, *forced, *why;
    } cases[] = {
        {"contiguous", NULL, "library", "writing: File too large"},
        {"64x1024", NULL, "library", "writing: File too large"},
        {"64x1024", "fletcher32", "chunked", "writing: File too large"},
    };
    static float row[SIDE * 64];
    struct h5_storage source = {.rank = 2, .extent = {SIDE, SIDE}, .max_extent = {SIDE, SIDE}};
    struct h5grad_error err = {.status = H5GRAD_OK};
    struct layout_request request;
    struct h5_storage storage;
    char left_out[8];
    struct publish publish;
    put_file(output, "old");
    hg_layout_parse(cases[_i].layout, cases[_i].filter, &request, NULL);
    hg_layout_result(&request, &source, 4, &storage, left_out, sizeof left_out, NULL);
    create(&publish, output, true, false);
    hid_t creation = hg_layout_creation(&storage, &err);
    hsize_t extent[2] = {SIDE, SIDE};
    hid_t space = H5Screate_simple(2, extent, NULL);
    hid_t dataset =
        H5Dcreate2(publish.file, "g", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert_int_ge(dataset, 0);
    struct writer_target target = {.file = publish.file,
                                   .dataset = dataset,
                                   .storage = &storage,
                                   .memory = H5T_NATIVE_FLOAT,
                                   .size = 4,
                                   .raw = true,
                                   .put = hg_put_open(publish.file, NULL, NULL)};
    struct writer *writer = hg_writer_open(&target, cases[_i].forced, &err);
    ck_assert_ptr_nonnull(writer);
    struct codec_worker *codec = hg_codec_worker_new();

    limit_files(2 << 20);
    enum h5grad_status status = H5GRAD_OK;
    hg_leave(&guard);
    for (uint64_t i = 0; i < SIDE && status == H5GRAD_OK; i += 64) {
        const struct result_tile tile = {.core = {.start = {i, 0}, .count = {64, SIDE}},
                                         .codec = codec};
        status = hg_writer_write(writer, &tile, row, &err);
    }
    hg_enter(&guard);
    if (status == H5GRAD_OK)
        status = hg_writer_finish(writer, &err);
    limit_files(RLIM_INFINITY);
    ck_assert_int_eq(status, H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, cases[_i].why));
    hg_writer_close(writer);
    hg_put_close(target.put);
    hg_codec_worker_free(codec);
    ck_assert(hg_close(dataset));
    hg_close(space);
    hg_close(creation);
    hg_publish_abandon(&publish);
    ck_assert_int_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert(holds(output, "old"));
}
END_TEST

/* A failure to close the file fails the run. */
START_TEST(close_that_fails)
{
    struct publish publish;
    struct h5grad_error err = {.status = H5GRAD_OK};
    put_file(output, "old");
    create(&publish, output, true, false);
    put_number(publish.file, 1);
    limit_files(100);
    enum h5grad_status status = hg_publish_commit(&publish, &err);
    limit_files(RLIM_INFINITY);
    ck_assert_int_eq(status, H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, ": writing: File too large") != NULL, "%s", err.message);
    hg_publish_abandon(&publish);
    ck_assert_int_eq(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    ck_assert_uint_eq(folder_entries(), 1);
    ck_assert(holds(output, "old"));
}
END_TEST

static Suite *make_suite(void)
{
    static const int storage_count = (int)(sizeof storages / sizeof storages[0]);
    Suite *suite = suite_create("writer");
    TCase *formats = add_case(suite, "formats", setup, teardown);
    ADD_TESTS(formats, options_that_parse);
    tcase_add_loop_test(formats, options_that_do_not, 0, (int)(sizeof wrong / sizeof wrong[0]));
    ADD_TESTS(formats, layout_same, chunks_are_clipped, chunk_of_another_rank,
              chunks_below_four_gib, chosen_chunks, filters_of_the_source, levels_of_the_source,
              filters_left_out);
    TCase *writers = add_case(suite, "writers", setup, teardown);
    tcase_add_loop_test(writers, written_is_read_back, 0, storage_count);
    ADD_TESTS(writers, empty_results, array_in_memory, waiting_chunks_are_counted_whole,
              filter_unknown_to_libhdf5, no_times);
    TCase *publishing = add_case(suite, "publishing", setup, teardown);
    ADD_TESTS(publishing, what_publish_refuses, name_without_folder, folder_that_cannot_be_written,
              space_on_disk, space_that_is_taken_already);
    tcase_add_loop_test(publishing, whole_or_absent, 0, 2);
    ADD_TESTS(publishing, appeared_meanwhile, temporary_name_taken, became_a_folder,
              mode_of_a_new_file, through_a_symbolic_link, long_names, long_names_that_begin_alike,
              journal_goes_first, files_of_another_user, file_with_two_names, kind_of_file);
    tcase_add_loop_test(publishing, write_that_fails, 0, 3);
    ADD_TESTS(publishing, close_that_fails);
    return suite;
}

int main(void)
{
    return run_suite(make_suite());
}
