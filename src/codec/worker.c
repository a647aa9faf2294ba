/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#ifdef HAVE_LIBDEFLATE
    #include <libdeflate.h>
#endif
#ifdef HAVE_ZSTD
    #include <zstd.h>
#endif

#include "base/memory.h"
#include "codec/filter.h"

struct codec_worker *hg_codec_worker_new(void)
{
    return hg_memory_zeroed(1, sizeof(struct codec_worker));
}

void hg_codec_worker_free(struct codec_worker *worker)
{
    if (!worker)
        return;
#ifdef HAVE_LIBDEFLATE
    if (worker->inflater)
        libdeflate_free_decompressor(worker->inflater);
    for (unsigned i = 0; i < WORKER_LEVELS; i++) {
        if (worker->deflater[i])
            libdeflate_free_compressor(worker->deflater[i]);
    }
#endif
#ifdef HAVE_ZSTD
    ZSTD_freeDCtx(worker->zstd_reader);
    ZSTD_freeCCtx(worker->zstd_writer);
#endif
    hg_codec_worker_release(worker);
    free(worker);
}

void hg_codec_worker_release(struct codec_worker *worker)
{
    for (unsigned i = 0; i < CODEC_SPACES; i++) {
        free(worker->space[i]);
        worker->space[i] = NULL;
        worker->space_bytes[i] = 0;
    }
}

void *hg_codec_worker_space(struct codec_worker *worker, enum codec_space space, uint64_t bytes)
{
    if (!worker->space[space] || worker->space_bytes[space] < bytes) {
        free(worker->space[space]);
        worker->space[space] = hg_memory_aligned(bytes);
        worker->space_bytes[space] = worker->space[space] ? bytes : 0;
    }
    return worker->space[space];
}
