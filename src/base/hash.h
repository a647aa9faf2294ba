/* SPDX-License-Identifier: BSD-3-Clause */
/* Fowler, Noll and Vo's hash, 64-bit FNV-1a: tells what was damaged or is another by accident, not
 * by intent. */
#ifndef H5GRAD_BASE_HASH_H
#define H5GRAD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what start is the hash of, with data behind it. */
static inline uint64_t hash_bytes(uint64_t start, const void *data, size_t size)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < size; i++)
        start = (start ^ byte[i]) * UINT64_C(0x100000001b3);
    return start;
}

#endif
