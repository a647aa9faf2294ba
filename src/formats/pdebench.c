/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PDEBench, solutions of differential equations, in two forms.
 *
 * All samples together: "tensor", or "density", "Vx" and so on, with the axes sample, t, x, y, z,
 * beside the coordinates "t-coordinate", "x-coordinate" and so on ("nu", the coefficient of the
 * Darcy flow, has no t, and that flow no t-coordinate). t-coordinate has one value more than there
 * are times, the end of the run, which PDEBench's own readers drop.
 *
 * A group per sample: "data" with the axes t, x, y and components, beside the group "grid" of t, x
 * and y.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

#define SUFFIX "-coordinate"

static const char *const spatial[] = {"x", "y", "z"};

/* Returns the path of a coordinate, to be freed. grid: the file has a group per sample. */
static char *coordinate_path(const struct query *query, bool grid, const char *letter)
{
    char name[32];
    snprintf(name, sizeof name, grid ? "grid/%s" : "%s" SUFFIX, letter);
    return hg_coords_beside(query, name);
}

static bool has_coordinate(const struct query *query, bool grid, const char *letter)
{
    BASE_FREED char *path = coordinate_path(query, grid, letter);
    H5_CLOSED hid_t dataset = path ? hg_open_dataset(query->file, path, NULL) : -1;
    return dataset >= 0;
}

static void enter_axis(struct query *query, unsigned k, bool grid, const char *letter)
{
    struct coords_axis *axis = &query->coords->axis[k];
    hg_coords_set_name(query, k, letter);
    if (axis->kind != COORDS_NONE)
        return;
    BASE_FREED char *path = coordinate_path(query, grid, letter);
    if (!path)
        hg_coords_no_memory(query, strlen(query->path));
    hg_coords_set_dataset(query, k, path, letter[0] == 't' && !grid);
    if (axis->edges) {
        axis->edges = false;
        axis->surplus = true;
        hg_coords_add_note(query, "axis %u: the last value of %s, the end of the run, is not used",
                           k, path);
    }
}

/* Enters the axes sample, t, x, y, z; or sample, x, y, z; or of a group per sample t, x, y,
 * components. */
static void enter_axes(struct query *query, bool grid)
{
    const char *name = hg_path_base(query->path);
    unsigned n = 0, first = grid ? 0 : 1;
    while (n < 3 && has_coordinate(query, grid, spatial[n]))
        n++;
    bool time = n > 0 && has_coordinate(query, grid, "t");
    bool coefficient = !grid && query->rank == n + 1 && strcmp(name, "nu") == 0;
    bool solution = query->rank == n + 2 && (time || (!grid && strcmp(name, "tensor") == 0));
    if (n == 0 || (!coefficient && !solution))
        return;
    if (grid)
        hg_coords_leave_out(query, n + 1, "it holds separate quantities");
    else
        hg_coords_leave_out(query, 0, "its points are separate samples");
    if (solution && time)
        enter_axis(query, first, grid, "t");
    else if (solution)
        hg_coords_set_name(query, first, "t");
    for (unsigned i = 0; i < n; i++)
        enter_axis(query, first + solution + i, grid, spatial[i]);
}

static bool has_beside(const struct query *query, const char *name)
{
    BASE_FREED char *path = hg_coords_beside(query, name);
    return path && hg_has_link(query->file, path);
}

static void read_axes(struct query *query)
{
    if (query->rank < 3 || query->rank > 5)
        return;
    bool grid = strcmp(hg_path_base(query->path), "data") == 0 && has_beside(query, "grid");
    if (grid || has_beside(query, "x" SUFFIX))
        enter_axes(query, grid);
}

/* Returns whether the dataset lies in a group grid beside the object data. */
static bool in_grid(const struct query *query)
{
    BASE_FREED char *group = hg_path_parent(query->path);
    const struct query of_group = {.file = query->file, .path = group};
    return group && strcmp(hg_path_base(group), "grid") == 0 && has_beside(&of_group, "data");
}

static const char *not_field(const struct query *query)
{
    const char *name = hg_path_base(query->path);
    bool coordinate = false;
    if (name[0] && strchr("txyz", name[0]))
        coordinate = name[1] == '\0'
                         ? in_grid(query)
                         : strcmp(name + 1, SUFFIX) == 0 && has_beside(query, "x" SUFFIX);
    return coordinate ? COORDS_COORDINATE : NULL;
}

const struct coords_convention hg_coords_pdebench = {
    .name = "PDEBench",
    .axes = read_axes,
    .not_field = not_field,
};
