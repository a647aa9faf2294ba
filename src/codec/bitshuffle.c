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
#include <string.h>

#include "base/size.h"
#include "codec/bytes.h"
#include "codec/filter.h"
#include "codec/shuffle.h"

#define HEADER       12
#define BLOCK_HEADER 4
#define BLOCK_BYTES  8192
#define MIN_BLOCK    128

enum compression { COMPRESSION_NONE = 0, COMPRESSION_LZ4 = 2, COMPRESSION_ZSTD = 3 };

/* The rest of a call's bytes. */
struct input {
    const struct codec_call *call;
    unsigned compression;
    const unsigned char *p;
    size_t left;
};

static unsigned compression(const struct h5_filter *filter)
{
    return filter->n_cd >= 5 ? filter->cd[4] : COMPRESSION_NONE;
}

/* True if this build can undo it. */
static bool is_known(unsigned compression)
{
    switch (compression) {
    case COMPRESSION_NONE:
#ifdef HAVE_LZ4
    case COMPRESSION_LZ4:
#endif
#ifdef HAVE_ZSTD
    case COMPRESSION_ZSTD:
#endif
        return true;
    default:
        return false;
    }
}

static bool accepts(const struct h5_filter *filter)
{
    return filter->n_cd >= 3 && filter->cd[2] != 0 && is_known(compression(filter));
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

/* Transposes 8x8 bits in each group of 8 bytes, swapping blocks of 1, 2 and 4 across the
 * diagonal. */
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

/* Unshuffles a block of n elements. Bytewise shuffling brings together the eight rows of bits of
 * each byte, which makes groups of 8 bytes to transpose; then the planes of bytes are
 * unshuffled. */
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

/* Unpacks packed bytes to exactly size bytes of out. */
static enum h5grad_status unpack_block(const struct input *input, size_t packed, unsigned char *out,
                                       size_t size)
{
    struct codec_call block = *input->call;
    block.in = input->p;
    block.size = packed;
    block.out = out;
    block.capacity = size;
    block.out_size = 0;
#ifdef HAVE_ZSTD
    if (input->compression == COMPRESSION_ZSTD) {
        enum h5grad_status status = hg_codec_unzstd(&block);
        if (status != H5GRAD_OK)
            return status;
    }
#endif
#ifdef HAVE_LZ4
    if (input->compression == COMPRESSION_LZ4 && hg_codec_unlz4(input->p, packed, out, size))
        block.out_size = size;
#endif
    return block.out_size == size ? H5GRAD_OK
                                  : hg_error_set(block.err, H5GRAD_FAILED, "damaged data");
}

/* Returns the next size bytes of bit-shuffled data, unpacked if they are packed; NULL with the
 * reason. */
static const unsigned char *next_block(struct input *input, size_t size)
{
    struct h5grad_error *err = input->call->err;
    bool is_packed = input->compression != COMPRESSION_NONE;
    size_t header = is_packed ? BLOCK_HEADER : 0;
    size_t packed = is_packed && input->left >= header ? bytes_be(input->p, 4) : size;
    if (input->left < header || input->left - header < packed) {
        hg_error_set(err, H5GRAD_FAILED, CODEC_CUT);
        return NULL;
    }
    input->p += header;

    const unsigned char *block = input->p;
    if (is_packed) {
        unsigned char *unpacked = hg_codec_worker_space(input->call->worker, CODEC_OWN_FIRST, size);
        block = unpacked;
        if (!unpacked)
            hg_error_memory(err, size);
        else if (unpack_block(input, packed, unpacked, size) != H5GRAD_OK)
            block = NULL;
    }
    input->p += packed;
    input->left -= header + packed;
    return block;
}

static enum h5grad_status decode_blocks(struct input *input, size_t block, size_t element, size_t n)
{
    struct h5grad_error *err = input->call->err;
    unsigned char *out = input->call->out;
    size_t whole = n - n % 8, rest = n % 8 * element;
    size_t largest = size_min(block, whole) * element;
    unsigned char *planes = hg_codec_worker_space(input->call->worker, CODEC_OWN_SECOND, largest);
    if (!planes)
        return hg_error_memory(err, largest);
    for (size_t done = 0; done < whole;) {
        size_t count = size_min(block, whole - done);
        const unsigned char *from = next_block(input, count * element);
        if (!from)
            return hg_error_status(err);
        unshuffle_block(from, count, element, out + done * element, planes);
        done += count;
    }
    if (input->left < rest)
        return hg_error_set(err, H5GRAD_FAILED, CODEC_CUT);
    memcpy(out + whole * element, input->p, rest);
    return H5GRAD_OK;
}

static enum h5grad_status decode(struct codec_call *call)
{
    const struct h5_filter *filter = call->filter;
    struct input input = {call, compression(filter), call->in, call->size};
    size_t element = filter->cd[2], block = filter->n_cd >= 4 ? filter->cd[3] : 0;
    uint64_t total = call->size;
    if (input.compression != COMPRESSION_NONE) {
        if (call->size < HEADER)
            return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_SHORT);
        total = bytes_be(input.p, 8);
        block = bytes_be(input.p + 8, 4) / element;
        input.p += HEADER;
        input.left -= HEADER;
    }
    if (total > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    if (block == 0)
        block = default_block(element);
    if (total % element != 0 || block % 8 != 0)
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data: not whole elements or blocks");
    call->out_size = (size_t)total;
    return decode_blocks(&input, block, element, (size_t)total / element);
}

const struct codec hg_codec_bitshuffle = {
    .id = 32008,
    .name = "bitshuffle",
    .provider = "bitshuffle; " CODEC_BUILT("liblz4 and libzstd") CODEC_PLUGIN,
    .decode_cost = 1,
    .accepts = accepts,
    .decode = decode,
};
