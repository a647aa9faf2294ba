/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/convention.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/path.h"
#include "hdf5/create.h"
#include "hdf5/limit.h"
#include "hdf5/names.h"
#include "hdf5/object.h"
#include "hdf5/scales.h"
#include "hdf5/storage.h"
#include "hdf5/dataset_text.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "libhdf5/identity.h"
#include "values/meaning.h"
#include "values/numbers.h"

bool hg_coords_says(hid_t object, const char *attribute, const char *text)
{
    BASE_FREED char *found = hg_attribute_text(object, attribute);
    size_t length = found ? strlen(found) : 0;
    while (length > 0 && isspace((unsigned char)found[length - 1]))
        length--;
    return found && length == strlen(text) && strncasecmp(found, text, length) == 0;
}

char *hg_coords_text(hid_t object, const char *attribute)
{
    char *text = hg_attribute_text(object, attribute);
    if (text && text[0] != '\0')
        return text;
    free(text);
    return NULL;
}

bool hg_coords_begins(hid_t object, const char *attribute, const char *prefix)
{
    BASE_FREED char *text = hg_attribute_text(object, attribute);
    return text && hg_path_begins(text, prefix);
}

bool hg_coords_number(struct query *query, hid_t object, const char *attribute, double *value)
{
    struct numbers numbers;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (hg_numbers_read_said(object, attribute, &numbers, &reason))
        hg_coords_fail_for(query, &reason);
    bool found = numbers.n == 1;
    if (found)
        *value = numbers.item[0].value;
    free(numbers.item);
    return found;
}

bool hg_coords_dataset_numbers(struct query *query, const char *path, size_t n, double *value)
{
    struct numbers numbers;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (hg_numbers_read_dataset(query->file, path, "", &numbers, &reason))
        hg_coords_fail_for(query, &reason);
    bool found = numbers.n == n;
    for (size_t i = 0; i < n && found; i++)
        value[i] = numbers.item[i].value;
    free(numbers.item);
    return found;
}

#define MOST_POINTS ((uint64_t)1 << 20)

/* Reads all points of a dataset of real numbers, to be freed; NULL if it holds others or too many.
 */
static double *read_points(struct query *query, hid_t dataset, uint64_t *n)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    H5_CLOSED hid_t type = H5Dget_type(dataset);
    const hssize_t points = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    if (points < 1 || (uint64_t)points > MOST_POINTS ||
        (class != H5T_INTEGER && class != H5T_FLOAT))
        return NULL;
    *n = (uint64_t)points;
    double *all = hg_memory_zeroed(*n, sizeof *all);
    if (!all)
        hg_coords_no_memory(query, *n * sizeof *all);
    if (all && !hg_limit_check(dataset, *n * sizeof *all, &reason) &&
        !hg_read_all(dataset, H5T_NATIVE_DOUBLE, all, &reason))
        return all;
    hg_coords_fail_for(query, &reason);
    free(all);
    return NULL;
}

bool hg_coords_dataset_constant(struct query *query, const char *path, double *value)
{
    uint64_t n = 0;
    H5_CLOSED hid_t dataset = hg_open_dataset(query->file, path, NULL);
    BASE_FREED double *all = dataset >= 0 ? read_points(query, dataset, &n) : NULL;
    for (uint64_t i = 1; all && i < n; i++) {
        if (all[i] != all[0])
            return false;
    }
    if (all)
        *value = all[0];
    return all != NULL;
}

char *hg_coords_dataset_text(struct query *query, const char *path)
{
    struct h5grad_error reason = {.status = H5GRAD_OK};
    H5_CLOSED hid_t dataset = hg_open_dataset(query->file, path, &reason);
    char *text = dataset >= 0 ? hg_dataset_text(dataset, &reason) : NULL;
    hg_coords_fail_for(query, &reason);
    return text;
}

enum h5grad_status hg_coords_judge(hid_t dataset, uint64_t extent, bool *edges,
                                   struct h5grad_error *reason)
{
    H5_CLOSED hid_t space = H5Dget_space(dataset);
    H5_CLOSED hid_t datatype = H5Dget_type(dataset);
    struct h5_type type = {.memory = -1, .file = -1};
    hsize_t points = 0;
    enum h5grad_status status = H5GRAD_OK;
    if (space < 0 || datatype < 0)
        status = hg_hdf5_error(reason, "cannot be read");
    else if (H5Sget_simple_extent_type(space) != H5S_SIMPLE)
        status = hg_error_set(reason, H5GRAD_FAILED, "has no extent");
    else if (H5Sget_simple_extent_ndims(space) != 1)
        status =
            hg_error_set(reason, H5GRAD_FAILED, "has rank %d", H5Sget_simple_extent_ndims(space));
    else
        status = hg_type_open(datatype, &type, reason);
    if (status == H5GRAD_OK && type.components != 1)
        status = hg_error_set(reason, H5GRAD_FAILED, "type is %s", type.name);
    if (status == H5GRAD_OK && H5Sget_simple_extent_dims(space, &points, NULL) != 1)
        status = hg_hdf5_error(reason, "cannot be read");
    const bool growing = points > 1 && hg_storage_may_grow(dataset);
    bool one_more = edges && extent < UINT64_MAX && points == extent + 1 && !growing;
    if (status == H5GRAD_OK && points != extent && !one_more && !growing)
        status = hg_error_set(reason, H5GRAD_FAILED, "has %" PRIu64 " point%s, the axis %" PRIu64,
                              (uint64_t)points, points == 1 ? "" : "s", extent);
    if (edges)
        *edges = one_more;
    hg_type_close(&type);
    return status;
}

bool hg_coords_lies_below(const char *path, size_t n, const char *const *prefix)
{
    bool below = false;
    for (size_t i = 0; i < n && !below; i++)
        below = hg_path_begins(path, prefix[i]);
    return below;
}

bool hg_coords_is_one_of(const char *text, size_t n, const char *const *name)
{
    bool is = false;
    for (size_t i = 0; i < n && text && !is; i++)
        is = strcmp(text, name[i]) == 0;
    return is;
}

char *hg_coords_above(const struct query *query, unsigned levels)
{
    char *group = hg_path_parent(query->path);
    for (unsigned i = 1; i < levels && group; i++) {
        BASE_FREED char *inner = group;
        group = hg_path_parent(inner);
    }
    if (!group)
        hg_note_no_memory();
    return group;
}

hid_t hg_coords_open_above(const struct query *query, unsigned levels)
{
    BASE_FREED char *group = hg_coords_above(query, levels);
    return group ? hg_open_group(query->file, group) : -1;
}

char *hg_coords_beside(const struct query *query, const char *name)
{
    BASE_FREED char *group = hg_path_parent(query->path);
    char *beside = group ? hg_path_join(group, name) : NULL;
    if (!beside)
        hg_note_no_memory();
    return beside;
}

hid_t hg_coords_open_beside(const struct query *query, const char *name)
{
    BASE_FREED char *beside = hg_coords_beside(query, name);
    hid_t dataset = beside ? hg_open_dataset(query->file, beside, NULL) : -1;
    return dataset;
}

/* ---------------------------------------------------------------------------------- answers */

void hg_coords_no_memory(struct query *query, uint64_t bytes)
{
    if (!query->status)
        query->status = hg_error_memory(query->err, bytes);
}

void hg_coords_fail_for(struct query *query, const struct h5grad_error *reason)
{
    if (!query->status && reason->status == H5GRAD_NO_MEMORY)
        query->status = hg_error_set(query->err, reason->status, "%s", reason->message);
}

BASE_PRINTF(2, 0)
static char *format_list(struct query *query, const char *format, va_list list)
{
    char *text = query->status ? NULL : hg_memory_line(format, list);
    if (!text)
        hg_coords_no_memory(query, 1024);
    return text;
}

char *hg_coords_format(struct query *query, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = query->status ? NULL : hg_memory_format_list(format, list);
    va_end(list);
    if (!text)
        hg_coords_no_memory(query, 1024);
    return text;
}

void hg_coords_add(struct query *query, hid_t object, size_t number)
{
    struct h5_identity identity;
    if (!query->status && object >= 0 && hg_identify(object, &identity))
        query->status = hg_set_add(query->set, &identity, number, NULL, query->err);
}

static enum h5grad_status add_variable(void *user, const struct names_variable *variable,
                                       struct h5grad_error *err)
{
    struct query *query = user;
    (void)err;
    hg_coords_add(query, variable->id, 0);
    return query->status;
}

void hg_coords_add_variables(struct query *query, size_t n, const char *const *attribute)
{
    for (size_t i = 0; i < n && !query->status; i++)
        query->status = hg_names_visit(query->file, query->path, query->dataset, attribute[i],
                                       add_variable, query, query->err);
}

bool hg_coords_add_scales(struct query *query, hid_t dataset, unsigned rank, unsigned axis,
                          struct h5_set *set, size_t number)
{
    struct h5_scales lists;
    struct h5_identity identity;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    bool found = false;
    if (query->status || rank == 0 ||
        hg_scales_read(dataset, rank, &lists, &found, &reason) != H5GRAD_OK || !found) {
        hg_coords_fail_for(query, &reason);
        return false;
    }
    for (unsigned k = axis < rank ? axis : 0; k < (axis < rank ? axis + 1 : rank); k++) {
        for (size_t i = 0; i < lists.list[k].len && !query->status; i++) {
            if (hg_scales_identify(&lists, dataset, k, i, &identity))
                query->status = hg_set_add(set, &identity, number, NULL, query->err);
        }
    }
    hg_scales_free(&lists);
    return true;
}

bool hg_coords_shares_scale(struct query *query, hid_t dataset, unsigned rank, unsigned axis,
                            const struct h5_set *set, bool *attached)
{
    struct h5_set own = {0};
    bool shares = false;
    const bool any = hg_coords_add_scales(query, dataset, rank, axis, &own, 0);
    for (size_t i = 0; i < own.capacity && !shares; i++)
        shares = own.entry[i].used && hg_set_find(set, &own.entry[i].identity);
    hg_set_free(&own);
    if (attached)
        *attached = any;
    return shares;
}

enum h5grad_status hg_coords_add_name(char **names, const char *name, struct h5grad_error *err)
{
    char *more = hg_memory_format("%s%s%s", *names ? *names : "", *names ? ", " : "", name);
    if (!more)
        return hg_error_memory(err, strlen(name));
    free(*names);
    *names = more;
    return H5GRAD_OK;
}

/* Returns the axis if something may still be entered for it, else NULL. */
static struct coords_axis *open_axis(const struct query *query, unsigned k)
{
    struct coords_axis *axis = &query->coords->axis[k];
    return query->status || axis->kind != COORDS_NONE ? NULL : axis;
}

static void set_problem(struct query *query, unsigned k, const char *text)
{
    struct coords_axis *axis = open_axis(query, k);
    if (!axis || !text)
        return;
    axis->problem = hg_coords_format(query,
                                     "axis %u: %s: %s; give others with --coord=%u=PATH or a step "
                                     "with --spacing",
                                     k, query->source, text, k);
    if (!axis->problem)
        return;
    axis->kind = COORDS_UNUSABLE;
    axis->source = query->source;
}

void hg_coords_set_problem(struct query *query, unsigned k, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    BASE_FREED char *text = format_list(query, format, list);
    va_end(list);
    set_problem(query, k, text);
}

void hg_coords_set_problems(struct query *query, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    BASE_FREED char *text = format_list(query, format, list);
    va_end(list);
    for (unsigned k = 0; k < query->rank; k++)
        set_problem(query, k, text);
}

void hg_coords_set_step(struct query *query, unsigned k, double step, double origin)
{
    struct coords_axis *axis = open_axis(query, k);
    if (!axis)
        return;
    if (!isfinite(step) || step == 0) {
        char number[32];
        hg_parse_print_double(step, number, sizeof number);
        hg_coords_set_problem(query, k, "the step is %s", number);
        return;
    }
    axis->kind = COORDS_STEP;
    axis->step = step;
    axis->origin = isfinite(origin) ? origin : 0;
    axis->source = query->source;
}

static void set_text(struct query *query, char **out, const char *text)
{
    if (query->status || *out || !text || text[0] == '\0')
        return;
    *out = hg_memory_text(text);
    if (!*out)
        hg_coords_no_memory(query, strlen(text) + 1);
}

/* Enters an open dataset, or that it cannot serve. */
static void set_open(struct query *query, unsigned k, hid_t dataset, const char *path, bool edges)
{
    struct coords_axis *axis = &query->coords->axis[k];
    struct h5grad_error reason;
    bool found_edges = false;
    uint64_t extent = query->extent[k];
    enum h5grad_status status =
        hg_coords_judge(dataset, extent, edges ? &found_edges : NULL, &reason);
    if (status)
        hg_coords_fail_for(query, &reason);
    if (!status) {
        set_text(query, &axis->path, path);
        axis->kind = COORDS_ARRAY;
        axis->edges = found_edges;
        axis->source = query->source;
    } else if (hg_coords_judge(dataset, extent + 1, NULL, NULL) == H5GRAD_OK) {
        /* The user may know that these are edges of cells. */
        set_text(query, &axis->path, path);
        hg_coords_set_problem(query, k,
                              "%s: %s, so that --edges=midpoint is needed if it is the edges of "
                              "cells",
                              path, reason.message);
    } else {
        hg_coords_set_problem(query, k, "%s: %s", path, reason.message);
    }
    BASE_FREED char *unit = hg_attribute_unit(dataset, false, NULL);
    hg_coords_set_unit(query, k, unit);
}

void hg_coords_set_dataset(struct query *query, unsigned k, const char *path, bool edges)
{
    struct h5grad_error reason;
    if (!open_axis(query, k))
        return;
    H5_CLOSED hid_t dataset = hg_names_open_variable(query->file, path, NULL, &reason);
    if (dataset < 0)
        hg_coords_fail_for(query, &reason);
    if (dataset < 0)
        hg_coords_set_problem(query, k, "%s: %s", path, reason.message);
    else if (!hg_is_null(dataset))
        set_open(query, k, dataset, path, edges);
}

void hg_coords_set_attribute(struct query *query, unsigned k, hid_t object, const char *attribute)
{
    size_t n = 0;
    struct coords_axis *axis = open_axis(query, k);
    if (!axis || H5Aexists(object, attribute) <= 0)
        return;
    BASE_FREED double *numbers = hg_attribute_numbers(object, attribute, &n);
    BASE_FREED char *name = hg_read_name(object, H5Iget_name);
    BASE_FREED char *path = name ? hg_coords_format(query, "%s@%s", name, attribute) : NULL;
    if (!path)
        hg_coords_no_memory(query, strlen(attribute));
    else if (!numbers)
        hg_coords_set_problem(query, k, "%s is not an array of numbers", path);
    else if (n != query->extent[k])
        hg_coords_set_problem(query, k, "%s has %zu number%s, the axis %" PRIu64 " points", path, n,
                              n == 1 ? "" : "s", query->extent[k]);
    else {
        set_text(query, &axis->path, path);
        axis->kind = COORDS_ARRAY;
        axis->source = query->source;
    }
}

void hg_coords_set_name(struct query *query, unsigned k, const char *name)
{
    set_text(query, &query->coords->axis[k].name, name);
}

void hg_coords_set_unit(struct query *query, unsigned k, const char *unit)
{
    set_text(query, &query->coords->axis[k].unit, unit);
}

void hg_coords_set_unit_of(struct query *query, unsigned k, hid_t object, const char *attribute)
{
    BASE_FREED char *unit = hg_attribute_text(object, attribute);
    hg_coords_set_unit(query, k, unit);
}

void hg_coords_leave_out(struct query *query, unsigned k, const char *format, ...)
{
    struct coords_axis *axis = &query->coords->axis[k];
    va_list list;
    va_start(list, format);
    if (!axis->left_out)
        axis->left_out = format_list(query, format, list);
    va_end(list);
}

void hg_coords_forget(struct coords_axis *axis)
{
    free(axis->path);
    free(axis->unit);
    free(axis->problem);
    *axis = (struct coords_axis){.name = axis->name,
                                 .left_out = axis->left_out,
                                 .counted = axis->counted,
                                 .guessed = axis->guessed};
}

void hg_coords_add_note(struct query *query, const char *format, ...)
{
    char **note = &query->coords->note;
    va_list list;
    va_start(list, format);
    char *text = format_list(query, format, list);
    va_end(list);
    char *both = text && *note ? hg_coords_format(query, "%s; %s", *note, text) : NULL;
    if (both || (text && !*note)) {
        free(*note);
        *note = both ? both : text;
    }
    if (both)
        free(text);
}

void hg_coords_refuse(struct query *query, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    BASE_FREED char *text = query->coords->refusal ? NULL : format_list(query, format, list);
    va_end(list);
    if (text)
        query->coords->refusal = hg_coords_format(
            query,
            query->coords->own_steps
                ? "%s, or name it with -d to differentiate it by itself, by its own steps or "
                  "those of --spacing: its ends are one-sided"
                : "%s, or name it with -d and give a step with --spacing to differentiate it as a "
                  "plain array",
            text);
}

void hg_coords_set_vector(struct query *query, const char *path, bool is_whole)
{
    query->vector->path = hg_coords_format(query, "%s", path);
    query->vector->is_whole = is_whole;
}

void hg_coords_set_vector_problem(struct query *query, const char *format, ...)
{
    va_list list;
    if (query->vector->problem)
        return;
    va_start(list, format);
    query->vector->problem = format_list(query, format, list);
    va_end(list);
}

bool hg_coords_add_component(struct query *query, const char *axis, unsigned part)
{
    static const char *const names[COORDS_DIRECTIONS] = {"x", "y", "z"};
    unsigned d = 0;
    while (d < COORDS_DIRECTIONS && strcmp(axis, names[d]) != 0)
        d++;
    if (d == COORDS_DIRECTIONS || query->vector->component[d].axis)
        return false;
    query->vector->component[d].axis = names[d];
    query->vector->component[d].part = part;
    query->vector->n++;
    return true;
}

/* ---------------------------------------------------------------------------------- results */

enum h5grad_status hg_coords_copy_attributes(hid_t from, hid_t to, size_t n,
                                             const char *const *name, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < n && !status; i++)
        status = hg_attribute_copy(from, to, name[i], err);
    return status;
}

enum h5grad_status hg_coords_remove_attributes(hid_t object, size_t n, const char *const *name,
                                               struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < n && !status; i++)
        status = hg_attribute_remove(object, name[i], err);
    return status;
}

enum h5grad_status hg_coords_copy_group(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err)
{
    H5_CLOSED hid_t to = hg_create_group(output, path, err);
    if (to < 0)
        return hg_error_status(err);
    H5_CLOSED hid_t from = H5Gopen2(input, path, H5P_DEFAULT);
    enum h5grad_status status = from < 0 ? H5GRAD_OK : hg_attributes_copy(from, to, chosen, err);
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}

enum h5grad_status hg_coords_copy_above(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    BASE_FREED char *above = hg_memory_text(path);
    if (!above)
        return hg_error_memory(err, strlen(path) + 1);
    for (size_t i = 0; above[i] && !status; i++) {
        if (above[i] != '/')
            continue;
        above[i] = '\0';
        status = hg_coords_copy_group(input, output, i ? above : "/", chosen, err);
        above[i] = '/';
    }
    return status;
}
