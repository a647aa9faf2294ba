/* SPDX-License-Identifier: BSD-3-Clause */
#include "axis/kind.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; text && *words; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

/* The spellings of CF conventions 1.11, sections 4.1 and 4.2. */
static const char *const east[] = {"degrees_east", "degree_east", "degree_E", "degrees_E",
                                   "degreeE",      "degreesE",    NULL};
static const char *const north[] = {"degrees_north", "degree_north", "degree_N", "degrees_N",
                                    "degreeN",       "degreesN",     NULL};
static const char *const degree[] = {"degrees", "degree", "deg", NULL};
static const char *const radian[] = {"radians", "radian", "rad", NULL};
static const char *const longitude[] = {"longitude", "grid_longitude", NULL};
static const char *const latitude[] = {"latitude", "grid_latitude", NULL};

struct axis_kind hg_axis_kind(const char *units, const char *standard_name, const char *letter)
{
    struct axis_kind kind = {AXIS_OTHER, is_one_of(units, radian)};
    const bool angle = kind.radians || is_one_of(units, degree);
    if (is_one_of(units, east) || (angle && is_one_of(standard_name, longitude)))
        kind.quantity = AXIS_LONGITUDE;
    else if (is_one_of(units, north) || (angle && is_one_of(standard_name, latitude)))
        kind.quantity = AXIS_LATITUDE;
    else if ((units && strcasestr(units, " since ")) || (letter && strcmp(letter, "T") == 0))
        kind.quantity = AXIS_TIME;
    return kind;
}
