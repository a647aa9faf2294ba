/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cactus and its driver Carpet: each dataset is a block of a grid, with attributes origin and
 * delta in the order x, y, z where the extents run z, y, x. The name of a dataset says which block
 * it is: "HYDROBASE::rho it=0 tl=0 m=0 rl=1 c=3", of map 0, refinement level 1, component 3. A
 * block is a grid by itself only where there are no others at its time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* Written once per file: of the run, not of a dataset. */
#define PARAMETERS "Parameters and Global Attributes"

/* The number behind " KEY=" in a name, and where it stands; false when there is none. */
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

/* Whether the group holds name with the bytes from start on replaced by 1 and the text. */
static bool has_second(hid_t group, const char *name, size_t start, const char *rest)
{
    char *sibling = hg_memory_format("%.*s1%s", (int)start, name, rest);
    bool found = sibling && hg_has_link(group, sibling);
    free(sibling);
    return found;
}

/* Whether the name, or its neighbours in the group, show that the block is one of several. */
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
        /* a level of one component may lie beside one of several */
        if (strcmp(keys[i], " rl=") == 0 &&
            (has_second(group, name, start, "") || has_second(group, name, start, " c=0")))
            return true;
    }
    return false;
}

/* Whether other processes of the run wrote their components to files of their own. */
static bool has_other_files(hid_t file)
{
    hid_t group = hg_open_subgroup(file, PARAMETERS);
    double writers = 1;
    bool others = group >= 0 && hg_attribute_number(group, "nioprocs", &writers) && writers > 1;
    hg_close(group);
    return others;
}

static enum h5grad_status check_whole(hid_t file, const char *path, hid_t dataset,
                                      struct coords *coords, struct h5grad_error *err)
{
    double level = 0;
    bool piece = hg_attribute_number(dataset, "level", &level) && level > 0;
    if (!piece) {
        hid_t group = hg_open_parent(file, path);
        piece = group >= 0 && has_neighbours(group, hg_path_base(path));
        hg_close(group);
    }
    if (!piece && !has_other_files(file))
        return H5GRAD_OK;
    return hg_coords_set_refusal(
        coords, err,
        "it is one of several components or levels of a Cactus grid: merge "
        "them first (hdf5_recombiner, kuibit)" COORDS_OR_NAME_IT);
}

static enum h5grad_status enter_axis(struct coords *coords, unsigned k, double delta, double origin,
                                     struct h5grad_error *err)
{
    static const char *const names[] = {"x", "y", "z"};
    enum h5grad_status status = hg_coords_set_step(coords, k, delta, origin, "Cactus", err);
    /* of fewer axes, nothing says which plane or line they are */
    if (!status && coords->rank == 3)
        status = hg_coords_set_name(coords, k, names[2 - k], err);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    if (H5Aexists(dataset, "delta") <= 0 || H5Aexists(dataset, "origin") <= 0 ||
        H5Aexists(dataset, "iorigin") <= 0)
        return H5GRAD_OK;
    double delta[GRID_MAX_RANK], origin[GRID_MAX_RANK];
    unsigned rank = coords->rank;
    bool found = hg_attribute_exactly(dataset, "delta", rank, delta) == H5_FOUND &&
                 hg_attribute_exactly(dataset, "origin", rank, origin) == H5_FOUND;
    enum h5grad_status status = check_whole(file, path, dataset, coords, err);
    for (unsigned k = 0; k < rank && !status; k++) {
        if (found)
            status = enter_axis(coords, k, delta[rank - 1 - k], origin[rank - 1 - k], err);
        else
            status = hg_coords_set_problem(coords, k, "Cactus", err,
                                           "origin and delta are not %u numbers each", rank);
    }
    return status;
}

const struct coords_convention hg_coords_cactus = {
    .name = "Cactus",
    .axes = read_axes,
};
