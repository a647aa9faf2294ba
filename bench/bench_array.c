/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Times h5grad_array on a cube of float along its three axes; the results have been touched before.
 * Prints for each round the seconds, and those of the processor; with periodic then the same of a
 * second call whose axes are.
 */
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common.h"
#include "h5grad.h"

struct cube {
    uint64_t extent[3];
    size_t n;
    float *data;
    void *results[3];
    double *x; /* uneven coordinates, for every axis */
};

static struct cube make_cube(uint64_t edge, int threads)
{
    struct cube cube = {.extent = {edge, edge, edge}, .n = edge * edge * edge};
    cube.data = bench_memory(cube.n * sizeof(float));
    for (int k = 0; k < 3; k++)
        cube.results[k] = bench_memory(cube.n * sizeof(float));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (size_t i = 0; i < cube.n; i++) {
        cube.data[i] = sinf(0.01f * (float)(i % 100003));
        for (int k = 0; k < 3; k++)
            ((float *)cube.results[k])[i] = 0;
    }
    cube.x = bench_memory(edge * sizeof *cube.x);
    for (uint64_t i = 0; i < edge; i++)
        cube.x[i] = (double)i + 0.3 * sin((double)i);
    return cube;
}

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void print_round(const struct cube *cube, const struct h5grad_array_options *options)
{
    struct h5grad_error error;
    double start = bench_seconds(), processor = processor_seconds();
    if (h5grad_array(H5GRAD_FLOAT, 3, cube->extent, cube->data, cube->results, options, &error))
        bench_fail("h5grad_array", error.message);
    printf("%.6f %.6f", bench_seconds() - start, processor_seconds() - processor);
}

/* The words behind the numbers; false for others. */
static bool take_words(int n, char **word, bool *coordinates, bool *pairs)
{
    for (int i = 0; i < n; i++) {
        bool *said = strcmp(word[i], "coordinates") == 0 ? coordinates
                     : strcmp(word[i], "periodic") == 0  ? pairs
                                                         : NULL;
        if (!said)
            return false;
        *said = true;
    }
    return true;
}

int main(int argc, char **argv)
{
    bool uneven = false, pairs = false;
    if (argc < 4 || !take_words(argc - 4, argv + 4, &uneven, &pairs))
        bench_fail("usage: bench_array", "EDGE THREADS ROUNDS [coordinates] [periodic]");
    int threads = (int)bench_number(argv[2]);
    uint64_t rounds = bench_number(argv[3]);
    struct cube cube = make_cube(bench_number(argv[1]), threads);
    const double *coordinates[] = {cube.x, cube.x, cube.x};
    const double turn = (double)cube.extent[0] + 1, period[] = {turn, turn, turn};
    enum h5grad_boundary periodic[6];
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    options.threads = threads;
    options.coordinates = uneven ? coordinates : NULL;
    for (int i = 0; i < 6; i++)
        periodic[i] = H5GRAD_BOUNDARY_PERIODIC;
    for (uint64_t round = 0; round < rounds; round++) {
        options.boundary = NULL;
        options.period = NULL;
        print_round(&cube, &options);
        options.boundary = periodic;
        options.period = uneven ? period : NULL;
        if (pairs) {
            printf(" ");
            print_round(&cube, &options);
        }
        printf("\n");
    }
    for (int k = 0; k < 3; k++)
        free(cube.results[k]);
    free(cube.data);
    free(cube.x);
    return EXIT_SUCCESS;
}
