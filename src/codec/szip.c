/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Szip: the size of the data (4 bytes, little endian), then CCSDS 121.0-B adaptive entropy codes,
 * undone by libaec.
 *
 * Szip knows samples of up to 24 bits, and of 32 and 64 bits, which are shuffled and coded by the
 * byte. The samples come in lines, each filled up to whole blocks with samples to be dropped.
 * libaec has a function for all of this, szlib.h's, but that one does not say when the data end
 * early.
 *
 * cd: options, samples per block, bits per sample, samples per line.
 */
#include "codec/filter.h"

#ifdef HAVE_LIBAEC

    #include <libaec.h>
    #include <string.h>

    #include "base/size.h"
    #include "codec/bytes.h"
    #include "codec/shuffle.h"

    #define HEADER           4
    #define MAX_SAMPLES      32  /* per block */
    #define MAX_BLOCKS       128 /* per line */
    #define OPTION_MSB_FIRST 16
    #define OPTION_PREDICTED 32

enum { CD_OPTIONS, CD_BLOCK, CD_BITS, CD_LINE, CD_COUNT };

struct shape {
    unsigned word;    /* bytes of a shuffled word; 1: not shuffled */
    unsigned bits;    /* of a sample */
    size_t sample;    /* bytes of a sample */
    size_t line;      /* bytes of a line */
    size_t full_line; /* including its padding */
    size_t blocks;    /* per line */
};

static bool accepts(const struct h5_filter *filter)
{
    unsigned block = filter->cd[CD_BLOCK], bits = filter->cd[CD_BITS], line = filter->cd[CD_LINE];
    return filter->n_cd >= CD_COUNT && block >= 2 && block <= MAX_SAMPLES && block % 2 == 0 &&
           ((bits >= 1 && bits <= 24) || bits == 32 || bits == 64) && line >= block &&
           line <= block * MAX_BLOCKS;
}

static struct shape shape_of(const struct h5_filter *filter)
{
    struct shape shape;
    unsigned bits = filter->cd[CD_BITS], block = filter->cd[CD_BLOCK];
    shape.word = bits > 24 ? bits / 8 : 1;
    shape.bits = bits > 24 ? 8 : bits;
    shape.sample = shape.bits > 16 ? 4 : shape.bits > 8 ? 2 : 1;
    shape.line = filter->cd[CD_LINE] * shape.sample;
    shape.blocks = (size_t)size_ceil_div(filter->cd[CD_LINE], block);
    shape.full_line = shape.blocks * block * shape.sample;
    return shape;
}

/* Decodes exactly size bytes. */
static enum h5grad_status decode_samples(const struct codec_call *call, const struct shape *shape,
                                         unsigned char *out, size_t size)
{
    const struct h5_filter *filter = call->filter;
    struct aec_stream stream = {
        .next_in = (const unsigned char *)call->in + HEADER,
        .avail_in = call->size - HEADER,
        .next_out = out,
        .avail_out = size,
        .bits_per_sample = shape->bits,
        .block_size = filter->cd[CD_BLOCK],
        .rsi = (unsigned)shape->blocks,
    };
    if (filter->cd[CD_OPTIONS] & OPTION_MSB_FIRST)
        stream.flags |= AEC_DATA_MSB;
    if (filter->cd[CD_OPTIONS] & OPTION_PREDICTED)
        stream.flags |= AEC_DATA_PREPROCESS;
    int result = aec_buffer_decode(&stream);
    if (result == AEC_MEM_ERROR)
        return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a decoder");
    if (result != AEC_OK || stream.total_out != size)
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data");
    return H5GRAD_OK;
}

/* Moves the lines together, in place, dropping their padding. */
static void drop_filling(const struct shape *shape, unsigned char *p, size_t size)
{
    for (size_t to = shape->line, from = shape->full_line; to < size;) {
        memmove(p + to, p + from, size_min(shape->line, size - to));
        to += shape->line;
        from += shape->full_line;
    }
}

static enum h5grad_status decode(struct codec_call *call)
{
    struct shape shape = shape_of(call->filter);
    if (call->size < HEADER)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_SHORT);
    size_t total = bytes_le32(call->in);
    if (total > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    if (total % shape.sample != 0 || total % shape.word != 0)
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data: not whole samples");

    call->out_size = total;
    if (total == 0)
        return H5GRAD_OK;
    size_t gaps = (total - 1) / shape.line;
    size_t filled = total + gaps * (shape.full_line - shape.line);
    unsigned char *samples = call->out;
    if (shape.word > 1 || filled > total)
        samples = hg_codec_worker_space(call->worker, CODEC_OWN_FIRST, filled);
    if (!samples)
        return hg_error_memory(call->err, filled);
    enum h5grad_status status = decode_samples(call, &shape, samples, filled);
    if (status != H5GRAD_OK)
        return status;
    if (filled > total)
        drop_filling(&shape, samples, total);
    if (samples != call->out)
        hg_codec_unshuffle_bytes(shape.word, samples, total, call->out);
    return H5GRAD_OK;
}

#endif

const struct codec hg_codec_szip = {
    .id = H5Z_FILTER_SZIP,
    .name = "szip",
    .provider = "szip; " CODEC_BUILT("libaec") "an HDF5 library built with szip",
#ifdef HAVE_LIBAEC
    .version = "libaec",
    .decode_cost = 6,
    .accepts = accepts,
    .decode = decode,
#endif
};
