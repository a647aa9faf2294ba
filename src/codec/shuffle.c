/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shuffle: the bytes of the elements sorted by significance.
 *
 * Elements of E = 2, 4, 8, 16 bytes are done 16 at a time, in E vectors of 16 bytes. Interleaving
 * the first half of the 16 E bytes with their second half moves the byte at address a to the
 * address whose bits are those of a rotated left by one. Shuffling 16 elements is the move from
 * (i, b), i = 0..15 in the upper four bits, to (b, i): a rotation by four, so four interleavings.
 * Unshuffling them is a rotation by log2 E.
 */
#include "codec/shuffle.h"

#include <stdint.h>
#include <string.h>

#include "base/size.h"
#include "codec/rows.h"

#define LANES 16 /* elements per step, bytes per vector */
#define STAGE 4096

typedef uint8_t lanes __attribute__((vector_size(LANES)));

#ifdef __clang__
    #define INTERLEAVE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
    #define UNROLL                _Pragma("unroll")
#else
    #define INTERLEAVE(a, b, ...) __builtin_shuffle(a, b, (lanes){__VA_ARGS__})
    #define UNROLL                _Pragma("GCC unroll 16")
#endif

/* Both loops below are over constants and must be unrolled for the vectors to stay in registers. */
static inline __attribute__((always_inline)) void interleave(lanes *v, size_t n, unsigned times)
{
    UNROLL
    for (unsigned t = 0; t < times; t++) {
        lanes w[16];
        UNROLL
        for (size_t k = 0; k < n / 2; k++) {
            lanes a = v[k], b = v[k + n / 2];
            w[2 * k] = INTERLEAVE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            w[2 * k + 1] =
                INTERLEAVE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        UNROLL
        for (size_t k = 0; k < n; k++)
            v[k] = w[k];
    }
}

/* n elements, a multiple of LANES; the byte planes are stride bytes apart. */
static inline __attribute__((always_inline)) void shuffle_vectors(size_t element, const uint8_t *in,
                                                                  uint8_t *out, size_t n,
                                                                  size_t stride)
{
    for (size_t i = 0; i < n; i += LANES) {
        lanes v[16];
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(&v[k], in + i * element + k * LANES, LANES);
        interleave(v, element, 4);
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(out + k * stride + i, &v[k], LANES);
    }
}

static inline __attribute__((always_inline)) void unshuffle_vectors(size_t element,
                                                                    unsigned log2_element,
                                                                    const uint8_t *in, uint8_t *out,
                                                                    size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i += LANES) {
        lanes v[16];
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(&v[k], in + k * stride + i, LANES);
        interleave(v, element, log2_element);
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(out + i * element + k * LANES, &v[k], LANES);
    }
}

/* Sixteen planes a power of two apart share the sets of the L1 cache: each piece of them is made
 * in a buffer first. */
static void shuffle_sixteen(const uint8_t *in, uint8_t *out, size_t n, size_t stride)
{
    uint8_t stage[STAGE];
    for (size_t i = 0; i < n;) {
        size_t piece = size_min(n - i, STAGE / 16);
        shuffle_vectors(16, in + 16 * i, stage, piece, piece);
        for (size_t b = 0; b < 16; b++)
            memcpy(out + b * stride + i, stage + b * piece, piece);
        i += piece;
    }
}

/* Elements from first to n, any size, in pieces that stay in the L1 cache. */
static void shuffle_any(size_t element, const uint8_t *in, uint8_t *out, size_t first, size_t n)
{
    size_t piece = element < STAGE ? STAGE / element : 1;
    for (size_t i = first; i < n; i += piece) {
        size_t end = size_min(n, i + piece);
        for (size_t b = 0; b < element; b++) {
            for (size_t k = i; k < end; k++)
                out[b * n + k] = in[k * element + b];
        }
    }
}

static void unshuffle_any(size_t element, const uint8_t *in, uint8_t *out, size_t first, size_t n)
{
    size_t piece = element < STAGE ? STAGE / element : 1;
    for (size_t i = first; i < n; i += piece) {
        size_t end = size_min(n, i + piece);
        for (size_t b = 0; b < element; b++) {
            for (size_t k = i; k < end; k++)
                out[k * element + b] = in[b * n + k];
        }
    }
}

void hg_codec_shuffle_bytes(size_t element, const void *in, size_t size, void *out)
{
    const uint8_t *from = in;
    uint8_t *to = out;
    size_t n = size / element, done = n - n % LANES, rest = size % element;

    if (element == 1)
        memcpy(to, from, size);
    else if (element == 2)
        shuffle_vectors(2, from, to, done, n);
    else if (element == 4)
        shuffle_vectors(4, from, to, done, n);
    else if (element == 8)
        shuffle_vectors(8, from, to, done, n);
    else if (element == 16)
        shuffle_sixteen(from, to, done, n);
    else
        done = 0;
    shuffle_any(element, from, to, done, n);
    memcpy(to + size - rest, from + size - rest, rest);
}

void hg_codec_unshuffle_bytes(size_t element, const void *in, size_t size, void *out)
{
    const uint8_t *from = in;
    uint8_t *to = out;
    size_t n = size / element, done = n - n % LANES, rest = size % element;

    if (element == 1)
        memcpy(to, from, size);
    else if (element == 2)
        unshuffle_vectors(2, 1, from, to, done, n);
    else if (element == 4)
        unshuffle_vectors(4, 2, from, to, done, n);
    else if (element == 8)
        unshuffle_vectors(8, 3, from, to, done, n);
    else if (element == 16)
        unshuffle_vectors(16, 4, from, to, done, n);
    else
        done = 0;
    unshuffle_any(element, from, to, done, n);
    memcpy(to + size - rest, from + size - rest, rest);
}

static bool accepts(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 && filter->cd[0] > 0;
}

static enum h5grad_status decode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    (void)worker;
    if (size > capacity)
        return hg_error_set(err, H5GRAD_FAILED, "more data than the chunk holds");
    hg_codec_unshuffle_bytes(filter->cd[0], in, size, out);
    *out_size = size;
    return H5GRAD_OK;
}

static enum h5grad_status encode(struct codec_worker *worker, const struct h5_filter *filter,
                                 const void *in, size_t size, void *out, size_t capacity,
                                 size_t *out_size, struct h5grad_error *err)
{
    (void)worker;
    (void)err;
    *out_size = 0;
    if (size <= capacity) {
        hg_codec_shuffle_bytes(filter->cd[0], in, size, out);
        *out_size = size;
    }
    return H5GRAD_OK;
}

static bool parameters(int level, size_t size, struct h5_filter *filter)
{
    if (level != -1 || size == 0 || size > UINT32_MAX)
        return false;
    hg_codec_begin_filter(&hg_codec_shuffle, H5Z_FLAG_OPTIONAL, filter);
    filter->n_cd = 1;
    filter->cd[0] = (unsigned)size;
    return true;
}

const struct codec hg_codec_shuffle = {
    .id = H5Z_FILTER_SHUFFLE,
    .name = "shuffle",
    .accepts = accepts,
    .decode = decode,
    .encode = encode,
    .parameters = parameters,
};
