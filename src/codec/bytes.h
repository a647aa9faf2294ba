/* SPDX-License-Identifier: BSD-3-Clause */
/* Integers in the byte orders of the formats, at any alignment. */
#ifndef H5GRAD_CODEC_BYTES_H
#define H5GRAD_CODEC_BYTES_H

#include <stdint.h>

static inline uint32_t bytes_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t bytes_be64(const unsigned char *p)
{
    return (uint64_t)bytes_be32(p) << 32 | bytes_be32(p + 4);
}

static inline uint32_t bytes_le32(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline void bytes_put_be32(unsigned char *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> (24 - 8 * i));
}

static inline void bytes_put_be64(unsigned char *p, uint64_t value)
{
    bytes_put_be32(p, (uint32_t)(value >> 32));
    bytes_put_be32(p + 4, (uint32_t)value);
}

static inline void bytes_put_le32(unsigned char *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> 8 * i);
}

#endif
