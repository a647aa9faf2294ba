/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CGNS: a tree of groups, each with a label and a dataset " data". The arrays of a solution are
 * fields; all others describe the zone. In a structured one axes are indices, in the order k, j, i.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/mesh.h"

static bool is_cgns(hid_t file)
{
    return hg_attribute_is(file, "label", "Root Node of HDF5 File");
}

static bool has_label(const struct query *query, unsigned levels, const char *label)
{
    H5_CLOSED hid_t group = hg_coords_open_above(query, levels);
    return group >= 0 && hg_attribute_is(group, "label", label);
}

/* A field is an array of a solution. */
static bool is_solution(const struct query *query)
{
    return strcmp(hg_path_base(query->path), " data") == 0 && has_label(query, 1, "DataArray_t") &&
           (has_label(query, 2, "FlowSolution_t") || has_label(query, 2, "DiscreteData_t"));
}

/* Axes of a structured zone are in the order k, j, i. */
static void read_axes(struct query *query)
{
    static const char *const names[] = {"i", "j", "k"};
    double letters[12]; /* as many as "Unstructured" has */
    if (strcmp(hg_path_base(query->path), " data") != 0 || !is_cgns(query->file) ||
        !is_solution(query))
        return;
    BASE_FREED char *zone = hg_coords_above(query, 3);
    BASE_FREED char *type = zone ? hg_coords_format(query, "%s/ZoneType/ data", zone) : NULL;
    const bool mesh =
        type && hg_coords_dataset_numbers(query, type, 12, letters) && letters[0] == 'U';
    for (unsigned k = 0; k < query->rank; k++) {
        if (mesh)
            hg_mesh_leave_out(query, k, MESH_EITHER);
        else if (query->rank <= 3)
            hg_coords_set_name(query, k, names[query->rank - 1 - k]);
    }
    if (!mesh)
        hg_coords_add_note(query, "its axes are indices: unit spacing; GridCoordinates has the "
                                  "places of the points");
}

static const char *not_field(const struct query *query)
{
    static const char *const names[] = {" data", " format", " hdf5version"};
    const char *name = hg_path_base(query->path);
    if (!hg_coords_lies_below(name, 3, names) || !is_cgns(query->file) || is_solution(query))
        return NULL;
    return has_label(query, 2, "GridCoordinates_t") ? COORDS_COORDINATE
                                                    : "it is bookkeeping of CGNS";
}

const struct coords_convention hg_coords_cgns = {
    .name = "CGNS",
    .axes = read_axes,
    .not_field = not_field,
};
