/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Missing values and packing for scalars of one type, once they are converted to the arithmetic's;
 * included by unpack.c.
 *
 * UNPACK_STORED      the type in which they are compared
 * UNPACK_OUT         the type of the arithmetic
 * UNPACK_AT(i)       scalar i to be compared, in terms of in and out
 * UNPACK_NUMBER(u)   the member of a union unpack_number, as UNPACK_STORED
 * UNPACK_NAME(verb)  the names of the functions
 *
 * All are undefined at the end.
 */

static STENCIL_CLONES void UNPACK_NAME(drop)(const UNPACK_STORED *restrict in,
                                             UNPACK_OUT *restrict out, size_t n,
                                             union unpack_number missing)
{
    const UNPACK_STORED value = UNPACK_NUMBER(missing);
    (void)in;
    for (size_t i = 0; i < n; i++)
        out[i] = UNPACK_AT(i) == value ? (UNPACK_OUT)NAN : out[i];
}

static STENCIL_CLONES void UNPACK_NAME(bound)(const UNPACK_STORED *restrict in,
                                              UNPACK_OUT *restrict out, size_t n,
                                              union unpack_number low, union unpack_number high)
{
    const UNPACK_STORED least = UNPACK_NUMBER(low), most = UNPACK_NUMBER(high);
    (void)in;
    for (size_t i = 0; i < n; i++)
        out[i] = ((UNPACK_AT(i) < least) | (UNPACK_AT(i) > most)) ? (UNPACK_OUT)NAN : out[i];
}

static STENCIL_CLONES void UNPACK_NAME(multiply)(UNPACK_OUT *out, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        out[i] *= (UNPACK_OUT)scale;
}

static STENCIL_CLONES void UNPACK_NAME(add)(UNPACK_OUT *out, size_t n, double offset)
{
    for (size_t i = 0; i < n; i++)
        out[i] += (UNPACK_OUT)offset;
}

static void UNPACK_NAME(apply)(const struct unpack_rule *rule, const void *in, void *out, size_t n)
{
    for (size_t k = 0; k < rule->n_missing; k++)
        UNPACK_NAME(drop)(in, out, n, rule->missing[k]);
    if (rule->bounded)
        UNPACK_NAME(bound)(in, out, n, rule->low, rule->high);
    if (rule->scale != 1)
        UNPACK_NAME(multiply)(out, n, rule->scale);
    if (rule->offset != 0)
        UNPACK_NAME(add)(out, n, rule->offset);
}

#undef UNPACK_STORED
#undef UNPACK_OUT
#undef UNPACK_AT
#undef UNPACK_NUMBER
#undef UNPACK_NAME
