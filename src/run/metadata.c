/* SPDX-License-Identifier: BSD-3-Clause */
#include "run/metadata.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "hdf5/attribute.h"
#include "run/axes.h"

/* What does not hold for a derivative: how the source is packed, what is missing or valid in it,
 * what it is called (the standard name of another quantity), and what libraries noted of its place
 * in its file. The last ones are written anew. */
static const char *const dropped[] = {"scale_factor",
                                      "add_offset",
                                      "_Unsigned",
                                      "_FillValue",
                                      "missing_value",
                                      "valid_min",
                                      "valid_max",
                                      "valid_range",
                                      "actual_range",
                                      "flag_values",
                                      "flag_masks",
                                      "flag_meanings",
                                      "standard_name",
                                      "calendar",
                                      "CLASS",
                                      "NAME",
                                      "DIMENSION_LIST",
                                      "REFERENCE_LIST",
                                      "_Netcdf4Dimid",
                                      "_Netcdf4Coordinates",
                                      "_nc3_strict",
                                      "_NCProperties",
                                      "_ChunkSizes",
                                      "MATLAB_class",
                                      "long_name",
                                      "description",
                                      "units",
                                      "unit",
                                      "gradient_of",
                                      "gradient_dim",
                                      "gradient_axis_name",
                                      "gradient_spacing",
                                      "gradient_edge_order",
                                      NULL};

static const char *const dropped_of_root[] = {"_NCProperties", "_nc3_strict", "history", NULL};

/* The word that is divided by: of a time the word before "since", of degrees in any direction the
 * degree, singular. New memory. */
static char *plain_unit(const char *unit)
{
    static const char *const directions[] = {"_north", "_east", "_N", "_E", "N", "E"};
    const char *since = strstr(unit, " since ");
    if (since) {
        size_t length = (size_t)(since - unit);
        if (length > 2 && unit[length - 1] == 's')
            length--;
        return memory_format("%.*s", (int)length, unit);
    }
    size_t length = strncmp(unit, "degree", 6) != 0 ? 0 : unit[6] == 's' ? 7 : 6;
    for (size_t i = 0; length && i < sizeof directions / sizeof *directions; i++) {
        if (strcmp(unit + length, directions[i]) == 0)
            return memory_text("degree");
    }
    return memory_text(length && !unit[length] ? "degree" : unit);
}

static bool is_word(const char *unit)
{
    for (; *unit; unit++) {
        unsigned char c = (unsigned char)*unit;
        if (!isalpha(c) && c != '_' && c != '%' && c < 0x80)
            return false;
    }
    return true;
}

char *metadata_unit(const char *value, const char *axis)
{
    char *above = strstr(value, " since ") ? plain_unit(value) : memory_text(value);
    char *below = axis ? plain_unit(axis) : memory_text("1");
    char *unit = NULL;
    if (!above || !below)
        ;
    else if (strcmp(below, "1") == 0)
        unit = memory_text(above);
    else if (strcmp(above, "1") == 0 && is_word(below))
        unit = memory_format("%s-1", below);
    else if (is_word(above) && is_word(below))
        unit = memory_format("%s %s-1", above, below);
    else
        unit = memory_format("(%s)/(%s)", above, below);
    free(above);
    free(below);
    return unit;
}

static char *text_or_null(hid_t object, const char *name)
{
    char *text = h5_attribute_text(object, name);
    if (text && *text)
        return text;
    free(text);
    return NULL;
}

/* The unit of an axis's coordinates; NULL: unknown. */
static const char *axis_unit(const struct field *field, unsigned axis)
{
    const struct field_axis *settled = &field->axis[axis];
    if (strcmp(settled->source, AXES_COMMAND_LINE) != 0)
        return field->coords.axis[axis].unit;
    return settled->coordinate ? settled->coordinate->unit : NULL;
}

/* Known only where both the unit of the values and that of the axis are. */
static enum h5grad_status write_unit(const struct field *field, unsigned axis, hid_t dataset,
                                     struct h5grad_error *err)
{
    const char *name = "units";
    char *value = text_or_null(field->dataset, name);
    if (!value)
        value = text_or_null(field->dataset, name = "unit");
    bool spaced = field->axis[axis].spacing.kind != SPACING_AUTO;
    const char *below = spaced ? axis_unit(field, axis) : NULL;
    enum h5grad_status status = H5GRAD_OK;
    if (value && (below || !spaced)) {
        char *unit = metadata_unit(value, below);
        status = unit ? h5_attribute_write_text(dataset, name, unit, err)
                      : error_memory(err, strlen(value));
        free(unit);
    }
    free(value);
    return status;
}

/* "d(air temperature)/d(lat)" for a text of the source. */
static enum h5grad_status write_description(const struct field *field, unsigned axis, hid_t dataset,
                                            const char *attribute, struct h5grad_error *err)
{
    char *text = text_or_null(field->dataset, attribute);
    if (!text)
        return H5GRAD_OK;
    const char *name = field->coords.axis[axis].name;
    char *derivative = name ? memory_format("d(%s)/d(%s)", text, name)
                            : memory_format("d(%s)/d(axis %u)", text, axis);
    enum h5grad_status status = derivative
                                    ? h5_attribute_write_text(dataset, attribute, derivative, err)
                                    : error_memory(err, strlen(text));
    free(derivative);
    free(text);
    return status;
}

/* Missing values of the source are NaN in the result, and spread from there. */
static enum h5grad_status write_fill_value(hid_t dataset, hid_t type, struct h5grad_error *err)
{
    const double value = NAN;
    hsize_t one = 1;
    enum h5grad_status status = H5GRAD_OK;
    hid_t space = H5Screate_simple(1, &one, NULL);
    hid_t id =
        space < 0 ? -1 : H5Acreate2(dataset, "_FillValue", type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0 || H5Awrite(id, H5T_NATIVE_DOUBLE, &value) < 0)
        status = h5_error(err, "cannot write attribute _FillValue");
    if (!h5_close(id) && !status)
        status = h5_error(err, "cannot close attribute _FillValue");
    h5_close(space);
    return status;
}

/* What was done. */
static enum h5grad_status write_provenance(const struct field *field, unsigned axis, hid_t dataset,
                                           struct h5grad_error *err)
{
    char number[32];
    const char *spacing = axes_spacing(field, axis, number, sizeof number);
    const char *name = field->coords.axis[axis].name;
    enum h5grad_status status = h5_attribute_write_text(dataset, "gradient_of", field->path, err);
    if (!status)
        status = h5_attribute_write_int(dataset, "gradient_dim", axis, err);
    if (!status && name)
        status = h5_attribute_write_text(dataset, "gradient_axis_name", name, err);
    if (!status)
        status = h5_attribute_write_text(dataset, "gradient_spacing", spacing, err);
    if (!status)
        status =
            h5_attribute_write_int(dataset, "gradient_edge_order", field->plan.edge_order, err);
    return status;
}

enum h5grad_status metadata_write(const struct field *field, unsigned axis, hid_t dataset,
                                  hid_t type, struct h5grad_error *err)
{
    enum h5grad_status status = H5GRAD_OK;
    if (field->values.missing && field->type.components == 1)
        status = write_fill_value(dataset, type, err);
    if (!status)
        status = write_description(field, axis, dataset, "long_name", err);
    if (!status)
        status = write_description(field, axis, dataset, "description", err);
    if (!status)
        status = write_unit(field, axis, dataset, err);
    if (!status)
        status = h5_attributes_copy(field->dataset, dataset, dropped, err);
    return status ? status : write_provenance(field, axis, dataset, err);
}

enum h5grad_status metadata_write_root(hid_t output, hid_t input, struct h5grad_error *err)
{
    return h5_attributes_copy(input, output, dropped_of_root, err);
}

char *metadata_history_line(const char *command)
{
    char date[64] = "";
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
    return memory_format("%s: %s", date, command);
}

enum h5grad_status metadata_write_history(hid_t output, hid_t input, const char *line,
                                          struct h5grad_error *err)
{
    char *before = h5_attribute_text(input, "history");
    char *text = memory_format("%s%s%s", line, before ? "\n" : "", before ? before : "");
    enum h5grad_status status = text ? h5_attribute_write_text(output, "history", text, err)
                                     : error_memory(err, strlen(line));
    free(before);
    free(text);
    return status;
}
