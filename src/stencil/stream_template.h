/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row functions of stream.c for one type and one instruction set; included once for each.
 *
 * STREAM_TYPE              float or double, read and written
 * STREAM_WIDTH             bytes of a vector
 * STREAM_TARGET            attribute that names the instruction set
 * STREAM_STORE(to, v)      stores a vector of STREAM_TYPE past the caches
 * STREAM_ROUNDED(to, v)    the same for as many of STREAM_TYPE as there are doubles in a vector
 * STREAM_WIDEN(v)          so many of STREAM_TYPE as doubles
 * STREAM_NAME(verb)        the name of the function verb
 *
 * All are undefined at the end. The expressions are those of kernel_template.h.
 */

typedef STREAM_TYPE STREAM_NAME(vector) __attribute__((vector_size(STREAM_WIDTH)));
typedef double STREAM_NAME(wide) __attribute__((vector_size(STREAM_WIDTH)));
typedef STREAM_TYPE STREAM_NAME(narrow)
    __attribute__((vector_size(STREAM_WIDTH / 8 * sizeof(STREAM_TYPE))));

/* The result of one scalar, number k of the row. */
typedef STREAM_TYPE STREAM_NAME(one)(const struct row *row, ptrdiff_t k, const STREAM_TYPE *f);

/* The results of the cache line at g, of scalars k, k + 1, ... of the row; left and right, unless
 * NULL, in place of its first and last. */
typedef void STREAM_NAME(line)(const struct row *row, ptrdiff_t k, const STREAM_TYPE *f,
                               STREAM_TYPE *g, const STREAM_TYPE *left, const STREAM_TYPE *right);

/* All of a row: whole cache lines, and what is left of the first and the last one. */
STENCIL_BODY STREAM_TARGET void STREAM_NAME(walk)(const struct row *row, const void *in, void *out,
                                                  STREAM_NAME(one) * one, STREAM_NAME(line) * line)
{
    const STREAM_TYPE *f = in, *left = row->left, *right = row->right;
    STREAM_TYPE *g = out;
    const ptrdiff_t step = LINE / (ptrdiff_t)sizeof *g, length = row->length;
    const ptrdiff_t head = (ptrdiff_t)(-(uintptr_t)out % LINE / sizeof *g);
    const ptrdiff_t end = head + (length - head) / step * step;
    ptrdiff_t i = head;
    if (head > 0) {
        g[0] = left ? *left : one(row, 0, f);
        for (ptrdiff_t k = 1; k < head; k++)
            g[k] = one(row, k, f);
    } else if (left) {
        line(row, 0, f, g, left, NULL);
        i += step;
    }
    const ptrdiff_t last = end - (right && end == length ? step : 0);
    for (; i < last; i += step)
        line(row, i, f, g, NULL, NULL);
    if (last < end)
        line(row, last, f, g, NULL, right);
    for (ptrdiff_t k = end; k < length; k++)
        g[k] = right && k == length - 1 ? *right : one(row, k, f);
}

STENCIL_BODY STREAM_TARGET STREAM_TYPE STREAM_NAME(central_one)(const struct row *row, ptrdiff_t k,
                                                                const STREAM_TYPE *f)
{
    return (f[k + row->shift] - f[k - row->shift]) / (STREAM_TYPE)row->step * (STREAM_TYPE)0.5;
}

STENCIL_BODY STREAM_TARGET void STREAM_NAME(central_line)(const struct row *row, ptrdiff_t k,
                                                          const STREAM_TYPE *f, STREAM_TYPE *g,
                                                          const STREAM_TYPE *left,
                                                          const STREAM_TYPE *right)
{
    enum { LANES = STREAM_WIDTH / sizeof *g, END = LINE / sizeof *g };
    const STREAM_TYPE step = (STREAM_TYPE)row->step, half = (STREAM_TYPE)0.5;
    for (ptrdiff_t i = 0; i < END; i += LANES) {
        STREAM_NAME(vector) next, last;
        memcpy(&next, f + k + i + row->shift, sizeof next);
        memcpy(&last, f + k + i - row->shift, sizeof last);
        next = (next - last) / step * half;
        if (left && i == 0)
            next[0] = *left;
        if (right && i == END - LANES)
            next[LANES - 1] = *right;
        STREAM_STORE(g + k + i, next);
    }
}

static STREAM_TARGET void STREAM_NAME(central)(const struct row *row, const void *in, void *out)
{
    STREAM_NAME(walk)(row, in, out, STREAM_NAME(central_one), STREAM_NAME(central_line));
}

STENCIL_BODY STREAM_TARGET STREAM_TYPE STREAM_NAME(weighted_one)(const struct row *row, ptrdiff_t k,
                                                                 const STREAM_TYPE *f)
{
    const double last = (double)f[k - row->shift], next = (double)f[k + row->shift];
    return (STREAM_TYPE)(*row->a * last + *row->b * (double)f[k] + *row->c * next);
}

STENCIL_BODY STREAM_TARGET void STREAM_NAME(weighted_line)(const struct row *row, ptrdiff_t k,
                                                           const STREAM_TYPE *f, STREAM_TYPE *g,
                                                           const STREAM_TYPE *left,
                                                           const STREAM_TYPE *right)
{
    enum { LANES = STREAM_WIDTH / sizeof(double), END = LINE / sizeof *g };
    const double a = *row->a, b = *row->b, c = *row->c;
    (void)left;
    (void)right;
    for (ptrdiff_t i = 0; i < END; i += LANES) {
        STREAM_NAME(narrow) last, here, next;
        memcpy(&last, f + k + i - row->shift, sizeof last);
        memcpy(&here, f + k + i, sizeof here);
        memcpy(&next, f + k + i + row->shift, sizeof next);
        const STREAM_NAME(wide) sum =
            a * STREAM_WIDEN(last) + b * STREAM_WIDEN(here) + c * STREAM_WIDEN(next);
        here = __builtin_convertvector(sum, STREAM_NAME(narrow));
        STREAM_ROUNDED(g + k + i, here);
    }
}

static STREAM_TARGET void STREAM_NAME(weighted)(const struct row *row, const void *in, void *out)
{
    STREAM_NAME(walk)(row, in, out, STREAM_NAME(weighted_one), STREAM_NAME(weighted_line));
}

STENCIL_BODY STREAM_TARGET STREAM_TYPE STREAM_NAME(by_point_one)(const struct row *row, ptrdiff_t k,
                                                                 const STREAM_TYPE *f)
{
    const double last = (double)f[k - row->shift], next = (double)f[k + row->shift];
    return (STREAM_TYPE)(row->a[k] * last + row->b[k] * (double)f[k] + row->c[k] * next);
}

STENCIL_BODY STREAM_TARGET void STREAM_NAME(by_point_line)(const struct row *row, ptrdiff_t k,
                                                           const STREAM_TYPE *f, STREAM_TYPE *g,
                                                           const STREAM_TYPE *left,
                                                           const STREAM_TYPE *right)
{
    enum { LANES = STREAM_WIDTH / sizeof(double), END = LINE / sizeof *g };
    for (ptrdiff_t i = 0; i < END; i += LANES) {
        STREAM_NAME(narrow) last, here, next;
        STREAM_NAME(wide) a, b, c;
        memcpy(&last, f + k + i - row->shift, sizeof last);
        memcpy(&here, f + k + i, sizeof here);
        memcpy(&next, f + k + i + row->shift, sizeof next);
        memcpy(&a, row->a + k + i, sizeof a);
        memcpy(&b, row->b + k + i, sizeof b);
        memcpy(&c, row->c + k + i, sizeof c);
        a = a * STREAM_WIDEN(last) + b * STREAM_WIDEN(here) + c * STREAM_WIDEN(next);
        here = __builtin_convertvector(a, STREAM_NAME(narrow));
        if (left && i == 0)
            here[0] = *left;
        if (right && i == END - LANES)
            here[LANES - 1] = *right;
        STREAM_ROUNDED(g + k + i, here);
    }
}

static STREAM_TARGET void STREAM_NAME(weighted_by_point)(const struct row *row, const void *in,
                                                         void *out)
{
    STREAM_NAME(walk)(row, in, out, STREAM_NAME(by_point_one), STREAM_NAME(by_point_line));
}

#undef STREAM_TYPE
#undef STREAM_WIDTH
#undef STREAM_TARGET
#undef STREAM_STORE
#undef STREAM_ROUNDED
#undef STREAM_WIDEN
#undef STREAM_NAME
