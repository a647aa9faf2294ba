/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The floor under reading from afar: reads pieces of a file, "OFFSET BYTES" by line of the standard
 * input, with so many threads, a piece at a time each, in their order. Prints seconds.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <omp.h>
#include <stdbool.h>
#include <unistd.h>

#include "common.h"

struct piece {
    uint64_t offset, bytes;
};

static bool read_piece(int file, char *buffer, struct piece piece)
{
    while (piece.bytes > 0) {
        ssize_t done = pread(file, buffer, piece.bytes, (off_t)piece.offset);
        if (done <= 0)
            return false;
        piece.offset += (uint64_t)done;
        piece.bytes -= (uint64_t)done;
    }
    return true;
}

static bool read_all(int file, const struct piece *piece, long n, uint64_t most, int threads)
{
    bool good = true;
#pragma omp parallel num_threads(threads) reduction(&& : good)
    {
        char *buffer = bench_memory(most);
#pragma omp for schedule(dynamic, 1)
        for (long i = 0; i < n; i++)
            good = good && read_piece(file, buffer, piece[i]);
        free(buffer);
    }
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        bench_fail("usage: floor_read", "FILE THREADS <PIECES");
    struct piece *all = NULL, next;
    long n = 0;
    uint64_t most = 1;
    char line[64];
    while (fgets(line, sizeof line, stdin) &&
           sscanf(line, "%" SCNu64 " %" SCNu64, &next.offset, &next.bytes) == 2) {
        if ((n & (n - 1)) == 0)
            all = realloc(all, (size_t)(n ? 2 * n : 1) * sizeof *all);
        if (!all)
            bench_fail("floor_read", "no memory");
        all[n++] = next;
        most = next.bytes > most ? next.bytes : most;
    }
    double start = bench_seconds();
    int file = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (file < 0)
        bench_fail_errno(argv[1]);
    if (!read_all(file, all, n, most, (int)bench_number(argv[2])))
        bench_fail(argv[1], "reading failed");
    printf("%.6f\n", bench_seconds() - start);
    free(all);
    close(file);
    return EXIT_SUCCESS;
}
