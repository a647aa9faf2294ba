/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of codec.c's table, one per file; those of absent libraries do not exist. */
#ifndef H5GRAD_CODEC_ROWS_H
#define H5GRAD_CODEC_ROWS_H

#include "codec/codec.h"

extern const struct codec codec_gzip; /* HAVE_LIBDEFLATE or HAVE_ZLIB */
extern const struct codec codec_shuffle;
extern const struct codec codec_fletcher32;
extern const struct codec codec_szip; /* HAVE_LIBAEC */
extern const struct codec codec_lzf;
extern const struct codec codec_blosc; /* HAVE_BLOSC */
extern const struct codec codec_lz4;   /* HAVE_LZ4 */
extern const struct codec codec_bitshuffle;
extern const struct codec codec_zstd; /* HAVE_ZSTD */

/* Begins the parameters of a new dataset's filter: the row's number and name, the flags, none of
 * cd. */
void codec_begin_filter(const struct codec *codec, unsigned flags, struct h5_filter *filter);

#endif
