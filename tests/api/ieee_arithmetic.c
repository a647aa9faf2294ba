/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tests whether the flags that compile this keep to IEEE 754: the exit status is 0, or the number
 * of the first property that does not hold, which is printed. configure and flags.sh run it.
 */
#include <float.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Volatile, so that the compiler cannot compute with them. */
static volatile double one = 1, zero = 0, third = 3, five = 5, least = DBL_MIN;
static volatile float one_float = 1, least_float = FLT_MIN;
static const char *volatile tenth = "0.1";

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Returns whether the product of a * b - c is rounded, where it is not exact. */
static int rounds_products(void)
{
    double a = one + 0x1p-30;
    double c = one + 0x1p-29;
    float a_float = one_float + 0x1p-12F;
    float c_float = one_float + 0x1p-11F;
    double difference = a * a - c;
    float difference_float = a_float * a_float - c_float;

    return bits_of(difference) == 0 && bits_of((double)difference_float) == 0;
}

static int divides(void)
{
    double quotient[8];
    double divisor = third;

    for (int i = 0; i < 8; i++)
        quotient[i] = (five + i) / divisor;
    return quotient[0] == 0x1.aaaaaaaaaaaabp+0 && five / 3 == 0x1.aaaaaaaaaaaabp+0;
}

static int keeps_order(void)
{
    double half = one / 2;
    double sum = half + 0x1p53;

    return bits_of(sum - 0x1p53) == 0;
}

static int keeps_signed_zeros(void)
{
    double negative = -zero;
    double sum = negative + 0.0;
    double difference = 0.0 - zero;

    return bits_of(sum) == 0 && bits_of(difference) == 0;
}

static int knows_nan(void)
{
    double nan = zero / zero;

    return !(nan == nan) && !(nan < 1) && !(nan >= 1);
}

static int knows_infinity(void)
{
    double infinity = one / zero;

    return infinity > DBL_MAX && !(infinity - infinity == 0);
}

static int keeps_small_numbers(void)
{
    double half = least / 2;
    float half_float = least_float / 2;
    uint32_t bits;

    memcpy(&bits, &half_float, sizeof bits);
    return bits_of(half) == UINT64_C(1) << 51 && bits == UINT32_C(1) << 22;
}

static int keeps_constants(void)
{
    return bits_of(0.1) == bits_of(strtod(tenth, NULL));
}

int main(void)
{
    static const struct {
        int (*holds)(void);
        const char *what;
    } properties[] = {
        {rounds_products, "products are rounded before they are added"},
        {divides, "divisions are not products with a reciprocal"},
        {keeps_order, "sums keep their order"},
        {keeps_signed_zeros, "zeros keep their sign"},
        {knows_nan, "there is NaN"},
        {knows_infinity, "there are infinities"},
        {keeps_small_numbers, "subnormal numbers are not zero"},
        {keeps_constants, "constants are of double precision"},
    };

    for (int i = 0; i < (int)(sizeof properties / sizeof *properties); i++) {
        if (properties[i].holds())
            continue;
        printf("not so: %s\n", properties[i].what);
        return i + 1;
    }
    return 0;
}
