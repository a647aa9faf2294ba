/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine over arrays in memory: the same bits for every tiling and number of workers. */
#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "tests/support/gradient_axis.h"
#include "tests/support/skip.h"
#include "tests/support/suite.h"
#include "tests/support/random.h"
#include "tests/unit/engine/copying_reader.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

/* An engine job on an array of rank 3 along all axes: axis 1 has coordinates. */
struct setup {
    uint64_t extent[3];
    unsigned components;
    enum element element;
    size_t bytes; /* of the array, and of each result */
    void *data;
    void *result[3];
    double *x;
    struct engine_source source;
    struct engine_derivative axis[3];
    struct engine_output output[3];
    struct writer *writer[3];
    struct engine_job job;
};

static struct reader *copying_open(const struct setup *s)
{
    return copying_reader_open(s->data, s->components * hg_element_size(s->element), s->components,
                               3, s->extent);
}

static void setup_make(struct setup *s, const uint64_t *extent, enum element element,
                       unsigned components, unsigned edge_order)
{
    uint64_t n = components;
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < 3; i++)
        n *= s->extent[i] = extent[i];
    s->components = components;
    s->element = element;
    s->bytes = n * hg_element_size(element);
    s->data = malloc(s->bytes);
    for (uint64_t i = 0; i < n; i++) {
        double value = (double)draw(1u << 20) / 1000 - 500;
        if (element == ELEMENT_F32)
            ((float *)s->data)[i] = (float)value;
        else
            ((double *)s->data)[i] = value;
    }
    s->x = malloc(extent[1] * sizeof *s->x);
    s->x[0] = -3;
    for (uint64_t i = 1; i < extent[1]; i++)
        s->x[i] = s->x[i - 1] + 0.5 + (double)draw(100) / 64;
    for (unsigned i = 0; i < 3; i++) {
        s->axis[i].axis = i;
        s->axis[i].stencil = gradient_axis(extent[i], edge_order, 0.7, i == 1 ? s->x : NULL);
        s->result[i] = malloc(s->bytes);
        s->output[i] =
            (struct engine_output){.element = element, .derivative = i, .arithmetic = element};
        s->writer[i] = hg_writer_open_memory(s->result[i], components * hg_element_size(element), 3,
                                             s->extent, NULL, NULL);
        ck_assert_ptr_nonnull(s->writer[i]);
    }
    s->axis[1].coordinates = hg_coord_array_open_memory(s->x, extent[1], NULL);
    s->source = (struct engine_source){
        .reader = hg_reader_open_memory(s->data, element, components, 3, s->extent, NULL, NULL),
        .stored = element,
        .value = element,
    };
    s->job = (struct engine_job){
        .rank = 3,
        .extent = s->extent,
        .components = components,
        .n_sources = 1,
        .n_derivatives = 3,
        .n_outputs = 3,
        .source = &s->source,
        .derivative = s->axis,
        .output = s->output,
        .sink = hg_sink_open(&(struct sink_request){.n = 3, .writer = s->writer}, NULL),
        .threads = 1,
        .cache = {.l2 = 1 << 20},
        .memory = 1u << 30,
    };
    ck_assert_ptr_nonnull(s->job.sink);
}

static void setup_free(struct setup *s)
{
    hg_sink_close(s->job.sink);
    for (unsigned i = 0; i < 3; i++) {
        hg_writer_close(s->writer[i]);
        free(s->result[i]);
    }
    hg_coord_array_close(s->axis[1].coordinates);
    hg_reader_close(s->source.reader);
    free(s->data);
    free(s->x);
}

/* Makes a plan of a single tile, whatever caches the machine has. */
static void plan_whole(const struct setup *s, struct plan *plan)
{
    struct plan_request request = {
        .rank = 3,
        .source_size = 1,
        .halo_size = 1,
        .core_size = 1,
        .tile_bytes = (uint64_t)1 << 40,
        .memory = (uint64_t)1 << 40,
        .threads = 1,
    };
    for (unsigned i = 0; i < 3; i++)
        request.rule[i] = hg_stencil_rule(&s->axis[i].stencil);
    memcpy(request.extent, s->extent, sizeof s->extent);
    ck_assert_int_eq(hg_plan_make(&request, plan, NULL), H5GRAD_OK);
    ck_assert_uint_eq(plan->tiles, 1);
}

static void run(struct setup *s, unsigned threads, uint64_t memory, uint64_t *tiles)
{
    struct plan plan;
    struct h5grad_error err = {0};
    s->job.threads = threads;
    s->job.memory = memory;
    for (unsigned i = 0; i < 3; i++)
        memset(s->result[i], 0xee, s->bytes);
    ck_assert_msg(hg_engine_plan(&s->job, &plan, &err) == H5GRAD_OK, "%s", err.message);
    ck_assert_msg(hg_engine_run(&s->job, &plan, &err) == H5GRAD_OK, "%s", err.message);
    *tiles = plan.tiles;
}

static void run_whole(struct setup *s)
{
    struct plan plan;
    struct h5grad_error err = {0};
    plan_whole(s, &plan);
    ck_assert_msg(hg_engine_run(&s->job, &plan, &err) == H5GRAD_OK, "%s", err.message);
}

/* Runs with 1, 2, 3 and 8 workers and 20 memory caps, all of which give the bits of one worker with
 * the largest tiles. copies: read as from a file, in sweeps. */
static void check_tilings(struct setup *s, bool copies)
{
    static const unsigned teams[] = {1, 2, 3, 8};
    uint64_t tiles, most = 0;
    void *want[3];
    run_whole(s);
    if (copies) {
        hg_reader_close(s->source.reader);
        s->source.reader = copying_open(s);
    }
    for (unsigned i = 0; i < 3; i++) {
        want[i] = malloc(s->bytes);
        memcpy(want[i], s->result[i], s->bytes);
    }
    for (unsigned t = 0; t < 4; t++) {
        for (unsigned m = 0; m < 20; m++) {
            run(s, teams[t], 6000 + m * m * 2000, &tiles);
            most = tiles > most ? tiles : most;
            for (unsigned i = 0; i < 3; i++)
                ck_assert_mem_eq(s->result[i], want[i], s->bytes);
        }
    }
    ck_assert_uint_gt(most, 20);
    for (unsigned i = 0; i < 3; i++)
        free(want[i]);
    setup_free(s);
}

static void check_same_bits(const uint64_t *extent, enum element element, unsigned components,
                            unsigned edge_order, bool copies)
{
    struct setup s;
    setup_make(&s, extent, element, components, edge_order);
    check_tilings(&s, copies);
}

START_TEST(same_bits)
{
    const bool copies = _i == 1;
    check_same_bits((const uint64_t[]){24, 30, 28}, ELEMENT_F32, 1, 1, copies);
    check_same_bits((const uint64_t[]){3, 130, 33}, ELEMENT_F32, 2, 2, copies);
    check_same_bits((const uint64_t[]){60, 4, 50}, ELEMENT_F64, 1, 2, copies);
    check_same_bits((const uint64_t[]){41, 11, 17}, ELEMENT_F64, 2, 1, copies);
}
END_TEST

/* The first result of a second derivative is made of more points than the one after it. */
START_TEST(same_bits_of_second_derivatives)
{
    const bool copies = _i % 2;
    const unsigned accuracy = 2 + (unsigned)_i / 2 * 2;
    const struct stencil_operator op = {.derivative = 2, .accuracy = accuracy, .edge_order = 2};
    struct setup s;
    setup_make(&s, (const uint64_t[]){24, 12, 13}, ELEMENT_F64, 1, 1);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_int_eq(hg_stencil_make_even(&op, s.extent[i], 0.5, &s.axis[i].stencil, NULL),
                         H5GRAD_OK);
    check_tilings(&s, copies);
}
END_TEST

/* Also with tiles that need a shared cache. */
START_TEST(same_bits_of_large_tiles)
{
    struct setup s;
    uint64_t own, shared;
    void *want[3];
    setup_make(&s, (const uint64_t[]){300, 40, 20}, ELEMENT_F32, 1, 2);
    run_whole(&s);
    hg_reader_close(s.source.reader);
    s.source.reader = copying_open(&s);
    for (unsigned i = 0; i < 3; i++) {
        want[i] = malloc(s.bytes);
        memcpy(want[i], s.result[i], s.bytes);
    }
    for (unsigned threads = 1; threads <= 4; threads++) {
        s.job.cache = (struct cache_sizes){.l2 = 2048};
        run(&s, threads, MIB, &own);
        s.job.cache.l3 = MIB;
        run(&s, threads, MIB, &shared);
        ck_assert_uint_lt(shared, own);
        for (unsigned i = 0; i < 3; i++)
            ck_assert_mem_eq(s.result[i], want[i], s.bytes);
    }
    for (unsigned i = 0; i < 3; i++)
        free(want[i]);
    setup_free(&s);
}
END_TEST

/* Linear data has its slope everywhere, ends and tile borders included. */
/* All but the first tile are announced before they are read, in one sweep or many and block by
 * block. */
START_TEST(tiles_are_announced)
{
    static const uint64_t extent[][3] = {{60, 8, 10}, {9, 70, 30}, {3, 5, 400}};
    struct setup s;
    uint64_t tiles;
    setup_make(&s, extent[_i], ELEMENT_F64, 1, 2);
    hg_reader_close(s.source.reader);
    for (unsigned m = 0; m < 8; m++) {
        s.source.reader = copying_open(&s);
        copying_reader_watch(s.source.reader);
        run(&s, 1, 6000 + m * m * 2000, &tiles);
        ck_assert_uint_le(copying_reader_surprises(s.source.reader), 1);
        ck_assert_uint_ge(copying_reader_tiles(s.source.reader), 1);
        if (m < 7)
            hg_reader_close(s.source.reader);
    }
    setup_free(&s);
}
END_TEST

START_TEST(linear)
{
    struct setup s;
    uint64_t tiles, k = 0;
    setup_make(&s, (const uint64_t[]){20, 24, 40}, ELEMENT_F64, 1, 1);
    for (uint64_t i = 0; i < 24; i++)
        s.x[i] = (double)(i * i) / 4 + (double)i;
    for (uint64_t a = 0; a < 20; a++) {
        for (uint64_t b = 0; b < 24; b++) {
            for (uint64_t c = 0; c < 40; c++)
                ((double *)s.data)[k++] = 2 * (double)a + 3 * s.x[b] - 5 * (double)c;
        }
    }
    s.axis[1].stencil = gradient_axis(24, 1, 0, s.x);
    s.axis[0].stencil.step = s.axis[2].stencil.step = 0.5;
    run(&s, 2, 20000, &tiles);
    ck_assert_uint_gt(tiles, 4);
    for (uint64_t i = 0; i < k; i++) {
        ck_assert_double_eq(((double *)s.result[0])[i], 4);
        ck_assert_double_eq_tol(((double *)s.result[1])[i], 3, 1e-12);
        ck_assert_double_eq(((double *)s.result[2])[i], -10);
    }
    setup_free(&s);
}
END_TEST

/* The derivative of accuracy 8: weights of the differences from the result's own value at nine
 * points, four on each side, or the first or last nine of the array. */
static const double of_end[4][9] = {
    {-2283, 6720, -11760, 15680, -14700, 9408, -3920, 960, -105},
    {-105, -1338, 2940, -2940, 2450, -1470, 588, -140, 15},
    {15, -240, -798, 1680, -1050, 560, -210, 48, -5},
    {-5, 60, -420, -378, 1050, -420, 140, -30, 3},
};
static const double of_pair[4] = {-3, 32, -168, 672};

static void use_nine(struct setup *s, unsigned axis, bool periodic)
{
    const enum boundary ends = periodic ? BOUNDARY_PERIODIC : BOUNDARY_ONE_SIDED;
    const struct stencil_operator op = {
        .derivative = 1, .accuracy = 8, .edge_order = 1, .boundary = {ends, ends}};
    ck_assert_int_eq(hg_stencil_make_even(&op, s->extent[axis], 0.5, &s->axis[axis].stencil, NULL),
                     H5GRAD_OK);
}

/* Returns the result at a point of a line, where f(k) lies at data[step * k]. */
static double nine_at(const double *data, uint64_t step, uint64_t at, uint64_t all, bool periodic)
{
    double sum = 0;
    const uint64_t behind = all - 1 - at;
    if (periodic || (at >= 4 && behind >= 4)) {
        for (uint64_t k = 4; k > 0; k--)
            sum = sum + of_pair[4 - k] *
                            (data[(at + k) % all * step] - data[(at + all - k) % all * step]);
        return sum / 0.5 / 840;
    }
    for (uint64_t k = 0; k < 9; k++) {
        const uint64_t from = at < 4 ? k : all - 9 + k;
        if (from != at)
            sum = sum + (at < 4 ? of_end[at][k] : -of_end[behind][8 - k]) *
                            (data[from * step] - data[at * step]);
    }
    return sum / 0.5 / 840;
}

/* Computes the results of the whole array. */
static void expect_nine(const struct setup *s, unsigned axis, double *out)
{
    const double *data = s->data;
    const bool periodic = s->axis[axis].stencil.op.boundary[0] == BOUNDARY_PERIODIC;
    uint64_t step = 1, all = s->extent[axis];
    for (unsigned i = axis + 1; i < 3; i++)
        step *= s->extent[i];
    for (uint64_t k = 0; k < s->bytes / sizeof *data; k++) {
        const uint64_t at = k / step % all;
        out[k] = nine_at(data + (k - at * step), step, at, all, periodic);
    }
}

/* Operators that reach four points, along axes with and without ends, beside one of three points
 * give the same bits from views and copies, in tiles of any size and any number of sweeps. Bits 0
 * to 2 of periodic say which axes are periodic, bits 3 to 5 which have the three-point gradient. */
static void check_operators(const uint64_t *extent, unsigned periodic, bool copies)
{
    struct setup s;
    uint64_t tiles, most = 0;
    double *want[3];
    setup_make(&s, extent, ELEMENT_F64, 1, 1);
    s.axis[1].stencil = gradient_axis(extent[1], 1, 0.7, NULL);
    run_whole(&s);
    for (unsigned i = 0; i < 3; i++) {
        want[i] = malloc(s.bytes);
        memcpy(want[i], s.result[i], s.bytes);
        if (!(periodic & 8u << i)) {
            use_nine(&s, i, periodic & 1u << i);
            expect_nine(&s, i, want[i]);
        }
    }
    if (copies) {
        hg_reader_close(s.source.reader);
        s.source.reader = copying_open(&s);
    }
    for (unsigned m = 0; m < 10; m++) {
        run(&s, 1 + m % 3, 12000 + m * m * 12000, &tiles);
        most = tiles > most ? tiles : most;
        for (unsigned i = 0; i < 3; i++)
            ck_assert_mem_eq(s.result[i], want[i], s.bytes);
    }
    ck_assert_uint_gt(most, 20);
    for (unsigned i = 0; i < 3; i++)
        free(want[i]);
    setup_free(&s);
}

START_TEST(wide_and_periodic)
{
    const unsigned periodic = (unsigned)_i % 8, copies = (unsigned)_i / 8;
    check_operators((const uint64_t[]){24, 15, 28}, periodic, copies);
    check_operators((const uint64_t[]){41, 11, 17}, periodic | 8u << _i % 3, copies);
}
END_TEST

/* Points wrapped around in a halo are unpacked with the scale of their own slice. */
START_TEST(periodic_and_packed)
{
    struct setup s;
    uint64_t tiles;
    double scale[24], offset[24], *want, *data;
    setup_make(&s, (const uint64_t[]){24, 12, 20}, ELEMENT_F64, 1, 1);
    use_nine(&s, 0, true);
    s.job.n_derivatives = s.job.n_outputs = 1;
    for (unsigned i = 0; i < 24; i++) {
        scale[i] = 1 + i % 5;
        offset[i] = i;
    }
    const struct unpack_rule rule = {.slice_axes = 1, .slice_scale = scale, .slice_offset = offset};
    s.source.unpack = &rule;
    hg_reader_close(s.source.reader);
    s.source.reader = copying_open(&s);
    run(&s, 2, 30000, &tiles);
    ck_assert_uint_gt(tiles, 4);
    want = malloc(s.bytes);
    data = s.data;
    for (uint64_t i = 0; i < 24 * 12 * 20; i++)
        data[i] = data[i] * scale[i / 240] + offset[i / 240];
    expect_nine(&s, 0, want);
    ck_assert_mem_eq(s.result[0], want, s.bytes);
    free(want);
    setup_free(&s);
}
END_TEST

struct watch {
    _Atomic uint64_t bytes, calls;
    uint64_t stop_after;
};

static void on_progress(void *user, uint64_t bytes)
{
    struct watch *watch = user;
    watch->bytes += bytes;
}

static int on_cancelled(void *user)
{
    struct watch *watch = user;
    return ++watch->calls > watch->stop_after;
}

START_TEST(progress_and_cancel)
{
    struct setup s;
    struct plan plan;
    struct h5grad_error err = {0};
    struct watch watch = {.stop_after = UINT64_MAX};
    setup_make(&s, (const uint64_t[]){30, 30, 30}, ELEMENT_F32, 1, 1);
    s.job.threads = 3;
    s.job.memory = 60000;
    s.job.progress = on_progress;
    s.job.cancelled = on_cancelled;
    s.job.user = &watch;
    ck_assert_int_eq(hg_engine_plan(&s.job, &plan, &err), H5GRAD_OK);
    ck_assert_uint_gt(plan.tiles, 10);
    ck_assert_int_eq(hg_engine_run(&s.job, &plan, &err), H5GRAD_OK);
    ck_assert_uint_eq(watch.bytes, 3 * s.bytes);
    ck_assert_uint_eq(watch.calls, plan.tiles);
    watch = (struct watch){.stop_after = 4};
    ck_assert_int_eq(hg_engine_run(&s.job, &plan, &err), H5GRAD_CANCELLED);
    ck_assert_uint_lt(watch.bytes, 3 * s.bytes);
    ck_assert_uint_lt(watch.calls, plan.tiles);
    setup_free(&s);
}
END_TEST

/* Result chunks that do not fit are refused, with advice. */
START_TEST(chunks_and_memory)
{
    struct setup s;
    struct plan plan;
    struct h5grad_error err = {0};
    struct h5_storage result = {.layout = H5_CHUNKED, .rank = 3, .chunk = {100, 100, 100}};
    setup_make(&s, (const uint64_t[]){100, 100, 100}, ELEMENT_F32, 1, 1);
    s.job.memory = 6 << 20;
    memcpy(result.extent, s.extent, sizeof s.extent);
    for (unsigned i = 0; i < 3; i++)
        s.output[i].storage = &result;
    ck_assert_int_eq(hg_engine_plan(&s.job, &plan, &err), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "needs --memory=32M at least (less with --layout=contiguous)");
    result.chunk[0] = 20;
    ck_assert_int_eq(hg_engine_plan(&s.job, &plan, &err), H5GRAD_OK);
    ck_assert_uint_eq(plan.tile[0] % 20, 0);
    setup_free(&s);
}
END_TEST

/* The memory of encoders counts: there are as many workers as the cap has memory for. */
START_TEST(encoders_and_memory)
{
    const struct codec *zstd = hg_codec_find_name("zstd");
    struct setup s;
    struct plan plan;
    struct h5_storage result = {.layout = H5_CHUNKED, .rank = 3, .chunk = {64, 64, 64}};
    if (!zstd) {
        skip("memory of encoders", "no zstd in this build");
        return;
    }
    setup_make(&s, (const uint64_t[]){128, 128, 128}, ELEMENT_F32, 1, 1);
    s.job.memory = 96 << 20;
    s.job.threads = 8;
    memcpy(result.extent, s.extent, sizeof s.extent);
    for (unsigned i = 0; i < 3; i++)
        s.output[i].storage = &result;
    ck_assert_int_eq(hg_engine_plan(&s.job, &plan, NULL), H5GRAD_OK);
    ck_assert_uint_eq(plan.threads, 8);
    result.n_filters = 1;
    ck_assert(hg_codec_choose(zstd, 19, 4, &result.filter[0]));
    uint64_t each = hg_codec_encoder_memory(&result, 64 * 64 * 64 * sizeof(float));
    ck_assert_int_eq(hg_engine_plan(&s.job, &plan, NULL), H5GRAD_OK);
    ck_assert_uint_lt(plan.threads, 8);
    ck_assert_uint_ge(plan.memory, plan.threads * each);
    ck_assert_uint_le(plan.memory, s.job.memory);
    setup_free(&s);
}
END_TEST

/* Plans for float32 in a contiguous file, along all axes, with caches of any size. */
static void plan_file(unsigned rank, const uint64_t *extent, struct cache_sizes cache,
                      unsigned threads, uint64_t memory, struct plan *plan)
{
    static const struct reader_method method = {.name = "file"};
    struct reader reader = {.method = &method};
    const struct engine_source source = {
        .reader = &reader, .stored = ELEMENT_F32, .value = ELEMENT_F32};
    struct engine_derivative axis[5] = {0};
    struct engine_output output[5];
    struct engine_job job = {
        .rank = rank,
        .extent = extent,
        .components = 1,
        .n_sources = 1,
        .n_derivatives = rank,
        .n_outputs = rank,
        .source = &source,
        .derivative = axis,
        .output = output,
        .threads = threads,
        .cache = cache,
        .memory = memory,
    };
    for (unsigned i = 0; i < rank; i++) {
        axis[i].axis = i;
        axis[i].stencil = gradient_axis(extent[i], 1, 1, NULL);
        output[i] = (struct engine_output){
            .element = ELEMENT_F32, .derivative = i, .arithmetic = ELEMENT_F32};
    }
    ck_assert_int_eq(hg_engine_plan(&job, plan, NULL), H5GRAD_OK);
}

/* Returns the bytes of a tile amid the array with its faces. */
static uint64_t used_bytes(const struct plan *plan)
{
    uint64_t core = plan->core_points, used = 2 * core;
    for (unsigned i = 0; i < plan->rank; i++) {
        uint64_t width = plan->tile[i] + 2 < plan->extent[i] ? plan->tile[i] + 2 : plan->extent[i];
        used += core / plan->tile[i] * (width - plan->tile[i]);
    }
    return used * sizeof(float);
}

static const struct {
    unsigned rank;
    uint64_t extent[5];
} large[] = {{1, {134217728}},
             {2, {11585, 11585}},
             {3, {512, 512, 512}},
             {4, {64, 64, 180, 182}},
             {5, {32, 32, 32, 64, 64}}};

/* Returns the points read divided by the points of the array. */
static double read_ratio(const struct plan *plan)
{
    double points = 1;
    for (unsigned i = 0; i < plan->rank; i++)
        points *= (double)plan->extent[i];
    return (double)plan->read_points / points;
}

/* Prints the tile that is chosen for which caches, if H5GRAD_PRINT_TILES is set. */
static void print_tile(const struct cache_sizes *cache, const struct plan *plan)
{
    if (!getenv("H5GRAD_PRINT_TILES"))
        return;
    printf("%2u threads, L2 %4llu KiB, L3 %2llu MiB a core:", plan->threads,
           (unsigned long long)cache->l2 >> 10, (unsigned long long)cache->l3 >> 20);
    for (unsigned i = 0; i < plan->rank; i++)
        printf("%s%llu", i ? "x" : " ", (unsigned long long)plan->tile[i]);
    printf(", uses %llu KiB, read %.3f times\n", (unsigned long long)used_bytes(plan) >> 10,
           read_ratio(plan));
}

/* Level-2 caches of 256 KiB to 4 MiB, shares of level 3 of up to 32 MiB: a tile fits level 2, or
 * else the shared cache, and the memory. More shared cache never makes a tile smaller. */
START_TEST(tiles_and_caches)
{
    static const unsigned teams[] = {1, 2, 16};
    static const double most_read[] = {1.001, 1.1, 1.3, 3.5, 4};
    const size_t s = (size_t)_i / 3;
    const unsigned threads = teams[_i % 3], rank = large[s].rank;
    for (unsigned power = 18; power <= 22; power++) {
        struct cache_sizes cache = {.l2 = UINT64_C(1) << power};
        uint64_t own = cache.l2 / 8 * (rank == 1 ? 5 : 9), before = 0;
        for (uint64_t share = 0; share <= 32; share = share ? 2 * share : 1) {
            struct plan plan, tight;
            cache.l3 = share << 20;
            plan_file(rank, large[s].extent, cache, threads, GIB, &plan);
            print_tile(&cache, &plan);
            uint64_t used = used_bytes(&plan), both = (cache.l2 + cache.l3) / 2;
            ck_assert_uint_le(used, own > both ? own : both);
            ck_assert_uint_le(used, 5 * MIB);
            ck_assert_uint_ge(used, cache.l2 / 8);
            ck_assert_uint_ge(used, before);
            ck_assert(used <= own || plan.tiles >= 128 * threads);
            ck_assert(read_ratio(&plan) <= most_read[rank - 1]);
            ck_assert_uint_eq(plan.threads, threads);
            before = used;
            plan_file(rank, large[s].extent, cache, threads, threads * MIB, &tight);
            ck_assert_uint_eq(tight.threads, threads);
            ck_assert_uint_le(tight.memory, threads * MIB);
            ck_assert_uint_le(used_bytes(&tight), MIB);
        }
    }
}
END_TEST

/* A small level-2 cache with a large shared one gives long writes and little halo. With little
 * shared cache, or in one dimension, nothing changes. */
START_TEST(tiles_in_shared_caches)
{
    for (size_t s = 0; s < sizeof large / sizeof *large; s++) {
        const unsigned rank = large[s].rank;
        struct plan own, small, shared;
        plan_file(rank, large[s].extent, (struct cache_sizes){2 * MIB, 0}, 2, GIB, &own);
        plan_file(rank, large[s].extent, (struct cache_sizes){2 * MIB, 2 * MIB}, 2, GIB, &small);
        ck_assert_mem_eq(own.tile, small.tile, rank * sizeof *own.tile);
        plan_file(rank, large[s].extent, (struct cache_sizes){MIB, 0}, 2, GIB, &own);
        plan_file(rank, large[s].extent, (struct cache_sizes){MIB, 16 * MIB}, 2, GIB, &shared);
        if (rank == 1)
            ck_assert_uint_eq(shared.tile[0], own.tile[0]);
        else
            ck_assert_uint_ge(shared.core_points, 4 * own.core_points);
        ck_assert(read_ratio(&shared) < (rank < 4 ? 1.2 : rank == 4 ? 1.5 : 2.5));
    }
}
END_TEST

/* An array of few tiles keeps them small, so that all workers end at about the same time. */
START_TEST(tiles_of_small_arrays)
{
    static const uint64_t extent[] = {128, 128, 128};
    struct plan own, shared;
    plan_file(3, extent, (struct cache_sizes){MIB, 0}, 16, GIB, &own);
    plan_file(3, extent, (struct cache_sizes){MIB, 16 * MIB}, 16, GIB, &shared);
    ck_assert_mem_eq(own.tile, shared.tile, 3 * sizeof *own.tile);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tcase = add_case(suite, "engine", NULL, NULL);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, same_bits, 0, 2);
    tcase_add_loop_test(tcase, same_bits_of_second_derivatives, 0, 6);
    tcase_add_loop_test(tcase, wide_and_periodic, 0, 16);
    tcase_add_loop_test(tcase, tiles_are_announced, 0, 3);
    ADD_TESTS(tcase, same_bits_of_large_tiles, periodic_and_packed, linear, progress_and_cancel,
              chunks_and_memory, encoders_and_memory);
    tcase_add_loop_test(tcase, tiles_and_caches, 0, 15);
    ADD_TESTS(tcase, tiles_in_shared_caches, tiles_of_small_arrays);
    return run_suite(suite);
}
