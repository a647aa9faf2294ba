/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/budget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/parse.h"
#include "base/size.h"
#include "h5grad.h"

/* Resident memory without any buffer: the program, its libraries, what libhdf5 keeps of a file. */
#define PROCESS_MEMORY (10 * SIZE_MIB)

/* The default cap is the available memory divided by DEFAULT_DIVISOR, at most DEFAULT_MAX. */
#define DEFAULT_DIVISOR 4
#define DEFAULT_MAX     (1024 * SIZE_MIB)

/* Returns the least limit of a cgroup and those above it. name: the file of the limit in each
 * folder, whose text is no number if there is no limit. */
static uint64_t cgroup_limit(const char *mount, const char *group, const char *name)
{
    uint64_t least = UINT64_MAX;
    size_t length = strlen(group);
    for (;;) {
        char path[4096];
        char line[64];
        uint64_t limit;
        int n = snprintf(path, sizeof(path), "%s%.*s/%s", mount, (int)length, group, name);
        if (n > 0 && (size_t)n < sizeof(path) && hg_file_first_line(path, line, sizeof(line)) &&
            hg_parse_u64(line, &limit))
            least = size_min(least, limit);
        if (length == 0)
            return least;
        do
            length--;
        while (length > 0 && group[length] != '/');
    }
}

/* Returns the limit behind a line of /proc/self/cgroup, "ID:CONTROLLERS:PATH". Only version 2 has
 * no controllers; beside version 1 it may be mounted one level down. */
static uint64_t cgroup_line_limit(char *line)
{
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group)
        return UINT64_MAX;
    controllers++;
    *group++ = '\0';
    /* the process is outside its cgroup namespace: only the root is visible */
    if (strncmp(group, "/..", 3) == 0)
        *group = '\0';
    if (*controllers == '\0')
        return size_min(cgroup_limit("/sys/fs/cgroup", group, "memory.max"),
                        cgroup_limit("/sys/fs/cgroup/unified", group, "memory.max"));
    char *rest = NULL;
    for (char *c = strtok_r(controllers, ",", &rest); c; c = strtok_r(NULL, ",", &rest)) {
        if (strcmp(c, "memory") == 0)
            return cgroup_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
    }
    return UINT64_MAX;
}

static uint64_t all_cgroups_limit(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file)
        return UINT64_MAX;
    uint64_t least = UINT64_MAX;
    char line[4096];
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        least = size_min(least, cgroup_line_limit(line));
    }
    (void)fclose(file); /* only read */
    return least;
}

uint64_t hg_budget_available(void)
{
    uint64_t least = budget_machine();
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        least = size_min(least, (uint64_t)limit.rlim_cur);
    return size_min(least, all_cgroups_limit());
}

uint64_t hg_budget_default(unsigned processes)
{
    uint64_t all = size_min(DEFAULT_MAX, hg_budget_available() / DEFAULT_DIVISOR);
    return size_max(H5GRAD_LEAST_MEMORY, all / processes);
}

uint64_t hg_budget_buffers(uint64_t cap)
{
    return cap - cap / BUDGET_COORDINATES_DIVISOR - PROCESS_MEMORY;
}

uint64_t hg_budget_cap(uint64_t buffers)
{
    if (buffers > INT64_MAX / 2)
        return INT64_MAX;
    uint64_t needed = buffers + PROCESS_MEMORY;
    uint64_t cap = needed + size_ceil_div(needed, BUDGET_COORDINATES_DIVISOR - 1);
    return size_max(H5GRAD_LEAST_MEMORY, size_round_up(cap, SIZE_MIB));
}
