/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Axes of CF along which neighbours in the file need not be neighbours in space or time: points
 * gathered from a grid, with a list of their indices (attribute compress), and observations of
 * several profiles or stations one after another, which a variable counts (sample_dimension) or
 * assigns (instance_dimension). They are left out, and such lists and variables are no fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/names.h"
#include "formats/convention.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"

#define COMPRESS "compress"
#define SAMPLES  "sample_dimension"
#define INSTANCE "instance_dimension"

/* The attributes for which an axis is marked, by enum mark. */
static const char *const marks[] = {COMPRESS, SAMPLES, INSTANCE};

enum mark { MARK_COMPRESS, MARK_SAMPLES, MARK_INSTANCE };

/* Returns the text of an attribute of integers with at most one axis, to be freed; NULL if there is
 * none. */
static char *list_text(hid_t dataset, const char *attribute)
{
    if (!hg_has_attribute(dataset, attribute))
        return NULL;
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    bool list = space >= 0 && type >= 0 && H5Sget_simple_extent_ndims(space) <= 1 &&
                H5Tget_class(type) == H5T_INTEGER;
    hg_close(type);
    hg_close(space);
    char *text = list ? hg_attribute_text(dataset, attribute) : NULL;
    if (!text || text[strspn(text, " ")] != '\0')
        return text;
    free(text);
    return NULL;
}

static bool has_list(hid_t dataset, const char *attribute)
{
    BASE_FREED char *text = list_text(dataset, attribute);
    return text != NULL;
}

static const char *not_field(const struct query *query)
{
    if (has_list(query->dataset, COMPRESS) || has_list(query->dataset, INSTANCE))
        return "it is a list of indices";
    return has_list(query->dataset, SAMPLES) ? "it counts observations" : NULL;
}

/* -------------------------------------------------------------------------------- the survey */

/* Marks the axis of the dataset: the dataset itself if it is a scale, else its scales. */
static void mark_own_axis(struct query *query, enum mark mark)
{
    if (hg_is_scale(query->dataset))
        hg_coords_add(query, query->dataset, mark);
    else
        hg_coords_add_scales(query, query->dataset, 1, 0, query->set, mark);
}

static void survey(struct query *query)
{
    BASE_FREED char *samples = list_text(query->dataset, SAMPLES);
    if (samples) {
        H5_CLOSED hid_t dimension = hg_names_open_dimension(query->file, query->path, samples);
        hg_coords_add(query, dimension, MARK_SAMPLES);
    }
    if (has_list(query->dataset, INSTANCE))
        mark_own_axis(query, MARK_INSTANCE);
    if (has_list(query->dataset, COMPRESS))
        mark_own_axis(query, MARK_COMPRESS);
}

/* ---------------------------------------------------------------------------------- the axes */

/* compress: the names of the grid's axes, separated by blanks, from the list of indices; NULL if
 * the list is not the scale itself. */
static void leave_out_gathered(struct query *query, unsigned k, char *compress)
{
    char names[256] = "", *rest = NULL;
    for (char *name = compress ? strtok_r(compress, " ", &rest) : NULL; name;
         name = strtok_r(NULL, " ", &rest))
        hg_memory_append(names, sizeof names, "%s%s", *names ? ", " : "", name);
    hg_coords_leave_out(query, k,
                        "its points are gathered from %s (" COMPRESS "): scatter them first "
                        "(cf-python, xarray)",
                        *names ? names : "a grid");
}

/* Leaves out an axis whose scale number i is marked. */
static void read_mark(struct query *query, const struct h5_scales *lists, unsigned k, size_t i)
{
    struct h5_identity identity;
    struct h5grad_error reason;
    H5_CLOSED hid_t scale = hg_scales_open(lists, query->dataset, k, i, &reason);
    const size_t *mark = scale >= 0 && hg_identify(scale, &identity)
                             ? hg_set_find(&query->walk->marked, &identity)
                             : NULL;
    if (mark)
        hg_coords_forget(&query->coords->axis[k]);
    if (mark && *mark == MARK_COMPRESS) {
        BASE_FREED char *compress = list_text(scale, COMPRESS);
        leave_out_gathered(query, k, compress);
    } else if (mark) {
        hg_coords_leave_out(query, k,
                            "its points are observations of several features, one after another "
                            "(%s): select one feature first",
                            marks[*mark]);
    }
}

static void read_axes(struct query *query)
{
    struct h5_scales lists;
    bool found;
    struct h5grad_error reason = {.status = H5GRAD_OK};
    if (!query->walk || query->walk->marked.n == 0)
        return;
    if (hg_scales_read(query->dataset, query->rank, &lists, &found, &reason) || !found) {
        hg_coords_fail_for(query, &reason);
        return;
    }
    for (unsigned k = 0; k < query->rank; k++) {
        for (size_t i = 0; i < lists.list[k].len && !query->status; i++)
            read_mark(query, &lists, k, i);
    }
    hg_scales_free(&lists);
}

const struct coords_convention hg_coords_gathered = {
    .name = "CF lists",
    .axes = read_axes,
    .not_field = not_field,
    .survey = survey,
};
