/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NeXus: a group of class NXdata holds signals and the fields that are their axes. Today the group
 * names both (signal, auxiliary_signals, axes, NAME_indices); before, the signal named its axes
 * (signal=1, axes="a:b"), and before that each axis said which one it is (axis=k, from 1). An axis
 * with one point more than the signal holds the edges of bins.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/memory.h"
#include "formats/parts.h"
#include "hdf5/attribute.h"
#include "libhdf5/identity.h"
#include "hdf5/object.h"
#include "formats/convention.h"

/* The fields that are the axes of a signal. */
struct axes {
    unsigned rank;
    char *field[GRID_MAX_RANK];   /* name within the group; NULL: none */
    bool spanning[GRID_MAX_RANK]; /* the field has more axes than this one */
};

static void free_axes(struct axes *axes)
{
    for (unsigned k = 0; k < axes->rank; k++)
        free(axes->field[k]);
}

/* The NXdata group that holds the dataset at path; -1 when it is in none. */
static hid_t open_group(hid_t file, const char *path)
{
    if (!hg_parent_has(file, path, "NX_class"))
        return -1;
    hid_t group = hg_open_parent(file, path);
    if (group >= 0 && hg_attribute_is(group, "NX_class", "NXdata"))
        return group;
    hg_close(group);
    return -1;
}

/* Cuts "a:b" or "[a,b]" into names. NULL when there is no memory. */
static char **split(const char *text, size_t *n)
{
    *n = 0;
    char **names = hg_memory_zeroed(strlen(text) + 1, sizeof *names);
    const char *const separators = "[]:, ";
    for (const char *at = text; names && *at;) {
        at += strspn(at, separators);
        size_t length = strcspn(at, separators);
        if (length == 0)
            break;
        names[*n] = hg_memory_format("%.*s", (int)length, at);
        if (!names[*n]) {
            hg_free_texts(names, *n);
            return NULL;
        }
        (*n)++;
        at += length;
    }
    return names;
}

/* The names in an attribute: an array of texts, or one text that lists them. */
static char **read_names(hid_t object, const char *attribute, unsigned rank, size_t *n)
{
    char **names = hg_attribute_texts(object, attribute, n);
    if (!names || *n != 1 || rank == 1)
        return names;
    char **parts = split(names[0], n);
    hg_free_texts(names, 1);
    return parts;
}

static bool is_listed(hid_t group, const char *attribute, const char *name)
{
    size_t n = 0;
    char **names = hg_attribute_texts(group, attribute, &n);
    bool found = false;
    for (size_t i = 0; names && i < n && !found; i++)
        found = strcmp(names[i], name) == 0;
    hg_free_texts(names, n);
    return found;
}

static bool is_signal(hid_t group, const char *name)
{
    return hg_attribute_is(group, "signal", name) || is_listed(group, "auxiliary_signals", name);
}

/* Whether the dataset is marked as a signal in the way of old. */
static bool is_marked(hid_t dataset)
{
    return H5Aexists(dataset, "signal") > 0;
}

/* The dataset of a name beside the one at path; -1 when there is none. */
static hid_t open_beside(hid_t file, const char *path, const char *name)
{
    char *parent = hg_path_parent(path);
    char *beside = parent ? hg_path_join(parent, name) : NULL;
    hid_t dataset = beside ? hg_open_dataset(file, beside, NULL) : -1;
    free(beside);
    free(parent);
    return dataset;
}

/* Whether the dataset has the extents of the group's signal, and so its axes. */
static bool is_like_signal(hid_t file, hid_t group, const char *path, hid_t dataset, unsigned rank)
{
    uint64_t own[GRID_MAX_RANK], its[GRID_MAX_RANK];
    char *name = hg_attribute_text(group, "signal");
    hid_t signal = name ? open_beside(file, path, name) : -1;
    bool like = signal >= 0 && hg_read_extents(dataset, rank, own) &&
                hg_read_extents(signal, rank, its) && memcmp(own, its, rank * sizeof *own) == 0;
    hg_close(signal);
    free(name);
    return like;
}

/* The axes a field belongs to by NAME_indices: their number; 0 when nothing is said. */
static size_t read_indices(hid_t group, const char *field, unsigned rank, unsigned *index)
{
    char *name = hg_memory_format("%s_indices", field);
    size_t n = 0, usable = 0;
    double *numbers = name ? hg_attribute_numbers(group, name, &n) : NULL;
    for (size_t i = 0; numbers && i < n && n <= rank; i++) {
        if (numbers[i] >= 0 && numbers[i] < rank)
            index[usable++] = (unsigned)numbers[i];
    }
    free(numbers);
    free(name);
    return usable;
}

/* False when there is no memory. */
static bool set_field(struct axes *axes, unsigned k, const char *name, bool spanning)
{
    if (k >= axes->rank || axes->field[k] || strcmp(name, ".") == 0 || name[0] == '\0')
        return true;
    axes->spanning[k] = spanning;
    axes->field[k] = hg_memory_text(name);
    return axes->field[k] != NULL;
}

/* Names in the order of the axes, or as NAME_indices says. */
static bool set_fields(hid_t group, struct axes *axes, char *const *names, size_t n)
{
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        unsigned index[GRID_MAX_RANK];
        size_t indices = read_indices(group, names[i], axes->rank, index);
        if (indices == 0 && n == axes->rank)
            ok = set_field(axes, (unsigned)i, names[i], false);
        for (size_t j = 0; j < indices && ok; j++)
            ok = set_field(axes, index[j], names[i], indices > 1);
    }
    return ok;
}

struct search {
    hid_t file;
    const char *path; /* of the signal */
    struct axes *axes;
};

/* A field of the group that says itself which axis it is. */
static herr_t take_field(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    const struct search *search = user;
    struct axes *axes = search->axes;
    double axis;
    (void)group;
    (void)info;
    hid_t field = open_beside(search->file, search->path, name);
    bool ok = true;
    if (field >= 0 && hg_attribute_number(field, "axis", &axis) && axis >= 1 && axis <= axes->rank)
        ok = set_field(axes, (unsigned)axis - 1, name, false);
    hg_close(field);
    return ok ? 0 : 1;
}

/* By what names them, the group or the signal: *wrong is set where that cannot be understood. False
 * when there is no memory. */
static bool read_named(hid_t group, hid_t from, struct axes *axes, const char **wrong)
{
    size_t n = 0;
    char **names = read_names(from, "axes", axes->rank, &n);
    bool ok = !names || set_fields(group, axes, names, n), any = false;
    for (unsigned k = 0; k < axes->rank; k++)
        any = any || axes->field[k];
    if (!names)
        *wrong = "axes does not hold names";
    else if (!any && n != axes->rank)
        *wrong = "axes names another number of axes than the signal has";
    hg_free_texts(names, n);
    return ok;
}

/* What the group or the signal says of the signal's axes; *told: anything. *wrong: what cannot be
 * understood, static, else NULL. */
static enum h5grad_status read_fields(hid_t file, hid_t group, const char *path, hid_t dataset,
                                      unsigned rank, struct axes *axes, bool *told,
                                      const char **wrong, struct h5grad_error *err)
{
    struct search search = {file, path, axes};
    *axes = (struct axes){.rank = rank};
    *wrong = NULL;
    *told = true;
    bool ok = true;
    if (H5Aexists(group, "axes") > 0)
        ok = read_named(group, group, axes, wrong);
    else if (H5Aexists(dataset, "axes") > 0)
        ok = read_named(group, dataset, axes, wrong);
    else if (is_marked(dataset))
        ok = H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_field, &search) <= 0;
    else
        *told = false;
    if (ok)
        return H5GRAD_OK;
    free_axes(axes);
    return hg_error_memory(err, sizeof *axes);
}

/* ------------------------------------------------------------------------------------- axes */

static enum h5grad_status enter_field(hid_t file, hid_t group, const char *path,
                                      const struct axes *axes, unsigned k, uint64_t extent,
                                      struct coords *coords, struct h5grad_error *err)
{
    const char *name = axes->field[k];
    enum h5grad_status status = hg_coords_set_name(coords, k, name, err);
    /* names without fields are common */
    if (status || !hg_has_link(group, name))
        return status;
    if (axes->spanning[k])
        return hg_coords_set_problem(coords, k, hg_coords_nxdata.name, err,
                                     "%s belongs to several axes at once", name);
    char *parent = hg_path_parent(path);
    char *field = parent ? hg_path_join(parent, name) : NULL;
    free(parent);
    if (!field)
        return hg_error_memory(err, strlen(path));
    status =
        hg_coords_set_dataset(coords, k, file, field, extent, true, hg_coords_nxdata.name, err);
    free(field);
    return status;
}

static enum h5grad_status enter_signal(hid_t file, hid_t group, const char *path, hid_t dataset,
                                       struct coords *coords, struct h5grad_error *err)
{
    struct axes axes;
    uint64_t extent[GRID_MAX_RANK];
    bool told;
    const char *wrong;
    if (!hg_read_extents(dataset, coords->rank, extent))
        return H5GRAD_OK;
    enum h5grad_status status =
        read_fields(file, group, path, dataset, coords->rank, &axes, &told, &wrong, err);
    if (status)
        return status;
    coords->convention = &hg_coords_nxdata;
    for (unsigned k = 0; k < coords->rank && told && !status; k++) {
        if (wrong)
            status = hg_coords_set_problem(coords, k, hg_coords_nxdata.name, err, "%s", wrong);
        else if (axes.field[k])
            status = enter_field(file, group, path, &axes, k, extent[k], coords, err);
    }
    free_axes(&axes);
    return status;
}

static bool has_axes(hid_t file, hid_t group, const char *path, hid_t dataset, unsigned rank)
{
    return is_marked(dataset) || is_signal(group, hg_path_base(path)) ||
           is_like_signal(file, group, path, dataset, rank);
}

static enum h5grad_status read_axes(hid_t file, const struct h5_walk *walk, const char *path,
                                    hid_t dataset, struct coords *coords, struct h5grad_error *err)
{
    (void)walk;
    hid_t group = open_group(file, path);
    enum h5grad_status status = H5GRAD_OK;
    if (group >= 0 && has_axes(file, group, path, dataset, coords->rank))
        status = enter_signal(file, group, path, dataset, coords, err);
    hg_close(group);
    return status;
}

/* --------------------------------------------------------------------------------- not fields */

/* Whether the group has NAME_indices: signals may, too. */
static bool has_indices(hid_t group, const char *name)
{
    char *attribute = hg_memory_format("%s_indices", name);
    bool has = attribute && H5Aexists(group, attribute) > 0;
    free(attribute);
    return has;
}

/* "errors", or NAME_errors of a field NAME. */
static bool is_errors(hid_t group, const char *name)
{
    static const char suffix[] = "_errors";
    size_t length = strlen(name), end = sizeof suffix - 1;
    if (strcmp(name, "errors") == 0)
        return true;
    if (length <= end || strcmp(name + length - end, suffix) != 0)
        return false;
    char *field = hg_memory_format("%.*s", (int)(length - end), name);
    bool found = field && hg_has_link(group, field);
    free(field);
    return found;
}

static const char *not_field(hid_t file, const char *path, hid_t dataset)
{
    hid_t group = open_group(file, path);
    if (group < 0)
        return NULL;
    const char *name = hg_path_base(path);
    const char *why = NULL;
    if (!is_signal(group, name) && !is_marked(dataset)) {
        if (is_listed(group, "axes", name) || has_indices(group, name) ||
            H5Aexists(dataset, "axis") > 0)
            why = "it is a coordinate";
        else if (is_errors(group, name))
            why = "it holds uncertainties";
    }
    hg_close(group);
    return why;
}

static enum h5grad_status add_field(hid_t file, const char *path, const char *name,
                                    struct h5_set *set, struct h5grad_error *err)
{
    struct h5_identity identity;
    enum h5grad_status status = H5GRAD_OK;
    hid_t field = open_beside(file, path, name);
    if (field >= 0 && hg_identify(field, &identity))
        status = hg_set_add(set, &identity, 0, NULL, err);
    hg_close(field);
    return status;
}

static enum h5grad_status add_fields(hid_t file, hid_t group, const char *path, hid_t dataset,
                                     unsigned rank, struct h5_set *set, struct h5grad_error *err)
{
    struct axes axes;
    bool told;
    const char *wrong;
    enum h5grad_status status =
        read_fields(file, group, path, dataset, rank, &axes, &told, &wrong, err);
    if (status)
        return status;
    for (unsigned k = 0; k < rank && !status; k++) {
        if (axes.field[k])
            status = add_field(file, path, axes.field[k], set, err);
    }
    free_axes(&axes);
    return status;
}

static enum h5grad_status add_references(hid_t file, const char *path, hid_t dataset,
                                         struct h5_set *set, struct h5grad_error *err)
{
    hid_t group = open_group(file, path);
    if (group < 0)
        return H5GRAD_OK;
    hid_t space = H5Dget_space(dataset);
    int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    hg_close(space);
    enum h5grad_status status = H5GRAD_OK;
    if (rank > 0 && has_axes(file, group, path, dataset, (unsigned)rank))
        status = add_fields(file, group, path, dataset, (unsigned)rank, set, err);
    hg_close(group);
    return status;
}

/* ------------------------------------------------------------------------------------ results */

/* The axis's field, where this convention found it; NULL. */
static const char *field_of(const struct coords *coords, unsigned k)
{
    const struct coords_axis *axis = &coords->axis[k];
    bool found = axis->kind == COORDS_ARRAY && axis->source == hg_coords_nxdata.name && axis->path;
    return found ? axis->path : NULL;
}

/* The field into the group of the results, where it is not there: by a link where that is not the
 * group of the source. */
static enum h5grad_status link_field(const struct coords_results *results, hid_t group,
                                     const char *field, struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_copy_line(results->input, results->output, field, err);
    const char *name = hg_path_base(field);
    if (!status && !hg_has_link(group, name) &&
        H5Lcreate_hard(results->output, field, group, name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        status = hg_hdf5_error(err, "%s: it cannot be linked", field);
    return status;
}

static enum h5grad_status write_index(hid_t group, const char *field, unsigned k,
                                      struct h5grad_error *err)
{
    char *name = hg_memory_format("%s_indices", hg_path_base(field));
    if (!name)
        return hg_error_memory(err, strlen(field));
    enum h5grad_status status = H5GRAD_OK;
    if (H5Aexists(group, name) <= 0)
        status = hg_attribute_write_int(group, name, (int32_t)k, err);
    free(name);
    return status;
}

static enum h5grad_status write_axes(const struct coords_results *results, hid_t group,
                                     struct h5grad_error *err)
{
    const char *names[GRID_MAX_RANK];
    unsigned rank = results->coords->rank;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < rank && !status; k++) {
        const char *field = field_of(results->coords, k);
        names[k] = field ? hg_path_base(field) : ".";
        if (!field)
            continue;
        status = link_field(results, group, field, err);
        if (!status)
            status = write_index(group, field, k, err);
    }
    if (!status && H5Aexists(group, "axes") <= 0)
        status = hg_attribute_write_texts(group, "axes", names, rank, err);
    return status;
}

/* The first result in the group is its signal, all others are auxiliary. */
static enum h5grad_status add_signal(hid_t group, const char *name, struct h5grad_error *err)
{
    if (is_signal(group, name))
        return H5GRAD_OK;
    if (H5Aexists(group, "signal") <= 0)
        return hg_attribute_write_text(group, "signal", name, err);
    size_t n = 0;
    char **before = hg_attribute_texts(group, "auxiliary_signals", &n);
    const char **all = hg_memory_zeroed((before ? n : 0) + 1, sizeof *all);
    enum h5grad_status status = all ? H5GRAD_OK : hg_error_memory(err, (n + 1) * sizeof *all);
    for (size_t i = 0; all && before && i < n; i++)
        all[i] = before[i];
    n = before ? n : 0;
    if (all)
        all[n] = name;
    if (!status)
        status = hg_attribute_remove(group, "auxiliary_signals", err);
    if (!status)
        status = hg_attribute_write_texts(group, "auxiliary_signals", all, n + 1, err);
    free(all);
    hg_free_texts(before, n);
    return status;
}

static enum h5grad_status write_class(hid_t group, struct h5grad_error *err)
{
    if (hg_attribute_is(group, "NX_class", "NXdata"))
        return H5GRAD_OK;
    enum h5grad_status status = hg_attribute_remove(group, "NX_class", err);
    if (!status)
        status = hg_attribute_write_text(group, "NX_class", "NXdata", err);
    return status;
}

/* The group says now what a signal of old said itself. */
static enum h5grad_status clear_marks(const struct coords_results *results, const char *path,
                                      struct h5grad_error *err)
{
    static const char *const marks[] = {"signal", "axes", "primary", "target"};
    hid_t dataset = hg_open_dataset(results->output, path, NULL);
    if (dataset < 0)
        return hg_hdf5_error(err, "%s: it cannot be opened", path);
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof marks / sizeof *marks && !status; i++)
        status = hg_attribute_remove(dataset, marks[i], err);
    if (!hg_close(dataset) && !status)
        status = hg_hdf5_error(err, "%s: it cannot be closed", path);
    return status;
}

static enum h5grad_status finish_group(const struct coords_results *results, unsigned i,
                                       struct h5grad_error *err)
{
    hid_t group = hg_open_parent(results->output, results->result[i]);
    if (group < 0)
        return hg_hdf5_error(err, "%s: its group cannot be opened", results->result[i]);
    enum h5grad_status status = write_class(group, err);
    if (!status)
        status = write_axes(results, group, err);
    if (!status)
        status = add_signal(group, hg_path_base(results->result[i]), err);
    if (!hg_close(group) && !status)
        status = hg_hdf5_error(err, "its group cannot be closed");
    return status ? hg_error_context(err, status, "%s", results->result[i]) : H5GRAD_OK;
}

/* Unless it leads to something that is there. */
static enum h5grad_status write_default(hid_t group, const char *next, struct h5grad_error *err)
{
    char *before = hg_attribute_text(group, "default");
    bool leads = before && before[0] != '\0' && !strchr(before, '/') && hg_has_link(group, before);
    free(before);
    if (leads)
        return H5GRAD_OK;
    enum h5grad_status status = hg_attribute_remove(group, "default", err);
    if (!status)
        status = hg_attribute_write_text(group, "default", next, err);
    return status;
}

/* A group on the way to the results: its class, and that what it shows is on the way on. */
static enum h5grad_status finish_step(const struct coords_results *results, const char *path,
                                      const char *next, struct h5grad_error *err)
{
    hid_t to = H5Gopen2(results->output, path, H5P_DEFAULT);
    if (to < 0)
        return hg_hdf5_error(err, "%s: the group cannot be opened", path);
    hid_t from = H5Gopen2(results->input, path, H5P_DEFAULT);
    enum h5grad_status status = H5GRAD_OK;
    if (from >= 0)
        status = hg_attribute_copy(from, to, "NX_class", err);
    hg_close(from);
    if (!status)
        status = write_default(to, next, err);
    if (!hg_close(to) && !status)
        status = hg_hdf5_error(err, "%s: the group cannot be closed", path);
    return status;
}

/* Viewers go from the root by the attribute default. */
static enum h5grad_status finish_way(const struct coords_results *results, const char *result,
                                     struct h5grad_error *err)
{
    char *group = hg_path_parent(result);
    if (!group)
        return hg_error_memory(err, strlen(result));
    enum h5grad_status status = H5GRAD_OK;
    for (char *slash = group; slash && slash[1] && !status; slash = strchr(slash + 1, '/')) {
        char *next = strchr(slash + 1, '/');
        if (next)
            *next = '\0';
        char *path = hg_memory_text(group);
        if (!path)
            status = hg_error_memory(err, strlen(group) + 1);
        else
            path[slash == group ? 1 : slash - group] = '\0';
        if (!status)
            status = finish_step(results, path, slash + 1, err);
        free(path);
        if (next)
            *next = '/';
    }
    free(group);
    return status;
}

static enum h5grad_status finish(const struct coords_results *results, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned i = 0; i < results->n && !status; i++) {
        status = finish_way(results, results->result[i], err);
        if (!status)
            status = finish_group(results, i, err);
        if (!status)
            status = clear_marks(results, results->result[i], err);
    }
    return status;
}

const struct coords_convention hg_coords_nxdata = {
    .name = "NXdata",
    .axes = read_axes,
    .not_field = not_field,
    .references = add_references,
    .finish = finish,
};
