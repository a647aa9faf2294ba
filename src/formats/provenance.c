/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/provenance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "hdf5/attribute.h"
#include "hdf5/walk.h"

/* The attribute that every result has: what it was made of. */
static const char provenance[] = "gradient_of";

/* The axes along which a result has derivatives. */
struct axes {
    const struct field *field;
    bool alone; /* it is the derivative along one axis */
    unsigned n;
    const unsigned *axis;
};

/* ---------------------------------------------------------------------- of one axis, or of each */

/* Returns a number, "unit", the path of the coordinates, or "midpoints of" that. To be freed. */
static char *spacing_of(const struct field *field, unsigned axis)
{
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    char number[32];
    const char *spacing = hg_field_spacing(field, axis, number, sizeof number);
    const bool between = coordinate && coordinate->points == COORD_ARRAY_MIDPOINTS;
    return hg_memory_format("%s%s", between ? "midpoints of " : "", spacing);
}

static enum h5grad_status write_spacing(const struct field *field, unsigned axis, hid_t dataset,
                                        const char *name, struct h5grad_error *err)
{
    BASE_FREED char *spacing = spacing_of(field, axis);
    return spacing ? hg_attribute_write_text(dataset, name, spacing, err)
                   : hg_error_memory(err, sizeof *field);
}

/* Returns the boundaries as --boundary has them: "periodic", "nan:one-sided"; empty for the
 * default. To be freed. */
static char *boundary_of(const struct field *field, unsigned axis)
{
    const struct stencil_operator *op = &field->axis[axis].op;
    char low[64], high[64];
    if (op->boundary[0] == BOUNDARY_ONE_SIDED && op->boundary[1] == BOUNDARY_ONE_SIDED)
        return hg_memory_text("");
    hg_field_boundary(&field->axis[axis], 0, low, sizeof low);
    hg_field_boundary(&field->axis[axis], 1, high, sizeof high);
    return strcmp(low, high) == 0 ? hg_memory_text(low) : hg_memory_format("%s:%s", low, high);
}

static enum h5grad_status write_boundary(const struct field *field, unsigned axis, hid_t dataset,
                                         const char *name, struct h5grad_error *err)
{
    char low[64], high[64];
    const char *const ends[2] = {low, high};
    hg_field_boundary(&field->axis[axis], 0, low, sizeof low);
    hg_field_boundary(&field->axis[axis], 1, high, sizeof high);
    return hg_attribute_write_texts(dataset, name, ends, 2, err);
}

static char *period_of(const struct field *field, unsigned axis)
{
    const double period = field->axis[axis].op.period;
    char number[32] = "";
    if (period > 0)
        hg_parse_print_double(period, number, sizeof number);
    return hg_memory_text(number);
}

static enum h5grad_status write_period(const struct field *field, unsigned axis, hid_t dataset,
                                       const char *name, struct h5grad_error *err)
{
    return hg_attribute_write_numbers(dataset, name, &field->axis[axis].op.period, 1, err);
}

static char *accuracy_of(const struct field *field, unsigned axis)
{
    const unsigned accuracy = field->axis[axis].op.accuracy;
    return accuracy > 2 ? hg_memory_format("%u", accuracy) : hg_memory_text("");
}

static enum h5grad_status write_accuracy(const struct field *field, unsigned axis, hid_t dataset,
                                         const char *name, struct h5grad_error *err)
{
    return hg_attribute_write_int(dataset, name, (int32_t)field->axis[axis].op.accuracy, err);
}

/* Properties that may differ between axes. */
static const struct property {
    const char *name;
    /* Returns the property in words, to be freed; empty for the default. */
    char *(*print)(const struct field *field, unsigned axis);
    /* Writes a property that all axes of a result share. */
    enum h5grad_status (*write)(const struct field *field, unsigned axis, hid_t dataset,
                                const char *name, struct h5grad_error *err);
    bool always_each; /* combined axes have an entry each, even if all are equal */
} properties[] = {
    {"gradient_spacing", spacing_of, write_spacing, true},
    {"gradient_accuracy", accuracy_of, write_accuracy, false},
    {"gradient_boundary", boundary_of, write_boundary, false},
    {"gradient_period", period_of, write_period, false},
};

/* Writes an entry for each axis whose word is not the default: "lat=4". */
static enum h5grad_status write_each(const struct axes *axes, hid_t dataset, const char *name,
                                     char *const *word, struct h5grad_error *err)
{
    char *text[GRID_MAX_RANK] = {NULL};
    size_t n = 0;
    bool complete = true;
    for (unsigned k = 0; k < axes->n && complete; k++) {
        char number[32];
        if (!*word[k])
            continue;
        text[n] = hg_memory_format(
            "%s=%s", hg_field_axis_option(axes->field, axes->axis[k], number, sizeof number),
            word[k]);
        complete = text[n] != NULL;
        n += complete;
    }
    enum h5grad_status status =
        complete ? hg_attribute_write_texts(dataset, name, (const char *const *)text, n, err)
                 : hg_error_memory(err, sizeof text);
    while (n > 0)
        free(text[--n]);
    return status;
}

static enum h5grad_status write_property(const struct axes *axes, const struct property *property,
                                         hid_t dataset, struct h5grad_error *err)
{
    char *word[GRID_MAX_RANK] = {NULL};
    unsigned n = 0;
    bool same = axes->alone || !property->always_each;
    enum h5grad_status status = H5GRAD_OK;
    for (; n < axes->n && (word[n] = property->print(axes->field, axes->axis[n])); n++)
        same = same && strcmp(word[n], word[0]) == 0;
    if (n < axes->n)
        status = hg_error_memory(err, sizeof word);
    else if (!same)
        status = write_each(axes, dataset, property->name, word, err);
    else if (*word[0])
        status = property->write(axes->field, axes->axis[0], dataset, property->name, err);
    while (n > 0)
        free(word[--n]);
    return status;
}

/* ---------------------------------------------------------------------------------- of a result */

static enum h5grad_status write_axis(const struct field *field, unsigned axis, hid_t dataset,
                                     struct h5grad_error *err)
{
    const char *name = field->coords.axis[axis].name;
    enum h5grad_status status = hg_attribute_write_int(dataset, "gradient_dim", (int32_t)axis, err);
    return status || !name ? status
                           : hg_attribute_write_text(dataset, "gradient_axis_name", name, err);
}

/* The edge order holds for all axes of accuracy 2. */
static enum h5grad_status write_edge_order(const struct axes *axes, hid_t dataset,
                                           struct h5grad_error *err)
{
    for (unsigned k = 0; k < axes->n; k++) {
        const struct stencil_operator *op = &axes->field->axis[axes->axis[k]].op;
        if (op->accuracy == 2)
            return hg_attribute_write_int(dataset, "gradient_edge_order", (int32_t)op->edge_order,
                                          err);
    }
    return H5GRAD_OK;
}

static enum h5grad_status write_axes(const struct axes *axes, hid_t dataset,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = write_property(axes, &properties[0], dataset, err);
    if (!status)
        status = write_edge_order(axes, dataset, err);
    for (size_t i = 1; i < sizeof properties / sizeof *properties && !status; i++)
        status = write_property(axes, &properties[i], dataset, err);
    return status;
}

/* Writes the range of each axis that --subset cuts: "lat=3:9". */
static enum h5grad_status write_subset(const struct field *field, hid_t dataset,
                                       struct h5grad_error *err)
{
    char text[GRID_MAX_RANK][320];
    const char *cut[GRID_MAX_RANK];
    size_t n = 0;
    for (unsigned i = 0; i < field->rank; i++) {
        const struct region *region = field->region;
        const char *name = field->coords.axis[i].name;
        if (!hg_field_is_cut(field, i))
            continue;
        const uint64_t end = region->start[i] + region_span(region, i, region->count[i]);
        cut[n] = text[n];
        *text[n] = '\0';
        if (name)
            hg_memory_append(text[n], sizeof *text, "%.200s", name);
        else
            hg_memory_append(text[n], sizeof *text, "%u", i);
        hg_memory_append(text[n], sizeof *text, "=%" PRIu64 ":%" PRIu64, region->start[i], end);
        if (region->step[i] > 1)
            hg_memory_append(text[n], sizeof *text, ":%" PRIu64, region->step[i]);
        n++;
    }
    return n > 0 ? hg_attribute_write_texts(dataset, "gradient_subset", cut, n, err) : H5GRAD_OK;
}

/* Writes the path of the dataset, or those of the components of a vector. */
static enum h5grad_status write_source(const struct field *field, hid_t dataset,
                                       struct h5grad_error *err)
{
    const struct field_vector *vector = field->vector;
    return vector
               ? hg_attribute_write_texts(dataset, provenance, (const char *const *)vector->source,
                                          vector->n_sources, err)
               : hg_attribute_write_text(dataset, provenance, field->path, err);
}

enum h5grad_status hg_provenance_write(const struct field *field, const struct field_result *result,
                                       hid_t dataset, struct h5grad_error *err)
{
    static const char *const missing[] = {NULL, "strict", "edge"};
    const bool alone = result->along && !field->vector;
    const struct axes axes = {field, alone, alone ? 1 : field->n_combined,
                              alone ? &result->axis : field->combined};
    const char *rule = missing[field->axis[field->order[0]].op.missing];
    enum h5grad_status status = write_source(field, dataset, err);
    if (!status && result->what != FIELD_GRADIENT)
        status =
            hg_attribute_write_text(dataset, "gradient_what", hg_field_word(result->what), err);
    if (!status && alone)
        status = write_axis(field, result->axis, dataset, err);
    if (!status)
        status = write_axes(&axes, dataset, err);
    if (!status && hg_field_is_spherical(field, axes.axis[0]))
        status = hg_attribute_write_numbers(dataset, "gradient_sphere_radius",
                                            &field->sphere.radius, 1, err);
    if (!status && rule)
        status = hg_attribute_write_text(dataset, "gradient_missing", rule, err);
    return status ? status : write_subset(field, dataset, err);
}

bool hg_provenance_is_result(hid_t file)
{
    struct h5_walk walk;
    struct h5grad_error ignored;
    bool found = false;
    if (hg_walk(file, NULL, NULL, &walk, &ignored))
        return false;
    for (size_t i = 0; i < walk.n && !found; i++) {
        H5_CLOSED hid_t dataset = hg_open_dataset(file, walk.dataset[i].path, &ignored);
        found = dataset >= 0 && hg_has_attribute(dataset, provenance);
    }
    hg_walk_free(&walk);
    return found;
}
