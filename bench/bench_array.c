/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Times h5grad_array on a cube of float along its three axes; the results have been touched before.
 * Prints the seconds of each round.
 */
#include <math.h>
#include <omp.h>

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

static double time_round(const struct cube *cube, const struct h5grad_array_options *options)
{
    struct h5grad_error error;
    double start = bench_seconds();
    if (h5grad_array(H5GRAD_FLOAT, 3, cube->extent, cube->data, cube->results, options, &error))
        bench_fail("h5grad_array", error.message);
    return bench_seconds() - start;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5 || (argc == 5 && strcmp(argv[4], "coordinates") != 0))
        bench_fail("usage: bench_array", "EDGE THREADS ROUNDS [coordinates]");
    int threads = (int)bench_number(argv[2]);
    uint64_t rounds = bench_number(argv[3]);
    struct cube cube = make_cube(bench_number(argv[1]), threads);
    const double *coordinates[] = {cube.x, cube.x, cube.x};
    struct h5grad_array_options options;
    h5grad_array_options_init(&options);
    options.threads = threads;
    options.coordinates = argc == 5 ? coordinates : NULL;
    for (uint64_t round = 0; round < rounds; round++)
        printf("%.6f\n", time_round(&cube, &options));
    for (int k = 0; k < 3; k++)
        free(cube.results[k]);
    free(cube.data);
    free(cube.x);
    return EXIT_SUCCESS;
}
