/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LZ4 blocks as HDF5's filter frames them: the size of the data (8 bytes, big endian), the size of
 * a block before compression (4 bytes, big endian), then for each block its stored size (4 bytes,
 * big endian) and its bytes. A block whose stored size is its size is not compressed. cd[0], where
 * there is one and it is not 0, is the size of a block.
 */
#include "codec/filter.h"

#ifdef HAVE_LZ4

    #include <lz4.h>
    #include <string.h>

    #include "base/size.h"
    #include "codec/bytes.h"

    #define HEADER        12
    #define BLOCK_HEADER  4
    #define DEFAULT_BLOCK (UINT32_C(1) << 30)

bool hg_codec_unlz4(const void *in, size_t packed, void *out, size_t size)
{
    return packed <= LZ4_MAX_INPUT_SIZE && size <= LZ4_MAX_INPUT_SIZE &&
           LZ4_decompress_safe(in, out, (int)packed, (int)size) == (int)size;
}

static enum h5grad_status decode(struct codec_call *call)
{
    const unsigned char *in = call->in;
    unsigned char *out = call->out;
    size_t left = call->size;
    if (left < HEADER)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_SHORT);
    uint64_t total = bytes_be(in, 8);
    size_t block = bytes_be(in + 8, 4);
    if (total > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    if (block == 0 && total > 0)
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data: blocks of no bytes");

    in += HEADER;
    left -= HEADER;
    for (size_t done = 0; done < total;) {
        size_t length = size_min(block, total - done);
        if (left < BLOCK_HEADER || bytes_be(in, 4) > left - BLOCK_HEADER)
            return hg_error_set(call->err, H5GRAD_FAILED, CODEC_CUT);
        size_t stored = bytes_be(in, 4);
        in += BLOCK_HEADER;
        if (stored == length)
            memcpy(out + done, in, length);
        else if (!hg_codec_unlz4(in, stored, out + done, length))
            return hg_error_set(call->err, H5GRAD_FAILED, "damaged data");
        in += stored;
        left -= BLOCK_HEADER + stored;
        done += length;
    }
    call->out_size = (size_t)total;
    return H5GRAD_OK;
}

/* Returns the stored size; 0 if it does not fit. */
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

static enum h5grad_status encode(struct codec_call *call)
{
    const struct h5_filter *filter = call->filter;
    const unsigned char *in = call->in;
    unsigned char *out = call->out;
    size_t block = filter->n_cd >= 1 && filter->cd[0] > 0 ? filter->cd[0] : DEFAULT_BLOCK;
    call->out_size = 0;
    if (call->capacity < HEADER)
        return H5GRAD_OK;
    block = size_min(size_min(block, LZ4_MAX_INPUT_SIZE), call->size);
    bytes_put_be(out, 8, call->size);
    bytes_put_be(out + 8, 4, block);

    size_t at = HEADER;
    for (size_t done = 0; done < call->size;) {
        size_t length = size_min(block, call->size - done), left = call->capacity - at;
        if (left < BLOCK_HEADER)
            return H5GRAD_OK;
        size_t stored =
            encode_block(in + done, length, out + at + BLOCK_HEADER, left - BLOCK_HEADER);
        if (stored == 0)
            return H5GRAD_OK;
        bytes_put_be(out + at, 4, stored);
        at += BLOCK_HEADER + stored;
        done += length;
    }
    call->out_size = at;
    return H5GRAD_OK;
}

#endif

const struct codec hg_codec_lz4 = {
    .id = 32004,
    .name = "lz4",
    .provider = "LZ4; " CODEC_BUILT("liblz4") CODEC_PLUGIN,
#ifdef HAVE_LZ4
    .version = LZ4_VERSION_STRING,
    .choice = CODEC_PLAIN,
    .flags = H5Z_FLAG_OPTIONAL,
    .decode_cost = 0.5F,
    .encode_cost = 1,
    .decode = decode,
    .encode = encode,
#endif
};
