/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delmic and SVI, microscopes: /Acquisition0/ImageData/Image and the like have the axes C, T, Z, Y,
 * X. The scales of X, Y and Z are single numbers, the size of a pixel; those of others are arrays.
 * Y points up, and the first row is the uppermost.
 */
#include <string.h>

#include "formats/convention.h"

#define SCALE "DimensionScale"

static bool is_image(const char *path)
{
    static const char *const ends[] = {"/ImageData/Image", "/Preview/Image"};
    bool is = false;
    for (size_t i = 0; i < 2; i++) {
        const char *end = strstr(path, ends[i]);
        is = is || (end && end[strlen(ends[i])] == '\0');
    }
    return is;
}

static void enter_axis(struct query *query, unsigned k, const char *label)
{
    double size;
    BASE_FREED char *name = hg_coords_format(query, SCALE "%s", label);
    BASE_FREED char *path = name ? hg_coords_beside(query, name) : NULL;
    H5_CLOSED hid_t scale = path ? hg_open_dataset(query->file, path, NULL) : -1;
    if (scale < 0)
        return;
    hg_coords_set_name(query, k, label);
    hg_coords_set_unit_of(query, k, scale, "UNIT");
    const bool single = hg_dataset_extent(scale, NULL, NULL) == 0;
    if (!single)
        hg_coords_set_dataset(query, k, path, false);
    else if (hg_coords_dataset_numbers(query, path, 1, &size) && size != 0)
        hg_coords_set_step(query, k, strcmp(label, "Y") == 0 ? -size : size, 0);
}

static void read_axes(struct query *query)
{
    size_t n = 0;
    char **labels =
        is_image(query->path) ? hg_attribute_texts(query->dataset, "DIMENSION_LABELS", &n) : NULL;
    for (unsigned k = 0; labels && n == query->rank && k < n; k++) {
        if (strlen(labels[k]) == 1 && strchr("CATZYX", labels[k][0]))
            enter_axis(query, k, labels[k]);
    }
    hg_free_texts(labels, labels ? n : 0);
}

const struct coords_convention hg_coords_delmic = {
    .name = "Delmic",
    .axes = read_axes,
};
