/* SPDX-License-Identifier: BSD-3-Clause */
/* What a thread may count on of the caches of the processors. */
#ifndef H5GRAD_BASE_CACHE_H
#define H5GRAD_BASE_CACHE_H

#include <stdint.h>

struct cache_sizes {
    uint64_t l2; /* bytes of the level-2 cache of a core */
    uint64_t l3; /* a processor's share of a level-3 cache in bytes; 0: none is known */
};

/* Bytes of the level-2 cache of a core; 1 MiB where the system does not say. */
uint64_t hg_cache_l2(void);

/* Both, of the first processor that this process may use. Reads files of the system. */
struct cache_sizes hg_cache_find(void);

/*
 * The share that each processor has of the cache of a level (2 or above), in bytes, by a folder in
 * which the kernel describes the caches of one processor. All processors that share it count, those
 * that this process may not use too: they work for others. 0 when the folder does not say or makes
 * no sense.
 */
uint64_t hg_cache_share(const char *folder, unsigned level);

#endif
