/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results of finite elements and volumes whose paths tell what they are: Fluent, FEniCS and
 * dolfinx, and DAMASK. Their rows are nodes, cells or material points.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/mesh.h"
#include "hdf5/object.h"

/* /results/1/phase-1/cells/SV_P/1 */
static void read_fluent(struct query *query)
{
    static const struct {
        const char *name, *why;
    } places[] = {{"cells", MESH_CELLS}, {"faces", MESH_FACES}, {"nodes", MESH_NODES}};
    const char *run = hg_path_skip(hg_path_skip(query->path, "results", false), "", true);
    const char *phase = hg_path_skip(run, "phase-", true);
    H5_CLOSED hid_t results = phase ? hg_open_subgroup(query->file, "results") : -1;
    for (size_t i = 0; i < 3 && results >= 0 && H5Aexists(results, "version") > 0; i++) {
        if (hg_path_skip(phase, places[i].name, false)) {
            hg_mesh_leave_out(query, 0, places[i].why);
            for (unsigned k = 1; k < query->rank; k++)
                hg_mesh_leave_out(query, k, MESH_COMPONENTS);
        }
    }
}

static bool has_beside(const struct query *query, const char *name)
{
    H5_CLOSED hid_t dataset = hg_coords_open_beside(query, name);
    return dataset >= 0;
}

static bool is_function(const struct query *query)
{
    static const char *const folders[] = {"/Function/", "/VisualisationVector/"};
    if (hg_coords_lies_below(query->path, 2, folders))
        return hg_has_link(query->file, "Mesh");
    return hg_path_begins(hg_path_base(query->path), "vector") && has_beside(query, "cell_dofs") &&
           has_beside(query, "x_cell_dofs");
}

static void read_fenics(struct query *query)
{
    if (!is_function(query))
        return;
    hg_mesh_leave_out(query, 0, MESH_EITHER);
    for (unsigned k = 1; k < query->rank; k++)
        hg_mesh_leave_out(query, k, MESH_COMPONENTS);
}

/* The mesh of dolfin: its topology says of which cells it is. */
static bool is_of_dolfin(const struct query *query)
{
    H5_CLOSED hid_t topology = hg_coords_open_beside(query, "topology");
    return topology >= 0 && hg_has_attribute(topology, "celltype") &&
           has_beside(query, "coordinates");
}

static bool is_of_fenics(const struct query *query)
{
    static const char *const lists[] = {"cell_dofs", "x_cell_dofs", "cells"};
    static const char *const folders[] = {"/Mesh/", "/MeshTags/"};
    static const char *const geometry[] = {"coordinates", "topology", "cell_indices"};
    const char *name = hg_path_base(query->path);
    if (hg_coords_lies_below(query->path, 2, folders))
        return has_beside(query, "topology");
    if (hg_coords_is_one_of(name, 3, geometry))
        return is_of_dolfin(query);
    return hg_coords_is_one_of(name, 3, lists) && has_beside(query, "cell_dofs") &&
           has_beside(query, "x_cell_dofs");
}

/* Fluent's case: /meshes/1/nodes/coords/1 */
static bool is_case(const char *path)
{
    static const char *const folders[] = {"cells", "faces", "nodes"};
    const char *mesh = hg_path_skip(hg_path_skip(path, "meshes", false), "", true);
    bool is = false;
    for (size_t i = 0; i < 3; i++)
        is = is || hg_path_skip(mesh, folders[i], false);
    return is;
}

static bool is_damask(hid_t file)
{
    return hg_root_has(file, "DADF5_version_major") && hg_coords_begins(file, "creator", "DAMASK");
}

static void read_damask(struct query *query)
{
    if (hg_path_begins(query->path, "/increment_") && is_damask(query->file))
        hg_coords_refuse(query, "its rows are material points (DAMASK): write them on the grid of "
                                "cells first (damask.Result)");
}

static void read_axes(struct query *query)
{
    read_fluent(query);
    read_fenics(query);
    read_damask(query);
}

static const char *not_field(const struct query *query)
{
    static const char *const others[] = {"/cell_to/", "/geometry/", "/setup/"};
    if (is_of_fenics(query) || is_case(query->path))
        return MESH_NOT_FIELD;
    return hg_coords_lies_below(query->path, 3, others) && is_damask(query->file)
               ? "it is bookkeeping of DAMASK"
               : NULL;
}

const struct coords_convention hg_coords_elements = {
    .name = "finite elements",
    .axes = read_axes,
    .not_field = not_field,
};
