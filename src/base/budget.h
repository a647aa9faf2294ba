/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory there is, and what a cap on it leaves for buffers. Any thread. */
#ifndef H5GRAD_BASE_BUDGET_H
#define H5GRAD_BASE_BUDGET_H

#include <stdint.h>
#include <unistd.h>

/* Bytes of the machine's memory; UINT64_MAX where the system does not say. */
static inline uint64_t budget_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : UINT64_MAX;
}

/* Returns how many bytes this process may use: the machine's memory, its cgroup's (v1 and v2) or
 * RLIMIT_AS, whichever is least. */
uint64_t hg_budget_available(void);

/* Returns the cap on resident memory that holds unless the caller gives one, for one of so many
 * processes that share the machine. */
uint64_t hg_budget_default(unsigned processes);

/* Coordinates get the cap on resident memory divided by this. */
#define BUDGET_COORDINATES_DIVISOR 16

/* Returns what a cap, of at least H5GRAD_LEAST_MEMORY, leaves for the buffers of a field after the
 * program itself and coordinates. */
uint64_t hg_budget_buffers(uint64_t cap);

/* Returns the least cap, in whole MiB, that leaves so many bytes for buffers. */
uint64_t hg_budget_cap(uint64_t buffers);

#endif
