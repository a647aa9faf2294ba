/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conventions for climate and forecast data, in netCDF-4: which variables only serve others,
 * which hold categories, and what is said of axes beyond their coordinate variables.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "coords/coords.h"
#include "coords/parts.h"
#include "hdf5/attribute.h"

/* netCDF-4 puts this in front of a variable that has the name of a dimension but another shape. */
#define NON_COORDINATE "_nc4_non_coord_"

/* Opens the variable of that name in a group; -1 when there is none. False when there is no memory.
 */
static bool open_in(hid_t file, const char *group, const char *name, hid_t *variable)
{
    char *plain = coords_join(group, name);
    char *prefixed = memory_format("%s%s" NON_COORDINATE "%s", group, group[1] ? "/" : "", name);
    bool memory = plain && prefixed;
    if (memory)
        *variable = h5_open_dataset(file, plain, NULL);
    if (memory && *variable < 0)
        *variable = h5_open_dataset(file, prefixed, NULL);
    free(prefixed);
    free(plain);
    return memory;
}

/* The variable of that name as seen from the one at path: by an absolute path, or in its group or
 * in those around it. */
static enum h5grad_status open_variable(hid_t file, const char *path, const char *name,
                                        hid_t *variable, struct h5grad_error *err)
{
    *variable = *name == '/' ? h5_open_dataset(file, name, NULL) : -1;
    if (*name == '/' || !*name)
        return H5GRAD_OK;
    char *group = coords_parent(path);
    bool memory = group && open_in(file, group, name, variable);
    while (memory && *variable < 0 && group[1]) {
        char *outer = coords_parent(group);
        free(group);
        group = outer;
        memory = group && open_in(file, group, name, variable);
    }
    free(group);
    return memory ? H5GRAD_OK : error_memory(err, strlen(path) + strlen(name));
}

/* Calls visit for each variable that an attribute names; "a: b c" names those three. */
static enum h5grad_status visit_named(hid_t file, const char *path, hid_t dataset,
                                      const char *attribute,
                                      enum h5grad_status (*visit)(void *user, const char *name,
                                                                  hid_t variable,
                                                                  struct h5grad_error *err),
                                      void *user, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    char *text = h5_attribute_text(dataset, attribute), *rest = NULL;
    for (char *name = text ? strtok_r(text, " \t\r\n", &rest) : NULL; name && !status;
         name = strtok_r(NULL, " \t\r\n", &rest)) {
        size_t length = strlen(name);
        if (name[length - 1] == ':')
            name[length - 1] = '\0';
        hid_t variable;
        status = open_variable(file, path, name, &variable, err);
        if (!status && variable >= 0)
            status = visit(user, name, variable, err);
        h5_close(variable);
    }
    free(text);
    return status;
}

static enum h5grad_status add_to_set(void *user, const char *name, hid_t variable,
                                     struct h5grad_error *err)
{
    struct h5_identity identity;
    (void)name;
    if (!h5_identify(variable, &identity))
        return H5GRAD_OK;
    return h5_set_add(user, &identity, 0, NULL, err);
}

static enum h5grad_status add_references(hid_t file, const char *path, hid_t dataset,
                                         struct h5_set *set, struct h5grad_error *err)
{
    static const char *const attributes[] = {"coordinates", "bounds", "climatology",
                                             "grid_mapping"};
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes && !status; i++)
        status = visit_named(file, path, dataset, attributes[i], add_to_set, set, err);
    return status;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)file;
    (void)path;
    bool flags = H5Aexists(dataset, "flag_values") > 0 || H5Aexists(dataset, "flag_masks") > 0;
    return flags ? "it holds categories" : NULL;
}

/* Coordinates of points, not of axes, that a field names. */
struct plane {
    uint64_t extent[2]; /* of the field's last two axes */
    char *names;        /* "XLAT, XLONG"; NULL: none */
};

static enum h5grad_status add_name(void *user, const char *name, hid_t variable,
                                   struct h5grad_error *err)
{
    struct plane *plane = user;
    uint64_t extent[GRID_MAX_RANK];
    hid_t space = H5Dget_space(variable);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    h5_close(space);
    if (rank < 2 || !coords_extents(variable, (unsigned)rank, extent) ||
        memcmp(&extent[rank - 2], plane->extent, sizeof plane->extent) != 0)
        return H5GRAD_OK;
    const char *before = plane->names;
    char *names = memory_format("%s%s%s", before ? before : "", before ? ", " : "", name);
    if (!names)
        return error_memory(err, strlen(name));
    free(plane->names);
    plane->names = names;
    return H5GRAD_OK;
}

/* Says that 2-D latitude and longitude are not used, where nothing else says the spacing. */
static enum h5grad_status note_plane(hid_t file, const char *path, hid_t dataset,
                                     struct coords *coords, struct h5grad_error *err)
{
    struct plane plane = {.names = NULL};
    uint64_t extent[GRID_MAX_RANK];
    unsigned rank = coords->rank;
    if (rank < 2 || coords->axis[rank - 2].kind != COORDS_NONE ||
        coords->axis[rank - 1].kind != COORDS_NONE || !coords_extents(dataset, rank, extent))
        return H5GRAD_OK;
    memcpy(plane.extent, &extent[rank - 2], sizeof plane.extent);
    enum h5grad_status status =
        visit_named(file, path, dataset, "coordinates", add_name, &plane, err);
    if (!status && plane.names)
        status = coords_add_note(coords, err, "2-D coordinates %s are not used: unit spacing",
                                 plane.names);
    free(plane.names);
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
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        const char *unit = coords->axis[k].unit;
        if (coords->axis[k].kind == COORDS_ARRAY && is_uneven_time(unit))
            status =
                coords_add_note(coords, err,
                                "axis %u counts %.*s, which differ in length: the result is "
                                "per %.*s as counted",
                                k, (int)strcspn(unit, " "), unit, (int)strcspn(unit, " s"), unit);
    }
    return status;
}

const struct coords_convention coords_cf = {
    .name = "CF",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
