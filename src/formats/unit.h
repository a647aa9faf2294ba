/* SPDX-License-Identifier: BSD-3-Clause */
/* Units of derivatives, as UDUNITS reads them: products are set side by side, nothing is cancelled.
 */
#ifndef H5GRAD_FORMATS_UNIT_H
#define H5GRAD_FORMATS_UNIT_H

#include <stdbool.h>

/*
 * The unit of values by a power of that of an axis: "K m-1", "m s-1 m-2", "(kg/m3) m-1" where one
 * of them is no plain product of powers. axis NULL: unit spacing, the unit of the values. In new
 * memory; NULL when there is none.
 */
char *hg_unit_by(const char *value, const char *axis, unsigned power);

/* The square of a unit: "K2", "m-2", "(m s-1 m-1)2". */
char *hg_unit_square(const char *unit);

/* As hg_unit_by for the power 1, but a quotient where one of them is no plain word: "(m s-1)/(m)".
 */
char *hg_unit_quotient(const char *value, const char *axis);

#endif
