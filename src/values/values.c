/* SPDX-License-Identifier: BSD-3-Clause */
#include "values/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "values/numbers.h"
#include "hdf5/attribute.h"
#include "hdf5/object.h"

/* Offsets come first: no derivative sees them. */
const char *const hg_values_names[] = {"add_offset",  "scale_factor", "_FillValue", "missing_value",
                                       "valid_range", "valid_min",    "valid_max",  NULL};

/* State while reading. */
struct reading {
    const struct values_place *place;
    const struct h5_type *type;
    struct values *values;
    bool other_sign; /* _Unsigned gave values->stored the other sign than the type's */
    bool coordinate;
    struct growing text, note;
    struct h5grad_error *err;
};

/* Returns what comes before the next part of a text. */
static const char *separator(const struct growing *text)
{
    return text->length > 0 ? ", " : "";
}

static enum h5grad_status read_numbers(const struct reading *reading, const char *name,
                                       struct numbers *numbers)
{
    return hg_numbers_read_attribute(reading->place->dataset, name, numbers, reading->err);
}

static void add_note(struct reading *reading, const char *name, const char *why)
{
    struct growing *note = &reading->note;
    hg_growing_print(note, "%s%s %s and is not used", separator(note), name, why);
}

static enum h5grad_status add_missing(struct reading *reading, union unpack_number number)
{
    struct values *values = reading->values;
    struct unpack_rule *rule = &values->rule;
    for (size_t i = 0; i < rule->n_missing; i++) {
        if (hg_number_is_same(values->stored, rule->missing[i], number))
            return H5GRAD_OK;
    }
    union unpack_number *grown = hg_memory_more(values->numbers, rule->n_missing, sizeof *grown);
    if (!grown)
        return hg_error_memory(reading->err, (rule->n_missing + 1) * sizeof *grown);
    grown[rule->n_missing++] = number;
    values->numbers = grown;
    rule->missing = grown;
    return H5GRAD_OK;
}

/* Enters the numbers of an attribute that stand for missing values. NaN needs nothing: missing
 * values become NaN anyway. */
static enum h5grad_status enter_missing(struct reading *reading, const char *name,
                                        const struct numbers *numbers)
{
    enum h5grad_status status = H5GRAD_OK;
    bool used = true;
    for (size_t i = 0; i < numbers->n && !status; i++) {
        union unpack_number number;
        if (isnan(numbers->item[i].value)) {
            reading->values->missing = true;
            continue;
        }
        if (hg_number_as_stored(numbers->item[i], reading->values->stored, reading->other_sign,
                                &number))
            status = add_missing(reading, number);
        else
            used = false;
    }
    if (!used)
        add_note(reading, name, "is no value of the stored type");
    else if (numbers->there && numbers->n == 0)
        add_note(reading, name, "is no number");
    return status;
}

/* Reads _FillValue or missing_value. */
static enum h5grad_status read_missing(struct reading *reading, const char *name)
{
    struct numbers numbers;
    enum h5grad_status status = read_numbers(reading, name, &numbers);
    if (!status)
        status = enter_missing(reading, name, &numbers);
    free(numbers.item);
    return status;
}

/* Without _FillValue, the number that netCDF-4 fills a variable with is missing. */
static enum h5grad_status read_default_fill(struct reading *reading)
{
    struct values *values = reading->values;
    struct number fill;
    union unpack_number number;
    bool found = false;
    enum h5grad_status status = H5GRAD_OK;
    if (!hg_has_attribute(reading->place->dataset, "_FillValue"))
        status = hg_values_find_default_fill(reading->place->dataset, reading->type->stored, &fill,
                                             &found, reading->err);
    if (status || !found ||
        !hg_number_as_stored(fill, values->stored, reading->other_sign, &number))
        return status;
    size_t before = values->rule.n_missing;
    status = add_missing(reading, number);
    values->by_default = values->rule.n_missing > before;
    return status;
}

static void print_missing(struct reading *reading)
{
    const struct unpack_rule *rule = &reading->values->rule;
    struct growing *text = &reading->text;
    for (size_t i = 0; i < rule->n_missing; i++) {
        hg_growing_print(text, "%s%s", separator(text), i == 0 ? "missing " : "");
        hg_number_print(text, reading->values->stored, rule->missing[i]);
    }
    if (reading->values->by_default)
        hg_growing_print(text, " (by netCDF's default)");
}

/*
 * Enters one bound or both. Floats for packed integers bound the unpacked values by the netCDF
 * users' guide, and the stored ones by CF: such bounds are not used.
 */
static void take_bounds(struct reading *reading, const char *name, const struct numbers *numbers,
                        union unpack_number *bound)
{
    const struct values *values = reading->values;
    bool none = false;
    if (values->packed && hg_number_is_float(numbers->element) &&
        !hg_number_is_float(values->stored)) {
        add_note(reading, name, "may be of stored or of unpacked values");
        return;
    }
    for (size_t i = 0; i < numbers->n; i++) {
        if (hg_number_as_stored(numbers->item[i], values->stored, reading->other_sign, &bound[i]))
            reading->values->rule.bounded = true;
        else
            none = true;
    }
    if (none)
        add_note(reading, name, "is no value of the stored type");
}

/* Reads both bounds; the type's extremes replace missing ones. */
static enum h5grad_status find_bounds(struct reading *reading, union unpack_number bound[2])
{
    static const char *const names[] = {"valid_min", "valid_max"};
    struct numbers numbers;
    bound[0] = hg_number_extreme(reading->values->stored, false);
    bound[1] = hg_number_extreme(reading->values->stored, true);
    enum h5grad_status status = read_numbers(reading, "valid_range", &numbers);
    bool range = numbers.there;
    if (numbers.n == 2)
        take_bounds(reading, "valid_range", &numbers, bound);
    else if (range)
        add_note(reading, "valid_range", "is not two numbers");
    free(numbers.item);
    for (unsigned k = 0; k < 2 && !range && !status; k++) {
        status = read_numbers(reading, names[k], &numbers);
        if (numbers.n == 1)
            take_bounds(reading, names[k], &numbers, &bound[k]);
        else if (numbers.there)
            add_note(reading, names[k], "is not one number");
        free(numbers.item);
    }
    if (reading->values->rule.bounded &&
        hg_number_is_less(reading->values->stored, bound[1], bound[0])) {
        add_note(reading, range ? "valid_range" : "valid_min above valid_max",
                 "leaves no valid value");
        reading->values->rule.bounded = false;
    }
    return status;
}

static enum h5grad_status read_bounds(struct reading *reading)
{
    struct values *values = reading->values;
    struct growing *text = &reading->text;
    union unpack_number bound[2];
    enum h5grad_status status = find_bounds(reading, bound);
    if (!values->rule.bounded)
        return status;
    values->rule.low = bound[0];
    values->rule.high = bound[1];
    hg_growing_print(text, "%svalid ", separator(text));
    hg_number_print(text, values->stored, bound[0]);
    hg_growing_print(text, " to ");
    hg_number_print(text, values->stored, bound[1]);
    return status;
}

static enum h5grad_status refuse_factor(const struct reading *reading, const char *name,
                                        const char *why)
{
    return hg_error_set(reading->err, H5GRAD_FAILED, "%s is %s%s", name, why,
                        reading->coordinate ? ""
                                            : "; --no-unpack takes the stored numbers as they are");
}

/* The unpacked type is that of the attributes, by CF; if they do not follow CF, float64 holds
 * it. */
static enum element unpacked_type(enum element stored, const struct numbers *scale,
                                  const struct numbers *offset)
{
    bool single = (!scale->there || scale->element == ELEMENT_F32) &&
                  (!offset->there || offset->element == ELEMENT_F32);
    return single && !hg_number_is_float(stored) && hg_element_size(stored) <= 2 ? ELEMENT_F32
                                                                                 : ELEMENT_F64;
}

/* A scale factor or an offset. */
struct factor {
    const char *name;
    struct numbers numbers;
};

static enum h5grad_status check_factor(const struct reading *reading, const struct factor *factor)
{
    const struct numbers *numbers = &factor->numbers;
    return numbers->there && (numbers->n != 1 || !isfinite(numbers->item[0].value))
               ? refuse_factor(reading, factor->name, "not one finite number")
               : H5GRAD_OK;
}

static void print_factor(struct reading *reading, const struct factor *factor)
{
    struct growing *text = &reading->text;
    if (!factor->numbers.there)
        return;
    hg_growing_print(text, "%s%s ", separator(text), factor->name);
    hg_numbers_print(text, &factor->numbers);
}

/* Enters stored * scale + offset, or (stored + offset) * scale; either may be absent. */
static enum h5grad_status enter_factors(struct reading *reading, const struct factor *scale,
                                        const struct factor *offset, bool offset_first)
{
    struct values *values = reading->values;
    enum h5grad_status status = check_factor(reading, scale);
    if (!status && scale->numbers.there && scale->numbers.item[0].value == 0)
        status = refuse_factor(reading, scale->name, "0, which leaves nothing of the values");
    if (!status)
        status = check_factor(reading, offset);
    if (status || (!scale->numbers.there && !offset->numbers.there))
        return status;
    values->packed = true;
    values->unpacked = unpacked_type(values->stored, &scale->numbers, &offset->numbers);
    if (scale->numbers.there)
        values->rule.scale = scale->numbers.item[0].value;
    if (offset->numbers.there)
        values->rule.offset =
            offset->numbers.item[0].value * (offset_first ? values->rule.scale : 1);
    print_factor(reading, scale);
    print_factor(reading, offset);
    return H5GRAD_OK;
}

static enum h5grad_status read_packing(struct reading *reading)
{
    struct factor scale = {"scale_factor", {0}}, offset = {"add_offset", {0}};
    enum h5grad_status status = read_numbers(reading, scale.name, &scale.numbers);
    if (!status)
        status = read_numbers(reading, offset.name, &offset.numbers);
    if (!status)
        status = enter_factors(reading, &scale, &offset, false);
    free(scale.numbers.item);
    free(offset.numbers.item);
    return status;
}

/* No convention defines packing, missing values or valid ranges of complex numbers. */
static enum h5grad_status read_complex(struct reading *reading)
{
    enum h5grad_status status = H5GRAD_OK;
    for (const char *const *name = hg_values_names + 1; *name && !status; name++) {
        struct numbers numbers;
        status = read_numbers(reading, *name, &numbers);
        bool nan = numbers.n == 1 && isnan(numbers.item[0].value);
        if (numbers.there && !nan)
            add_note(reading, *name, "is not defined for complex numbers");
        free(numbers.item);
    }
    return status;
}

static bool in_nxdata(const struct values_place *field)
{
    H5_CLOSED hid_t group = hg_open_parent_with(field->file, field->path, "NX_class");
    return group >= 0 && hg_attribute_is(group, "NX_class", "NXdata");
}

static enum h5grad_status read_nexus(struct reading *reading)
{
    const struct values_place *field = reading->place;
    struct factor scale = {"scaling_factor", {0}}, offset = {"offset", {0}};
    if (reading->values->packed || !in_nxdata(field))
        return H5GRAD_OK;
    enum h5grad_status status = hg_numbers_read_dataset(field->file, field->path, "_scaling_factor",
                                                        &scale.numbers, reading->err);
    if (!status)
        status = hg_numbers_read_dataset(field->file, field->path, "_offset", &offset.numbers,
                                         reading->err);
    if (!status)
        status = enter_factors(reading, &scale, &offset, true);
    free(scale.numbers.item);
    free(offset.numbers.item);
    return status;
}

/* Whether factors change no value: then the stored numbers are the values. */
static bool is_nothing(const struct factor *scale, const struct factor *offset)
{
    return (!scale->numbers.there ||
            (scale->numbers.n == 1 && scale->numbers.item[0].value == 1)) &&
           (!offset->numbers.there ||
            (offset->numbers.n == 1 && offset->numbers.item[0].value == 0));
}

static enum h5grad_status enter_said(struct reading *reading, const struct values_said *said)
{
    const struct factor scale = {said->name[VALUES_SCALE], said->numbers[VALUES_SCALE]};
    const struct factor offset = {said->name[VALUES_OFFSET], said->numbers[VALUES_OFFSET]};
    enum h5grad_status status = H5GRAD_OK;
    if (said->refusal)
        return hg_error_set(reading->err, H5GRAD_FAILED,
                            "%s; --no-unpack takes the stored numbers as they are", said->refusal);
    if (!reading->values->packed && !is_nothing(&scale, &offset))
        status = enter_factors(reading, &scale, &offset, false);
    for (size_t i = VALUES_MISSING; i < VALUES_SAID && !status; i++)
        status = enter_missing(reading, said->name[i], &said->numbers[i]);
    return status;
}

/* Reads what other conventions say. */
static enum h5grad_status read_said(struct reading *reading)
{
    struct values_said said;
    enum h5grad_status status = hg_values_read_said(reading->place, &said, reading->err);
    if (!status)
        status = enter_said(reading, &said);
    hg_values_free_said(&said);
    return status;
}

/* Reads the factor of times. */
static enum h5grad_status read_ticks(struct reading *reading)
{
    struct factor scale = {"scaling_factor", {0}};
    const struct factor offset = {"offset", {0}};
    enum h5grad_status status =
        hg_values_read_ticks(reading->place->dataset, &scale.numbers, reading->err);
    if (!status && !reading->values->packed && !is_nothing(&scale, &offset))
        status = enter_factors(reading, &scale, &offset, false);
    free(scale.numbers.item);
    return status;
}

/* Reads _Unsigned of the netCDF users' guide: netCDF-3 has signed integers only, some servers
 * unsigned bytes only. */
static void read_sign(struct reading *reading)
{
    static const enum element pairs[][2] = {{ELEMENT_I8, ELEMENT_U8},
                                            {ELEMENT_I16, ELEMENT_U16},
                                            {ELEMENT_I32, ELEMENT_U32},
                                            {ELEMENT_I64, ELEMENT_U64}};
    const struct h5_type *type = reading->type;
    char *text = hg_attribute_text(reading->place->dataset, "_Unsigned");
    for (size_t i = 0; text && type->raw && i < sizeof pairs / sizeof *pairs; i++) {
        for (unsigned k = 0; k < 2; k++) {
            if (type->stored != pairs[i][k] || strcasecmp(text, k == 0 ? "true" : "false") != 0)
                continue;
            reading->values->stored = pairs[i][1 - k];
            reading->other_sign = true;
            hg_growing_print(&reading->text, k == 0 ? "unsigned" : "signed");
        }
    }
    free(text);
}

/* Packing comes first, here and in the text: the meaning of bounds depends on it. */
static enum h5grad_status read_rule(struct reading *reading)
{
    if (reading->type->components != 1)
        return read_complex(reading);
    read_sign(reading);
    enum h5grad_status status = read_packing(reading);
    if (!status)
        status = reading->coordinate ? read_ticks(reading) : read_nexus(reading);
    if (!status && !reading->coordinate)
        status = read_said(reading);
    if (!status)
        status = read_missing(reading, "_FillValue");
    if (!status)
        status = read_missing(reading, "missing_value");
    if (!status)
        status = read_default_fill(reading);
    print_missing(reading);
    if (!status && !reading->coordinate)
        status = read_bounds(reading);
    return status;
}

/* Derives the flags from the rule. */
static void settle_rule(struct values *values, const struct h5_type *type)
{
    const struct unpack_rule *rule = &values->rule;
    bool changed = values->packed || rule->bounded || values->stored != type->stored;
    values->missing = values->missing || rule->n_missing > 0 || rule->bounded;
    values->applies = changed || rule->n_missing > 0;
    values->by_default = values->by_default && rule->n_missing == 1 && !changed;
}

static enum h5grad_status read_all(struct reading *reading)
{
    struct values *values = reading->values;
    enum h5grad_status status = read_rule(reading);
    if (!status) {
        settle_rule(values, reading->type);
        status = hg_values_note_unknown(reading->place, values, reading->other_sign, &reading->note,
                                        reading->err);
    }
    const bool text = hg_growing_take(&reading->text, &values->text);
    const bool note = hg_growing_take(&reading->note, &values->note);
    return (text && note) || status ? status : hg_error_memory(reading->err, sizeof *values);
}

static enum h5grad_status read_values(const struct values_place *place, const struct h5_type *type,
                                      struct values *values, struct h5grad_error *err)
{
    struct reading reading = {
        .place = place, .type = type, .values = values, .coordinate = !place->path, .err = err};
    *values = (struct values){.stored = type->stored, .rule = {.scale = 1}};
    bool minc = false;
    enum h5grad_status status = H5GRAD_OK;
    if (!reading.coordinate && type->components == 1)
        status = hg_values_read_minc(place, type, values, &minc, err);
    if (!status && minc)
        settle_rule(values, type);
    else if (!status)
        status = read_all(&reading);
    if (status)
        hg_values_free(values);
    return status;
}

enum h5grad_status hg_values_read(const struct values_place *field, const struct h5_type *type,
                                  struct values *values, struct h5grad_error *err)
{
    enum h5grad_status status = read_values(field, type, values, err);
    values->offset = values->rule.offset;
    values->rule.offset = 0;
    return status;
}

enum h5grad_status hg_values_read_coordinates(hid_t dataset, const struct h5_type *type,
                                              struct values *values, struct h5grad_error *err)
{
    const struct values_place place = {.file = -1, .dataset = dataset};
    return read_values(&place, type, values, err);
}

void hg_values_free(struct values *values)
{
    free(values->text);
    free(values->note);
    free(values->numbers);
    free(values->slices);
    memset(values, 0, sizeof *values);
}
