/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bitshuffle: the bits of the elements sorted by significance, in blocks, each of which may be
 * compressed.
 *
 * Block of n elements, a multiple of 8, of E bytes: bit k of byte b of element i is bit i % 8 of
 * byte ((8 b + k) n + i) / 8. The last block has what is left of the multiples of 8; up to 7
 * elements behind it are stored as they are. With compression there is a header: the size of the
 * data (8 bytes, big endian) and of a block (4 bytes, big endian); each block is preceded by its
 * compressed size (4 bytes, big endian).
 *
 * cd: two version numbers, E, elements per block (0: chosen by E), compression.
 */
#include "codec/worker_state.h"

#include <string.h>
#ifdef HAVE_LZ4
    #include <lz4.h>
#endif

#include "base/size.h"
#include "codec/bytes.h"
#include "codec/rows.h"
#include "codec/shuffle.h"

#define BITSHUFFLE_FILTER 32008
#define HEADER            12
#define BLOCK_HEADER      4
#define BLOCK_BYTES       8192
#define MIN_BLOCK         128

enum compression { COMPRESSION_NONE = 0, COMPRESSION_LZ4 = 2, COMPRESSION_ZSTD = 3 };

struct input {
    struct codec_worker *worker;
    unsigned compression;
    const unsigned char *p;
    size_t left;
};

static unsigned compression(const struct h5_filter *filter)
{
    return filter->n_cd >= 5 ? filter->cd[4] : COMPRESSION_NONE;
}

static bool accepts(const struct h5_filter *filter)
{
    if (filter->n_cd < 3 || filter->cd[2] == 0)
        return false;
    switch (compression(filter)) {
    case COMPRESSION_NONE:
        return true;
#ifdef HAVE_LZ4
    case COMPRESSION_LZ4:
        return true;
#endif
#ifdef HAVE_ZSTD
    case COMPRESSION_ZSTD:
        return true;
#endif
    default:
        return false;
    }
}

static size_t default_block(size_t element)
{
    size_t block = BLOCK_BYTES / element;
    return size_max(block - block % 8, MIN_BLOCK);
}

static uint64_t little_endian(uint64_t x)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? x : __builtin_bswap64(x);
}

/* Transposes 8x8 bits in each eight of bytes: blocks of 1, 2 and 4 across the diagonal change
 * places. */
static void transpose_bits(unsigned char *p, size_t size)
{
#pragma omp simd
    for (size_t i = 0; i < size; i += 8) {
        uint64_t x, t;
        memcpy(&x, p + i, 8);
        x = little_endian(x);
        t = (x ^ x >> 7) & UINT64_C(0x00aa00aa00aa00aa);
        x ^= t ^ t << 7;
        t = (x ^ x >> 14) & UINT64_C(0x0000cccc0000cccc);
        x ^= t ^ t << 14;
        t = (x ^ x >> 28) & UINT64_C(0x00000000f0f0f0f0);
        x ^= t ^ t << 28;
        x = little_endian(x);
        memcpy(p + i, &x, 8);
    }
}

/* A block of n elements. The eight rows of bits of one byte are brought together byte by byte,
 * which makes eights of bytes to transpose; then the planes of bytes are unshuffled. */
static void unshuffle_block(const unsigned char *in, size_t n, size_t element, unsigned char *out,
                            unsigned char *planes)
{
    unsigned char *to = element == 1 ? out : planes;
    for (size_t b = 0; b < element; b++) {
        hg_codec_unshuffle_bytes(8, in + b * n, n, to + b * n);
        transpose_bits(to + b * n, n);
    }
    if (element > 1)
        hg_codec_unshuffle_bytes(element, planes, n * element, out);
}

static enum h5grad_status unpack(const struct input *input, size_t packed, unsigned char *out,
                                 size_t size, struct h5grad_error *err)
{
    size_t have = 0;
    (void)input, (void)packed, (void)out;
#ifdef HAVE_ZSTD
    if (input->compression == COMPRESSION_ZSTD) {
        enum h5grad_status status =
            hg_codec_worker_unzstd(input->worker, input->p, packed, out, size, &have, err);
        if (status != H5GRAD_OK)
            return status;
    }
#endif
#ifdef HAVE_LZ4
    if (input->compression == COMPRESSION_LZ4 && packed <= LZ4_MAX_INPUT_SIZE &&
        size <= LZ4_MAX_INPUT_SIZE) {
        int result =
            LZ4_decompress_safe((const char *)input->p, (char *)out, (int)packed, (int)size);
        have = result > 0 ? (size_t)result : 0;
    }
#endif
    if (have != size)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data");
    return H5GRAD_OK;
}

/* The next size bytes of bit-shuffled data, unpacked where they are packed; NULL with the reason.
 */
static const unsigned char *next_block(struct input *input, size_t size, struct h5grad_error *err)
{
    bool is_packed = input->compression != COMPRESSION_NONE;
    size_t header = is_packed ? BLOCK_HEADER : 0;
    size_t packed = is_packed && input->left >= header ? bytes_be32(input->p) : size;
    if (input->left < header || input->left - header < packed) {
        hg_error_set(err, H5GRAD_FAILED, "damaged data: it ends early");
        return NULL;
    }
    input->p += header;

    const unsigned char *block = input->p;
    if (is_packed) {
        unsigned char *unpacked = hg_codec_worker_space(input->worker, CODEC_OWN_FIRST, size);
        block = unpacked;
        if (!unpacked)
            hg_error_memory(err, size);
        else if (unpack(input, packed, unpacked, size, err) != H5GRAD_OK)
            block = NULL;
    }
    input->p += packed;
    input->left -= header + packed;
    return block;
}

static enum h5grad_status decode_blocks(struct input *input, size_t block, size_t element, size_t n,
                                        unsigned char *out, struct h5grad_error *err)
{
    size_t whole = n - n % 8, rest = n % 8 * element;
    size_t largest = size_min(block, whole) * element;
    unsigned char *planes = hg_codec_worker_space(input->worker, CODEC_OWN_SECOND, largest);
    if (!planes)
        return hg_error_memory(err, largest);
    for (size_t done = 0; done < whole;) {
        size_t count = size_min(block, whole - done);
        const unsigned char *from = next_block(input, count * element, err);
        if (!from)
            return hg_error_status(err);
        unshuffle_block(from, count, element, out + done * element, planes);
        done += count;
    }
    if (input->left < rest)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: it ends early");
    memcpy(out + whole * element, input->p, rest);
    return H5GRAD_OK;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    struct input input = {worker, compression(filter), in, size};
    size_t element = filter->cd[2], block = filter->n_cd >= 4 ? filter->cd[3] : 0;
    uint64_t total = size;
    if (input.compression != COMPRESSION_NONE) {
        if (size < HEADER)
            return hg_error_set(err, H5GRAD_FAILED, "shorter than its header");
        total = bytes_be64(input.p);
        block = bytes_be32(input.p + 8) / element;
        input.p += HEADER;
        input.left -= HEADER;
    }
    if (total > capacity)
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    if (block == 0)
        block = default_block(element);
    if (total % element != 0 || block % 8 != 0)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: not whole elements or blocks");
    *out_size = (size_t)total;
    return decode_blocks(&input, block, element, (size_t)total / element, out, err);
}

const struct codec hg_codec_bitshuffle = {
    .id = BITSHUFFLE_FILTER,
    .name = "bitshuffle",
    .accepts = accepts,
    .decode = decode,
};
