/* SPDX-License-Identifier: BSD-3-Clause */
/* Converts stored scalars to the type of the arithmetic (float, double), and that to float16. Every
 * value is rounded once, to nearest even. */
#ifndef H5GRAD_STENCIL_CONVERT_H
#define H5GRAD_STENCIL_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/element.h"

/*
 * Converts n scalars of type stored, in the other byte order if swapped, to type arithmetic (F32 or
 * F64). in need not be aligned. in and out may be equal if the types have one size; otherwise they
 * do not overlap.
 */
void hg_convert_decode(enum element stored, bool swapped, enum element arithmetic, const void *in,
                       void *out, size_t n);

/* Converts n scalars of type arithmetic (F32 or F64) to float16; out may be in. */
void hg_convert_to_half(enum element arithmetic, const void *in, void *out, size_t n);

#endif
