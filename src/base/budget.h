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

/* Bytes of memory this process may use: the machine's, its cgroup's (v1 and v2) or RLIMIT_AS,
 * whichever is least. */
uint64_t hg_budget_available(void);

/* The cap on resident memory where the caller gives none. */
uint64_t hg_budget_default(void);

/* The part of a cap on resident memory that coordinates may have: one in so many. */
#define BUDGET_COORDINATES_SHARE 16

/* What a cap, of H5GRAD_LEAST_MEMORY at least, leaves for the buffers of a field when the program
 * itself and coordinates have theirs. */
uint64_t hg_budget_buffers(uint64_t cap);

/* The least cap of whole MiB that leaves so many bytes for buffers. */
uint64_t hg_budget_cap(uint64_t buffers);

#endif
