/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Datasets that carry their spacing as attributes of their own. These are less certain than a
 * convention that a whole file follows, and so come behind dimension scales.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "formats/convention.h"

/* The next value of "key" in a JSON text; *at is moved behind it. */
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

static enum h5grad_status leave_out_channels(struct coords *coords, unsigned k,
                                             struct h5grad_error *err)
{
    const char *name = coords->axis[k].name;
    bool channels = name && strcasecmp(name, "c") == 0;
    return channels ? hg_coords_leave_out(coords, k, err, "it holds channels") : H5GRAD_OK;
}

/* ilastik's axistags, {"axes": [{"key": "z", ...}, ...]}, has a letter per axis. */
static enum h5grad_status read_axistags(hid_t dataset, struct coords *coords,
                                        struct h5grad_error *err)
{
    const char *key[GRID_MAX_RANK + 1];
    size_t length[GRID_MAX_RANK + 1];
    unsigned n = 0;
    char *text = hg_attribute_text(dataset, "axistags");
    const char *at = text;
    while (at && n <= coords->rank && next_key(&at, &key[n], &length[n]))
        n++;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; n == coords->rank && k < n && !status; k++) {
        char *name = hg_memory_format("%.*s", (int)length[k], key[k]);
        status = name ? hg_coords_set_name(coords, k, name, err) : hg_error_memory(err, length[k]);
        free(name);
        if (!status)
            status = leave_out_channels(coords, k, err);
    }
    free(text);
    return status;
}

#define DIRECTIONS 3

static const char *const directions[DIRECTIONS] = {"z", "y", "x"};

/* Which of those an axis of that name is; -1: none. */
static int find_direction(const char *name)
{
    for (int d = 0; name && d < DIRECTIONS; d++) {
        if (strcasecmp(name, directions[d]) == 0)
            return d;
    }
    return -1;
}

/* Whether the names of the axes tell which of them are z, y and x. */
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

/* size is NULL where the attribute cannot be understood. */
static enum h5grad_status enter_size(struct coords *coords, unsigned k, const double *size,
                                     int direction, struct h5grad_error *err)
{
    static const char source[] = "attribute element_size_um";
    enum h5grad_status status;
    if (coords->axis[k].kind != COORDS_NONE)
        return H5GRAD_OK;
    if (size)
        status = hg_coords_set_step(coords, k, *size, 0, source, err);
    else
        status = hg_coords_set_problem(coords, k, source, err,
                                       "it holds neither 3 numbers nor one per axis");
    if (!status)
        status = hg_coords_set_unit(coords, k, "um", err);
    if (!status && direction >= 0)
        status = hg_coords_set_name(coords, k, directions[direction], err);
    return status;
}

/* Of microscopy (ImageJ's HDF5 plugin, ilastik, PlantSeg), in micrometres: of z, y and x, which are
 * the last axes where no names tell, or a number per axis. Channels and times have none. */
static enum h5grad_status read_element_size(hid_t dataset, struct coords *coords,
                                            struct h5grad_error *err)
{
    static const char attribute[] = "element_size_um";
    double size[GRID_MAX_RANK];
    unsigned rank = coords->rank;
    enum h5grad_status status = H5GRAD_OK;
    if (H5Aexists(dataset, attribute) <= 0)
        return H5GRAD_OK;
    bool three = hg_attribute_exactly(dataset, attribute, DIRECTIONS, size) == H5_FOUND;
    bool each = !three && hg_attribute_exactly(dataset, attribute, rank, size) == H5_FOUND;
    bool named = names_tell(coords);
    for (unsigned k = 0; k < rank && !status; k++) {
        int d = named ? find_direction(coords->axis[k].name) : (int)k + DIRECTIONS - (int)rank;
        if (named)
            status = leave_out_channels(coords, k, err);
        if (!status && (d >= 0 || (each && !named)))
            status = enter_size(coords, k, each ? &size[k] : three ? &size[d] : NULL, d, err);
    }
    return status;
}

/* The attributes that describe an axis. */
struct series {
    const char *source;
    const char *step;
    const char *start;
    const char *unit;
};

static enum h5grad_status read_series(hid_t dataset, const struct series *series,
                                      struct coords *coords, unsigned k, struct h5grad_error *err)
{
    double step, start = 0;
    if (coords->axis[k].kind != COORDS_NONE)
        return H5GRAD_OK;
    enum h5_exactly found = hg_attribute_exactly(dataset, series->step, 1, &step);
    if (found == H5_ABSENT)
        return H5GRAD_OK;
    if (found == H5_BROKEN)
        return hg_coords_set_problem(coords, k, series->source, err, "it is not one number");
    if (hg_attribute_exactly(dataset, series->start, 1, &start) != H5_FOUND)
        start = 0;
    enum h5grad_status status = hg_coords_set_step(coords, k, step, start, series->source, err);
    char *unit = hg_attribute_text(dataset, series->unit);
    if (!status)
        status = hg_coords_set_unit(coords, k, unit, err);
    free(unit);
    return status;
}

static const struct series gwpy[] = {
    {"attribute dx", "dx", "x0", "xunit"},
    {"attribute dy", "dy", "y0", "yunit"},
};
static const struct series gwosc = {"attribute Xspacing", "Xspacing", "Xstart", "Xunits"};

/* In gwpy's files x is the first axis and y the second; elsewhere dx and dy of a plane may mean
 * anything, so that there the units, which gwpy always writes, must be present, too. */
static enum h5grad_status read_spectrogram(hid_t dataset, struct coords *coords,
                                           struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < 2; k++) {
        if (H5Aexists(dataset, gwpy[k].unit) <= 0 || H5Aexists(dataset, gwpy[k].start) <= 0 ||
            H5Aexists(dataset, gwpy[k].step) <= 0)
            return H5GRAD_OK;
    }
    for (unsigned k = 0; k < 2 && !status; k++)
        status = read_series(dataset, &gwpy[k], coords, k, err);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)file;
    (void)walk;
    (void)path;
    enum h5grad_status status = read_axistags(dataset, coords, err);
    if (!status)
        status = read_element_size(dataset, coords, err);
    if (!status && coords->rank == 1)
        status = read_series(dataset, &gwpy[0], coords, 0, err);
    if (!status && coords->rank == 1)
        status = read_series(dataset, &gwosc, coords, 0, err);
    if (!status && coords->rank == 2)
        status = read_spectrogram(dataset, coords, err);
    return status;
}

const struct coords_convention hg_coords_attributes = {
    .name = "spacing attribute",
    .axes = read_axes,
};
