/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF5's dimension scales, and with them the coordinate variables of netCDF-4. The data's attribute
 * DIMENSION_LIST holds, for each axis, references to the datasets attached to it; they are trusted
 * whatever they say of themselves, since scales written by hand often lack the exact CLASS that
 * H5DSis_scale wants.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/coords.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* A dataset attached to an axis. */
struct scale {
    char *path;
    char *name;
    char *unit;   /* NULL: none given */
    bool empty;   /* it has no points: a placeholder of netCDF-4, or a null dataspace */
    char *reason; /* why it cannot serve as coordinates; NULL: it can */
    bool edges;   /* but that it has one point more: it may be the edges of cells */
    bool longer;  /* its first points are the axis's */
};

/* Of the data along an axis. */
struct length {
    uint64_t points;
    bool grows;
};

static void free_scale(struct scale *scale)
{
    free(scale->path);
    free(scale->name);
    free(scale->unit);
    free(scale->reason);
    *scale = (struct scale){0};
}

/* How much an axis gains by a scale: the first one of the highest grade is taken. */
enum grade { NOTHING, A_NAME, A_PROBLEM, COORDINATES };

static enum grade grade(const struct scale *scale)
{
    if (!scale->path)
        return NOTHING;
    if (scale->empty)
        return A_NAME;
    return scale->reason ? A_PROBLEM : COORDINATES;
}

static char *text_or_null(char *text)
{
    if (text && text[0] != '\0')
        return text;
    free(text);
    return NULL;
}

/* The path of a dataset that was opened by reference; *path stays NULL when no link leads to it. */
static enum h5grad_status read_path(const struct h5_walk *walk, hid_t dataset, char **path,
                                    struct h5grad_error *err)
{
    struct h5_identity identity;
    const char *known = hg_identify(dataset, &identity) ? hg_walk_path(walk, &identity) : NULL;
    *path = hg_memory_text(known);
    return *path || !known ? H5GRAD_OK : hg_error_memory(err, strlen(known) + 1);
}

/* The name that a scale gives its axis: its own, which some write as a path, else that of its link.
 */
static char *read_name(hid_t dataset, const char *path)
{
    char *label =
        hg_is_placeholder(dataset) ? NULL : text_or_null(hg_attribute_text(dataset, "NAME"));
    if (label && label[0] != '/')
        return label;
    bool is_path = label && label[strlen(label) - 1] != '/';
    char *name = hg_memory_text(hg_path_base(is_path ? label : path));
    free(label);
    return name;
}

static bool read_lengths(hid_t dataset, unsigned rank, struct length *length)
{
    hsize_t extent[GRID_MAX_RANK], most[GRID_MAX_RANK];
    hid_t space = H5Dget_space(dataset);
    bool ok = space >= 0 && H5Sget_simple_extent_ndims(space) == (int)rank &&
              H5Sget_simple_extent_dims(space, extent, most) == (int)rank;
    hg_close(space);
    for (unsigned k = 0; ok && k < rank; k++)
        length[k] = (struct length){extent[k], most[k] == H5S_UNLIMITED};
    return ok;
}

/*
 * Whether a scale has points for more than the data. A variable of netCDF-4 is as long as what was
 * written of it, an unlimited dimension as the longest of its variables. One point more may also be
 * the edges of cells, but not where netCDF-4 made the scale.
 */
static bool is_longer(hid_t scale, struct length data)
{
    struct length own;
    return data.grows && read_lengths(scale, 1, &own) && own.grows && own.points > data.points &&
           (own.points - data.points > 1 || H5Aexists(scale, "_Netcdf4Dimid") > 0) &&
           hg_coords_judge(scale, own.points, NULL, NULL) == H5GRAD_OK;
}

/* Whether it can serve as coordinates. */
static enum h5grad_status judge_scale(hid_t dataset, struct length length, struct scale *scale,
                                      struct h5grad_error *err)
{
    struct h5grad_error reason;
    if (hg_coords_judge(dataset, length.points, NULL, &reason) == H5GRAD_OK)
        return H5GRAD_OK;
    scale->longer = is_longer(dataset, length);
    if (scale->longer)
        return H5GRAD_OK;
    scale->edges = hg_coords_judge(dataset, length.points + 1, NULL, NULL) == H5GRAD_OK;
    scale->reason = hg_memory_text(reason.message);
    return scale->reason ? H5GRAD_OK : hg_error_memory(err, sizeof reason.message);
}

/* Describes an attached dataset; a path of NULL, as when nothing was attached, when it has none. */
static enum h5grad_status read_scale(const struct h5_walk *walk, hid_t dataset,
                                     struct length length, struct scale *scale,
                                     struct h5grad_error *err)
{
    *scale = (struct scale){0};
    enum h5grad_status status = read_path(walk, dataset, &scale->path, err);
    if (status != H5GRAD_OK || !scale->path)
        return status;
    scale->name = read_name(dataset, scale->path);
    scale->empty = hg_is_placeholder(dataset) || hg_is_null(dataset);
    if (!scale->name)
        status = hg_error_memory(err, strlen(scale->path));
    if (!status && !scale->empty) {
        scale->unit = text_or_null(hg_attribute_text(dataset, "units"));
        if (!scale->unit)
            scale->unit = text_or_null(hg_attribute_text(dataset, "unit"));
        status = judge_scale(dataset, length, scale, err);
    }
    if (status != H5GRAD_OK)
        free_scale(scale);
    return status;
}

/* The best of what is attached to an axis; *lost tells why something that is cannot be used. */
static enum h5grad_status choose_scale(const struct h5_scales *lists, const struct h5_walk *walk,
                                       hid_t dataset, unsigned axis, struct length length,
                                       struct scale *best, struct h5grad_error *lost,
                                       struct h5grad_error *err)
{
    *best = (struct scale){0};
    *lost = (struct h5grad_error){.status = H5GRAD_OK};
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < lists->list[axis].len && grade(best) < COORDINATES; i++) {
        hid_t attached = hg_scales_open(lists, dataset, axis, i, lost);
        struct scale scale = {0};
        if (attached >= 0)
            status = read_scale(walk, attached, length, &scale, err);
        hg_close(attached);
        if (lost->status == H5GRAD_NO_MEMORY)
            status = hg_error_set(err, lost->status, "%s", lost->message);
        if (status != H5GRAD_OK)
            break;
        if (grade(&scale) == NOTHING && !lost->status)
            hg_error_set(lost, H5GRAD_FAILED, "a reference to it leads nowhere");
        if (grade(&scale) > grade(best)) {
            free_scale(best);
            *best = scale;
        } else {
            free_scale(&scale);
        }
    }
    if (status != H5GRAD_OK)
        free_scale(best);
    return status;
}

/* Takes what the axis lacks out of the scale. */
static enum h5grad_status enter_scale(struct scale *scale, unsigned index, struct coords_axis *axis,
                                      struct h5grad_error *err)
{
    if (!axis->name) {
        axis->name = scale->name;
        scale->name = NULL;
    }
    if (axis->kind != COORDS_NONE || grade(scale) < A_PROBLEM)
        return H5GRAD_OK;
    free(axis->unit);
    axis->unit = scale->unit;
    scale->unit = NULL;
    axis->source = hg_coords_dimension_scales.name;
    if (grade(scale) == COORDINATES) {
        axis->kind = COORDS_ARRAY;
        axis->surplus = scale->longer;
        axis->path = scale->path;
        scale->path = NULL;
        return H5GRAD_OK;
    }
    axis->kind = COORDS_UNUSABLE;
    axis->problem = hg_memory_format(
        "axis %u: dimension scale %s: %s; give --coord %u=PATH or --spacing%s", index, scale->path,
        scale->reason, index,
        scale->edges ? ", or --edges=midpoint where it is the edges of cells" : "");
    if (axis->problem && scale->edges) {
        axis->path = scale->path;
        scale->path = NULL;
    }
    return axis->problem ? H5GRAD_OK : hg_error_memory(err, sizeof *scale);
}

/* Labels that the data give their axes outrank the names of scales. */
static enum h5grad_status enter_labels(hid_t dataset, struct coords *coords,
                                       struct h5grad_error *err)
{
    size_t n = 0;
    char **labels = hg_attribute_texts(dataset, "DIMENSION_LABELS", &n);
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; labels && n == coords->rank && k < n && status == H5GRAD_OK; k++) {
        struct coords_axis *axis = &coords->axis[k];
        if (axis->name || labels[k][0] == '\0')
            continue;
        axis->name = hg_memory_text(labels[k]);
        if (!axis->name)
            status = hg_error_memory(err, strlen(labels[k]) + 1);
    }
    hg_free_texts(labels, n);
    return status;
}

/* Says that an axis has the first points of its scale. */
static enum h5grad_status note_longer(struct coords *coords, unsigned k, uint64_t points,
                                      struct h5grad_error *err)
{
    const struct coords_axis *axis = &coords->axis[k];
    return hg_coords_add_note(coords, err, "axis %u: of %s the first %" PRIu64 " points are used",
                              k, axis->path, points);
}

static enum h5grad_status enter_lists(const struct h5_scales *lists, const struct h5_walk *walk,
                                      hid_t dataset, const struct length *length,
                                      struct coords *coords, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && status == H5GRAD_OK; k++) {
        struct scale scale;
        struct h5grad_error lost;
        status = choose_scale(lists, walk, dataset, k, length[k], &scale, &lost, err);
        if (status == H5GRAD_OK && grade(&scale) > NOTHING)
            status = enter_scale(&scale, k, &coords->axis[k], err);
        if (status == H5GRAD_OK && coords->axis[k].surplus && scale.longer)
            status = note_longer(coords, k, length[k].points, err);
        if (status == H5GRAD_OK && lost.status)
            status = hg_coords_set_problem(coords, k, hg_coords_dimension_scales.name, err, "%s",
                                           lost.message);
        free_scale(&scale);
    }
    return status;
}

/* A list that cannot be read may have said something of every axis. */
static enum h5grad_status enter_problem(struct coords *coords, enum h5grad_status status,
                                        const struct h5grad_error *reason, struct h5grad_error *err)
{
    if (status == H5GRAD_NO_MEMORY)
        return hg_error_set(err, status, "%s", reason->message);
    status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && status == H5GRAD_OK; k++) {
        if (coords->axis[k].kind == COORDS_NONE)
            status = hg_coords_set_problem(coords, k, hg_coords_dimension_scales.name, err, "%s",
                                           reason->message);
    }
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)file;
    (void)path;
    struct length length[GRID_MAX_RANK];
    if (!read_lengths(dataset, coords->rank, length))
        return H5GRAD_OK;
    enum h5grad_status status = enter_labels(dataset, coords, err);
    if (status != H5GRAD_OK)
        return status;
    struct h5_scales lists;
    bool found;
    struct h5grad_error reason;
    status = hg_scales_read(dataset, coords->rank, &lists, &found, &reason);
    if (status != H5GRAD_OK)
        return enter_problem(coords, status, &reason, err);
    if (!found)
        return H5GRAD_OK;
    status = enter_lists(&lists, walk, dataset, length, coords, err);
    hg_scales_free(&lists);
    return status;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)file;
    (void)path;
    return hg_is_scale(dataset) ? "it is a coordinate" : NULL;
}

static enum h5grad_status add_references(hid_t file, const char *path, hid_t dataset,
                                         struct h5_set *set, struct h5grad_error *err)
{
    (void)file;
    (void)path;
    hid_t space = H5Dget_space(dataset);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hg_close(space);
    if (rank < 1)
        return H5GRAD_OK;
    struct h5_scales lists;
    bool found;
    /* Whether the list can be read matters where the axes are asked for. */
    enum h5grad_status status = hg_scales_read(dataset, (unsigned)rank, &lists, &found, err);
    if (status != H5GRAD_OK || !found)
        return status == H5GRAD_FAILED ? H5GRAD_OK : status;
    for (unsigned k = 0; k < lists.rank; k++) {
        for (size_t i = 0; i < lists.list[k].len && status == H5GRAD_OK; i++) {
            struct h5_identity identity;
            if (hg_scales_identify(&lists, dataset, k, i, &identity))
                status = hg_set_add(set, &identity, 0, NULL, err);
        }
    }
    hg_scales_free(&lists);
    return status;
}

const struct coords_convention hg_coords_dimension_scales = {
    .name = "dimension scale",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
