/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HyperSpy: signals of microscopy. Beside the dataset data a group axis-k for each of its axes has
 * scale and offset or, for uneven axes, the coordinates.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

/* Files of version 1.0 say it only by a group. */
static bool is_hyperspy(const struct query *query)
{
    if (hg_coords_says(query->file, "file_format", "HyperSpy"))
        return true;
    H5_CLOSED hid_t group = hg_path_begins(query->path, "/Experiments/")
                                ? hg_open_parent(query->file, query->path)
                                : -1;
    return group >= 0 && hg_has_link(group, "mapped_parameters");
}

/* A text that stands for none is not used. */
static char *said_text(hid_t group, const char *attribute)
{
    char *text = hg_coords_text(group, attribute);
    if (!text || (strcmp(text, "<undefined>") != 0 && strcmp(text, "_None_") != 0))
        return text;
    hg_memory_free_at(&text);
    return NULL;
}

static void enter_axis(struct query *query, unsigned k, hid_t group)
{
    double size, scale, offset = 0;
    BASE_FREED char *name = said_text(group, "name");
    BASE_FREED char *unit = said_text(group, "units");
    BASE_FREED char *formula = hg_coords_text(group, "expression");
    BASE_FREED char *beside = hg_coords_format(query, "axis-%u/axis", k);
    BASE_FREED char *path = beside ? hg_coords_beside(query, beside) : NULL;
    hg_coords_set_name(query, k, name);
    hg_coords_set_unit(query, k, unit);
    if (hg_coords_number(query, group, "size", &size) && size != (double)query->extent[k])
        hg_coords_set_problem(query, k, "axis-%u has size %g", k, size);
    else if (formula)
        hg_coords_set_problem(query, k, "its coordinates are a formula: %s", formula);
    else if (path && hg_has_link(group, "axis"))
        hg_coords_set_dataset(query, k, path, false);
    else if (hg_coords_number(query, group, "scale", &scale)) {
        hg_coords_number(query, group, "offset", &offset);
        hg_coords_set_step(query, k, scale, offset);
    }
}

static void read_axes(struct query *query)
{
    if (strcmp(hg_path_base(query->path), "data") != 0 || !is_hyperspy(query))
        return;
    H5_CLOSED hid_t signal = hg_open_parent(query->file, query->path);
    for (unsigned k = 0; k < query->rank && signal >= 0; k++) {
        BASE_FREED char *name = hg_coords_format(query, "axis-%u", k);
        H5_CLOSED hid_t group = name ? hg_open_subgroup(signal, name) : -1;
        if (group >= 0)
            enter_axis(query, k, group);
    }
}

static const char *not_field(const struct query *query)
{
    static const char *const groups[] = {"/learning_results/", "/original_metadata/",
                                         "/metadata/",         "/peak_learning_results/",
                                         "/models/",           "/Analysis/"};
    const char *axis = strstr(query->path, "/axis-");
    const char *name = hg_path_base(query->path);
    bool ragged = hg_path_begins(name, "_ragged_shapes_"), helper = ragged;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        helper = helper || strstr(query->path, groups[i]);
    if ((!axis && !helper) || !is_hyperspy(query))
        return NULL;
    return helper ? "it is bookkeeping of HyperSpy" : COORDS_COORDINATE;
}

const struct coords_convention hg_coords_hyperspy = {
    .name = "HyperSpy",
    .axes = read_axes,
    .not_field = not_field,
};
