/* SPDX-License-Identifier: BSD-3-Clause */
/* h5grad_array on values of every type gives the bits of the same values as float or double, and
 * double results where they are asked for. */
#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "h5grad.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { ROWS = 37, COLUMNS = 53, POINTS = ROWS * COLUMNS };

/* The upper half of a float is a bfloat16. */
static uint16_t to_bfloat16(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (uint16_t)(bits >> 16);
}

/* Of integers from 0 to 2048, which binary16 has all. */
static uint16_t to_half(unsigned value)
{
    unsigned exponent = 15;
    if (value == 0)
        return 0;
    for (; value < 2048; value *= 2)
        exponent--;
    return (uint16_t)(((exponent + 11) << 10) | ((value / 2) & 1023));
}

/* Of normal numbers. */
static float from_half(uint16_t half)
{
    float value = (float)(1024 + (half & 1023)) / 1024;
    if ((half & 0x7fff) == 0)
        return 0;
    for (int exponent = (half >> 10 & 31) - 15; exponent > 0; exponent--)
        value *= 2;
    for (int exponent = (half >> 10 & 31) - 15; exponent < 0; exponent++)
        value /= 2;
    return half & 0x8000 ? -value : value;
}

static const struct {
    enum h5grad_type type;
    size_t size;
    bool wide; /* results are double */
    unsigned values;
} types[] = {
    {H5GRAD_FLOAT, 4, false, 4000},   {H5GRAD_DOUBLE, 8, true, 4000},
    {H5GRAD_FLOAT16, 2, false, 8},    {H5GRAD_BFLOAT16, 2, false, 100},
    {H5GRAD_INT8, 1, false, 120},     {H5GRAD_UINT8, 1, false, 250},
    {H5GRAD_INT16, 2, false, 30000},  {H5GRAD_UINT16, 2, false, 60000},
    {H5GRAD_INT32, 4, true, 2000000}, {H5GRAD_UINT32, 4, true, 4000000000},
    {H5GRAD_INT64, 8, true, 2000000}, {H5GRAD_UINT64, 8, true, 4000000000},
};

static void store(void *at, enum h5grad_type type, unsigned value)
{
    const uint64_t whole = value;
    const float single = (float)value;
    const double real = value;
    const uint16_t half = to_half(value), brain = to_bfloat16(single);
    const void *from = type == H5GRAD_FLOAT      ? (const void *)&single
                       : type == H5GRAD_DOUBLE   ? (const void *)&real
                       : type == H5GRAD_FLOAT16  ? (const void *)&half
                       : type == H5GRAD_BFLOAT16 ? (const void *)&brain
                                                 : (const void *)&whole; /* of its first bytes */
    memcpy(at, from, types[type].size);
}

static void derive(enum h5grad_type type, const void *data, void *rows, void *columns,
                   const struct h5grad_array_options *options)
{
    const uint64_t extent[] = {ROWS, COLUMNS};
    void *const results[] = {rows, columns};
    struct h5grad_error error;
    ck_assert_msg(h5grad_array(type, 2, extent, data, results, options, &error) == H5GRAD_OK, "%s",
                  error.message);
}

/* The values as they are, every third of an array, and backwards. */
static void check_type(enum h5grad_type type, bool double_results, bool uneven)
{
    static char data[3 * 8 * POINTS];
    static double wide[POINTS], wanted[2][POINTS], found[2][POINTS];
    static float single[POINTS];
    const size_t size = types[type].size;
    const bool doubles = types[type].wide || double_results;
    const int64_t strides[] = {3 * COLUMNS * (int64_t)size, -3 * (int64_t)size};
    double x[COLUMNS];
    const double *const coordinates[] = {NULL, x};
    struct h5grad_array_options options;
    for (int i = 0; i < COLUMNS; i++)
        x[i] = i + 0.125 * (i % 3);
    h5grad_array_options_init(&options);
    options.coordinates = uneven ? coordinates : NULL;
    for (int i = 0; i < POINTS; i++) {
        const unsigned value = (unsigned)draw(types[type].values);
        const int column = COLUMNS - 1 - i % COLUMNS;
        store(data + size * (size_t)(3 * (i / COLUMNS * COLUMNS + column)), type, value);
        wide[i] = value;
        single[i] = (float)value;
    }
    derive(doubles ? H5GRAD_DOUBLE : H5GRAD_FLOAT, doubles ? (void *)wide : (void *)single,
           wanted[0], wanted[1], &options);
    options.double_results = double_results;
    options.strides = strides;
    derive(type, data + size * (size_t)(3 * (COLUMNS - 1)), found[0], found[1], &options);
    for (int k = 0; k < 2; k++) {
        if (type != H5GRAD_FLOAT16 || doubles) {
            ck_assert(memcmp(found[k], wanted[k], POINTS * (doubles ? 8 : 4)) == 0);
            continue;
        }
        for (int i = 0; i < POINTS && !(k == 1 && uneven); i++) {
            uint16_t half;
            float value;
            memcpy(&half, (char *)found[k] + i * 2, 2);
            memcpy(&value, (char *)wanted[k] + i * 4, 4);
            ck_assert(from_half(half) == value);
        }
    }
}

START_TEST(every_type)
{
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        for (int k = 0; k < 4; k++)
            check_type(types[t].type, k & 1, k & 2);
    }
}
END_TEST

START_TEST(unknown_types)
{
    const uint64_t extent[] = {3};
    const double data[3] = {0};
    double result[3];
    void *const results[] = {result};
    struct h5grad_error error;
    for (int type = -1; type <= 12; type += 13) {
        ck_assert_int_eq(
            h5grad_array((enum h5grad_type)type, 1, extent, data, results, NULL, &error),
            H5GRAD_USAGE);
        ck_assert_ptr_nonnull(strstr(error.message, "not an enum h5grad_type"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("types");
    TCase *tcase = add_case(suite, "types", NULL, NULL);
    ADD_TESTS(tcase, every_type, unknown_types);
    return run_suite(suite);
}
