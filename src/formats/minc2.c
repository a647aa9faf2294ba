/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MINC 2, volumes of medical imaging. The image's attribute dimorder names its axes in the order of
 * its extents; the dataset of that name in /minc-2.0/dimensions gives start and step of the axis,
 * or holds the coordinates of an irregular one. Its length is ignored, since it may differ from the
 * image's extent. /minc-2.0/image/N/image is the volume thinned out 2^N times.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"

#define ROOT       "/minc-2.0/"
#define DIMENSIONS ROOT "dimensions/"
#define IMAGE      ROOT "image/"
#define MAX_LEVEL  16

/* Returns whether the path is IMAGE "N/image", and sets N. */
static bool is_image(const char *path, unsigned *level)
{
    if (!hg_path_begins(path, IMAGE))
        return false;
    const char *at = path + strlen(IMAGE);
    *level = 0;
    size_t digits = strspn(at, "0123456789");
    for (size_t i = 0; i < digits && *level <= MAX_LEVEL; i++)
        *level = *level * 10 + (unsigned)(at[i] - '0');
    return digits > 0 && *level <= MAX_LEVEL && strcmp(at + digits, "/image") == 0;
}

/* Enters start and step, which have defaults. */
static void enter_regular(struct query *query, unsigned k, hid_t dimension, const char *path,
                          unsigned level)
{
    double step = 1, start = 0, length, extent = (double)query->extent[k];
    double factor = (double)(1u << level);
    if (hg_attribute_exactly(dimension, "step", 1, &step) == H5_BROKEN) {
        hg_coords_set_problem(query, k, "%s: its step is no number", path);
        return;
    }
    if (hg_attribute_exactly(dimension, "start", 1, &start) == H5_BROKEN)
        start = 0;
    if (level > 0 &&
        (hg_attribute_exactly(dimension, "length", 1, &length) != H5_FOUND ||
         !(length >= factor && length < (extent + 1) * factor && length >= extent * factor)))
        hg_coords_set_problem(query, k, "%s: its length is not %u times the extent %" PRIu64, path,
                              1u << level, query->extent[k]);
    else
        hg_coords_set_step(query, k, step * factor,
                           level > 0 ? start + step * (factor - 1) / 2 : start);
}

static void enter_dimension(struct query *query, unsigned k, const char *name, unsigned level)
{
    hg_coords_set_name(query, k, name);
    if (strcmp(name, "vector_dimension") == 0) {
        hg_coords_leave_out(query, k, "it holds the components of a vector");
        return;
    }
    struct h5grad_error reason;
    BASE_FREED char *path = hg_coords_format(query, DIMENSIONS "%s", name);
    if (!path)
        return;
    H5_CLOSED hid_t dimension = hg_open_dataset(query->file, path, &reason);
    if (dimension < 0) {
        hg_coords_set_problem(query, k, "%s: %s", path, reason.message);
    } else {
        BASE_FREED char *spacing = hg_attribute_text(dimension, "spacing");
        if (spacing && hg_path_begins(spacing, "irregular"))
            hg_coords_set_dataset(query, k, path, false);
        else
            enter_regular(query, k, dimension, path, level);
        hg_coords_set_unit_of(query, k, dimension, "units");
    }
}

/* Cuts "zspace,yspace,xspace" in place; returns how many names there are, of which it keeps max. */
static unsigned cut(char *text, unsigned max, char **name)
{
    unsigned n = 0;
    for (char *rest = text, *next; (next = strsep(&rest, ",")); n++) {
        if (n < max)
            name[n] = next + strspn(next, " ");
    }
    return n;
}

static void read_axes(struct query *query)
{
    unsigned level;
    char *name[GRID_MAX_RANK];
    BASE_FREED char *order =
        is_image(query->path, &level) ? hg_attribute_text(query->dataset, "dimorder") : NULL;
    if (!order)
        return;
    unsigned n = cut(order, GRID_MAX_RANK, name);
    if (n != query->rank)
        hg_coords_set_problems(query, "dimorder names %u dimension%s, the rank is %u", n,
                               n == 1 ? "" : "s", query->rank);
    for (unsigned k = 0; k < query->rank && n == query->rank; k++)
        enter_dimension(query, k, name[k], level);
}

static const char *not_field(const struct query *query)
{
    unsigned level;
    if (!hg_path_begins(query->path, ROOT) || is_image(query->path, &level))
        return NULL;
    return hg_path_begins(query->path, DIMENSIONS) ? COORDS_COORDINATE
                                                   : "it is bookkeeping of MINC";
}

const struct coords_convention hg_coords_minc2 = {
    .name = "MINC",
    .axes = read_axes,
    .not_field = not_field,
};
