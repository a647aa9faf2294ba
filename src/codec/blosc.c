/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blosc buffers, decoded in the calling thread without shared state.
 *
 * The library is loaded for the first dataset that needs it: loading it and its dependencies takes
 * longer than a small file takes.
 */
#include "codec/filter.h"

#ifdef HAVE_BLOSC

    #include <dlfcn.h>
    #include <pthread.h>

    #include <blosc.h>

    #define BLOSC_OBJECT "libblosc.so.1" /* the interface of blosc.h */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static __typeof__(&blosc_cbuffer_validate) validate;
static __typeof__(&blosc_decompress_ctx) decompress;

static void load(void)
{
    void *object = dlopen(BLOSC_OBJECT, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return;
    /* dlsym returns functions as void *: C has no cast for that, but POSIX defines it. */
    *(void **)&validate = dlsym(object, "blosc_cbuffer_validate");
    *(void **)&decompress = dlsym(object, "blosc_decompress_ctx");
}

static bool is_there(const struct h5_filter *filter)
{
    (void)filter;
    pthread_once(&once, load);
    return validate && decompress;
}

static enum h5grad_status decode(struct codec_call *call)
{
    size_t total;
    if (!is_there(call->filter))
        return hg_error_set(call->err, H5GRAD_FAILED, BLOSC_OBJECT " cannot be loaded");
    if (validate(call->in, call->size, &total) != 0)
        return hg_error_set(call->err, H5GRAD_FAILED, "damaged data: the header is wrong");
    if (total > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    int have = decompress(call->in, call->out, total, 1);
    if (have < 0 || (size_t)have != total)
        return hg_error_set(call->err, H5GRAD_FAILED,
                            "damaged data, or a compressor Blosc lacks here");
    call->out_size = total;
    return H5GRAD_OK;
}

#endif

const struct codec hg_codec_blosc = {
    .id = 32001,
    .name = "blosc",
    .provider = "Blosc; " CODEC_BUILT("libblosc") CODEC_PLUGIN,
#ifdef HAVE_BLOSC
    .version = BLOSC_VERSION_STRING,
    .decode_cost = 1,
    .accepts = is_there,
    .decode = decode,
#endif
};
