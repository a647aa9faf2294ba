/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BigDataViewer: microscopy, each view and time thinned out to several levels. The image of setup
 * SS at time TTTTT and level L is /tTTTTT/sSS/L/cells; /sSS/resolutions has a row (x, y, z) per
 * level. The size of a voxel is in the XML file beside the HDF5 file.
 */
#include <string.h>

#include "formats/parts.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* The length of "/", the letter and digits at the start of a path; 0 when that is not there. */
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

/* BigDataViewer's pixels are unsigned; for want of that type in Java it once declared them signed.
 */
static bool is_signed(hid_t dataset)
{
    hid_t type = H5Dget_type(dataset);
    bool is = type >= 0 && H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2;
    hg_close(type);
    return is;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    static const char *const names[] = {"z", "y", "x"};
    (void)file;
    (void)walk;
    if (coords->rank != 3 || !is_cells(path))
        return H5GRAD_OK;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < 3 && !status; k++)
        status = hg_coords_set_name(coords, k, names[k], err);
    if (!status)
        status =
            hg_coords_add_note(coords, err,
                               "BigDataViewer keeps the size of a voxel in the XML file: unless "
                               "--spacing gives it, derivatives are per voxel");
    if (!status && is_signed(dataset))
        status =
            hg_coords_add_note(coords, err,
                               "its pixels are stored as signed integers: those of the upper half "
                               "of their range appear negative");
    return status;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)dataset;
    size_t setup = numbered(path, 's');
    if (!setup ||
        (strcmp(path + setup, "/resolutions") != 0 && strcmp(path + setup, "/subdivisions") != 0))
        return NULL;
    return hg_has_link(file, "t00000") ? "it is bookkeeping of BigDataViewer" : NULL;
}

const struct coords_convention hg_coords_bigdataviewer = {
    .name = "BigDataViewer",
    .axes = read_axes,
    .not_field = not_field,
};
