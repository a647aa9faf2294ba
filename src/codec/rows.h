/* SPDX-License-Identifier: BSD-3-Clause */
/* What a filter is, and the rows of codec.c's table, one per file; those of absent libraries do not
 * exist. */
#ifndef H5GRAD_CODEC_ROWS_H
#define H5GRAD_CODEC_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "hdf5/storage.h"

struct codec_worker;

struct codec {
    H5Z_filter_t id;
    const char *name; /* as in --filter: "gzip", "shuffle", "zstd", ... */

    /* The result is the data with a checksum behind them: encode works in place too (out == in),
     * decode with out == NULL only checks, and getting larger is no reason to skip the filter. */
    bool checksum;

    /* Whether decode and encode know these parameters; to be asked before they are called. NULL:
     * any will do. */
    bool (*accepts)(const struct h5_filter *filter);

    /*
     * Undoes the filter: size bytes of in to at most capacity bytes of out, whose number goes to
     * *out_size. in and out do not overlap. The message of an error says what is wrong with the
     * data; out is then unspecified. NULL: no decoder.
     */
    enum h5grad_status (*decode)(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err);

    /* Does the filter, likewise; *out_size = 0 when the result would not fit into capacity, in
     * which case the chunk is stored without this filter if it is optional. NULL: no encoder. */
    enum h5grad_status (*encode)(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err);

    /* Bytes that encode keeps in the worker after chunks of at most size bytes, at most. NULL: next
     * to none. */
    uint64_t (*memory)(const struct h5_filter *filter, uint64_t size);

    /* All of *filter for a new dataset of points of size bytes and --filter's number after "=", -1
     * when there was none; false when level is out of range, or not taken at all. NULL: not for
     * --filter. */
    bool (*parameters)(int level, size_t size, struct h5_filter *filter);
};

extern const struct codec hg_codec_gzip; /* HAVE_LIBDEFLATE or HAVE_ZLIB */
extern const struct codec hg_codec_shuffle;
extern const struct codec hg_codec_fletcher32;
extern const struct codec hg_codec_szip; /* HAVE_LIBAEC */
extern const struct codec hg_codec_lzf;
extern const struct codec hg_codec_blosc; /* HAVE_BLOSC */
extern const struct codec hg_codec_lz4;   /* HAVE_LZ4 */
extern const struct codec hg_codec_bitshuffle;
extern const struct codec hg_codec_zstd; /* HAVE_ZSTD */

/* Begins the parameters of a new dataset's filter: the row's number and name, the flags, none of
 * cd. */
void hg_codec_begin_filter(const struct codec *codec, unsigned flags, struct h5_filter *filter);

#endif
