/* SPDX-License-Identifier: BSD-3-Clause */
/* Axes with the three-point gradient, for tests that need just any axis. */
#ifndef TESTS_SUPPORT_GRADIENT_AXIS_H
#define TESTS_SUPPORT_GRADIENT_AXIS_H

#include <check.h>

#include "stencil/stencil.h"

/* x: coordinates, or NULL, for a step. */
static inline struct stencil_axis gradient_axis(uint64_t extent, unsigned edge_order, double step,
                                                const double *x)
{
    const struct stencil_operator op = {.derivative = 1, .accuracy = 2, .edge_order = edge_order};
    struct stencil_axis axis;
    struct stencil_scan scan;
    if (!x) {
        ck_assert_int_eq(hg_stencil_make_even(&op, extent, step, &axis, NULL), H5GRAD_OK);
        return axis;
    }
    const double *const ends[2] = {x, x + extent - STENCIL_ENDS(extent)};
    hg_stencil_scan_start(&scan);
    ck_assert_int_eq(hg_stencil_scan_next(&scan, x, extent, NULL), H5GRAD_OK);
    ck_assert_int_eq(hg_stencil_make(&op, &scan, ends, &axis, NULL), H5GRAD_OK);
    return axis;
}

#endif
