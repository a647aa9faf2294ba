/* SPDX-License-Identifier: BSD-3-Clause */
/* 64-bit FNV-1a, the hash of Fowler, Noll and Vo: detects accidental damage and differences, not
 * intent. */
#ifndef H5GRAD_BASE_HASH_H
#define H5GRAD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* Block of hash_large: passing data to hash_piece in pieces of this size, each hash as the start of
 * the next, gives the same hash. */
#define HASH_PIECE ((size_t)1 << 16)

/* Continues the hash start with data. */
static inline uint64_t hash_bytes(uint64_t start, const void *data, size_t size)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < size; i++)
        start = (start ^ byte[i]) * HASH_PRIME;
    return start;
}

/* Another hash, several times as fast: words go to four hashes in turn. */
static inline uint64_t hash_piece(uint64_t start, const void *data, size_t size)
{
    const unsigned char *from = data;
    uint64_t lane[4] = {start, start ^ 1, start ^ 2, start ^ 3}, word[4];
    for (; size >= sizeof word; from += sizeof word, size -= sizeof word) {
        memcpy(word, from, sizeof word);
        for (unsigned i = 0; i < 4; i++) {
            lane[i] = (lane[i] ^ word[i]) * HASH_PRIME;
            lane[i] ^= lane[i] >> 32;
        }
    }
    return hash_bytes(hash_bytes(start, lane, sizeof lane), from, size);
}

static inline uint64_t hash_large(uint64_t start, const void *data, size_t size)
{
    const unsigned char *from = data;
    for (; size > HASH_PIECE; from += HASH_PIECE, size -= HASH_PIECE)
        start = hash_piece(start, from, HASH_PIECE);
    return hash_piece(start, from, size);
}

#endif
