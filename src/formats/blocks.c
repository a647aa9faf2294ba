/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formats that cut a grid into blocks, or have no grid: the neighbours of a point lie in other
 * datasets, elsewhere in the same one, or nowhere. A format is recognised first by the paths of its
 * datasets, which costs the files of others nothing, and then by the rest of its files.
 */
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"

#define COVERING_GRID " to a uniform grid first (yt's covering grid)"
#define PARTICLES                                                                                  \
    "it holds values of particles (Gadget, SWIFT, AREPO), which are no grid: deposit them on one " \
    "first"

/* Paths that begin with prefix, then have min to max digits and "/" if max is not 0, or any
 * characters that end with suffix before the next "/". */
struct place {
    const char *prefix;
    unsigned min, max;
    const char *suffix;
};

/* The root group, or the group Info in it, has everything that a row names. */
static const struct {
    bool in_root; /* datasets lie in the root group, or in a place */
    struct place place[3];
    bool info;
    const char *attribute[2], *link[3];
    const char *what;
} formats[] = {
    {.place = {{.prefix = "/level_", .min = 1, .max = 4}},
     .attribute = {"plotfile_type"},
     .what = "it holds the boxes of a level of an AMReX plotfile one behind the other: resample "
             "the plotfile" COVERING_GRID},
    {.place = {{.prefix = "/level_", .min = 1, .max = 4}, {.prefix = "/particles/"}},
     .link = {"Chombo_global"},
     .what = "it holds the boxes of a level of a Chombo file one behind the other: resample the "
             "file" COVERING_GRID},
    {.in_root = true,
     .link = {"bounding box"},
     .what =
         "it belongs to a FLASH file, whose grid is cut into blocks: resample it" COVERING_GRID},
    {.in_root = true,
     .attribute = {"NumMeshBlocks", "MeshBlockSize"},
     .what = "it belongs to an Athena++ file, whose grid is cut into mesh blocks: resample it to a "
             "uniform grid first (athena_read.py's athdf)"},
    {.in_root = true,
     .place = {{.prefix = "/Locations/"}, {.prefix = "/VolumeLocations/"}, {.prefix = "/Blocks/"}},
     .info = true,
     .attribute = {"NumMeshBlocks"},
     .what = "it belongs to a Parthenon file, whose grid is cut into mesh blocks: resample "
             "it" COVERING_GRID},
    {.place = {{.prefix = "/GridData/"}, {.prefix = "/Particle/"}, {.prefix = "/Tree/"}},
     .info = true,
     .link = {"KeyInfo"},
     .what =
         "it belongs to a GAMER file, whose grid is cut into patches: resample it" COVERING_GRID},
    {.place = {{.prefix = "/data/grid_", .min = 1, .max = 12}},
     .link = {"gridded_data_format"},
     .what = "it is one of the grids of a Grid Data Format file: resample them" COVERING_GRID},
    {.place = {{.prefix = "/Grid", .min = 8, .max = 12}},
     .what = "it is one of the patches of an Enzo grid: resample them" COVERING_GRID},
    {.place = {{.prefix = "/PartType", .min = 1, .max = 2}}, .link = {"Header"}, .what = PARTICLES},
    /* SWIFT links Gadget's kinds of particles under names of its own, too. */
    {.place = {{.prefix = "/", .suffix = "Particles"}},
     .link = {"Header", "Cosmology", "Units"},
     .what = PARTICLES},
};

static bool lies_in(const char *path, const struct place *place)
{
    if (!hg_path_begins(path, place->prefix))
        return false;
    const char *at = path + strlen(place->prefix);
    size_t digits = strspn(at, "0123456789"), length = strcspn(at, "/");
    if (place->max > 0)
        return digits >= place->min && digits <= place->max && at[digits] == '/';
    size_t suffix = place->suffix ? strlen(place->suffix) : 0;
    return !suffix ||
           (length > suffix && strncmp(at + length - suffix, place->suffix, suffix) == 0);
}

static bool has_all(hid_t group, size_t i)
{
    bool has = group >= 0;
    for (size_t k = 0; has && k < 2 && formats[i].attribute[k]; k++)
        has = hg_has_attribute(group, formats[i].attribute[k]);
    for (size_t k = 0; has && k < 3 && formats[i].link[k]; k++)
        has = hg_has_link(group, formats[i].link[k]);
    return has;
}

static bool is_format(const struct query *query, size_t i)
{
    bool in_place = formats[i].in_root && strchr(query->path + 1, '/') == NULL;
    for (size_t k = 0; !in_place && k < 3 && formats[i].place[k].prefix; k++)
        in_place = lies_in(query->path, &formats[i].place[k]);
    if (!in_place || !formats[i].info)
        return in_place && has_all(query->file, i);
    H5_CLOSED hid_t group = hg_open_subgroup(query->file, "Info");
    return has_all(group, i);
}

static void read_axes(struct query *query)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (is_format(query, i)) {
            hg_coords_refuse(query, "%s", formats[i].what);
            return;
        }
    }
}

const struct coords_convention hg_coords_blocks = {
    .name = "grid in blocks",
    .axes = read_axes,
};
