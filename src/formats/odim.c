/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ODIM_H5, the format of weather radars (values/odim_groups.h). The rows of a polar scan are rays,
 * from north clockwise, and its columns bins of the range; the rows of a vertical one are
 * elevations. A composite is a picture of a map, whose first row is the northernmost.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/convention.h"
#include "values/odim_groups.h"

static hid_t open_nearest(const struct query *query, const char *group, const char *attribute)
{
    return hg_odim_open(query->file, query->path, group, attribute, false);
}

/* Reads a number of the nearest group that has it. */
static bool read_number(struct query *query, const char *group, const char *attribute,
                        double *value)
{
    H5_CLOSED hid_t found = open_nearest(query, group, attribute);
    return found >= 0 && hg_coords_number(query, found, attribute, value);
}

static bool says(const struct query *query, const char *attribute, const char *text)
{
    H5_CLOSED hid_t what = open_nearest(query, "what", attribute);
    return what >= 0 && hg_attribute_is(what, attribute, text);
}

/* Whether the extents are those that where has; refuses the dataset if not. */
static bool check_extents(struct query *query, const char *const names[2])
{
    double size[2];
    for (unsigned k = 0; k < 2; k++) {
        if (!read_number(query, "where", names[k], &size[k]))
            size[k] = (double)query->extent[k];
    }
    bool same = size[0] == (double)query->extent[0] && size[1] == (double)query->extent[1];
    if (!same)
        hg_coords_refuse(query, "ODIM's %s and %s say %gx%g, the dataset is %" PRIu64 "x%" PRIu64,
                         names[0], names[1], size[0], size[1], query->extent[0], query->extent[1]);
    return same;
}

/* In kilometres up to version 2.3, in metres from 2.4 on. */
static double first_range(struct query *query)
{
    double start = 0;
    read_number(query, "where", "rstart", &start);
    BASE_FREED char *version = hg_attribute_text(query->file, "Conventions");
    bool metres = version && strcmp(version, "ODIM_H5/V2_4") >= 0;
    return metres ? start : 1000 * start;
}

static void enter_range(struct query *query, double bin)
{
    hg_coords_set_name(query, 1, "range");
    hg_coords_set_unit(query, 1, "m");
    hg_coords_set_step(query, 1, bin, first_range(query) + bin / 2);
}

/* The elevation of each row. */
static void enter_elevations(struct query *query)
{
    static const char *const names[] = {"elangles", "angles"};
    hg_coords_set_name(query, 0, "elevation");
    hg_coords_set_unit(query, 0, "degrees");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *const group = i == 0 ? "how" : "where";
        H5_CLOSED hid_t found = open_nearest(query, group, names[i]);
        if (found >= 0)
            hg_coords_set_attribute(query, 0, found, names[i]);
    }
}

/* The rows of a sector begin and end at angles; those of a circle, half a step behind north. */
static void enter_azimuths(struct query *query)
{
    const double rays = (double)query->extent[0];
    double start = 0, stop = 360, shift = 0;
    const bool sector = read_number(query, "where", "startaz", &start) &&
                        read_number(query, "where", "stopaz", &stop);
    if (!sector) {
        start = 0;
        stop = 360;
        read_number(query, "how", "astart", &shift);
    }
    const double width = stop > start ? stop - start : stop - start + 360;
    hg_coords_set_name(query, 0, "azimuth");
    hg_coords_set_unit(query, 0, "degrees");
    hg_coords_set_step(query, 0, width / rays, start + shift + width / rays / 2);
    query->coords->axis[0].periodic = width == 360;
    H5_CLOSED hid_t measured = open_nearest(query, "how", "startazA");
    if (measured >= 0)
        hg_coords_add_note(query, "azimuths are nominal: the measured ones are in how/startazA");
}

static void enter_polar(struct query *query, double bin)
{
    static const char *const extents[] = {"nrays", "nbins"};
    double azimuth;
    if (!check_extents(query, extents))
        return;
    enter_range(query, bin);
    const bool vertical = says(query, "product", "RHI") || says(query, "object", "RHI") ||
                          read_number(query, "where", "az_angle", &azimuth) ||
                          read_number(query, "where", "azangle", &azimuth);
    if (vertical)
        enter_elevations(query);
    else
        enter_azimuths(query);
}

/* A picture of a map, or of a vertical section, in which heights grow from one edge or the other.
 */
static void enter_picture(struct query *query, double dx, double dy)
{
    static const char *const extents[] = {"ysize", "xsize"};
    double left = 0, top = 0, height;
    if (!check_extents(query, extents))
        return;
    hg_coords_set_unit(query, 0, "m");
    hg_coords_set_unit(query, 1, "m");
    hg_coords_set_name(query, 1, "x");
    read_number(query, "where", "UL_x", &left);
    hg_coords_set_step(query, 1, dx, left + dx / 2);
    if (read_number(query, "where", "minheight", &height)) {
        hg_coords_set_name(query, 0, "z");
        hg_coords_set_problem(query, 0, "it does not say whether the first row is the lowest");
        return;
    }
    hg_coords_set_name(query, 0, "y");
    read_number(query, "where", "UL_y", &top);
    hg_coords_set_step(query, 0, -dy, top - dy / 2);
}

static void enter_profile(struct query *query)
{
    double interval, bottom = 0;
    if (!read_number(query, "where", "interval", &interval))
        return;
    read_number(query, "where", "minheight", &bottom);
    hg_coords_set_name(query, 0, "height");
    hg_coords_set_unit(query, 0, "m");
    hg_coords_set_step(query, 0, interval, bottom + interval / 2);
}

static void read_axes(struct query *query)
{
    double bin, dx, dy;
    if (!hg_odim_is_data(query->file, query->path))
        return;
    if (query->rank == 1 && says(query, "object", "VP"))
        enter_profile(query);
    else if (query->rank == 2 && read_number(query, "where", "rscale", &bin))
        enter_polar(query, bin);
    else if (query->rank == 2 && read_number(query, "where", "xscale", &dx) &&
             read_number(query, "where", "yscale", &dy))
        enter_picture(query, dx, dy);
}

const struct coords_convention hg_coords_odim = {
    .name = "ODIM_H5",
    .axes = read_axes,
};
