/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor under uncompressed data: every input byte is read once and, for each result, written
 * once, in blocks that stay in the cache, by several threads. Nothing is computed.
 *
 * The time includes what any program must do as well: making the output file and giving it its
 * space. Prints seconds.
 */
#include <fcntl.h>
#include <omp.h>
#include <stdbool.h>
#include <unistd.h>

#include "common.h"

/* Results start at multiples of this, as h5grad's and as file systems like it. */
#define RESULT_ALIGNMENT (UINT64_C(1) << 20)

struct job {
    const char *input, *output;
    uint64_t offset; /* of the data in the input */
    uint64_t points;
    uint64_t element, result_element; /* bytes of a point */
    uint64_t results;
    int threads;
    uint64_t block; /* points */
};

static uint64_t align_up(uint64_t offset)
{
    return (offset + RESULT_ALIGNMENT - 1) / RESULT_ALIGNMENT * RESULT_ALIGNMENT;
}

static uint64_t result_offset(const struct job *job, uint64_t result)
{
    return RESULT_ALIGNMENT + result * align_up(job->points * job->result_element);
}

static bool read_all(int file, char *buffer, uint64_t bytes, uint64_t offset)
{
    while (bytes > 0) {
        ssize_t done = pread(file, buffer, bytes, (off_t)offset);
        if (done <= 0)
            return false;
        buffer += done;
        offset += (uint64_t)done;
        bytes -= (uint64_t)done;
    }
    return true;
}

static bool write_all(int file, const char *buffer, uint64_t bytes, uint64_t offset)
{
    while (bytes > 0) {
        ssize_t done = pwrite(file, buffer, bytes, (off_t)offset);
        if (done <= 0)
            return false;
        buffer += done;
        offset += (uint64_t)done;
        bytes -= (uint64_t)done;
    }
    return true;
}

static bool move_block(const struct job *job, int in, int out, char *buffer, uint64_t first)
{
    uint64_t points = job->points - first < job->block ? job->points - first : job->block;
    if (!read_all(in, buffer, points * job->element, job->offset + first * job->element))
        return false;
    for (uint64_t r = 0; r < job->results; r++)
        if (!write_all(out, buffer, points * job->result_element,
                       result_offset(job, r) + first * job->result_element))
            return false;
    return true;
}

static bool move_all(const struct job *job, int in, int out)
{
    uint64_t blocks = (job->points + job->block - 1) / job->block;
    uint64_t widest = job->element > job->result_element ? job->element : job->result_element;
    bool good = true;
#pragma omp parallel num_threads(job->threads) reduction(&& : good)
    {
        char *buffer = bench_memory(job->block * widest);
        memset(buffer, 0, job->block * widest);
#pragma omp for schedule(dynamic, 1)
        for (uint64_t i = 0; i < blocks; i++)
            good = good && move_block(job, in, out, buffer, i * job->block);
        free(buffer);
    }
    return good;
}

static void run(const struct job *job)
{
    int in = open(job->input, O_RDONLY | O_CLOEXEC);
    int out = open(job->output, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (in < 0 || out < 0)
        bench_fail_errno(in < 0 ? job->input : job->output);
    if (fallocate(out, 0, 0, (off_t)result_offset(job, job->results)) != 0 && errno != EOPNOTSUPP)
        bench_fail_errno(job->output);
    if (!move_all(job, in, out))
        bench_fail(job->input, "reading or writing failed");
    if (close(out) != 0)
        bench_fail_errno(job->output);
    close(in);
}

int main(int argc, char **argv)
{
    if (argc < 9 || argc > 10)
        bench_fail("usage: floor_io", "INPUT OFFSET POINTS ELEMENT_BYTES RESULT_ELEMENT_BYTES "
                                      "RESULTS OUTPUT THREADS [BLOCK_BYTES]");
    struct job job = {
        .input = argv[1],
        .offset = bench_number(argv[2]),
        .points = bench_number(argv[3]),
        .element = bench_number(argv[4]),
        .result_element = bench_number(argv[5]),
        .results = bench_number(argv[6]),
        .output = argv[7],
        .threads = (int)bench_number(argv[8]),
    };
    if (job.element == 0 || job.result_element == 0 || job.threads < 1)
        bench_fail("floor_io", "sizes and threads must not be 0");
    uint64_t bytes = argc > 9 ? bench_number(argv[9]) : 128 * 1024;
    job.block = bytes / job.element > 0 ? bytes / job.element : 1;
    double start = bench_seconds();
    run(&job);
    printf("%.6f\n", bench_seconds() - start);
    return EXIT_SUCCESS;
}
