/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GPM and IMERG, satellites that measure precipitation: the attribute DimensionNames of a dataset
 * names its axes ("time,lon,lat"), and in grids the datasets of these names beside it have their
 * coordinates. In swaths it names them only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

static bool is_gpm(hid_t file)
{
    BASE_FREED char *header = hg_attribute_text(file, "FileHeader");
    return header && strstr(header, "AlgorithmID=");
}

/* Returns DimensionNames, to be freed; NULL in other files. */
static char *read_names(const struct query *query)
{
    char *names = hg_coords_text(query->dataset, "DimensionNames");
    if (names && is_gpm(query->file))
        return names;
    free(names);
    return NULL;
}

/* Returns the path of the grid in which the dataset lies, itself or in a group of intermediate
 * ones, to be freed; NULL: in none. */
static char *find_grid(const struct query *query)
{
    for (unsigned levels = 1; levels <= 2; levels++) {
        H5_CLOSED hid_t group = hg_coords_open_above(query, levels);
        if (group >= 0 && H5Aexists(group, "GridHeader") > 0)
            return hg_coords_above(query, levels);
    }
    return NULL;
}

static void enter_axis(struct query *query, unsigned k, const char *grid, const char *name)
{
    hg_coords_set_name(query, k, name);
    BASE_FREED char *path = hg_path_join(grid, name);
    H5_CLOSED hid_t dataset = path ? hg_open_dataset(query->file, path, NULL) : -1;
    if (dataset < 0)
        return;
    hg_coords_set_dataset(query, k, path, false);
    hg_coords_set_unit_of(query, k, dataset, "Units");
}

static void read_axes(struct query *query)
{
    BASE_FREED char *names = read_names(query);
    unsigned n = 1, k = 0;
    for (const char *at = names; at && *at; at++)
        n += *at == ',';
    if (!names || n != query->rank)
        return;
    BASE_FREED char *grid = find_grid(query);
    for (char *name = names; name; k++) {
        char *comma = strchr(name, ',');
        if (comma)
            *comma++ = '\0';
        if (grid)
            enter_axis(query, k, grid, name);
        else
            hg_coords_set_name(query, k, name);
        name = comma;
    }
}

static const char *not_field(const struct query *query)
{
    const char *name = hg_path_base(query->path);
    BASE_FREED char *names = read_names(query);
    if (!names)
        return NULL;
    if (strcmp(names, name) == 0 || hg_path_ends(name, "_bnds"))
        return COORDS_COORDINATE;
    return strstr(query->path, "/ScanTime/") || strstr(query->path, "/navigation/")
               ? "it is bookkeeping of GPM"
               : NULL;
}

const struct coords_convention hg_coords_gpm = {
    .name = "GPM",
    .axes = read_axes,
    .not_field = not_field,
};
