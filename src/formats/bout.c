/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BOUT++: netCDF files with the dimensions t, x, y and z. t_array holds the times; dx, dy and dz
 * the steps of curvilinear coordinates, which are used where they are the same everywhere.
 */
#include <string.h>

#include "formats/convention.h"
#include "hdf5/object.h"

static bool is_bout(hid_t file)
{
    return hg_has_link(file, "BOUT_VERSION");
}

/* Returns the name of what holds the spacing of an axis of that name; NULL: nothing does. */
static const char *spacing_of(const char *name)
{
    static const char *const names[][2] = {{"t", "t_array"}, {"x", "dx"}, {"y", "dy"}, {"z", "dz"}};
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i][0]) == 0)
            return names[i][1];
    }
    return NULL;
}

static bool read_scalar(struct query *query, const char *name, double *value)
{
    return hg_has_link(query->file, name) && hg_coords_dataset_numbers(query, name, 1, value);
}

/* A run writes a file for each of its processes. */
static void refuse_piece(struct query *query)
{
    double x = 1, y = 1, place;
    read_scalar(query, "NXPE", &x);
    read_scalar(query, "NYPE", &y);
    if (x * y > 1 && read_scalar(query, "PE_XIND", &place))
        hg_coords_refuse(query, "it is one process's piece of a BOUT++ grid: join the pieces first "
                                "(squashoutput of boutdata, xBOUT)");
}

static void enter_axis(struct query *query, unsigned k, const char *name)
{
    double step;
    if (!hg_has_link(query->file, name))
        return;
    if (strcmp(name, "t_array") == 0)
        hg_coords_set_dataset(query, k, "/t_array", false);
    else if (hg_coords_dataset_constant(query, name, &step))
        hg_coords_set_step(query, k, step, 0);
    else
        hg_coords_add_note(query, "axis %u: %s is not the same everywhere: unit spacing", k, name);
}

static void read_axes(struct query *query)
{
    bool steps = false, read = false, known = false;
    for (unsigned k = 0; k < query->rank; k++) {
        const struct coords_axis *axis = &query->coords->axis[k];
        const char *name = spacing_of(axis->name);
        if (!name || axis->kind != COORDS_NONE)
            continue;
        if (!read && (known = is_bout(query->file)))
            refuse_piece(query);
        read = true;
        if (!known)
            return;
        enter_axis(query, k, name);
        steps = steps || axis->kind == COORDS_STEP;
    }
    if (steps)
        hg_coords_add_note(query, "dx, dy and dz are steps of curvilinear coordinates, whose "
                                  "metric (g11, ...) is not applied");
}

static const char *not_field(const struct query *query)
{
    static const char *const names[] = {"t_array", "dx", "dy", "dz"};
    bool is = hg_coords_is_one_of(query->path + 1, 4, names) && is_bout(query->file);
    return is ? COORDS_COORDINATE : NULL;
}

const struct coords_convention hg_coords_bout = {
    .name = "BOUT++",
    .axes = read_axes,
    .not_field = not_field,
};
