/* SPDX-License-Identifier: BSD-3-Clause */
#include "values/numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parse.h"
#include "hdf5/attribute.h"
#include "hdf5/limit.h"
#include "hdf5/transfer.h"
#include "hdf5/type.h"
#include "hdf5/walk.h"
#include "stencil/convert.h"

#define MAX_NUMBERS 4096

static struct number make_integer(uint64_t bits, bool is_signed)
{
    bool negative = is_signed && bits >> 63;
    uint64_t magnitude = negative ? 0 - bits : bits;
    double value = (double)magnitude;
    return (struct number){negative ? -value : value, true, negative, magnitude};
}

static struct number make_real(double value)
{
    bool integer = trunc(value) == value && fabs(value) < 0x1p64;
    return (struct number){value, integer, value < 0, integer ? (uint64_t)fabs(value) : 0};
}

bool hg_number_is_float(enum element element)
{
    return element >= ELEMENT_F16;
}

static bool is_signed(enum element element)
{
    return element == ELEMENT_I8 || element == ELEMENT_I16 || element == ELEMENT_I32 ||
           element == ELEMENT_I64;
}

hid_t hg_number_type(enum element stored)
{
    return stored == ELEMENT_I64   ? H5T_NATIVE_INT64
           : stored == ELEMENT_U64 ? H5T_NATIVE_UINT64
                                   : H5T_NATIVE_DOUBLE;
}

typedef herr_t read_function(hid_t object, hid_t memory, void *out);

static herr_t read_attribute(hid_t object, hid_t memory, void *out)
{
    return H5Aread(object, memory, out);
}

static herr_t read_dataset(hid_t object, hid_t memory, void *out)
{
    return hg_read_all(object, memory, out, NULL) == H5GRAD_OK ? 0 : -1;
}

/* Reads the numbers of an attribute or a dataset with that type and space. */
static enum h5grad_status fill_numbers(hid_t object, hid_t type, hid_t space, read_function *read,
                                       struct numbers *out, struct h5grad_error *err)
{
    struct h5_type described = {.memory = -1, .file = -1};
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    if (type < 0 || n < 1 || n > MAX_NUMBERS || hg_type_open(type, &described, NULL))
        return H5GRAD_OK;
    out->element = described.stored;
    unsigned components = described.components;
    hg_type_close(&described);
    if (components != 1)
        return H5GRAD_OK;
    union unpack_number *raw = hg_memory_zeroed((uint64_t)n, sizeof *raw);
    out->item = hg_memory_zeroed((uint64_t)n, sizeof *out->item);
    if (!raw || !out->item) {
        free(raw);
        return hg_error_memory(err, (uint64_t)n * sizeof *out->item);
    }
    bool real = hg_number_is_float(out->element), negative = is_signed(out->element);
    hid_t memory = real ? H5T_NATIVE_DOUBLE : negative ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
    if (read(object, memory, raw) >= 0)
        out->n = (size_t)n;
    for (size_t i = 0; i < out->n; i++)
        out->item[i] = real ? make_real(raw[i].real) : make_integer(raw[i].integer, negative);
    free(raw);
    return H5GRAD_OK;
}

enum h5grad_status hg_numbers_read_attribute(hid_t object, const char *name, struct numbers *out,
                                             struct h5grad_error *err)
{
    *out = (struct numbers){0};
    out->there = hg_has_attribute(object, name);
    if (!out->there)
        return H5GRAD_OK;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    hid_t space = attribute >= 0 ? H5Aget_space(attribute) : -1;
    enum h5grad_status status = fill_numbers(attribute, type, space, read_attribute, out, err);
    hg_close(space);
    hg_close(type);
    hg_close(attribute);
    return status;
}

/* Parses a number with blanks around it. */
static bool parse_number(char *text, struct number *number)
{
    int64_t integer;
    double real;
    text += strspn(text, " ");
    text[strcspn(text, " ")] = '\0';
    if (hg_parse_i64(text, &integer))
        *number = make_integer((uint64_t)integer, true);
    else if (hg_parse_double(text, &real))
        *number = make_real(real);
    else
        return false;
    return true;
}

enum h5grad_status hg_numbers_read_said(hid_t object, const char *name, struct numbers *out,
                                        struct h5grad_error *err)
{
    struct number number;
    enum h5grad_status status = hg_numbers_read_attribute(object, name, out, err);
    char *text = !status && out->n == 0 ? hg_attribute_text(object, name) : NULL;
    if (text && parse_number(text, &number)) {
        free(out->item);
        out->item = hg_memory_zeroed(1, sizeof *out->item);
        if (out->item) {
            out->item[0] = number;
            out->element = ELEMENT_F64;
            out->n = 1;
        } else {
            status = hg_error_memory(err, sizeof *out->item);
        }
    }
    free(text);
    return status;
}

enum h5grad_status hg_numbers_read_dataset(hid_t file, const char *path, const char *suffix,
                                           struct numbers *out, struct h5grad_error *err)
{
    *out = (struct numbers){0};
    char *name = hg_memory_format("%s%s", path, suffix);
    if (!name)
        return hg_error_memory(err, strlen(path));
    hid_t dataset = hg_open_dataset(file, name, NULL);
    free(name);
    if (dataset < 0)
        return H5GRAD_OK;
    out->there = true;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    enum h5grad_status status = hg_limit_check(dataset, 0, err);
    if (!status)
        status = fill_numbers(dataset, type, space, read_dataset, out, err);
    hg_close(space);
    hg_close(type);
    hg_close(dataset);
    return status;
}

/* Converts to an integer type; false if that lacks the value. */
static bool as_integer(struct number number, enum element stored, bool other_sign,
                       union unpack_number *out)
{
    unsigned bits = 8 * (unsigned)hg_element_size(stored);
    uint64_t all = UINT64_MAX >> (64 - bits), half = (uint64_t)1 << (bits - 1);
    bool negative_type = is_signed(stored);
    if (!number.integer)
        return false;
    bool beyond = negative_type ? !number.negative && number.magnitude >= half : number.negative;
    if (other_sign && beyond && number.magnitude <= (negative_type ? all : half)) {
        number.magnitude = (all - number.magnitude) + 1;
        number.negative = !number.negative;
    }
    uint64_t most = !negative_type ? all : number.negative ? half : half - 1;
    if (number.magnitude > most || (number.negative && !negative_type && number.magnitude))
        return false;
    if (bits == 64)
        out->integer = number.negative ? 0 - number.magnitude : number.magnitude;
    else
        out->real = number.negative ? -(double)number.magnitude : (double)number.magnitude;
    return true;
}

/* Rounds to a float type, as the writer had to; false beyond its range. */
static bool as_float(double value, enum element stored, union unpack_number *out)
{
    float single = (float)value;
    uint16_t half;
    uint32_t bits;
    switch (stored) {
    case ELEMENT_F16:
        hg_convert_to_half(ELEMENT_F64, &value, &half, 1);
        hg_convert_decode(ELEMENT_F16, false, ELEMENT_F64, &half, &out->real, 1);
        break;
    case ELEMENT_BF16:
        memcpy(&bits, &single, sizeof bits);
        out->real = (bits & 0xffff) == 0 ? (double)single : (double)NAN;
        break;
    case ELEMENT_F32:
        out->real = (double)single;
        break;
    default:
        out->real = value;
        break;
    }
    return isfinite(out->real) || isinf(value);
}

bool hg_number_as_stored(struct number number, enum element stored, bool other_sign,
                         union unpack_number *out)
{
    if (hg_number_is_float(stored))
        return !isnan(number.value) && as_float(number.value, stored, out);
    return as_integer(number, stored, other_sign, out);
}

void hg_number_print(struct growing *out, enum element stored, union unpack_number number)
{
    char text[32];
    if (stored == ELEMENT_I64)
        snprintf(text, sizeof text, "%" PRId64, (int64_t)number.integer);
    else if (stored == ELEMENT_U64)
        snprintf(text, sizeof text, "%" PRIu64, number.integer);
    else
        hg_parse_print_double(number.real, text, sizeof text);
    hg_growing_print(out, "%s", text);
}

void hg_numbers_print(struct growing *out, const struct numbers *numbers)
{
    char text[32];
    double value = numbers->item[0].value;
    for (int digits = 6; numbers->element == ELEMENT_F32 && digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double shorter = strtod(text, NULL);
        if ((float)shorter == (float)value) {
            value = shorter;
            break;
        }
    }
    hg_parse_print_double(value, text, sizeof text);
    hg_growing_print(out, "%s", text);
}

bool hg_number_is_same(enum element stored, union unpack_number a, union unpack_number b)
{
    bool integer = stored == ELEMENT_I64 || stored == ELEMENT_U64;
    return integer ? a.integer == b.integer : a.real == b.real;
}

bool hg_number_is_less(enum element stored, union unpack_number a, union unpack_number b)
{
    if (stored == ELEMENT_I64)
        return (int64_t)a.integer < (int64_t)b.integer;
    return stored == ELEMENT_U64 ? a.integer < b.integer : a.real < b.real;
}

union unpack_number hg_number_extreme(enum element stored, bool high)
{
    uint64_t half = (uint64_t)1 << (8 * hg_element_size(stored) - 1);
    if (hg_number_is_float(stored))
        return (union unpack_number){.real = high ? (double)INFINITY : -(double)INFINITY};
    uint64_t top = is_signed(stored) ? half - 1 : half + (half - 1);
    uint64_t bottom = is_signed(stored) ? half : 0;
    if (hg_element_size(stored) == 8)
        return (union unpack_number){.integer = high ? top : bottom};
    return (union unpack_number){.real = high ? (double)top : -(double)bottom};
}
