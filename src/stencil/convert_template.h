/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Scalars of one stored type, in the machine's byte order, to float and to double; included once
 * for each stored type by convert.c.
 *
 * CONVERT_BITS         the type they are loaded as
 * CONVERT_VALUE(bits)  their value, in a type that holds it exactly
 * CONVERT_NAME(to)     the name of the function to float32 (F32) or float64 (F64)
 *
 * All are undefined at the end.
 */

static STENCIL_CLONES void CONVERT_NAME(F32)(const unsigned char *restrict in, void *restrict out,
                                             size_t n)
{
    float *to = out;
    for (size_t i = 0; i < n; i++) {
        CONVERT_BITS bits;
        memcpy(&bits, in + i * sizeof(bits), sizeof(bits));
        to[i] = (float)CONVERT_VALUE(bits);
    }
}

static STENCIL_CLONES void CONVERT_NAME(F64)(const unsigned char *restrict in, void *restrict out,
                                             size_t n)
{
    double *to = out;
    for (size_t i = 0; i < n; i++) {
        CONVERT_BITS bits;
        memcpy(&bits, in + i * sizeof(bits), sizeof(bits));
        to[i] = (double)CONVERT_VALUE(bits);
    }
}

#undef CONVERT_BITS
#undef CONVERT_VALUE
#undef CONVERT_NAME
