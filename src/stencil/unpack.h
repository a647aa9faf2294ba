/* SPDX-License-Identifier: BSD-3-Clause */
/* Converts stored scalars to the values that they stand for: missing ones to NaN, packed ones
 * unpacked. */
#ifndef H5GRAD_STENCIL_UNPACK_H
#define H5GRAD_STENCIL_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/element.h"

/* A number of a stored type: the bits of an int64 or uint64, for all other types a double, which
 * holds each of their values. */
union unpack_number {
    double real;
    uint64_t integer;
};

/* What is done to each scalar, in this order. The arrays belong to the caller. */
struct unpack_rule {
    size_t n_missing; /* stored values that stand for missing ones, */
    const union unpack_number *missing;
    bool bounded; /* as do those below low or above high */
    union unpack_number low, high;
    double scale;  /* multiplied by, unless it is 1 */
    double offset; /* added, unless it is 0 */
    /* If not NULL, replace scale and offset: one of each per slice. A slice is one set of indices
     * of the first slice_axes axes, in C order. */
    const double *slice_scale, *slice_offset;
    unsigned slice_axes;
};

/*
 * Unpacks n scalars of type stored, in the other byte order if swapped, to type arithmetic (F32 or
 * F64; F64 for int64 and uint64) by rule, whose slices are left to the caller. in need not be
 * aligned. in and out may be equal if the types have one size; otherwise they do not overlap. Every
 * operation is rounded once, to arithmetic.
 */
void hg_unpack(const struct unpack_rule *rule, enum element stored, bool swapped,
               enum element arithmetic, const void *in, void *out, size_t n);

#endif
