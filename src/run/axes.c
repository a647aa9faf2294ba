/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/axes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/similar.h"
#include "base/size.h"
#include "axis/time_unit.h"
#include "base/parse.h"
#include "formats/formats.h"
#include "formats/metadata.h"
#include "run/boundary.h"
#include "run/choose.h"
#include "run/sphere.h"
#include "values/meaning.h"

/* Returns the text of a problem without the axis's index at its start. */
static const char *without_index(const char *text, unsigned axis)
{
    char index[32];
    size_t length = (size_t)snprintf(index, sizeof index, "axis %u: ", axis);
    return strncmp(text, index, length) == 0 ? text + length : text;
}

static enum h5grad_status on_axis(const struct field *field, unsigned axis,
                                  enum h5grad_status status, struct h5grad_error *err)
{
    char label[256];
    hg_field_label(field, axis, label, sizeof label);
    if (err) {
        const char *reason = without_index(err->message, axis);
        memmove(err->message, reason, strlen(reason) + 1);
    }
    return hg_error_context(err, status, "%s", label);
}

/* Says what the names of the axes are. */
static enum h5grad_status refuse_name(const struct field *field, const char *text,
                                      struct h5grad_error *err)
{
    struct similar similar;
    char names[512] = "";
    hg_similar_start(&similar, text, strlen(text));
    for (unsigned i = 0; i < field->rank; i++) {
        const char *name = field->coords.axis[i].name;
        if (!name)
            continue;
        hg_similar_try(&similar, name);
        hg_memory_append(names, sizeof names, "%s%s", *names ? ", " : "", name);
    }
    if (similar.nearest)
        return hg_error_set(err, H5GRAD_FAILED, "no axis is named %s: did you mean %s?", text,
                            similar.nearest);
    return *names ? hg_error_set(err, H5GRAD_FAILED, "no axis is named %s: it has %s", text, names)
                  : hg_error_set(err, H5GRAD_FAILED,
                                 "no axis is named %s: its axes have no names, only numbers from 0",
                                 text);
}

/* Finds the axis of a field that an option names. */
static enum h5grad_status find_axis(const struct field *field, const struct axis_option *option,
                                    unsigned *axis, struct h5grad_error *err)
{
    *axis = hg_axis_option_find(option, field);
    if (*axis < field->rank)
        return H5GRAD_OK;
    if (!option->is_number)
        return refuse_name(field, option->text, err);
    return hg_error_set(err, H5GRAD_FAILED, "axis %s is out of range: the rank is %u", option->text,
                        field->rank);
}

static void use_axis(struct field *field, unsigned axis)
{
    field->axis[axis].differentiated = true;
    field->order[field->n_axes++] = axis;
}

/* Returns why an axis that --dim does not name is not differentiated; NULL: it is. */
static const char *left_out(const struct field *field, unsigned axis)
{
    if (field->coords.axis[axis].left_out)
        return field->coords.axis[axis].left_out;
    return field->extent[axis] == 1 ? "it has one point" : NULL;
}

/* Called if no axis remains. Fails with the reason of the first one left out for another reason
 * than its single point; if there is none, uses all axes. */
static enum h5grad_status use_left_out_axes(struct field *field, struct h5grad_error *err)
{
    for (unsigned i = 0; i < field->rank; i++) {
        const char *why = field->coords.axis[i].left_out;
        if (!why)
            continue;
        field->fault = FIELD_UNUSABLE;
        return on_axis(field, i,
                       hg_error_set(err, H5GRAD_FAILED,
                                    "%s; --dim=%u differentiates along it all the same", why, i),
                       err);
    }
    for (unsigned i = 0; i < field->rank; i++)
        use_axis(field, i);
    return H5GRAD_OK;
}

/* Without --dim: uses every axis, except those left out. */
static enum h5grad_status use_all_axes(struct field *field, const struct run_options *options,
                                       struct h5grad_error *err)
{
    unsigned rank = field->rank;
    for (unsigned i = 0; i < rank; i++) {
        if (!left_out(field, i))
            use_axis(field, i);
    }
    if (field->n_axes == 0)
        return use_left_out_axes(field, err);
    for (unsigned i = 0; i < rank; i++) {
        char label[256];
        hg_field_label(field, i, label, sizeof label);
        if (!field->axis[i].differentiated)
            hg_message_add(options->messages, H5GRAD_WARNING, "%s: %s: left out: %s", field->path,
                           label, left_out(field, i));
    }
    return H5GRAD_OK;
}

static enum h5grad_status choose_axes(struct field *field, const struct run_options *options,
                                      struct h5grad_error *err)
{
    if (options->n_dims == 0)
        return use_all_axes(field, options, err);
    for (size_t k = 0; k < options->n_dims; k++) {
        unsigned axis;
        enum h5grad_status status = find_axis(field, &options->dim[k], &axis, err);
        if (status)
            return status;
        if (field->axis[axis].differentiated)
            return on_axis(field, axis,
                           hg_error_set(err, H5GRAD_FAILED, "repeated in --%s: %s names it again",
                                        options->of_vector ? "vector" : "dim",
                                        options->dim[k].text),
                           err);
        use_axis(field, axis);
    }
    return H5GRAD_OK;
}

static enum h5grad_status apply_spacing_list(struct field *field, const struct run_options *options,
                                             struct h5grad_error *err)
{
    size_t n = options->n_spacings;
    unsigned entries = options->n_spaced ? (unsigned)options->n_spaced : field->rank;
    if (n == 0)
        return H5GRAD_OK;
    if (n != 1 && n != entries)
        return hg_error_set(
            err, H5GRAD_FAILED,
            "--spacing has %zu entries for %u axes: give one number, or one entry per "
            "axis%s",
            n, entries, options->n_spaced ? " of --dim" : "");
    for (unsigned k = 0; k < entries; k++) {
        unsigned axis = k;
        if (options->n_spaced) {
            enum h5grad_status status = find_axis(field, &options->spaced[k], &axis, err);
            if (status)
                return status;
        }
        field->axis[axis].spacing = options->spacing[n == 1 ? 0 : k];
        field->axis[axis].spacing.axes = n < entries ? entries : 0;
    }
    return H5GRAD_OK;
}

static enum h5grad_status apply_coords(struct field *field, const struct run_options *options,
                                       struct h5grad_error *err)
{
    bool given[GRID_MAX_RANK] = {false};
    for (size_t i = 0; i < options->n_coords; i++) {
        unsigned axis;
        enum h5grad_status status = find_axis(field, &options->coord[i].dim, &axis, err);
        if (status)
            return hg_error_context(err, status, "--coord=%s=%s", options->coord[i].dim.text,
                                    options->coord[i].spacing.path);
        if (given[axis])
            return on_axis(field, axis,
                           hg_error_set(err, H5GRAD_FAILED, "--coord gives its coordinates twice"),
                           err);
        given[axis] = true;
        field->axis[axis].spacing = options->coord[i].spacing;
    }
    return H5GRAD_OK;
}

/* Describes an axis whose coordinates cannot be used, and why. */
static enum h5grad_status describe_unusable(struct field *field, unsigned axis, const char *why,
                                            struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    char *problem = hg_memory_text(without_index(why, axis));
    if (!problem)
        return hg_error_memory(err, strlen(why));
    free(settled->problem);
    settled->problem = problem;
    settled->spacing.kind = SPACING_AUTO;
    settled->source = problem;
    return H5GRAD_OK;
}

/* Takes the file's spacing, as no option gives one. midpoints: coordinates that may be edges of
 * cells are used as such. */
static enum h5grad_status apply_file(struct field *field, unsigned axis, bool midpoints,
                                     struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    const struct coords_axis *said = &field->coords.axis[axis];
    settled->given = settled->spacing.kind != SPACING_AUTO;
    settled->source = "command line";
    if (settled->spacing.kind != SPACING_AUTO)
        return H5GRAD_OK;
    settled->source = said->source ? said->source : "none found";
    if (said->kind == COORDS_STEP) {
        settled->spacing.kind = SPACING_NUMBER;
        settled->spacing.number = said->step;
    } else if (said->kind == COORDS_ARRAY ||
               (said->kind == COORDS_UNUSABLE && said->path && midpoints)) {
        settled->spacing.kind = SPACING_PATH;
        settled->spacing.path = said->path;
    } else if (said->kind == COORDS_UNUSABLE) {
        return describe_unusable(field, axis, said->problem, err);
    }
    return H5GRAD_OK;
}

static bool is_from_file(const struct field *field, unsigned axis)
{
    return !field->axis[axis].given;
}

/* Finds the coordinates of an axis at the path that an option or the file gives. midpoints: those
 * with one point more than the axis are edges of cells. */
static enum h5grad_status find_coordinates(const struct field *field, unsigned axis, bool midpoints,
                                           struct coord_store *store,
                                           const struct coord_variable **out,
                                           struct h5grad_error *err)
{
    const struct coords_axis *said = &field->coords.axis[axis];
    const char *path = field->axis[axis].spacing.path;
    enum coord_array_points points = COORD_ARRAY_ALL;
    if (path == said->path)
        points = said->edges     ? COORD_ARRAY_MIDPOINTS
                 : said->surplus ? COORD_ARRAY_FIRST
                                 : COORD_ARRAY_ALL;
    uint64_t extent = field->extent[axis];
    enum h5grad_status status = hg_coord_store_get(store, path, points, extent, out, err);
    if (status || points != COORD_ARRAY_ALL || !midpoints ||
        hg_coord_array_extent((*out)->array) != extent + 1)
        return status;
    return hg_coord_store_get(store, path, COORD_ARRAY_MIDPOINTS, extent, out, err);
}

const struct coord_variable *hg_axes_coordinate(const struct field *field, unsigned axis,
                                                const struct run_options *options,
                                                struct coord_store *store)
{
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    if (coordinate || field->axis[axis].spacing.kind != SPACING_PATH)
        return coordinate;
    if (find_coordinates(field, axis, options->midpoints, store, &coordinate, NULL) ||
        hg_coord_array_extent(coordinate->array) != field->extent[axis])
        return NULL;
    return coordinate;
}

/* If coordinates of the file cannot be used, adds that others can be given. */
static enum h5grad_status show_way_out(const struct field *field, unsigned axis,
                                       enum h5grad_status status, struct h5grad_error *err)
{
    bool said = field->axis[axis].spacing.path == field->coords.axis[axis].path;
    if (!said || !err || status == H5GRAD_NO_MEMORY)
        return status;
    struct h5grad_error reason = *err;
    return hg_error_set(err, status,
                        "%s: give others with --coord=%u=PATH, or a step with --spacing",
                        reason.message, axis);
}

/* Leaves out the last points of an axis, which have no coordinates yet. */
static void cut_axis(struct field *field, unsigned axis, const struct coord_variable *coordinate,
                     const struct run_options *options)
{
    struct region *region = field->region;
    const uint64_t n = hg_coord_array_extent(coordinate->array), extent = field->extent[axis];
    char label[256];
    hg_field_label(field, axis, label, sizeof label);
    hg_message_add(options->messages, H5GRAD_WARNING,
                   "%s: %s: the first %" PRIu64 " of %" PRIu64
                   " points are used: coordinates %s have no more yet",
                   field->path, label, n, extent, coordinate->name);
    field->extent[axis] = n;
    if (region && region->start[axis] < n)
        region->count[axis] =
            size_min(region->count[axis], (n - region->start[axis] - 1) / region->step[axis] + 1);
}

static enum h5grad_status check_points(struct field *field, unsigned axis,
                                       const struct coord_variable *coordinate,
                                       const struct run_options *options, struct h5grad_error *err)
{
    uint64_t n = hg_coord_array_extent(coordinate->array), extent = field->extent[axis];
    if (n == extent)
        return H5GRAD_OK;
    if (field->grows && n > 1 && n < extent && hg_coord_array_grows(coordinate->array) &&
        !(field->region && field->region->start[axis] >= n)) {
        cut_axis(field, axis, coordinate, options);
        return H5GRAD_OK;
    }
    return hg_error_set(err, H5GRAD_FAILED,
                        "coordinates %s: %" PRIu64 " points for an axis of %" PRIu64
                        ": give others with --coord=%u=PATH, or a step with --spacing%s",
                        coordinate->name, n, extent, axis,
                        n == extent + 1 && coordinate->points == COORD_ARRAY_ALL
                            ? ", or take them as edges of cells with --edges=midpoint"
                            : "");
}

/* Makes a step of the single value that an option gives for an axis of several points. */
static enum h5grad_status use_step(struct field_axis *settled,
                                   const struct coord_variable *coordinate,
                                   struct h5grad_error *err)
{
    double step;
    enum h5grad_status status = hg_coord_array_read(coordinate->array, 0, 1, &step, err);
    if (!status)
        status = hg_stencil_check_step(step, err);
    if (status)
        return hg_error_context(err, status, "%s", coordinate->name);
    settled->spacing.kind = SPACING_NUMBER;
    settled->spacing.number = step;
    return H5GRAD_OK;
}

/* Fails if coordinates are given for several axes at once, which only a step can be. */
static enum h5grad_status check_given_once(const struct spacing_option *spacing, uint64_t points,
                                           struct h5grad_error *err)
{
    if (spacing->axes == 0 || points == 1)
        return H5GRAD_OK;
    return hg_error_set(err, H5GRAD_FAILED,
                        "--spacing=%s gives the coordinates of one axis, but there are %u: use "
                        "--coord=DIM=%s",
                        spacing->path, spacing->axes, spacing->path);
}

/* Finds the coordinates of an axis and checks that they can be used; *out is NULL if they turn out
 * to be its step. */
static enum h5grad_status judge_coordinates(struct field *field, unsigned axis,
                                            const struct run_options *options,
                                            struct coord_store *store,
                                            const struct coord_variable **out,
                                            struct h5grad_error *err)
{
    const struct coord_variable *found;
    enum h5grad_status status =
        find_coordinates(field, axis, options->midpoints, store, &found, err);
    *out = NULL;
    if (status)
        return show_way_out(field, axis, status, err);
    const uint64_t points = hg_coord_array_extent(found->array);
    status = check_given_once(&field->axis[axis].spacing, points, err);
    if (status)
        return status;
    if (field->axis[axis].given && field->extent[axis] > 1 && points == 1)
        return use_step(&field->axis[axis], found, err);
    *out = found;
    if (hg_meaning_is_dates(found->unit))
        return hg_error_set(err, H5GRAD_FAILED,
                            "coordinates %s are dates written as numbers (%s): give others with "
                            "--coord=%u=PATH, or a step with --spacing",
                            found->name, found->unit, axis);
    return check_points(field, axis, found, options, err);
}

/* Adds the missing points of the coordinates to the field's message about missing points. */
static enum h5grad_status note_missing(struct field *field, const struct coord_variable *coordinate,
                                       struct h5grad_error *err)
{
    if (!coordinate || !coordinate->missing)
        return H5GRAD_OK;
    char *text =
        hg_memory_format("%s%scoordinates %s: %s", field->missing ? field->missing : "",
                         field->missing ? "; " : "", coordinate->name, coordinate->missing);
    if (!text)
        return hg_error_memory(err, strlen(coordinate->missing));
    free(field->missing);
    field->missing = text;
    return H5GRAD_OK;
}

static enum h5grad_status use_coordinates(struct field *field, unsigned axis,
                                          const struct run_options *options,
                                          struct coord_store *store, struct h5grad_error *err)
{
    const struct coord_variable *coordinate;
    enum h5grad_status status = judge_coordinates(field, axis, options, store, &coordinate, err);
    if (status)
        return status;
    field->axis[axis].coordinate = coordinate;
    return note_missing(field, coordinate, err);
}

/* Converts the coordinates of a time to the unit of --time-unit. */
static enum h5grad_status use_time_unit(struct field *field, unsigned axis, const char *unit,
                                        struct coord_store *store, struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = settled->coordinate;
    struct array_scale scale;
    if (!unit || !coordinate)
        return H5GRAD_OK;
    enum h5grad_status status =
        hg_time_scale(hg_metadata_axis_unit(field, axis), coordinate->calendar, unit, &scale, err);
    if (status)
        field->fault = FIELD_UNUSABLE;
    if (status || scale.factor == 0)
        return status;
    status = hg_coord_store_rescale(store, coordinate, scale, &settled->rescaled, err);
    settled->unit = unit;
    return status;
}

/* Sets *unusable if the coordinates are the reason of a failure. */
static enum h5grad_status settle_axis(struct field *field, unsigned axis,
                                      const struct run_options *options, struct coord_store *store,
                                      bool *unusable, struct h5grad_error *err)
{
    const struct spacing_option *spacing = &field->axis[axis].spacing;
    *unusable = false;
    enum h5grad_status status = hg_boundary_ask(field, axis, &options->derivation, err);
    if (!status && spacing->kind == SPACING_NUMBER)
        status = hg_stencil_check_step(spacing->number, err);
    if (status)
        return status;
    const char *problem = field->coords.axis[axis].problem;
    if (spacing->kind == SPACING_AUTO && problem)
        status = hg_error_set(err, H5GRAD_FAILED, "%s", problem);
    else if (spacing->kind == SPACING_PATH)
        status = use_coordinates(field, axis, options, store, err);
    *unusable = status == H5GRAD_FAILED;
    if (!status)
        status = use_time_unit(field, axis, options->derivation.time_unit, store, err);
    if (!status)
        status = hg_boundary_settle(field, axis, err);
    return status;
}

/* Returns whether an axis counts: it is differentiated, or none is chosen yet. */
static bool counts(const struct field *field, unsigned axis)
{
    return field->n_axes == 0 || field->axis[axis].differentiated;
}

/* Returns whether an option gives the spacing of an axis, or the file that of a piece by itself. */
static bool has_own_spacing(const struct field *field, unsigned axis)
{
    const struct coords *coords = &field->coords;
    return field->axis[axis].spacing.kind != SPACING_AUTO ||
           (coords->own_steps && coords->axis[axis].kind == COORDS_STEP);
}

/* A piece of a larger grid is differentiated only if it is named and every spacing is given. */
static enum h5grad_status check_piece(struct field *field, const struct run_options *options,
                                      struct h5grad_error *err)
{
    bool said = options->n_datasets > 0;
    for (unsigned i = 0; i < field->rank; i++)
        said = said && (!counts(field, i) || has_own_spacing(field, i));
    if (!field->coords.refusal || said)
        return H5GRAD_OK;
    field->fault = FIELD_UNUSABLE;
    return hg_error_set(err, H5GRAD_FAILED, "%s", field->coords.refusal);
}

const char *hg_axes_note(const struct field *field)
{
    bool uses = false;
    for (unsigned i = 0; i < field->rank; i++)
        uses = uses || (counts(field, i) && is_from_file(field, i));
    return uses ? field->coords.note : NULL;
}

/* Tells of coordinates that seem even but whose differences are not equal: the formula for uneven
 * ones is used, and what they would be rounded to is unknown. */
static void tell_rounding(const struct field *field, unsigned axis,
                          const struct run_options *options)
{
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    char label[256];
    if (!coordinate || coordinate->nearly == 0)
        return;
    hg_field_label(field, axis, label, sizeof label);
    hg_message_add(options->messages, H5GRAD_DETAIL,
                   "%s: %s: coordinates %s are even but for the rounding of float32: --spacing "
                   "takes a step of %.7g",
                   field->path, label, coordinate->name, coordinate->nearly);
}

static void tell_spacing(const struct field *field, const struct run_options *options)
{
    for (unsigned k = 0; k < field->n_axes; k++) {
        unsigned axis = field->order[k];
        const struct field_axis *settled = &field->axis[axis];
        char label[256], number[32];
        hg_field_label(field, axis, label, sizeof label);
        const char *spacing = hg_field_spacing(field, axis, number, sizeof number);
        bool unit = settled->spacing.kind == SPACING_AUTO;
        hg_message_add(options->messages, H5GRAD_DETAIL, "%s: %s: %s%s (%s)", field->path, label,
                       unit ? "" : "spacing ", unit ? "unit spacing" : spacing, settled->source);
        tell_rounding(field, axis, options);
    }
}

static enum h5grad_status apply_command_line(struct field *field, const struct run_options *options,
                                             struct h5grad_error *err)
{
    enum h5grad_status status = apply_spacing_list(field, options, err);
    if (!status)
        status = apply_coords(field, options, err);
    if (!status)
        status = check_piece(field, options, err);
    return status;
}

/* Fails with the reason of the first axis that was dropped. */
static enum h5grad_status fail_dropped(struct field *field, struct h5grad_error *err)
{
    unsigned axis = 0;
    while (!field->axis[axis].dropped)
        axis++;
    field->fault = FIELD_UNUSABLE;
    return on_axis(field, axis, hg_error_set(err, H5GRAD_FAILED, "%s", field->axis[axis].problem),
                   err);
}

/* Settles the axes one by one. Without --dim an axis is dropped if its coordinates in the file
 * cannot be used. */
static enum h5grad_status settle_axes(struct field *field, const struct run_options *options,
                                      struct coord_store *store, struct h5grad_error *err)
{
    unsigned chosen = field->n_axes, n = 0;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < chosen && !status; k++) {
        unsigned axis = field->order[k];
        struct h5grad_error reason;
        bool unusable;
        status = settle_axis(field, axis, options, store, &unusable, &reason);
        if (!status) {
            field->order[n++] = axis;
        } else if (unusable && options->n_dims == 0 && is_from_file(field, axis)) {
            status = describe_unusable(field, axis, reason.message, err);
            field->axis[axis].differentiated = false;
            field->axis[axis].dropped = true;
        } else {
            if (field->fault == FIELD_SOUND)
                field->fault = unusable ? FIELD_UNUSABLE : FIELD_OPTIONS;
            hg_error_set(err, status, "%s%s", reason.message,
                         unusable && chosen > 1 && !options->of_vector
                             ? "; or leave the axis out with --dim"
                             : "");
            on_axis(field, axis, status, err);
        }
    }
    field->n_axes = n;
    return status || n > 0 ? status : fail_dropped(field, err);
}

static enum h5grad_status settle_sphere(struct field *field, const struct run_options *options,
                                        struct coord_store *store, struct h5grad_error *err)
{
    const struct coord_variable *coordinate[GRID_MAX_RANK];
    if (!options->derivation.sphere)
        return H5GRAD_OK;
    for (unsigned i = 0; i < field->rank; i++)
        coordinate[i] = hg_axes_coordinate(field, i, options, store);
    return hg_sphere_settle(field, coordinate, options->derivation.radius, store, err);
}

static enum h5grad_status settle(struct field *field, const struct run_options *options,
                                 struct coord_store *store, struct h5grad_error *err)
{
    enum h5grad_status status = choose_axes(field, options, err);
    if (!status)
        status = apply_command_line(field, options, err);
    for (unsigned i = 0; i < field->rank && !status; i++)
        status = apply_file(field, i, options->midpoints, err);
    for (unsigned i = 0; i < field->rank && options->derivation.time_unit; i++)
        hg_coords_drop_counted(&field->coords, i);
    for (unsigned i = 0; i < field->rank && options->n_dims > 0; i++) /* --dim has settled it */
        hg_coords_drop_guessed(&field->coords, i);
    if (!status)
        hg_choose_without_time(field, options);
    if (!status && hg_axes_note(field))
        hg_message_add(options->messages, H5GRAD_WARNING, "%s: %s", field->path,
                       hg_axes_note(field));
    if (!status)
        status = settle_axes(field, options, store, err);
    if (!status)
        status = settle_sphere(field, options, store, err);
    if (!status)
        tell_spacing(field, options);
    return status;
}

/* An axis may be too short because sources are missing. */
static enum h5grad_status explain_extent(const struct field *field, enum h5grad_status status,
                                         struct h5grad_error *err)
{
    if (!field->missing || !err || status != H5GRAD_FAILED)
        return status;
    const struct h5grad_error reason = *err;
    return hg_error_set(err, status, "%s; %s", reason.message, field->missing);
}

enum h5grad_status hg_axes_settle(struct field *field, const struct run_options *options,
                                  struct coord_store *store, struct h5grad_error *err)
{
    enum h5grad_status status = settle(field, options, store, err);
    if (status && field->fault == FIELD_SOUND)
        field->fault = FIELD_OPTIONS;
    if (status)
        return explain_extent(field, status, err);
    if (field->missing)
        hg_message_add(options->messages, H5GRAD_WARNING, "%s: %s", field->path, field->missing);
    if (options->dtype_given)
        field->result = options->dtype;
    return options->of_vector ? H5GRAD_OK : hg_choose_results(field, options, err);
}

static enum h5grad_status describe_axis(struct field *field, unsigned axis,
                                        const struct run_options *options,
                                        struct coord_store *store, struct h5grad_error *err)
{
    struct field_axis *settled = &field->axis[axis];
    const struct coord_variable *coordinate = NULL;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (settled->spacing.kind == SPACING_PATH)
        judge_coordinates(field, axis, options, store, &coordinate, &reason);
    if (reason.status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, reason.status, "%s", reason.message);
    if (reason.status)
        return describe_unusable(field, axis, reason.message, err);
    settled->coordinate = coordinate;
    return note_missing(field, coordinate, err);
}

enum h5grad_status hg_axes_describe_others(struct field *field, const struct run_options *options,
                                           struct coord_store *store, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned i = 0; i < field->rank && !status; i++) {
        if (!field->axis[i].differentiated)
            status = describe_axis(field, i, options, store, err);
    }
    return status;
}
