/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The metadata of a file (headers, indices of chunks) that libhdf5 keeps in memory: by itself up to
 * 32 MiB of each file, whatever there is. Within hg_enter.
 */
#ifndef H5GRAD_LIBHDF5_METADATA_CACHE_H
#define H5GRAD_LIBHDF5_METADATA_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "libhdf5/h5.h"

/* Gives it a small share of so many bytes (0: any number), and no more than it takes by itself: by
 * a list of file access, and of a file that is open. False where that cannot be set. */
bool hg_metadata_cache_choose(hid_t list, uint64_t memory);
bool hg_metadata_cache_limit(hid_t file, uint64_t memory);

#endif
