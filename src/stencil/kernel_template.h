/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row functions of one combination of types; included once for each by kernel.c.
 *
 * KERNEL_IN          float or double, read
 * KERNEL_ARITHMETIC  float or double, computed in
 * KERNEL_OUT         float or double, written
 * KERNEL_WEIGHTED    1 where coordinates are computed with this combination, else 0
 * KERNEL_NAME(verb)  the name of the row function verb
 *
 * All are undefined at the end. Each body stands once; its inner loop is instantiated for scalars
 * that lie side by side, where the literal strides let the compiler vectorise it, and for others.
 */

/* (f[shift] - f[-shift]) / step / 2, where halving is exact or rounds as division by 2 does. */
STENCIL_BODY void KERNEL_NAME(central_body)(const struct rows *rows, ptrdiff_t in_point,
                                            ptrdiff_t out_point, const KERNEL_IN *restrict in,
                                            KERNEL_OUT *restrict out)
{
    const KERNEL_ARITHMETIC step = (KERNEL_ARITHMETIC)rows->step;
    const ptrdiff_t shift = rows->shift;
    const ptrdiff_t length = rows->length;
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = in + row * rows->in_row;
        KERNEL_OUT *g = out + row * rows->out_row;
        for (ptrdiff_t i = 0; i < length; i++) {
            const KERNEL_ARITHMETIC next = (KERNEL_ARITHMETIC)f[i * in_point + shift];
            const KERNEL_ARITHMETIC last = (KERNEL_ARITHMETIC)f[i * in_point - shift];
            g[i * out_point] = (KERNEL_OUT)((next - last) / step * (KERNEL_ARITHMETIC)0.5);
        }
    }
}

static STENCIL_CLONES void KERNEL_NAME(central)(const struct rows *rows, const void *in, void *out)
{
    if (rows->in_point == 1 && rows->out_point == 1)
        KERNEL_NAME(central_body)(rows, 1, 1, in, out);
    else
        KERNEL_NAME(central_body)(rows, rows->in_point, rows->out_point, in, out);
}

/* (f[shift] - f[0]) / step */
STENCIL_BODY void KERNEL_NAME(difference_body)(const struct rows *rows, ptrdiff_t in_point,
                                               ptrdiff_t out_point, const KERNEL_IN *restrict in,
                                               KERNEL_OUT *restrict out)
{
    const KERNEL_ARITHMETIC step = (KERNEL_ARITHMETIC)rows->step;
    const ptrdiff_t shift = rows->shift;
    const ptrdiff_t length = rows->length;
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = in + row * rows->in_row;
        KERNEL_OUT *g = out + row * rows->out_row;
        for (ptrdiff_t i = 0; i < length; i++) {
            const KERNEL_ARITHMETIC next = (KERNEL_ARITHMETIC)f[i * in_point + shift];
            const KERNEL_ARITHMETIC here = (KERNEL_ARITHMETIC)f[i * in_point];
            g[i * out_point] = (KERNEL_OUT)((next - here) / step);
        }
    }
}

static STENCIL_CLONES void KERNEL_NAME(difference)(const struct rows *rows, const void *in,
                                                   void *out)
{
    if (rows->in_point == 1 && rows->out_point == 1)
        KERNEL_NAME(difference_body)(rows, 1, 1, in, out);
    else
        KERNEL_NAME(difference_body)(rows, rows->in_point, rows->out_point, in, out);
}

/* (a f[-shift] + b f[0] + c f[shift]) / step, with the same a, b, c everywhere */
STENCIL_BODY void KERNEL_NAME(one_sided_body)(const struct rows *rows, ptrdiff_t in_point,
                                              ptrdiff_t out_point, const KERNEL_IN *restrict in,
                                              KERNEL_OUT *restrict out)
{
    const KERNEL_ARITHMETIC step = (KERNEL_ARITHMETIC)rows->step;
    const KERNEL_ARITHMETIC a = (KERNEL_ARITHMETIC)*rows->a;
    const KERNEL_ARITHMETIC b = (KERNEL_ARITHMETIC)*rows->b;
    const KERNEL_ARITHMETIC c = (KERNEL_ARITHMETIC)*rows->c;
    const ptrdiff_t shift = rows->shift;
    const ptrdiff_t length = rows->length;
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = in + row * rows->in_row;
        KERNEL_OUT *g = out + row * rows->out_row;
        for (ptrdiff_t i = 0; i < length; i++) {
            const KERNEL_ARITHMETIC last = (KERNEL_ARITHMETIC)f[i * in_point - shift];
            const KERNEL_ARITHMETIC here = (KERNEL_ARITHMETIC)f[i * in_point];
            const KERNEL_ARITHMETIC next = (KERNEL_ARITHMETIC)f[i * in_point + shift];
            g[i * out_point] = (KERNEL_OUT)((a * last + b * here + c * next) / step);
        }
    }
}

static STENCIL_CLONES void KERNEL_NAME(one_sided)(const struct rows *rows, const void *in,
                                                  void *out)
{
    if (rows->in_point == 1 && rows->out_point == 1)
        KERNEL_NAME(one_sided_body)(rows, 1, 1, in, out);
    else
        KERNEL_NAME(one_sided_body)(rows, rows->in_point, rows->out_point, in, out);
}

#if KERNEL_WEIGHTED

/* a f[-shift] + b f[0] + c f[shift], with a, b, c by row, by point or the same everywhere */
STENCIL_BODY void KERNEL_NAME(weighted_body)(const struct rows *rows, ptrdiff_t in_point,
                                             ptrdiff_t out_point, ptrdiff_t weight_point,
                                             const KERNEL_IN *restrict in, KERNEL_OUT *restrict out)
{
    const ptrdiff_t shift = rows->shift;
    const ptrdiff_t length = rows->length;
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = in + row * rows->in_row;
        KERNEL_OUT *g = out + row * rows->out_row;
        const KERNEL_ARITHMETIC *a = rows->a + row * rows->weight_row;
        const KERNEL_ARITHMETIC *b = rows->b + row * rows->weight_row;
        const KERNEL_ARITHMETIC *c = rows->c + row * rows->weight_row;
        for (ptrdiff_t i = 0; i < length; i++) {
            const KERNEL_ARITHMETIC last = (KERNEL_ARITHMETIC)f[i * in_point - shift];
            const KERNEL_ARITHMETIC here = (KERNEL_ARITHMETIC)f[i * in_point];
            const KERNEL_ARITHMETIC next = (KERNEL_ARITHMETIC)f[i * in_point + shift];
            const ptrdiff_t k = i * weight_point;
            g[i * out_point] = (KERNEL_OUT)(a[k] * last + b[k] * here + c[k] * next);
        }
    }
}

static STENCIL_CLONES void KERNEL_NAME(weighted)(const struct rows *rows, const void *in, void *out)
{
    const ptrdiff_t weight_point = rows->weight_point;
    if (rows->in_point != 1 || rows->out_point != 1)
        KERNEL_NAME(weighted_body)(rows, rows->in_point, rows->out_point, weight_point, in, out);
    else if (weight_point == 1)
        KERNEL_NAME(weighted_body)(rows, 1, 1, 1, in, out);
    else
        KERNEL_NAME(weighted_body)(rows, 1, 1, 0, in, out);
}

#endif

#undef KERNEL_IN
#undef KERNEL_ARITHMETIC
#undef KERNEL_OUT
#undef KERNEL_WEIGHTED
#undef KERNEL_NAME
