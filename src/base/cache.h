/* SPDX-License-Identifier: BSD-3-Clause */
/* How much of the processors' caches a thread may use. */
#ifndef H5GRAD_BASE_CACHE_H
#define H5GRAD_BASE_CACHE_H

#include <stdint.h>

struct cache_sizes {
    uint64_t l2; /* bytes of the level-2 cache of a core */
    uint64_t l3; /* bytes of a processor's share of a level-3 cache; 0: not known */
};

/* Bytes of the level-2 cache of a core; 1 MiB where the system does not say. */
uint64_t hg_cache_l2(void);

/* Both, of the first processor that this process may use. Reads files of the system. */
struct cache_sizes hg_cache_find(void);

/*
 * Bytes of the share that each processor has of the cache of a level (2 or above). folder is where
 * the kernel describes the caches of one processor. All processors that share the cache count, even
 * those that this process may not use: they work for others. 0 when the folder does not say or
 * makes no sense.
 */
uint64_t hg_cache_share(const char *folder, unsigned level);

#endif
