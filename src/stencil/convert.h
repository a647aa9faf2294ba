/* SPDX-License-Identifier: BSD-3-Clause */
/* Stored scalars to arithmetic ones (float, double) and arithmetic ones to float16. Pure
 * arithmetic; every value is rounded once, to nearest even. */
#ifndef H5GRAD_STENCIL_CONVERT_H
#define H5GRAD_STENCIL_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/element.h"

/*
 * n scalars of type stored, in the other byte order when swapped, to type arithmetic (F32 or F64).
 * in and out may be the same where the sizes are; otherwise they do not overlap. in need not be
 * aligned.
 */
void hg_convert_decode(enum element stored, bool swapped, enum element arithmetic, const void *in,
                       void *out, size_t n);

/* n scalars of arithmetic type (F32 or F64) to float16, rounded once; out may be in. */
void hg_convert_to_half(enum element arithmetic, const void *in, void *out, size_t n);

#endif
