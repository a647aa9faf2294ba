/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scalars are converted to the type of the arithmetic, compared and unpacked, in pieces that stay
 * in the first-level cache. Floats and integers of up to 32 bits keep their values when converted
 * and are compared afterwards; integers of 64 bits are compared as integers.
 */
#include "stencil/unpack.h"

#include <math.h>
#include <string.h>

#include "stencil/clones.h"
#include "stencil/convert.h"

#define PIECE 1024 /* scalars */

/* For scalars that are compared after they are converted. */
#define UNPACK_STORED     float
#define UNPACK_OUT        float
#define UNPACK_AT(i)      out[i]
#define UNPACK_NUMBER(u)  (float)(u).real
#define UNPACK_NAME(verb) verb##_float
#include "stencil/unpack_template.h"

#define UNPACK_STORED     double
#define UNPACK_OUT        double
#define UNPACK_AT(i)      out[i]
#define UNPACK_NUMBER(u)  (u).real
#define UNPACK_NAME(verb) verb##_double
#include "stencil/unpack_template.h"

#define UNPACK_STORED     int64_t
#define UNPACK_OUT        double
#define UNPACK_AT(i)      in[i]
#define UNPACK_NUMBER(u)  (int64_t)(u).integer
#define UNPACK_NAME(verb) verb##_signed
#include "stencil/unpack_template.h"

#define UNPACK_STORED     uint64_t
#define UNPACK_OUT        double
#define UNPACK_AT(i)      in[i]
#define UNPACK_NUMBER(u)  (u).integer
#define UNPACK_NAME(verb) verb##_unsigned
#include "stencil/unpack_template.h"

/* Loads n integers, to the machine's byte order. */
static void load_64(const unsigned char *in, bool swapped, uint64_t *out, size_t n)
{
    memcpy(out, in, n * sizeof *out);
    for (size_t i = 0; swapped && i < n; i++)
        out[i] = __builtin_bswap64(out[i]);
}

static void unpack_piece(const struct unpack_rule *rule, enum element stored, bool swapped,
                         enum element arithmetic, const unsigned char *in, void *out, size_t n)
{
    if (stored == ELEMENT_I64 || stored == ELEMENT_U64) {
        uint64_t integers[PIECE];
        load_64(in, swapped, integers, n);
        hg_convert_decode(stored, false, arithmetic, integers, out, n);
        (stored == ELEMENT_I64 ? apply_signed : apply_unsigned)(rule, integers, out, n);
    } else {
        hg_convert_decode(stored, swapped, arithmetic, in, out, n);
        (arithmetic == ELEMENT_F32 ? apply_float : apply_double)(rule, NULL, out, n);
    }
}

void hg_unpack(const struct unpack_rule *rule, enum element stored, bool swapped,
               enum element arithmetic, const void *in, void *out, size_t n)
{
    const size_t size = hg_element_size(stored), out_size = hg_element_size(arithmetic);
    for (size_t done = 0; done < n; done += PIECE) {
        size_t count = n - done < PIECE ? n - done : PIECE;
        unpack_piece(rule, stored, swapped, arithmetic, (const unsigned char *)in + done * size,
                     (unsigned char *)out + done * out_size, count);
    }
}
