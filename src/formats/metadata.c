/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/metadata.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "formats/convention.h"
#include "values/meaning.h"

#define SINCE " since "

/* The text without blanks at its ends, in new memory. */
static char *trimmed(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    size_t blanks = 0;
    while (blanks < length && isspace((unsigned char)text[blanks]))
        blanks++;
    return hg_memory_format("%.*s", (int)(length - blanks), text + blanks);
}

/* The unit of a time that is counted from a date, which ends where since begins: "day" for "Days".
 */
static char *time_unit(const char *unit, const char *since)
{
    size_t length = (size_t)(since - unit);
    bool word = length > 2; /* else a symbol: s, ms */
    if (word && tolower((unsigned char)unit[length - 1]) == 's')
        length--;
    char *time = hg_memory_format("%.*s", (int)length, unit);
    for (size_t i = 0; time && word && time[i]; i++)
        time[i] = (char)tolower((unsigned char)time[i]);
    return time;
}

/* The word that is divided by: of a time the word before "since", of degrees in any direction the
 * degree, singular. New memory. */
static char *plain_unit(const char *unit)
{
    static const char *const directions[] = {"_north", "_east", "_N", "_E", "N", "E", ""};
    const char *since = strcasestr(unit, SINCE);
    if (since)
        return time_unit(unit, since);
    size_t length = strncasecmp(unit, "degree", 6) != 0      ? 0
                    : tolower((unsigned char)unit[6]) == 's' ? 7
                                                             : 6;
    for (size_t i = 0; length && i < sizeof directions / sizeof *directions; i++) {
        if (strcasecmp(unit + length, directions[i]) == 0)
            return hg_memory_text("degree");
    }
    return hg_memory_text(unit);
}

/* Whether it can stand before an exponent. */
static bool is_word(const char *unit)
{
    for (; *unit; unit++) {
        unsigned char c = (unsigned char)*unit;
        if (!isalpha(c) && c != '_' && c != '%' && c < 0x80)
            return false;
    }
    return true;
}

static char *quotient(const char *above, const char *below, unsigned power)
{
    if (strcmp(below, "1") == 0)
        return hg_memory_text(above);
    if (strcmp(above, "1") == 0 && is_word(below))
        return hg_memory_format("%s-%u", below, power);
    if (is_word(above) && is_word(below))
        return hg_memory_format("%s %s-%u", above, below, power);
    return power == 1 ? hg_memory_format("(%s)/(%s)", above, below)
                      : hg_memory_format("(%s)/((%s)%u)", above, below, power);
}

char *hg_metadata_unit(const char *value, const char *axis, unsigned power)
{
    char *unit = NULL, *own = trimmed(value), *of_axis = trimmed(axis ? axis : "1");
    BASE_FREED char *above = own && strcasestr(own, SINCE) ? plain_unit(own) : hg_memory_text(own);
    BASE_FREED char *below = of_axis ? plain_unit(of_axis) : NULL;
    if (above && below)
        unit = quotient(above, below, power);
    free(of_axis);
    free(own);
    return unit;
}

const char *hg_metadata_axis_unit(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (settled->unit)
        return settled->unit;
    if (!settled->given)
        return field->coords.axis[axis].unit;
    return settled->coordinate ? settled->coordinate->unit : NULL;
}

/* Whether it is words with exponents or without, side by side: "m s-1". */
static bool is_product(const char *unit)
{
    while (*unit) {
        const char *word = unit;
        while (isalpha((unsigned char)*unit) || (unsigned char)*unit >= 0x80)
            unit++;
        if (unit == word)
            return false;
        unit += *unit == '-' && isdigit((unsigned char)unit[1]);
        while (isdigit((unsigned char)*unit))
            unit++;
        if (*unit && (*unit != ' ' || !unit[1]))
            return false;
        unit += *unit == ' ';
    }
    return true;
}

/* The unit of a derivative of a component, "m s-1 m-1", or of the product of two, "(m s-1 m-1)2".
 */
static char *unit_of_vector(const char *value, const char *axis, bool squared)
{
    char *unit;
    BASE_FREED char *above = trimmed(value);
    BASE_FREED char *below = plain_unit(axis ? axis : "1");
    if (!above || !below)
        return NULL;
    if (squared && strcmp(above, "1") == 0 && is_word(below))
        return hg_memory_format("%s-2", below);
    if (is_product(above) && is_word(below))
        unit = hg_memory_format("%s %s-1", above, below);
    else
        unit = quotient(above, below, 1);
    if (!unit || !squared || strcmp(unit, "1") == 0)
        return unit;
    char *square = hg_memory_format(is_word(unit) ? "%s2" : "(%s)2", unit);
    free(unit);
    return square;
}

/* Known only where both the unit of the values and that of the axis are. */
static enum h5grad_status write_unit(const struct field *field, const struct field_result *result,
                                     hid_t source, hid_t dataset, struct h5grad_error *err)
{
    const unsigned axis = result->along ? result->axis : field->combined[0];
    const bool second = result->what == FIELD_SECOND || result->what == FIELD_LAPLACIAN;
    const char *name = NULL;
    char *value = hg_attribute_unit(source, true, &name);
    bool spaced = field->axis[axis].spacing.kind != SPACING_AUTO;
    const char *below = spaced ? hg_metadata_axis_unit(field, axis) : NULL;
    enum h5grad_status status = H5GRAD_OK;
    if (value && (below || !spaced)) {
        BASE_FREED char *unit = field->vector
                                    ? unit_of_vector(value, below, result->what == FIELD_Q)
                                    : hg_metadata_unit(value, below, second ? 2 : 1);
        status = unit ? hg_attribute_write_text(dataset, name, unit, err)
                      : hg_error_memory(err, strlen(value));
    }
    return status;
}

/* What the derivative is by: the coordinates that the command line names, else the axis; NULL where
 * that has no name. */
static const char *variable_of(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (!settled->coordinate || !settled->given)
        return field->coords.axis[axis].name;
    return hg_path_base(settled->coordinate->name);
}

/* "d(air temperature)/d(lat)" for a text of the source, in new memory. */
static char *describe_result(const struct field *field, const struct field_result *result,
                             const char *text)
{
    const char *name = result->along ? variable_of(field, result->axis) : NULL;
    char number[32];
    if (result->along && !name) {
        snprintf(number, sizeof number, "axis %u", result->axis);
        name = number;
    }
    if (field->vector)
        text = field->vector->name;
    switch (result->what) {
    case FIELD_DIVERGENCE:
        return hg_memory_format("divergence of %s", text);
    case FIELD_CURL:
        return name ? hg_memory_format("curl of %s along %s", text, name)
                    : hg_memory_format("curl of %s", text);
    case FIELD_Q:
        return hg_memory_format("Q criterion of %s", text);
    case FIELD_GRADIENT:
        return hg_memory_format("d(%s)/d(%s)", text, name);
    case FIELD_SECOND:
        return hg_memory_format("second derivative of %s along %s", text, name);
    case FIELD_LAPLACIAN:
        return hg_memory_format("Laplacian of %s", text);
    default:
        return hg_memory_format("magnitude of the gradient of %s", text);
    }
}

static enum h5grad_status describe(const struct field *field, const struct field_result *result,
                                   hid_t source, hid_t dataset, const char *attribute,
                                   struct h5grad_error *err)
{
    BASE_FREED char *text = hg_coords_text(source, attribute);
    if (!text)
        return H5GRAD_OK;
    BASE_FREED char *derivative = describe_result(field, result, text);
    return derivative ? hg_attribute_write_text(dataset, attribute, derivative, err)
                      : hg_error_memory(err, strlen(text));
}

static enum h5grad_status write_descriptions(const struct field *field,
                                             const struct field_result *result, hid_t source,
                                             hid_t dataset, struct h5grad_error *err)
{
    static const char *const names[] = {"long_name", "Long_name",   "LONG_NAME",
                                        "LongName",  "description", "Description",
                                        "title",     "Title",       "TITLE"};
    enum h5grad_status status = H5GRAD_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++)
        status = describe(field, result, source, dataset, names[i], err);
    return status;
}

/* How the values of cells came about, where their derivatives came about like that. */
static enum h5grad_status write_methods(hid_t source, hid_t dataset, struct h5grad_error *err)
{
    static const char attribute[] = "cell_methods";
    BASE_FREED char *methods = hg_attribute_text(source, attribute);
    bool hold = methods && hg_meaning_methods_hold(methods);
    return hold ? hg_attribute_copy(source, dataset, attribute, err) : H5GRAD_OK;
}

/* Missing values of the source are NaN in the result, and spread from there. */
static enum h5grad_status write_fill_value(hid_t dataset, hid_t type, struct h5grad_error *err)
{
    const double value = NAN;
    hsize_t one = 1;
    enum h5grad_status status = H5GRAD_OK;
    H5_CLOSED hid_t space = H5Screate_simple(1, &one, NULL);
    hid_t id =
        space < 0 ? -1 : H5Acreate2(dataset, "_FillValue", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, H5T_NATIVE_DOUBLE, &value) < 0)
        status = hg_hdf5_error(err, "cannot write attribute _FillValue");
    if (!hg_close(id) && !status)
        status = hg_hdf5_error(err, "cannot close attribute _FillValue");
    return status;
}

/* A number, "unit", the path of the coordinates, or "midpoints of" that. */
static enum h5grad_status write_spacing(const struct field *field, unsigned axis, hid_t dataset,
                                        struct h5grad_error *err)
{
    const char *const name = "gradient_spacing";
    const struct coordinate *coordinate = field->axis[axis].coordinate;
    char number[32];
    const char *spacing = hg_field_spacing(field, axis, number, sizeof number);
    if (!coordinate || coordinate->points != COORD_ARRAY_MIDPOINTS)
        return hg_attribute_write_text(dataset, name, spacing, err);
    BASE_FREED char *midpoints = hg_memory_format("midpoints of %s", spacing);
    return midpoints ? hg_attribute_write_text(dataset, name, midpoints, err)
                     : hg_error_memory(err, strlen(spacing));
}

/* How the axis goes on beyond its ends, "periodic,periodic", where that is said. */
static enum h5grad_status write_boundary(const struct field_axis *axis, hid_t dataset,
                                         struct h5grad_error *err)
{
    const struct stencil_operator *op = &axis->op;
    enum h5grad_status status = H5GRAD_OK;
    if (op->boundary[0] != BOUNDARY_ONE_SIDED || op->boundary[1] != BOUNDARY_ONE_SIDED) {
        char low[64], high[64];
        hg_field_boundary(axis, 0, low, sizeof low);
        hg_field_boundary(axis, 1, high, sizeof high);
        const char *const ends[2] = {low, high};
        status = hg_attribute_write_texts(dataset, "gradient_boundary", ends, 2, err);
    }
    if (!status && op->period > 0)
        status = hg_attribute_write_numbers(dataset, "gradient_period", &op->period, 1, err);
    return status;
}

/* How derivatives along an axis were made. */
static enum h5grad_status write_axis(const struct field *field, unsigned axis, hid_t dataset,
                                     struct h5grad_error *err)
{
    const char *name = field->coords.axis[axis].name;
    const struct stencil_operator *op = &field->axis[axis].op;
    enum h5grad_status status = hg_attribute_write_int(dataset, "gradient_dim", (int32_t)axis, err);
    if (!status && name)
        status = hg_attribute_write_text(dataset, "gradient_axis_name", name, err);
    if (!status)
        status = write_spacing(field, axis, dataset, err);
    if (!status && op->accuracy == 2)
        status =
            hg_attribute_write_int(dataset, "gradient_edge_order", (int32_t)op->edge_order, err);
    else if (!status)
        status = hg_attribute_write_int(dataset, "gradient_accuracy", (int32_t)op->accuracy, err);
    return status ? status : write_boundary(&field->axis[axis], dataset, err);
}

/* Which results there are along each axis that has not all of them: "lat=3:9". */
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

/* The dataset, or those of the components of a vector, in their order. */
static enum h5grad_status write_source(const struct field *field, hid_t dataset,
                                       struct h5grad_error *err)
{
    static const char attribute[] = "gradient_of";
    const struct field_vector *vector = field->vector;
    return vector
               ? hg_attribute_write_texts(dataset, attribute, (const char *const *)vector->source,
                                          vector->n_sources, err)
               : hg_attribute_write_text(dataset, attribute, field->path, err);
}

/* What was done. */
static enum h5grad_status write_provenance(const struct field *field,
                                           const struct field_result *result, hid_t dataset,
                                           struct h5grad_error *err)
{
    static const char *const missing[] = {NULL, "strict", "edge"};
    const char *rule = missing[field->axis[field->order[0]].op.missing];
    enum h5grad_status status = write_source(field, dataset, err);
    if (!status && result->what != FIELD_GRADIENT)
        status =
            hg_attribute_write_text(dataset, "gradient_what", hg_field_word(result->what), err);
    if (!status && result->along && !field->vector)
        status = write_axis(field, result->axis, dataset, err);
    const unsigned axis = result->along ? result->axis : field->combined[0];
    if (!status && hg_field_is_round(field, axis))
        status = hg_attribute_write_numbers(dataset, "gradient_sphere_radius",
                                            &field->sphere.radius, 1, err);
    if (!status && rule)
        status = hg_attribute_write_text(dataset, "gradient_missing", rule, err);
    return status ? status : write_subset(field, dataset, err);
}

/* What the attributes of the source, if it has any, mean for its derivative. */
static enum h5grad_status derive_attributes(const struct field *field,
                                            const struct field_result *result, hid_t source,
                                            hid_t dataset, struct h5grad_error *err)
{
    if (!hg_attributes_exist(source))
        return H5GRAD_OK;
    enum h5grad_status status = write_descriptions(field, result, source, dataset, err);
    if (!status)
        status = write_unit(field, result, source, dataset, err);
    if (!status)
        status = hg_attributes_copy(source, dataset, hg_meaning_holds_for_result, err);
    return status ? status : write_methods(source, dataset, err);
}

enum h5grad_status hg_metadata_write(const struct field *field, const struct field_result *result,
                                     hid_t source, hid_t dataset, hid_t type,
                                     struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (field->values.missing && result->components == 1)
        status = write_fill_value(dataset, type, err);
    if (!status)
        status = derive_attributes(field, result, source, dataset, err);
    return status ? status : write_provenance(field, result, dataset, err);
}

char *hg_metadata_history_line(const char *command)
{
    char date[64] = "";
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
    return hg_memory_format("%s: %s", date, command);
}

/* Texts with a line break in front of each, in new memory; NULL when there is none. */
static char *lines_of(char *const *text, size_t n)
{
    char *lines = NULL;
    size_t size = 1, length = 0;
    for (size_t i = 0; i < n; i++)
        size += strlen(text[i]) + 1;
    lines = malloc(size);
    if (!lines)
        return NULL;
    for (size_t i = 0; i < n; i++)
        length += (size_t)snprintf(lines + length, size - length, "\n%s", text[i]);
    lines[length] = '\0';
    return lines;
}

enum h5grad_status hg_metadata_write_history(hid_t output, hid_t input, const char *line,
                                             struct h5grad_error *err)
{
    size_t n = 0;
    char **before = hg_attribute_texts(input, "history", &n);
    BASE_FREED char *lines = lines_of(before, before ? n : 0);
    BASE_FREED char *text = lines ? hg_memory_format("%s%s", line, lines) : NULL;
    enum h5grad_status status = text ? hg_attribute_write_text(output, "history", text, err)
                                     : hg_error_memory(err, strlen(line));
    hg_free_texts(before, n);
    return status;
}
