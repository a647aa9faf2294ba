/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libhdf5's cache of a file's metadata (headers, chunk indices): up to 32 MiB per file by default,
 * whatever memory there is. Within hg_enter.
 */
#ifndef H5GRAD_LIBHDF5_METADATA_CACHE_H
#define H5GRAD_LIBHDF5_METADATA_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "libhdf5/h5.h"

/* Limits the cache to a small share of memory bytes (0: no limit) and to libhdf5's default, by a
 * file access list or for an open file. False on failure. */
bool hg_metadata_cache_choose(hid_t list, uint64_t memory);
bool hg_metadata_cache_limit(hid_t file, uint64_t memory);

#endif
