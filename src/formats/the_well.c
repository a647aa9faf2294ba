/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Well, simulations to learn from. A field in the group tK_fields has the axes
 *
 *     trajectory, time, the spatial dimensions, and K axes of components
 *
 * except those along which it does not vary, by its attributes sample_varying, time_varying and
 * dim_varying; such a spatial dimension may also be present with one point. The group dimensions
 * holds the coordinates and lists the spatial ones in order; groups in boundary_conditions say
 * which of these are periodic.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

#define MAX_SPATIAL    3
#define MAX_BOUNDARIES 64 /* more are ignored; files have two or three */
#define DIMENSIONS     "dimensions"
#define BOUNDARIES     "boundary_conditions"
#define TRAJECTORIES   "its points are separate trajectories"

/* The axes of a field. */
struct layout {
    bool sample;
    bool time;
    size_t n; /* spatial dimensions */
    char **name;
    bool varies[MAX_SPATIAL];
    unsigned order; /* of the tensor */
};

/* Sets *order to the order of the tensors in the group of path; false if it is no such group. */
static bool tensor_order(const char *path, unsigned *order, bool *scalars)
{
    *order = 0;
    *scalars = hg_path_begins(path, "/scalars/");
    if (*scalars)
        return true;
    if (path[0] != '/' || path[1] != 't' || path[2] < '0' || path[2] > '2' ||
        !hg_path_begins(path + 3, "_fields/"))
        return false;
    *order = (unsigned)(path[2] - '0');
    return true;
}

/* Reads the names of the spatial dimensions; NULL if the file is not of this kind. */
static char **read_names(hid_t file, size_t *n)
{
    H5_CLOSED hid_t group = hg_open_subgroup(file, DIMENSIONS);
    char **names = group >= 0 ? hg_attribute_texts(group, "spatial_dims", n) : NULL;
    if (!names || (*n >= 1 && *n <= MAX_SPATIAL))
        return names;
    hg_free_texts(names, *n);
    return NULL;
}

/* True if the attribute is absent. */
static bool is_varying(hid_t dataset, const char *attribute)
{
    double value;
    return !hg_attribute_number(dataset, attribute, &value) || value != 0;
}

static void read_layout(hid_t dataset, struct layout *layout)
{
    double varies[MAX_SPATIAL];
    layout->sample = is_varying(dataset, "sample_varying");
    layout->time = is_varying(dataset, "time_varying");
    bool said = hg_attribute_exactly(dataset, "dim_varying", layout->n, varies) == H5_FOUND;
    for (size_t i = 0; i < layout->n; i++)
        layout->varies[i] = !said || varies[i] != 0;
}

static void enter_coordinate(struct query *query, unsigned k, const char *name)
{
    hg_coords_set_name(query, k, name);
    BASE_FREED char *path = hg_coords_format(query, "/" DIMENSIONS "/%s", name);
    hg_coords_set_dataset(query, k, path, false);
}

/* Enters the axes in order. all: dimensions along which the field does not vary are present, too.
 */
static void enter_axes(struct query *query, const struct layout *layout, bool all)
{
    unsigned k = 0;
    if (layout->sample)
        hg_coords_leave_out(query, k++, TRAJECTORIES);
    if (layout->time)
        enter_coordinate(query, k++, "time");
    for (size_t i = 0; i < layout->n; i++) {
        if (layout->varies[i])
            enter_coordinate(query, k++, layout->name[i]);
        else if (all)
            hg_coords_set_name(query, k++, layout->name[i]);
    }
    for (unsigned i = 0; i < layout->order; i++)
        hg_coords_leave_out(query, k++, "it holds the components of a %s",
                            layout->order == 1 ? "vector" : "tensor");
}

/* Sets the axes of a field. all: dimensions along which it does not vary are present, too. */
static unsigned count_axes(const struct layout *layout, bool all)
{
    unsigned n = (unsigned)layout->sample + (unsigned)layout->time + layout->order;
    for (size_t i = 0; i < layout->n; i++)
        n += all || layout->varies[i];
    return n;
}

static void enter_layout(struct query *query, const struct layout *layout)
{
    const bool all = query->rank == count_axes(layout, true);
    if (all || query->rank == count_axes(layout, false))
        enter_axes(query, layout, all);
    else
        hg_coords_set_problems(query, "the attributes speak of %u axes, the rank is %u",
                               count_axes(layout, false), query->rank);
}

/* Marks the axes of a periodic boundary condition. */
static void enter_boundary(struct query *query, hid_t condition)
{
    BASE_FREED char *type = hg_attribute_text(condition, "bc_type");
    size_t n = 0;
    if (!type || strcasecmp(type, "periodic") != 0)
        return;
    char **names = hg_attribute_texts(condition, "associated_dims", &n);
    for (unsigned k = 0; k < query->rank && names; k++) {
        struct coords_axis *axis = &query->coords->axis[k];
        for (size_t i = 0; i < n && axis->name; i++)
            axis->periodic = axis->periodic || strcmp(axis->name, names[i]) == 0;
    }
    hg_free_texts(names, names ? n : 0);
}

struct boundaries {
    struct query *query;
    unsigned n;
};

static herr_t take_boundary(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct boundaries *boundaries = user;
    (void)info;
    H5_CLOSED hid_t condition = hg_open_subgroup(group, name);
    if (condition >= 0)
        enter_boundary(boundaries->query, condition);
    return ++boundaries->n == MAX_BOUNDARIES;
}

static void read_boundaries(struct query *query)
{
    struct boundaries boundaries = {query, 0};
    H5_CLOSED hid_t group = hg_open_subgroup(query->file, BOUNDARIES);
    if (group >= 0)
        H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_boundary, &boundaries);
}

static void read_axes(struct query *query)
{
    struct layout layout = {0};
    bool scalars;
    size_t n;
    char **names =
        tensor_order(query->path, &layout.order, &scalars) ? read_names(query->file, &n) : NULL;
    if (!names)
        return;
    layout.n = scalars ? 0 : n;
    layout.name = names;
    read_layout(query->dataset, &layout);
    enter_layout(query, &layout);
    read_boundaries(query);
    hg_free_texts(names, n);
}

/* Components are along the spatial dimensions, in order. Curved grids are refused, since their
 * metric is not applied. */
static void find_vector(struct query *query)
{
    struct layout layout = {0};
    bool scalars, known = true;
    size_t n;
    char **names = query->dataset >= 0 && tensor_order(query->path, &layout.order, &scalars) &&
                           layout.order == 1
                       ? read_names(query->file, &n)
                       : NULL;
    if (!names)
        return;
    layout.n = n;
    layout.name = names;
    read_layout(query->dataset, &layout);
    const bool fits =
        query->rank == count_axes(&layout, true) || query->rank == count_axes(&layout, false);
    if (fits && query->extent[query->rank - 1] == n) {
        H5_CLOSED hid_t root = H5Gopen2(query->file, "/", H5P_DEFAULT);
        BASE_FREED char *grid = root >= 0 ? hg_coords_text(root, "grid_type") : NULL;
        hg_coords_set_vector(query, query->path, true);
        if (grid && strcasecmp(grid, "cartesian") != 0)
            hg_coords_set_vector_problem(query, "its grid is %s, whose metric is not applied here",
                                         grid);
        for (size_t i = 0; i < n && known; i++)
            known = !layout.varies[i] || hg_coords_add_component(query, names[i], (unsigned)i);
        if (!known)
            hg_coords_set_vector_problem(query, "its dimensions are not x, y and z");
    }
    hg_free_texts(names, n);
}

static const char *not_field(const struct query *query)
{
    const char *why = NULL;
    if (hg_path_begins(query->path, "/" DIMENSIONS "/"))
        why = COORDS_COORDINATE;
    else if (hg_path_begins(query->path, "/" BOUNDARIES "/"))
        why = "it is a boundary condition";
    else if (hg_path_begins(query->path, "/scalars/") &&
             !is_varying(query->dataset, "time_varying"))
        why = "it is a parameter";
    size_t n;
    char **names = why ? read_names(query->file, &n) : NULL;
    hg_free_texts(names, names ? n : 0);
    return names ? why : NULL;
}

const struct coords_convention hg_coords_the_well = {
    .name = "The Well",
    .axes = read_axes,
    .not_field = not_field,
    .vector = find_vector,
};
