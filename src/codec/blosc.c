/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Blosc buffers, undone by one thread with no state shared between threads.
 *
 * The library is loaded when the first dataset needs it: with all that it needs in turn it takes
 * longer to load than a small file takes to do.
 */
#include "codec/worker_state.h"

#ifdef HAVE_BLOSC

    #include <dlfcn.h>
    #include <pthread.h>

    #include <blosc.h>

    #include "codec/rows.h"

    #define BLOSC_FILTER 32001
    #define BLOSC_OBJECT "libblosc.so.1" /* the interface that blosc.h describes */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static __typeof__(&blosc_cbuffer_validate) validate;
static __typeof__(&blosc_decompress_ctx) decompress;

static void load(void)
{
    void *object = dlopen(BLOSC_OBJECT, RTLD_NOW | RTLD_LOCAL);
    if (!object)
        return;
    /* dlsym returns functions as void *: C has no cast for that, POSIX says what it means. */
    *(void **)&validate = dlsym(object, "blosc_cbuffer_validate");
    *(void **)&decompress = dlsym(object, "blosc_decompress_ctx");
}

static bool is_there(const struct h5_filter *filter)
{
    (void)filter;
    pthread_once(&once, load);
    return validate && decompress;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    size_t total;
    (void)worker;
    if (!is_there(filter))
        return hg_error_set(err, H5GRAD_FAILED, BLOSC_OBJECT " cannot be loaded");
    if (validate(in, size, &total) != 0)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data: the header is wrong");
    if (total > capacity)
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    int have = decompress(in, out, total, 1);
    if (have < 0 || (size_t)have != total)
        return hg_error_set(err, H5GRAD_FAILED, "damaged data, or a compressor Blosc lacks here");
    *out_size = total;
    return H5GRAD_OK;
}

const struct codec hg_codec_blosc = {
    .id = BLOSC_FILTER,
    .name = "blosc",
    .accepts = is_there,
    .decode = decode,
};

#endif
