/* SPDX-License-Identifier: BSD-3-Clause */
/* Zstandard frames; cd[0] is the level. */
#include "codec/worker_state.h"

#ifdef HAVE_ZSTD

    #include <zstd_errors.h>

    #include "base/size.h"
    #include "codec/rows.h"

    #define ZSTD_FILTER 32015

    #define BLOCK_BYTES  ((uint64_t)128 << 10) /* ZSTD_BLOCKSIZE_MAX */
    #define FIXED_BYTES  ((uint64_t)256 << 10)
    #define LEAST_WINDOW ((uint64_t)1 << 10)
    #define MOST_WINDOW  ((uint64_t)1 << 27)
    #define LEVELS       23

/* What the tables of a level for matches take at most, 4 (2^H + 2^C) bytes, in MiB: H and C are
 * "hashLog" and "chainLog" in the first list of zstd's lib/compress/clevels.h, for chunks above
 * 256 KiB; the lists for smaller ones have no larger tables. Level 0 stands for negative ones. */
static const uint16_t table_mib[LEVELS] = {1,  1,  1,  1,  2,  3,  4,  6,  6,   12,  24, 24,
                                           48, 48, 48, 64, 64, 64, 64, 80, 160, 320, 640};

enum h5grad_status hg_codec_worker_unzstd(struct codec_worker *worker, const void *in, size_t size,
                                          void *out, size_t capacity, size_t *out_size,
                                          struct h5grad_error *err)
{
    if (!worker->zstd_reader)
        worker->zstd_reader = ZSTD_createDCtx();
    if (!worker->zstd_reader)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    size_t have = ZSTD_decompressDCtx(worker->zstd_reader, out, capacity, in, size);
    if (ZSTD_getErrorCode(have) == ZSTD_error_dstSize_tooSmall)
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    if (ZSTD_getErrorCode(have) == ZSTD_error_memory_allocation)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    if (ZSTD_isError(have))
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: %s", ZSTD_getErrorName(have));
    *out_size = have;
    return H5GRAD_OK;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    (void)filter;
    return hg_codec_worker_unzstd(worker, in, size, out, capacity, out_size, err);
}

static int level_of(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 ? (int)filter->cd[0] : ZSTD_CLEVEL_DEFAULT;
}

static enum h5grad_status encode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    if (!worker->zstd_writer)
        worker->zstd_writer = ZSTD_createCCtx();
    if (!worker->zstd_writer)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    size_t have = ZSTD_compressCCtx(worker->zstd_writer, out, capacity, in, size, level_of(filter));
    if (ZSTD_getErrorCode(have) == ZSTD_error_memory_allocation)
        return hg_error_set(err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    if (ZSTD_isError(have) && ZSTD_getErrorCode(have) != ZSTD_error_dstSize_tooSmall)
        return hg_error_set(err, H5GRAD_FAILED, "%s", ZSTD_getErrorName(have));
    *out_size = ZSTD_isError(have) ? 0 : have;
    return H5GRAD_OK;
}

/*
 * zstd reduces the window W to the next power of 2 of the size, and H and C to log W + 1: no table
 * has more than 2 W entries of 4 bytes. Besides there are the bytes and the sequences of a block,
 * of which one in three bytes may begin one, and a table for matches of 3 bytes: less than 12 bytes
 * for each of a block; and statistics. ZSTD_sizeof_CCtx of zstd 1.5.4 tells no more than the sum.
 */
static uint64_t memory(const struct h5_filter *filter, uint64_t size)
{
    int level = level_of(filter) == 0 ? ZSTD_CLEVEL_DEFAULT : level_of(filter);
    uint64_t tables = (uint64_t)table_mib[level < 0 ? 0 : size_min((unsigned)level, LEVELS - 1)]
                      << 20;
    uint64_t window = LEAST_WINDOW;
    while (window < size_min(size, MOST_WINDOW))
        window *= 2;
    return size_min(tables, 16 * window) + 12 * size_min(window, BLOCK_BYTES) + FIXED_BYTES;
}

static bool parameters(int level, size_t size, struct h5_filter *filter)
{
    (void)size;
    if (level != -1 && (level < 1 || level > ZSTD_maxCLevel()))
        return false;
    hg_codec_begin_filter(&hg_codec_zstd, H5Z_FLAG_OPTIONAL, filter);
    filter->n_cd = 1;
    filter->cd[0] = level == -1 ? ZSTD_CLEVEL_DEFAULT : (unsigned)level;
    return true;
}

const struct codec hg_codec_zstd = {
    .id = ZSTD_FILTER,
    .name = "zstd",
    .decode = decode,
    .encode = encode,
    .memory = memory,
    .parameters = parameters,
};

#endif
