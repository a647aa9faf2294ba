/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs of the benchmark share: they measure, and give up at the first error. */
#ifndef H5GRAD_BENCH_COMMON_H
#define H5GRAD_BENCH_COMMON_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline _Noreturn void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static inline _Noreturn void bench_fail_errno(const char *what)
{
    bench_fail(what, strerror(errno));
}

static inline uint64_t bench_number(const char *text)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-')
        bench_fail(text, "not a number");
    return value;
}

/* Memory aligned to a page. */
static inline void *bench_memory(size_t bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, 4096, bytes > 0 ? bytes : 1) != 0)
        bench_fail("memory", "not enough");
    return memory;
}

#endif
