/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/cap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __GLIBC__
    #include <malloc.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

/* What h5grad takes at least, however small --memory is. */
#define CAP_LEAST (32 * MIB)

/* For libhdf5's caches of metadata, and what lies idle between allocations; and for what is kept of
 * each object of the file, that many bytes per byte of it. */
#define CAP_SPARE    (32 * MIB)
#define CAP_METADATA 16

/* Blocks of so many bytes are returned as soon as they are freed. */
#define CAP_BLOCK (1 << 20)

/* Who maps as much ahead of the work is a sanitizer. */
#define CAP_STRANGE (1024 * MIB)

/* Of a thread where the system gives no number. */
#define CAP_STACK (8 * MIB)

/* No sum of these overflows. */
#define CAP_MOST_THREADS ((uint64_t)1 << 16)
#define CAP_MOST_BYTES   ((uint64_t)1 << 40)

static uint64_t cap_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t cap_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What the process has mapped for its data; 0 when that cannot be told. */
static uint64_t cap_mapped(void)
{
    unsigned long pages = 0;
    long page = sysconf(_SC_PAGESIZE);
    FILE *file = fopen("/proc/self/statm", "re");

    if (!file)
        return 0;
    bool read = fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) == 1;
    fclose(file);
    return read && page > 0 ? pages * (uint64_t)page : 0;
}

/* Without --memory as much as the machine can bear, since the buffers keep to the default anyway.
 */
static uint64_t cap_wanted(const struct options *options)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : CAP_MOST_BYTES;
    uint64_t memory = options->grad.memory > 0 ? options->grad.memory : machine / 2;

    return memory < CAP_LEAST ? CAP_LEAST : memory;
}

static uint64_t cap_metadata(const struct options *options)
{
    struct stat input;

    if (stat(options->input, &input) != 0 || input.st_size <= 0)
        return 0;
    return cap_min((uint64_t)input.st_size, CAP_MOST_BYTES) * CAP_METADATA;
}

/* The stacks of threads count from the beginning, however little of them is used. */
static uint64_t cap_stacks(const struct options *options)
{
    struct rlimit limit;
    uint64_t stack = CAP_STACK;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const char *wanted = getenv("OMP_NUM_THREADS");
    uint64_t threads = processors > 0 ? (uint64_t)processors : 1;

    if (options->grad.threads > 0)
        threads = (uint64_t)options->grad.threads;
    else if (wanted && strtoul(wanted, NULL, 10) > threads)
        threads = strtoul(wanted, NULL, 10);
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        stack = cap_max(CAP_STACK, limit.rlim_cur) + MIB;
    return cap_min(threads, CAP_MOST_THREADS) * cap_min(stack, CAP_MOST_BYTES);
}

/* What is freed goes back to the system: malloc would keep ever larger blocks for later, for each
 * thread its own. */
static void cap_return_freed(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, CAP_BLOCK);
    mallopt(M_TRIM_THRESHOLD, CAP_BLOCK);
#endif
}

void cap_memory(const struct options *options)
{
    static const char *const stack_sizes[] = {"OMP_STACKSIZE", "GOMP_STACKSIZE", "KMP_STACKSIZE"};
    struct rlimit limit;
    uint64_t mapped = cap_mapped();
    uint64_t memory = cap_wanted(options);

    cap_return_freed();
    if (memory > CAP_MOST_BYTES)
        return;
    for (size_t i = 0; i < sizeof stack_sizes / sizeof *stack_sizes; i++) {
        if (getenv(stack_sizes[i]))
            return;
    }
    memory += CAP_SPARE + cap_metadata(options) + cap_stacks(options) + mapped;
    if (mapped == 0 || mapped > CAP_STRANGE || getrlimit(RLIMIT_DATA, &limit) != 0 ||
        limit.rlim_cur <= memory)
        return;
    limit.rlim_cur = memory;
    setrlimit(RLIMIT_DATA, &limit);
}

void cap_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
