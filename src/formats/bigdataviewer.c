/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BigDataViewer: microscopy, each view and time thinned out to several levels. The image of setup
 * SS at time TTTTT and level L is /tTTTTT/sSS/L/cells; /sSS/resolutions has a row (x, y, z) per
 * level. The size of a voxel is in the XML file beside the HDF5 file.
 */
#include <string.h>

#include "formats/convention.h"
#include "hdf5/object.h"

/* Returns the length of "/", letter and digits at the start of a path; 0 if it begins otherwise. */
static size_t numbered(const char *path, char letter)
{
    if (path[0] != '/' || path[1] != letter)
        return 0;
    size_t digits = strspn(path + 2, "0123456789");
    return digits >= 2 ? 2 + digits : 0;
}

static bool is_cells(const char *path)
{
    size_t time = numbered(path, 't');
    size_t setup = time ? numbered(path + time, 's') : 0;
    if (!setup || path[time + setup] != '/')
        return false;
    const char *level = path + time + setup + 1;
    size_t digits = strspn(level, "0123456789");
    return digits > 0 && strcmp(level + digits, "/cells") == 0;
}

/* BigDataViewer's pixels are unsigned, but it once declared them signed, since Java has no unsigned
 * type. */
static bool is_signed(hid_t dataset)
{
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    return type >= 0 && H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
}

static void read_axes(struct query *query)
{
    static const char *const names[] = {"z", "y", "x"};
    if (query->rank != 3 || !is_cells(query->path))
        return;
    for (unsigned k = 0; k < 3; k++)
        hg_coords_set_name(query, k, names[k]);
    hg_coords_add_note(query, "BigDataViewer keeps the size of a voxel in the XML file: unless "
                              "--spacing gives it, derivatives are per voxel");
    if (is_signed(query->dataset))
        hg_coords_add_note(query, "its pixels are stored as signed integers: those of the upper "
                                  "half of their range appear negative");
}

static const char *not_field(const struct query *query)
{
    const char *path = query->path;
    size_t setup = numbered(path, 's');
    if (!setup ||
        (strcmp(path + setup, "/resolutions") != 0 && strcmp(path + setup, "/subdivisions") != 0))
        return NULL;
    return hg_has_link(query->file, "t00000") ? "it is bookkeeping of BigDataViewer" : NULL;
}

const struct coords_convention hg_coords_bigdataviewer = {
    .name = "BigDataViewer",
    .axes = read_axes,
    .not_field = not_field,
};
