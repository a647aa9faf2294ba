/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Three outputs of each tile: two derivatives, of one source or of two, and the sum of their
 * squares. They have the bits of plain loops for every tiling, number of workers and method of
 * writing, and after a resumed run.
 */
#include <check.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "hdf5/create.h"
#include "libhdf5/handle.h"
#include "libhdf5/output_driver.h"
#include "output/layout.h"
#include "stencil/convert.h"
#include "tests/support/gradient_axis.h"
#include "tests/support/random.h"
#include "tests/support/scratch.h"
#include "tests/support/suite.h"
#include "tests/unit/engine/copying_reader.h"

enum { RANK = 3, OUTPUTS = 3 };

/* Both sources hold whole numbers: float32, and int16 with the bytes the other way round. */
struct setup {
    uint64_t extent[RANK], points;
    unsigned components, uneven; /* axis of the second derivative */
    float *f;
    int16_t *stored;
    float *g; /* what is stored */
    double *x;
    struct engine_source source[2];
    struct engine_derivative derivative[2];
    unsigned inputs[2];
    struct combination squares;
    struct engine_output output[OUTPUTS];
    size_t bytes[OUTPUTS];
    void *want[OUTPUTS];
    struct engine_job job;
    struct plan plan;
};

static const double STEP = 0.7;

/* Returns the value of a source some points along its axis from scalar k. */
struct line_of {
    const float *values;
    uint64_t at, extent, stride;
};

static float value(const struct line_of *line, int64_t offset)
{
    return line->values[offset * (int64_t)line->stride];
}

static struct line_of line_through(const struct setup *s, const float *values, unsigned axis,
                                   uint64_t k)
{
    uint64_t stride = s->components;
    for (unsigned i = axis + 1; i < RANK; i++)
        stride *= s->extent[i];
    return (struct line_of){values + k, k / stride % s->extent[axis], s->extent[axis], stride};
}

static double even_double(const struct line_of *line)
{
    bool first = line->at == 0, last = line->at + 1 == line->extent;
    double difference = (double)value(line, !last) - (double)value(line, -!first);
    return first || last ? difference / STEP : difference / STEP / 2;
}

static float even_float(const struct line_of *line)
{
    bool first = line->at == 0, last = line->at + 1 == line->extent;
    float difference = value(line, !last) - value(line, -!first);
    return first || last ? difference / (float)STEP : difference / (float)STEP / 2;
}

static double uneven(const struct line_of *line, const double *coordinates)
{
    const double *x = coordinates + line->at;
    bool first = line->at == 0, last = line->at + 1 == line->extent;
    if (first || last)
        return ((double)value(line, !last) - (double)value(line, -!first)) /
               (x[!last] - x[-!first]);
    double p = x[0] - x[-1], q = x[1] - x[0];
    double a = -q / (p * (p + q)), b = (q - p) / (p * q), c = p / (q * (p + q));
    return a * (double)value(line, -1) + b * (double)value(line, 0) + c * (double)value(line, 1);
}

static void expect(struct setup *s)
{
    const float *second = s->job.n_sources > 1 ? s->g : s->f;
    const enum element element = s->output[2].element;
    double *squares = malloc(s->points * sizeof *squares);
    for (uint64_t point = 0; point < s->points; point++) {
        double sum[2] = {0, 0};
        for (uint64_t k = point * s->components; k < (point + 1) * s->components; k++) {
            struct line_of a = line_through(s, s->f, 0, k);
            struct line_of b = line_through(s, second, s->uneven, k);
            double da = even_double(&a), db = uneven(&b, s->x);
            ((float *)s->want[0])[k] = even_float(&a);
            ((float *)s->want[1])[k] = (float)db;
            sum[0] += da * da;
            sum[1] += db * db;
        }
        squares[point] = sum[0] + sum[1];
    }
    for (uint64_t point = 0; point < s->points && element == ELEMENT_F32; point++)
        ((float *)s->want[2])[point] = (float)squares[point];
    if (element == ELEMENT_F64)
        memcpy(s->want[2], squares, s->bytes[2]);
    if (element == ELEMENT_F16)
        hg_convert_to_half(ELEMENT_F64, squares, s->want[2], s->points);
    free(squares);
}

static void make_sources(struct setup *s, bool views)
{
    const unsigned components = s->components;
    s->source[0] = (struct engine_source){.stored = ELEMENT_F32, .value = ELEMENT_F32};
    s->source[1] =
        (struct engine_source){.stored = ELEMENT_I16, .swapped = true, .value = ELEMENT_F32};
    s->source[0].reader =
        views ? hg_reader_open_memory(s->f, ELEMENT_F32, components, RANK, s->extent, NULL, NULL)
              : copying_reader_open(s->f, components * sizeof(float), components, RANK, s->extent);
    s->source[1].reader =
        copying_reader_open(s->stored, components * sizeof(int16_t), components, RANK, s->extent);
    ck_assert_ptr_nonnull(s->source[0].reader);
}

static void make_data(struct setup *s)
{
    uint64_t scalars = s->points * s->components;
    s->f = malloc(scalars * sizeof *s->f);
    s->g = malloc(scalars * sizeof *s->g);
    s->stored = malloc(scalars * sizeof *s->stored);
    for (uint64_t k = 0; k < scalars; k++) {
        int16_t whole = (int16_t)((int)draw(200) - 100);
        s->f[k] = (float)draw(1u << 10) / 64 - 8;
        s->g[k] = whole;
        s->stored[k] = (int16_t)__builtin_bswap16((uint16_t)whole);
    }
    s->x = malloc(s->extent[s->uneven] * sizeof *s->x);
    s->x[0] = -3;
    for (uint64_t i = 1; i < s->extent[s->uneven]; i++)
        s->x[i] = s->x[i - 1] + 0.5 + (double)draw(100) / 64;
}

static void setup_make(struct setup *s, const uint64_t *extent, unsigned components,
                       unsigned sources, enum element element, bool views)
{
    memset(s, 0, sizeof *s);
    s->points = 1;
    for (unsigned i = 0; i < RANK; i++)
        s->points *= s->extent[i] = extent[i];
    s->components = components;
    s->uneven = extent[2] > 1000 ? 2 : 1;
    make_data(s);
    make_sources(s, views);
    s->derivative[0] = (struct engine_derivative){
        .source = 0, .axis = 0, .stencil = gradient_axis(extent[0], 1, STEP, NULL)};
    s->derivative[1] = (struct engine_derivative){
        .source = sources - 1,
        .axis = s->uneven,
        .stencil = gradient_axis(extent[s->uneven], 1, 0, s->x),
        .coordinates = hg_coord_array_open_memory(s->x, extent[s->uneven], NULL)};
    s->inputs[1] = 1;
    s->squares = hg_combination_make(COMBINATION_SQUARES, 2, components);
    s->output[0] = (struct engine_output){.element = ELEMENT_F32, .arithmetic = ELEMENT_F32};
    s->output[1] = s->output[0];
    s->output[1].derivative = 1;
    s->output[2] =
        (struct engine_output){.element = element, .combination = &s->squares, .inputs = s->inputs};
    s->job = (struct engine_job){.rank = RANK,
                                 .extent = s->extent,
                                 .components = components,
                                 .n_sources = sources,
                                 .n_derivatives = 2,
                                 .n_outputs = OUTPUTS,
                                 .source = s->source,
                                 .derivative = s->derivative,
                                 .output = s->output,
                                 .memory = 1u << 30};
    for (unsigned o = 0; o < OUTPUTS; o++) {
        s->bytes[o] = s->points * job_result_size(&s->job, &s->output[o]);
        s->want[o] = malloc(s->bytes[o]);
    }
    expect(s);
}

static void setup_free(struct setup *s)
{
    for (unsigned o = 0; o < OUTPUTS; o++)
        free(s->want[o]);
    hg_coord_array_close(s->derivative[1].coordinates);
    hg_reader_close(s->source[0].reader);
    hg_reader_close(s->source[1].reader);
    free(s->f);
    free(s->g);
    free(s->stored);
    free(s->x);
}

static void make_plan(struct setup *s, unsigned threads, uint64_t cache)
{
    struct h5grad_error err = {0};
    s->job.threads = threads;
    s->job.cache.l2 = cache;
    ck_assert_msg(hg_engine_plan(&s->job, &s->plan, &err) == H5GRAD_OK, "%s", err.message);
}

/* Makes the outputs from number first on in memory. */
static void run_in_memory(struct setup *s, unsigned first)
{
    const unsigned n = OUTPUTS - first;
    struct h5grad_error err = {0};
    struct writer *writer[OUTPUTS];
    void *result[OUTPUTS];
    for (unsigned o = 0; o < n; o++) {
        result[o] = malloc(s->bytes[first + o]);
        memset(result[o], 0xee, s->bytes[first + o]);
        writer[o] =
            hg_writer_open_memory(result[o], job_result_size(&s->job, &s->output[first + o]), RANK,
                                  s->extent, NULL, &err);
        ck_assert_ptr_nonnull(writer[o]);
    }
    s->job.sink = hg_sink_open(&(struct sink_request){.n = n, .writer = writer}, &err);
    ck_assert_msg(hg_engine_run(&s->job, &s->plan, &err) == H5GRAD_OK, "%s", err.message);
    hg_sink_close(s->job.sink);
    for (unsigned o = 0; o < n; o++) {
        ck_assert_mem_eq(result[o], s->want[first + o], s->bytes[first + o]);
        hg_writer_close(writer[o]);
        free(result[o]);
    }
}

static const uint64_t extents[][RANK] = {{26, 19, 23}, {3, 5, 5000}, {90, 8, 14}};
static const enum element elements[] = {ELEMENT_F32, ELEMENT_F64, ELEMENT_F16};

/* With caches of 4 KiB to 4 MiB, tiles have from a few points to all. */
START_TEST(in_memory)
{
    struct setup s;
    uint64_t least = UINT64_MAX, most = 0;
    setup_make(&s, extents[_i % 3], 1 + (unsigned)_i / 3 % 2, 1 + (unsigned)_i / 6 % 2,
               elements[(_i + _i / 3) % 3], _i / 12);
    for (unsigned threads = 1; threads <= 3; threads++) {
        for (unsigned power = 12; power <= 22; power += 2) {
            make_plan(&s, threads, UINT64_C(1) << power);
            least = s.plan.tiles < least ? s.plan.tiles : least;
            most = s.plan.tiles > most ? s.plan.tiles : most;
            run_in_memory(&s, 0);
        }
    }
    ck_assert_uint_lt(least, 10);
    ck_assert_uint_gt(most, 10);
    setup_free(&s);
}
END_TEST

/* Returns the bytes that a worker holds for a tile: values of halo_size bytes per point, results of
 * core_size; the derivatives of a piece and their combination, 2048 scalars and a cache line each;
 * a coordinate and three weights per point along both axes. */
static uint64_t worker_bytes(const struct plan *plan, uint64_t halo_size, uint64_t core_size)
{
    return plan->halo_points * halo_size + plan->core_points * core_size +
           3 * (2048 + 8) * sizeof(double) + (plan->tile[0] + plan->tile[1]) * 4 * sizeof(double);
}

/* Derivatives that are only combined take memory for pieces, not for tiles. */
START_TEST(memory_is_counted)
{
    struct setup s;
    setup_make(&s, (const uint64_t[]){64, 64, 64}, 1, 2, ELEMENT_F64, false);
    make_plan(&s, 2, 1 << 20);
    ck_assert_uint_eq(s.plan.threads, 2);
    const uint64_t values = 2 * sizeof(float) + sizeof(int16_t), result = sizeof(double);
    ck_assert_uint_eq(s.plan.memory, 2 * worker_bytes(&s.plan, values, sizeof(float) + result));
    s.job.output = &s.output[2];
    s.job.n_outputs = 1;
    make_plan(&s, 2, 1 << 20);
    ck_assert_uint_eq(s.plan.memory, 2 * worker_bytes(&s.plan, values, result));
    run_in_memory(&s, 2);
    setup_free(&s);
}
END_TEST

/* A combination that makes a vector has as many scalars in each piece. */
START_TEST(vectors_in_pieces)
{
    static const unsigned inputs[] = {0, 1, 1, 0};
    const struct combination vector = hg_combination_make(COMBINATION_DIFFERENCES, 4, 1);
    struct setup s;
    setup_make(&s, extents[0], 1, 1, ELEMENT_F32, false);
    s.output[2].combination = &vector;
    s.output[2].inputs = inputs;
    s.job.output = &s.output[2];
    s.job.n_outputs = 1;
    s.bytes[2] = s.points * 2 * sizeof(float);
    free(s.want[2]);
    float *want = s.want[2] = malloc(s.bytes[2]);
    for (uint64_t k = 0; k < s.points; k++) {
        struct line_of a = line_through(&s, s.f, 0, k), b = line_through(&s, s.f, s.uneven, k);
        want[2 * k] = (float)(even_double(&a) - uneven(&b, s.x));
        want[2 * k + 1] = (float)(uneven(&b, s.x) - even_double(&a));
    }
    make_plan(&s, 2, 1 << 20);
    run_in_memory(&s, 2);
    setup_free(&s);
}
END_TEST

/* A file with the results of a run. */
struct results {
    hid_t file, dataset[OUTPUTS], type[OUTPUTS];
    struct h5_storage storage[OUTPUTS];
    struct writer *writer[OUTPUTS];
    struct put *put;
    atomic_int failure;
};

static const struct method {
    const char *layout, *filter, *forced;
    bool replays;
} methods[] = {{"contiguous", NULL, NULL, true},
               {"5x8x7", NULL, NULL, true},
               {"5x8x7", "shuffle+gzip=4", NULL, true},
               {"5x8x7", "gzip=1", "library", false}};

static void create_dataset(struct results *r, const struct setup *s, const struct method *method,
                           unsigned o)
{
    const char *const name[] = {"a", "b", "squares"};
    const hsize_t extent[RANK] = {s->extent[0], s->extent[1], s->extent[2]};
    struct h5grad_error err = {0};
    struct layout_request request;
    char left_out[64];
    struct h5_storage source = {.rank = RANK};
    memcpy(source.extent, s->extent, sizeof s->extent);
    memcpy(source.max_extent, s->extent, sizeof s->extent);
    r->type[o] = s->output[o].element == ELEMENT_F64 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
    ck_assert_int_eq(hg_layout_parse(method->layout, method->filter, &request, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_layout_result(&request, &source, H5Tget_size(r->type[o]), &r->storage[o],
                                      left_out, sizeof left_out, &err),
                     H5GRAD_OK);
    hid_t creation = hg_layout_creation(&r->storage[o], &err);
    hid_t space = H5Screate_simple(RANK, extent, NULL);
    r->dataset[o] =
        H5Dcreate2(r->file, name[o], r->type[o], space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert_int_ge(r->dataset[o], 0);
    H5Sclose(space);
    H5Pclose(creation);
    ck_assert_int_eq(hg_storage_read(r->dataset[o], &r->storage[o], &err), H5GRAD_OK);
}

/* Makes the results in the file, over what it holds. */
static void results_make(struct results *r, struct setup *s, const struct method *method,
                         struct journal *journal)
{
    struct h5_guard guard;
    struct h5grad_error err = {0};
    close(open(in_folder("out.h5"), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    hg_enter(&guard);
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    r->failure = 0;
    ck_assert(hg_output_select(access, &r->failure));
    ck_assert(hg_create_prepare(creation)); /* without times, which libhdf5 2 gives a root group */
    r->file = H5Fcreate(in_folder("out.h5"), H5F_ACC_TRUNC, creation, access);
    ck_assert_int_ge(r->file, 0);
    H5Pclose(access);
    H5Pclose(creation);
    r->put = hg_put_open(r->file, journal, &err);
    ck_assert_ptr_nonnull(r->put);
    for (unsigned o = 0; o < OUTPUTS; o++) {
        create_dataset(r, s, method, o);
        const struct writer_target target = {
            .file = r->file,
            .dataset = r->dataset[o],
            .storage = &r->storage[o],
            .memory = r->type[o],
            .size = H5Tget_size(r->type[o]),
            .raw = true,
            .result = o,
            .put = r->put,
        };
        r->writer[o] = hg_writer_open(&target, method->forced, &err);
        ck_assert_msg(r->writer[o] != NULL, "%s", err.message);
        s->output[o].storage = &r->storage[o];
    }
    hg_leave(&guard);
}

/* whole: the run was not stopped. */
static void results_close(struct results *r, const struct setup *s, bool whole)
{
    struct h5_guard guard;
    hg_enter(&guard);
    for (unsigned o = 0; o < OUTPUTS; o++) {
        if (whole)
            ck_assert_int_eq(hg_writer_finish(r->writer[o], NULL), H5GRAD_OK);
        hg_writer_close(r->writer[o]);
        void *back = malloc(s->bytes[o]);
        if (whole) {
            H5Dread(r->dataset[o], r->type[o], H5S_ALL, H5S_ALL, H5P_DEFAULT, back);
            ck_assert_mem_eq(back, s->want[o], s->bytes[o]);
        }
        free(back);
        H5Dclose(r->dataset[o]);
    }
    hg_put_close(r->put);
    if (!whole)
        hg_output_abandon(r->file);
    H5Fclose(r->file);
    hg_leave(&guard);
}

/* Stops a run when the count is 0. */
static int count_down(void *user)
{
    atomic_int *left = user;
    return (*left)-- <= 0;
}

/* Runs until it is stopped after some tiles; returns how many were made. */
static unsigned run_to_file(struct setup *s, const struct method *method, unsigned threads,
                            struct journal *journal, int stop)
{
    struct results r;
    struct h5grad_error err = {0};
    atomic_int left = stop;
    unsigned before = copying_reader_tiles(s->source[0].reader);
    results_make(&r, s, method, journal);
    make_plan(s, threads, 8192);
    ck_assert_uint_gt(s->plan.tiles, 20);
    s->job.ordered = true;
    s->job.cancelled = count_down;
    s->job.user = &left;
    if (journal)
        ck_assert_int_eq(hg_journal_begin_field(journal, 0, s->plan.tiles, 1, &err), H5GRAD_OK);
    const struct sink_request request = {.n = OUTPUTS,
                                         .writer = r.writer,
                                         .journal = journal,
                                         .ordered = true,
                                         .workers = s->plan.threads,
                                         .waiting = hg_engine_waiting(&s->job, &s->plan)};
    ck_assert_ptr_nonnull(s->job.sink = hg_sink_open(&request, &err));
    bool whole = (uint64_t)stop >= s->plan.tiles;
    enum h5grad_status status = hg_engine_run(&s->job, &s->plan, &err);
    ck_assert_msg(status == (whole ? H5GRAD_OK : H5GRAD_CANCELLED), "%s", err.message);
    hg_sink_close(s->job.sink);
    results_close(&r, s, whole);
    return copying_reader_tiles(s->source[0].reader) - before;
}

/* Returns all bytes of the file, to be freed. */
static char *read_file(size_t *size)
{
    struct stat info;
    int fd = open(in_folder("out.h5"), O_RDONLY | O_CLOEXEC);
    ck_assert(fd >= 0 && fstat(fd, &info) == 0);
    *size = (size_t)info.st_size;
    char *bytes = malloc(*size);
    ck_assert_int_eq(read(fd, bytes, *size), info.st_size);
    close(fd);
    return bytes;
}

/* Any number of workers makes the same file. */
START_TEST(to_files)
{
    struct setup s;
    size_t size, other;
    setup_make(&s, extents[0], 1, 1 + (unsigned)_i / 4, elements[_i % 2], false);
    run_to_file(&s, &methods[_i % 4], 1, NULL, INT32_MAX);
    char *want = read_file(&size);
    for (unsigned threads = 2; threads <= 4; threads++) {
        ck_assert_int_eq(unlink(in_folder("out.h5")), 0);
        run_to_file(&s, &methods[_i % 4], threads, NULL, INT32_MAX);
        char *got = read_file(&other);
        ck_assert(size == other && memcmp(got, want, size) == 0);
        free(got);
    }
    free(want);
    setup_free(&s);
}
END_TEST

/* Opens the journal of the file, a new one or that of the run before. touched: another program has
 * written to the file, so that noted tiles are verified. */
static struct journal *open_journal(bool begin, bool touched)
{
    static const struct journal_head head = {.key = "key", .history = ""};
    struct h5grad_error err = {0};
    struct journal *journal = NULL;
    struct stat was;
    if (begin) {
        ck_assert_int_eq(hg_journal_create(in_folder("journal"), &head, &journal, &err), H5GRAD_OK);
    } else {
        ck_assert_int_eq(hg_journal_read(in_folder("journal"), &journal, &err), H5GRAD_OK);
        ck_assert_ptr_nonnull(journal);
        ck_assert_int_eq(hg_journal_continue(journal, &err), H5GRAD_OK);
    }
    int fd = open(in_folder("out.h5"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    ck_assert(fd >= 0 && (!touched || futimens(fd, NULL) == 0) && fstat(fd, &was) == 0);
    hg_journal_attach(journal, fd, &was);
    return journal;
}

/* A run stopped twice makes no tile again, and the file is that of one run. */
START_TEST(resumed)
{
    struct setup s;
    size_t size, other;
    const struct method *method = &methods[_i % 4];
    const unsigned threads = 1 + (unsigned)_i / 8;
    setup_make(&s, extents[0], 1, 1 + (unsigned)_i % 2, elements[_i % 2], false);
    const unsigned all = run_to_file(&s, method, threads, NULL, INT32_MAX);
    char *want = read_file(&size);
    ck_assert_int_eq(unlink(in_folder("out.h5")), 0);
    unsigned made = 0;
    for (int stop = 10; stop <= 30; stop += 10) {
        struct journal *journal = open_journal(stop == 10, _i % 8 < 4);
        made = run_to_file(&s, method, threads, journal, stop == 30 ? INT32_MAX : stop);
        ck_assert_uint_eq(hg_journal_lost(journal), 0);
        hg_journal_close(journal, false);
    }
    /* If one of several workers is slow, chunks that wait for its tile are lost. */
    ck_assert_uint_le(made, method->replays && threads == 1 ? all - 15 : all);
    char *got = read_file(&other);
    ck_assert(size == other && memcmp(got, want, size) == 0);
    free(want);
    free(got);
    setup_free(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outputs");
    TCase *memory = add_case(suite, "memory", NULL, NULL);
    tcase_add_loop_test(memory, in_memory, 0, 24);
    ADD_TESTS(memory, memory_is_counted, vectors_in_pieces);
    TCase *files = add_case(suite, "files", folder_make, (SFun)folder_remove);
    tcase_add_loop_test(files, to_files, 0, 8);
    tcase_add_loop_test(files, resumed, 0, 24);
    return run_suite(suite);
}
