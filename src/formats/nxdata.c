/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NeXus: a group of class NXdata holds signals and the fields that are their axes. In the latest
 * form the group names both (signal, auxiliary_signals, axes, NAME_indices); in an earlier one the
 * signal names its axes (signal=1, axes="a:b"); in the first one each axis says which one it is
 * (axis=k, from 1; some count from 0), and of several for one axis the primary one serves. An axis
 * with one point more than the signal holds the edges of bins. Groups of other classes that name
 * both, and signals in them that say they are one, count as in NXdata.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/field.h"
#include "hdf5/object.h"

/* The fields that are the axes of a signal. */
struct axes {
    struct query *query;
    char *field[GRID_MAX_RANK];   /* name within the group; NULL: none */
    bool spanning[GRID_MAX_RANK]; /* the field has more axes than this one */
    double rank[GRID_MAX_RANK];   /* of the field among those that say they are of the axis */
    double first;                 /* number of the first axis, of fields that give theirs */
    bool only_fitting;            /* fields of other extents are not for this signal */
    const char *wrong;            /* what is wrong with them, static; NULL: nothing */
};

static bool has_any(const struct axes *axes)
{
    bool any = false;
    for (unsigned k = 0; k < axes->query->rank; k++)
        any = any || axes->field[k];
    return any;
}

static void free_axes(struct axes *axes)
{
    for (unsigned k = 0; k < axes->query->rank; k++)
        free(axes->field[k]);
}

static bool is_nxdata(hid_t group)
{
    return hg_attribute_is(group, "NX_class", "NXdata");
}

/* Opens the group that holds the dataset, if it has a class; -1 if not. */
static hid_t open_class(const struct query *query)
{
    /* not opened by a survey, which knows that its group has no attributes */
    const bool is_bare = query->dataset < 0 && !query->vector;
    return is_bare ? -1 : hg_open_parent_with(query->file, query->path, "NX_class");
}

/* Opens the group that holds the dataset, if it names signal and axes or is of class NXdata; -1 if
 * not. */
static hid_t open_group(const struct query *query)
{
    hid_t group = open_class(query);
    return hg_keep_if(group >= 0 && (is_nxdata(group) || (H5Aexists(group, "signal") > 0 &&
                                                          H5Aexists(group, "axes") > 0)),
                      group);
}

/* Cuts "a:b" or "[a,b]" into names; NULL if memory runs out. */
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

/* Reads the names in an attribute: an array of texts, or one text that lists them. */
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

/* Returns whether the dataset is marked as a signal in an earlier form. */
static bool is_marked(hid_t dataset)
{
    return hg_has_attribute(dataset, "signal");
}

/* Each dataset of a group of the first form looks at all others. */
#define MOST_FIELDS 256

/* Returns whether the dataset may be one of the signals of a group of the first form, which marks
 * not all of them. */
static bool is_of_old(hid_t group, hid_t dataset)
{
    H5G_info_t info;
    return is_nxdata(group) && !is_marked(dataset) && H5Gget_info(group, &info) >= 0 &&
           info.nlinks <= MOST_FIELDS && H5Aexists(group, "signal") <= 0 &&
           H5Aexists(group, "axes") <= 0 && H5Aexists(dataset, "axis") <= 0 &&
           H5Aexists(dataset, "axes") <= 0;
}

/* Returns whether the dataset has the extents of the group's signal, and so its axes. */
static bool is_like_signal(const struct query *query, hid_t group)
{
    uint64_t extent[GRID_MAX_RANK];
    BASE_FREED char *name = hg_attribute_text(group, "signal");
    H5_CLOSED hid_t signal = name ? hg_coords_open_beside(query, name) : -1;
    return signal >= 0 && hg_read_extents(signal, query->rank, extent) &&
           memcmp(query->extent, extent, query->rank * sizeof *extent) == 0;
}

/* Reads the axes of a field from NAME_indices; returns how many, 0 if there is none. */
static size_t read_indices(hid_t group, const char *field, unsigned rank, unsigned *index)
{
    BASE_FREED char *name = hg_memory_format("%s_indices", field);
    size_t n = 0, usable = 0;
    BASE_FREED double *numbers = name ? hg_attribute_numbers(group, name, &n) : NULL;
    for (size_t i = 0; numbers && i < n && n <= rank; i++) {
        if (numbers[i] >= 0 && numbers[i] < rank)
            index[usable++] = (unsigned)numbers[i];
    }
    return usable;
}

static void set_field(struct axes *axes, unsigned k, const char *name, bool spanning)
{
    if (k >= axes->query->rank || axes->field[k] || strcmp(name, ".") == 0 || name[0] == '\0')
        return;
    axes->spanning[k] = spanning;
    axes->field[k] = hg_coords_format(axes->query, "%s", name);
}

/* Sets the fields of axes: names in the order of axes, unless NAME_indices says otherwise. */
static void set_fields(struct axes *axes, hid_t group, char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned index[GRID_MAX_RANK];
        size_t indices = read_indices(group, names[i], axes->query->rank, index);
        if (indices == 0 && n == axes->query->rank)
            set_field(axes, (unsigned)i, names[i], false);
        for (size_t j = 0; j < indices; j++)
            set_field(axes, index[j], names[i], indices > 1);
    }
}

/* Reads the number of the axis that a field of the group says it is. */
static bool read_number(struct axes *axes, const char *name, double *axis, double *primary)
{
    H5_CLOSED hid_t field = hg_coords_open_beside(axes->query, name);
    *primary = INFINITY;
    if (field < 0 || !hg_coords_number(axes->query, field, "axis", axis))
        return false;
    hg_coords_number(axes->query, field, "primary", primary);
    return true;
}

/* Finds the number of the first axis: of fields that count from 0 one says so. */
static herr_t find_first(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct axes *axes = user;
    double axis, primary;
    (void)group;
    (void)info;
    if (read_number(axes, name, &axis, &primary) && axis == 0)
        axes->first = 0;
    return axes->query->status ? 1 : 0;
}

static bool fits(struct query *query, unsigned k, const char *name)
{
    bool edges;
    H5_CLOSED hid_t field = hg_coords_open_beside(query, name);
    return hg_coords_judge(field, query->extent[k], &edges, NULL) == H5GRAD_OK;
}

/* Takes a field of the group that says itself which axis it is, unless another one comes first. */
static herr_t take_field(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
    struct axes *axes = user;
    double axis, primary;
    (void)group;
    (void)info;
    if (!read_number(axes, name, &axis, &primary) || !(axis >= axes->first) ||
        !(axis - axes->first < axes->query->rank))
        return axes->query->status ? 1 : 0;
    const unsigned k = (unsigned)(axis - axes->first);
    if (axes->only_fitting && !fits(axes->query, k, name))
        return 0;
    if (axes->field[k] && primary < axes->rank[k]) {
        free(axes->field[k]);
        axes->field[k] = NULL;
    }
    if (!axes->field[k])
        axes->rank[k] = primary;
    set_field(axes, k, name, false);
    return axes->query->status ? 1 : 0;
}

static void read_numbered(struct axes *axes, hid_t group, bool only_fitting)
{
    axes->first = 1;
    axes->only_fitting = only_fitting;
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, find_first, axes);
    H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, take_field, axes);
}

/* Reads the axes that the group or the signal names. */
static void read_named(struct axes *axes, hid_t group, hid_t from)
{
    size_t n = 0;
    unsigned rank = axes->query->rank;
    char **names = read_names(from, "axes", rank, &n);
    if (names)
        set_fields(axes, group, names, n);
    if (!names)
        axes->wrong = "axes does not hold names";
    else if (!has_any(axes) && n != rank)
        axes->wrong = "axes names another number of axes than the signal has";
    hg_free_texts(names, n);
}

/* Reads the axes of the signal, in any of the three forms. */
static void read_fields(struct axes *axes, hid_t group)
{
    hid_t dataset = axes->query->dataset;
    if (hg_has_attribute(group, "axes"))
        read_named(axes, group, group);
    else if (hg_has_attribute(dataset, "axes"))
        read_named(axes, group, dataset);
    else if (is_marked(dataset) || is_of_old(group, dataset))
        read_numbered(axes, group, !is_marked(dataset));
}

/* ------------------------------------------------------------------------------------- axes */

static void enter_field(struct query *query, unsigned k, hid_t group, const struct axes *axes)
{
    const char *name = axes->field[k];
    hg_coords_set_name(query, k, name);
    /* Names without fields are common. */
    if (!hg_has_link(group, name))
        return;
    if (axes->spanning[k]) {
        hg_coords_set_problem(query, k, "%s belongs to several axes at once", name);
        return;
    }
    BASE_FREED char *field = hg_coords_beside(query, name);
    if (!field)
        hg_coords_no_memory(query, strlen(query->path));
    hg_coords_set_dataset(query, k, field, true);
}

/* Opens the group of a dataset that has its axes; -1 for others. */
static hid_t open_signal(const struct query *query)
{
    if (is_marked(query->dataset))
        return open_class(query);
    hid_t group = open_group(query);
    return hg_keep_if(group >= 0 &&
                          (is_signal(group, hg_path_base(query->path)) ||
                           is_like_signal(query, group) || is_of_old(group, query->dataset)),
                      group);
}

static void read_axes(struct query *query)
{
    struct axes axes = {.query = query};
    H5_CLOSED hid_t group = open_signal(query);
    if (group < 0)
        return;
    read_fields(&axes, group);
    if (axes.wrong || has_any(&axes) || (is_nxdata(group) && !is_of_old(group, query->dataset)))
        query->coords->convention = &hg_coords_nxdata;
    if (axes.wrong)
        hg_coords_set_problems(query, "%s", axes.wrong);
    for (unsigned k = 0; k < query->rank; k++) {
        if (axes.field[k] && !axes.wrong)
            enter_field(query, k, group, &axes);
    }
    free_axes(&axes);
}

/* --------------------------------------------------------------------------------- not fields */

/* Returns whether the group has NAME_indices, as for axes; signals may have it, too. */
static bool has_indices(hid_t group, const char *name)
{
    BASE_FREED char *attribute = hg_memory_format("%s_indices", name);
    return attribute && hg_has_attribute(group, attribute);
}

/* Returns whether name is "errors", or NAME_errors of a field NAME. */
static bool is_errors(hid_t group, const char *name)
{
    static const char suffix[] = "_errors";
    size_t length = strlen(name), end = sizeof suffix - 1;
    if (strcmp(name, "errors") == 0)
        return true;
    if (length <= end || strcmp(name + length - end, suffix) != 0)
        return false;
    BASE_FREED char *field = hg_memory_format("%.*s", (int)(length - end), name);
    return field && hg_has_link(group, field);
}

static const char *not_field(const struct query *query)
{
    H5_CLOSED hid_t group = open_group(query);
    if (group < 0)
        return NULL;
    const char *name = hg_path_base(query->path);
    const char *why = NULL;
    if (!is_signal(group, name) && !is_marked(query->dataset)) {
        if (is_listed(group, "axes", name) || has_indices(group, name) ||
            hg_has_attribute(query->dataset, "axis"))
            why = COORDS_COORDINATE;
        else if (is_errors(group, name))
            why = "it holds uncertainties";
    }
    return why;
}

static void add_references(struct query *query)
{
    struct axes axes = {.query = query};
    H5_CLOSED hid_t group = query->rank > 0 ? open_signal(query) : -1;
    if (group < 0)
        return;
    read_fields(&axes, group);
    for (unsigned k = 0; k < query->rank; k++) {
        H5_CLOSED hid_t field = axes.field[k] ? hg_coords_open_beside(query, axes.field[k]) : -1;
        hg_coords_add(query, field, 0);
    }
    free_axes(&axes);
}

/* ---------------------------------------------------------------------------------- results */

/* Returns the field of an axis if this convention found it, else NULL. */
static const char *field_of(const struct coords *coords, unsigned k)
{
    const struct coords_axis *axis = &coords->axis[k];
    bool found = axis->kind == COORDS_ARRAY && axis->source == hg_coords_nxdata.name;
    return found ? axis->path : NULL;
}

/* Puts the field into the group of the results unless it is there: by a link if that is not the
 * group of the source. */
static enum h5grad_status link_field(const struct coords_results *results, hid_t group, unsigned k,
                                     const char *field, struct h5grad_error *err)
{
    enum h5grad_status status = hg_coords_copy_array(results, k, field, err);
    const char *name = hg_path_base(field);
    if (!status && !hg_has_link(group, name) &&
        H5Lcreate_hard(results->output, field, group, name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        status = hg_hdf5_error(err, "%s: it cannot be linked", field);
    return status;
}

static enum h5grad_status write_index(hid_t group, const char *field, unsigned k,
                                      struct h5grad_error *err)
{
    BASE_FREED char *name = hg_memory_format("%s_indices", hg_path_base(field));
    if (!name)
        return hg_error_memory(err, strlen(field));
    enum h5grad_status status = H5GRAD_OK;
    if (!hg_has_attribute(group, name))
        status = hg_attribute_write_int(group, name, (int32_t)k, err);
    return status;
}

static enum h5grad_status write_axes(const struct coords_results *results, hid_t group,
                                     struct h5grad_error *err)
{
    const char *names[GRID_MAX_RANK];
    const struct coords *coords = &results->field->coords;
    enum h5grad_status status = H5GRAD_OK;
    for (unsigned k = 0; k < coords->rank && !status; k++) {
        const char *field = field_of(coords, k);
        names[k] = field ? hg_path_base(field) : ".";
        if (field)
            status = link_field(results, group, k, field, err);
        if (field && !status)
            status = write_index(group, field, k, err);
    }
    if (!status && !hg_has_attribute(group, "axes"))
        status = hg_attribute_write_texts(group, "axes", names, coords->rank, err);
    return status;
}

/* Replaces a text attribute. */
static enum h5grad_status rewrite(hid_t group, const char *attribute, const char *text,
                                  struct h5grad_error *err)
{
    enum h5grad_status status = hg_attribute_remove(group, attribute, err);
    return status ? status : hg_attribute_write_text(group, attribute, text, err);
}

/* Makes the first result in the group its signal, and others auxiliary signals. */
static enum h5grad_status add_signal(hid_t group, const char *name, struct h5grad_error *err)
{
    static const char attribute[] = "auxiliary_signals";
    if (is_signal(group, name))
        return H5GRAD_OK;
    if (!hg_has_attribute(group, "signal"))
        return hg_attribute_write_text(group, "signal", name, err);
    size_t n = 0;
    char **before = hg_attribute_texts(group, attribute, &n);
    n = before ? n : 0;
    const char **all = hg_memory_zeroed(n + 1, sizeof *all);
    for (size_t i = 0; all && i <= n; i++)
        all[i] = i < n ? before[i] : name;
    enum h5grad_status status = all ? hg_attribute_remove(group, attribute, err)
                                    : hg_error_memory(err, (n + 1) * sizeof *all);
    if (!status)
        status = hg_attribute_write_texts(group, attribute, all, n + 1, err);
    free(all);
    hg_free_texts(before, n);
    return status;
}

/* Removes the marks of earlier forms from the axes: the group names them now. */
static enum h5grad_status clear_marks(const struct coords_results *results, const char *path,
                                      struct h5grad_error *err)
{
    static const char *const marks[] = {"signal", "axes", "primary", "target"};
    hid_t dataset = hg_open_dataset(results->output, path, NULL);
    if (dataset < 0)
        return hg_hdf5_error(err, "%s: it cannot be opened", path);
    enum h5grad_status status =
        hg_coords_remove_attributes(dataset, sizeof marks / sizeof *marks, marks, err);
    if (!hg_close(dataset) && !status)
        status = hg_hdf5_error(err, "%s: it cannot be closed", path);
    return status;
}

static enum h5grad_status finish_group(const struct coords_results *results, const char *result,
                                       struct h5grad_error *err)
{
    hid_t group = hg_open_parent(results->output, result);
    if (group < 0)
        return hg_hdf5_error(err, "%s: its group cannot be opened", result);
    enum h5grad_status status = H5GRAD_OK;
    if (!hg_attribute_is(group, "NX_class", "NXdata"))
        status = rewrite(group, "NX_class", "NXdata", err);
    if (!status)
        status = write_axes(results, group, err);
    if (!status)
        status = add_signal(group, hg_path_base(result), err);
    if (!hg_close(group) && !status)
        status = hg_hdf5_error(err, "its group cannot be closed");
    return status ? hg_error_context(err, status, "%s", result) : H5GRAD_OK;
}

/* Returns whether the attribute default of a group leads to an existing object. */
static bool has_default(hid_t group)
{
    BASE_FREED char *name = hg_attribute_text(group, "default");
    return name && name[0] != '\0' && !strchr(name, '/') && hg_has_link(group, name);
}

/* Completes a group above the results: its class, and its default, which leads on to them. */
static enum h5grad_status finish_step(const struct coords_results *results, const char *path,
                                      const char *next, struct h5grad_error *err)
{
    hid_t to = H5Gopen2(results->output, path, H5P_DEFAULT);
    if (to < 0)
        return hg_hdf5_error(err, "%s: the group cannot be opened", path);
    H5_CLOSED hid_t from = H5Gopen2(results->input, path, H5P_DEFAULT);
    enum h5grad_status status = H5GRAD_OK;
    if (from >= 0)
        status = hg_attribute_copy(from, to, "NX_class", err);
    if (!status && !has_default(to))
        status = rewrite(to, "default", next, err);
    if (!hg_close(to) && !status)
        status = hg_hdf5_error(err, "%s: the group cannot be closed", path);
    return status;
}

/* Completes the groups above a result: viewers follow the attribute default from the root. */
static enum h5grad_status finish_groups(const struct coords_results *results, const char *result,
                                        struct h5grad_error *err)
{
    BASE_FREED char *group = hg_path_parent(result); /* cut after each of its names, one by one */
    if (!group)
        return hg_error_memory(err, strlen(result));
    enum h5grad_status status = H5GRAD_OK;
    for (char *slash = group, *next; slash && slash[1] && !status; slash = next) {
        next = strchr(slash + 1, '/');
        if (next)
            *next = '\0';
        *slash = '\0';
        status = finish_step(results, slash == group ? "/" : group, slash + 1, err);
        *slash = '/';
        if (next)
            *next = '/';
    }
    return status;
}

static enum h5grad_status finish(const struct coords_results *results, struct h5grad_error *err)
{
    const struct field *field = results->field;
    enum h5grad_status status = H5GRAD_OK;
    for (size_t k = 0; k < field->n_results && !status; k++) {
        const char *result = field->results[k].path;
        status = finish_groups(results, result, err);
        if (!status)
            status = finish_group(results, result, err);
        if (!status)
            status = clear_marks(results, result, err);
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
