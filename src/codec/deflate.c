/* SPDX-License-Identifier: BSD-3-Clause */
/* Deflate in zlib's format, by libdeflate, or by zlib where there is no libdeflate. */
#include "codec/worker_state.h"

#if defined(HAVE_LIBDEFLATE) || defined(HAVE_ZLIB)

    #ifndef HAVE_LIBDEFLATE
        #include <zlib.h>
    #endif

    #include "codec/rows.h"

    #define DEFAULT_LEVEL 4 /* that of h5py, netCDF's nccopy and most guides */

    /* Of libdeflate 1.14 at level 2 and above; zlib takes 256 KiB and a little. */
    #define ENCODER_BYTES ((uint64_t)704 << 10)

    #ifdef HAVE_LIBDEFLATE

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    (void)filter;
    if (!worker->inflater)
        worker->inflater = libdeflate_alloc_decompressor();
    if (!worker->inflater)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    switch (libdeflate_zlib_decompress(worker->inflater, in, size, out, capacity, out_size)) {
    case LIBDEFLATE_SUCCESS:
        return H5GRAD_OK;
    case LIBDEFLATE_INSUFFICIENT_SPACE:
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    default:
        return hg_error_set(err, H5GRAD_FAILED, "damaged data");
    }
}

static enum h5grad_status compress_chunk(struct codec_worker *worker, unsigned level,
                                         const void *in, size_t size, void *out, size_t capacity,
                                         size_t *out_size, struct h5grad_error *err)
{
    struct libdeflate_compressor **deflater = &worker->deflater[level];
    if (!*deflater)
        *deflater = libdeflate_alloc_compressor((int)level);
    if (!*deflater)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    *out_size = libdeflate_zlib_compress(*deflater, in, size, out, capacity);
    return H5GRAD_OK;
}

    #else

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    uLongf have = (uLongf)capacity;
    (void)worker;
    (void)filter;
    switch (uncompress(out, &have, in, (uLong)size)) {
    case Z_OK:
        *out_size = (size_t)have;
        return H5GRAD_OK;
    case Z_MEM_ERROR:
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    case Z_BUF_ERROR:
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    default:
        return hg_error_set(err, H5GRAD_FAILED, "damaged data");
    }
}

static enum h5grad_status compress_chunk(struct codec_worker *worker, unsigned level,
                                         const void *in, size_t size, void *out, size_t capacity,
                                         size_t *out_size, struct h5grad_error *err)
{
    uLongf have = (uLongf)capacity;
    int result = compress2(out, &have, in, (uLong)size, (int)level);
    (void)worker;
    if (result == Z_MEM_ERROR)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    *out_size = result == Z_OK ? (size_t)have : 0;
    return H5GRAD_OK;
}

    #endif

static enum h5grad_status encode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    return compress_chunk(worker, filter->cd[0], in, size, out, capacity, out_size, err);
}

/* As libhdf5, which refuses other levels in both directions. */
static bool accepts(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 && filter->cd[0] <= 9;
}

static uint64_t memory(const struct h5_filter *filter, uint64_t size)
{
    (void)filter;
    (void)size;
    return ENCODER_BYTES;
}

static bool parameters(int level, size_t size, struct h5_filter *filter)
{
    (void)size;
    if (level != -1 && (level < 1 || level > 9))
        return false;
    hg_codec_begin_filter(&hg_codec_gzip, H5Z_FLAG_OPTIONAL, filter);
    filter->n_cd = 1;
    filter->cd[0] = level == -1 ? DEFAULT_LEVEL : (unsigned)level;
    return true;
}

const struct codec hg_codec_gzip = {
    .id = H5Z_FILTER_DEFLATE,
    .name = "gzip",
    .accepts = accepts,
    .decode = decode,
    .encode = encode,
    .memory = memory,
    .parameters = parameters,
};

#endif
