/* SPDX-License-Identifier: BSD-3-Clause */
/* What an axis measures, where that matters to derivatives along it: by the attributes of its
 * coordinates, as CF has them. */
#ifndef H5GRAD_AXIS_KIND_H
#define H5GRAD_AXIS_KIND_H

#include <stdbool.h>

enum axis_quantity { AXIS_OTHER, AXIS_LONGITUDE, AXIS_LATITUDE, AXIS_TIME };

struct axis_kind {
    enum axis_quantity quantity;
    bool radians; /* of an angle; else degrees */
};

/* Any text may be NULL. letter: the attribute axis, "T" of a time. */
struct axis_kind hg_axis_kind(const char *units, const char *standard_name, const char *letter);

#endif
