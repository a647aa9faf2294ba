/* SPDX-License-Identifier: BSD-3-Clause */
/* Packing and missing values: read from files, applied to data and coordinates, and seen in the
 * results of runs. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/element.h"
#include "formats/coords.h"
#include "values/values.h"
#include "h5grad.h"
#include "hdf5/walk.h"
#include "axis/coord_array.h"
#include "stencil/convert.h"
#include "stencil/unpack.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/random.h"
#include "tests/support/scratch.h"

static char path[96], output[96];
static hid_t file = -1;
static struct h5grad_error err;
static bool walked; /* whether fields are found by a walk, and not named */

/* Keeps libhdf5 from printing messages about absent attributes. */
static struct h5_guard guard;

static void setup(void)
{
    folder_make();
    snprintf(path, sizeof path, "%s", in_folder("in.h5"));
    snprintf(output, sizeof output, "%s", in_folder("out.h5"));
    memset(&err, 0, sizeof err);
    walked = false;
    file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(file >= 0);
}

static void teardown(void)
{
    if (file >= 0) {
        ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
        H5Fclose(file);
    }
    ck_assert_uint_eq(folder_remove(), 0);
}

/* ------------------------------------------------------------------------------ making files */

static hid_t make(const char *name, hid_t type, int rank, const hsize_t *extent, hid_t memory,
                  const void *data)
{
    hid_t dataset = h5make_dataset(file, name, type, rank, extent, H5P_DEFAULT);
    if (data)
        h5make_points(dataset, memory, data);
    return dataset;
}

static hid_t make_line(const char *name, hid_t type, hsize_t n)
{
    return make(name, type, 1, &n, -1, NULL);
}

static void set(hid_t object, const char *name, hid_t type, hsize_t n, hid_t memory,
                const void *value)
{
    hid_t space = n == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(attribute >= 0);
    ck_assert(H5Awrite(attribute, memory, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    if (hg_is_entered()) { /* what is known of an object holds for a section */
        hg_leave(&guard);
        hg_enter(&guard);
    }
}

/* One number, stored as type. */
static void set_number(hid_t object, const char *name, hid_t type, double value)
{
    set(object, name, type, 1, H5T_NATIVE_DOUBLE, &value);
}

/* Reads the packing of a dataset and closes it. */
static enum h5grad_status read_field(hid_t dataset, const char *name, struct values *values)
{
    struct h5_type type;
    struct h5_walk found = {0}, *walk = walked ? &found : NULL;
    hid_t datatype = H5Dget_type(dataset);
    hg_enter(&guard);
    if (walked) {
        ck_assert_int_eq(hg_walk(file, NULL, NULL, &found, &err), H5GRAD_OK);
        ck_assert_int_eq(hg_values_survey(file, &found, &err), H5GRAD_OK);
    }
    ck_assert_int_eq(hg_type_open(datatype, &type, &err), H5GRAD_OK);
    const struct values_place place = {file, walk, name, dataset};
    enum h5grad_status status = hg_values_read(&place, &type, values, &err);
    hg_type_close(&type);
    hg_walk_free(&found);
    hg_leave(&guard);
    H5Tclose(datatype);
    H5Dclose(dataset);
    return status;
}

static void check_field(hid_t dataset, const char *text, const char *note)
{
    struct values values;
    ck_assert_int_eq(read_field(dataset, "/u", &values), H5GRAD_OK);
    ck_assert_int_eq(values.applies, text != NULL);
    if (text)
        ck_assert_str_eq(values.text, text);
    else
        ck_assert_ptr_null(values.text);
    if (note)
        ck_assert_str_eq(values.note, note);
    else
        ck_assert_ptr_null(values.note);
    hg_values_free(&values);
    H5Ldelete(file, "/u", H5P_DEFAULT);
}

/* ---------------------------------------------------------------------------------- unpacking */

#define N 2500 /* more than one piece, and no multiple of any vector */

static double decode_one(enum element stored, const void *at)
{
    double value;
    hg_convert_decode(stored, false, ELEMENT_F64, at, &value, 1);
    return value;
}

static void swap_bytes(unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        unsigned char byte = data[i];
        data[i] = data[size - 1 - i];
        data[size - 1 - i] = byte;
    }
}

/* Returns the number at at in the form that rules hold. */
static union unpack_number number_at(enum element stored, const void *at)
{
    union unpack_number number;
    if (stored == ELEMENT_I64 || stored == ELEMENT_U64)
        memcpy(&number.integer, at, sizeof number.integer);
    else
        number.real = decode_one(stored, at);
    return number;
}

static bool is_below(enum element stored, union unpack_number a, union unpack_number b)
{
    if (stored == ELEMENT_I64)
        return (int64_t)a.integer < (int64_t)b.integer;
    if (stored == ELEMENT_U64)
        return a.integer < b.integer;
    return a.real < b.real;
}

static bool is_missing(const struct unpack_rule *rule, enum element stored,
                       union unpack_number number)
{
    for (size_t i = 0; i < rule->n_missing; i++) {
        if (!is_below(stored, number, rule->missing[i]) &&
            !is_below(stored, rule->missing[i], number))
            return true;
    }
    return rule->bounded &&
           (is_below(stored, number, rule->low) || is_below(stored, rule->high, number));
}

static void check_unpack(const struct unpack_rule *rule, enum element stored, bool swapped,
                         enum element arithmetic, const unsigned char *plain)
{
    static unsigned char in[8 * N + 1];
    static double out[N];
    size_t size = hg_element_size(stored);
    memcpy(in + 1, plain, N * size);
    for (size_t i = 0; swapped && i < N; i++)
        swap_bytes(in + 1 + i * size, size);
    hg_unpack(rule, stored, swapped, arithmetic, in + 1, out, N);
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < N; i++) {
            union unpack_number number = number_at(stored, plain + i * size);
            double value = decode_one(stored, plain + i * size);
            double single = (double)((float)value * (float)rule->scale + (float)rule->offset);
            double want = arithmetic == ELEMENT_F32 ? single : value * rule->scale + rule->offset;
            double got = arithmetic == ELEMENT_F32 ? (double)((float *)(void *)out)[i] : out[i];
            if (is_missing(rule, stored, number) || isnan(want))
                ck_assert(isnan(got));
            else
                ck_assert_msg(got == want, "%s %zu: %g for %g", hg_element_name(stored), i, got,
                              want);
        }
        if (again || hg_element_size(arithmetic) != size)
            break;
        memcpy(out, in + 1, N * size); /* in place */
        hg_unpack(rule, stored, swapped, arithmetic, out, out, N);
    }
}

START_TEST(unpacks)
{
    static unsigned char data[8 * N];
    enum element stored = (enum element)_i;
    size_t size = hg_element_size(stored);
    for (size_t i = 0; i < N * size; i++)
        data[i] = (unsigned char)draw(256);
    for (size_t i = 0; i < N; i += 5) /* repeated ones, to be missing */
        memmove(data + i * size, data + 10 * size, size);
    union unpack_number missing[2] = {number_at(stored, data + 10 * size),
                                      number_at(stored, data + 11 * size)};
    union unpack_number low = number_at(stored, data + 12 * size);
    union unpack_number high = number_at(stored, data + 13 * size);
    if (is_below(stored, high, low)) {
        union unpack_number other = low;
        low = high;
        high = other;
    }
    struct unpack_rule rule = {2, missing, true, low, high, -0.1, 0, NULL, NULL, 0};
    for (int k = 0; k < 8; k++) {
        rule.n_missing = k & 1 ? 2 : 0;
        rule.bounded = k & 2;
        rule.scale = k & 4 ? (double)-0.1F : 1;
        check_unpack(&rule, stored, false, ELEMENT_F64, data);
        check_unpack(&rule, stored, true, ELEMENT_F64, data);
        if (hg_element_arithmetic(stored) == ELEMENT_F32)
            check_unpack(&rule, stored, k & 1, ELEMENT_F32, data);
    }
}
END_TEST

/* Neighbouring integers that round to one double. */
START_TEST(compares_integers_as_such)
{
    int64_t in[4] = {9007199254740992, 9007199254740993, -9007199254740993, INT64_MIN};
    uint64_t large[3] = {UINT64_MAX, UINT64_MAX - 1, 1};
    double out[4];
    union unpack_number missing = {.integer = 9007199254740993};
    struct unpack_rule rule = {.n_missing = 1, .missing = &missing, .scale = 1};
    hg_unpack(&rule, ELEMENT_I64, false, ELEMENT_F64, in, out, 4);
    ck_assert(out[0] == 9007199254740992.0 && isnan(out[1]) && !isnan(out[2]) && !isnan(out[3]));
    missing.integer = UINT64_MAX;
    rule.bounded = true;
    rule.low.integer = 2;
    rule.high.integer = UINT64_MAX;
    hg_unpack(&rule, ELEMENT_U64, false, ELEMENT_F64, large, out, 3);
    ck_assert(isnan(out[0]) && out[1] == 0x1p64 && isnan(out[2]));
}
END_TEST

/* --------------------------------------------------------------------------- what files say */

START_TEST(nothing_said)
{
    check_field(make_line("/u", H5T_NATIVE_INT16, 4), NULL, NULL);
    hid_t u = make_line("/u", H5T_NATIVE_FLOAT, 4);
    set_number(u, "_FillValue", H5T_NATIVE_FLOAT, NAN);
    check_field(u, NULL, NULL);
}
END_TEST

START_TEST(packing)
{
    static const struct {
        hid_t *stored;
        hid_t *scale, *offset; /* NULL: there is none */
        enum element unpacked;
    } cases[] = {
        {&H5T_NATIVE_INT16_g, &H5T_NATIVE_FLOAT_g, &H5T_NATIVE_FLOAT_g, ELEMENT_F32},
        {&H5T_NATIVE_UINT8_g, &H5T_NATIVE_FLOAT_g, NULL, ELEMENT_F32},
        {&H5T_NATIVE_INT8_g, NULL, &H5T_NATIVE_FLOAT_g, ELEMENT_F32},
        {&H5T_NATIVE_INT16_g, &H5T_NATIVE_DOUBLE_g, &H5T_NATIVE_DOUBLE_g, ELEMENT_F64},
        {&H5T_NATIVE_INT16_g, &H5T_NATIVE_FLOAT_g, &H5T_NATIVE_DOUBLE_g, ELEMENT_F64},
        {&H5T_NATIVE_INT16_g, &H5T_NATIVE_INT_g, NULL, ELEMENT_F64},
        {&H5T_NATIVE_INT32_g, &H5T_NATIVE_FLOAT_g, NULL, ELEMENT_F64},
        {&H5T_NATIVE_FLOAT_g, &H5T_NATIVE_FLOAT_g, NULL, ELEMENT_F64},
    };
    H5open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct values values;
        hid_t u = make_line("/u", *cases[i].stored, 4);
        if (cases[i].scale)
            set_number(u, "scale_factor", *cases[i].scale, -2);
        if (cases[i].offset)
            set_number(u, "add_offset", *cases[i].offset, 10);
        ck_assert_int_eq(read_field(u, "/u", &values), H5GRAD_OK);
        ck_assert(values.applies && values.packed && !values.missing);
        ck_assert_msg(values.unpacked == cases[i].unpacked, "case %zu", i);
        ck_assert(values.rule.scale == (cases[i].scale ? -2 : 1));
        ck_assert(values.rule.offset == 0);
        ck_assert(values.offset == (cases[i].offset ? 10 : 0));
        hg_values_free(&values);
        H5Ldelete(file, "/u", H5P_DEFAULT);
    }
}
END_TEST

START_TEST(missing_values)
{
    double several[] = {-1, -9, 7.5, 70000};
    hid_t u = make_line("/u", H5T_NATIVE_INT16, 4);
    set_number(u, "_FillValue", H5T_NATIVE_INT16, -999);
    set_number(u, "missing_value", H5T_NATIVE_DOUBLE, -999);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, (double)0.1F);
    check_field(u, "scale_factor 0.1, missing -999", NULL);

    u = make_line("/u", H5T_NATIVE_INT16, 4);
    set(u, "missing_value", H5T_NATIVE_DOUBLE, 4, H5T_NATIVE_DOUBLE, several);
    h5make_text(u, "_FillValue", "none");
    check_field(u, "missing -1, -9",
                "_FillValue is no number and is not used, missing_value is no value of the stored "
                "type and is not used");

    u = make_line("/u", H5T_NATIVE_INT64, 4);
    int64_t fill = 9007199254740993;
    set(u, "_FillValue", H5T_NATIVE_INT64, 1, H5T_NATIVE_INT64, &fill);
    check_field(u, "missing 9007199254740993", NULL);

    u = make_line("/u", H5T_NATIVE_FLOAT, 4); /* a decimal rounds to what was stored for it */
    set_number(u, "missing_value", H5T_NATIVE_DOUBLE, 1e20);
    struct values values;
    ck_assert_int_eq(read_field(u, "/u", &values), H5GRAD_OK);
    ck_assert(values.missing && !values.packed && values.rule.missing[0].real == (double)1e20F);
    hg_values_free(&values);
    H5Ldelete(file, "/u", H5P_DEFAULT);

    u = make_line("/u", H5T_NATIVE_FLOAT, 4);
    set_number(u, "missing_value", H5T_NATIVE_DOUBLE, 1e300);
    check_field(u, NULL, "missing_value is no value of the stored type and is not used");
}
END_TEST

/* /u, which libhdf5 fills with a number at the given times. */
static hid_t make_filled(hid_t type, hid_t memory, const void *fill, H5D_fill_time_t when)
{
    const hsize_t n = 4;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &n, NULL);
    if (fill)
        ck_assert(H5Pset_fill_value(creation, memory, fill) >= 0);
    H5Pset_fill_time(creation, when);
    hid_t u = H5Dcreate2(file, "/u", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert(u >= 0);
    H5Sclose(space);
    H5Pclose(creation);
    return u;
}

/* Makes a variable as netCDF-4 does, with the numbers of its dimensions. */
static hid_t make_variable(hid_t type, double fill)
{
    hid_t u = make_filled(type, H5T_NATIVE_DOUBLE, &fill, H5D_FILL_TIME_IFSET);
    set_number(u, "_Netcdf4Coordinates", H5T_NATIVE_INT, 0);
    return u;
}

#define DEFAULT_FLOAT 9.9692099683868690e+36

START_TEST(default_fill)
{
    static const struct {
        hid_t *type;
        double fill;
        const char *text;
    } cases[] = {
        {&H5T_STD_I16LE_g, -32767, "missing -32767 (by netCDF's default)"},
        {&H5T_STD_I16BE_g, -32767, "missing -32767 (by netCDF's default)"},
        {&H5T_STD_U16BE_g, 65535, "missing 65535 (by netCDF's default)"},
        {&H5T_STD_I32BE_g, -2147483647, "missing -2147483647 (by netCDF's default)"},
        {&H5T_STD_U32LE_g, 4294967295, "missing 4294967295 (by netCDF's default)"},
        {&H5T_IEEE_F32BE_g, DEFAULT_FLOAT, "missing 9.969209968386869e+36 (by netCDF's default)"},
        {&H5T_IEEE_F64LE_g, DEFAULT_FLOAT, "missing 9.969209968386869e+36 (by netCDF's default)"},
        {&H5T_STD_I8LE_g, -127, NULL},
        {&H5T_STD_U8LE_g, 255, NULL},
        {&H5T_STD_I16LE_g, -32768, NULL},
        {&H5T_STD_U16LE_g, 32769, NULL},
        {&H5T_STD_I32LE_g, -32767, NULL},
        {&H5T_IEEE_F32LE_g, -32767, NULL},
        {&H5T_IEEE_F64LE_g, 0, NULL},
    };
    const int64_t low = INT64_MIN + 2, near = INT64_MIN + 1;
    const uint64_t high = UINT64_MAX - 1;
    H5open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_field(make_variable(*cases[i].type, cases[i].fill), cases[i].text, NULL);
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    h5make_text(root, "_NCProperties", "version=2");
    H5Gclose(root);
    check_field(make_filled(H5T_STD_I64BE, H5T_NATIVE_INT64, &low, H5D_FILL_TIME_IFSET),
                "missing -9223372036854775806 (by netCDF's default)", NULL);
    check_field(make_filled(H5T_STD_I64LE, H5T_NATIVE_INT64, &near, H5D_FILL_TIME_IFSET), NULL,
                NULL);
    check_field(make_filled(H5T_STD_U64LE, H5T_NATIVE_UINT64, &high, H5D_FILL_TIME_IFSET),
                "missing 18446744073709551614 (by netCDF's default)", NULL);
}
END_TEST

/* Attributes that replace the default fill value or add another. */
START_TEST(default_fill_with_others)
{
    const double fill = DEFAULT_FLOAT;
    hid_t u = make_variable(H5T_STD_I16LE, -32767);
    set_number(u, "missing_value", H5T_NATIVE_SHORT, -9);
    check_field(u, "missing -9, -32767 (by netCDF's default)", NULL);
    u = make_variable(H5T_STD_I16LE, -32767);
    set_number(u, "missing_value", H5T_NATIVE_SHORT, -32767);
    check_field(u, "missing -32767", NULL);
    u = make_variable(H5T_STD_I16LE, -32767);
    set_number(u, "_FillValue", H5T_NATIVE_SHORT, -9);
    check_field(u, "missing -9", NULL);
    u = make_variable(H5T_STD_I16LE, -32767);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, 0.5);
    h5make_text(u, "_Unsigned", "true");
    check_field(u, "unsigned, scale_factor 0.5, missing 32769 (by netCDF's default)", NULL);
    /* the writer had turned filling off, or said nothing of it */
    u = make_filled(H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, &fill, H5D_FILL_TIME_NEVER);
    set_number(u, "_Netcdf4Coordinates", H5T_NATIVE_INT, 0);
    check_field(u, NULL, NULL);
    u = make_filled(H5T_IEEE_F32LE, -1, NULL, H5D_FILL_TIME_IFSET);
    set_number(u, "_Netcdf4Coordinates", H5T_NATIVE_INT, 0);
    check_field(u, NULL, NULL);
    /* it is no file of netCDF-4 */
    u = make_filled(H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, &fill, H5D_FILL_TIME_IFSET);
    check_field(u, NULL, NULL);
}
END_TEST

/* /u with the scale /x of that name; older files of netCDF-4 show in their scales only. */
static hid_t make_scaled(const char *name, bool numbered)
{
    hobj_ref_t reference;
    hvl_t list = {1, &reference};
    hid_t x = make_line("/x", H5T_IEEE_F32BE, 4);
    h5make_text(x, "CLASS", "DIMENSION_SCALE");
    h5make_text(x, "NAME", name);
    if (numbered)
        set_number(x, "_Netcdf4Dimid", H5T_NATIVE_INT, 0);
    H5Dclose(x);
    hid_t u = make_filled(H5T_IEEE_F32LE, H5T_NATIVE_DOUBLE, &(double){DEFAULT_FLOAT},
                          H5D_FILL_TIME_IFSET);
    H5Rcreate(&reference, file, "/x", H5R_OBJECT, -1);
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    set(u, "DIMENSION_LIST", type, 1, type, &list);
    H5Tclose(type);
    return u;
}

START_TEST(default_fill_of_older_files)
{
    static const char text[] = "missing 9.969209968386869e+36 (by netCDF's default)";
    check_field(make_scaled("x", true), text, NULL);
    H5Ldelete(file, "/x", H5P_DEFAULT);
    check_field(make_scaled("This is a netCDF dimension but not a netCDF variable.  4", false),
                text, NULL);
    H5Ldelete(file, "/x", H5P_DEFAULT);
    check_field(make_scaled("x", false), NULL, NULL);
}
END_TEST

START_TEST(valid_ranges)
{
    double range[] = {-5, 40000};
    hid_t u = make_line("/u", H5T_NATIVE_INT16, 4);
    set_number(u, "valid_min", H5T_NATIVE_INT16, 0);
    check_field(u, "valid 0 to 32767", NULL);

    u = make_line("/u", H5T_NATIVE_INT16, 4);
    set(u, "valid_range", H5T_NATIVE_INT, 2, H5T_NATIVE_DOUBLE, range);
    set_number(u, "valid_max", H5T_NATIVE_INT16, 3); /* the range is what counts */
    check_field(u, "valid -5 to 32767",
                "valid_range is no value of the stored type and is not used");

    u = make_line("/u", H5T_NATIVE_INT16, 4); /* of unpacked or of stored values? */
    set_number(u, "valid_max", H5T_NATIVE_FLOAT, 100);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, 0.5);
    check_field(u, "scale_factor 0.5",
                "valid_max may be of stored or of unpacked values and is not used");

    u = make_line("/u", H5T_NATIVE_DOUBLE, 4);
    set_number(u, "valid_max", H5T_NATIVE_DOUBLE, 100);
    check_field(u, "valid -inf to 100", NULL);

    double floats[] = {0, 100}, downwards[] = {8, 2};
    u = make_line("/u", H5T_NATIVE_INT16, 4);
    set(u, "valid_range", H5T_NATIVE_FLOAT, 2, H5T_NATIVE_DOUBLE, floats);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, 0.5);
    check_field(u, "scale_factor 0.5",
                "valid_range may be of stored or of unpacked values and is not used");

    const hid_t types[] = {H5T_NATIVE_UINT16, H5T_NATIVE_INT64, H5T_NATIVE_UINT64,
                           H5T_NATIVE_FLOAT};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        u = make_line("/u", types[i], 4);
        set(u, "valid_range", types[i], 2, H5T_NATIVE_DOUBLE, downwards);
        check_field(u, NULL, "valid_range leaves no valid value and is not used");
    }
    u = make_line("/u", H5T_NATIVE_INT64, 4);
    set_number(u, "valid_min", H5T_NATIVE_INT64, -2);
    set_number(u, "valid_max", H5T_NATIVE_INT64, -8);
    check_field(u, NULL, "valid_min above valid_max leaves no valid value and is not used");
    u = make_line("/u", H5T_NATIVE_INT64, 4);
    set_number(u, "valid_min", H5T_NATIVE_INT64, -2);
    set_number(u, "valid_max", H5T_NATIVE_INT64, 8);
    check_field(u, "valid -2 to 8", NULL);
}
END_TEST

START_TEST(unsigned_as_signed)
{
    double range[] = {0, -2};
    hid_t u = make_line("/u", H5T_STD_I8BE, 4);
    h5make_text(u, "_Unsigned", "true");
    set_number(u, "_FillValue", H5T_NATIVE_INT8, -1);
    set(u, "valid_range", H5T_NATIVE_INT8, 2, H5T_NATIVE_DOUBLE, range);
    check_field(u, "unsigned, missing 255, valid 0 to 254", NULL);

    u = make_line("/u", H5T_NATIVE_UINT8, 4);
    h5make_text(u, "_Unsigned", "False");
    set_number(u, "_FillValue", H5T_NATIVE_UINT8, 255);
    check_field(u, "signed, missing -1", NULL);

    u = make_line("/u", H5T_NATIVE_UINT8, 4);
    h5make_text(u, "_Unsigned", "true");
    check_field(u, NULL, NULL);
}
END_TEST

START_TEST(packing_that_cannot_be_undone)
{
    double two[] = {1, 2};
    struct values values;
    hid_t u = make_line("/u", H5T_NATIVE_INT16, 4);
    set(u, "scale_factor", H5T_NATIVE_DOUBLE, 2, H5T_NATIVE_DOUBLE, two);
    ck_assert_int_eq(read_field(u, "/u", &values), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "scale_factor is not one finite number; --no-unpack takes the "
                                  "stored numbers as they are");
    u = make_line("/v", H5T_NATIVE_INT16, 4);
    h5make_text(u, "add_offset", "12");
    ck_assert_int_eq(read_field(u, "/v", &values), H5GRAD_FAILED);
    u = make_line("/w", H5T_NATIVE_INT16, 4);
    set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, INFINITY);
    ck_assert_int_eq(read_field(u, "/w", &values), H5GRAD_FAILED);
    u = make_line("/z", H5T_NATIVE_INT16, 4);
    set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, 0);
    ck_assert_int_eq(read_field(u, "/z", &values), H5GRAD_FAILED);
    ck_assert_str_eq(err.message, "scale_factor is 0, which leaves nothing of the values; "
                                  "--no-unpack takes the stored numbers as they are");
}
END_TEST

START_TEST(complex_numbers_are_not_packed)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "i", 8, H5T_NATIVE_DOUBLE);
    const double fill[2] = {-9, 0};
    hid_t u = make_line("/u", type, 4);
    set(u, "_FillValue", type, 1, type, fill);
    set_number(u, "missing_value", H5T_NATIVE_DOUBLE, NAN);
    set_number(u, "valid_max", H5T_NATIVE_DOUBLE, 3);
    set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, 3);
    set_number(u, "add_offset", H5T_NATIVE_DOUBLE, 3);
    check_field(u, NULL,
                "scale_factor is not defined for complex numbers and is not used, "
                "_FillValue is not defined for complex numbers and is not used, valid_max is not "
                "defined for complex numbers and is not used");
    H5Tclose(type);
}
END_TEST

/* Checks which attributes of field name are reported as not understood; NULL: none. */
static void check_unknown(hid_t dataset, const char *name, const char *unknown)
{
    struct values values;
    char note[512];
    snprintf(note, sizeof note,
             "what looks like packing or missing values is not understood and not used: %s; "
             "--no-unpack says that stored numbers are meant",
             unknown ? unknown : "");
    ck_assert_int_eq(read_field(dataset, name, &values), H5GRAD_OK);
    ck_assert_pstr_eq(values.note, unknown ? note : NULL);
    ck_assert(values.rule.scale == 1 || values.packed);
    hg_values_free(&values);
}

START_TEST(unknown_attributes)
{
    static const struct {
        hid_t *stored;
        const char *name;
        double value;
        const char *unknown;
    } cases[] = {
        {&H5T_STD_U8LE_g, "gain", 0.5, "gain 0.5"},
        {&H5T_IEEE_F32LE_g, "gain", 0.5, "gain 0.5"},
        {&H5T_STD_U8LE_g, "ScaleFactor", 2, "ScaleFactor 2"},
        {&H5T_STD_U8LE_g, "SCALE FACTOR", 2, "SCALE FACTOR 2"},
        {&H5T_STD_U8LE_g, "Scale_factor", 2, "Scale_factor 2"},
        {&H5T_STD_U8LE_g, "scaling_factor", 2, "scaling_factor 2"},
        {&H5T_STD_U8LE_g, "lab_radiance_scale_factor", 2, "lab_radiance_scale_factor 2"},
        {&H5T_STD_U8LE_g, "Slope", -2, "Slope -2"},
        {&H5T_STD_U8LE_g, "scale", 2, "scale 2"},
        {&H5T_STD_I16BE_g, "conversion", 2, "conversion 2"},
        {&H5T_STD_U8LE_g, "nodata", 255, "nodata 255"},
        {&H5T_STD_U8LE_g, "undetect", 0, "undetect 0"},
        {&H5T_STD_I16LE_g, "MissingValue", -999, "MissingValue -999"},
        {&H5T_STD_I16LE_g, "MISSING_VALUE", -999, "MISSING_VALUE -999"},
        {&H5T_STD_I16LE_g, "Fillvalue", -999, "Fillvalue -999"},
        {&H5T_STD_I16LE_g, "fill_value", -999, "fill_value -999"},
        {&H5T_STD_I16LE_g, "NODATA", -999, "NODATA -999"},
        {&H5T_IEEE_F64LE_g, "NoData_value", -999, "NoData_value -999"},
        {&H5T_STD_I16LE_g, "ValidRange", 7, "ValidRange 7"},
        {&H5T_IEEE_F32LE_g, "FILLVAL", -1e31, "FILLVAL -1e+31"},
        {&H5T_STD_I16LE_g, "missing_values", -999, "missing_values -999"},
        {&H5T_STD_I16LE_g, "undef", -999, "undef -999"},
        /* Without effect, or of another meaning. */
        {&H5T_STD_U8LE_g, "gain", 1, NULL},
        {&H5T_STD_U8LE_g, "offset", -32, NULL},
        {&H5T_STD_U8LE_g, "Intercept", -32, NULL},
        {&H5T_STD_U8LE_g, "nodata", -9999, NULL},
        {&H5T_STD_U8LE_g, "nodata", 0.5, NULL},
        {&H5T_IEEE_F32LE_g, "fill_value", NAN, NULL},
        {&H5T_STD_U8LE_g, "ValidRange", 255, NULL},
        {&H5T_STD_U8LE_g, "gain_setting", 3, NULL},
        {&H5T_STD_U8LE_g, "scale_factor_at_projection_origin", 3, NULL},
        {&H5T_STD_U8LE_g, "resolution", 3, NULL},
        {&H5T_STD_U8LE_g, "missing", 3, NULL},
    };
    H5open();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t u = make_line("/u", *cases[i].stored, 4);
        set_number(u, cases[i].name, H5T_NATIVE_DOUBLE, cases[i].value);
        check_unknown(u, "/u", cases[i].unknown);
        H5Ldelete(file, "/u", H5P_DEFAULT);
    }
}
END_TEST

START_TEST(unknown_beside_known)
{
    const double slopes[] = {1, 1, 0.5};
    hid_t u = make_line("/texts", H5T_STD_I16LE, 4);
    h5make_text(u, "gain", " 0.5 ");
    h5make_text(u, "nodata", "none");
    h5make_text(u, "scale", "linear");
    h5make_text(u, "CodeMissingValue", "-9999.0");
    check_unknown(u, "/texts", "CodeMissingValue -9999, gain 0.5");
    u = make_line("/offset", H5T_STD_I16LE, 4);
    set_number(u, "gain", H5T_NATIVE_FLOAT, 0.5);
    set_number(u, "offset", H5T_NATIVE_FLOAT, -32);
    check_unknown(u, "/offset", "gain 0.5, offset -32");
    u = make_line("/bands", H5T_STD_I16LE, 4);
    set(u, "Slope", H5T_NATIVE_DOUBLE, 3, H5T_NATIVE_DOUBLE, slopes);
    check_unknown(u, "/bands", "Slope 1 ...");
    u = make_line("/twins", H5T_STD_I16LE, 4);
    set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, 0.5);
    set_number(u, "ScaleFactor", H5T_NATIVE_DOUBLE, 0.5);
    set_number(u, "_FillValue", H5T_NATIVE_SHORT, -999);
    set_number(u, "MissingValue", H5T_NATIVE_DOUBLE, -999);
    set_number(u, "ValidRange", H5T_NATIVE_DOUBLE, 7);
    check_unknown(u, "/twins", NULL);
    u = make_line("/others", H5T_STD_I16LE, 4);
    set_number(u, "_FillValue", H5T_NATIVE_SHORT, -999);
    set_number(u, "nodata", H5T_NATIVE_SHORT, -99);
    check_unknown(u, "/others", "nodata -99");
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "i", 8, H5T_NATIVE_DOUBLE);
    u = make_line("/complex", type, 4);
    set_number(u, "gain", H5T_NATIVE_DOUBLE, 0.5);
    check_unknown(u, "/complex", "gain 0.5");
    H5Tclose(type);
}
END_TEST

static void set_on(const char *group, const char *name, double value)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t id = H5Lexists(file, group, H5P_DEFAULT) > 0
                   ? H5Gopen2(file, group, H5P_DEFAULT)
                   : H5Gcreate2(file, group, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(links);
    set_number(id, name, H5T_NATIVE_DOUBLE, value);
    H5Gclose(id);
}

/* ODIM keeps attributes in groups beside the data and above; the nearest counts. */
START_TEST(unknown_of_groups)
{
    static const char *const names[] = {"/dataset1/data1/data", "/dataset1/data2/data",
                                        "/dataset1/data2/legend", "/dataset1/data1/quality1/data"};
    static const char *const unknown[] = {
        "gain 0.5, offset -32 of /dataset1/data1/what, nodata 255 of /dataset1/what, undetect 0 of "
        "/what",
        "gain 0.25, nodata 255 of /dataset1/what, undetect 0 of /what", NULL, NULL};
    hid_t u[4];
    for (int i = 0; i < 4; i++)
        u[i] = make_line(names[i], H5T_STD_U8LE, 4);
    set_on("/dataset1/data1/what", "gain", 0.5);
    set_on("/dataset1/data1/what", "offset", -32);
    set_on("/dataset1/what", "gain", 0.25);
    set_on("/dataset1/what", "nodata", 255);
    set_on("/what", "gain", 4);
    set_on("/what", "undetect", 0);
    set_on("/dataset1/where", "rscale", 250);
    for (int i = 0; i < 4; i++)
        check_unknown(u[i], names[i], unknown[i]);
}
END_TEST

/* Attributes of the data's group may belong to something else. */
START_TEST(unknown_of_the_group)
{
    hid_t u = make_line("/camera/counts", H5T_STD_U16LE, 4);
    hid_t v = make_line("/camera/light", H5T_IEEE_F32LE, 4);
    set_on("/camera", "gain", 2);
    check_unknown(u, "/camera/counts", "gain 2 of /camera");
    check_unknown(v, "/camera/light", NULL);
    u = make_line("/radar/level", H5T_IEEE_F32LE, 4);
    set_on("/radar", "gain", 0.5);
    set_on("/radar", "offset", -32);
    check_unknown(u, "/radar/level", "gain 0.5, offset -32 of /radar");
    u = make_line("/grid/u", H5T_IEEE_F32LE, 4);
    set_on("/grid", "ScaleFactor", 0.5);
    set_on("/grid", "MissingValue", -999);
    set_on("/grid", "ValidRange", 7);
    check_unknown(u, "/grid/u", "MissingValue -999, ScaleFactor 0.5 of /grid");
    u = make_line("/grid/v", H5T_IEEE_F32LE, 4);
    set_number(u, "_FillValue", H5T_NATIVE_FLOAT, -9);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, 2);
    check_unknown(u, "/grid/v", NULL);
    u = make_line("/grid/inner/u", H5T_IEEE_F32LE, 4);
    check_unknown(u, "/grid/inner/u", NULL);
}
END_TEST

START_TEST(unknown_datasets)
{
    const double factors[] = {0.5, 0, 0.25, 0}, ones[] = {1, -3};
    const hsize_t four = 4, two = 2;
    hid_t u = make_line("/All_Data/SDR/Radiance", H5T_STD_U16LE, 4);
    H5Dclose(make("/All_Data/SDR/RadianceFactors", H5T_NATIVE_FLOAT, 1, &four, H5T_NATIVE_DOUBLE,
                  factors));
    check_unknown(u, "/All_Data/SDR/Radiance", "/All_Data/SDR/RadianceFactors");
    u = make_line("/All_Data/SDR/Height", H5T_STD_U16LE, 4);
    H5Dclose(
        make("/All_Data/SDR/HeightFactors", H5T_NATIVE_FLOAT, 1, &two, H5T_NATIVE_DOUBLE, ones));
    check_unknown(u, "/All_Data/SDR/Height", NULL);
    u = make_line("/series/data", H5T_STD_I16LE, 4);
    H5Dclose(
        make("/series/channel_conversion", H5T_NATIVE_FLOAT, 1, &four, H5T_NATIVE_DOUBLE, factors));
    check_unknown(u, "/series/data", "/series/channel_conversion");
}
END_TEST

static void make_number(const char *name, double number)
{
    H5Dclose(make(name, H5T_NATIVE_DOUBLE, 0, NULL, H5T_NATIVE_DOUBLE, &number));
}

static void make_view(const char *name, const char *of, hid_t type)
{
    const hsize_t n = 4;
    hid_t space = H5Screate_simple(1, &n, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert(H5Pset_virtual(creation, space, ".", of, space) >= 0);
    H5Dclose(h5make_dataset(file, name, type, 1, &n, creation));
    H5Pclose(creation);
    H5Sclose(space);
}

/* A virtual dataset shows what is stored in its sources, whatever that stands for. */
START_TEST(unknown_of_sources)
{
    hid_t u = make_line("/u", H5T_STD_I16LE, 4);
    set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, 0.5);
    set_number(u, "add_offset", H5T_NATIVE_DOUBLE, 3);
    set_number(u, "_FillValue", H5T_NATIVE_SHORT, -999);
    h5make_text(u, "_Unsigned", "true");
    H5Dclose(u);
    make_view("/v", "/u", H5T_STD_I16LE);
    make_view("/w", "/v", H5T_STD_I16LE);
    const char *const all =
        "_FillValue -999, _Unsigned \"true\", scale_factor 0.5, add_offset 3 of "
        "its source in.h5:/u";
    check_unknown(H5Dopen2(file, "/v", H5P_DEFAULT), "/v", all);
    check_unknown(H5Dopen2(file, "/w", H5P_DEFAULT), "/w", all);
    hid_t v = H5Dopen2(file, "/v", H5P_DEFAULT);
    set_number(v, "scale_factor", H5T_NATIVE_DOUBLE, 0.5);
    set_number(v, "_FillValue", H5T_NATIVE_SHORT, -999);
    check_unknown(v, "/v", NULL);
    H5Dclose(make_line("/plain", H5T_STD_I16LE, 4));
    make_view("/x", "/plain", H5T_STD_I16LE);
    make_view("/y", "/nowhere", H5T_STD_I16LE);
    check_unknown(H5Dopen2(file, "/x", H5P_DEFAULT), "/x", NULL);
    check_unknown(H5Dopen2(file, "/y", H5P_DEFAULT), "/y", NULL);
}
END_TEST

/* Datasets of one number, beside the data or beside its group. */
START_TEST(unknown_numbers_beside)
{
    static const struct {
        const char *name;
        double number;
        const char *unknown; /* beside integers */
        bool floats;         /* and beside floats */
    } cases[] = {
        {"/g/scale_factor", 0.5, "/g/scale_factor 0.5", false},
        {"/g/gain", 0.5, "/g/gain 0.5", false},
        {"/g/ScaleFactor", 0.5, "/g/ScaleFactor 0.5", false},
        {"/g/u_gain", 0.5, "/g/u_gain 0.5", true},
        {"/g/u_scale_factor", 0.5, "/g/u_scale_factor 0.5", true},
        {"/g/data_scale_factor", 0.5, "/g/data_scale_factor 0.5", false},
        {"/g/nodata", 255, "/g/nodata 255", true},
        {"/g/u_nodata", 255, "/g/u_nodata 255", true},
        {"/g/missing_value", 255, "/g/missing_value 255", true},
        {"/gain", 0.5, "/gain 0.5", false},
        {"/nodata", 0, "/nodata 0", true},
        {"/g_scale_factor", 0.5, "/g_scale_factor 0.5", true},
        /* Without effect, or of other datasets. */
        {"/g/gain", 1, NULL, false},
        {"/g/offset", -32, NULL, false},
        {"/g/other_scale_factor", 0.5, NULL, false},
        {"/g/other_gain", 0.5, NULL, false},
        {"/g/inner/gain", 0.5, NULL, false},
        {"/other/gain", 0.5, NULL, false},
        {"/g/step", 0.5, NULL, false},
    };
    for (size_t i = 0; i < 4 * (sizeof cases / sizeof *cases); i++) {
        const char *name = cases[i / 4].name, *unknown = cases[i / 4].unknown;
        bool integers = i & 1;
        walked = i & 2;
        make_number(name, cases[i / 4].number);
        H5Dclose(make_line("/g/other", H5T_STD_U8LE, 4));
        hid_t u = make_line("/g/u", integers ? H5T_STD_U8LE : H5T_IEEE_F32LE, 4);
        check_unknown(u, "/g/u", integers || cases[i / 4].floats ? unknown : NULL);
        H5Ldelete(file, name, H5P_DEFAULT);
        H5Ldelete(file, "/g", H5P_DEFAULT);
    }
}
END_TEST

START_TEST(unknown_numbers_beside_known)
{
    const double gains[] = {0.5, 0.25};
    const hsize_t two = 2;
    for (int i = 0; i < 2; i++) {
        walked = i == 1;
        hid_t u = make_line("/g/u", H5T_STD_I16LE, 4), v = make_line("/g/v", H5T_IEEE_F32LE, 4);
        make_number("/g/gain", 0.5);
        make_number("/g/offset", -32);
        check_unknown(v, "/g/v", "/g/gain 0.5, /g/offset -32");
        set_number(u, "scale_factor", H5T_NATIVE_DOUBLE, 0.5);
        check_unknown(u, "/g/u", NULL);
        H5Dclose(make("/h/gain", H5T_NATIVE_DOUBLE, 1, &two, H5T_NATIVE_DOUBLE, gains));
        H5Dclose(make("/h/u_gain", H5T_NATIVE_DOUBLE, 1, &two, H5T_NATIVE_DOUBLE, gains));
        make_number("/gain", 4); /* what is nearer counts */
        u = make_line("/h/u", H5T_STD_I16LE, 4);
        set_number(u, "gain", H5T_NATIVE_DOUBLE, 1);
        check_unknown(u, "/h/u", "/h/u_gain 0.5 ...");
        make_number("/g2/nodata", -9);
        u = make_line("/g2/u", H5T_STD_I16LE, 4);
        set_number(u, "_FillValue", H5T_NATIVE_SHORT, -99);
        set_number(u, "gain", H5T_NATIVE_DOUBLE, 1);
        check_unknown(u, "/g2/u", NULL);
        H5Ldelete(file, "/g", H5P_DEFAULT);
        H5Ldelete(file, "/g2", H5P_DEFAULT);
        H5Ldelete(file, "/h", H5P_DEFAULT);
        H5Ldelete(file, "/gain", H5P_DEFAULT);
    }
}
END_TEST

START_TEST(nexus)
{
    double scale = 0.5, offset = 3;
    struct values values;
    hid_t u = make_line("/entry/data/u", H5T_NATIVE_INT32, 4);
    H5Dclose(make("/entry/data/u_scaling_factor", H5T_NATIVE_DOUBLE, 0, NULL, H5T_NATIVE_DOUBLE,
                  &scale));
    ck_assert_int_eq(read_field(u, "/entry/data/u", &values), H5GRAD_OK);
    ck_assert(!values.applies); /* not in an NXdata */
    ck_assert_ptr_nonnull(strstr(values.note, "not used: /entry/data/u_scaling_factor 0.5; "));
    hg_values_free(&values);

    hid_t group = H5Gopen2(file, "/entry/data", H5P_DEFAULT);
    h5make_text(group, "NX_class", "NXdata");
    H5Gclose(group);
    H5Dclose(make("/entry/data/u_offset", H5T_NATIVE_DOUBLE, 0, NULL, H5T_NATIVE_DOUBLE, &offset));
    u = H5Dopen2(file, "/entry/data/u", H5P_DEFAULT);
    ck_assert_int_eq(read_field(u, "/entry/data/u", &values), H5GRAD_OK);
    ck_assert(values.packed && values.rule.scale == 0.5 && values.unpacked == ELEMENT_F64);
    ck_assert_str_eq(values.text, "scaling_factor 0.5, offset 3");
    ck_assert_ptr_null(values.note);
    hg_values_free(&values);
}
END_TEST

/* Sets a number of an object, which is made as a group unless it is there. */
static void say(const char *object, const char *name, double value)
{
    hid_t at = H5Lexists(file, object, H5P_DEFAULT) > 0
                   ? H5Oopen(file, object, H5P_DEFAULT)
                   : H5Gcreate2(file, object, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(at, 0);
    set_number(at, name, H5T_NATIVE_DOUBLE, value);
    H5Oclose(at);
}

/* Expects what the dataset says of its numbers; NULL: nothing. */
static void expect_said(const char *name, const char *text)
{
    struct values values;
    hid_t u = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_eq(read_field(u, name, &values), H5GRAD_OK);
    ck_assert_pstr_eq(values.text, text);
    hg_values_free(&values);
}

START_TEST(odim)
{
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    H5Dclose(make_line("/dataset1/data1/data", H5T_NATIVE_UINT8, 4));
    H5Dclose(make_line("/dataset1/data2/data", H5T_NATIVE_UINT8, 4));
    H5Dclose(make_line("/dataset1/data1/quality1/data", H5T_NATIVE_UINT8, 4));
    say("/dataset1/what", "gain", 0.25);
    say("/dataset1/what", "nodata", 255);
    say("/dataset1/data1/what", "gain", 0.5);
    say("/dataset1/data1/what", "undetect", 0);
    expect_said("/dataset1/data1/data", NULL); /* no file of ODIM_H5 */
    h5make_text(root, "Conventions", "ODIM_H5/V2_2");
    H5Gclose(root);
    expect_said("/dataset1/data1/data", "gain 0.5, missing 255, 0");
    expect_said("/dataset1/data2/data", "gain 0.25, missing 255");
    expect_said("/dataset1/data1/quality1/data", NULL);
    say("/dataset1/data1/quality1/what", "gain", 2);
    say("/dataset1/data2/what", "gain", 1);
    expect_said("/dataset1/data1/quality1/data", "gain 2");
    expect_said("/dataset1/data2/data", "missing 255");
}
END_TEST

START_TEST(hdfeos)
{
    static const char name[] = "/HDFEOS/GRIDS/G/Data Fields/T";
    H5Dclose(make_line(name, H5T_NATIVE_INT16, 4));
    say(name, "ScaleFactor", 0.5);
    say(name, "Offset", 3);
    say(name, "MissingValue", -999);
    expect_said(name, NULL);
    H5Gclose(H5Gcreate2(file, "/HDFEOS INFORMATION", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    expect_said(name, "ScaleFactor 0.5, missing -999");
}
END_TEST

START_TEST(nwb)
{
    static const char name[] = "/acquisition/a/data";
    struct values values;
    H5Dclose(make_line(name, H5T_NATIVE_INT16, 4));
    say(name, "conversion", 0.5);
    say(name, "offset", 1);
    say("/", "nwb_version", 2);
    expect_said(name, NULL);
    hid_t group = H5Gopen2(file, "/acquisition/a", H5P_DEFAULT);
    h5make_text(group, "neurodata_type", "TimeSeries");
    expect_said(name, "conversion 0.5, offset 1");
    H5Dclose(make_line("/acquisition/a/channel_conversion", H5T_NATIVE_DOUBLE, 2));
    H5Gclose(group);
    hid_t u = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_eq(read_field(u, name, &values), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "channel_conversion"));
    ck_assert_ptr_nonnull(strstr(err.message, "--no-unpack"));
}
END_TEST

/* Times of an NXlog count ticks. */
START_TEST(ticks)
{
    struct values values;
    struct h5_type type;
    hid_t time = make_line("/log/time", H5T_NATIVE_INT32, 4);
    hid_t datatype = H5Dget_type(time), group = H5Gopen2(file, "/log", H5P_DEFAULT);
    set_number(time, "scaling_factor", H5T_NATIVE_DOUBLE, 0.5);
    hg_enter(&guard);
    ck_assert_int_eq(hg_type_open(datatype, &type, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_values_read_coordinates(time, &type, &values, &err), H5GRAD_OK);
    ck_assert(!values.packed);
    hg_values_free(&values);
    h5make_text(group, "NX_class", "NXlog");
    ck_assert_int_eq(hg_values_read_coordinates(time, &type, &values, &err), H5GRAD_OK);
    ck_assert(values.packed && values.rule.scale == 0.5);
    hg_values_free(&values);
    hg_type_close(&type);
    hg_leave(&guard);
    H5Gclose(group);
    H5Tclose(datatype);
    H5Dclose(time);
}
END_TEST

#define IMAGE "/minc-2.0/image/0/image"

static hid_t make_image(const double *low, const double *high, hsize_t slices)
{
    hsize_t extent[3] = {3, 4, 5};
    double range[] = {0, 100};
    hid_t u = make(IMAGE, H5T_NATIVE_UINT8, 3, extent, -1, NULL);
    set(u, "valid_range", H5T_NATIVE_DOUBLE, 2, H5T_NATIVE_DOUBLE, range);
    H5Dclose(make(IMAGE "-min", H5T_NATIVE_DOUBLE, 1, &slices, H5T_NATIVE_DOUBLE, low));
    H5Dclose(make(IMAGE "-max", H5T_NATIVE_DOUBLE, 1, &slices, H5T_NATIVE_DOUBLE, high));
    return u;
}

START_TEST(minc_slices)
{
    const double low[] = {0, 1, -2}, high[] = {50, 101, 8}, range[] = {10, 110};
    struct values values;
    hid_t u = make_image(low, high, 3);
    H5Adelete(u, "valid_range");
    set(u, "valid_range", H5T_NATIVE_DOUBLE, 2, H5T_NATIVE_DOUBLE, range);
    ck_assert_int_eq(read_field(u, IMAGE, &values), H5GRAD_OK);
    ck_assert(values.packed && values.missing && values.unpacked == ELEMENT_F64);
    ck_assert_uint_eq(values.rule.slice_axes, 1);
    for (int i = 0; i < 3; i++) {
        const double scale = (high[i] - low[i]) / 100;
        ck_assert(values.rule.slice_scale[i] == scale);
        ck_assert(values.rule.slice_offset[i] == low[i] - 10 * scale);
    }
    ck_assert(values.rule.low.real == 10 && values.rule.high.real == 110);
    hg_values_free(&values);
}
END_TEST

START_TEST(minc_one_scale)
{
    const double low[] = {1, 1, 1}, high[] = {51, 51, 51};
    struct values values;
    ck_assert_int_eq(read_field(make_image(low, high, 3), IMAGE, &values), H5GRAD_OK);
    ck_assert(values.rule.slice_scale == NULL && values.rule.scale == 0.5);
    ck_assert(values.rule.offset == 0 && values.offset == 1);
    hg_values_free(&values);
}
END_TEST

START_TEST(minc_refused)
{
    const double low[][3] = {{0, 1}, {0, 1, 2}, {0, NAN, 2}},
                 high[][3] = {{50, 101}, {1, INFINITY, 3}, {1, 2, 3}};
    for (int i = 0; i < 3; i++) {
        struct values values;
        enum h5grad_status status =
            read_field(make_image(low[i], high[i], i == 0 ? 2 : 3), IMAGE, &values);
        ck_assert_int_eq(status, H5GRAD_FAILED);
        ck_assert_ptr_nonnull(strstr(err.message, i == 0 ? "leading axes" : "not finite"));
        ck_assert_ptr_nonnull(strstr(err.message, "--no-unpack"));
        hg_values_free(&values);
        H5Ldelete(file, "/minc-2.0", H5P_DEFAULT);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------- lines */

static void check_coord_array(struct coord_array *array, enum coord_array_points points,
                              const double *want, uint64_t n)
{
    double x[8];
    ck_assert_msg(array != NULL, "%s", err.message);
    hg_coord_array_take(array, points, n);
    ck_assert_uint_eq(hg_coord_array_extent(array), n);
    for (uint64_t first = 0; first < n; first++) {
        ck_assert_int_eq(hg_coord_array_read(array, first, n - first, x, &err), H5GRAD_OK);
        for (uint64_t i = first; i < n; i++)
            ck_assert(x[i - first] == want[i] || (isnan(want[i]) && isnan(x[i - first])));
    }
    hg_enter(&guard);
    hg_coord_array_close(array);
    hg_leave(&guard);
}

START_TEST(lines)
{
    const int stored[4] = {2, 4, 255, 10};
    const double plain[4] = {2, 3, 128.5, 6}, missing[4] = {2, 3, NAN, 6};
    const double middle[3] = {2.5, 65.75, 67.25};
    const hsize_t n = 4;
    hid_t x = make("/x", H5T_STD_I8BE, 1, &n, H5T_NATIVE_INT, (int[4]){2, 4, -1, 10});
    h5make_text(x, "_Unsigned", "true");
    set_number(x, "scale_factor", H5T_NATIVE_FLOAT, 0.5);
    set_number(x, "add_offset", H5T_NATIVE_FLOAT, 1);
    set_number(x, "valid_max", H5T_NATIVE_INT8, 3); /* does not hold for coordinates */
    set(x, "twice", H5T_NATIVE_INT, 4, H5T_NATIVE_INT, stored);
    for (uint64_t keep = 0; keep <= 4; keep += 4) {
        hg_enter(&guard);
        struct coord_array *array[3];
        for (int i = 0; i < 3; i++)
            array[i] = hg_coord_array_open(x, keep, &err);
        hg_leave(&guard);
        check_coord_array(array[0], COORD_ARRAY_ALL, plain, 4);
        check_coord_array(array[1], COORD_ARRAY_MIDPOINTS, middle, 3);
        check_coord_array(array[2], COORD_ARRAY_FIRST, plain, 3);
    }
    set_number(x, "_FillValue", H5T_NATIVE_INT8, -1);
    hid_t unwritten = make_variable(H5T_IEEE_F64BE, DEFAULT_FLOAT);
    hg_enter(&guard);
    struct coord_array *unknown = hg_coord_array_open(unwritten, 4, &err);
    struct coord_array *array = hg_coord_array_open(x, 4, &err);
    struct coord_array *attribute = hg_coord_array_open_attribute(x, "twice", &err);
    ck_assert_ptr_null(hg_coord_array_open_attribute(x, "thrice", &err));
    ck_assert_str_eq(err.message, "attribute thrice: there is none of that name");
    ck_assert_ptr_null(hg_coord_array_open_attribute(x, "_Unsigned", &err));
    ck_assert_str_eq(err.message, "attribute _Unsigned: it is not an array of numbers");
    hg_leave(&guard);
    ck_assert(hg_coord_array_has_missing(array) && !hg_coord_array_has_missing(attribute));
    check_coord_array(array, COORD_ARRAY_ALL, missing, 4);
    check_coord_array(attribute, COORD_ARRAY_ALL, (double[4]){2, 4, 255, 10}, 4);
    check_coord_array(unknown, COORD_ARRAY_ALL, (double[4]){NAN, NAN, NAN, NAN}, 4);
    H5Dclose(unwritten);
    H5Dclose(x);
}
END_TEST

#define LARGE ((int64_t)1 << 60)

/* Checks the array held in memory and read on demand. */
static void check_large(hid_t x, double origin, const double want[4])
{
    const double middle[3] = {(want[0] + want[1]) / 2, (want[1] + want[2]) / 2,
                              (want[2] + want[3]) / 2};
    for (uint64_t keep = 0; keep <= 4; keep += 4) {
        hg_enter(&guard);
        struct coord_array *array = hg_coord_array_open(x, keep, &err),
                           *halves = hg_coord_array_open(x, keep, &err);
        hg_leave(&guard);
        ck_assert_double_eq(hg_coord_array_origin(array), origin);
        check_coord_array(array, COORD_ARRAY_ALL, want, 4);
        check_coord_array(halves, COORD_ARRAY_MIDPOINTS, middle, 3);
    }
}

START_TEST(large_integers_keep_their_differences)
{
    const hsize_t n = 4;
    const int64_t down[4] = {LARGE + 9, LARGE + 6, LARGE + 3, LARGE - 1}, fill = LARGE + 3;
    const uint64_t up[4] = {1, 4, UINT64_MAX - 3, UINT64_MAX};
    const int64_t small[4] = {-((int64_t)1 << 53), 0, 5, (int64_t)1 << 53};
    const double top = 18446744073709551614.;
    hid_t x = make("/down", H5T_STD_I64BE, 1, &n, H5T_NATIVE_INT64, down);
    check_large(x, (double)LARGE, (double[4]){0, -3, -6, -10});
    set(x, "_FillValue", H5T_NATIVE_INT64, 1, H5T_NATIVE_INT64, &fill);
    check_large(x, (double)LARGE, (double[4]){0, -3, NAN, -10});
    set_number(x, "scale_factor", H5T_NATIVE_DOUBLE, 0.5);
    set_number(x, "add_offset", H5T_NATIVE_DOUBLE, 7);
    check_large(x, (double)(LARGE / 2), (double[4]){0, -1.5, NAN, -5});
    H5Dclose(x);
    x = make("/up", H5T_STD_U64LE, 1, &n, H5T_NATIVE_UINT64, up);
    check_large(x, 1, (double[4]){0, 3, top, top});
    H5Dclose(x);
    x = make("/small", H5T_STD_I64LE, 1, &n, H5T_NATIVE_INT64, small);
    check_large(x, 0, (double[4]){-0x1p53, 0, 5, 0x1p53});
    H5Dclose(x);
}
END_TEST

/* --------------------------------------------------------------------------------------- runs */

static char messages[16384];

static void on_message(void *user, const struct h5grad_message *message)
{
    (void)user;
    strncat(messages, message->text, sizeof messages - strlen(messages) - 2);
    strcat(messages, "\n");
}

static enum h5grad_status run(struct h5grad_options *options, struct h5grad_report **report)
{
    if (file >= 0)
        H5Fclose(file);
    file = -1;
    unlink(output);
    messages[0] = '\0';
    options->message = on_message;
    return h5grad_run(path, output, options, report, &err);
}

/* The values of a result, which must have the type. */
static void check_result(const char *name, hid_t type, size_t n, const double *want)
{
    double got[64];
    hid_t out = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(out, name, H5P_DEFAULT);
    ck_assert_msg(dataset >= 0, "%s", name);
    hid_t stored = H5Dget_type(dataset);
    ck_assert(H5Tequal(stored, type) > 0);
    H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, got);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(isnan(want[i]) ? isnan(got[i]) : fabs(got[i] - want[i]) < 1e-6,
                      "%s[%zu] is %g instead of %g", name, i, got[i], want[i]);
    H5Tclose(stored);
    H5Dclose(dataset);
    H5Fclose(out);
}

START_TEST(run_unpacks)
{
    const short data[6] = {0, 10, 30, -999, 80, 90};
    const double want[6] = {5, 7.5, NAN, 12.5, NAN, NAN}, raw[6] = {10, 15, -504.5, 25, 544.5, 10};
    const hsize_t n = 6;
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    hid_t u = make("/u", H5T_STD_I16BE, 1, &n, H5T_NATIVE_SHORT, data);
    set_number(u, "_FillValue", H5T_NATIVE_SHORT, -999);
    set_number(u, "valid_max", H5T_NATIVE_SHORT, 80);
    set_number(u, "scale_factor", H5T_NATIVE_FLOAT, 0.5);
    set_number(u, "add_offset", H5T_NATIVE_FLOAT, 1000);
    H5Dclose(u);
    h5grad_options_init(&options);
    ck_assert_int_eq(run(&options, &report), H5GRAD_OK);
    ck_assert_str_eq(report->fields[0]->values, "scale_factor 0.5, add_offset 1000, missing -999, "
                                                "valid -32768 to 80");
    h5grad_report_free(report);
    check_result("/u_grad_0", H5T_NATIVE_FLOAT, 6, want);
    options.dtype = "float64";
    ck_assert_int_eq(run(&options, NULL), H5GRAD_OK);
    check_result("/u_grad_0", H5T_NATIVE_DOUBLE, 6, want);
    options.dtype = NULL;
    options.no_unpack = 1;
    ck_assert_int_eq(run(&options, &report), H5GRAD_OK);
    ck_assert_ptr_null(report->fields[0]->values);
    h5grad_report_free(report);
    check_result("/u_grad_0", H5T_NATIVE_FLOAT, 6, raw);
}
END_TEST

/* A variable of netCDF-4 that was written in part: by chunks, of which the last is not there. */
START_TEST(run_with_default_fill)
{
    const float data[4] = {1, 2, 4, 7};
    const double want[6] = {1, 1.5, 2.5, NAN, NAN, NAN}, fill = DEFAULT_FLOAT;
    const hsize_t n = 6, chunk = 2, start = 0, count = 4;
    struct h5grad_options options;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &n, NULL);
    hid_t memory = H5Screate_simple(1, &count, NULL);
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &fill);
    H5Pset_chunk(creation, 1, &chunk);
    hid_t u = H5Dcreate2(file, "/u", H5T_IEEE_F32BE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    ck_assert(H5Dwrite(u, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, data) >= 0);
    set_number(u, "_Netcdf4Dimid", H5T_NATIVE_INT, 0);
    H5Dclose(u);
    H5Sclose(memory);
    H5Sclose(space);
    H5Pclose(creation);
    h5grad_options_init(&options);
    for (int k = 0; k < 3; k++) {
        setenv("H5GRAD_IO", (const char *const[]){"direct", "chunked", "library"}[k], 1);
        ck_assert_msg(run(&options, NULL) == H5GRAD_OK, "%s", err.message);
        check_result("/u_grad_0", H5T_NATIVE_FLOAT, 6, want);
    }
    hid_t out = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_gt(H5Aexists_by_name(out, "/u_grad_0", "_FillValue", H5P_DEFAULT), 0);
    H5Fclose(out);
    options.no_unpack = 1;
    ck_assert_int_eq(run(&options, NULL), H5GRAD_OK);
    out = H5Fopen(output, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_eq(H5Aexists_by_name(out, "/u_grad_0", "_FillValue", H5P_DEFAULT), 0);
    H5Fclose(out);
}
END_TEST

/* Returns whether the XDMF file of the output describes the field of the input. */
static bool is_described(const char *field)
{
    char name[128], text[8192];
    struct h5grad_options options;
    h5grad_options_init(&options);
    options.xdmf = 1;
    ck_assert_msg(run(&options, NULL) == H5GRAD_OK, "%s", err.message);
    snprintf(name, sizeof name, "%s.xmf", output);
    FILE *in = fopen(name, "r");
    ck_assert_ptr_nonnull(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    unlink(name);
    return strstr(text, field) != NULL;
}

/* A default fill value is seldom in use and is not described; marked missing values are. */
START_TEST(run_describes_fields)
{
    const hsize_t extent[2] = {4, 5};
    const double fill = DEFAULT_FLOAT;
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, extent, NULL);
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &fill);
    hid_t u = H5Dcreate2(file, "/u", H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    set_number(u, "_Netcdf4Dimid", H5T_NATIVE_INT, 0);
    H5Dclose(u);
    H5Sclose(space);
    H5Pclose(creation);
    ck_assert(is_described("in.h5:/u<"));
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    u = H5Dopen2(file, "/u", H5P_DEFAULT);
    set_number(u, "missing_value", H5T_NATIVE_FLOAT, -9);
    H5Dclose(u);
    ck_assert(!is_described("in.h5:/u<"));
}
END_TEST

/* Slices of their own scale, in tiles of a row or so. */
START_TEST(run_slices)
{
    const double low[] = {0, 1, -2}, high[] = {50, 101, 8};
    const double scale[] = {0.5, 1, 0.1};
    unsigned char data[60];
    double value[60], want[60];
    struct h5grad_options options;
    hid_t u = make_image(low, high, 3);
    for (int i = 0; i < 60; i++) {
        data[i] = (unsigned char)(i * 37 % 101);
        value[i] = data[i] * scale[i / 20] + low[i / 20];
    }
    for (int i = 0; i < 20; i++) {
        want[i] = value[i + 20] - value[i];
        want[20 + i] = (value[i + 40] - value[i]) / 2;
        want[40 + i] = value[i + 40] - value[i + 20];
    }
    H5Dwrite(u, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
    H5Dclose(u);
    h5grad_options_init(&options);
    ck_assert_int_eq(setenv("H5GRAD_BUFFERS", "960", 1), 0);
    options.n_spacings = 1;
    options.spacings = (const char *const[]){"1"};
    options.n_datasets = 1;
    options.datasets = (const char *const[]){IMAGE};
    options.name = "{name}_grad_{dim}";
    ck_assert_msg(run(&options, NULL) == H5GRAD_OK, "%s", err.message);
    check_result(IMAGE "_grad_0", H5T_NATIVE_DOUBLE, 60, want);
}
END_TEST

/* u(y, x) with 2-D latitude and longitude, bounds, and a mask. */
static void make_swath(void)
{
    const hsize_t extent[2] = {3, 4};
    hid_t u = make("/swath/u", H5T_NATIVE_FLOAT, 2, extent, -1, NULL);
    h5make_text(u, "coordinates", "lon  /lat absent");
    H5Dclose(u);
    hid_t mask = make("/swath/mask", H5T_NATIVE_INT8, 2, extent, -1, NULL);
    h5make_text(mask, "flag_meanings", "land sea");
    set_number(mask, "flag_values", H5T_NATIVE_INT8, 1);
    h5make_text(mask, "coordinates", "alt");
    H5Dclose(mask);
    H5Dclose(make("/swath/_nc4_non_coord_lon", H5T_NATIVE_FLOAT, 2, extent, -1, NULL));
    H5Dclose(make("/swath/alt", H5T_NATIVE_FLOAT, 2, extent, -1, NULL));
    hid_t lat = make("/lat", H5T_NATIVE_FLOAT, 2, extent, -1, NULL);
    h5make_text(lat, "bounds", "lat_bounds");
    H5Dclose(lat);
    H5Dclose(make("/lat_bounds", H5T_NATIVE_FLOAT, 2, extent, -1, NULL));
}

START_TEST(run_without_coordinates_and_categories)
{
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    make_swath();
    h5grad_options_init(&options);
    ck_assert_msg(run(&options, &report) == H5GRAD_OK, "%s", err.message);
    unsigned seen = 0;
    for (size_t i = 0; i < report->n_fields; i++) {
        const struct h5grad_field *field = report->fields[i];
        if (strcmp(field->path, "/swath/u") == 0) {
            ck_assert_ptr_null(field->skipped);
            ck_assert_ptr_nonnull(strstr(field->note, "2-D coordinates lon, /lat are not used"));
            seen++;
        } else {
            ck_assert_ptr_nonnull(field->skipped);
        }
        if (strcmp(field->path, "/swath/mask") == 0)
            ck_assert_str_eq(field->skipped, "it holds categories");
    }
    ck_assert_uint_eq(seen, 1);
    h5grad_report_free(report);
    ck_assert_ptr_nonnull(strstr(messages, "/swath/mask: it holds categories (skipped)"));
    ck_assert_ptr_nonnull(strstr(messages, "/lat_bounds: it describes others"));
    ck_assert_ptr_nonnull(strstr(messages, "2-D coordinates lon, /lat are not used: unit spacing"));

    options.n_spacings = 1;
    options.spacings = (const char *const[]){"2"};
    options.n_datasets = 2; /* who names them wants their numbers */
    options.datasets = (const char *const[]){"/swath/mask", "/swath/u"};
    ck_assert_int_eq(run(&options, &report), H5GRAD_OK);
    ck_assert_uint_eq(report->n_fields, 2);
    h5grad_report_free(report);
    ck_assert_ptr_null(strstr(messages, "2-D"));
}
END_TEST

static unsigned warnings;

static void count_warnings(void *user, const struct h5grad_message *message)
{
    on_message(user, message);
    warnings += message->level == H5GRAD_WARNING &&
                strstr(message->text, "what looks like packing") != NULL;
}

static enum h5grad_status plan(struct h5grad_options *options)
{
    messages[0] = '\0';
    warnings = 0;
    options->message = count_warnings;
    return h5grad_plan(path, output, options, NULL, &err);
}

/* Each field has a warning unless there are many; coordinates have one. */
START_TEST(run_tells_of_the_unknown)
{
    const double places[4] = {0, 1, 2, 3};
    const hsize_t n = 4;
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "/u%d", i);
        hid_t u = make_line(name, H5T_NATIVE_UINT8, 4);
        set_number(u, "gain", H5T_NATIVE_FLOAT, 0.5);
        H5Dclose(u);
    }
    hid_t x = make("/x", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, places);
    set_number(x, "ScaleFactor", H5T_NATIVE_DOUBLE, 10);
    H5Dclose(x);
    H5Fclose(file);
    file = -1;
    h5grad_options_init(&options);
    options.n_datasets = 1;
    options.datasets = (const char *const[]){"/u*"};
    options.n_spacings = 1;
    options.spacings = (const char *const[]){"/x"};
    ck_assert_msg(plan(&options) == H5GRAD_OK, "%s", err.message);
    ck_assert_uint_eq(warnings, 9);
    ck_assert_ptr_nonnull(strstr(messages, "/u0: what looks like packing or missing values is not "
                                           "understood and not used: gain 0.5; --no-unpack"));
    ck_assert_ptr_nonnull(strstr(messages, "2 more fields say of their values what is not used"));
    ck_assert_ptr_nonnull(strstr(messages, "coordinates /x: what looks like packing or missing "
                                           "values is not understood and not used: ScaleFactor "
                                           "10\n"));
    options.no_unpack = 1;
    ck_assert_int_eq(plan(&options), H5GRAD_OK);
    ck_assert_uint_eq(warnings, 1); /* coordinates are read as ever */
    options.no_unpack = 0;
    ck_assert_int_eq(h5grad_list(path, &options, &report, &err), H5GRAD_OK);
    ck_assert_ptr_nonnull(strstr(report->fields[9]->note, "gain 0.5"));
    ck_assert_ptr_nonnull(strstr(report->fields[9]->note, "; coordinates /x: what looks"));
    h5grad_report_free(report);
}
END_TEST

/* Booleans have no derivative, except as stored numbers. */
START_TEST(run_of_booleans)
{
    const hsize_t extent[2] = {3, 4};
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    hid_t mask = make("/g/mask", H5T_NATIVE_INT8, 2, extent, -1, NULL);
    h5make_text(mask, "dtype", "bool");
    H5Dclose(mask);
    H5Dclose(make("/g/u", H5T_NATIVE_FLOAT, 2, extent, -1, NULL));
    h5grad_options_init(&options);
    ck_assert_int_eq(run(&options, &report), H5GRAD_OK);
    ck_assert_uint_eq(report->n_fields, 2);
    ck_assert_str_eq(report->fields[0]->skipped, "it holds categories (booleans)");
    ck_assert_ptr_null(report->fields[1]->skipped);
    h5grad_report_free(report);
    options.n_datasets = 2;
    options.datasets = (const char *const[]){"/g/*", "g/mask"};
    for (int list = 0; list < 2; list++) {
        ck_assert_int_eq(list ? h5grad_list(path, &options, NULL, &err) : run(&options, NULL),
                         H5GRAD_FAILED);
        ck_assert_ptr_nonnull(strstr(err.message, "/g/mask: it holds categories (booleans); "
                                                  "--no-unpack takes the stored numbers as they"));
    }
    options.no_unpack = 1;
    ck_assert_msg(run(&options, &report) == H5GRAD_OK, "%s", err.message);
    ck_assert_ptr_null(report->fields[0]->skipped);
    h5grad_report_free(report);
}
END_TEST

START_TEST(run_with_edges_and_attributes)
{
    const double data[4] = {0, 1, 4, 9}, edges[5] = {0, 2, 4, 8, 16}, places[4] = {0, 1, 3, 4};
    const double by_midpoints[4] = {0.5, 0.8, 5. / 6, 5. / 6}; /* the middle two are set below */
    const double by_places[4] = {1, 0, 0, 5};
    const hsize_t n = 4, more = 5;
    struct h5grad_options options;
    hid_t u = make("/u", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, data);
    set(u, "at@home", H5T_NATIVE_FLOAT, 4, H5T_NATIVE_DOUBLE, places);
    set(u, "places", H5T_NATIVE_FLOAT, 4, H5T_NATIVE_DOUBLE, places);
    H5Dclose(u);
    H5Dclose(make("/edges", H5T_NATIVE_DOUBLE, 1, &more, H5T_NATIVE_DOUBLE, edges));
    H5Dclose(make("/u@places2", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, data));
    h5grad_options_init(&options);
    options.n_datasets = 1;
    options.datasets = (const char *const[]){"/u"};
    options.n_coords = 1;
    options.coords = (const char *const[]){"0=edges"};
    ck_assert_int_eq(run(&options, NULL), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "axis 0: coordinates /edges: 5 points for an axis of "
                                              "4"));
    ck_assert_ptr_nonnull(strstr(err.message, "--edges=midpoint"));
    options.edges = "middle";
    ck_assert_int_eq(run(&options, NULL), H5GRAD_USAGE);
    options.edges = "midpoint";
    ck_assert_msg(run(&options, NULL) == H5GRAD_OK, "%s", err.message);
    double want[4];
    memcpy(want, by_midpoints, sizeof want); /* of 1, 3, 6, 12 */
    want[1] = -3. / 10 * 0 + 1. / 6 * 1 + 2. / 15 * 4;
    want[2] = -6. / 27 * 1 + 3. / 18 * 4 + 3. / 54 * 9;
    check_result("/u_grad_0", H5T_NATIVE_DOUBLE, 4, want);

    char elsewhere[160];
    snprintf(elsewhere, sizeof elsewhere, "0=%s:/u@places", path);
    const char *const forms[] = {"0=/u@places", "0=u@places", elsewhere};
    for (int i = 0; i < 3; i++) {
        options.coords = &forms[i];
        ck_assert_msg(run(&options, NULL) == H5GRAD_OK, "%s", err.message);
        memcpy(want, by_places, sizeof want); /* of 0, 1, 3, 4 */
        want[1] = -2. / 3 * 0 + 1. / 2 * 1 + 1. / 6 * 4;
        want[2] = -1. / 6 * 1 + -1. / 2 * 4 + 2. / 3 * 9;
        check_result("/u_grad_0", H5T_NATIVE_DOUBLE, 4, want);
    }
    options.coords = (const char *const[]){"0=/u@places2"}; /* a dataset of that name */
    ck_assert_int_eq(run(&options, NULL), H5GRAD_OK);
    options.coords = (const char *const[]){"0=/u@nothing"};
    ck_assert_int_eq(run(&options, NULL), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "attribute nothing: there is none of that name"));
}
END_TEST

/* A dimension scale of the edges of cells, counted in months. */
START_TEST(run_with_edges_in_the_file)
{
    const double data[3] = {0, 3, 8}, edges[4] = {0, 2, 4, 8}, want[3] = {1.5, 47. / 30, 5. / 3};
    const hsize_t n = 3, more = 4, one = 1;
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    hobj_ref_t reference;
    hvl_t list = {1, &reference};
    hid_t u = make("/u", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, data);
    hid_t t = make("/t", H5T_NATIVE_DOUBLE, 1, &more, H5T_NATIVE_DOUBLE, edges);
    h5make_text(t, "units", "months since 2000-01-01");
    H5Dclose(t);
    H5Rcreate(&reference, file, "/t", H5R_OBJECT, -1);
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    set(u, "DIMENSION_LIST", type, one, type, &list);
    H5Tclose(type);
    H5Dclose(u);
    h5grad_options_init(&options);
    options.n_datasets = 1;
    options.datasets = (const char *const[]){"/u"};
    ck_assert_int_eq(run(&options, NULL), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message, "has 4 points, the axis 3"));
    ck_assert_ptr_nonnull(strstr(err.message, "--edges=midpoint"));
    options.edges = "midpoint";
    ck_assert_msg(run(&options, &report) == H5GRAD_OK, "%s", err.message);
    ck_assert_str_eq(report->fields[0]->axes[0]->coordinates, "/t");
    h5grad_report_free(report);
    check_result("/u_grad_0", H5T_NATIVE_DOUBLE, 3, want);
}
END_TEST

START_TEST(run_by_months)
{
    const double data[3] = {0, 3, 8}, months[3] = {0, 1, 2}, fill = 1;
    const hsize_t n = 3;
    struct h5grad_options options;
    hobj_ref_t reference;
    hvl_t list = {1, &reference};
    hid_t u = make("/u", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, data);
    hid_t t = make("/t", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, months);
    h5make_text(t, "units", "months since 2000-01-01");
    H5Dclose(t);
    H5Rcreate(&reference, file, "/t", H5R_OBJECT, -1);
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    set(u, "DIMENSION_LIST", type, 1, type, &list);
    H5Tclose(type);
    H5Dclose(u);
    h5grad_options_init(&options);
    ck_assert_int_eq(run(&options, NULL), H5GRAD_OK);
    ck_assert_ptr_nonnull(strstr(messages, "axis 0 counts months, which differ in length: the "
                                           "result is per month as counted"));
    file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    t = H5Dopen2(file, "/t", H5P_DEFAULT);
    set_number(t, "_FillValue", H5T_NATIVE_DOUBLE, fill);
    H5Dclose(t);
    options.n_datasets = 1;
    options.datasets = (const char *const[]){"/u"};
    ck_assert_int_eq(run(&options, NULL), H5GRAD_FAILED);
    ck_assert_ptr_nonnull(strstr(err.message,
                                 "coordinates /t: coordinate 1 is missing: give others "
                                 "with --coord=0=PATH, or a step with --spacing"));
}
END_TEST

/* Seconds of a clock that counts nanoseconds. */
START_TEST(run_with_large_integers)
{
    const double data[3] = {0, 3, 8}, want[3] = {1, 4. / 3, 5. / 3};
    const int64_t times[3] = {LARGE, LARGE + 3, LARGE + 6},
                  again[3] = {LARGE, LARGE + 3, LARGE + 3};
    const hsize_t n = 3;
    struct h5grad_options options;
    struct h5grad_report *report = NULL;
    H5Dclose(make("/u", H5T_NATIVE_DOUBLE, 1, &n, H5T_NATIVE_DOUBLE, data));
    H5Dclose(make("/t", H5T_STD_I64LE, 1, &n, H5T_NATIVE_INT64, times));
    H5Dclose(make("/again", H5T_STD_I64LE, 1, &n, H5T_NATIVE_INT64, again));
    h5grad_options_init(&options);
    options.n_datasets = options.n_spacings = 1;
    options.datasets = (const char *const[]){"/u"};
    options.spacings = (const char *const[]){"/t"};
    ck_assert_msg(run(&options, &report) == H5GRAD_OK, "%s", err.message);
    ck_assert(report->fields[0]->axes[0]->uniform);
    ck_assert_double_eq(report->fields[0]->axes[0]->step, 3);
    ck_assert_double_eq(report->fields[0]->axes[0]->first, (double)LARGE);
    ck_assert_double_eq(report->fields[0]->axes[0]->last, (double)LARGE);
    h5grad_report_free(report);
    check_result("/u_grad_0", H5T_NATIVE_DOUBLE, 3, want);
    options.spacings = (const char *const[]){"/again"};
    ck_assert_int_eq(run(&options, NULL), H5GRAD_FAILED);
    ck_assert_msg(strstr(err.message, "coordinates 1 and 2 are both 1.15292150460684") != NULL,
                  "%s", err.message);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("values");
    TCase *pure = add_case(suite, "unpack", NULL, NULL);
    tcase_add_loop_test(pure, unpacks, 0, ELEMENT_COUNT);
    ADD_TESTS(pure, compares_integers_as_such);
    TCase *files = add_case(suite, "files", setup, teardown);
    ADD_TESTS(files, nothing_said, packing, missing_values, default_fill, default_fill_with_others,
              default_fill_of_older_files, valid_ranges, unsigned_as_signed,
              packing_that_cannot_be_undone, complex_numbers_are_not_packed, unknown_attributes,
              unknown_beside_known, unknown_of_groups, unknown_of_the_group, unknown_datasets,
              unknown_of_sources, unknown_numbers_beside, unknown_numbers_beside_known, nexus, odim,
              hdfeos, nwb, ticks, minc_slices, minc_one_scale, minc_refused, lines,
              large_integers_keep_their_differences, run_unpacks, run_with_default_fill,
              run_describes_fields, run_slices, run_without_coordinates_and_categories,
              run_tells_of_the_unknown, run_of_booleans, run_with_edges_and_attributes,
              run_with_edges_in_the_file, run_by_months, run_with_large_integers);
    return run_suite(suite);
}
