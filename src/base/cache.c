/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cache.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parse.h"
#include "base/size.h"

/* Number of caches of a processor to look at; x86 has four. */
#define INDEXES 8

/* Bounds of a credible level-2 cache, whatever a virtual machine says. */
#define LEAST_L2 (UINT64_C(256) << 10)
#define MOST_L2  (UINT64_C(16) << 20)

/* Counts the processors of a list like "0-3,8,10-11"; 0 if it is malformed. */
static uint64_t count_listed(char *list)
{
    uint64_t count = 0, low, high;
    char *rest = NULL;
    for (char *range = strtok_r(list, ",", &rest); range; range = strtok_r(NULL, ",", &rest)) {
        char *dash = strchr(range, '-');
        if (dash)
            *dash = '\0';
        if (!hg_parse_u64(range, &low) || !hg_parse_u64(dash ? dash + 1 : range, &high) ||
            high < low || !size_add(count, high - low, &count) || !size_add(count, 1, &count))
            return 0;
    }
    return count;
}

static bool read_fact(const char *folder, unsigned index, const char *name, char *line, size_t size)
{
    char path[512];
    int n = snprintf(path, sizeof path, "%s/index%u/%s", folder, index, name);
    return n > 0 && (size_t)n < sizeof path && hg_file_first_line(path, line, size);
}

uint64_t hg_cache_share(const char *folder, unsigned level)
{
    char line[1024];
    uint64_t number, size;
    for (unsigned index = 0; index < INDEXES; index++) { /* levels come in any order */
        if (!read_fact(folder, index, "level", line, sizeof line) || !hg_parse_u64(line, &number) ||
            number != level)
            continue;
        if (!read_fact(folder, index, "size", line, sizeof line) || !hg_parse_size(line, &size) ||
            !read_fact(folder, index, "shared_cpu_list", line, sizeof line))
            return 0;
        uint64_t processors = count_listed(line);
        return processors > 0 ? size / processors : 0;
    }
    return 0;
}

/* Finds the folder where the kernel describes the caches of the first processor that this process
 * may use. */
static void find_folder(char *folder, size_t size)
{
    cpu_set_t allowed;
    unsigned first = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        while (first + 1 < CPU_SETSIZE && !CPU_ISSET(first, &allowed))
            first++;
    }
    (void)snprintf(folder, size, "/sys/devices/system/cpu/cpu%u/cache", first);
}

uint64_t hg_cache_l2(void)
{
    uint64_t bytes = 0;
    /* sysconf knows it only on x86 */
#ifdef _SC_LEVEL2_CACHE_SIZE
    long known = sysconf(_SC_LEVEL2_CACHE_SIZE);
    bytes = known > 0 ? (uint64_t)known : 0;
#endif
    char folder[64];
    if (bytes == 0) {
        find_folder(folder, sizeof folder);
        bytes = hg_cache_share(folder, 2);
    }
    return bytes ? size_max(LEAST_L2, size_min(bytes, MOST_L2)) : UINT64_C(1) << 20;
}

struct cache_sizes hg_cache_find(void)
{
    char folder[64];
    find_folder(folder, sizeof folder);
    return (struct cache_sizes){.l2 = hg_cache_l2(), .l3 = hg_cache_share(folder, 3)};
}
