/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Formats that cut a grid into blocks, or have none: the neighbours of a point lie in other
 * datasets, in another place of the same one, or nowhere. Known by their names for things, asked in
 * an order that spares the files of others: by the dataset's path where the format fixes it.
 */
#include <string.h>

#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "base/path.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* The length of the prefix with one to max digits behind it, and "/"; 0 when path begins
 * otherwise. */
static size_t numbered(const char *path, const char *prefix, size_t max)
{
    if (!hg_path_begins(path, prefix))
        return 0;
    size_t length = strlen(prefix);
    size_t digits = strspn(path + length, "0123456789");
    return digits > 0 && digits <= max && path[length + digits] == '/' ? length + digits + 1 : 0;
}

static bool in_root(const char *path)
{
    return strchr(path + 1, '/') == NULL;
}

static bool has_attribute(hid_t object, const char *name)
{
    return H5Aexists(object, name) > 0;
}

static bool is_chombo(hid_t file, const char *path)
{
    return (numbered(path, "/level_", 4) || hg_path_begins(path, "/particles/")) &&
           hg_has_link(file, "Chombo_global");
}

static bool is_amrex(hid_t file, const char *path)
{
    return numbered(path, "/level_", 4) && has_attribute(file, "plotfile_type");
}

static bool is_flash(hid_t file, const char *path)
{
    return in_root(path) && hg_has_link(file, "bounding box");
}

static bool is_athena(hid_t file, const char *path)
{
    return in_root(path) && has_attribute(file, "NumMeshBlocks") &&
           has_attribute(file, "MeshBlockSize");
}

static bool has_info(hid_t file, const char *attribute, const char *link)
{
    hid_t group = hg_has_link(file, "Info") ? hg_open_subgroup(file, "Info") : -1;
    bool has =
        group >= 0 && (attribute ? has_attribute(group, attribute) : hg_has_link(group, link));
    hg_close(group);
    return has;
}

static bool is_parthenon(hid_t file, const char *path)
{
    static const char *const groups[] = {"/Locations/", "/VolumeLocations/", "/Blocks/"};
    bool known = in_root(path);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        known = known || hg_path_begins(path, groups[i]);
    return known && has_info(file, "NumMeshBlocks", NULL);
}

static bool is_gamer(hid_t file, const char *path)
{
    static const char *const groups[] = {"/GridData/", "/Particle/", "/Tree/"};
    bool known = false;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        known = known || hg_path_begins(path, groups[i]);
    return known && has_info(file, NULL, "KeyInfo");
}

static bool is_gdf(hid_t file, const char *path)
{
    return numbered(path, "/data/grid_", 12) && hg_has_link(file, "gridded_data_format");
}

static bool is_enzo(hid_t file, const char *path)
{
    (void)file;
    return numbered(path, "/Grid", 12) >= strlen("/Grid00000001/");
}

/* Gadget's kinds of particles by number, and the names that SWIFT links them under, too. */
static bool is_particles(hid_t file, const char *path)
{
    static const char suffix[] = "Particles";
    size_t group = strcspn(path + 1, "/");
    bool named = group > strlen(suffix) &&
                 strncmp(path + 1 + group - strlen(suffix), suffix, strlen(suffix)) == 0 &&
                 hg_has_link(file, "Cosmology") && hg_has_link(file, "Units");
    return (named || numbered(path, "/PartType", 2)) && hg_has_link(file, "Header");
}

static const struct {
    bool (*is)(hid_t file, const char *path);
    const char *what;
} formats[] = {
    {is_amrex, "it holds the boxes of a level of an AMReX plotfile one behind the other: resample "
               "the plotfile to a uniform grid first (yt's covering grid)"},
    {is_chombo, "it holds the boxes of a level of a Chombo file one behind the other: resample the "
                "file to a uniform grid first (yt's covering grid)"},
    {is_flash,
     "it belongs to a FLASH file, whose grid is cut into blocks: resample it to a uniform "
     "grid first (yt's covering grid)"},
    {is_athena,
     "it belongs to an Athena++ file, whose grid is cut into mesh blocks: resample it to "
     "a uniform grid first (athena_read.py's athdf)"},
    {is_parthenon,
     "it belongs to a Parthenon file, whose grid is cut into mesh blocks: resample it "
     "to a uniform grid first (yt's covering grid)"},
    {is_gamer, "it belongs to a GAMER file, whose grid is cut into patches: resample it to a "
               "uniform grid first (yt's covering grid)"},
    {is_gdf, "it is one of the grids of a Grid Data Format file: resample them to a uniform grid "
             "first (yt's covering grid)"},
    {is_enzo, "it is one of the patches of an Enzo grid: resample them to a uniform grid first "
              "(yt's covering grid)"},
    {is_particles,
     "it holds values of particles (Gadget, SWIFT, AREPO), which are no grid: deposit "
     "them on one first"},
};

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    (void)dataset;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (formats[i].is(file, path))
            return hg_coords_set_refusal(coords, err, "%s" COORDS_OR_NAME_IT, formats[i].what);
    }
    return H5GRAD_OK;
}

const struct coords_convention hg_coords_blocks = {
    .name = "grid in blocks",
    .axes = read_axes,
};
