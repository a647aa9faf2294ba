/* SPDX-License-Identifier: BSD-3-Clause */
#include "formats/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/size.h"
#include "formats/formats.h"

/* Labels show at most this much of a name. */
#define LONG_NAME 200

static void free_vector(struct field_vector *vector)
{
    for (unsigned k = 0; vector->other && k < field_vector_others(vector); k++)
        hg_field_free(&vector->other[k]);
    for (size_t i = 0; vector->source && i < vector->n_sources; i++)
        free(vector->source[i]);
    free(vector->other);
    free(vector->source);
    free(vector->path);
    free(vector);
}

void hg_field_take_part(struct field *field, unsigned axis, uint64_t index)
{
    const unsigned after = field->rank - axis - 1;
    free(field->axis[axis].problem);
    memmove(&field->axis[axis], &field->axis[axis + 1], after * sizeof *field->axis);
    memmove(&field->extent[axis], &field->extent[axis + 1], after * sizeof *field->extent);
    hg_coords_drop_axis(&field->coords, axis);
    if (field->region)
        hg_region_drop_axis(field->rank, axis, field->region);
    field->sphere.latitude -= field->sphere.latitude > axis;
    field->sphere.longitude -= field->sphere.longitude > axis;
    for (unsigned k = 0; k < field->n_axes; k++)
        field->order[k] -= field->order[k] > axis;
    for (unsigned k = 0; k < field->n_combined; k++)
        field->combined[k] -= field->combined[k] > axis;
    for (size_t k = 0; k < field->n_results; k++)
        field->results[k].axis -= field->results[k].along && field->results[k].axis > axis;
    field->rank--;
    field->is_part = true;
    field->part_axis = axis;
    field->part = index;
}

void hg_field_free(struct field *field)
{
    if (field->vector)
        free_vector(field->vector);
    for (unsigned i = 0; i < field->rank && field->axis; i++) {
        free(field->axis[i].problem);
        free(field->axis[i].suggestion);
    }
    for (size_t k = 0; k < field->n_results; k++)
        free(field->results[k].path);
    free(field->results);
    free(field->combined);
    free(field->axis);
    free(field->order);
    free(field->extent);
    free(field->region);
    free(field->missing);
    free(field->stored_path);
    hg_coords_free(&field->coords);
    hg_values_free(&field->values);
    memset(field, 0, sizeof *field);
}

const struct field_result *hg_field_result(const struct field *field, enum field_what what,
                                           unsigned axis)
{
    for (size_t k = 0; k < field->n_results; k++) {
        const struct field_result *result = &field->results[k];
        if (result->what == what && (!result->along || result->axis == axis))
            return result;
    }
    return NULL;
}

void hg_field_boundary(const struct field_axis *axis, int side, char *out, size_t size)
{
    const enum boundary boundary = axis->op.boundary[side];
    char number[32] = "";
    if (boundary == BOUNDARY_VALUE)
        hg_parse_print_double(axis->op.value[side], number, sizeof number);
    snprintf(out, size, "%s%s%s", hg_operator_boundary_word(boundary), *number ? "=" : "", number);
}

const char *hg_field_word(enum field_what what)
{
    static const char *const words[FIELD_WHATS] = {"gradient",   "second", "laplacian", "magnitude",
                                                   "divergence", "curl",   "q"};
    return words[what];
}

const struct coord_variable *hg_field_measure(const struct field_axis *axis)
{
    return axis->rescaled ? axis->rescaled : axis->coordinate;
}

uint64_t hg_field_result_count(const struct field *field, unsigned axis)
{
    return field->region ? field->region->count[axis] : field->extent[axis];
}

bool hg_field_is_cut(const struct field *field, unsigned axis)
{
    return field->region && field->region->count[axis] < field->extent[axis];
}

bool hg_field_cut_array(const struct field *field, unsigned axis, uint64_t points,
                        struct region *region)
{
    const bool cut = hg_field_is_cut(field, axis);
    if (!cut && !(field->grows && points > field->extent[axis]))
        return false;
    const struct coord_variable *coordinate = field->axis[axis].coordinate;
    const uint64_t start = cut ? field->region->start[axis] : 0;
    const uint64_t step = cut ? field->region->step[axis] : 1;
    const bool edges = field->coords.axis[axis].edges ||
                       (coordinate && coordinate->points == COORD_ARRAY_MIDPOINTS);
    const bool more = edges && points == field->extent[axis] + 1;
    const uint64_t there = points > start ? (points - 1 - start) / step + 1 : 0;
    region->start[0] = start;
    region->step[0] = step;
    region->count[0] = size_min(hg_field_result_count(field, axis) + more, there);
    return true;
}

uint64_t hg_field_result_bytes(const struct field *field)
{
    uint64_t bytes = 0;
    for (size_t k = 0; k < field->n_results; k++)
        bytes += field->results[k].components * hg_element_size(field->result);
    for (unsigned i = 0; i < field->rank; i++)
        bytes = size_mul_capped(bytes, hg_field_result_count(field, i));
    return bytes;
}

unsigned hg_field_axis_number(const struct field *field, unsigned axis)
{
    return axis + (field->is_part && axis >= field->part_axis);
}

const char *hg_field_axis_option(const struct field *field, unsigned axis, char *number,
                                 size_t size)
{
    const char *name = field->coords.axis[axis].name;
    snprintf(number, size, "%u", hg_field_axis_number(field, axis));
    return name && strlen(name) <= LONG_NAME && !strchr(name, '=') ? name : number;
}

void hg_field_label(const struct field *field, unsigned axis, char *out, size_t size)
{
    const char *name = field->coords.axis[axis].name;
    const unsigned number = hg_field_axis_number(field, axis);
    const int half = LONG_NAME / 2 - 1;
    size_t length = name ? strlen(name) : 0;
    if (!name)
        snprintf(out, size, "axis %u", number);
    else if (length <= LONG_NAME)
        snprintf(out, size, "axis %u (%s)", number, name);
    else
        snprintf(out, size, "axis %u (%.*s...%s)", number, half, name, name + length - half);
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
