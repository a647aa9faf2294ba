/* SPDX-License-Identifier: BSD-3-Clause */
/* Zstandard frames; cd[0] is the level. */
#include "codec/filter.h"

#ifdef HAVE_ZSTD

    #include <zstd.h>
    #include <zstd_errors.h>

    #include "base/size.h"

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

enum h5grad_status hg_codec_unzstd(struct codec_call *call)
{
    ZSTD_DCtx **reader = &call->worker->zstd_reader;
    if (!*reader && !(*reader = ZSTD_createDCtx()))
        return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    size_t have = ZSTD_decompressDCtx(*reader, call->out, call->capacity, call->in, call->size);
    if (ZSTD_getErrorCode(have) == ZSTD_error_dstSize_tooSmall)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    if (ZSTD_getErrorCode(have) == ZSTD_error_memory_allocation)
        return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a decompressor");
    if (ZSTD_isError(have))
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data: %s", ZSTD_getErrorName(have));
    call->out_size = have;
    return H5GRAD_OK;
}

static int level_of(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 ? (int)filter->cd[0] : ZSTD_CLEVEL_DEFAULT;
}

static enum h5grad_status encode(struct codec_call *call)
{
    ZSTD_CCtx **writer = &call->worker->zstd_writer;
    if (!*writer && !(*writer = ZSTD_createCCtx()))
        return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    size_t have = ZSTD_compressCCtx(*writer, call->out, call->capacity, call->in, call->size,
                                    level_of(call->filter));
    if (ZSTD_getErrorCode(have) == ZSTD_error_memory_allocation)
        return hg_error_set(call->err, H5GRAD_NO_MEMORY, "no memory for a compressor");
    if (ZSTD_isError(have) && ZSTD_getErrorCode(have) != ZSTD_error_dstSize_tooSmall)
        return hg_error_set(call->err, H5GRAD_FAILED, "%s", ZSTD_getErrorName(have));
    call->out_size = ZSTD_isError(have) ? 0 : have;
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

#endif

const struct codec hg_codec_zstd = {
    .id = 32015,
    .name = "zstd",
    .provider = "Zstandard; " CODEC_BUILT("libzstd") CODEC_PLUGIN,
#ifdef HAVE_ZSTD
    .version = ZSTD_VERSION_STRING,
    .choice = CODEC_LEVEL,
    .flags = H5Z_FLAG_OPTIONAL,
    .most_level = LEVELS - 1,
    .default_level = ZSTD_CLEVEL_DEFAULT,
    .most_auto = 3,
    .decode_cost = 1,
    .encode_cost = 1.5F,
    .decode = hg_codec_unzstd,
    .encode = encode,
    .memory = memory,
#endif
};
