/* SPDX-License-Identifier: BSD-3-Clause */
/* What conventions of unstructured meshes share: the points of an axis are cells, nodes or edges,
 * whose neighbours in the file need not be neighbours in space. */
#ifndef H5GRAD_FORMATS_MESH_H
#define H5GRAD_FORMATS_MESH_H

#include "formats/convention.h"

/* Reasons to leave an axis out. */
#define MESH(points)                                                                               \
    "its points are the " points " of an unstructured mesh: interpolate to a grid first (cdo "     \
    "remap, uxarray, xugrid, ParaView)"
#define MESH_CELLS      MESH("cells")
#define MESH_NODES      MESH("nodes")
#define MESH_EDGES      MESH("edges")
#define MESH_FACES      MESH("faces")
#define MESH_EITHER     MESH("nodes or cells")
#define MESH_COMPONENTS "it holds the components of a vector or tensor"

#define MESH_NOT_FIELD "it describes a mesh"

/* Leaves an axis out even if it has coordinates, which do not make neighbours of its points, and
 * refuses the dataset if no other axis of it remains. */
void hg_mesh_leave_out(struct query *query, unsigned k, const char *why);

#endif
