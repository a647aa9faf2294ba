/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cactus and its driver Carpet: each dataset is a block of a grid, with attributes origin and
 * delta in the order x, y, z; its extents are in the order z, y, x. The name of a dataset says
 * which block it is: "HYDROBASE::rho it=0 tl=0 m=0 rl=1 c=3", of map 0, refinement level 1,
 * component 3. A block is a grid by itself only if there are no others at its time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

/* A group that each file has once. */
#define PARAMETERS "Parameters and Global Attributes"

/* Finds the number after " KEY=" in a name, and where it stands; false if there is none. */
static bool find_number(const char *name, const char *key, unsigned long *value, size_t *start,
                        size_t *end)
{
    const char *at = strstr(name, key);
    if (!at)
        return false;
    at += strlen(key);
    char *after;
    errno = 0;
    *value = strtoul(at, &after, 10);
    *start = (size_t)(at - name);
    *end = (size_t)(after - name);
    return at[0] >= '0' && at[0] <= '9' && errno == 0 && (*after == '\0' || *after == ' ');
}

/* Returns whether the group holds name with the bytes from start on replaced by 1 and rest. */
static bool has_second(hid_t group, const char *name, size_t start, const char *rest)
{
    BASE_FREED char *sibling = hg_memory_format("%.*s1%s", (int)start, name, rest);
    return sibling && hg_has_link(group, sibling);
}

/* Returns whether the name, or other names in the group, show that the block is one of several. */
static bool has_neighbours(hid_t group, const char *name)
{
    static const char *const keys[] = {" m=", " rl=", " c="};
    unsigned long value;
    size_t start, end;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!find_number(name, keys[i], &value, &start, &end))
            continue;
        if (value > 0 || has_second(group, name, start, name + end))
            return true;
        /* A level of one component may lie beside a level of several. */
        if (strcmp(keys[i], " rl=") == 0 &&
            (has_second(group, name, start, "") || has_second(group, name, start, " c=0")))
            return true;
    }
    return false;
}

/* Returns whether other processes of the run wrote their components to other files. */
static bool has_other_files(hid_t file)
{
    H5_CLOSED hid_t group = hg_open_subgroup(file, PARAMETERS);
    double writers = 1;
    return group >= 0 && hg_attribute_number(group, "nioprocs", &writers) && writers > 1;
}

static bool is_piece(const struct query *query)
{
    double level = 0;
    if (hg_attribute_number(query->dataset, "level", &level) && level > 0)
        return true;
    H5_CLOSED hid_t group = hg_open_parent(query->file, query->path);
    bool piece = group >= 0 && has_neighbours(group, hg_path_base(query->path));
    return piece || has_other_files(query->file);
}

static void read_axes(struct query *query)
{
    static const char *const names[] = {"z", "y", "x"};
    hid_t dataset = query->dataset;
    if (!hg_has_attribute(dataset, "delta") || !hg_has_attribute(dataset, "origin") ||
        !hg_has_attribute(dataset, "iorigin"))
        return;
    double delta[GRID_MAX_RANK], origin[GRID_MAX_RANK];
    unsigned rank = query->rank;
    query->coords->own_steps = true;
    if (is_piece(query))
        hg_coords_refuse(query, "it is one of several components or levels of a Cactus grid: merge "
                                "them first (hdf5_recombiner, kuibit)");
    if (hg_attribute_exactly(dataset, "delta", rank, delta) != H5_FOUND ||
        hg_attribute_exactly(dataset, "origin", rank, origin) != H5_FOUND) {
        hg_coords_set_problems(query, "origin and delta are not %u numbers each", rank);
        return;
    }
    for (unsigned k = 0; k < rank; k++) {
        hg_coords_set_step(query, k, delta[rank - 1 - k], origin[rank - 1 - k]);
        /* With fewer axes it is unknown which plane or line they are. */
        if (rank == 3)
            hg_coords_set_name(query, k, names[k]);
    }
}

const struct coords_convention hg_coords_cactus = {
    .name = "Cactus",
    .axes = read_axes,
};
