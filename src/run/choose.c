/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "formats/convention.h"
#include "formats/metadata.h"
#include "output/result_names.h"
#include "run/boundary.h"

/* The names of results; those along an axis are followed by its number. */
static const char *const names[FIELD_WHATS] = {"grad",       "grad2", "laplacian", "grad_magnitude",
                                               "divergence", "curl",  "q"};

/* Returns the name of an axis, or of the coordinates that an option gives for one without; NULL:
 * none. */
static const char *name_of(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    const char *name = field->coords.axis[axis].name;
    if (name || !settled->given || !settled->coordinate)
        return name;
    const char *base = hg_path_base(settled->coordinate->name), *attribute = strrchr(base, '@');
    return attribute ? attribute + 1 : base;
}

static enum h5grad_status add_result(struct field *field, const struct run_options *options,
                                     struct field_result result, struct h5grad_error *err)
{
    const struct coords_convention *convention = field->coords.convention;
    const struct result_placeholders fields = {
        .name = field->path,
        .what = names[result.what],
        .along = result.along,
        .axis = result.axis,
        .axis_name = result.along ? name_of(field, result.axis) : NULL,
        .by_name = field->vector != NULL,
    };
    if (!options->name && convention && convention->result_path)
        result.path = convention->result_path(field, &result, names[result.what]);
    else
        result.path = hg_result_names_path(options->name, &fields);
    if (!result.path)
        return hg_error_memory(err, strlen(field->path));
    struct field_result *grown = hg_memory_more(field->results, field->n_results, sizeof *grown);
    if (!grown) {
        free(result.path);
        return hg_error_memory(err, (field->n_results + 1) * sizeof *grown);
    }
    field->results = grown;
    field->results[field->n_results++] = result;
    return H5GRAD_OK;
}

static enum h5grad_status add_results(struct field *field, const struct run_options *options,
                                      struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    for (enum field_what what = FIELD_GRADIENT; what < FIELD_DIVERGENCE && !status; what++) {
        struct field_result result = {.what = what, .components = field->components};
        if (!(options->derivation.results & 1u << what))
            continue;
        result.along = what == FIELD_GRADIENT || what == FIELD_SECOND;
        if (what == FIELD_MAGNITUDE)
            result.components = 1;
        for (unsigned k = 0; k < (result.along ? field->n_axes : 1) && !status; k++) {
            result.axis = result.along ? field->order[k] : 0;
            status = add_result(field, options, result, err);
        }
    }
    return status;
}

/* Checks that the combined axes have one unit, as far as known. */
static enum h5grad_status check_units(const struct field *field, const char *way_out,
                                      struct h5grad_error *err)
{
    const char *unit = NULL;
    unsigned of = 0;
    for (unsigned k = 0; k < field->n_combined; k++) {
        const unsigned axis = field->combined[k];
        const char *other = hg_metadata_axis_unit(field, axis);
        char label[256], label_of[256];
        if (field->axis[axis].spacing.kind == SPACING_AUTO)
            other = NULL;
        hg_field_label(field, axis, label, sizeof label);
        hg_field_label(field, of, label_of, sizeof label_of);
        if (unit && other && strcmp(unit, other) != 0)
            return hg_error_set(err, H5GRAD_FAILED, "%s is in %s, %s in %s%s", label_of, unit,
                                label, other, way_out);
        if (other && !unit) {
            unit = other;
            of = axis;
        }
    }
    return H5GRAD_OK;
}

static int compare_axes(const void *a, const void *b)
{
    return *(const unsigned *)a < *(const unsigned *)b ? -1 : 1;
}

/* Moves an axis to the front of the combined ones, if it is among them. */
static void put_first(struct field *field, unsigned axis)
{
    unsigned k = 0;
    while (k < field->n_combined && field->combined[k] != axis)
        k++;
    if (k == field->n_combined)
        return;
    memmove(field->combined + 1, field->combined, k * sizeof *field->combined);
    field->combined[0] = axis;
}

static bool is_time(const struct field *field, unsigned axis)
{
    return hg_boundary_kind(field, axis).quantity == AXIS_TIME;
}

static void tell_time(const struct field *field, unsigned axis, struct messages *messages)
{
    char label[256];
    hg_field_label(field, axis, label, sizeof label);
    hg_message_add(messages, H5GRAD_WARNING,
                   "%s: %s: it is time: not combined with other axes unless --dim names it",
                   field->path, label);
}

void hg_choose_without_time(struct field *field, const struct run_options *options)
{
    const unsigned along = 1u << FIELD_GRADIENT | 1u << FIELD_SECOND;
    unsigned kept = 0;
    if (options->n_dims > 0 || options->derivation.results & along)
        return;
    for (unsigned k = 0; k < field->n_axes; k++)
        kept += !is_time(field, field->order[k]);
    if (kept == 0)
        return;
    kept = 0;
    for (unsigned k = 0; k < field->n_axes; k++) {
        const unsigned axis = field->order[k];
        field->order[kept] = axis;
        field->axis[axis].differentiated = !is_time(field, axis);
        if (field->axis[axis].differentiated)
            kept++;
        else
            tell_time(field, axis, options->messages);
    }
    field->n_axes = kept;
}

/* Chooses the axes to combine: those of --dim, else all but time. */
static enum h5grad_status choose_combined(struct field *field, const struct run_options *options,
                                          struct h5grad_error *err)
{
    field->combined = hg_memory_zeroed(field->rank, sizeof *field->combined);
    if (!field->combined)
        return hg_error_memory(err, field->rank * sizeof *field->combined);
    for (unsigned k = 0; k < field->n_axes; k++) {
        const unsigned axis = field->order[k];
        if (options->n_dims > 0 || !is_time(field, axis))
            field->combined[field->n_combined++] = axis;
        else
            tell_time(field, axis, options->messages);
    }
    qsort(field->combined, field->n_combined, sizeof *field->combined, compare_axes);
    if (field->sphere.radius > 0) {
        put_first(field, field->sphere.latitude);
        put_first(field, field->sphere.longitude);
    }
    for (unsigned i = 0; i < field->rank; i++) {
        if (field->axis[i].dropped)
            return hg_error_set(err, H5GRAD_FAILED,
                                "axis %u cannot be used, and results are combined of all axes: %s; "
                                "name others with --dim",
                                i, field->axis[i].problem);
    }
    if (field->n_combined == 0)
        return hg_error_set(err, H5GRAD_FAILED,
                            "no axis but time to be combined: name it with --dim");
    if (field->sphere.radius > 0 && field->sphere.longitude == field->rank &&
        options->derivation.results & 1u << FIELD_LAPLACIAN)
        return hg_error_set(err, H5GRAD_FAILED,
                            "no axis of it is a longitude, which the Laplacian on a sphere needs");
    return check_units(field, ": name the axes that belong together with --dim", err);
}

/* Adds the results of a vector; a curl of three components has three. */
static enum h5grad_status add_vector_results(struct field *field, const struct run_options *options,
                                             struct h5grad_error *err)
{
    const struct coords_convention *convention = field->coords.convention;
    const unsigned n = field->vector->n;
    enum h5grad_status status = H5GRAD_OK;
    for (enum field_what what = FIELD_DIVERGENCE; what < FIELD_WHATS && !status; what++) {
        struct field_result result = {.what = what, .components = field->components};
        if (!(options->derivation.results & 1u << what) || (what == FIELD_CURL && n > 3))
            continue;
        result.along = what == FIELD_CURL && n == 3;
        result.joined = result.along && convention && convention->joins;
        if (result.joined) {
            result.along = false;
            result.components *= n;
        }
        for (unsigned k = 0; k < (result.along ? n : 1) && !status; k++) {
            result.axis = result.along ? field->combined[k] : 0;
            status = add_result(field, options, result, err);
        }
    }
    return status;
}

/* Checks the order of components on a sphere, on which the sign of the curl depends. */
static enum h5grad_status check_sphere(const struct field *field, unsigned results,
                                       struct h5grad_error *err)
{
    const struct field_sphere *sphere = &field->sphere;
    if (field->n_combined != 2 || field->combined[0] != sphere->longitude ||
        field->combined[1] != sphere->latitude)
        return hg_error_set(err, H5GRAD_FAILED,
                            "on a sphere a vector has two components: the eastward one, along "
                            "longitude, first, then the northward one, along latitude");
    if (results & 1u << FIELD_Q)
        return hg_error_set(err, H5GRAD_FAILED, "q is not defined on the sphere here");
    return H5GRAD_OK;
}

enum h5grad_status hg_choose_vector_results(struct field *field, const struct run_options *options,
                                            struct h5grad_error *err)
{
    const unsigned n = field->vector->n;
    field->combined = hg_memory_zeroed(n, sizeof *field->combined);
    if (!field->combined)
        return hg_error_memory(err, n * sizeof *field->combined);
    memcpy(field->combined, field->order, n * sizeof *field->combined);
    field->n_combined = n;
    if (field->components > 1 && options->derivation.results & 1u << FIELD_Q)
        return hg_error_set(err, H5GRAD_FAILED, "q is not defined for complex numbers");
    enum h5grad_status status = check_units(field, "", err);
    if (!status && field->sphere.radius > 0)
        status = check_sphere(field, options->derivation.results, err);
    return status ? status : add_vector_results(field, options, err);
}

enum h5grad_status hg_choose_results(struct field *field, const struct run_options *options,
                                     struct h5grad_error *err)
{
    const unsigned combined = 1u << FIELD_LAPLACIAN | 1u << FIELD_MAGNITUDE;
    enum h5grad_status status = H5GRAD_OK;
    if (options->derivation.results & combined)
        status = choose_combined(field, options, err);
    return status ? status : add_results(field, options, err);
}
