/* SPDX-License-Identifier: BSD-3-Clause */
/* The state behind codec/worker.h, for the filters. */
#ifndef H5GRAD_CODEC_WORKER_STATE_H
#define H5GRAD_CODEC_WORKER_STATE_H

#ifdef HAVE_LIBDEFLATE
    #include <libdeflate.h>
#endif
#ifdef HAVE_ZSTD
    #include <zstd.h>
#endif

#include "codec/worker.h"
#include "base/error.h"

#define WORKER_LEVELS 10 /* of deflate: 0 to 9 */

/* All zero to begin with. */
struct codec_worker {
#ifdef HAVE_LIBDEFLATE
    struct libdeflate_decompressor *inflater;
    struct libdeflate_compressor *deflater[WORKER_LEVELS];
#endif
#ifdef HAVE_ZSTD
    ZSTD_DCtx *zstd_reader;
    ZSTD_CCtx *zstd_writer;
#endif
    void *space[CODEC_SPACES];
    uint64_t space_bytes[CODEC_SPACES];
};

#ifdef HAVE_ZSTD
/* ZSTD_decompressDCtx with the worker's context, which is made here; also of bitshuffle's blocks.
 */
enum h5grad_status hg_codec_worker_unzstd(struct codec_worker *worker, const void *in, size_t size,
                                          void *out, size_t capacity, size_t *out_size,
                                          struct h5grad_error *err);
#endif

#endif
