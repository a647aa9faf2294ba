/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Well, simulations to learn from. A field in the group tK_fields has the axes
 *
 *     trajectory, time, the spatial dimensions, and K axes of components
 *
 * of which it lacks those it does not vary along, as its attributes sample_varying, time_varying
 * and dim_varying say; a spatial dimension it does not vary along may also be there with one point.
 * The group dimensions holds the coordinates, and the names of the spatial ones in order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "formats/convention.h"

#define SOURCE       "The Well"
#define MAX_SPATIAL  3
#define DIMENSIONS   "dimensions"
#define TRAJECTORIES "its points are separate trajectories"

/* What a field varies along. */
struct layout {
    bool sample;
    bool time;
    size_t n; /* spatial dimensions */
    char **name;
    bool varies[MAX_SPATIAL];
    unsigned order; /* of the tensor */
};

/* The order of the tensors in the group that the path leads to; false when it is no such group. */
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

/* The names of the spatial dimensions, by which a file of this kind is known; NULL otherwise. */
static char **read_names(hid_t file, size_t *n)
{
    hid_t group = hg_open_subgroup(file, DIMENSIONS);
    char **names = group >= 0 ? hg_attribute_texts(group, "spatial_dims", n) : NULL;
    hg_close(group);
    if (!names || (*n >= 1 && *n <= MAX_SPATIAL))
        return names;
    hg_free_texts(names, *n);
    return NULL;
}

/* True where nothing is said. */
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

static enum h5grad_status enter_coordinate(hid_t file, const char *name, uint64_t extent,
                                           struct coords *coords, unsigned k,
                                           struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_set_name(coords, k, name, err);
    char *path = hg_memory_format("/" DIMENSIONS "/%s", name);
    if (!path)
        return hg_error_memory(err, strlen(name));
    if (!status)
        status = hg_coords_set_dataset(coords, k, file, path, extent, false, SOURCE, err);
    free(path);
    return status;
}

/* The axes in order; all: dimensions that the field does not vary along are there, too. */
static enum h5grad_status enter_axes(hid_t file, const struct layout *layout, bool all,
                                     const uint64_t *extent, struct coords *coords,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    unsigned k = 0;
    if (layout->sample)
        status = hg_coords_leave_out(coords, k++, err, TRAJECTORIES);
    if (layout->time && !status) {
        status = enter_coordinate(file, "time", extent[k], coords, k, err);
        k++;
    }
    for (size_t i = 0; i < layout->n && !status; i++) {
        if (layout->varies[i])
            status = enter_coordinate(file, layout->name[i], extent[k], coords, k, err);
        else if (all)
            status = hg_coords_set_name(coords, k, layout->name[i], err);
        k += layout->varies[i] || all;
    }
    for (unsigned i = 0; i < layout->order && !status; i++)
        status = hg_coords_leave_out(coords, k++, err, "it holds the components of a %s",
                                     layout->order == 1 ? "vector" : "tensor");
    return status;
}

static enum h5grad_status enter_layout(hid_t file, hid_t dataset, const struct layout *layout,
                                       struct coords *coords, struct h5grad_error *err)
{
    uint64_t extent[GRID_MAX_RANK];
    if (!hg_read_extents(dataset, coords->rank, extent))
        return H5GRAD_OK;
    unsigned others = (unsigned)layout->sample + (unsigned)layout->time + layout->order;
    unsigned spatial = 0;
    for (size_t i = 0; i < layout->n; i++)
        spatial += layout->varies[i];
    if (coords->rank == others + layout->n)
        return enter_axes(file, layout, true, extent, coords, err);
    if (coords->rank == others + spatial)
        return enter_axes(file, layout, false, extent, coords, err);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && !status; k++)
        status = hg_coords_set_problem(coords, k, SOURCE, err,
                                       "the attributes speak of %u axes, the rank is %u",
                                       others + spatial, coords->rank);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    struct layout layout = {0};
    bool scalars;
    if (!tensor_order(path, &layout.order, &scalars))
        return H5GRAD_OK;
    size_t n;
    char **names = read_names(file, &n);
    if (!names)
        return H5GRAD_OK;
    layout.n = scalars ? 0 : n;
    layout.name = names;
    read_layout(dataset, &layout);
    enum h5grad_status status = enter_layout(file, dataset, &layout, coords, err);
    hg_free_texts(names, n);
    return status;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    const char *why = NULL;
    if (hg_path_begins(path, "/" DIMENSIONS "/"))
        why = "it is a coordinate";
    else if (hg_path_begins(path, "/boundary_conditions/"))
        why = "it is a boundary condition";
    else if (hg_path_begins(path, "/scalars/") && !is_varying(dataset, "time_varying"))
        why = "it is a parameter";
    if (!why)
        return NULL;
    size_t n;
    char **names = read_names(file, &n);
    if (!names)
        return NULL;
    hg_free_texts(names, n);
    return why;
}

const struct coords_convention hg_coords_the_well = {
    .name = SOURCE,
    .axes = read_axes,
    .not_field = not_field,
};
