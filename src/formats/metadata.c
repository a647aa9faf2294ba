/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/metadata.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/path.h"
#include "formats/convention.h"
#include "formats/provenance.h"
#include "formats/unit.h"
#include "values/meaning.h"

const char *hg_metadata_axis_unit(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (settled->unit)
        return settled->unit;
    if (!settled->given)
        return field->coords.axis[axis].unit;
    return settled->coordinate ? settled->coordinate->unit : NULL;
}

/* Sets *unit to the unit of an axis, NULL for unit spacing; false if it is unknown. */
static bool find_unit(const struct field *field, unsigned axis, const char **unit)
{
    const bool spaced = field->axis[axis].spacing.kind != SPACING_AUTO;
    *unit = spaced ? hg_metadata_axis_unit(field, axis) : NULL;
    return *unit || !spaced;
}

/* Likewise for all axes of a result, whose known units do not differ. */
static bool find_common_unit(const struct field *field, const struct field_result *result,
                             const char **unit)
{
    if (result->along && !field->vector)
        return find_unit(field, result->axis, unit);
    bool known = find_unit(field, field->combined[0], unit);
    for (unsigned k = 1; k < field->n_combined && known; k++) {
        const char *other;
        known = find_unit(field, field->combined[k], &other) && !other == !*unit;
    }
    return known;
}

/* Returns the unit of a result, to be freed; NULL if memory runs out. */
static char *unit_of(const struct field_result *result, const char *value, const char *axis)
{
    const bool second = result->what == FIELD_SECOND || result->what == FIELD_LAPLACIAN;
    char *unit = hg_unit_by(value, axis, second ? 2 : 1);
    if (!unit || result->what != FIELD_Q)
        return unit;
    char *square = hg_unit_square(unit);
    free(unit);
    return square;
}

/* A result has a unit only if those of values and axes are known. */
static enum h5grad_status write_unit(const struct field *field, const struct field_result *result,
                                     hid_t source, hid_t dataset, struct h5grad_error *err)
{
    const char *name = NULL, *axis;
    BASE_FREED char *value = hg_attribute_unit(source, true, &name);
    if (!value || !find_common_unit(field, result, &axis) ||
        (field->vector && field->vector->has_no_unit))
        return H5GRAD_OK;
    BASE_FREED char *unit = unit_of(result, value, axis);
    return unit ? hg_attribute_write_text(dataset, name, unit, err)
                : hg_error_memory(err, strlen(value));
}

/* Returns the variable of differentiation: the coordinates that an option names, else the axis;
 * NULL if that has no name. */
static const char *variable_of(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (!settled->coordinate || !settled->given)
        return field->coords.axis[axis].name;
    return hg_path_base(settled->coordinate->name);
}

/* Returns "d(air temperature)/d(lat)" for a text of the source, to be freed. */
static char *describe_result(const struct field *field, const struct field_result *result,
                             const char *text)
{
    const char *name = result->along ? variable_of(field, result->axis) : NULL;
    char number[32];
    if (result->along && !name) {
        snprintf(number, sizeof number, "axis %u", hg_field_axis_number(field, result->axis));
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

/* Copies cell_methods that hold for derivatives, too. */
static enum h5grad_status write_methods(hid_t source, hid_t dataset, struct h5grad_error *err)
{
    static const char attribute[] = "cell_methods";
    BASE_FREED char *methods = hg_attribute_text(source, attribute);
    bool hold = methods && hg_meaning_methods_hold(methods);
    return hold ? hg_attribute_copy(source, dataset, attribute, err) : H5GRAD_OK;
}

/* Missing values are NaN in results. */
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

/* Derives attributes of a result from those of the source. */
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
    const bool real = field->components == 1 || result->components < field->components;
    if (field->values.missing && real)
        status = write_fill_value(dataset, type, err);
    if (!status)
        status = derive_attributes(field, result, source, dataset, err);
    return status ? status : hg_provenance_write(field, result, dataset, err);
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

/* Joins texts with a line break before each, to be freed; NULL if memory runs out. */
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
