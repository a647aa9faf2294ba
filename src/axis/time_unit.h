/* SPDX-License-Identifier: BSD-3-Clause */
/* Times that are counted from a date, as CF has them, brought to another unit. */
#ifndef H5GRAD_AXIS_TIME_UNIT_H
#define H5GRAD_AXIS_TIME_UNIT_H

#include "axis/coord_array.h"

/*
 * How coordinates with these units become times in wanted, one of "s", "min", "h", "d", "ms", "us",
 * "ns". out->factor is 0 where units, which may be NULL, are not of the form "WORD since ...".
 * H5GRAD_FAILED for a word that is no fixed time in the calendar, which may be NULL: the standard
 * one.
 */
enum h5grad_status hg_time_scale(const char *units, const char *calendar, const char *wanted,
                                 struct array_scale *out, struct h5grad_error *err);

#endif
