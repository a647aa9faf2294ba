/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HDF5's dimension scales, and so the coordinate variables of netCDF-4. The data's attribute
 * DIMENSION_LIST has, for each axis, references to the datasets attached to it. These count
 * whatever their own attributes say, since scales written by hand often lack the exact CLASS that
 * H5DSis_scale wants.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "hdf5/object.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"

/* What an axis gains by a scale; the first scale of the highest grade is used. */
enum grade { NOTHING, A_NAME, A_PROBLEM, COORDINATES };

/* A dataset attached to an axis. */
struct scale {
    enum grade grade;
    char *path; /* NULL: no link leads to it */
    char *name;
    char *unit;   /* NULL: none given */
    char *reason; /* A_PROBLEM: why it cannot serve as coordinates */
    bool edges;   /* A_PROBLEM: it has one point more, so it may be edges of cells */
    bool longer;  /* its first points are those of the axis */
};

static void free_scale(struct scale *scale)
{
    free(scale->path);
    free(scale->name);
    free(scale->unit);
    free(scale->reason);
}

/* Returns the name that a scale gives its axis: its attribute, which some write as a path, else the
 * name of its link. */
static char *read_name(hid_t dataset, const char *path)
{
    char *label = hg_is_placeholder(dataset) ? NULL : hg_coords_text(dataset, "NAME");
    if (label && label[0] != '/')
        return label;
    bool is_path = label && label[strlen(label) - 1] != '/';
    char *name = hg_memory_text(hg_path_base(is_path ? label : path));
    free(label);
    return name;
}

/*
 * Returns whether a scale is longer than the axis because both may grow. A variable of netCDF-4 is
 * as long as was written, an unlimited dimension as long as its longest variable. One point more
 * may also be edges of cells, unless netCDF-4 made the scale.
 */
static bool is_longer(hid_t scale, uint64_t extent)
{
    hsize_t own[H5S_MAX_RANK], most[H5S_MAX_RANK];
    return hg_dataset_extent(scale, own, most) == 1 && most[0] == H5S_UNLIMITED &&
           own[0] > extent && (own[0] - extent > 1 || hg_has_attribute(scale, "_Netcdf4Dimid")) &&
           hg_coords_judge(scale, own[0], NULL, NULL) == H5GRAD_OK;
}

static bool axis_grows(const struct query *query, unsigned k)
{
    hsize_t most[H5S_MAX_RANK];
    return hg_dataset_extent(query->dataset, NULL, most) > (int)k && most[k] == H5S_UNLIMITED;
}

/* Sets the grade of a scale of axis k. */
static void judge_scale(struct query *query, unsigned k, hid_t dataset, struct scale *scale)
{
    struct h5grad_error reason;
    uint64_t extent = query->extent[k];
    scale->grade = COORDINATES;
    if (hg_coords_judge(dataset, extent, NULL, &reason) == H5GRAD_OK)
        return;
    scale->longer = axis_grows(query, k) && is_longer(dataset, extent);
    if (scale->longer)
        return;
    scale->grade = A_PROBLEM;
    scale->edges = hg_coords_judge(dataset, extent + 1, NULL, NULL) == H5GRAD_OK;
    scale->reason = hg_coords_format(query, "%s", reason.message);
}

/* Describes a dataset that is attached to axis k. */
static void describe_scale(struct query *query, unsigned k, hid_t dataset, struct scale *scale)
{
    struct h5_identity identity;
    const char *path =
        hg_identify(dataset, &identity) ? hg_walk_path(query->walk, &identity) : NULL;
    if (!path)
        return;
    scale->grade = A_NAME;
    scale->path = hg_coords_format(query, "%s", path);
    scale->name = read_name(dataset, path);
    if (!scale->name)
        hg_coords_no_memory(query, strlen(path));
    if (hg_is_placeholder(dataset) || hg_is_null(dataset)) /* without points */
        return;
    scale->unit = hg_attribute_unit(dataset, false, NULL);
    judge_scale(query, k, dataset, scale);
}

/* Describes the scale that is attached to axis k: the dataset itself, or where that is in another
 * file, as of a dataset that a link leads to, the one of this file that is like it. */
static void read_scale(struct query *query, unsigned k, hid_t dataset, struct scale *scale)
{
    describe_scale(query, k, dataset, scale);
    H5_CLOSED hid_t like = scale->grade == NOTHING ? hg_scales_find_like(query->file, dataset) : -1;
    if (like >= 0)
        describe_scale(query, k, like, scale);
}

/* Returns the best scale of axis k; *lost is why another one cannot be read. */
static struct scale choose_scale(struct query *query, unsigned k, const struct h5_scales *lists,
                                 struct h5grad_error *lost)
{
    struct scale best = {.grade = NOTHING};
    *lost = (struct h5grad_error){.status = H5GRAD_OK};
    for (size_t i = 0; i < lists->list[k].len && best.grade < COORDINATES && !query->status; i++) {
        struct scale scale = {.grade = NOTHING};
        H5_CLOSED hid_t attached = hg_scales_open(lists, query->dataset, k, i, lost);
        if (attached >= 0)
            read_scale(query, k, attached, &scale);
        hg_coords_fail_for(query, lost);
        if (scale.grade == NOTHING && !lost->status)
            hg_error_set(lost, H5GRAD_FAILED, "a reference to it leads nowhere");
        if (scale.grade > best.grade) {
            struct scale worse = best;
            best = scale;
            scale = worse;
        }
        free_scale(&scale);
    }
    return best;
}

/* Moves a text of the scale to *to, unless that has one. */
static void take(char **to, char **from)
{
    if (*to)
        return;
    *to = *from;
    *from = NULL;
}

/* Enters what the axis lacks, from the scale. */
static void enter_scale(struct query *query, unsigned k, struct scale *scale)
{
    struct coords_axis *axis = &query->coords->axis[k];
    if (query->status || scale->grade == NOTHING)
        return;
    take(&axis->name, &scale->name);
    if (axis->kind != COORDS_NONE || scale->grade < A_PROBLEM)
        return;
    free(axis->unit);
    axis->unit = NULL;
    take(&axis->unit, &scale->unit);
    axis->source = query->source;
    axis->kind = scale->reason ? COORDS_UNUSABLE : COORDS_ARRAY;
    axis->surplus = scale->longer;
    if (scale->longer)
        hg_coords_add_note(query, "axis %u: of %s the first %" PRIu64 " points are used", k,
                           scale->path, query->extent[k]);
    if (scale->reason)
        axis->problem = hg_coords_format(
            query, "axis %u: dimension scale %s: %s; give --coord %u=PATH or --spacing%s", k,
            scale->path, scale->reason, k,
            scale->edges ? ", or --edges=midpoint where it is the edges of cells" : "");
    if (!scale->reason || scale->edges)
        take(&axis->path, &scale->path);
}

/* Labels that the data give their axes outrank the names of scales. */
static void enter_labels(struct query *query)
{
    size_t n = 0;
    char **labels = hg_attribute_texts(query->dataset, "DIMENSION_LABELS", &n);
    for (unsigned k = 0; labels && n == query->rank && k < n; k++)
        hg_coords_set_name(query, k, labels[k]);
    hg_free_texts(labels, n);
}

static void read_axes(struct query *query)
{
    struct h5_scales lists;
    bool found;
    struct h5grad_error reason;
    enter_labels(query);
    if (hg_scales_read(query->dataset, query->rank, &lists, &found, &reason) != H5GRAD_OK) {
        /* The list may have said something about every axis. */
        hg_coords_fail_for(query, &reason);
        hg_coords_set_problems(query, "%s", reason.message);
        return;
    }
    for (unsigned k = 0; found && k < query->rank; k++) {
        struct scale scale = choose_scale(query, k, &lists, &reason);
        enter_scale(query, k, &scale);
        if (reason.status)
            hg_coords_set_problem(query, k, "%s", reason.message);
        free_scale(&scale);
    }
    if (found)
        hg_scales_free(&lists);
}

static const char *not_field(const struct query *query)
{
    return hg_is_scale(query->dataset) ? COORDS_COORDINATE : NULL;
}

static void add_references(struct query *query)
{
    hg_coords_add_scales(query, query->dataset, query->rank, COORDS_EVERY_AXIS, query->set, 0);
}

const struct coords_convention hg_coords_dimension_scales = {
    .name = "dimension scale",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
};
