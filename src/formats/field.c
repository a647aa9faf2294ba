/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "formats/formats.h"

/* Longer names are shortened in labels, which are only shown. */
#define LONG_NAME 200

void hg_field_free(struct field *field)
{
    for (unsigned i = 0; i < field->rank && field->axis; i++) {
        free(field->axis[i].problem);
        free(field->axis[i].result);
    }
    free(field->axis);
    free(field->order);
    free(field->extent);
    free(field->missing);
    free(field->stored_path);
    hg_coords_free(&field->coords);
    hg_values_free(&field->values);
    memset(field, 0, sizeof *field);
}

uint64_t hg_field_result_bytes(const struct field *field)
{
    uint64_t bytes = field->components * hg_element_size(field->result) * field->n_axes;
    for (unsigned i = 0; i < field->rank; i++)
        bytes *= field->extent[i];
    return bytes;
}

void hg_field_label(const struct field *field, unsigned axis, char *out, size_t size)
{
    const char *name = field->coords.axis[axis].name;
    const int half = LONG_NAME / 2 - 1;
    size_t length = name ? strlen(name) : 0;
    if (!name)
        snprintf(out, size, "axis %u", axis);
    else if (length <= LONG_NAME)
        snprintf(out, size, "axis %u (%s)", axis, name);
    else
        snprintf(out, size, "axis %u (%.*s...%s)", axis, half, name, name + length - half);
}

const char *hg_field_spacing(const struct field *field, unsigned axis, char *number, size_t size)
{
    const struct field_axis *settled = &field->axis[axis];
    switch (settled->spacing.kind) {
    case SPACING_NUMBER:
        hg_parse_print_double(settled->spacing.number, number, size);
        return number;
    case SPACING_PATH:
        return settled->coordinate ? settled->coordinate->name : settled->spacing.path;
    default:
        return settled->problem ? "unusable" : "unit";
    }
}
