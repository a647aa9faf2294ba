/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Axes of CF along which neighbours in the file need not be neighbours in space or time: points
 * gathered from a grid, of which a list keeps the indices (attribute compress), and observations of
 * several profiles or stations one after another, which a variable counts (sample_dimension) or
 * assigns (instance_dimension). They are left out, and such variables are no fields.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/names.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "hdf5/scales.h"
#include "libhdf5/identity.h"
#include "formats/convention.h"

#define COMPRESS "compress"
#define SAMPLES  "sample_dimension"
#define INSTANCE "instance_dimension"

/* The attribute for which an axis is marked, as its number. */
static const char *const marks[] = {COMPRESS, SAMPLES, INSTANCE};

enum mark { MARK_COMPRESS, MARK_SAMPLES, MARK_INSTANCE };

/* The text of an attribute that only integers of at most one axis may have, in new memory; NULL:
 * there is none. */
static char *list_text(hid_t dataset, const char *attribute)
{
    if (H5Aexists(dataset, attribute) <= 0)
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
    char *text = list_text(dataset, attribute);
    free(text);
    return text != NULL;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    (void)file;
    (void)path;
    if (has_list(dataset, COMPRESS) || has_list(dataset, INSTANCE))
        return "it is a list of indices";
    return has_list(dataset, SAMPLES) ? "it counts observations" : NULL;
}

/* -------------------------------------------------------------------------------- the survey */

/* Marks what stands for the axis of a dataset: itself where it is a scale, else its scales. */
static enum h5grad_status mark_own_axis(hid_t dataset, enum mark mark, struct h5_set *marked,
                                        struct h5grad_error *err)
{
    struct h5_identity identity;
    if (hg_is_scale(dataset))
        return hg_identify(dataset, &identity) ? hg_set_add(marked, &identity, mark, NULL, err)
                                               : H5GRAD_OK;
    struct h5_scales lists;
    bool found;
    enum h5grad_status status = hg_scales_read(dataset, 1, &lists, &found, err);
    if (status || !found)
        return status == H5GRAD_NO_MEMORY ? status : H5GRAD_OK;
    for (size_t i = 0; i < lists.list[0].len && !status; i++) {
        if (hg_scales_identify(&lists, dataset, 0, i, &identity))
            status = hg_set_add(marked, &identity, mark, NULL, err);
    }
    hg_scales_free(&lists);
    return status;
}

static enum h5grad_status mark_dimension(hid_t file, const char *path, const char *name,
                                         struct h5_set *marked, struct h5grad_error *err)
{
    struct h5_identity identity;
    enum h5grad_status status = H5GRAD_OK;
    hid_t dimension = hg_names_open_dimension(file, path, name);
    if (dimension >= 0 && hg_identify(dimension, &identity))
        status = hg_set_add(marked, &identity, MARK_SAMPLES, NULL, err);
    hg_close(dimension);
    return status;
}

static enum h5grad_status survey(hid_t file, const char *path, hid_t dataset, struct h5_set *marked,
                                 struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    char *samples = list_text(dataset, SAMPLES);
    if (samples)
        status = mark_dimension(file, path, samples, marked, err);
    free(samples);
    if (!status && has_list(dataset, INSTANCE))
        status = mark_own_axis(dataset, MARK_INSTANCE, marked, err);
    if (!status && has_list(dataset, COMPRESS))
        status = mark_own_axis(dataset, MARK_COMPRESS, marked, err);
    return status;
}

/* ---------------------------------------------------------------------------------- the axes */

/* compress: of the list of indices, the names of the axes of the grid between blanks; NULL where
 * the list is not the scale itself. */
static enum h5grad_status leave_out_gathered(char *compress, struct coords *coords, unsigned k,
                                             struct h5grad_error *err)
{
    char names[256] = "", *rest = NULL;
    for (char *name = compress ? strtok_r(compress, " ", &rest) : NULL; name;
         name = strtok_r(NULL, " ", &rest)) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", length ? ", " : "", name);
    }
    hg_coords_forget(&coords->axis[k]);
    return hg_coords_leave_out(coords, k, err,
                               "its points are gathered from %s (" COMPRESS "): scatter them first "
                               "(cf-python, xarray)",
                               *names ? names : "a grid");
}

static enum h5grad_status leave_out_observations(size_t mark, struct coords *coords, unsigned k,
                                                 struct h5grad_error *err)
{
    hg_coords_forget(&coords->axis[k]);
    return hg_coords_leave_out(coords, k, err,
                               "its points are observations of several features, one after another "
                               "(%s): select one feature first",
                               marks[mark]);
}

/* What was marked of scale number i of an axis. */
static enum h5grad_status read_mark(const struct h5_set *marked, const struct h5_scales *lists,
                                    hid_t dataset, unsigned k, size_t i, struct coords *coords,
                                    struct h5grad_error *err)
{
    struct h5_identity identity;
    struct h5grad_error reason;
    hid_t scale = hg_scales_open(lists, dataset, k, i, &reason);
    const size_t *mark =
        scale >= 0 && hg_identify(scale, &identity) ? hg_set_find(marked, &identity) : NULL;
    enum h5grad_status status = H5GRAD_OK;
    if (mark && *mark == MARK_COMPRESS) {
        char *compress = list_text(scale, COMPRESS);
        status = leave_out_gathered(compress, coords, k, err);
        free(compress);
    } else if (mark) {
        status = leave_out_observations(*mark, coords, k, err);
    }
    hg_close(scale);
    return status;
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)file;
    (void)path;
    struct h5_scales lists;
    bool found;
    if (!walk || walk->marked.n == 0)
        return H5GRAD_OK;
    enum h5grad_status status = hg_scales_read(dataset, coords->rank, &lists, &found, err);
    if (status || !found)
        return status == H5GRAD_NO_MEMORY ? status : H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank; k++) {
        for (size_t i = 0; i < lists.list[k].len && !status; i++)
            status = read_mark(&walk->marked, &lists, dataset, k, i, coords, err);
    }
    hg_scales_free(&lists);
    return status;
}

const struct coords_convention hg_coords_gathered = {
    .name = "CF lists",
    .axes = read_axes,
    .not_field = not_field,
    .survey = survey,
};
