/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The formulas of the inside of an axis; included by kernel_template.h, for scalars and for
 * vectors.
 *
 * FORMULA_LANES       scalars of a vector; 1: a scalar
 * FORMULA_NAME(verb)  the name of the function verb
 * FORMULA_WIDEN(v)    KERNEL_IN, or a vector of it, as KERNEL_SCALAR
 *
 * All are undefined at the end, but none of KERNEL_*.
 */

#if FORMULA_LANES == 1
typedef KERNEL_IN FORMULA_NAME(in);
typedef KERNEL_SCALAR FORMULA_NAME(value);
    #define FORMULA_INLINE STENCIL_BODY
#else
typedef KERNEL_IN FORMULA_NAME(in) __attribute__((vector_size(FORMULA_LANES * sizeof(KERNEL_IN))));
typedef KERNEL_SCALAR FORMULA_NAME(value)
    __attribute__((vector_size(FORMULA_LANES * sizeof(KERNEL_SCALAR))));
    #define FORMULA_INLINE STENCIL_BODY KERNEL_TARGET
#endif

FORMULA_INLINE FORMULA_NAME(value) FORMULA_NAME(load)(const KERNEL_IN *f)
{
    FORMULA_NAME(in) v;
    memcpy(&v, f, sizeof v);
    return FORMULA_WIDEN(v);
}

/* Loads the weights of adjacent scalars; weight_point 0: one weight for all. */
FORMULA_INLINE FORMULA_NAME(value) FORMULA_NAME(weigh)(const double *weight, ptrdiff_t weight_point)
{
    FORMULA_NAME(value) v = {0};
    if (FORMULA_LANES == 1 || weight_point == 0)
        return (KERNEL_SCALAR)*weight - v;
    memcpy(&v, weight, sizeof v);
    return v;
}

/* Returns term t of n of an even axis: of the points n - t before and after f. A single pair has
 * the weight 1. */
FORMULA_INLINE FORMULA_NAME(value) FORMULA_NAME(pair)(enum taps_form form, unsigned n, unsigned t,
                                                      const KERNEL_IN *f, const struct rows *rows)
{
    const ptrdiff_t far = (ptrdiff_t)(n - t) * rows->shift;
    const FORMULA_NAME(value) here = FORMULA_NAME(load)(f);
    const FORMULA_NAME(value) next = FORMULA_NAME(load)(f + far);
    const FORMULA_NAME(value) last = FORMULA_NAME(load)(f - far);
    const FORMULA_NAME(value) pair =
        form == TAPS_CENTRAL ? next - last : (next - here) + (last - here);
    return n == 1 ? pair : (KERNEL_SCALAR)rows->even[t] * pair;
}

/* Multiplies by 0.5: that rounds as the division by 2 does. */
FORMULA_INLINE FORMULA_NAME(value)
    FORMULA_NAME(even)(enum taps_form form, unsigned n, const KERNEL_IN *f, const struct rows *rows)
{
    const KERNEL_SCALAR step = (KERNEL_SCALAR)rows->step;
    FORMULA_NAME(value) sum = FORMULA_NAME(pair)(form, n, 0, f, rows);
    if (n > 1)
        sum = sum + FORMULA_NAME(pair)(form, n, 1, f, rows);
    if (n > 2)
        sum = sum + FORMULA_NAME(pair)(form, n, 2, f, rows);
    if (n > 3)
        sum = sum + FORMULA_NAME(pair)(form, n, 3, f, rows);
    sum = sum / step;
    if (form == TAPS_CURVATURE)
        sum = sum / step;
    if (n == 1)
        return form == TAPS_CENTRAL ? sum * (KERNEL_SCALAR)0.5 : sum;
    return sum / (KERNEL_SCALAR)rows->divisor;
}

/* Returns term t of n of an uneven axis. */
FORMULA_INLINE FORMULA_NAME(value)
    FORMULA_NAME(difference)(unsigned n, unsigned t, const KERNEL_IN *f, const struct rows *rows,
                             const double *weight, ptrdiff_t weight_point)
{
    const ptrdiff_t k = (ptrdiff_t)t - (ptrdiff_t)(n / 2) + (t >= n / 2);
    return FORMULA_NAME(weigh)(weight + (ptrdiff_t)t * rows->weight_tap, weight_point) *
           (FORMULA_NAME(load)(f + k * rows->shift) - FORMULA_NAME(load)(f));
}

FORMULA_INLINE FORMULA_NAME(value)
    FORMULA_NAME(window)(unsigned n, const KERNEL_IN *f, const struct rows *rows,
                         const double *weight, ptrdiff_t weight_point)
{
#define DIFFERENCE(t) FORMULA_NAME(difference)(n, t, f, rows, weight, weight_point)
    FORMULA_NAME(value) sum = DIFFERENCE(0) + DIFFERENCE(1);
    sum = sum + DIFFERENCE(2);
    sum = sum + DIFFERENCE(3);
    if (n > 4) {
        sum = sum + DIFFERENCE(4);
        sum = sum + DIFFERENCE(5);
    }
    if (n > 6) {
        sum = sum + DIFFERENCE(6);
        sum = sum + DIFFERENCE(7);
    }
    return sum;
#undef DIFFERENCE
}

/* Returns the result of n terms, for the point at f. */
FORMULA_INLINE FORMULA_NAME(value)
    FORMULA_NAME(result)(enum taps_form form, unsigned n, const KERNEL_IN *f,
                         const struct rows *rows, const double *weight, ptrdiff_t weight_point)
{
    const ptrdiff_t shift = rows->shift, tap = rows->weight_tap;
    if (form == TAPS_CENTRAL || form == TAPS_CURVATURE)
        return FORMULA_NAME(even)(form, n, f, rows);
    if (form == TAPS_DIFFERENCES)
        return FORMULA_NAME(window)(n, f, rows, weight, weight_point);
    const FORMULA_NAME(value) last = FORMULA_NAME(load)(f - shift);
    const FORMULA_NAME(value) here = FORMULA_NAME(load)(f);
    const FORMULA_NAME(value) next = FORMULA_NAME(load)(f + shift);
    const FORMULA_NAME(value) a = FORMULA_NAME(weigh)(weight, weight_point);
    const FORMULA_NAME(value) b = FORMULA_NAME(weigh)(weight + tap, weight_point);
    const FORMULA_NAME(value) c = FORMULA_NAME(weigh)(weight + 2 * tap, weight_point);
    if (form == TAPS_SUM)
        return a * last + b * here + c * next;
    const FORMULA_NAME(value) slopes = (next - here) / a - (here - last) / b;
    return (slopes + slopes) / c;
}

#undef FORMULA_LANES
#undef FORMULA_NAME
#undef FORMULA_WIDEN
#undef FORMULA_INLINE
