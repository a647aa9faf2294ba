/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DREAM.3D: arrays in matrices, which are attached to a geometry. In version 7 (SIMPL) the matrix
 * lies beside the group _SIMPL_GEOMETRY, in version 8 (simplnx) in the group of the geometry. An
 * image has a spacing in the order x, y, z; its arrays have the axes z, y, x and components. Rows
 * of other matrices are grains, phases or the elements of a mesh.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/mesh.h"
#include "hdf5/object.h"

#define DIMENSIONS 3
#define GEOMETRY   "_SIMPL_GEOMETRY"

static const char *const names[DIMENSIONS] = {"x", "y", "z"};

/* What is known of a grid, in the order x, y, z. */
struct image {
    double size[DIMENSIONS], spacing[DIMENSIONS], origin[DIMENSIONS];
    bool even;
};

static bool has_version(hid_t file, const char *version)
{
    return hg_coords_says(file, "FileVersion", version);
}

/* Whether the first axes are those of the grid; refuses the dataset if not. */
static bool check_extents(struct query *query, const struct image *image)
{
    bool same = query->rank >= DIMENSIONS;
    for (unsigned k = 0; k < DIMENSIONS && same; k++)
        same = (double)query->extent[k] == image->size[DIMENSIONS - 1 - k];
    if (!same)
        hg_coords_refuse(query, "its rows are features (grains, phases), not points of a grid");
    return same;
}

static void enter_image(struct query *query, const struct image *image)
{
    if (!check_extents(query, image))
        return;
    for (unsigned k = 0; k < query->rank; k++) {
        const unsigned i = DIMENSIONS - 1 - k;
        if (k >= DIMENSIONS) {
            hg_coords_leave_out(query, k, "it holds components");
            continue;
        }
        hg_coords_set_name(query, k, names[i]);
        if (image->even)
            hg_coords_set_step(query, k, image->spacing[i], image->origin[i]);
    }
}

/* ------------------------------------------------------------------------------- version 7 */

static bool read_triple(struct query *query, const char *geometry, const char *name, double *out)
{
    BASE_FREED char *path = hg_coords_format(query, "%s/%s", geometry, name);
    return path && hg_coords_dataset_numbers(query, path, DIMENSIONS, out);
}

/* Edges of cells, in datasets of their own. */
static void enter_bounds(struct query *query, const char *geometry)
{
    struct image image = {.even = false};
    if (!read_triple(query, geometry, "DIMENSIONS", image.size) || !check_extents(query, &image))
        return;
    enter_image(query, &image);
    for (unsigned k = 0; k < DIMENSIONS; k++) {
        BASE_FREED char *path =
            hg_coords_format(query, "%s/%sBounds", geometry, names[DIMENSIONS - 1 - k]);
        if (path)
            hg_coords_set_dataset(query, k, path, true);
    }
}

static void read_simpl(struct query *query)
{
    double type = 3;
    struct image image = {.even = true};
    BASE_FREED char *container = hg_coords_above(query, 2);
    BASE_FREED char *path = container ? hg_path_join(container, GEOMETRY) : NULL;
    H5_CLOSED hid_t geometry = path ? hg_open_group(query->file, path) : -1;
    H5_CLOSED hid_t matrix = hg_open_parent(query->file, query->path);
    if (geometry < 0 || matrix < 0 ||
        !hg_coords_number(query, matrix, "AttributeMatrixType", &type))
        return;
    const bool grid = hg_attribute_is(geometry, "GeometryTypeName", "ImageGeometry");
    const bool edges = hg_attribute_is(geometry, "GeometryTypeName", "RectGridGeometry");
    if (type > 3)
        hg_coords_refuse(query, "its rows are features (grains, phases), not points of a grid");
    else if (type < 3 || (!grid && !edges))
        hg_coords_refuse(query, MESH("vertices or cells"));
    else if (edges)
        enter_bounds(query, path);
    else if (read_triple(query, path, "DIMENSIONS", image.size) &&
             read_triple(query, path, "SPACING", image.spacing)) {
        read_triple(query, path, "ORIGIN", image.origin);
        enter_image(query, &image);
    }
}

/* ------------------------------------------------------------------------------- version 8 */

static void read_simplnx(struct query *query)
{
    struct image image = {.even = true};
    H5_CLOSED hid_t geometry = hg_coords_open_above(query, 2);
    H5_CLOSED hid_t matrix = hg_open_parent(query->file, query->path);
    if (geometry < 0 || matrix < 0 || !hg_attribute_is(matrix, "ObjectType", "AttributeMatrix"))
        return;
    BASE_FREED char *type = hg_attribute_text(geometry, "ObjectType");
    if (!type || !strstr(type, "Geom"))
        return;
    if (strcmp(type, "RectGridGeom") == 0) {
        hg_coords_add_note(query, "the coordinates of its geometry (%s) are not used", type);
    } else if (strcmp(type, "ImageGeom") != 0) {
        hg_coords_refuse(query, MESH("vertices or cells"));
    } else if (hg_attribute_exactly(geometry, "_DIMENSIONS", DIMENSIONS, image.size) == H5_FOUND &&
               hg_attribute_exactly(geometry, "_SPACING", DIMENSIONS, image.spacing) == H5_FOUND) {
        hg_attribute_exactly(geometry, "_ORIGIN", DIMENSIONS, image.origin);
        enter_image(query, &image);
    }
}

static void read_axes(struct query *query)
{
    if (hg_path_begins(query->path, "/DataContainers/") && has_version(query->file, "7.0"))
        read_simpl(query);
    else if (hg_path_begins(query->path, "/DataStructure/") && has_version(query->file, "8.0"))
        read_simplnx(query);
}

/* Vertices, bounds and lists of elements lie in the group of the geometry itself. */
static bool is_geometry(const struct query *query)
{
    if (query->dataset < 0) /* its group has no attributes */
        return false;
    H5_CLOSED hid_t group = hg_open_parent(query->file, query->path);
    BASE_FREED char *type = group >= 0 ? hg_attribute_text(group, "ObjectType") : NULL;
    return type && hg_path_ends(type, "Geom") && has_version(query->file, "8.0");
}

static const char *not_field(const struct query *query)
{
    const bool simpl = strstr(query->path, "/" GEOMETRY "/") && has_version(query->file, "7.0");
    return simpl || is_geometry(query) ? "it is bookkeeping of DREAM.3D" : NULL;
}

const struct coords_convention hg_coords_dream3d = {
    .name = "DREAM.3D",
    .axes = read_axes,
    .not_field = not_field,
};
