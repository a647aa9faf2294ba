/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scalars are converted piece by piece. Those in the other byte order, and those that would be
 * overwritten before they are read, pass through a buffer that stays in the first-level cache.
 */
#include <string.h>

#include "stencil/clones.h"
#include "stencil/convert.h"

#define PIECE_BYTES 8192

/* Halves are converted without branches, so that the loops can be vectorised: where one side of a
 * choice is computed in floating point, it is made by mask, for compilers would branch around that.
 */

STENCIL_BODY float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

STENCIL_BODY uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

STENCIL_BODY double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

STENCIL_BODY uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

STENCIL_BODY float value_of_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t rest = half & 0x7fff;
    /* The bias of the exponent is 127, not 15. Infinity and NaN have the greatest exponent. */
    const uint32_t special = rest >= 0x7c00 ? UINT32_C(112) << 23 : 0;
    const uint32_t normal = (rest << 13) + (UINT32_C(112) << 23) + special;
    const uint32_t small = bits_of_float((float)(int32_t)rest * 0x1p-24F);
    const uint32_t is_small = 0 - (uint32_t)(rest < 0x400);
    return float_of_bits(sign | (small & is_small) | (normal & ~is_small));
}

STENCIL_BODY float value_of_bfloat(uint16_t bfloat)
{
    return float_of_bits((uint32_t)bfloat << 16);
}

/* Rounds to nearest even: adding just under half of the last place kept, and one more if that place
 * is odd, carries into it, and from there into the exponent and up to infinity. Subnormal halves
 * are rounded by an addition to a number whose last place is that of a subnormal half. */
STENCIL_BODY uint16_t half_of_float(float value)
{
    const uint32_t bits = bits_of_float(value);
    const uint32_t sign = (bits >> 16) & 0x8000;
    const uint32_t rest = bits & UINT32_C(0x7fffffff);
    const uint32_t based = rest - (UINT32_C(112) << 23);
    const uint32_t normal = (based + 0xfff + ((based >> 13) & 1)) >> 13;
    const uint32_t small = bits_of_float(float_of_bits(rest) + 0x1p-1F) - bits_of_float(0x1p-1F);
    const uint32_t nan = 0x7e00 | ((rest >> 13) & 0x3ff);
    const uint32_t special = rest > bits_of_float(__builtin_inff()) ? nan : 0x7c00;
    const uint32_t is_small = 0 - (uint32_t)(rest < bits_of_float(0x1p-14F));
    const uint32_t finite = (small & is_small) | (normal & ~is_small);
    return (uint16_t)(sign | (rest >= bits_of_float(0x1p16F) ? special : finite));
}

/* Like half_of_float; by way of float a value would be rounded twice. */
STENCIL_BODY uint16_t half_of_double(double value)
{
    const uint64_t bits = bits_of_double(value);
    const uint64_t sign = (bits >> 48) & 0x8000;
    const uint64_t rest = bits & UINT64_C(0x7fffffffffffffff);
    const uint64_t based = rest - (UINT64_C(1008) << 52);
    const uint64_t normal = (based + UINT64_C(0x1ffffffffff) + ((based >> 42) & 1)) >> 42;
    const uint64_t small = bits_of_double(double_of_bits(rest) + 0x1p28) - bits_of_double(0x1p28);
    const uint64_t nan = 0x7e00 | ((rest >> 42) & 0x3ff);
    const uint64_t special = rest > bits_of_double(__builtin_inf()) ? nan : 0x7c00;
    const uint64_t is_small = 0 - (uint64_t)(rest < bits_of_double(0x1p-14));
    const uint64_t finite = (small & is_small) | (normal & ~is_small);
    return (uint16_t)(sign | (rest >= bits_of_double(0x1p16) ? special : finite));
}

#define CONVERT_BITS        int8_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    I8_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint8_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    U8_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        int16_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    I16_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint16_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    U16_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        int32_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    I32_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint32_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    U32_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        int64_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    I64_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint64_t
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    U64_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint16_t
#define CONVERT_VALUE(bits) value_of_half(bits)
#define CONVERT_NAME(to)    F16_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        uint16_t
#define CONVERT_VALUE(bits) value_of_bfloat(bits)
#define CONVERT_NAME(to)    BF16_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        float
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    F32_to_##to
#include "stencil/convert_template.h"

#define CONVERT_BITS        double
#define CONVERT_VALUE(bits) (bits)
#define CONVERT_NAME(to)    F64_to_##to
#include "stencil/convert_template.h"

#define SWAP(bits)                                                                                 \
    static STENCIL_CLONES void swap_##bits(const unsigned char *restrict in,                       \
                                           unsigned char *restrict out, size_t n)                  \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            uint##bits##_t scalar;                                                                 \
            memcpy(&scalar, in + i * sizeof(scalar), sizeof(scalar));                              \
            scalar = __builtin_bswap##bits(scalar);                                                \
            memcpy(out + i * sizeof(scalar), &scalar, sizeof(scalar));                             \
        }                                                                                          \
    }

SWAP(16)
SWAP(32)
SWAP(64)
#undef SWAP

/* Copies n scalars of size bytes, the bytes of each reversed if swapped. */
static void fetch(size_t size, bool swapped, const unsigned char *in, unsigned char *out, size_t n)
{
    if (!swapped || size == 1)
        memcpy(out, in, n * size);
    else if (size == 2)
        swap_16(in, out, n);
    else if (size == 4)
        swap_32(in, out, n);
    else
        swap_64(in, out, n);
}

void hg_convert_decode(enum element stored, bool swapped, enum element arithmetic, const void *in,
                       void *out, size_t n)
{
    static const struct {
        void (*to_float)(const unsigned char *restrict in, void *restrict out, size_t n);
        void (*to_double)(const unsigned char *restrict in, void *restrict out, size_t n);
    } decoders[ELEMENT_COUNT] = {
#define DECODER_ROW(name, type, text, arithmetic) [ELEMENT_##name] = {name##_to_F32, name##_to_F64},
        ELEMENT_LIST(DECODER_ROW)
#undef DECODER_ROW
    };
    const size_t size = hg_element_size(stored);
    const size_t out_size = hg_element_size(arithmetic);
    const bool fetched = swapped || in == out;
    if (in == out && stored == arithmetic && !swapped)
        return;
    for (size_t done = 0; done < n;) {
        unsigned char buffer[PIECE_BYTES];
        const unsigned char *from = (const unsigned char *)in + done * size;
        unsigned char *to = (unsigned char *)out + done * out_size;
        size_t count = n - done < PIECE_BYTES / size ? n - done : PIECE_BYTES / size;
        if (fetched)
            fetch(size, swapped, from, buffer, count);
        if (arithmetic == ELEMENT_F32)
            decoders[stored].to_float(fetched ? buffer : from, to, count);
        else
            decoders[stored].to_double(fetched ? buffer : from, to, count);
        done += count;
    }
}

static STENCIL_CLONES void halves_of_floats(const float *restrict in, uint16_t *restrict out,
                                            size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = half_of_float(in[i]);
}

static STENCIL_CLONES void halves_of_doubles(const double *restrict in, uint16_t *restrict out,
                                             size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = half_of_double(in[i]);
}

void hg_convert_to_half(enum element arithmetic, const void *in, void *out, size_t n)
{
    enum { PIECE = PIECE_BYTES / sizeof(uint16_t) };
    for (size_t done = 0; done < n;) {
        uint16_t buffer[PIECE];
        size_t count = n - done < PIECE ? n - done : PIECE;
        if (arithmetic == ELEMENT_F32)
            halves_of_floats((const float *)in + done, buffer, count);
        else
            halves_of_doubles((const double *)in + done, buffer, count);
        memcpy((unsigned char *)out + done * sizeof(uint16_t), buffer, count * sizeof(uint16_t));
        done += count;
    }
}
