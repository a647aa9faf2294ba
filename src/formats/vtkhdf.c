/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VTKHDF, VTK's own files: the group /VTKHDF describes the grid of the arrays below it. Only the
 * types ImageData and RectilinearGrid have axes. VTK names x first, HDF5 the slowest axis: an array
 * has the axes (time), z, y, x, (component); a grid that is flat in one direction may leave that
 * one out.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/field.h"
#include "hdf5/object.h"

#define ROOT "/VTKHDF"

enum { DIRECTIONS = 3 };

static const char *const names[DIRECTIONS] = {"x", "y", "z"};
static const char *const lines[DIRECTIONS] = {ROOT "/XCoordinates", ROOT "/YCoordinates",
                                              ROOT "/ZCoordinates"};

struct grid {
    bool rectilinear;
    bool cells;                  /* the array has a value per cell, not per point */
    uint64_t points[DIRECTIONS]; /* along x, y, z; 0: unknown */
    double origin[DIRECTIONS];
    double spacing[DIRECTIONS];
    uint64_t steps; /* in time; 0: the file has none */
};

/* How the axes of an array correspond to those of the grid. */
struct match {
    unsigned first; /* axis of the array: 1 behind time steps */
    unsigned n;
    unsigned direction[DIRECTIONS]; /* of axis first, first + 1, ... */
};

static bool is_below(const char *path)
{
    return hg_path_begins(path, ROOT "/");
}

/* Returns whether the dataset at path lies directly in a group of that name. */
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

static const char *not_field(const struct query *query)
{
    const char *path = query->path;
    if (!is_below(path) || is_array(path) ||
        H5Aexists_by_name(query->file, ROOT, "Type", H5P_DEFAULT) <= 0)
        return NULL;
    for (unsigned d = 0; d < DIRECTIONS; d++) {
        if (strcmp(path, lines[d]) == 0)
            return COORDS_COORDINATE;
    }
    return "it is bookkeeping of VTK";
}

/* ------------------------------------------------------------------------------------ the grid */

/* Returns how many coordinates the grid has in a direction; 1 if it has no array there. */
static uint64_t count_coordinates(hid_t file, hid_t root, const char *path)
{
    if (!hg_has_link(root, hg_path_base(path)))
        return 1;
    uint64_t points = 0;
    H5_CLOSED hid_t dataset = hg_open_dataset(file, path, NULL);
    if (dataset >= 0 && !hg_read_extents(dataset, 1, &points))
        points = 0;
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

/* Reads the group's description. Returns NULL, or what is wrong. */
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
    H5_CLOSED hid_t steps = hg_has_link(root, "Steps") ? H5Gopen2(root, "Steps", H5P_DEFAULT) : -1;
    if (steps >= 0 && !(hg_attribute_number(steps, "NSteps", &n) && n >= 1 && n < 0x1p53))
        n = 0;
    return (uint64_t)n;
}

/* -------------------------------------------------------------------------------- the array */

/* Returns how many values the array has along a direction of the grid. */
static uint64_t values(const struct grid *grid, unsigned direction)
{
    uint64_t points = grid->points[direction];
    return grid->cells && points > 1 ? points - 1 : points;
}

/* Returns whether the array's axes after time are those of the grid, with or without flat ones, and
 * at most one of components. */
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

static void record_direction(struct query *query, const struct grid *grid, unsigned k, unsigned d)
{
    hg_coords_set_name(query, k, names[d]);
    if (grid->rectilinear)
        hg_coords_set_dataset(query, k, lines[d], grid->cells);
    else if (grid->points[d] > 1)
        hg_coords_set_step(query, k, grid->spacing[d],
                           grid->origin[d] + (grid->cells ? grid->spacing[d] / 2 : 0));
}

static void record_match(struct query *query, const struct grid *grid, const struct match *match)
{
    if (match->first == 1) {
        hg_coords_leave_out(query, 0, "it holds time steps");
        hg_coords_set_name(query, 0, "time");
        hg_coords_set_dataset(query, 0, ROOT "/Steps/Values", false);
    }
    for (unsigned i = 0; i < match->n; i++)
        record_direction(query, grid, match->first + i, match->direction[i]);
    if (match->first + match->n < query->rank)
        hg_coords_leave_out(query, query->rank - 1, "it holds components");
}

/* Returns whether Direction of the grid is not the identity. */
static bool is_rotated(hid_t root)
{
    static const double identity[DIRECTIONS * DIRECTIONS] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double direction[DIRECTIONS * DIRECTIONS];
    enum h5_exactly found =
        hg_attribute_exactly(root, "Direction", DIRECTIONS * DIRECTIONS, direction);
    bool same = found != H5_BROKEN;
    for (unsigned i = 0; found == H5_FOUND && i < DIRECTIONS * DIRECTIONS; i++)
        same = same && direction[i] == identity[i];
    return !same;
}

/* Reads the grid of an array, and how its axes are those of the grid. NULL, or what is wrong. */
static const char *read_grid(const struct query *query, hid_t root, struct grid *grid,
                             struct match *match)
{
    const char *wrong = grid->rectilinear ? NULL : read_image(root, grid);
    for (unsigned d = 0; grid->rectilinear && d < DIRECTIONS; d++)
        grid->points[d] = count_coordinates(query->file, root, lines[d]);
    grid->steps = read_steps(root);
    if (wrong || find_match(grid, query->extent, query->rank, match))
        return wrong;
    return grid->rectilinear ? "the extents of the array are not those of the coordinates"
                             : "the extents of the array are not those of WholeExtent";
}

static void read_regular(struct query *query, hid_t root, bool rectilinear)
{
    struct grid grid = {.rectilinear = rectilinear, .cells = lies_in(query->path, "CellData")};
    struct match match;
    if (query->rank == 0)
        return;
    query->coords->convention = &hg_coords_vtkhdf;
    const char *wrong = read_grid(query, root, &grid, &match);
    if (wrong) {
        hg_coords_set_problems(query, "%s", wrong);
        return;
    }
    record_match(query, &grid, &match);
    if (is_rotated(root))
        hg_coords_add_note(query, "the grid is turned (Direction of " ROOT "): derivatives are "
                                  "along its own axes, not along x, y, z of space");
}

static void read_axes(struct query *query)
{
    H5_CLOSED hid_t root = is_below(query->path) ? open_root(query->file) : -1;
    if (root < 0)
        return;
    BASE_FREED char *type = hg_attribute_text(root, "Type");
    if (!is_regular(type))
        hg_coords_refuse(query,
                         "it belongs to a VTKHDF %s, whose values do not lie in rows of a grid: "
                         "resample it to an ImageData first",
                         type ? type : "without a type");
    else if (is_array(query->path))
        read_regular(query, root, strcmp(type, "RectilinearGrid") == 0);
}

/* Components are along x, y and z, whatever axes a flat grid leaves out. */
static void find_vector(struct query *query)
{
    struct match match;
    struct grid grid = {.cells = lies_in(query->path, "CellData")};
    if (query->dataset < 0 || query->rank == 0 || !is_below(query->path) || !is_array(query->path))
        return;
    H5_CLOSED hid_t root = open_root(query->file);
    BASE_FREED char *type = root >= 0 ? hg_attribute_text(root, "Type") : NULL;
    grid.rectilinear = type && strcmp(type, "RectilinearGrid") == 0;
    if (!is_regular(type) || read_grid(query, root, &grid, &match) ||
        match.first + match.n + 1 != query->rank || query->extent[query->rank - 1] != DIRECTIONS)
        return;
    hg_coords_set_vector(query, query->path, true);
    if (is_rotated(root))
        hg_coords_set_vector_problem(query, "the grid is turned (Direction of " ROOT
                                            "), and components are along x, y, z of space");
    for (unsigned i = 0; i < match.n; i++) {
        const unsigned d = match.direction[i];
        if (grid.points[d] > 1)
            hg_coords_add_component(query, names[d], d);
    }
}

/* ---------------------------------------------------------------------------------- results */

/* Returns the axis of a field along a direction of the grid; the rank if it has none. */
static unsigned axis_along(const struct field *field, unsigned direction)
{
    for (unsigned i = 0; i < field->rank; i++) {
        const char *name = field->coords.axis[i].name;
        if (name && strcmp(name, names[direction]) == 0)
            return i;
    }
    return field->rank;
}

static enum h5grad_status rewrite(hid_t group, const char *name, const double *value, size_t n,
                                  struct h5grad_error *err)
{
    enum h5grad_status status = hg_attribute_remove(group, name, err);
    return status ? status : hg_attribute_write_numbers(group, name, value, n, err);
}

/* Writes bounds, as whole numbers. */
static enum h5grad_status write_bounds(hid_t group, const int64_t *bound, struct h5grad_error *err)
{
    const size_t n = 2 * DIRECTIONS;
    enum h5grad_status status = hg_attribute_remove(group, "WholeExtent", err);
    return status ? status
                  : hg_attribute_write(group, "WholeExtent", H5T_NATIVE_INT64, &n, bound, err);
}

/* Describes the part of an image that has results: bounds that begin later or, with steps, a grid
 * of its own. Values of cells stay at the middle of their cells. */
static enum h5grad_status cut_image(const struct field *field, hid_t root, hid_t group,
                                    struct h5grad_error *err)
{
    double whole[2 * DIRECTIONS], spacing[DIRECTIONS], origin[DIRECTIONS] = {0};
    double turn[DIRECTIONS * DIRECTIONS] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    int64_t bound[2 * DIRECTIONS];
    const bool cells = lies_in(field->path, "CellData");
    bool stepped = false;
    if (hg_attribute_exactly(root, "WholeExtent", 2 * DIRECTIONS, whole) != H5_FOUND ||
        hg_attribute_exactly(root, "Spacing", DIRECTIONS, spacing) != H5_FOUND)
        return H5GRAD_OK;
    hg_attribute_exactly(root, "Origin", DIRECTIONS, origin);
    hg_attribute_exactly(root, "Direction", DIRECTIONS * DIRECTIONS, turn);
    for (unsigned d = 0; d < DIRECTIONS; d++) {
        const unsigned axis = axis_along(field, d);
        bound[2 * d] = (int64_t)whole[2 * d];
        bound[2 * d + 1] = (int64_t)whole[2 * d + 1];
        if (axis == field->rank || !hg_field_is_cut(field, axis))
            continue;
        const double step = (double)field->region->step[axis];
        double first = whole[2 * d] + (double)field->region->start[axis];
        bound[2 * d] = (int64_t)first;
        if (step > 1) {
            first += cells ? 0.5 - 0.5 * step : 0;
            for (unsigned j = 0; j < DIRECTIONS; j++)
                origin[j] += turn[DIRECTIONS * j + d] * first * spacing[d];
            spacing[d] *= step;
            bound[2 * d] = 0;
            stepped = true;
        }
        bound[2 * d + 1] = bound[2 * d] + (int64_t)field->region->count[axis] - (cells ? 0 : 1);
    }
    enum h5grad_status status = write_bounds(group, bound, err);
    if (stepped && !status)
        status = rewrite(group, "Spacing", spacing, DIRECTIONS, err);
    if (stepped && !status)
        status = rewrite(group, "Origin", origin, DIRECTIONS, err);
    return status;
}

/* Changes the description of grid and time if results are a part of the field. */
static enum h5grad_status cut_group(const struct coords_results *results, hid_t root,
                                    struct h5grad_error *err)
{
    const struct field *field = results->field;
    if (!field->region)
        return H5GRAD_OK;
    H5_CLOSED hid_t group = H5Gopen2(results->output, ROOT, H5P_DEFAULT);
    if (group < 0)
        return hg_hdf5_error(err, ROOT ": it cannot be opened");
    return cut_image(field, root, group, err);
}

/* Keeps the time steps that have results. */
static enum h5grad_status cut_steps(const struct coords_results *results, unsigned axis,
                                    struct h5grad_error *err)
{
    const struct field *field = results->field;
    if (axis == field->rank || !hg_field_is_cut(field, axis))
        return H5GRAD_OK;
    H5_CLOSED hid_t group = H5Gopen2(results->output, ROOT "/Steps", H5P_DEFAULT);
    if (group < 0)
        return hg_hdf5_error(err, ROOT "/Steps: it cannot be opened");
    enum h5grad_status status = hg_attribute_remove(group, "NSteps", err);
    return status
               ? status
               : hg_attribute_write_int(group, "NSteps", (int32_t)field->region->count[axis], err);
}

static enum h5grad_status finish(const struct coords_results *results, struct h5grad_error *err)
{
    H5_CLOSED hid_t root = H5Gopen2(results->input, ROOT, H5P_DEFAULT);
    if (root < 0)
        return hg_hdf5_error(err, ROOT ": it cannot be read");
    enum h5grad_status status =
        hg_coords_copy_group(results->input, results->output, ROOT, NULL, err);
    for (unsigned d = 0; d < DIRECTIONS && !status; d++) {
        if (hg_has_link(root, hg_path_base(lines[d])))
            status = hg_coords_copy_array(results, axis_along(results->field, d), lines[d], err);
    }
    if (!status)
        status = cut_group(results, root, err);
    const char *first = results->field->coords.axis[0].name;
    const unsigned time = first && strcmp(first, "time") == 0 ? 0 : results->field->rank;
    bool steps = read_steps(root) > 0;
    if (steps && !status)
        status = hg_coords_copy_group(results->input, results->output, ROOT "/Steps", NULL, err);
    if (steps && !status)
        status = hg_coords_copy_array(results, time, ROOT "/Steps/Values", err);
    if (steps && !status)
        status = cut_steps(results, time, err);
    return status;
}

const struct coords_convention hg_coords_vtkhdf = {
    .name = "VTKHDF",
    .axes = read_axes,
    .not_field = not_field,
    .vector = find_vector,
    .joins = true,
    .finish = finish,
};
