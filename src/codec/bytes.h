/* SPDX-License-Identifier: BSD-3-Clause */
/* Integers of n bytes in the byte orders of the formats, at any alignment. */
#ifndef H5GRAD_CODEC_BYTES_H
#define H5GRAD_CODEC_BYTES_H

#include <stdint.h>

static inline uint64_t bytes_be(const unsigned char *p, unsigned n)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

static inline void bytes_put_be(unsigned char *p, unsigned n, uint64_t value)
{
    for (unsigned i = n; i-- > 0; value >>= 8)
        p[i] = (unsigned char)value;
}

static inline uint32_t bytes_le32(const unsigned char *p)
{
    return __builtin_bswap32((uint32_t)bytes_be(p, 4));
}

static inline void bytes_put_le32(unsigned char *p, uint32_t value)
{
    bytes_put_be(p, 4, __builtin_bswap32(value));
}

#endif
