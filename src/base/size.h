/* SPDX-License-Identifier: BSD-3-Clause */
/* Checked 64-bit sizes. Functions with *out return false on overflow, leaving it unspecified. */
#ifndef H5GRAD_BASE_SIZE_H
#define H5GRAD_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIZE_MIB ((uint64_t)1 << 20)

static inline bool size_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

static inline bool size_add(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

/* UINT64_MAX on overflow: for what is only reported or compared. */
static inline uint64_t size_mul_capped(uint64_t a, uint64_t b)
{
    uint64_t product;
    return size_mul(a, b, &product) ? product : UINT64_MAX;
}

static inline uint64_t size_add_capped(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return size_add(a, b, &sum) ? sum : UINT64_MAX;
}

/* product of n factors and unit; false above INT64_MAX, the limit of file offsets, too */
static inline bool size_product(unsigned n, const uint64_t *factor, uint64_t unit, uint64_t *out)
{
    uint64_t product = unit;
    for (unsigned i = 0; i < n; i++) {
        if (factor[i] == 0) {
            *out = 0;
            return true;
        }
    }
    for (unsigned i = 0; i < n; i++) {
        if (!size_mul(product, factor[i], &product))
            return false;
    }
    *out = product;
    return product <= INT64_MAX;
}

static inline uint64_t size_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t size_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t size_ceil_div(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* Returns the least multiple of unit that is not below n. */
static inline uint64_t size_round_up(uint64_t n, uint64_t unit)
{
    return size_ceil_div(n, unit) * unit;
}

#endif
