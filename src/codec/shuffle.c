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
#include "codec/filter.h"

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

/* Loops over constants, to be unrolled so that the vectors stay in registers. */
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

/* Functions with one body for both directions, compiled for each: undo is a constant. */
#define BOTH_WAYS static inline __attribute__((always_inline)) void

/* Moves n elements, a multiple of LANES; the byte planes are stride bytes apart. */
BOTH_WAYS move_vectors(bool undo, size_t element, const uint8_t *in, uint8_t *out, size_t n,
                       size_t stride)
{
    unsigned times = undo ? (unsigned)__builtin_ctzl(element) : 4;
    for (size_t i = 0; i < n; i += LANES) {
        lanes v[16];
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(&v[k], in + (undo ? k * stride + i : i * element + k * LANES), LANES);
        interleave(v, element, times);
        UNROLL
        for (size_t k = 0; k < element; k++)
            memcpy(out + (undo ? i * element + k * LANES : k * stride + i), &v[k], LANES);
    }
}

/* Sixteen planes a power of two apart share the sets of the L1 cache, so each piece is made in a
 * buffer first. */
static void shuffle_sixteen(const uint8_t *in, uint8_t *out, size_t n, size_t stride)
{
    uint8_t stage[STAGE];
    for (size_t i = 0; i < n;) {
        size_t piece = size_min(n - i, STAGE / 16);
        move_vectors(false, 16, in + 16 * i, stage, piece, piece);
        for (size_t b = 0; b < 16; b++)
            memcpy(out + b * stride + i, stage + b * piece, piece);
        i += piece;
    }
}

/* Moves elements first to n, of any size, in pieces that stay in the L1 cache. */
BOTH_WAYS move_any(bool undo, size_t element, const uint8_t *in, uint8_t *out, size_t first,
                   size_t n)
{
    size_t piece = element < STAGE ? STAGE / element : 1;
    for (size_t i = first; i < n; i += piece) {
        size_t end = size_min(n, i + piece);
        for (size_t b = 0; b < element; b++) {
            for (size_t k = i; k < end; k++) {
                size_t whole = k * element + b, plane = b * n + k;
                out[undo ? whole : plane] = in[undo ? plane : whole];
            }
        }
    }
}

BOTH_WAYS move_bytes(bool undo, size_t element, const uint8_t *in, size_t size, uint8_t *out)
{
    size_t n = size / element, done = n - n % LANES, rest = size % element;
    if (element == 1)
        memcpy(out, in, size);
    else if (element == 2)
        move_vectors(undo, 2, in, out, done, n);
    else if (element == 4)
        move_vectors(undo, 4, in, out, done, n);
    else if (element == 8)
        move_vectors(undo, 8, in, out, done, n);
    else if (element == 16 && undo)
        move_vectors(undo, 16, in, out, done, n);
    else if (element == 16)
        shuffle_sixteen(in, out, done, n);
    else
        done = 0;
    move_any(undo, element, in, out, done, n);
    memcpy(out + size - rest, in + size - rest, rest);
}

void hg_codec_shuffle_bytes(size_t element, const void *in, size_t size, void *out)
{
    move_bytes(false, element, in, size, out);
}

void hg_codec_unshuffle_bytes(size_t element, const void *in, size_t size, void *out)
{
    move_bytes(true, element, in, size, out);
}

static bool accepts(const struct h5_filter *filter)
{
    return filter->n_cd >= 1 && filter->cd[0] > 0;
}

static enum h5grad_status decode(struct codec_call *call)
{
    if (call->size > call->capacity)
        return hg_error_set(call->err, H5GRAD_FAILED, CODEC_TOO_LARGE);
    hg_codec_unshuffle_bytes(call->filter->cd[0], call->in, call->size, call->out);
    call->out_size = call->size;
    return H5GRAD_OK;
}

static enum h5grad_status encode(struct codec_call *call)
{
    call->out_size = call->size <= call->capacity ? call->size : 0;
    hg_codec_shuffle_bytes(call->filter->cd[0], call->in, call->out_size, call->out);
    return H5GRAD_OK;
}

const struct codec hg_codec_shuffle = {
    .id = H5Z_FILTER_SHUFFLE,
    .name = "shuffle",
    .provider = "shuffle; the HDF5 library",
    .choice = CODEC_POINT_SIZE,
    .flags = H5Z_FLAG_OPTIONAL,
    .decode_cost = 0.2F,
    .encode_cost = 0.2F,
    .accepts = accepts,
    .decode = decode,
    .encode = encode,
};
