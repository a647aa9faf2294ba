/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of the processors' caches a thread may use. */
#ifndef H5GRAD_BASE_CACHE_H
#define H5GRAD_BASE_CACHE_H

#include <stdint.h>

struct cache_sizes {
    uint64_t l2; /* bytes of a core's level-2 cache */
    uint64_t l3; /* bytes of a processor's share of a level-3 cache; 0: unknown */
};

/* Returns the bytes of a core's level-2 cache; 1 MiB if the system does not say. */
uint64_t hg_cache_l2(void);

/* Returns both sizes of the first processor that this process may use. Reads system files. */
struct cache_sizes hg_cache_find(void);

/*
 * Returns each processor's share, in bytes, of the cache of a level (at least 2). folder: where the
 * kernel describes the caches of one processor. All processors that share the cache count,
 * including those that this process may not use, since others work there. 0 if the folder does not
 * say or makes no sense.
 */
uint64_t hg_cache_share(const char *folder, unsigned level);

#endif
