/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conventions for climate and forecast data, in netCDF-4: which variables only serve others,
 * which hold categories, and what is said of axes beyond their coordinate variables.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/formats.h"
#include "hdf5/names.h"
#include "hdf5/object.h"
#include "hdf5/scales.h"
#include "values/meaning.h"

#define COORDINATES  "coordinates"
#define GRID_MAPPING "grid_mapping"

/* Visits the variables that an attribute of the dataset names. */
static void visit(struct query *query, const char *attribute, names_visitor *visitor, void *user)
{
    if (!query->status)
        query->status = hg_names_visit(query->file, query->path, query->dataset, attribute, visitor,
                                       user, query->err);
}

static void add_references(struct query *query)
{
    static const char *const attributes[] = {COORDINATES, "bounds", "climatology", GRID_MAPPING};
    hg_coords_add_variables(query, sizeof attributes / sizeof *attributes, attributes);
}

/* Returns whether the standard name, or its modifier, marks a flag variable. */
static bool is_named_flag(hid_t dataset)
{
    BASE_FREED char *name = hg_attribute_text(dataset, "standard_name");
    return name && (hg_path_ends(name, "status_flag") || hg_path_ends(name, "quality_flag"));
}

static const char *not_field(const struct query *query)
{
    hid_t dataset = query->dataset;
    bool flags = hg_has_attribute(dataset, "flag_values") ||
                 hg_has_attribute(dataset, "flag_masks") ||
                 hg_has_attribute(dataset, "flag_meanings") || is_named_flag(dataset);
    return flags ? COORDS_CATEGORIES : NULL;
}

/* 2-D coordinates that a field names. */
struct plane {
    const uint64_t *extent; /* of the field's last two axes */
    char *names;
};

static enum h5grad_status add_plane(void *user, const struct names_variable *variable,
                                    struct h5grad_error *err)
{
    struct plane *plane = user;
    hsize_t extent[H5S_MAX_RANK];
    int rank = variable->id < 0 ? -1 : hg_dataset_extent(variable->id, extent, NULL);
    if (rank < 2 || memcmp(&extent[rank - 2], plane->extent, 2 * sizeof *extent) != 0)
        return H5GRAD_OK;
    return hg_coords_add_name(&plane->names, variable->name, err);
}

/* Notes that 2-D latitude and longitude are not used, if nothing else gives the spacing. */
static void note_plane(struct query *query)
{
    unsigned rank = query->rank;
    const struct coords_axis *axis = query->coords->axis;
    if (rank < 2 || axis[rank - 2].kind != COORDS_NONE || axis[rank - 1].kind != COORDS_NONE)
        return;
    struct plane plane = {.extent = &query->extent[rank - 2]};
    visit(query, COORDINATES, add_plane, &plane);
    if (plane.names)
        hg_coords_add_note(query, "2-D coordinates %s are not used: unit spacing", plane.names);
    free(plane.names);
}

/* Auxiliary coordinates along axis k of the field. */
struct auxiliary {
    struct query *query;
    unsigned k;
    bool attached;        /* the field has scales */
    struct h5_set scales; /* those of the axis */
    size_t n;
    char *names;
    char *path; /* of the first one */
};

/* Returns whether the only axis of a variable is that of the field: they share a scale or, without
 * any scales, a field of one axis has the same extent. */
static bool lies_along(const struct auxiliary *found, hid_t variable)
{
    bool attached;
    return hg_coords_shares_scale(found->query, variable, 1, 0, &found->scales, &attached) ||
           (!attached && !found->attached && found->query->rank == 1);
}

static enum h5grad_status add_auxiliary(void *user, const struct names_variable *variable,
                                        struct h5grad_error *err)
{
    struct auxiliary *found = user;
    struct query *query = found->query;
    struct h5grad_error reason;
    if (variable->id < 0)
        return H5GRAD_OK;
    if (hg_coords_judge(variable->id, query->extent[found->k], NULL, &reason) != H5GRAD_OK) {
        hg_coords_fail_for(query, &reason);
        return query->status;
    }
    if (hg_is_scale(variable->id) || !lies_along(found, variable->id) || query->status)
        return query->status;
    if (found->n++ == 0 && !(found->path = hg_memory_text(variable->path)))
        return hg_error_memory(err, strlen(variable->path));
    return hg_coords_add_name(&found->names, variable->name, err);
}

/* An auxiliary coordinate that the field names serves an axis without a coordinate variable, if it
 * is the only one along it. */
static void read_auxiliary(struct query *query, unsigned k)
{
    struct auxiliary found = {.query = query, .k = k};
    found.attached = hg_coords_add_scales(query, query->dataset, query->rank, k, &found.scales, 0);
    visit(query, COORDINATES, add_auxiliary, &found);
    if (found.n == 1) {
        hg_coords_set_dataset(query, k, found.path, false);
        hg_coords_set_name(query, k, hg_path_base(found.path));
    } else if (found.n > 1) {
        hg_coords_add_note(query,
                           "axis %u: %s are not used: unit spacing; --coord=%u=PATH takes one", k,
                           found.names, k);
    }
    free(found.path);
    free(found.names);
    hg_set_free(&found.scales);
}

static enum h5grad_status add_lost(void *user, const struct names_variable *variable,
                                   struct h5grad_error *err)
{
    return variable->id < 0 ? hg_coords_add_name(user, variable->name, err) : H5GRAD_OK;
}

/* Notes which of the variables that an attribute names are absent. */
static void note_lost(struct query *query, const char *attribute)
{
    char *names = NULL;
    visit(query, attribute, add_lost, &names);
    if (names)
        hg_coords_add_note(query, "its attribute %s names %s, which cannot be found", attribute,
                           names);
    free(names);
}

static void refuse_dates(struct query *query, unsigned k)
{
    struct coords_axis *axis = &query->coords->axis[k];
    if (!axis->path || !hg_meaning_is_dates(axis->unit))
        return;
    char *path = axis->path, *unit = axis->unit;
    query->source = axis->source;
    axis->path = axis->unit = NULL;
    hg_coords_forget(axis);
    hg_coords_set_problem(query, k, "%s holds dates written as numbers (%s)", path, unit);
    free(unit);
    free(path);
}

/* To some readers months and years have a fixed length, to others that of the calendar. */
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

static void read_axes(struct query *query)
{
    bool named = hg_has_attribute(query->dataset, COORDINATES);
    note_plane(query);
    query->source = "coordinates attribute";
    for (unsigned k = 0; named && k < query->rank; k++) {
        const struct coords_axis *axis = &query->coords->axis[k];
        if (axis->kind == COORDS_NONE && !axis->left_out)
            read_auxiliary(query, k);
    }
    note_lost(query, COORDINATES);
    note_lost(query, GRID_MAPPING);
    for (unsigned k = 0; k < query->rank; k++) {
        struct coords_axis *axis = &query->coords->axis[k];
        refuse_dates(query, k);
        if (axis->kind != COORDS_ARRAY || axis->counted || !is_uneven_time(axis->unit))
            continue;
        axis->counted = hg_coords_format(
            query, "axis %u counts %.*s, which differ in length: the result is per %.*s as counted",
            k, (int)strcspn(axis->unit, " "), axis->unit, (int)strcspn(axis->unit, " s"),
            axis->unit);
        if (axis->counted)
            hg_coords_add_note(query, "%s", axis->counted);
    }
}

const struct coords_convention hg_coords_cf = {
    .name = "CF",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
