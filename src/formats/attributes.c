/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Spacing in attributes of the dataset itself. Such attributes are less certain than a convention
 * that a whole file follows, and so come after dimension scales.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/convention.h"

/* Finds the next value of "key" in a JSON text and moves *at past it. */
static bool next_key(const char **at, const char **key, size_t *length)
{
    static const char word[] = "\"key\"", blank[] = " \t\r\n";
    for (const char *found = strstr(*at, word); found; found = strstr(found + 1, word)) {
        const char *value = found + strlen(word);
        value += strspn(value, blank);
        if (*value++ != ':')
            continue;
        value += strspn(value, blank);
        if (*value++ != '"')
            continue;
        *key = value;
        *length = strcspn(value, "\"");
        *at = value + *length;
        return true;
    }
    return false;
}

static void leave_out_channels(struct query *query, unsigned k)
{
    const char *name = query->coords->axis[k].name;
    if (name && strcasecmp(name, "c") == 0)
        hg_coords_leave_out(query, k, "it holds channels");
}

/* ilastik's axistags, {"axes": [{"key": "z", ...}, ...]}, has a letter per axis. */
static void read_axistags(struct query *query)
{
    const char *key[GRID_MAX_RANK + 1];
    size_t length[GRID_MAX_RANK + 1];
    unsigned n = 0;
    BASE_FREED char *text = hg_attribute_text(query->dataset, "axistags");
    const char *at = text;
    while (at && n <= query->rank && next_key(&at, &key[n], &length[n]))
        n++;
    for (unsigned k = 0; n == query->rank && k < n; k++) {
        BASE_FREED char *name = hg_coords_format(query, "%.*s", (int)length[k], key[k]);
        hg_coords_set_name(query, k, name);
        leave_out_channels(query, k);
    }
}

#define DIRECTIONS 3

static const char *const directions[DIRECTIONS] = {"z", "y", "x"};

/* Returns which of z, y and x an axis of that name is; -1: none. */
static int find_direction(const char *name)
{
    for (int d = 0; name && d < DIRECTIONS; d++) {
        if (strcasecmp(name, directions[d]) == 0)
            return d;
    }
    return -1;
}

/* Returns whether the names of the axes say which of them are z, y and x. */
static bool names_tell(const struct coords *coords)
{
    bool some = false;
    for (unsigned k = 0; k < coords->rank; k++) {
        if (!coords->axis[k].name)
            return false;
        some = some || find_direction(coords->axis[k].name) >= 0;
    }
    return some;
}

/* element_size_um of microscopy (ImageJ's HDF5 plugin, ilastik, PlantSeg), in micrometres: of z, y
 * and x, the last axes if there are no names, or of each axis. Channels and times have none. */
static void read_element_size(struct query *query)
{
    static const char attribute[] = "element_size_um";
    double size[GRID_MAX_RANK];
    unsigned rank = query->rank;
    if (!hg_has_attribute(query->dataset, attribute))
        return;
    bool three = hg_attribute_exactly(query->dataset, attribute, DIRECTIONS, size) == H5_FOUND;
    bool each = !three && hg_attribute_exactly(query->dataset, attribute, rank, size) == H5_FOUND;
    bool named = names_tell(query->coords);
    query->source = "attribute element_size_um";
    for (unsigned k = 0; k < rank; k++) {
        int d =
            named ? find_direction(query->coords->axis[k].name) : (int)k + DIRECTIONS - (int)rank;
        if (named)
            leave_out_channels(query, k);
        if (query->coords->axis[k].kind != COORDS_NONE || (d < 0 && (!each || named)))
            continue;
        if (three || each)
            hg_coords_set_step(query, k, size[each ? (int)k : d], 0);
        else
            hg_coords_set_problem(query, k, "it holds neither 3 numbers nor one per axis");
        hg_coords_set_unit(query, k, "um");
        if (d >= 0)
            hg_coords_set_name(query, k, directions[d]);
    }
}

/* The attributes that describe an axis. */
struct series {
    const char *source, *step, *start, *unit;
};

static void read_series(struct query *query, unsigned k, const struct series *series)
{
    double step, start;
    enum h5_exactly found = hg_attribute_exactly(query->dataset, series->step, 1, &step);
    if (query->coords->axis[k].kind != COORDS_NONE || found == H5_ABSENT)
        return;
    query->source = series->source;
    if (found == H5_BROKEN) {
        hg_coords_set_problem(query, k, "it is not one number");
        return;
    }
    if (hg_attribute_exactly(query->dataset, series->start, 1, &start) != H5_FOUND)
        start = 0;
    hg_coords_set_step(query, k, step, start);
    hg_coords_set_unit_of(query, k, query->dataset, series->unit);
}

static const struct series gwpy[] = {
    {"attribute dx", "dx", "x0", "xunit"},
    {"attribute dy", "dy", "y0", "yunit"},
};
static const struct series gwosc = {"attribute Xspacing", "Xspacing", "Xstart", "Xunits"};

/* In gwpy's files x is the first axis and y the second. Elsewhere dx and dy of a plane may mean
 * anything, so their units, which gwpy always writes, must be present, too. */
static void read_spectrogram(struct query *query)
{
    for (unsigned k = 0; k < 2; k++) {
        if (!hg_has_attribute(query->dataset, gwpy[k].unit) ||
            !hg_has_attribute(query->dataset, gwpy[k].start) ||
            !hg_has_attribute(query->dataset, gwpy[k].step))
            return;
    }
    for (unsigned k = 0; k < 2; k++)
        read_series(query, k, &gwpy[k]);
}

static void read_axes(struct query *query)
{
    read_axistags(query);
    read_element_size(query);
    if (query->rank == 1) {
        read_series(query, 0, &gwpy[0]);
        read_series(query, 0, &gwosc);
    } else if (query->rank == 2) {
        read_spectrogram(query);
    }
}

const struct coords_convention hg_coords_attributes = {
    .name = "spacing attribute",
    .axes = read_axes,
};
