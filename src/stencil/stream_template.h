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

STENCIL_BODY STREAM_TARGET void STREAM_NAME(central_plain)(const struct row *row,
                                                           const STREAM_TYPE *f, STREAM_TYPE *g,
                                                           ptrdiff_t first, ptrdiff_t end)
{
    const STREAM_TYPE step = (STREAM_TYPE)row->step;
    for (ptrdiff_t i = first; i < end; i++)
        g[i] = (f[i + row->shift] - f[i - row->shift]) / step * (STREAM_TYPE)0.5;
}

static STREAM_TARGET void STREAM_NAME(central)(const struct row *row, const void *in, void *out)
{
    const STREAM_TYPE *f = in;
    STREAM_TYPE *g = out;
    const STREAM_TYPE step = (STREAM_TYPE)row->step, half = (STREAM_TYPE)0.5;
    const ptrdiff_t shift = row->shift;
    const ptrdiff_t first = lines_first(out, sizeof *g, row->length);
    const ptrdiff_t end = lines_end(first, sizeof *g, row->length);
    STREAM_NAME(central_plain)(row, f, g, 0, first);
    for (ptrdiff_t i = first; i < end; i += STREAM_WIDTH / (ptrdiff_t)sizeof *g) {
        STREAM_NAME(vector) next, last;
        memcpy(&next, f + i + shift, sizeof next);
        memcpy(&last, f + i - shift, sizeof last);
        next = (next - last) / step * half;
        STREAM_STORE(g + i, next);
    }
    STREAM_NAME(central_plain)(row, f, g, end, row->length);
}

STENCIL_BODY STREAM_TARGET void STREAM_NAME(weighted_plain)(const struct row *row,
                                                            ptrdiff_t weight_point,
                                                            const STREAM_TYPE *f, STREAM_TYPE *g,
                                                            ptrdiff_t first, ptrdiff_t end)
{
    for (ptrdiff_t i = first; i < end; i++) {
        const ptrdiff_t k = i * weight_point;
        const double last = (double)f[i - row->shift], next = (double)f[i + row->shift];
        g[i] = (STREAM_TYPE)(row->a[k] * last + row->b[k] * (double)f[i] + row->c[k] * next);
    }
}

STENCIL_BODY STREAM_TARGET void STREAM_NAME(weighted_body)(const struct row *row,
                                                           ptrdiff_t weight_point, const void *in,
                                                           void *out)
{
    const STREAM_TYPE *f = in;
    STREAM_TYPE *g = out;
    const double a = *row->a, b = *row->b, c = *row->c;
    const ptrdiff_t shift = row->shift;
    const ptrdiff_t first = lines_first(out, sizeof *g, row->length);
    const ptrdiff_t end = lines_end(first, sizeof *g, row->length);
    STREAM_NAME(weighted_plain)(row, weight_point, f, g, 0, first);
    for (ptrdiff_t i = first; i < end; i += STREAM_WIDTH / 8) {
        STREAM_NAME(narrow) stored[3];
        STREAM_NAME(wide) weights[3];
        memcpy(&stored[0], f + i - shift, sizeof stored[0]);
        memcpy(&stored[1], f + i, sizeof stored[1]);
        memcpy(&stored[2], f + i + shift, sizeof stored[2]);
        const STREAM_NAME(wide) last = STREAM_WIDEN(stored[0]);
        const STREAM_NAME(wide) here = STREAM_WIDEN(stored[1]);
        const STREAM_NAME(wide) next = STREAM_WIDEN(stored[2]);
        STREAM_NAME(wide) sum;
        if (weight_point == 0) {
            sum = a * last + b * here + c * next;
        } else {
            memcpy(&weights[0], row->a + i, sizeof weights[0]);
            memcpy(&weights[1], row->b + i, sizeof weights[1]);
            memcpy(&weights[2], row->c + i, sizeof weights[2]);
            sum = weights[0] * last + weights[1] * here + weights[2] * next;
        }
        stored[0] = __builtin_convertvector(sum, STREAM_NAME(narrow));
        STREAM_ROUNDED(g + i, stored[0]);
    }
    STREAM_NAME(weighted_plain)(row, weight_point, f, g, end, row->length);
}

static STREAM_TARGET void STREAM_NAME(weighted)(const struct row *row, const void *in, void *out)
{
    STREAM_NAME(weighted_body)(row, 0, in, out);
}

static STREAM_TARGET void STREAM_NAME(weighted_by_point)(const struct row *row, const void *in,
                                                         void *out)
{
    STREAM_NAME(weighted_body)(row, 1, in, out);
}

#undef STREAM_TYPE
#undef STREAM_WIDTH
#undef STREAM_TARGET
#undef STREAM_STORE
#undef STREAM_ROUNDED
#undef STREAM_WIDEN
#undef STREAM_NAME
