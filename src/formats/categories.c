/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers that stand for categories, not quantities, recognised in any convention: booleans of
 * xarray, MATLAB and DREAM.3D, indexed images of HDF5 and their palettes, and lists of names.
 */
#include "formats/convention.h"
#include "formats/formats.h"
#include "hdf5/attribute.h"

/* The numbers of some indexed images, from satellites, are a quantity all the same: they have a
 * scale. */
static bool is_scaled(hid_t dataset)
{
    static const struct {
        const char *attribute;
        double nothing;
    } signs[] = {{"SCALING_FACTOR", 1}, {"OFFSET", 0}, {"scale_factor", 1}, {"add_offset", 0}};
    bool scaled = false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        double number = signs[i].nothing;
        hg_attribute_number(dataset, signs[i].attribute, &number);
        scaled = scaled || number != signs[i].nothing;
    }
    return scaled;
}

/* An image without a subclass is indexed if it has a palette. */
static bool is_indexed(hid_t dataset)
{
    H5_CLOSED hid_t type = hg_has_attribute(dataset, "PALETTE") ? H5Dget_type(dataset) : -1;
    bool integers = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
    return integers && !hg_has_attribute(dataset, "IMAGE_SUBCLASS") &&
           hg_coords_says(dataset, "CLASS", "IMAGE");
}

const char *hg_coords_categories(hid_t dataset)
{
    static const struct {
        const char *attribute, *text, *why;
    } signs[] = {
        {"dtype", "bool", COORDS_CATEGORIES " (booleans)"},
        {"MATLAB_class", "logical", COORDS_CATEGORIES " (booleans)"},
        {"ObjectType", "DataArray<bool>", COORDS_CATEGORIES " (booleans)"},
        {"CLASS", "PALETTE", COORDS_CATEGORIES " (the colours of a palette)"},
        {"IMAGE_SUBCLASS", "IMAGE_BITMAP", COORDS_CATEGORIES " (a bitmap)"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (hg_coords_says(dataset, signs[i].attribute, signs[i].text))
            return signs[i].why;
    }
    if ((is_indexed(dataset) || hg_coords_says(dataset, "IMAGE_SUBCLASS", "IMAGE_INDEXED")) &&
        !is_scaled(dataset))
        return COORDS_CATEGORIES " (indices of a palette's colours)";
    size_t n;
    char **names = hg_attribute_texts(dataset, "CLIST", &n);
    hg_free_texts(names, names ? n : 0);
    return names ? COORDS_CATEGORIES " (CLIST has their names)" : NULL;
}
