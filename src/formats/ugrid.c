/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unstructured meshes in netCDF of which the field itself says that it lies on one: by UGRID, with
 * a variable that describes the mesh, and by CDI, the library of CDO and ICON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/mesh.h"
#include "hdf5/names.h"

/* The place of a field on a mesh. */
struct location {
    struct query *query;
    const char *name;     /* "face" */
    char *dimension;      /* name of the axis, if the mesh has it */
    struct h5_set scales; /* of the axis, if an array of the mesh has it */
};

static enum h5grad_status add_first_axis(void *user, const struct names_variable *variable,
                                         struct h5grad_error *err)
{
    struct location *location = user;
    (void)err;
    const int rank = variable->id < 0 ? 0 : hg_dataset_extent(variable->id, NULL, NULL);
    if (rank > 0 && location->scales.n == 0)
        hg_coords_add_scales(location->query, variable->id, (unsigned)rank, 0, &location->scales,
                             0);
    return location->query->status;
}

/* Looks in the mesh for the axis of the location: its name, or an array that has it first. */
static enum h5grad_status look_at_mesh(void *user, const struct names_variable *variable,
                                       struct h5grad_error *err)
{
    static const char *const arrays[] = {"node_connectivity", "coordinates"};
    struct location *location = user;
    enum h5grad_status status = H5GRAD_OK;
    BASE_FREED char *dimension = hg_memory_format("%s_dimension", location->name);
    if (!dimension)
        return hg_error_memory(err, strlen(location->name));
    if (variable->id >= 0 && !location->dimension)
        location->dimension = hg_attribute_text(variable->id, dimension);
    for (size_t i = 0; i < 2 && variable->id >= 0 && !status && !location->dimension; i++) {
        BASE_FREED char *name = hg_memory_format("%s_%s", location->name, arrays[i]);
        if (!name)
            return hg_error_memory(err, strlen(location->name));
        if (location->scales.n == 0)
            status = hg_names_visit(location->query->file, variable->path, variable->id, name,
                                    add_first_axis, location, err);
    }
    return status;
}

static bool is_axis(struct query *query, unsigned k, const struct location *location)
{
    const char *name = query->coords->axis[k].name;
    if (location->dimension && name && strcmp(location->dimension, name) == 0)
        return true;
    return location->scales.n > 0 &&
           hg_coords_shares_scale(query, query->dataset, query->rank, k, &location->scales, NULL);
}

/* Whether the name of an axis has the first letters of the location, as "nMesh2_face" and "nod2"
 * have. */
static bool is_named(const struct coords_axis *axis, const struct location *location)
{
    char letters[4];
    snprintf(letters, sizeof letters, "%s", location->name);
    return *letters && axis->name && strcasestr(axis->name, letters);
}

/* Returns the axis of a location of which the file has no mesh: of those without coordinates the
 * one that is named so, else the last one; if there are others, a note says which was taken. */
static unsigned guess_axis(struct query *query, const struct location *location)
{
    unsigned free_axes = 0, last = query->rank - 1;
    for (unsigned k = query->rank; k-- > 0;) {
        const struct coords_axis *axis = &query->coords->axis[k];
        if (axis->kind != COORDS_NONE || query->extent[k] < 2)
            continue;
        if (is_named(axis, location))
            return k;
        if (free_axes++ == 0)
            last = k;
    }
    if (free_axes > 1)
        hg_coords_add_note(query,
                           "which axis is that of the mesh is not in the file: axis %u is "
                           "taken for it; --dim names the axes to differentiate along",
                           last);
    return last;
}

/* Returns the axis of the location: by the mesh, else by what is known of the axes. */
static unsigned find_axis(struct query *query, const struct location *location)
{
    for (unsigned k = 0; k < query->rank; k++) {
        if (is_axis(query, k, location))
            return k;
    }
    return guess_axis(query, location);
}

static void read_location(struct query *query)
{
    static const struct {
        const char *name, *why;
    } places[] = {
        {"node", MESH_NODES}, {"edge", MESH_EDGES}, {"face", MESH_FACES}, {"volume", MESH_CELLS}};
    const bool subset = H5Aexists(query->dataset, "location_index_set") > 0;
    struct location location = {.query = query, .name = ""};
    const char *why = subset ? MESH_EITHER : NULL;
    if (!subset && H5Aexists(query->dataset, "mesh") <= 0)
        return;
    for (size_t i = 0; i < sizeof places / sizeof *places && !why; i++) {
        location.name = places[i].name;
        if (hg_coords_says(query->dataset, "location", places[i].name))
            why = places[i].why;
    }
    if (!why)
        return;
    if (!subset && !query->status)
        query->status = hg_names_visit(query->file, query->path, query->dataset, "mesh",
                                       look_at_mesh, &location, query->err);
    hg_mesh_leave_out(query, find_axis(query, &location), why);
    free(location.dimension);
    hg_set_free(&location.scales);
}

/* CDI, the library of CDO and ICON, writes the points of a mesh along the last axis. */
static void read_cdi(struct query *query)
{
    if (hg_coords_says(query->dataset, "CDI_grid_type", "unstructured") ||
        hg_coords_says(query->dataset, "grid_type", "unstructured"))
        hg_mesh_leave_out(query, query->rank - 1, MESH_CELLS);
}

static bool is_topology(hid_t dataset)
{
    BASE_FREED char *role = hg_attribute_text(dataset, "cf_role");
    return role && (strcmp(role, "mesh_topology") == 0 || strcmp(role, "location_index_set") == 0 ||
                    hg_path_ends(role, "_connectivity"));
}

/* The coordinates and lists that a mesh of UGRID names are no fields. */
static void add_references(struct query *query)
{
    static const char *const names[] = {"node_coordinates",       "edge_coordinates",
                                        "face_coordinates",       "volume_coordinates",
                                        "edge_node_connectivity", "face_node_connectivity",
                                        "face_edge_connectivity", "face_face_connectivity",
                                        "edge_face_connectivity", "volume_node_connectivity"};
    if (hg_coords_says(query->dataset, "cf_role", "mesh_topology"))
        hg_coords_add_variables(query, sizeof names / sizeof *names, names);
}

static void read_axes(struct query *query)
{
    read_location(query);
    read_cdi(query);
}

static const char *not_field(const struct query *query)
{
    return is_topology(query->dataset) ? MESH_NOT_FIELD : NULL;
}

const struct coords_convention hg_coords_ugrid = {
    .name = "UGRID",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
