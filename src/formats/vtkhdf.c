/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VTKHDF, VTK's own files: the group /VTKHDF says what the arrays below it lie on. Of the types
 * those of regular order, ImageData and RectilinearGrid, have axes. VTK counts x first, HDF5 the
 * slowest axis: an array has the axes (time), z, y, x, (component), of which a grid that is flat in
 * one direction leaves that one out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "formats/convention.h"

#define ROOT "/VTKHDF"

enum { DIRECTIONS = 3 };

static const char *const names[DIRECTIONS] = {"x", "y", "z"};
static const char *const lines[DIRECTIONS] = {ROOT "/XCoordinates", ROOT "/YCoordinates",
                                              ROOT "/ZCoordinates"};

struct grid {
    bool rectilinear;
    bool cells;                  /* the array has a value per cell, not per point */
    uint64_t points[DIRECTIONS]; /* along x, y, z; 0 where that cannot be known */
    double origin[DIRECTIONS];
    double spacing[DIRECTIONS];
    uint64_t steps; /* in time; 0: the file has none */
};

/* How the axes of an array are those of the grid. */
struct match {
    unsigned first; /* axis of the array: 1 behind time steps */
    unsigned n;
    unsigned direction[DIRECTIONS]; /* of axis first, first + 1, ... */
};

static bool is_below(const char *path)
{
    return hg_path_begins(path, ROOT "/");
}

/* Whether the dataset at path lies directly in a group of that name. */
static bool lies_in(const char *path, const char *group)
{
    size_t length = strlen(group), before = (size_t)(hg_path_base(path) - path);
    return before > length + 1 && strncmp(path + before - 1 - length, group, length) == 0 &&
           path[before - 2 - length] == '/';
}

static bool is_array(const char *path)
{
    return lies_in(path, "PointData") || lies_in(path, "CellData");
}

static hid_t open_root(hid_t file)
{
    return H5Aexists_by_name(file, ROOT, "Type", H5P_DEFAULT) > 0
               ? H5Gopen2(file, ROOT, H5P_DEFAULT)
               : -1;
}

static bool is_regular(const char *type)
{
    return type && (strcmp(type, "ImageData") == 0 || strcmp(type, "RectilinearGrid") == 0);
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)dataset;
    if (!is_below(path) || is_array(path) ||
        H5Aexists_by_name(file, ROOT, "Type", H5P_DEFAULT) <= 0)
        return NULL;
    for (unsigned d = 0; d < DIRECTIONS; d++) {
        if (strcmp(path, lines[d]) == 0)
            return "it is a coordinate";
    }
    return "it is bookkeeping of VTK";
}

/* ------------------------------------------------------------------------------------ the grid */

/* The points of a line of coordinates; 1 where the grid has none in that direction. */
static uint64_t line_points(hid_t file, hid_t root, const char *path)
{
    if (!hg_has_link(root, hg_path_base(path)))
        return 1;
    uint64_t points = 0;
    hid_t dataset = hg_open_dataset(file, path, NULL);
    if (dataset >= 0 && !hg_read_extents(dataset, 1, &points))
        points = 0;
    hg_close(dataset);
    return points;
}

static bool read_extent(hid_t root, struct grid *grid)
{
    double whole[2 * DIRECTIONS];
    if (hg_attribute_exactly(root, "WholeExtent", 2 * DIRECTIONS, whole) != H5_FOUND)
        return false;
    for (unsigned d = 0; d < DIRECTIONS; d++) {
        double points = whole[2 * d + 1] - whole[2 * d] + 1;
        if (!(points >= 1 && points < 0x1p53))
            return false;
        grid->points[d] = (uint64_t)points;
        grid->origin[d] += whole[2 * d] * grid->spacing[d];
    }
    return true;
}

/* NULL, or what is wrong with the group's description. */
static const char *read_image(hid_t root, struct grid *grid)
{
    if (hg_attribute_exactly(root, "Spacing", DIRECTIONS, grid->spacing) != H5_FOUND)
        return "Spacing does not hold 3 numbers";
    if (hg_attribute_exactly(root, "Origin", DIRECTIONS, grid->origin) != H5_FOUND)
        memset(grid->origin, 0, sizeof grid->origin);
    return read_extent(root, grid) ? NULL : "WholeExtent does not hold the 6 bounds of a grid";
}

static uint64_t read_steps(hid_t root)
{
    double n = 0;
    hid_t steps = hg_has_link(root, "Steps") ? H5Gopen2(root, "Steps", H5P_DEFAULT) : -1;
    if (steps >= 0 && !(hg_attribute_number(steps, "NSteps", &n) && n >= 1 && n < 0x1p53))
        n = 0;
    hg_close(steps);
    return (uint64_t)n;
}

/* -------------------------------------------------------------------------------- the array */

/* Values of the array along a direction of the grid. */
static uint64_t values(const struct grid *grid, unsigned direction)
{
    uint64_t points = grid->points[direction];
    return grid->cells && points > 1 ? points - 1 : points;
}

/* Whether the array's axes behind time are those of the grid, flat ones included or not, and at
 * most one of components. */
static bool try_match(const struct grid *grid, const uint64_t *extent, unsigned rank,
                      unsigned first, bool flat, struct match *match)
{
    *match = (struct match){.first = first};
    for (unsigned d = DIRECTIONS; d-- > 0;) {
        if (grid->points[d] == 1 && !flat)
            continue;
        unsigned axis = first + match->n;
        if (axis >= rank || extent[axis] != values(grid, d))
            return false;
        match->direction[match->n++] = d;
    }
    return match->n > 0 && rank - first - match->n <= 1;
}

static bool find_match(const struct grid *grid, const uint64_t *extent, unsigned rank,
                       struct match *match)
{
    bool in_time = grid->steps && extent[0] == grid->steps;
    for (unsigned first = in_time ? 2 : 1; first-- > 0;) {
        if (try_match(grid, extent, rank, first, false, match) ||
            try_match(grid, extent, rank, first, true, match))
            return true;
    }
    return false;
}

static enum h5grad_status enter_direction(hid_t file, const struct grid *grid, unsigned k,
                                          unsigned d, struct coords *coords,
                                          struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_set_name(coords, k, names[d], err);
    if (status)
        return status;
    if (grid->rectilinear)
        return hg_coords_set_dataset(coords, k, file, lines[d], values(grid, d), grid->cells,
                                     hg_coords_vtkhdf.name, err);
    if (grid->points[d] == 1)
        return H5GRAD_OK;
    double first = grid->origin[d] + (grid->cells ? grid->spacing[d] / 2 : 0);
    return hg_coords_set_step(coords, k, grid->spacing[d], first, hg_coords_vtkhdf.name, err);
}

static enum h5grad_status enter_time(hid_t file, const struct grid *grid, struct coords *coords,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_leave_out(coords, 0, err, "it holds time steps");
    if (!status)
        status = hg_coords_set_name(coords, 0, "time", err);
    if (!status)
        status = hg_coords_set_dataset(coords, 0, file, ROOT "/Steps/Values", grid->steps, false,
                                       hg_coords_vtkhdf.name, err);
    return status;
}

static enum h5grad_status enter_match(hid_t file, const struct grid *grid,
                                      const struct match *match, struct coords *coords,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (match->first == 1)
        status = enter_time(file, grid, coords, err);
    for (unsigned i = 0; i < match->n && !status; i++)
        status = enter_direction(file, grid, match->first + i, match->direction[i], coords, err);
    if (!status && match->first + match->n < coords->rank)
        status = hg_coords_leave_out(coords, coords->rank - 1, err, "it holds components");
    return status;
}

static enum h5grad_status all_unusable(struct coords *coords, const char *why,
                                       struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && !status; k++)
        status = hg_coords_set_problem(coords, k, hg_coords_vtkhdf.name, err, "%s", why);
    return status;
}

static enum h5grad_status note_direction(hid_t root, struct coords *coords,
                                         struct h5grad_error *err)
{
    static const double identity[DIRECTIONS * DIRECTIONS] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double direction[DIRECTIONS * DIRECTIONS];
    enum h5_exactly found =
        hg_attribute_exactly(root, "Direction", DIRECTIONS * DIRECTIONS, direction);
    bool same = found == H5_ABSENT;
    if (found == H5_FOUND) {
        same = true;
        for (unsigned i = 0; i < DIRECTIONS * DIRECTIONS; i++)
            same = same && direction[i] == identity[i];
    }
    if (same)
        return H5GRAD_OK;
    return hg_coords_add_note(coords, err,
                              "the grid is turned (Direction of %s): derivatives are along its own "
                              "axes, not along x, y, z of space",
                              ROOT);
}

static enum h5grad_status read_regular(hid_t file, hid_t root, const char *path, hid_t dataset,
                                       bool rectilinear, struct coords *coords,
                                       struct h5grad_error *err)
{
    struct grid grid = {.rectilinear = rectilinear, .cells = lies_in(path, "CellData")};
    uint64_t extent[GRID_MAX_RANK];
    struct match match;
    if (!hg_read_extents(dataset, coords->rank, extent) || coords->rank == 0)
        return H5GRAD_OK;
    coords->convention = &hg_coords_vtkhdf;
    const char *wrong = NULL;
    if (!rectilinear)
        wrong = read_image(root, &grid);
    for (unsigned d = 0; rectilinear && d < DIRECTIONS; d++)
        grid.points[d] = line_points(file, root, lines[d]);
    grid.steps = read_steps(root);
    if (!wrong && !find_match(&grid, extent, coords->rank, &match))
        wrong = rectilinear ? "the extents of the array are not those of the coordinates"
                            : "the extents of the array are not those of WholeExtent";
    if (wrong)
        return all_unusable(coords, wrong, err);
    enum h5grad_status status = enter_match(file, &grid, &match, coords, err);
    if (!status)
        status = note_direction(root, coords, err);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    hid_t root = is_below(path) ? open_root(file) : -1;
    if (root < 0)
        return H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    char *type = hg_attribute_text(root, "Type");
    if (!is_regular(type))
        status = hg_coords_set_refusal(
            coords, err,
            "it belongs to a VTKHDF %s, whose values do not lie in rows of a grid: resample it to "
            "an ImageData first" COORDS_OR_NAME_IT,
            type ? type : "without a type");
    else if (is_array(path))
        status = read_regular(file, root, path, dataset, strcmp(type, "RectilinearGrid") == 0,
                              coords, err);
    free(type);
    hg_close(root);
    return status;
}

/* ---------------------------------------------------------------------------------- results */

static enum h5grad_status copy_steps(const struct coords_results *results, struct h5grad_error *err)
{
    hid_t steps = hg_coords_copy_group(results->input, results->output, ROOT "/Steps", NULL, err);
    if (steps < 0)
        return hg_error_status(err);
    hg_close(steps);
    return hg_coords_copy_line(results->input, results->output, ROOT "/Steps/Values", err);
}

static enum h5grad_status finish(const struct coords_results *results, struct h5grad_error *err)
{
    hid_t to = hg_coords_copy_group(results->input, results->output, ROOT, NULL, err);
    if (to < 0)
        return hg_error_status(err);
    hg_close(to);
    hid_t root = H5Gopen2(results->input, ROOT, H5P_DEFAULT);
    if (root < 0)
        return hg_hdf5_error(err, "%s: it cannot be read", ROOT);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned d = 0; d < DIRECTIONS && !status; d++) {
        if (hg_has_link(root, hg_path_base(lines[d])))
            status = hg_coords_copy_line(results->input, results->output, lines[d], err);
    }
    if (!status && read_steps(root))
        status = copy_steps(results, err);
    hg_close(root);
    return status;
}

const struct coords_convention hg_coords_vtkhdf = {
    .name = "VTKHDF",
    .axes = read_axes,
    .not_field = not_field,
    .finish = finish,
};
