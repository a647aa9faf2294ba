/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers that stand for things and not for quantities, where no other word of their convention is
 * needed to know it: booleans of xarray and MATLAB, HDF5's images whose points are indices of
 * colours, the palettes of these, and lists of names.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/coords.h"
#include "hdf5/attribute.h"
#include "formats/categories.h"

/* Whether the object has an attribute of that text, in any letter case and with blanks behind it.
 */
static bool says(hid_t object, const char *attribute, const char *text)
{
    char *found = hg_attribute_text(object, attribute);
    size_t length = found ? strlen(found) : 0;
    while (length > 0 && isspace((unsigned char)found[length - 1]))
        length--;
    bool same = found && length == strlen(text) && strncasecmp(found, text, length) == 0;
    free(found);
    return same;
}

/* Of satellites there are indexed images whose numbers are counts of a quantity all the same. */
static bool is_scaled(hid_t dataset)
{
    double scale = 1, offset = 0;
    hg_attribute_number(dataset, "SCALING_FACTOR", &scale);
    hg_attribute_number(dataset, "OFFSET", &offset);
    return scale != 1 || offset != 0;
}

const char *hg_coords_categories(hid_t dataset)
{
    static const struct {
        const char *attribute, *text, *why;
        bool unless_scaled;
    } signs[] = {
        {"dtype", "bool", COORDS_CATEGORIES " (booleans)", false},
        {"MATLAB_class", "logical", COORDS_CATEGORIES " (booleans)", false},
        {"CLASS", "PALETTE", COORDS_CATEGORIES " (the colours of a palette)", false},
        {"IMAGE_SUBCLASS", "IMAGE_BITMAP", COORDS_CATEGORIES " (a bitmap)", false},
        {"IMAGE_SUBCLASS", "IMAGE_INDEXED", COORDS_CATEGORIES " (indices of a palette's colours)",
         true},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (says(dataset, signs[i].attribute, signs[i].text) &&
            !(signs[i].unless_scaled && is_scaled(dataset)))
            return signs[i].why;
    }
    size_t n;
    char **names = hg_attribute_texts(dataset, "CLIST", &n);
    hg_free_texts(names, names ? n : 0);
    return names ? COORDS_CATEGORIES " (CLIST has their names)" : NULL;
}
