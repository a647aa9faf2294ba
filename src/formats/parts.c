/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/size.h"
#include "values/meaning.h"
#include "hdf5/names.h"
#include "hdf5/create.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "hdf5/variable.h"
#include "libhdf5/identity.h"
#include "hdf5/object.h"
#include "hdf5/walk.h"

/* Copied at a time. */
#define POINTS ((uint64_t)1 << 16)

bool hg_coords_says(hid_t object, const char *attribute, const char *text)
{
    char *found = hg_attribute_text(object, attribute);
    size_t length = found ? strlen(found) : 0;
    while (length > 0 && isspace((unsigned char)found[length - 1]))
        length--;
    bool same = found && length == strlen(text) && strncasecmp(found, text, length) == 0;
    free(found);
    return same;
}

enum h5grad_status hg_coords_judge(hid_t dataset, uint64_t extent, bool *edges,
                                   struct h5grad_error *reason)
{
    hid_t space = H5Dget_space(dataset);
    hid_t datatype = H5Dget_type(dataset);
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
    bool one_more = edges && extent < UINT64_MAX && points == extent + 1;
    if (status == H5GRAD_OK && points != extent && !one_more)
        status = hg_error_set(reason, H5GRAD_FAILED, "has %" PRIu64 " point%s, the axis %" PRIu64,
                              (uint64_t)points, points == 1 ? "" : "s", extent);
    if (edges)
        *edges = one_more;
    hg_type_close(&type);
    hg_close(datatype);
    hg_close(space);
    return status;
}

enum h5grad_status hg_coords_set_problem(struct coords *coords, unsigned k, const char *source,
                                         struct h5grad_error *err, const char *format, ...)
{
    struct coords_axis *axis = &coords->axis[k];
    if (axis->kind != COORDS_NONE)
        return H5GRAD_OK;
    va_list list;
    va_start(list, format);
    char *text = hg_memory_line(format, list);
    va_end(list);
    if (text)
        axis->problem =
            hg_memory_format("axis %u: %s: %s; give others with --coord=%u=PATH or a step "
                             "with --spacing",
                             k, source, text, k);
    free(text);
    if (!axis->problem)
        return hg_error_memory(err, 1024);
    axis->kind = COORDS_UNUSABLE;
    axis->source = source;
    return H5GRAD_OK;
}

enum h5grad_status hg_coords_set_step(struct coords *coords, unsigned k, double step, double origin,
                                      const char *source, struct h5grad_error *err)
{
    struct coords_axis *axis = &coords->axis[k];
    if (axis->kind != COORDS_NONE)
        return H5GRAD_OK;
    if (!isfinite(step) || step == 0) {
        char number[32];
        hg_parse_print_double(step, number, sizeof number);
        return hg_coords_set_problem(coords, k, source, err, "the step is %s", number);
    }
    axis->kind = COORDS_STEP;
    axis->step = step;
    axis->origin = isfinite(origin) ? origin : 0;
    axis->source = source;
    return H5GRAD_OK;
}

/* The array at path, or in an attribute (NULL: none) of the object there, unchecked. */
static enum h5grad_status set_array(struct coords *coords, unsigned k, const char *path,
                                    const char *attribute, bool edges, const char *source,
                                    struct h5grad_error *err)
{
    struct coords_axis *axis = &coords->axis[k];
    if (axis->kind != COORDS_NONE)
        return H5GRAD_OK;
    axis->path = hg_memory_text(path);
    axis->attribute = hg_memory_text(attribute);
    if (!axis->path || (attribute && !axis->attribute))
        return hg_error_memory(err, strlen(path) + 1);
    axis->kind = COORDS_ARRAY;
    axis->edges = edges;
    axis->source = source;
    return H5GRAD_OK;
}

static enum h5grad_status set_unit_of(struct coords *coords, unsigned k, hid_t dataset,
                                      struct h5grad_error *err)
{
    char *unit = hg_attribute_text(dataset, "units");
    if (!unit || unit[0] == '\0') {
        free(unit);
        unit = hg_attribute_text(dataset, "unit");
    }
    enum h5grad_status status = hg_coords_set_unit(coords, k, unit, err);
    free(unit);
    return status;
}

/* One value too many: the user may know that they are edges of cells. */
static enum h5grad_status set_possible_edges(struct coords *coords, unsigned k, const char *path,
                                             const char *source, const struct h5grad_error *reason,
                                             struct h5grad_error *err)
{
    coords->axis[k].path = hg_memory_text(path);
    if (!coords->axis[k].path)
        return hg_error_memory(err, strlen(path) + 1);
    return hg_coords_set_problem(coords, k, source, err,
                                 "%s: %s, so that --edges=midpoint is needed if it is the edges of "
                                 "cells",
                                 path, reason->message);
}

enum h5grad_status hg_coords_set_dataset(struct coords *coords, unsigned k, hid_t file,
                                         const char *path, uint64_t extent, bool edges,
                                         const char *source, struct h5grad_error *err)
{
    if (coords->axis[k].kind != COORDS_NONE)
        return H5GRAD_OK;
    struct h5grad_error reason;
    bool found_edges = false;
    hid_t dataset = hg_names_open_variable(file, path, NULL, &reason);
    enum h5grad_status status = dataset >= 0 ? H5GRAD_OK : reason.status;
    if (dataset >= 0 && hg_is_null(dataset)) {
        hg_close(dataset);
        return H5GRAD_OK;
    }
    if (!status)
        status = hg_coords_judge(dataset, extent, edges ? &found_edges : NULL, &reason);
    if (status == H5GRAD_NO_MEMORY)
        status = hg_error_set(err, status, "%s", reason.message);
    else if (status && dataset >= 0 &&
             hg_coords_judge(dataset, extent + 1, NULL, NULL) == H5GRAD_OK)
        status = set_possible_edges(coords, k, path, source, &reason, err);
    else if (status)
        status = hg_coords_set_problem(coords, k, source, err, "%s: %s", path, reason.message);
    else
        status = set_array(coords, k, path, NULL, found_edges, source, err);
    if (!status && dataset >= 0)
        status = set_unit_of(coords, k, dataset, err);
    hg_close(dataset);
    return status;
}

static enum h5grad_status set_text(char **out, const char *text, struct h5grad_error *err)
{
    if (*out || !text || text[0] == '\0')
        return H5GRAD_OK;
    *out = hg_memory_text(text);
    return *out ? H5GRAD_OK : hg_error_memory(err, strlen(text) + 1);
}

enum h5grad_status hg_coords_set_name(struct coords *coords, unsigned k, const char *name,
                                      struct h5grad_error *err)
{
    return set_text(&coords->axis[k].name, name, err);
}

enum h5grad_status hg_coords_set_unit(struct coords *coords, unsigned k, const char *unit,
                                      struct h5grad_error *err)
{
    return set_text(&coords->axis[k].unit, unit, err);
}

enum h5grad_status hg_coords_leave_out(struct coords *coords, unsigned k, struct h5grad_error *err,
                                       const char *format, ...)
{
    struct coords_axis *axis = &coords->axis[k];
    if (axis->left_out)
        return H5GRAD_OK;
    va_list list;
    va_start(list, format);
    axis->left_out = hg_memory_line(format, list);
    va_end(list);
    return axis->left_out ? H5GRAD_OK : hg_error_memory(err, 1024);
}

void hg_coords_forget(struct coords_axis *axis)
{
    free(axis->path);
    free(axis->attribute);
    free(axis->unit);
    free(axis->problem);
    *axis = (struct coords_axis){.name = axis->name, .left_out = axis->left_out};
}

enum h5grad_status hg_coords_add_note(struct coords *coords, struct h5grad_error *err,
                                      const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = hg_memory_line(format, list);
    va_end(list);
    if (text && coords->note) {
        char *both = hg_memory_format("%s; %s", coords->note, text);
        free(text);
        text = both;
    }
    if (!text)
        return hg_error_memory(err, 1024);
    free(coords->note);
    coords->note = text;
    return H5GRAD_OK;
}

enum h5grad_status hg_coords_set_refusal(struct coords *coords, struct h5grad_error *err,
                                         const char *format, ...)
{
    if (coords->refusal)
        return H5GRAD_OK;
    va_list list;
    va_start(list, format);
    coords->refusal = hg_memory_line(format, list);
    va_end(list);
    return coords->refusal ? H5GRAD_OK : hg_error_memory(err, 1024);
}

/* ------------------------------------------------------------------------------------ results */

hid_t hg_coords_copy_group(hid_t input, hid_t output, const char *path, h5_attribute_chosen *chosen,
                           struct h5grad_error *err)
{
    hid_t to = hg_create_group(output, path, err);
    if (to < 0)
        return -1;
    hid_t from = H5Gopen2(input, path, H5P_DEFAULT);
    enum h5grad_status status = H5GRAD_OK;
    if (from >= 0)
        status = hg_attributes_copy(from, to, chosen, err);
    hg_close(from);
    if (!status)
        return to;
    hg_error_context(err, status, "%s", path);
    hg_close(to);
    return -1;
}

enum h5grad_status hg_coords_copy_above(hid_t input, hid_t output, const char *path,
                                        h5_attribute_chosen *chosen, struct h5grad_error *err)
{
    char *above = hg_memory_text(path);
    if (!above)
        return hg_error_memory(err, strlen(path) + 1);
    bool ok = true;
    for (size_t i = 0; above[i] && ok; i++) {
        if (above[i] != '/')
            continue;
        above[i] = '\0';
        hid_t group = hg_coords_copy_group(input, output, i ? above : "/", chosen, err);
        above[i] = '/';
        ok = group >= 0;
        hg_close(group);
    }
    free(above);
    return ok ? H5GRAD_OK : hg_error_status(err);
}

/* A dataset of the stored type and extent of source, in one piece; -1 with the reason. */
static hid_t create_like(hid_t source, hid_t output, const char *path, uint64_t extent,
                         struct h5grad_error *err)
{
    const hsize_t points = extent;
    hid_t dataset = -1;
    hid_t stored = H5Dget_type(source);
    hid_t type = stored >= 0 ? H5Tcopy(stored) : -1; /* which may be committed to its file */
    hid_t space = H5Screate_simple(1, &points, NULL);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (type < 0 || space < 0 || creation < 0 || !hg_create_prepare(creation))
        hg_hdf5_error(err, "it cannot be described");
    else
        dataset = hg_create_dataset(output, path, type, space, creation, err);
    hg_close(creation);
    hg_close(space);
    hg_close(type);
    hg_close(stored);
    return dataset;
}

static enum h5grad_status copy_points(hid_t from, hid_t to, uint64_t extent,
                                      struct h5grad_error *err)
{
    hid_t type = H5Dget_type(to);
    size_t size = type >= 0 ? H5Tget_size(type) : 0;
    uint64_t most = size_min(extent, POINTS);
    void *points = size ? hg_memory_zeroed(most, size) : NULL;
    enum h5grad_status status = H5GRAD_OK;
    if (size == 0)
        status = hg_hdf5_error(err, "its type cannot be read");
    else if (!points && most)
        status = hg_error_memory(err, most * size);
    else
        status = hg_limit_check(from, most * size, err);
    for (uint64_t first = 0; first < extent && !status; first += most) {
        struct box box = {.start = {first}, .count = {size_min(most, extent - first)}};
        status = hg_read_box(from, type, 1, &box, points, err);
        if (!status)
            status = hg_write_box(to, type, 1, &box, points, err);
    }
    free(points);
    hg_close(type);
    return status;
}

static enum h5grad_status copy_line(hid_t from, hid_t output, const char *path,
                                    struct h5grad_error *err)
{
    uint64_t extent;
    if (!hg_read_extents(from, 1, &extent))
        return hg_error_set(err, H5GRAD_FAILED, "it is not one-dimensional");
    hid_t stored = H5Dget_type(from);
    bool fixed = stored >= 0 && hg_variable_levels(stored) == 0;
    hg_close(stored);
    if (!fixed)
        return hg_error_set(err, H5GRAD_FAILED, "it does not hold numbers");
    hid_t to = create_like(from, output, path, extent, err);
    if (to < 0)
        return hg_error_status(err);
    enum h5grad_status status = copy_points(from, to, extent, err);
    if (!status)
        status = hg_attributes_copy(from, to, hg_meaning_holds_for_copy, err);
    if (!hg_close(to) && !status)
        status = hg_hdf5_error(err, "it cannot be closed");
    return status;
}

enum h5grad_status hg_coords_copy_line(hid_t input, hid_t output, const char *path,
                                       struct h5grad_error *err)
{
    hid_t there = hg_open_dataset(output, path, NULL);
    if (there >= 0) {
        hg_close(there);
        return H5GRAD_OK;
    }
    hid_t from = hg_open_dataset(input, path, err);
    enum h5grad_status status =
        from >= 0 ? copy_line(from, output, path, err) : hg_error_status(err);
    hg_close(from);
    return status ? hg_error_context(err, status, "%s", path) : H5GRAD_OK;
}
