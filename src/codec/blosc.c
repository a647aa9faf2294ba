/* SPDX-License-Identifier: BSD-3-Clause */
/* Blosc buffers, undone by one thread with no state shared between threads. */
#include "codec/worker.h"

#ifdef HAVE_BLOSC

    #include <blosc.h>

    #include "codec/rows.h"

    #define BLOSC_FILTER 32001

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    size_t total;
    (void)worker;
    (void)filter;
    if (blosc_cbuffer_validate(in, size, &total) != 0)
        return error_set(err, H5GRAD_FAILED, "damaged data: the header is wrong");
    if (total > capacity)
        return error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    int have = blosc_decompress_ctx(in, out, total, 1);
    if (have < 0 || (size_t)have != total)
        return error_set(err, H5GRAD_FAILED, "damaged data, or a compressor Blosc lacks here");
    *out_size = total;
    return H5GRAD_OK;
}

const struct codec codec_blosc = {.id = BLOSC_FILTER, .name = "blosc", .decode = decode};

#endif
