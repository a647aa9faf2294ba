/* SPDX-License-Identifier: BSD-3-Clause */
/* Units of derivatives in the syntax of UDUNITS. Factors stand side by side; none are cancelled. */
#ifndef H5GRAD_FORMATS_UNIT_H
#define H5GRAD_FORMATS_UNIT_H

#include <stdbool.h>

/*
 * Returns the unit of values divided by a power of an axis's unit: "K m-1", "m s-1 m-2"; "(kg/m3)
 * m-1" if a unit is no plain product of powers. axis NULL: unit spacing, which keeps the unit of
 * the values. To be freed; NULL if memory runs out.
 */
char *hg_unit_by(const char *value, const char *axis, unsigned power);

/* Returns the square of a unit: "K2", "m-2", "(m s-1 m-1)2". To be freed. */
char *hg_unit_square(const char *unit);

#endif
