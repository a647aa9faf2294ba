/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IEEE 754 arithmetic by integers: each operation rounded once to nearest even, even in a test
 * compiled with flags that do without that. Numbers of both formats are held as doubles.
 */
#ifndef H5GRAD_TESTS_IEEE_H
#define H5GRAD_TESTS_IEEE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum ieee { IEEE_FLOAT, IEEE_DOUBLE };

#define IEEE_SIGN     (UINT64_C(1) << 63)
#define IEEE_INFINITY (UINT64_C(0x7ff) << 52)
#define IEEE_NAN      (UINT64_C(0x7ff8) << 48)
#define IEEE_HIDDEN   (UINT64_C(1) << 52)

/* A finite number: (-1)^negative significand 2^exponent. The last bit of a significand that was cut
 * off is set if any bit after it was. */
struct ieee_parts {
    bool negative;
    uint64_t significand;
    int exponent;
};

static inline uint64_t ieee_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double ieee_double(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline bool ieee_is_nan(double value)
{
    return (ieee_bits(value) & ~IEEE_SIGN) > IEEE_INFINITY;
}

static inline bool ieee_is_infinite(double value)
{
    return (ieee_bits(value) & ~IEEE_SIGN) == IEEE_INFINITY;
}

static inline double ieee_negative(double value)
{
    return ieee_double(ieee_bits(value) ^ IEEE_SIGN);
}

static inline struct ieee_parts ieee_split(double value)
{
    uint64_t bits = ieee_bits(value);
    uint64_t fraction = bits & (IEEE_HIDDEN - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    struct ieee_parts parts = {.negative = bits >> 63, .significand = fraction, .exponent = -1074};
    if (exponent > 0) {
        parts.significand |= IEEE_HIDDEN;
        parts.exponent = exponent - 1075;
    }
    return parts;
}

/* Returns the number of the format that is nearest to parts, the even one of two. */
static inline double ieee_join(enum ieee format, struct ieee_parts parts)
{
    const int digits = format == IEEE_FLOAT ? 24 : 53;
    const int least = format == IEEE_FLOAT ? -149 : -1074, end = format == IEEE_FLOAT ? 128 : 1024;
    uint64_t significand = parts.significand;
    int exponent = parts.exponent, length = 0;
    while (length < 64 && significand >> length != 0)
        length++;
    int drop = length - digits > least - exponent ? length - digits : least - exponent;
    if (drop > 64) {
        significand = 0;
    } else if (drop > 0) {
        uint64_t half = UINT64_C(1) << (drop - 1);
        uint64_t rest = significand & (half | (half - 1));
        significand = drop < 64 ? significand >> drop : 0;
        significand += rest > half || (rest == half && significand & 1);
        exponent += drop;
    }
    uint64_t sign = parts.negative ? IEEE_SIGN : 0;
    if (significand == 0)
        return ieee_double(sign);
    if (significand == 2 * IEEE_HIDDEN) {
        significand >>= 1;
        exponent++;
    }
    for (; significand < IEEE_HIDDEN && exponent > -1074; exponent--)
        significand <<= 1;
    if (exponent + 53 > end)
        return ieee_double(sign | IEEE_INFINITY);
    uint64_t biased = significand < IEEE_HIDDEN ? 0 : (uint64_t)(exponent + 1075);
    return ieee_double(sign | biased << 52 | (significand & (IEEE_HIDDEN - 1)));
}

static inline double ieee_round(enum ieee format, double value)
{
    if (ieee_is_nan(value) || ieee_is_infinite(value))
        return value;
    return ieee_join(format, ieee_split(value));
}

static inline uint64_t ieee_cut(uint64_t significand, int shift)
{
    if (shift > 63)
        return significand != 0;
    return significand >> shift | ((significand & ((UINT64_C(1) << shift) - 1)) != 0);
}

/* Gives both one exponent, with a bit for the carry. If bits of the small one are lost, the sum
 * still has ten more than are kept. */
static inline void ieee_align(struct ieee_parts *large, struct ieee_parts *small)
{
    large->significand <<= 10;
    large->exponent -= 10;
    int shift = large->exponent - small->exponent;
    small->significand =
        shift > 0 ? ieee_cut(small->significand, shift) : small->significand << -shift;
    small->exponent = large->exponent;
}

static inline double ieee_add(enum ieee format, double a, double b)
{
    if (ieee_is_nan(a) || ieee_is_nan(b))
        return ieee_double(IEEE_NAN);
    if (ieee_is_infinite(a) || ieee_is_infinite(b)) {
        if (ieee_is_infinite(a) && ieee_is_infinite(b) && ieee_bits(a) != ieee_bits(b))
            return ieee_double(IEEE_NAN);
        return ieee_is_infinite(a) ? a : b;
    }
    struct ieee_parts x = ieee_split(a), y = ieee_split(b);
    if (x.exponent >= y.exponent)
        ieee_align(&x, &y);
    else
        ieee_align(&y, &x);
    bool less = x.significand < y.significand;
    struct ieee_parts sum = x;
    if (x.negative == y.negative) {
        sum.significand += y.significand;
    } else {
        sum.significand = less ? y.significand - x.significand : x.significand - y.significand;
        sum.negative = sum.significand != 0 && (less ? y.negative : x.negative);
    }
    return ieee_join(format, sum);
}

static inline double ieee_subtract(enum ieee format, double a, double b)
{
    return ieee_add(format, a, ieee_negative(b));
}

/* Shifts the significand so that its first bit is the highest of 53. */
static inline void ieee_normalize(struct ieee_parts *parts)
{
    for (; parts->significand != 0 && parts->significand < IEEE_HIDDEN; parts->exponent--)
        parts->significand <<= 1;
}

static inline double ieee_multiply(enum ieee format, double a, double b)
{
    struct ieee_parts x = ieee_split(a), y = ieee_split(b);
    uint64_t sign = (ieee_bits(a) ^ ieee_bits(b)) & IEEE_SIGN;
    if (ieee_is_nan(a) || ieee_is_nan(b))
        return ieee_double(IEEE_NAN);
    if (ieee_is_infinite(a) || ieee_is_infinite(b)) {
        bool zero = x.significand == 0 || y.significand == 0;
        return ieee_double(zero ? IEEE_NAN : sign | IEEE_INFINITY);
    }
    ieee_normalize(&x);
    ieee_normalize(&y);
    /* In halves of 27 and 26 bits. */
    const uint64_t mask = (1 << 26) - 1;
    uint64_t high = (x.significand >> 26) * (y.significand >> 26);
    uint64_t middle = (x.significand >> 26) * (y.significand & mask) +
                      (x.significand & mask) * (y.significand >> 26);
    uint64_t low = (x.significand & mask) * (y.significand & mask);
    middle += low >> 26;
    high = ((high << 9) + (middle >> 17)) | ((middle & ((1 << 17) - 1)) != 0 || (low & mask) != 0);
    return ieee_join(format, (struct ieee_parts){.negative = sign != 0,
                                                 .significand = high,
                                                 .exponent = x.exponent + y.exponent + 43});
}

static inline double ieee_divide(enum ieee format, double a, double b)
{
    struct ieee_parts x = ieee_split(a), y = ieee_split(b);
    uint64_t sign = (ieee_bits(a) ^ ieee_bits(b)) & IEEE_SIGN;
    bool zeros = x.significand == 0 && y.significand == 0;
    if (ieee_is_nan(a) || ieee_is_nan(b) || zeros || (ieee_is_infinite(a) && ieee_is_infinite(b)))
        return ieee_double(IEEE_NAN);
    if (ieee_is_infinite(a) || y.significand == 0)
        return ieee_double(sign | IEEE_INFINITY);
    if (ieee_is_infinite(b))
        return ieee_double(sign);
    ieee_normalize(&x);
    ieee_normalize(&y);
    /* Digits of 11 bits. */
    uint64_t quotient = x.significand / y.significand, rest = x.significand % y.significand;
    for (unsigned digit = 0; digit < 5; digit++) {
        quotient = quotient << 11 | (rest << 11) / y.significand;
        rest = (rest << 11) % y.significand;
    }
    return ieee_join(format, (struct ieee_parts){.negative = sign != 0,
                                                 .significand = quotient | (rest != 0),
                                                 .exponent = x.exponent - y.exponent - 55});
}

#endif
