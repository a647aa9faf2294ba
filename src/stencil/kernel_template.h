/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The row functions of one combination of types; included once for each by row_f32.c and row_f64.c,
 * as plain loops, and by stream.c, with vectors and non-temporal stores, which no compiler makes of
 * plain loops.
 *
 * KERNEL_IN          float or double, read
 * KERNEL_SCALAR      float or double, computed in
 * KERNEL_OUT         float or double, written
 * KERNEL_NAME(verb)  the name of the function verb
 * KERNEL_LANES       scalars of a vector; 1: the compiler finds the vectors
 *
 * KERNEL_WIDEN(v)    a vector of KERNEL_IN as one of KERNEL_SCALAR; only where they are different
 * KERNEL_UNEVEN      defined where the axis may be uneven
 *
 * All are undefined at the end. For vectors are also defined
 *
 * KERNEL_TARGET              the attribute that names the instruction set
 * KERNEL_STORE(to, v, size)  stores the vector at v
 *
 * The forms, numbers of terms and strides that the callers of the inline functions write as
 * literals let the compiler make a loop of its own for each. Taps that do not lie on both sides of
 * the result are done term by term, in pieces that stay in the first-level cache.
 */

#if KERNEL_LANES == 1
    #define FORMULA_LANES      1
    #define FORMULA_NAME(verb) KERNEL_NAME(verb)
    #define FORMULA_WIDEN(v)   (KERNEL_SCALAR)(v)
    #include "stencil/formula_template.h"

    #define KERNEL_SLOW __attribute__((noinline))

/* Loads the scalars of n points at an offset from f, or the number that stands for them. */
static KERNEL_SLOW void KERNEL_NAME(fetch)(const struct rows *rows, ptrdiff_t offset, ptrdiff_t n,
                                           const KERNEL_IN *restrict f, KERNEL_SCALAR *restrict to)
{
    if (tap_is_constant(offset)) {
        for (ptrdiff_t i = 0; i < n; i++)
            to[i] = (KERNEL_SCALAR)rows->taps->constant[offset == TAP_CONSTANT_LAST];
        return;
    }
    f += offset * rows->shift;
    if (rows->in_point == 1) {
        for (ptrdiff_t i = 0; i < n; i++)
            to[i] = (KERNEL_SCALAR)f[i];
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++)
        to[i] = (KERNEL_SCALAR)f[i * rows->in_point];
}

/* Loads the weights of term t of n points; if weight is NULL those of the taps. */
static KERNEL_SLOW void KERNEL_NAME(fetch_weights)(const struct rows *rows, unsigned t, ptrdiff_t n,
                                                   const double *restrict weight,
                                                   KERNEL_SCALAR *restrict to)
{
    const ptrdiff_t point = weight ? rows->weight_point : 0;
    const double *from = weight ? weight + t * rows->weight_tap : &rows->taps->weight[t];
    if (point == 0) {
        for (ptrdiff_t i = 0; i < n; i++)
            to[i] = (KERNEL_SCALAR)*from;
        return;
    }
    for (ptrdiff_t i = 0; i < n; i++)
        to[i] = (KERNEL_SCALAR)from[i * point];
}

/* Computes n results, at most ROW_PIECE, of TAPS_SLOPES. */
STENCIL_BODY void KERNEL_NAME(slopes)(const struct rows *rows, ptrdiff_t n, const double *weight,
                                      const KERNEL_IN *restrict f, KERNEL_SCALAR *restrict sum)
{
    const struct taps *taps = rows->taps;
    KERNEL_SCALAR a[ROW_PIECE], b[ROW_PIECE], w[ROW_PIECE], here[ROW_PIECE];
    KERNEL_NAME(fetch)(rows, taps->center, n, f, here);
    KERNEL_NAME(fetch)(rows, taps->offset[0], n, f, a);
    KERNEL_NAME(fetch)(rows, taps->from[0], n, f, b);
    KERNEL_NAME(fetch_weights)(rows, 0, n, weight, w);
    for (ptrdiff_t i = 0; i < n; i++)
        sum[i] = (a[i] - here[i]) / w[i];
    KERNEL_NAME(fetch_weights)(rows, 1, n, weight, w);
    for (ptrdiff_t i = 0; i < n; i++)
        sum[i] = sum[i] - (here[i] - b[i]) / w[i];
    KERNEL_NAME(fetch_weights)(rows, 2, n, weight, w);
    for (ptrdiff_t i = 0; i < n; i++)
        sum[i] = (sum[i] + sum[i]) / w[i];
}

/* Likewise of all other forms, without the divisions. */
STENCIL_BODY void KERNEL_NAME(terms)(const struct rows *rows, ptrdiff_t n, const double *weight,
                                     const KERNEL_IN *restrict f, KERNEL_SCALAR *restrict sum)
{
    const struct taps *taps = rows->taps;
    KERNEL_SCALAR a[ROW_PIECE], b[ROW_PIECE], w[ROW_PIECE], here[ROW_PIECE];
    if (taps->form != TAPS_SUM)
        KERNEL_NAME(fetch)(rows, taps->center, n, f, here);
    for (unsigned t = 0; t < taps->n; t++) {
        KERNEL_NAME(fetch)(rows, taps->offset[t], n, f, a);
        KERNEL_NAME(fetch_weights)(rows, t, n, weight, w);
        if (taps->form == TAPS_DIFFERENCES) {
            for (ptrdiff_t i = 0; i < n; i++)
                a[i] -= here[i];
        } else if (taps->form != TAPS_SUM) {
            KERNEL_NAME(fetch)(rows, taps->from[t], n, f, b);
            for (ptrdiff_t i = 0; i < n; i++)
                a[i] =
                    taps->form == TAPS_CENTRAL ? a[i] - b[i] : (a[i] - here[i]) + (b[i] - here[i]);
        }
        for (ptrdiff_t i = 0; i < n; i++)
            sum[i] = t == 0 ? w[i] * a[i] : sum[i] + w[i] * a[i];
    }
}

/* Computes n results of taps that lie anywhere. weight NULL: the weights of the taps. */
STENCIL_BODY void KERNEL_NAME(piece)(const struct rows *rows, ptrdiff_t n, const double *weight,
                                     const KERNEL_IN *restrict f, KERNEL_OUT *restrict g)
{
    const struct taps *taps = rows->taps;
    KERNEL_SCALAR sum[ROW_PIECE] = {0};
    if (taps->form == TAPS_SLOPES)
        KERNEL_NAME(slopes)(rows, n, weight, f, sum);
    else
        KERNEL_NAME(terms)(rows, n, weight, f, sum);
    for (unsigned k = 0; k < taps->order; k++) {
        for (ptrdiff_t i = 0; i < n; i++)
            sum[i] /= (KERNEL_SCALAR)taps->step;
    }
    for (ptrdiff_t i = 0; taps->divisor != 1 && i < n; i++)
        sum[i] /= (KERNEL_SCALAR)taps->divisor;
    for (ptrdiff_t i = 0; i < n; i++)
        g[i * rows->out_point] = (KERNEL_OUT)sum[i];
}

/* Does a row of two or three taps that are points, such as the ends of three-point formulas. */
STENCIL_BODY bool KERNEL_NAME(few)(const struct rows *rows, ptrdiff_t in_point, ptrdiff_t out_point,
                                   const KERNEL_IN *restrict f, KERNEL_OUT *restrict g)
{
    const struct taps taps = *rows->taps;
    const ptrdiff_t shift = rows->shift, length = rows->length;
    const KERNEL_SCALAR step = (KERNEL_SCALAR)(taps.order > 0 ? taps.step : 1);
    if (rows->weight || taps.divisor != 1 || tap_is_constant(taps.offset[0]) ||
        tap_is_constant(taps.center))
        return false;
    const KERNEL_IN *a = f + taps.offset[0] * shift, *center = f + taps.center * shift;
    if (taps.form == TAPS_DIFFERENCES && taps.n == 1 && taps.weight[0] == 1) {
        for (ptrdiff_t i = 0; i < length; i++)
            g[i * out_point] = (KERNEL_OUT)(((KERNEL_SCALAR)a[i * in_point] -
                                             (KERNEL_SCALAR)center[i * in_point]) /
                                            step);
        return true;
    }
    if (taps.form != TAPS_SUM || taps.n != 3 || taps.offset[1] != taps.offset[0] + 1 ||
        taps.offset[2] != taps.offset[0] + 2)
        return false;
    const KERNEL_SCALAR w[3] = {(KERNEL_SCALAR)taps.weight[0], (KERNEL_SCALAR)taps.weight[1],
                                (KERNEL_SCALAR)taps.weight[2]};
    for (ptrdiff_t i = 0; i < length; i++)
        g[i * out_point] = (KERNEL_OUT)((w[0] * (KERNEL_SCALAR)a[i * in_point] +
                                         w[1] * (KERNEL_SCALAR)a[i * in_point + shift] +
                                         w[2] * (KERNEL_SCALAR)a[i * in_point + 2 * shift]) /
                                        step);
    return true;
}

static STENCIL_CLONES void KERNEL_NAME(any)(const struct rows *rows, const void *in, void *out)
{
    const bool single = rows->in_point == 1 && rows->out_point == 1;
    for (ptrdiff_t row = 0; row < rows->count; row++) {
        const KERNEL_IN *f = (const KERNEL_IN *)in + row * rows->in_row;
        KERNEL_OUT *g = (KERNEL_OUT *)out + row * rows->out_row;
        const double *weight = rows->weight ? rows->weight + row * rows->weight_row : NULL;
        if (single ? KERNEL_NAME(few)(rows, 1, 1, f, g)
                   : KERNEL_NAME(few)(rows, rows->in_point, rows->out_point, f, g))
            continue;
        for (ptrdiff_t i = 0; i < rows->length; i += ROW_PIECE) {
            const ptrdiff_t n = rows->length - i < ROW_PIECE ? rows->length - i : ROW_PIECE;
            KERNEL_NAME(piece)
            (rows, n, weight ? weight + i * rows->weight_point : NULL, f + i * rows->in_point,
             g + i * rows->out_point);
        }
    }
}

/* Makes one result of an even axis, of taps that are points. */
static void KERNEL_NAME(one)(const struct taps *taps, ptrdiff_t shift, const void *in, void *out)
{
    const KERNEL_IN *f = in;
    const KERNEL_SCALAR here = (KERNEL_SCALAR)f[taps->center * shift];
    KERNEL_SCALAR sum = 0;
    for (unsigned t = 0; t < taps->n; t++) {
        KERNEL_SCALAR a = (KERNEL_SCALAR)f[taps->offset[t] * shift];
        if (taps->form == TAPS_DIFFERENCES)
            a -= here;
        else if (taps->form == TAPS_CENTRAL)
            a -= (KERNEL_SCALAR)f[taps->from[t] * shift];
        else if (taps->form == TAPS_CURVATURE)
            a = (a - here) + ((KERNEL_SCALAR)f[taps->from[t] * shift] - here);
        a *= (KERNEL_SCALAR)taps->weight[t];
        sum = t == 0 ? a : sum + a;
    }
    for (unsigned k = 0; k < taps->order; k++)
        sum /= (KERNEL_SCALAR)taps->step;
    if (taps->divisor != 1)
        sum /= (KERNEL_SCALAR)taps->divisor;
    *(KERNEL_OUT *)out = (KERNEL_OUT)sum;
}

STENCIL_BODY void KERNEL_NAME(strided)(enum taps_form form, unsigned n, const struct rows *rows,
                                       const ptrdiff_t point[3], const KERNEL_IN *restrict in,
                                       KERNEL_OUT *restrict out)
{
    const struct rows all = *rows;
    const bool uneven = form != TAPS_CENTRAL && form != TAPS_CURVATURE;
    for (ptrdiff_t row = 0; row < all.count; row++) {
        const KERNEL_IN *f = in + row * all.in_row;
        KERNEL_OUT *g = out + row * all.out_row;
        const double *weight = uneven ? all.weight + row * all.weight_row : NULL;
        for (ptrdiff_t i = 0; i < all.length; i++)
            g[i * point[1]] = (KERNEL_OUT)KERNEL_NAME(result)(
                form, n, f + i * point[0], &all, uneven ? weight + i * point[2] : NULL, point[2]);
    }
}

/* Does scalars that are not adjacent: three-point formulas here, all others term by term. */
STENCIL_BODY void KERNEL_NAME(each)(enum taps_form form, unsigned n, const struct rows *rows,
                                    const void *in, void *out)
{
    const ptrdiff_t any[3] = {rows->in_point, rows->out_point, rows->weight_point};
    const ptrdiff_t single[3] = {1, 1, 0}, weighed[3] = {1, 1, 1};
    const bool uneven = form != TAPS_CENTRAL && form != TAPS_CURVATURE;
    const bool sparse = rows->in_point != 1 || rows->out_point != 1;
    if (sparse && ((form == TAPS_CENTRAL && n == 1) || form == TAPS_SUM))
        KERNEL_NAME(strided)(form, n, rows, any, in, out);
    else if (sparse)
        KERNEL_NAME(any)(rows, in, out);
    else if (uneven && rows->weight_point == 1)
        KERNEL_NAME(strided)(form, n, rows, weighed, in, out);
    else
        KERNEL_NAME(strided)(form, n, rows, single, in, out);
}

    #undef KERNEL_SLOW
    #define KERNEL_TARGET STENCIL_CLONES
#else
    #ifndef KERNEL_WIDEN
        #define KERNEL_WIDEN(v) (v)
    #endif
    #define FORMULA_LANES      KERNEL_LANES
    #define FORMULA_NAME(verb) KERNEL_NAME(verb##_vector)
    #define FORMULA_WIDEN(v)   KERNEL_WIDEN(v)
    #include "stencil/formula_template.h"

typedef KERNEL_OUT KERNEL_NAME(out) __attribute__((vector_size(KERNEL_LANES * sizeof(KERNEL_OUT))));

/* Integers as wide as results: the numbers of lanes, or masks. */
typedef __typeof__((KERNEL_NAME(out)){0} < (KERNEL_NAME(out)){0}) KERNEL_NAME(lanes);

/* Replaces the lanes [first, end) of v by those at from. All in registers: to store scalars and
 * load them as a vector would wait until the memory has taken all stores before. */
STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(blend)(KERNEL_NAME(out) * v, const KERNEL_OUT *from,
                                                   ptrdiff_t first, ptrdiff_t end)
{
    KERNEL_NAME(lanes) lane, old, given;
    for (int i = 0; i < KERNEL_LANES; i++)
        lane[i] = i;
    memcpy(&old, v, sizeof old);
    memcpy(&given, from, sizeof given);
    const KERNEL_NAME(lanes) mask = (lane >= (int)first) & (lane < (int)end);
    old = (old & ~mask) | (given & mask);
    memcpy(v, &old, sizeof old);
}

/* Replaces those of the results [from, from + STEP), in v, that rows->left and right hold. */
STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(patch)(const struct rows *rows, ptrdiff_t from,
                                                   KERNEL_NAME(out) * v)
{
    enum { STEP = LINE / sizeof(KERNEL_OUT) };
    const KERNEL_OUT *left = rows->left, *right = rows->right;
    const ptrdiff_t n = rows->n_left - from, end = rows->length - rows->n_right - from;
    for (ptrdiff_t k = 0; n > 0 && k < STEP; k += KERNEL_LANES)
        KERNEL_NAME(blend)(&v[k / KERNEL_LANES], left + from + k, 0, n - k);
    for (ptrdiff_t k = 0; end < STEP && k < STEP; k += KERNEL_LANES)
        KERNEL_NAME(blend)(&v[k / KERNEL_LANES], right + k - end, end - k, STEP);
}

/* Returns the vector of results from i on. */
STENCIL_BODY KERNEL_TARGET KERNEL_NAME(out)
    KERNEL_NAME(vector)(enum taps_form form, unsigned n, const struct rows *rows,
                        ptrdiff_t weight_point, ptrdiff_t i, const KERNEL_IN *f)
{
    const double *weight = rows->weight ? rows->weight + i * weight_point : NULL;
    return __builtin_convertvector(
        KERNEL_NAME(result_vector)(form, n, f + i, rows, weight, weight_point), KERNEL_NAME(out));
}

/* Stores a cache line that is not all computed results: assembles it first. The parts of lines
 * before the first and after the last whole one are parts of vectors. One function serves all
 * forms, since such lines are few. */
__attribute__((noinline)) static KERNEL_TARGET void KERNEL_NAME(line)(
    enum taps_form form, unsigned n, const struct rows *rows, ptrdiff_t line, const KERNEL_IN *f,
    KERNEL_OUT *g)
{
    enum { STEP = LINE / sizeof *g, VECTORS = STEP / KERNEL_LANES };
    const ptrdiff_t last = rows->length - STEP, at = line < 0 ? 0 : line > last ? last : line;
    KERNEL_NAME(out) v[VECTORS];
    for (ptrdiff_t k = 0; k < VECTORS; k++)
        v[k] = KERNEL_NAME(vector)(form, n, rows, rows->weight_point, at + k * KERNEL_LANES, f);
    KERNEL_NAME(patch)(rows, at, v);
    if (line == at) {
        for (ptrdiff_t k = 0; k < VECTORS; k++)
            KERNEL_STORE(g + line + k * KERNEL_LANES, &v[k], sizeof *v);
        return;
    }
    KERNEL_OUT part[STEP];
    memcpy(part, v, sizeof part);
    if (line < 0)
        memcpy(g, part, (size_t)(line + STEP) * sizeof *g);
    else
        memcpy(g + line, part + (line - at), (size_t)(rows->length - line) * sizeof *g);
}

/* Does one row, with non-temporal stores. */
STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(row)(enum taps_form form, unsigned n,
                                                 const struct rows *rows, ptrdiff_t weight_point,
                                                 const KERNEL_IN *f, KERNEL_OUT *g)
{
    const struct rows all = *rows;
    const ptrdiff_t step = LINE / (ptrdiff_t)sizeof *g;
    const ptrdiff_t head = (ptrdiff_t)(-(uintptr_t)g % LINE / sizeof *g);
    const ptrdiff_t patched = all.n_left > head ? all.n_left - head + step - 1 : 0;
    const ptrdiff_t first = head + patched / step * step;
    const ptrdiff_t end = head + (all.length - all.n_right - head) / step * step;
    if (end < all.length) /* plain stores to a cache line in memory would delay all after them */
        __builtin_prefetch(g + end + all.out_row, 1);
    for (ptrdiff_t line = head > 0 ? head - step : 0; line < first; line += step)
        KERNEL_NAME(line)(form, n, rows, line, f, g);
    for (ptrdiff_t i = first; i < end; i += KERNEL_LANES) {
        __builtin_prefetch(f + i + all.ahead);
        const KERNEL_NAME(out) v = KERNEL_NAME(vector)(form, n, &all, weight_point, i, f);
        KERNEL_STORE(g + i, &v, sizeof v);
    }
    for (ptrdiff_t line = end; line < all.length; line += step)
        KERNEL_NAME(line)(form, n, rows, line, f, g);
}

STENCIL_BODY KERNEL_TARGET void KERNEL_NAME(each)(enum taps_form form, unsigned n,
                                                  const struct rows *rows, const void *in,
                                                  void *out)
{
    const bool uneven = form != TAPS_CENTRAL && form != TAPS_CURVATURE;
    if (uneven && rows->weight_point == 1)
        KERNEL_NAME(row)(form, n, rows, 1, in, out);
    else
        KERNEL_NAME(row)(form, n, rows, 0, in, out);
}

#endif

#define KERNEL_FUNCTION(name, form, n)                                                             \
    static KERNEL_TARGET void KERNEL_NAME(name)(const struct rows *rows, const void *in,           \
                                                void *out)                                         \
    {                                                                                              \
        KERNEL_NAME(each)(form, n, rows, in, out);                                                 \
    }

KERNEL_FUNCTION(central_2, TAPS_CENTRAL, 1)
KERNEL_FUNCTION(central_4, TAPS_CENTRAL, 2)
KERNEL_FUNCTION(central_6, TAPS_CENTRAL, 3)
KERNEL_FUNCTION(central_8, TAPS_CENTRAL, 4)
KERNEL_FUNCTION(curvature_2, TAPS_CURVATURE, 1)
KERNEL_FUNCTION(curvature_4, TAPS_CURVATURE, 2)
KERNEL_FUNCTION(curvature_6, TAPS_CURVATURE, 3)
KERNEL_FUNCTION(curvature_8, TAPS_CURVATURE, 4)
#ifdef KERNEL_UNEVEN
KERNEL_FUNCTION(sum_2, TAPS_SUM, 3)
KERNEL_FUNCTION(slopes_2, TAPS_SLOPES, 1)
KERNEL_FUNCTION(differences_4, TAPS_DIFFERENCES, 4)
KERNEL_FUNCTION(differences_6, TAPS_DIFFERENCES, 6)
KERNEL_FUNCTION(differences_8, TAPS_DIFFERENCES, 8)
#endif
#undef KERNEL_FUNCTION

static const struct row_functions KERNEL_NAME(functions) = {
    .inside =
        {
            [TAPS_CENTRAL] = {KERNEL_NAME(central_2), KERNEL_NAME(central_4),
                              KERNEL_NAME(central_6), KERNEL_NAME(central_8)},
            [TAPS_CURVATURE] = {KERNEL_NAME(curvature_2), KERNEL_NAME(curvature_4),
                                KERNEL_NAME(curvature_6), KERNEL_NAME(curvature_8)},
#ifdef KERNEL_UNEVEN
            [TAPS_SUM] = {KERNEL_NAME(sum_2)},
            [TAPS_SLOPES] = {KERNEL_NAME(slopes_2)},
            [TAPS_DIFFERENCES] = {NULL, KERNEL_NAME(differences_4), KERNEL_NAME(differences_6),
                                  KERNEL_NAME(differences_8)},
#endif
        },
#if KERNEL_LANES == 1
    .any = KERNEL_NAME(any),
    .one = KERNEL_NAME(one),
#endif
};

#if KERNEL_LANES == 1
    #undef KERNEL_TARGET
#endif
#undef KERNEL_IN
#undef KERNEL_SCALAR
#undef KERNEL_OUT
#undef KERNEL_NAME
#undef KERNEL_LANES
#undef KERNEL_WIDEN
#undef KERNEL_UNEVEN
