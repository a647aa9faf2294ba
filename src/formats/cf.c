/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conventions for climate and forecast data, in netCDF-4: which variables only serve others,
 * which hold categories, and what is said of axes beyond their coordinate variables.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/memory.h"
#include "values/meaning.h"
#include "hdf5/names.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"
#include "hdf5/object.h"
#include "formats/categories.h"
#include "formats/convention.h"

#define COORDINATES  "coordinates"
#define GRID_MAPPING "grid_mapping"

static enum h5grad_status add_to_set(void *user, const struct names_variable *variable,
                                     struct h5grad_error *err)
{
    struct h5_identity identity;
    if (variable->id < 0 || !hg_identify(variable->id, &identity))
        return H5GRAD_OK;
    return hg_set_add(user, &identity, 0, NULL, err);
}

static enum h5grad_status add_references(hid_t file, const char *path, hid_t dataset,
                                         struct h5_set *set, struct h5grad_error *err)
{
    static const char *const attributes[] = {COORDINATES, "bounds", "climatology", GRID_MAPPING};
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !status; i++)
        status = hg_names_visit(file, path, dataset, attributes[i], add_to_set, set, err);
    return status;
}

/* Modifiers of standard names, and standard names, whose numbers are codes. */
static bool is_named_flag(hid_t dataset)
{
    static const char *const ends[] = {"status_flag", "quality_flag"};
    char *name = hg_attribute_text(dataset, "standard_name");
    size_t length = name ? strlen(name) : 0;
    bool flag = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        flag = flag ||
               (length >= strlen(ends[i]) && strcmp(name + length - strlen(ends[i]), ends[i]) == 0);
    free(name);
    return flag;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)file;
    (void)path;
    bool flags = H5Aexists(dataset, "flag_values") > 0 || H5Aexists(dataset, "flag_masks") > 0 ||
                 H5Aexists(dataset, "flag_meanings") > 0 || is_named_flag(dataset);
    return flags ? COORDS_CATEGORIES : NULL;
}

/* Adds one more to "XLAT, XLONG"; NULL: there is none yet. */
static enum h5grad_status add_name(char **names, const char *name, struct h5grad_error *err)
{
    char *more = hg_memory_format("%s%s%s", *names ? *names : "", *names ? ", " : "", name);
    if (!more)
        return hg_error_memory(err, strlen(name));
    free(*names);
    *names = more;
    return H5GRAD_OK;
}

/* Coordinates of points, not of axes, that a field names. */
struct plane {
    uint64_t extent[2]; /* of the field's last two axes */
    char *names;
};

static enum h5grad_status add_plane(void *user, const struct names_variable *variable,
                                    struct h5grad_error *err)
{
    struct plane *plane = user;
    uint64_t extent[GRID_MAX_RANK];
    hid_t space = variable->id < 0 ? -1 : H5Dget_space(variable->id);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hg_close(space);
    if (rank < 2 || !hg_read_extents(variable->id, (unsigned)rank, extent) ||
        memcmp(&extent[rank - 2], plane->extent, sizeof plane->extent) != 0)
        return H5GRAD_OK;
    return add_name(&plane->names, variable->name, err);
}

/* Says that 2-D latitude and longitude are not used, where nothing else says the spacing. */
static enum h5grad_status note_plane(hid_t file, const char *path, hid_t dataset,
                                     struct coords *coords, struct h5grad_error *err)
{
    struct plane plane = {.names = NULL};
    uint64_t extent[GRID_MAX_RANK];
    unsigned rank = coords->rank;
    if (rank < 2 || coords->axis[rank - 2].kind != COORDS_NONE ||
        coords->axis[rank - 1].kind != COORDS_NONE || !hg_read_extents(dataset, rank, extent))
        return H5GRAD_OK;
    memcpy(plane.extent, &extent[rank - 2], sizeof plane.extent);
    enum h5grad_status status =
        hg_names_visit(file, path, dataset, COORDINATES, add_plane, &plane, err);
    if (!status && plane.names)
        status = hg_coords_add_note(coords, err, "2-D coordinates %s are not used: unit spacing",
                                    plane.names);
    free(plane.names);
    return status;
}

/* Auxiliary coordinates along one axis of a field. */
struct line {
    unsigned rank; /* of the field */
    uint64_t extent;
    bool attached;           /* the field has scales ... */
    const struct h5_set *to; /* ... and those of the axis are these */
    size_t n;
    char *names;
    char *path; /* of the first */
};

/* Adds what is attached to an axis of a dataset; *attached tells whether anything is to any. */
static enum h5grad_status add_scales(hid_t dataset, unsigned rank, unsigned axis, bool *attached,
                                     struct h5_set *set, struct h5grad_error *err)
{
    struct h5_scales lists;
    enum h5grad_status status = hg_scales_read(dataset, rank, &lists, attached, err);
    if (status || !*attached)
        return status == H5GRAD_NO_MEMORY ? status : H5GRAD_OK;
    for (size_t i = 0; i < lists.list[axis].len && !status; i++) {
        struct h5_identity identity;
        if (hg_scales_identify(&lists, dataset, axis, i, &identity))
            status = hg_set_add(set, &identity, 0, NULL, err);
    }
    hg_scales_free(&lists);
    return status;
}

/* Whether the only axis of a variable is that of the field: they have a scale in common. Without
 * any scales the extent tells, of a field of one axis. */
static enum h5grad_status lies_along(const struct line *line, hid_t variable, bool *along,
                                     struct h5grad_error *err)
{
    struct h5_set own = {0};
    bool attached;
    enum h5grad_status status = add_scales(variable, 1, 0, &attached, &own, err);
    *along = !attached && !line->attached && line->rank == 1;
    for (size_t i = 0; i < own.capacity && !*along; i++)
        *along = own.entry[i].used && hg_set_find(line->to, &own.entry[i].identity);
    hg_set_free(&own);
    return status;
}

static enum h5grad_status add_line(void *user, const struct names_variable *variable,
                                   struct h5grad_error *err)
{
    struct line *line = user;
    struct h5grad_error reason;
    bool along = false;
    if (variable->id < 0)
        return H5GRAD_OK;
    enum h5grad_status status = hg_coords_judge(variable->id, line->extent, NULL, &reason);
    if (status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, status, "%s", reason.message);
    if (status || hg_is_scale(variable->id))
        return H5GRAD_OK;
    status = lies_along(line, variable->id, &along, err);
    if (status || !along)
        return status;
    if (line->n++ == 0 && !(line->path = hg_memory_text(variable->path)))
        return hg_error_memory(err, strlen(variable->path));
    return add_name(&line->names, variable->name, err);
}

/* One that is the only one of its axis serves as its coordinates. */
static enum h5grad_status use_line(hid_t file, const struct line *line, struct coords *coords,
                                   unsigned k, struct h5grad_error *err)
{
    if (line->n == 0)
        return H5GRAD_OK;
    if (line->n > 1)
        return hg_coords_add_note(
            coords, err, "axis %u: %s are not used: unit spacing; --coord=%u=PATH takes one", k,
            line->names, k);
    enum h5grad_status status = hg_coords_set_dataset(coords, k, file, line->path, line->extent,
                                                      false, "coordinates attribute", err);
    return status ? status : hg_coords_set_name(coords, k, hg_path_base(line->path), err);
}

/* Where an axis has no coordinate variable, those that the field names. */
static enum h5grad_status read_lines(hid_t file, const char *path, hid_t dataset,
                                     struct coords *coords, struct h5grad_error *err)
{
    uint64_t extent[GRID_MAX_RANK];
    enum h5grad_status status = H5GRAD_OK;
    if (H5Aexists(dataset, COORDINATES) <= 0 || !hg_read_extents(dataset, coords->rank, extent))
        return H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        struct h5_set scales = {0};
        struct line line = {.rank = coords->rank, .extent = extent[k], .to = &scales};
        if (coords->axis[k].kind != COORDS_NONE || coords->axis[k].left_out)
            continue;
        status = add_scales(dataset, coords->rank, k, &line.attached, &scales, err);
        if (!status)
            status = hg_names_visit(file, path, dataset, COORDINATES, add_line, &line, err);
        if (!status)
            status = use_line(file, &line, coords, k, err);
        free(line.path);
        free(line.names);
        hg_set_free(&scales);
    }
    return status;
}

static enum h5grad_status add_lost(void *user, const struct names_variable *variable,
                                   struct h5grad_error *err)
{
    return variable->id < 0 ? add_name(user, variable->name, err) : H5GRAD_OK;
}

/* Says which of the variables that a field names are not there. */
static enum h5grad_status note_lost(hid_t file, const char *path, hid_t dataset,
                                    struct coords *coords, struct h5grad_error *err)
{
    static const char *const attributes[] = {COORDINATES, GRID_MAPPING};
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !status; i++) {
        char *names = NULL;
        status = hg_names_visit(file, path, dataset, attributes[i], add_lost, &names, err);
        if (!status && names)
            status =
                hg_coords_add_note(coords, err, "its attribute %s names %s, which cannot be found",
                                   attributes[i], names);
        free(names);
    }
    return status;
}

static enum h5grad_status refuse_dates(struct coords *coords, unsigned k, struct h5grad_error *err)
{
    struct coords_axis *axis = &coords->axis[k];
    if (!axis->path || !hg_meaning_is_dates(axis->unit))
        return H5GRAD_OK;
    char *path = axis->path, *unit = axis->unit;
    const char *source = axis->source;
    axis->path = axis->unit = NULL;
    hg_coords_forget(axis);
    enum h5grad_status status = hg_coords_set_problem(
        coords, k, source, err, "%s holds dates written as numbers (%s)", path, unit);
    free(unit);
    free(path);
    return status;
}

/* Months and years are a twelfth of a year and a year to some readers, what the calendar says to
 * others. */
static bool is_uneven_time(const char *unit)
{
    static const char *const words[] = {"month since ",       "months since ",
                                        "year since ",        "years since ",
                                        "common_year since ", "common_years since "};
    for (size_t i = 0; unit && i < sizeof words / sizeof *words; i++) {
        if (strncasecmp(unit, words[i], strlen(words[i])) == 0)
            return true;
    }
    return false;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    enum h5grad_status status = note_plane(file, path, dataset, coords, err);
    if (!status)
        status = read_lines(file, path, dataset, coords, err);
    if (!status)
        status = note_lost(file, path, dataset, coords, err);
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        status = refuse_dates(coords, k, err);
        const char *unit = coords->axis[k].unit;
        if (!status && coords->axis[k].kind == COORDS_ARRAY && is_uneven_time(unit))
            status = hg_coords_add_note(
                coords, err,
                "axis %u counts %.*s, which differ in length: the result is "
                "per %.*s as counted",
                k, (int)strcspn(unit, " "), unit, (int)strcspn(unit, " s"), unit);
    }
    return status;
}

const struct coords_convention hg_coords_cf = {
    .name = "CF",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
