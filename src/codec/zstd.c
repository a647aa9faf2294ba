/* SPDX-License-Identifier: BSD-3-Clause */
/* Zstandard frames; cd[0] is the level. */
#include "codec/worker.h"

#ifdef HAVE_ZSTD

    #include <zstd_errors.h>

    #include "codec/rows.h"

    #define ZSTD_FILTER 32015

enum h5grad_status codec_worker_unzstd(struct codec_worker *worker, const void *in, size_t size,
                                       void *out, size_t capacity, size_t *out_size,
                                       struct h5grad_error *err)
{
    if (!worker->zstd_reader)
        worker->zstd_reader = ZSTD_createDCtx();
    if (!worker->zstd_reader)
        return error_set(err, H5GRAD_FAILED, "no memory for a decompressor");
    size_t have = ZSTD_decompressDCtx(worker->zstd_reader, out, capacity, in, size);
    if (ZSTD_getErrorCode(have) == ZSTD_error_dstSize_tooSmall)
        return error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    if (ZSTD_isError(have))
        return error_set(err, H5GRAD_FAILED, "damaged data: %s", ZSTD_getErrorName(have));
    *out_size = have;
    return H5GRAD_OK;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    (void)filter;
    return codec_worker_unzstd(worker, in, size, out, capacity, out_size, err);
}

static enum h5grad_status encode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    int level = filter->n_cd >= 1 ? (int)filter->cd[0] : ZSTD_CLEVEL_DEFAULT;
    if (!worker->zstd_writer)
        worker->zstd_writer = ZSTD_createCCtx();
    if (!worker->zstd_writer)
        return error_set(err, H5GRAD_FAILED, "no memory for a compressor");
    size_t have = ZSTD_compressCCtx(worker->zstd_writer, out, capacity, in, size, level);
    if (ZSTD_isError(have) && ZSTD_getErrorCode(have) != ZSTD_error_dstSize_tooSmall)
        return error_set(err, H5GRAD_FAILED, "%s", ZSTD_getErrorName(have));
    *out_size = ZSTD_isError(have) ? 0 : have;
    return H5GRAD_OK;
}

static bool parameters(int level, size_t size, struct h5_filter *filter)
{
    (void)size;
    if (level != -1 && (level < 1 || level > ZSTD_maxCLevel()))
        return false;
    codec_begin_filter(&codec_zstd, H5Z_FLAG_OPTIONAL, filter);
    filter->n_cd = 1;
    filter->cd[0] = level == -1 ? ZSTD_CLEVEL_DEFAULT : (unsigned)level;
    return true;
}

const struct codec codec_zstd = {
    .id = ZSTD_FILTER,
    .name = "zstd",
    .decode = decode,
    .encode = encode,
    .parameters = parameters,
};

#endif
