/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The formulas of three neighbours; included by kernel_template.h, for scalars and for vectors.
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

/* The weights of the points from weight on; weight_point 0: the same for all. */
FORMULA_INLINE FORMULA_NAME(value) FORMULA_NAME(weigh)(const double *weight, ptrdiff_t weight_point)
{
    FORMULA_NAME(value) v = {0};
    if (FORMULA_LANES == 1 || weight_point == 0)
        return (KERNEL_SCALAR)*weight - v;
    memcpy(&v, weight, sizeof v);
    return v;
}

/* The result of three neighbours, the second of them at f. Halving is exact or rounds as division
 * by 2 does. */
FORMULA_INLINE FORMULA_NAME(value)
    FORMULA_NAME(result)(enum taps_form form, const KERNEL_IN *f, const struct rows *rows,
                         const double *weight, ptrdiff_t weight_point)
{
    const ptrdiff_t shift = rows->shift, tap = rows->weight_tap;
    const KERNEL_SCALAR step = (KERNEL_SCALAR)rows->step;
    const FORMULA_NAME(value) next = FORMULA_NAME(load)(f + shift);
    if (form == TAPS_CENTRAL)
        return (next - FORMULA_NAME(load)(f - shift)) / step * (KERNEL_SCALAR)0.5;
    const FORMULA_NAME(value) here = FORMULA_NAME(load)(f);
    if (form == TAPS_DIFFERENCE)
        return (next - here) / step;
    const FORMULA_NAME(value) a = FORMULA_NAME(weigh)(weight, weight_point);
    const FORMULA_NAME(value) b = FORMULA_NAME(weigh)(weight + tap, weight_point);
    const FORMULA_NAME(value) c = FORMULA_NAME(weigh)(weight + 2 * tap, weight_point);
    const FORMULA_NAME(value) sum = a * FORMULA_NAME(load)(f - shift) + b * here + c * next;
    return form == TAPS_EVEN_SUM ? sum / step : sum;
}

#undef FORMULA_LANES
#undef FORMULA_NAME
#undef FORMULA_WIDEN
#undef FORMULA_INLINE
