/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/cap.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#ifdef __GLIBC__
    #include <malloc.h>
#endif
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/size.h"

/* Added to --memory: bytes for libhdf5's caches of metadata and what is idle between allocations,
 * and bytes for each byte of the file, for what libhdf5 and h5grad keep of its objects. */
#define CAP_SPARE    (32 * SIZE_MIB)
#define CAP_METADATA 16

/* An allocation may fail if less than this is left. */
#define CAP_NEAR (8 * SIZE_MIB)

/* Blocks of this size and above return to the system as soon as they are freed. */
#define CAP_BLOCK (1 << 20)

/* A process that has mapped this much before the work begins runs under a sanitizer. */
#define CAP_STRANGE (1024 * SIZE_MIB)

/* The stack of a thread, if the system does not say. */
#define CAP_STACK (8 * SIZE_MIB)

/* With these bounds no sum here overflows. */
#define CAP_MOST_THREADS ((uint64_t)1 << 16)
#define CAP_MOST_BYTES   ((uint64_t)1 << 40)

/* Bytes that the process has mapped; 0 where the system does not say. */
struct cap_mapped {
    uint64_t all, data;
};

/* Reads /proc/self/statm, whose first number is all, and sixth data. Calls only what a signal
 * handler may call. */
static struct cap_mapped cap_mapped(void)
{
    char text[256];
    uint64_t field[6] = {0};
    size_t k = 0;
    long page = sysconf(_SC_PAGESIZE);
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 || page <= 0 ? -1 : read(fd, text, sizeof(text));

    for (ssize_t i = 0; i < n && k < 6; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            field[k] = field[k] * 10 + (uint64_t)(text[i] - '0');
        else
            k++;
    }
    if (fd >= 0)
        close(fd);
    return (struct cap_mapped){.all = field[0] * (uint64_t)page, .data = field[5] * (uint64_t)page};
}

static bool cap_is_near(const struct rlimit *limit, uint64_t mapped)
{
    return limit->rlim_cur != RLIM_INFINITY && mapped + CAP_NEAR >= limit->rlim_cur;
}

bool cap_is_reached(void)
{
    struct cap_mapped mapped = cap_mapped();
    struct rlimit all, data;

    return (getrlimit(RLIMIT_AS, &all) == 0 && cap_is_near(&all, mapped.all)) ||
           (getrlimit(RLIMIT_DATA, &data) == 0 && cap_is_near(&data, mapped.data));
}

/* Without --memory the buffers keep to the default; the limit need not. */
static uint64_t cap_wanted(const struct options *options)
{
    uint64_t memory = options->grad.memory > 0 ? options->grad.memory : budget_machine() / 2;

    return size_max(memory, H5GRAD_LEAST_MEMORY);
}

/* For the largest INPUT. */
static uint64_t cap_metadata(const struct options *options)
{
    struct stat input;
    uint64_t largest = 0;
    size_t n = options->n_files > 0 ? options->n_files : 1;

    for (size_t i = 0; i < n; i++) {
        if (stat(options->operands.items[i], &input) == 0 && input.st_size > 0)
            largest = size_max(largest, (uint64_t)input.st_size);
    }
    return size_min(largest, CAP_MOST_BYTES) * CAP_METADATA;
}

/* The whole stack of each thread counts as data, however little of it is used. */
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
        stack = size_max(CAP_STACK, limit.rlim_cur) + SIZE_MIB;
    return size_min(threads, CAP_MOST_THREADS) * size_min(stack, CAP_MOST_BYTES);
}

/* Makes free return blocks to the system: malloc would keep ever larger ones for later, in each
 * thread. */
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
    uint64_t mapped = cap_mapped().data;
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
