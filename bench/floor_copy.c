/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor under h5grad_array: copies an array of float to as many arrays as there are results, by
 * several threads, with plain stores and with stores that go past the caches. The results have been
 * touched before. Prints a line per round: seconds with plain stores, seconds with streaming ones
 * (0 where the machine has none here).
 */
#include <omp.h>

#include "common.h"

#if defined __AVX__ || defined __SSE2__
    #include <immintrin.h>
#endif

#define MAX_RESULTS 3

/* Floats per step: a whole number of cache lines, so that each piece starts at one. */
#define PIECE 4096

struct arrays {
    size_t n;
    float *from;
    float *to[MAX_RESULTS];
};

static void copy_plain(const float *restrict from, float *restrict a, float *restrict b,
                       float *restrict c, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float value = from[i];
        a[i] = value;
        b[i] = value;
        c[i] = value;
    }
}

/* A cache line at a time to each array: streaming stores are fast when they fill whole lines. */
#if defined __AVX__
    #define STREAM_STEP 16
static void stream_line(const float *from, float *to)
{
    _mm256_stream_ps(to, _mm256_load_ps(from));
    _mm256_stream_ps(to + 8, _mm256_load_ps(from + 8));
}
#elif defined __SSE2__
    #define STREAM_STEP 16
static void stream_line(const float *from, float *to)
{
    for (size_t i = 0; i < STREAM_STEP; i += 4)
        _mm_stream_ps(to + i, _mm_load_ps(from + i));
}
#endif

#ifdef STREAM_STEP
static void copy_streaming(const float *from, float *a, float *b, float *c, size_t n)
{
    size_t i = 0;
    for (; i + STREAM_STEP <= n; i += STREAM_STEP) {
        stream_line(from + i, a + i);
        stream_line(from + i, b + i);
        stream_line(from + i, c + i);
    }
    copy_plain(from + i, a + i, b + i, c + i, n - i);
    _mm_sfence();
}
#endif

typedef void copy_function(const float *from, float *a, float *b, float *c, size_t n);

static double time_copy(const struct arrays *arrays, int threads, copy_function *copy)
{
    double start = bench_seconds();
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t first = 0; first < arrays->n; first += PIECE) {
        size_t n = arrays->n - first < PIECE ? arrays->n - first : PIECE;
        copy(arrays->from + first, arrays->to[0] + first, arrays->to[1] + first,
             arrays->to[2] + first, n);
    }
    return bench_seconds() - start;
}

static struct arrays make_arrays(size_t n, int threads)
{
    struct arrays arrays = {.n = n, .from = bench_memory(n * sizeof(float))};
    for (int k = 0; k < MAX_RESULTS; k++)
        arrays.to[k] = bench_memory(n * sizeof(float));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < n; i++) {
        arrays.from[i] = (float)(i % 1013);
        for (int k = 0; k < MAX_RESULTS; k++)
            arrays.to[k][i] = (float)k;
    }
    return arrays;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        bench_fail("usage: floor_copy", "VALUES THREADS ROUNDS");
    size_t n = bench_number(argv[1]);
    int threads = (int)bench_number(argv[2]);
    uint64_t rounds = bench_number(argv[3]);
    struct arrays arrays = make_arrays(n, threads);
    for (uint64_t round = 0; round < rounds; round++) {
        double plain = time_copy(&arrays, threads, copy_plain);
#ifdef STREAM_STEP
        double streaming = time_copy(&arrays, threads, copy_streaming);
#else
        double streaming = 0;
#endif
        printf("%.6f %.6f\n", plain, streaming);
    }
    for (int k = 0; k < MAX_RESULTS; k++) {
        if (memcmp(arrays.from, arrays.to[k], n * sizeof(float)) != 0)
            bench_fail("floor_copy", "the copy is wrong");
        free(arrays.to[k]);
    }
    free(arrays.from);
    return EXIT_SUCCESS;
}
