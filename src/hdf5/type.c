/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hdf5/type.h"

#define MAX_FLOAT_BITS 128

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    #define MACHINE_ORDER H5T_ORDER_BE
#else
    #define MACHINE_ORDER H5T_ORDER_LE
#endif

/* The bits of an integer or float. */
struct bits {
    size_t size; /* in bytes */
    size_t precision;
    size_t top; /* one above the value's top bit */
    bool dense; /* the value fills its bytes, in big or little endian */
};

struct float_layout {
    size_t size;
    size_t sign;
    size_t exponent, exponent_size;
    size_t mantissa, mantissa_size;
    size_t bias;
    H5T_norm_t norm;
};

static const struct {
    enum element element;
    struct float_layout layout;
} known_floats[] = {
    {ELEMENT_F16, {2, 15, 10, 5, 0, 10, 15, H5T_NORM_IMPLIED}},
    {ELEMENT_BF16, {2, 15, 7, 8, 0, 7, 127, H5T_NORM_IMPLIED}},
    {ELEMENT_F32, {4, 31, 23, 8, 0, 23, 127, H5T_NORM_IMPLIED}},
    {ELEMENT_F64, {8, 63, 52, 11, 0, 52, 1023, H5T_NORM_IMPLIED}},
};

static bool read_bits(hid_t datatype, struct bits *bits, struct h5_type *type,
                      struct h5grad_error *err)
{
    bits->size = H5Tget_size(datatype);
    bits->precision = H5Tget_precision(datatype);
    int offset = H5Tget_offset(datatype);
    H5T_order_t order = H5Tget_order(datatype);
    if (bits->size == 0 || bits->precision == 0 || offset < 0 || order == H5T_ORDER_ERROR) {
        hg_hdf5_error(err, "type cannot be read");
        return false;
    }
    if (bits->precision > 8 * bits->size || (size_t)offset > 8 * bits->size - bits->precision) {
        hg_error_set(err, H5GRAD_FAILED, "type is malformed: %zu bits at bit %d of %zu bytes",
                     bits->precision, offset, bits->size);
        return false;
    }
    bits->top = (size_t)offset + bits->precision;
    bits->dense =
        bits->precision == 8 * bits->size && (order == H5T_ORDER_LE || order == H5T_ORDER_BE);
    type->swapped = bits->size > 1 && order != MACHINE_ORDER;
    return true;
}

static enum h5grad_status read_integer(hid_t datatype, struct h5_type *type,
                                       struct h5grad_error *err)
{
    static const enum element element[4][2] = {{ELEMENT_U8, ELEMENT_I8},
                                               {ELEMENT_U16, ELEMENT_I16},
                                               {ELEMENT_U32, ELEMENT_I32},
                                               {ELEMENT_U64, ELEMENT_I64}};
    struct bits bits;
    if (!read_bits(datatype, &bits, type, err))
        return hg_error_status(err);
    H5T_sign_t sign = H5Tget_sign(datatype);
    if (sign != H5T_SGN_NONE && sign != H5T_SGN_2)
        return hg_error_set(err, H5GRAD_FAILED, "type is an integer of an unknown kind");
    if (bits.precision > 64)
        return hg_error_set(err, H5GRAD_FAILED, "type is an integer of %zu bits", bits.precision);

    unsigned width = 0;
    while (bits.precision > (size_t)8 << width)
        width++;
    type->stored = element[width][sign == H5T_SGN_2];
    type->raw = bits.dense && bits.precision == (size_t)8 << width;
    type->result = hg_element_result(type->stored);
    snprintf(type->name, sizeof type->name, "%sint%zu", sign == H5T_SGN_2 ? "" : "u",
             bits.precision);
    return H5GRAD_OK;
}

static bool read_layout(hid_t type, struct float_layout *layout, struct h5grad_error *err)
{
    layout->size = H5Tget_size(type);
    layout->bias = H5Tget_ebias(type);
    layout->norm = H5Tget_norm(type);
    if (layout->norm == H5T_NORM_ERROR ||
        H5Tget_fields(type, &layout->sign, &layout->exponent, &layout->exponent_size,
                      &layout->mantissa, &layout->mantissa_size) < 0) {
        hg_hdf5_error(err, "type cannot be read");
        return false;
    }
    return true;
}

/* libhdf5's conversion trusts these numbers from the file, so check them. */
static bool is_sound(const struct float_layout *layout, size_t top)
{
    return layout->sign < top && layout->exponent < top && layout->mantissa < top &&
           layout->exponent_size >= 1 && layout->exponent_size <= 32 &&
           layout->exponent_size <= top - layout->exponent && layout->mantissa_size >= 1 &&
           layout->mantissa_size <= top - layout->mantissa && layout->bias <= UINT32_MAX;
}

/* True if float holds every value, including subnormal ones. */
static bool fits_single(const struct float_layout *layout)
{
    int64_t bias = (int64_t)layout->bias;
    int64_t largest = ((int64_t)1 << layout->exponent_size) - 2 - bias;
    int64_t last_bit = 1 - bias - (int64_t)layout->mantissa_size;
    return layout->mantissa_size <= 23 && largest <= 127 && last_bit >= -149;
}

static bool same_layout(const struct float_layout *a, const struct float_layout *b)
{
    return a->size == b->size && a->sign == b->sign && a->exponent == b->exponent &&
           a->exponent_size == b->exponent_size && a->mantissa == b->mantissa &&
           a->mantissa_size == b->mantissa_size && a->bias == b->bias && a->norm == b->norm;
}

static enum h5grad_status read_float(hid_t datatype, struct h5_type *type, struct h5grad_error *err)
{
    struct float_layout layout;
    struct bits bits;
    if (!read_bits(datatype, &bits, type, err) || !read_layout(datatype, &layout, err))
        return hg_error_status(err);
    if (bits.precision > MAX_FLOAT_BITS)
        return hg_error_set(err, H5GRAD_FAILED, "type is a float of %zu bits", bits.precision);
    if (!is_sound(&layout, bits.top))
        return hg_error_set(err, H5GRAD_FAILED,
                            "type is malformed: a float whose parts do not fit");

    for (size_t i = 0; bits.dense && i < sizeof known_floats / sizeof *known_floats; i++) {
        if (!same_layout(&layout, &known_floats[i].layout))
            continue;
        type->raw = true;
        type->stored = known_floats[i].element;
        type->result = hg_element_result(type->stored);
        snprintf(type->name, sizeof type->name, "%s", hg_element_name(type->stored));
        return H5GRAD_OK;
    }
    type->raw = false;
    type->stored = bits.precision <= 32 && fits_single(&layout) ? ELEMENT_F32 : ELEMENT_F64;
    type->result = bits.precision <= 32 ? ELEMENT_F32 : ELEMENT_F64;
    snprintf(type->name, sizeof type->name, "float%zu", bits.precision);
    return H5GRAD_OK;
}

static hid_t native_type(enum element element)
{
    const hid_t native[ELEMENT_COUNT] = {
        [ELEMENT_I8] = H5T_NATIVE_INT8,   [ELEMENT_U8] = H5T_NATIVE_UINT8,
        [ELEMENT_I16] = H5T_NATIVE_INT16, [ELEMENT_U16] = H5T_NATIVE_UINT16,
        [ELEMENT_I32] = H5T_NATIVE_INT32, [ELEMENT_U32] = H5T_NATIVE_UINT32,
        [ELEMENT_I64] = H5T_NATIVE_INT64, [ELEMENT_U64] = H5T_NATIVE_UINT64,
        [ELEMENT_F32] = H5T_NATIVE_FLOAT, [ELEMENT_F64] = H5T_NATIVE_DOUBLE,
    };
    return native[element] > 0 ? H5Tcopy(native[element]) : -1;
}

/* Sets the fields before the size: libhdf5 checks at every step that they fit. */
static hid_t half_type(void)
{
    const struct float_layout *half = &known_floats[0].layout;
    hid_t type = H5Tcopy(H5T_NATIVE_FLOAT);
    return hg_keep_if(type >= 0 &&
                          H5Tset_fields(type, half->sign, half->exponent, half->exponent_size,
                                        half->mantissa, half->mantissa_size) >= 0 &&
                          H5Tset_size(type, half->size) >= 0 && H5Tset_ebias(type, half->bias) >= 0,
                      type);
}

/* Compares without strcasecmp, which depends on the locale (the Turkish i). */
static bool same_letters(const char *text, const char *lower)
{
    while (*text && (*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text) == *lower) {
        text++;
        lower++;
    }
    return *text == *lower;
}

static bool is_pair(const char *real, const char *imaginary)
{
    static const char *const pairs[][2] = {
        {"r", "i"}, {"re", "im"}, {"real", "imag"}, {"real", "imaginary"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (same_letters(real, pairs[i][0]) && same_letters(imaginary, pairs[i][1]))
            return true;
    }
    return false;
}

/* *real: index of the real part among the two members. False if the compound is not complex. */
static bool find_real(hid_t compound, unsigned *real)
{
    if (H5Tget_nmembers(compound) != 2)
        return false;
    char *name[2] = {H5Tget_member_name(compound, 0), H5Tget_member_name(compound, 1)};
    bool named = name[0] && name[1];
    *real = named && is_pair(name[1], name[0]);
    bool found = named && (*real || is_pair(name[0], name[1]));
    H5free_memory(name[0]);
    H5free_memory(name[1]);
    return found;
}

/* A packed compound of two parts, with the member names of source. */
static hid_t complex_compound(hid_t source, hid_t part)
{
    unsigned real;
    size_t size = H5Tget_size(part);
    if (size == 0 || !find_real(source, &real))
        return -1;
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * size);
    bool ok = type >= 0;
    for (unsigned i = 0; ok && i < 2; i++) {
        char *name = H5Tget_member_name(source, real ^ i);
        ok = name && H5Tinsert(type, name, i * size, part) >= 0;
        H5free_memory(name);
    }
    return hg_keep_if(ok, type);
}

/* Returns part for a real source; for a complex one, two parts in the form of source, a compound or
 * libhdf5 2's class. Closes part unless it returns it. */
static hid_t type_like(const struct h5_type *source, hid_t part)
{
    if (source->components == 1 || part < 0)
        return part;
    H5_CLOSED hid_t taken = part;
#if H5_VERSION_GE(2, 0, 0)
    if (H5Tget_class(source->file) != H5T_COMPOUND)
        return H5Tcomplex_create(taken);
#endif
    return complex_compound(source->file, taken);
}

/* Names the first members of a compound that is not complex. */
static enum h5grad_status refuse_compound(hid_t datatype, struct h5grad_error *err)
{
    enum { SHOWN = 4, LENGTH = 24 };
    int n = H5Tget_nmembers(datatype);
    char list[SHOWN * (LENGTH + 8)] = "";
    size_t used = 0;
    for (int i = 0; i < n && i < SHOWN; i++) {
        char *name = H5Tget_member_name(datatype, (unsigned)i);
        int written = snprintf(list + used, sizeof list - used, "%s%.*s", i ? ", " : "", LENGTH,
                               name ? name : "?");
        H5free_memory(name);
        used += written > 0 ? (size_t)written : 0;
    }
    return hg_error_set(err, H5GRAD_FAILED, "type is a compound of %d member%s (%s%s)", n,
                        n == 1 ? "" : "s", list, n > SHOWN ? ", ..." : "");
}

/* As in numpy, a complex type is named after the bits of both parts. */
static void print_complex(enum element element, size_t bits, char *out, size_t size)
{
    if (element == ELEMENT_BF16)
        snprintf(out, size, "complex of bfloat16");
    else
        snprintf(out, size, "complex%zu", 2 * bits);
}

/* Reads the type of two floats, packed or with padding. */
static enum h5grad_status read_pair(hid_t part, bool packed, struct h5_type *type,
                                    struct h5grad_error *err)
{
    enum h5grad_status status = read_float(part, type, err);
    type->components = 2;
    type->raw = type->raw && packed;
    if (!status)
        print_complex(type->stored, H5Tget_precision(part), type->name, sizeof type->name);
    return status;
}

static enum h5grad_status read_compound(hid_t datatype, struct h5_type *type,
                                        struct h5grad_error *err)
{
    unsigned real;
    if (!find_real(datatype, &real))
        return refuse_compound(datatype, err);
    H5_CLOSED hid_t part = H5Tget_member_type(datatype, real);
    H5_CLOSED hid_t other = H5Tget_member_type(datatype, 1 - real);
    if (part < 0 || other < 0)
        return hg_hdf5_error(err, "type cannot be read");
    if (H5Tget_class(part) != H5T_FLOAT || H5Tequal(part, other) <= 0)
        return hg_error_context(err, refuse_compound(datatype, err), "no two equal floats");
    size_t size = H5Tget_size(part);
    return read_pair(part,
                     H5Tget_size(datatype) == 2 * size &&
                         H5Tget_member_offset(datatype, real) == 0 &&
                         H5Tget_member_offset(datatype, 1 - real) == size,
                     type, err);
}

#if H5_VERSION_GE(2, 0, 0)
static enum h5grad_status read_complex(hid_t datatype, struct h5_type *type,
                                       struct h5grad_error *err)
{
    H5_CLOSED hid_t part = H5Tget_super(datatype);
    if (part < 0)
        return hg_hdf5_error(err, "type cannot be read");
    return read_pair(part, H5Tget_size(datatype) == 2 * H5Tget_size(part), type, err);
}
#endif

static bool is_boolean(hid_t datatype)
{
    bool boolean = H5Tget_nmembers(datatype) == 2;
    for (unsigned i = 0; boolean && i < 2; i++) {
        char *name = H5Tget_member_name(datatype, i);
        boolean = name && (same_letters(name, "false") || same_letters(name, "true"));
        H5free_memory(name);
    }
    return boolean;
}

static const char *class_text(hid_t datatype, H5T_class_t class)
{
    switch (class) {
    case H5T_TIME:
        return "a time";
    case H5T_STRING:
        return H5Tis_variable_str(datatype) > 0 ? "a variable-length string" : "a string";
    case H5T_BITFIELD:
        return "a bit field";
    case H5T_OPAQUE:
        return "opaque";
    case H5T_REFERENCE:
        return "a reference";
    case H5T_ENUM:
        return is_boolean(datatype) ? "a boolean" : "an enumeration";
    case H5T_VLEN:
        return "a variable-length sequence";
    case H5T_ARRAY:
        return "an array";
    default:
        return "of an unknown class";
    }
}

static enum h5grad_status read_type(hid_t datatype, struct h5_type *type, struct h5grad_error *err)
{
    H5T_class_t class = H5Tget_class(datatype);
    switch (class) {
    case H5T_NO_CLASS:
        return hg_hdf5_error(err, "type cannot be read");
    case H5T_INTEGER:
        return read_integer(datatype, type, err);
    case H5T_FLOAT:
        return read_float(datatype, type, err);
    case H5T_COMPOUND:
        return read_compound(datatype, type, err);
#if H5_VERSION_GE(2, 0, 0)
    case H5T_COMPLEX:
        return read_complex(datatype, type, err);
#endif
    default:
        return hg_error_set(err, H5GRAD_FAILED, "type is %s", class_text(datatype, class));
    }
}

enum h5grad_status hg_type_open(hid_t datatype, struct h5_type *type, struct h5grad_error *err)
{
    *type = (struct h5_type){.components = 1, .memory = -1, .file = -1};
    enum h5grad_status status = read_type(datatype, type, err);
    if (status != H5GRAD_OK)
        return status;
    /* libhdf5 has no native 16-bit float to convert to; a float holds the same values. */
    bool small = type->stored == ELEMENT_F16 || type->stored == ELEMENT_BF16;
    if (small && !type->raw)
        type->stored = ELEMENT_F32;
    type->swapped = type->swapped && type->raw;
    type->file = H5Tcopy(datatype);
    type->memory = type->raw ? H5Tcopy(datatype) : type_like(type, native_type(type->stored));
    if (type->file >= 0 && type->memory >= 0)
        return H5GRAD_OK;
    status = hg_hdf5_error(err, "type cannot be copied");
    hg_type_close(type);
    return status;
}

void hg_type_close(struct h5_type *type)
{
    if (type->memory >= 0)
        H5Tclose(type->memory);
    if (type->file >= 0)
        H5Tclose(type->file);
    type->memory = -1;
    type->file = -1;
}

size_t hg_type_size(const struct h5_type *type)
{
    return type->components * hg_element_size(type->stored);
}

hid_t hg_type_scalar(enum element element)
{
    return element == ELEMENT_F16 ? half_type() : native_type(element);
}

hid_t hg_type_result(const struct h5_type *source, enum element element)
{
    return type_like(source, hg_type_scalar(element));
}

void hg_type_result_name(const struct h5_type *source, enum element element, char *out, size_t size)
{
    if (source->components == 1)
        snprintf(out, size, "%s", hg_element_name(element));
    else
        print_complex(element, 8 * hg_element_size(element), out, size);
}
