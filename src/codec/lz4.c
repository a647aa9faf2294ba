/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LZ4 blocks as HDF5's filter frames them: the size of the data (8 bytes, big endian), the size of
 * a block before compression (4 bytes, big endian), then for each block its stored size (4 bytes,
 * big endian) and its bytes. A block whose stored size is its size is not compressed. cd[0], where
 * there is one and it is not 0, is the size of a block.
 */
#include "codec/worker_state.h"

#ifdef HAVE_LZ4

    #include <lz4.h>
    #include <string.h>

    #include "base/size.h"
    #include "codec/bytes.h"
    #include "codec/rows.h"

    #define LZ4_FILTER    32004
    #define HEADER        12
    #define BLOCK_HEADER  4
    #define DEFAULT_BLOCK (UINT32_C(1) << 30)

static bool decode_block(const unsigned char *in, size_t stored, unsigned char *out, size_t size)
{
    if (stored == size) {
        memcpy(out, in, size);
        return true;
    }
    return stored <= LZ4_MAX_INPUT_SIZE && size <= LZ4_MAX_INPUT_SIZE &&
           LZ4_decompress_safe((const char *)in, (char *)out, (int)stored, (int)size) == (int)size;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    const unsigned char *from = in;
    (void)worker;
    (void)filter;
    if (size < HEADER)
        return hg_error_set(err, H5GRAD_FAILED, "shorter than its header");
    uint64_t total = bytes_be64(from);
    size_t block = bytes_be32(from + 8);
    if (total > capacity)
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    if (block == 0 && total > 0)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: blocks of no bytes");

    size_t at = HEADER;
    for (size_t done = 0; done < total;) {
        size_t length = size_min(block, total - done);
        if (size - at < BLOCK_HEADER)
            return hg_error_set(err, H5GRAD_FAILED, "damaged data: it ends early");
        size_t stored = bytes_be32(from + at);
        at += BLOCK_HEADER;
        if (stored > size - at)
            return hg_error_set(err, H5GRAD_FAILED, "damaged data: it ends early");
        if (!decode_block(from + at, stored, (unsigned char *)out + done, length))
            return hg_error_set(err, H5GRAD_FAILED, "damaged data");
        at += stored;
        done += length;
    }
    *out_size = (size_t)total;
    return H5GRAD_OK;
}

/* The stored size; 0 when it does not fit. */
static size_t encode_block(const unsigned char *in, size_t size, unsigned char *out,
                           size_t capacity)
{
    size_t room = size_min(capacity, size - 1);
    int stored = LZ4_compress_default((const char *)in, (char *)out, (int)size, (int)room);
    if (stored > 0)
        return (size_t)stored;
    if (size > capacity)
        return 0;
    memcpy(out, in, size);
    return size;
}

static enum h5grad_status encode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    unsigned char *to = out;
    size_t block = filter->n_cd >= 1 && filter->cd[0] > 0 ? filter->cd[0] : DEFAULT_BLOCK;
    (void)worker;
    (void)err;
    *out_size = 0;
    if (capacity < HEADER)
        return H5GRAD_OK;
    block = size_min(size_min(block, LZ4_MAX_INPUT_SIZE), size);
    bytes_put_be64(to, size);
    bytes_put_be32(to + 8, (uint32_t)block);

    size_t at = HEADER;
    for (size_t done = 0; done < size;) {
        size_t length = size_min(block, size - done);
        if (capacity - at < BLOCK_HEADER)
            return H5GRAD_OK;
        size_t stored = encode_block((const unsigned char *)in + done, length,
                                     to + at + BLOCK_HEADER, capacity - at - BLOCK_HEADER);
        if (stored == 0)
            return H5GRAD_OK;
        bytes_put_be32(to + at, (uint32_t)stored);
        at += BLOCK_HEADER + stored;
        done += length;
    }
    *out_size = at;
    return H5GRAD_OK;
}

static bool parameters(int level, size_t size, struct h5_filter *filter)
{
    (void)size;
    if (level != -1)
        return false;
    hg_codec_begin_filter(&hg_codec_lz4, H5Z_FLAG_OPTIONAL, filter);
    return true;
}

const struct codec hg_codec_lz4 = {
    .id = LZ4_FILTER,
    .name = "lz4",
    .decode = decode,
    .encode = encode,
    .parameters = parameters,
};

#endif
