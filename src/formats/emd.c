/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EMD of the National Center for Electron Microscopy, Prismatic and py4DSTEM. A group says by
 * emd_group_type that it holds an array; beside that, dim1 (or dim0) and so on hold for each axis,
 * in order, all coordinates or only the first two.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

static const char kind[] = "emd_group_type";

/* Whether the group of the dataset holds an array: it says 1, or "array". */
static bool in_array(const struct query *query)
{
    double number = 0;
    H5_CLOSED hid_t group = hg_open_parent_with(query->file, query->path, kind);
    return group >= 0 &&
           ((hg_attribute_number(group, kind, &number) && number == 1) ||
            hg_attribute_is(group, kind, "array") || hg_attribute_is(group, kind, "1"));
}

static bool is_dimension(const char *path)
{
    const char *name = hg_path_base(path);
    const size_t digits = hg_path_begins(name, "dim") ? strspn(name + 3, "0123456789") : 0;
    return digits > 0 && name[3 + digits] == '\0';
}

/* Units may be written as "[n_m]" for nm; "[]" is none. */
static void enter_unit(struct query *query, unsigned k, hid_t dataset)
{
    BASE_FREED char *unit = hg_coords_text(dataset, "units");
    const bool bracketed = unit && *unit == '[';
    size_t n = 0;
    for (const char *at = unit; at && *at; at++) {
        if (!bracketed || !strchr("[]_", *at))
            unit[n++] = *at;
    }
    if (unit)
        unit[n] = '\0';
    hg_coords_set_unit(query, k, unit);
}

static bool is_text(hid_t dataset)
{
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    return type >= 0 && H5Tget_class(type) == H5T_STRING;
}

static void enter_axis(struct query *query, unsigned k, const char *path)
{
    double first[2];
    H5_CLOSED hid_t dataset = hg_open_dataset(query->file, path, NULL);
    BASE_FREED char *name = dataset >= 0 ? hg_coords_text(dataset, "name") : NULL;
    if (dataset < 0)
        return;
    hg_coords_set_name(query, k, name);
    if (is_text(dataset)) {
        hg_coords_leave_out(query, k, "its points have labels (%s)", path);
        return;
    }
    enter_unit(query, k, dataset);
    if (query->extent[k] != 2 && hg_coords_dataset_numbers(query, path, 2, first))
        hg_coords_set_step(query, k, first[1] - first[0], first[0]);
    else
        hg_coords_set_dataset(query, k, path, false);
}

static void read_axes(struct query *query)
{
    if (is_dimension(query->path) || !in_array(query))
        return;
    H5_CLOSED hid_t zero = hg_coords_open_beside(query, "dim0");
    for (unsigned k = 0; k < query->rank; k++) {
        BASE_FREED char *name = hg_coords_format(query, "dim%u", k + (zero < 0));
        BASE_FREED char *path = name ? hg_coords_beside(query, name) : NULL;
        if (path)
            enter_axis(query, k, path);
    }
}

static const char *not_field(const struct query *query)
{
    if (is_dimension(query->path) && in_array(query))
        return COORDS_COORDINATE;
    bool metadata = strstr(query->path, "/metadatabundle/") && hg_root_has(query->file, kind);
    return metadata ? "it is bookkeeping of EMD" : NULL;
}

const struct coords_convention hg_coords_emd = {
    .name = "EMD",
    .axes = read_axes,
    .not_field = not_field,
};
