/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row functions of one combination of types; included once for each by row.c, as plain loops,
 * and by stream.c, with vectors and stores past the caches, which no compiler makes of plain loops.
 *
 * KERNEL_IN          float or double, read
 * KERNEL_SCALAR      float or double, computed in
 * KERNEL_OUT         float or double, written
 * KERNEL_NAME(verb)  the name of the function verb
 * KERNEL_LANES       scalars of a vector; 1: the compiler finds the vectors
 *
 * KERNEL_WIDEN(v)    a vector of KERNEL_IN as one of KERNEL_SCALAR; only where they are different
 *
 * All are undefined at the end. For vectors are also defined
 *
 * KERNEL_TARGET              the attribute that names the instruction set
 * KERNEL_STORE(to, v, size)  stores the vector at v
 *
 * The forms and strides that the callers of the inline functions write as literals let the compiler
 * make a loop of its own for each, and use vectors where scalars lie side by side.
 */

#define FORMULA_LANES      1
#define FORMULA_NAME(verb) KERNEL_NAME(verb)
#define FORMULA_WIDEN(v)   (KERNEL_SCALAR)(v)
#include "stencil/formula_template.h"

#if KERNEL_LANES == 1
    #define KERNEL_ATTRIBUTES STENCIL_CLONES

STENCIL_BODY void KERNEL_NAME(strided)(enum taps_form form, const struct rows *rows,
                                       ptrdiff_t in_point, ptrdiff_t out_point,
                                       ptrdiff_t weight_point, const KERNEL_IN *restrict in,
                                       KERNEL_OUT *restrict out)
{
    const struct rows all = *rows;
    for (ptrdiff_t row = 0; row < all.count; row++) {
        const KERNEL_IN *f = in + row * all.in_row;
        KERNEL_OUT *g = out + row * all.out_row;
        const double *weight = all.weight + row * all.weight_row;
        for (ptrdiff_t i = 0; i < all.length; i++)
            g[i * out_point] = (KERNEL_OUT)KERNEL_NAME(result)(
                form, f + i * in_point, &all, weight + i * weight_point, weight_point);
    }
}

STENCIL_BODY void KERNEL_NAME(each)(enum taps_form form, const struct rows *rows, const void *in,
                                    void *out)
{
    const ptrdiff_t weight_point = rows->weight_point;
    if (rows->in_point != 1 || rows->out_point != 1)
        KERNEL_NAME(strided)(form, rows, rows->in_point, rows->out_point, weight_point, in, out);
    else if (form == TAPS_UNEVEN_SUM && weight_point == 1)
        KERNEL_NAME(strided)(form, rows, 1, 1, 1, in, out);
    else
        KERNEL_NAME(strided)(form, rows, 1, 1, 0, in, out);
}

static STENCIL_CLONES void KERNEL_NAME(difference)(const struct rows *rows, const void *in,
                                                   void *out)
{
    KERNEL_NAME(each)(TAPS_DIFFERENCE, rows, in, out);
}

static STENCIL_CLONES void KERNEL_NAME(even_sum)(const struct rows *rows, const void *in, void *out)
{
    KERNEL_NAME(each)(TAPS_EVEN_SUM, rows, in, out);
}

/* n results, at most PIECE, tap by tap. */
STENCIL_BODY void KERNEL_NAME(piece)(const struct rows *rows, ptrdiff_t n, const double *weight,
                                     const KERNEL_IN *restrict f, KERNEL_OUT *restrict g)
{
    const struct taps *taps = rows->taps;
    const ptrdiff_t in_point = rows->in_point, weight_point = rows->weight_point;
    KERNEL_SCALAR sum[PIECE];
    for (unsigned t = 0; t < taps->n; t++, weight += rows->weight_tap) {
        const KERNEL_IN *to = f + taps->offset[t] * rows->shift;
        const KERNEL_IN *from = f + taps->from[t] * rows->shift;
        for (ptrdiff_t i = 0; i < n; i++) {
            const KERNEL_SCALAR a = (KERNEL_SCALAR)to[i * in_point];
            const KERNEL_SCALAR b = (KERNEL_SCALAR)from[i * in_point];
            const KERNEL_SCALAR term = (KERNEL_SCALAR)weight[i * weight_point] * (a - b);
            sum[i] = t == 0 ? term : sum[i] + term;
        }
    }
    for (unsigned k = 0; k < taps->order; k++) {
        for (ptrdiff_t i = 0; i < n; i++)
            sum[i] /= (KERNEL_SCALAR)rows->step;
    }
    for (ptrdiff_t i = 0; i < n; i++)
        g[i * rows->out_point] = (KERNEL_OUT)(sum[i] / (KERNEL_SCALAR)taps->divisor);
}

static STENCIL_CLONES void KERNEL_NAME(differences)(const struct rows *rows, const void *in,
                                                    void *out)
{
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = (const KERNEL_IN *)in + row * rows->in_row;
        KERNEL_OUT *g = (KERNEL_OUT *)out + row * rows->out_row;
        const double *weight = rows->weight + row * rows->weight_row;
        for (ptrdiff_t i = 0; i < rows->length; i += PIECE) {
            const ptrdiff_t n = rows->length - i < PIECE ? rows->length - i : PIECE;
            KERNEL_NAME(piece)
            (rows, n, weight + i * rows->weight_point, f + i * rows->in_point,
             g + i * rows->out_point);
        }
    }
}

#else
    #define KERNEL_ATTRIBUTES KERNEL_TARGET
    #ifndef KERNEL_WIDEN
        #define KERNEL_WIDEN(v) (v)
    #endif
    #define FORMULA_LANES      KERNEL_LANES
    #define FORMULA_NAME(verb) KERNEL_NAME(verb##_vector)
    #define FORMULA_WIDEN(v)   KERNEL_WIDEN(v)
    #include "stencil/formula_template.h"

typedef KERNEL_OUT KERNEL_NAME(out) __attribute__((vector_size(KERNEL_LANES * sizeof(KERNEL_OUT))));

/* Results [from, to), less than a cache line. */
STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(part)(enum taps_form form, const struct rows *rows,
                                                  ptrdiff_t weight_point, ptrdiff_t from,
                                                  ptrdiff_t to, const KERNEL_IN *f, KERNEL_OUT *g)
{
    for (ptrdiff_t i = from; i < to; i++)
        g[i] = (KERNEL_OUT)KERNEL_NAME(result)(form, f + i, rows, rows->weight + i * weight_point,
                                               weight_point);
}

/* One row: whole cache lines past the caches, and what is left before and behind them. */
STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(row)(enum taps_form form, const struct rows *rows,
                                                 ptrdiff_t weight_point, const KERNEL_IN *f,
                                                 KERNEL_OUT *g)
{
    const struct rows all = *rows;
    const KERNEL_OUT *left = all.left, *right = all.right;
    const ptrdiff_t step = LINE / (ptrdiff_t)sizeof *g, length = all.length;
    const ptrdiff_t head = (ptrdiff_t)(-(uintptr_t)g % LINE / sizeof *g);
    const ptrdiff_t end = head + (length - head) / step * step;
    KERNEL_NAME(part)(form, &all, weight_point, 0, head, f, g);
    if (head > 0 && left)
        g[0] = *left;
    for (ptrdiff_t i = head; i < end; i += KERNEL_LANES) {
        const KERNEL_NAME(value_vector) v = KERNEL_NAME(result_vector)(
            form, f + i, &all, all.weight + i * weight_point, weight_point);
        KERNEL_NAME(out) rounded = __builtin_convertvector(v, KERNEL_NAME(out));
        if (i == 0 && left)
            rounded[0] = *left;
        if (i == length - KERNEL_LANES && right)
            rounded[KERNEL_LANES - 1] = *right;
        KERNEL_STORE(g + i, &rounded, sizeof rounded);
    }
    KERNEL_NAME(part)(form, &all, weight_point, end, length, f, g);
    if (end < length && right)
        g[length - 1] = *right;
}

STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(each)(enum taps_form form, const struct rows *rows,
                                                  const void *in, void *out)
{
    if (form == TAPS_UNEVEN_SUM && rows->weight_point == 1)
        KERNEL_NAME(row)(form, rows, 1, in, out);
    else
        KERNEL_NAME(row)(form, rows, 0, in, out);
}

#endif

static KERNEL_ATTRIBUTES void KERNEL_NAME(central)(const struct rows *rows, const void *in,
                                                   void *out)
{
    KERNEL_NAME(each)(TAPS_CENTRAL, rows, in, out);
}

static KERNEL_ATTRIBUTES void KERNEL_NAME(uneven_sum)(const struct rows *rows, const void *in,
                                                      void *out)
{
    KERNEL_NAME(each)(TAPS_UNEVEN_SUM, rows, in, out);
}

static row_function *const KERNEL_NAME(rows)[TAPS_FORMS] = {
    [TAPS_CENTRAL] = KERNEL_NAME(central),         [TAPS_UNEVEN_SUM] = KERNEL_NAME(uneven_sum),
#if KERNEL_LANES == 1
    [TAPS_DIFFERENCE] = KERNEL_NAME(difference),   [TAPS_EVEN_SUM] = KERNEL_NAME(even_sum),
    [TAPS_DIFFERENCES] = KERNEL_NAME(differences),
#endif
};

#undef KERNEL_IN
#undef KERNEL_SCALAR
#undef KERNEL_OUT
#undef KERNEL_NAME
#undef KERNEL_LANES
#undef KERNEL_ATTRIBUTES
#undef KERNEL_WIDEN
