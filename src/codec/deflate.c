/* SPDX-License-Identifier: BSD-3-Clause */
/* Deflate in zlib's format, by libdeflate, or by zlib where there is no libdeflate. */
#include "codec/filter.h"

#ifdef HAVE_LIBDEFLATE
    #include <libdeflate.h>
#else
    #include <zlib.h>
#endif

#define DEFAULT_LEVEL 4 /* as in h5py, netCDF's nccopy and most guides */

/* Of libdeflate 1.14 at level 2 and above; zlib takes little more than 256 KiB. */
#define ENCODER_BYTES ((uint64_t)704 << 10)

static enum h5grad_status fail_decompressor(struct codec_call *call)
{
    return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
}

static enum h5grad_status fail_compressor(struct codec_call *call)
{
    return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a compressor");
}

#ifdef HAVE_LIBDEFLATE

    #define LIBRARY "libdeflate " LIBDEFLATE_VERSION_STRING

static enum h5grad_status decode(struct codec_call *call)
{
    struct libdeflate_decompressor **inflater = &call->worker->inflater;
    if (!*inflater && !(*inflater = libdeflate_alloc_decompressor()))
        return fail_decompressor(call);
    switch (libdeflate_zlib_decompress(*inflater, call->in, call->size, call->out, call->capacity,
                                       &call->out_size)) {
    case LIBDEFLATE_SUCCESS:
        return H5GRAD_OK;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    default:
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data");
    }
}

static enum h5grad_status encode(struct codec_call *call)
{
    unsigned level = call->filter->cd[0];
    struct libdeflate_compressor **deflater = &call->worker->deflater[level];
    if (!*deflater && !(*deflater = libdeflate_alloc_compressor((int)level)))
        return fail_compressor(call);
    call->out_size =
        libdeflate_zlib_compress(*deflater, call->in, call->size, call->out, call->capacity);
    return H5GRAD_OK;
}

#else

    #define LIBRARY "zlib " ZLIB_VERSION

static enum h5grad_status decode(struct codec_call *call)
{
    uLongf have = (uLongf)call->capacity;
    switch (uncompress(call->out, &have, call->in, (uLong)call->size)) {
    case Z_OK:
        call->out_size = (size_t)have;
        return H5GRAD_OK;
    case Z_MEM_ERROR:
        return fail_decompressor(call);
    case Z_BUF_ERROR:
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    default:
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data");
    }
}

static enum h5grad_status encode(struct codec_call *call)
{
    uLongf have = (uLongf)call->capacity;
    int result = compress2(call->out, &have, call->in, (uLong)call->size, (int)call->filter->cd[0]);
    if (result == Z_MEM_ERROR)
        return fail_compressor(call);
    call->out_size = result == Z_OK ? (size_t)have : 0;
    return H5GRAD_OK;
}

#endif

/* Like libhdf5, refuses other levels in both directions. */
static bool accepts(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 && filter->cd[0] <= 9;
}

static uint64_t memory(const struct h5_filter *filter, uint64_t size)
{
    (void)filter, (void)size;
    return ENCODER_BYTES;
}

const struct codec hg_codec_gzip = {
    .id = H5Z_FILTER_DEFLATE,
    .name = "gzip",
    .version = LIBRARY,
    .provider = "gzip; " CODEC_BUILT("libdeflate") "an HDF5 library built with zlib",
    .choice = CODEC_LEVEL,
    .flags = H5Z_FLAG_OPTIONAL,
    .most_level = 9,
    .default_level = DEFAULT_LEVEL,
    .most_auto = 4,
    .decode_cost = 2,
    .encode_cost = 9,
    .accepts = accepts,
    .decode = decode,
    .encode = encode,
    .memory = memory,
};
