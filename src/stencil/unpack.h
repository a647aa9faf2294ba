/* SPDX-License-Identifier: BSD-3-Clause */
/* Stored scalars to the values they stand for: missing ones to NaN, packed ones unpacked. Pure
 * arithmetic. */
#ifndef H5GRAD_STENCIL_UNPACK_H
#define H5GRAD_STENCIL_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/element.h"

/* A number of a stored type: of int64 and uint64 the integer (as its bits), of all other types the
 * double, which holds every value of theirs. */
union unpack_number {
    double real;
    uint64_t integer;
};

/* What is to be done to each scalar, in this order. The arrays are the caller's. */
struct unpack_rule {
    size_t n_missing; /* stored values that stand for no value ... */
    const union unpack_number *missing;
    bool bounded; /* ... as do those below low or above high */
    union unpack_number low, high;
    double scale;  /* times scale, where that is not 1 */
    double offset; /* plus offset, where that is not 0 */
    /* Not NULL: instead of scale and offset each slice has its own. There is one slice for every
     * index of the first slice_axes axes, in C order. */
    const double *slice_scale, *slice_offset;
    unsigned slice_axes;
};

/*
 * n scalars of type stored, in the other byte order when swapped, to type arithmetic (F32 or F64;
 * F64 for int64 and uint64), by rule but for its slices. in and out may be the same where the sizes
 * are; otherwise they do not overlap. in need not be aligned. Every operation is rounded once, to
 * arithmetic.
 */
void hg_unpack(const struct unpack_rule *rule, enum element stored, bool swapped,
               enum element arithmetic, const void *in, void *out, size_t n);

#endif
