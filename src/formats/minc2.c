/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MINC 2, volumes of medical imaging. The image's attribute dimorder names its axes in the order of
 * its extents; the dataset of that name in /minc-2.0/dimensions says where the axis starts and its
 * step, or holds the coordinates of an irregular one. Its length is not asked: it may be wrong
 * where the image's own extent is right. /minc-2.0/image/N/image is the volume thinned out 2^N
 * times.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "formats/convention.h"

#define ROOT       "/minc-2.0/"
#define DIMENSIONS ROOT "dimensions/"
#define IMAGE      ROOT "image/"
#define MAX_LEVEL  16

/* Whether the path is IMAGE "N/image", and N. */
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

/* Start and step, which have defaults. */
static enum h5grad_status enter_regular(hid_t dimension, unsigned level, uint64_t extent,
                                        struct coords *coords, unsigned k, const char *path,
                                        struct h5grad_error *err)
{
    static const char *const source = "MINC";
    double step = 1, start = 0, length;
    if (hg_attribute_exactly(dimension, "step", 1, &step) == H5_BROKEN)
        return hg_coords_set_problem(coords, k, source, err, "%s: its step is no number", path);
    if (hg_attribute_exactly(dimension, "start", 1, &start) == H5_BROKEN)
        start = 0;
    if (level > 0) {
        double factor = (double)(1u << level);
        if (hg_attribute_exactly(dimension, "length", 1, &length) != H5_FOUND ||
            !(length >= factor && length < (double)(extent + 1) * factor &&
              length >= (double)extent * factor))
            return hg_coords_set_problem(coords, k, source, err,
                                         "%s: its length is not %u times the extent %" PRIu64, path,
                                         1u << level, extent);
        start += step * (factor - 1) / 2;
        step *= factor;
    }
    return hg_coords_set_step(coords, k, step, start, source, err);
}

static enum h5grad_status enter_dimension(hid_t file, const char *name, unsigned level,
                                          uint64_t extent, struct coords *coords, unsigned k,
                                          struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_set_name(coords, k, name, err);
    if (strcmp(name, "vector_dimension") == 0) {
        return status ? status
                      : hg_coords_leave_out(coords, k, err, "it holds the components of a vector");
    }
    char *path = hg_memory_format(DIMENSIONS "%s", name);
    if (!path)
        return hg_error_memory(err, strlen(name));
    struct h5grad_error reason;
    hid_t dimension = hg_open_dataset(file, path, &reason);
    char *spacing = dimension >= 0 ? hg_attribute_text(dimension, "spacing") : NULL;
    if (!status && dimension < 0)
        status = hg_coords_set_problem(coords, k, "MINC", err, "%s: %s", path, reason.message);
    else if (!status && spacing && strncmp(spacing, "irregular", strlen("irregular")) == 0)
        status = hg_coords_set_dataset(coords, k, file, path, extent, false, "MINC", err);
    else if (!status)
        status = enter_regular(dimension, level, extent, coords, k, path, err);
    char *unit = dimension >= 0 ? hg_attribute_text(dimension, "units") : NULL;
    if (!status)
        status = hg_coords_set_unit(coords, k, unit, err);
    free(unit);
    free(spacing);
    hg_close(dimension);
    free(path);
    return status;
}

/* Cuts "zspace,yspace,xspace" in place; the number of names, of which at most max are kept. */
static unsigned cut(char *text, unsigned max, char **name)
{
    unsigned n = 0;
    for (char *rest = text, *next; (next = strsep(&rest, ",")); n++) {
        if (n < max)
            name[n] = next + strspn(next, " ");
    }
    return n;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    unsigned level;
    uint64_t extent[GRID_MAX_RANK];
    if (!is_image(path, &level) || !hg_read_extents(dataset, coords->rank, extent))
        return H5GRAD_OK;
    char *order = hg_attribute_text(dataset, "dimorder");
    if (!order)
        return H5GRAD_OK;
    char *name[GRID_MAX_RANK];
    unsigned n = cut(order, GRID_MAX_RANK, name);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        if (n == coords->rank)
            status = enter_dimension(file, name[k], level, extent[k], coords, k, err);
        else
            status = hg_coords_set_problem(coords, k, "MINC", err,
                                           "dimorder names %u dimension%s, the rank is %u", n,
                                           n == 1 ? "" : "s", coords->rank);
    }
    free(order);
    return status;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)file;
    (void)dataset;
    unsigned level;
    if (!hg_path_begins(path, ROOT) || is_image(path, &level))
        return NULL;
    return hg_path_begins(path, DIMENSIONS) ? "it is a coordinate" : "it is bookkeeping of MINC";
}

const struct coords_convention hg_coords_minc2 = {
    .name = "MINC",
    .axes = read_axes,
    .not_field = not_field,
};
