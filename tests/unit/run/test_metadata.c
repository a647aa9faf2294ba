/* SPDX-License-Identifier: BSD-3-Clause */
/* What results carry for their readers: units, attributes, dimension scales and other variables of
 * their source. Equal runs make equal files. */
#include <check.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "h5grad.h"
#include "hdf5/attribute.h"
#include "hdf5/create.h"
#include "hdf5/scales.h"
#include "hdf5/variable.h"
#include "formats/metadata.h"
#include "formats/unit.h"
#include "output/copy.h"
#include "tests/support/suite.h"
#include "tests/support/h5make.h"
#include "tests/support/scratch.h"

#define PLACEHOLDER "This is a netCDF dimension but not a netCDF variable.         5"

/* The input, and two outputs. */
static const char *file_at(unsigned i)
{
    static const char *const files[] = {"in.h5", "a.h5", "b.h5"};
    return in_folder(files[i]);
}

static void folder_leave(void)
{
    ck_assert_uint_eq(folder_remove(), 0);
}

START_TEST(units)
{
    static const struct {
        const char *value, *axis, *unit;
    } cases[] = {
        {"K", "m", "K m-1"},
        {"K", "days since 1850-01-01", "K day-1"},
        {"K", "hours since 1970-01-01 00:00:00", "K hour-1"},
        {"K", "s since 2000-01-01", "K s-1"},
        {"K", "ms since 2000-01-01", "K ms-1"},
        {"K", "degrees_north", "K degree-1"},
        {"K", "degree_east", "K degree-1"},
        {"K", "degreesE", "K degree-1"},
        {"K", "degreeN", "K degree-1"},
        {"K", "degrees", "K degree-1"},
        {"K", "degree_Celsius", "K degree_Celsius-1"},
        {"K", "1", "K"},
        {"1", "m", "m-1"},
        {"%", "hPa", "% hPa-1"},
        {"\xC2\xB5m", "s", "\xC2\xB5m s-1"},
        {"1", "m s-1", "m-1 s"},
        {"1", "1", "1"},
        {"K", NULL, "K"},
        {"m s-1", NULL, "m s-1"},
        {"days since 1850-01-01", "m", "day m-1"},
        {"days since 1850-01-01", NULL, "day"},
        {"K", "Days Since 2000-1-1", "K day-1"},
        {"K", "MS since 2000-1-1", "K MS-1"},
        {"K", "Degrees_North", "K degree-1"},
        {" K ", "m ", "K m-1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *unit = hg_unit_by(cases[i].value, cases[i].axis, 1);
        ck_assert_str_eq(unit, cases[i].unit);
        free(unit);
    }
}
END_TEST

START_TEST(units_side_by_side)
{
    static const struct {
        const char *value, *axis;
        unsigned power;
        const char *unit, *square;
    } cases[] = {
        {"K", "m", 1, "K m-1", "(K m-1)2"},
        {"K", "m", 2, "K m-2", "(K m-2)2"},
        {"m s-1", "m", 1, "m s-1 m-1", "(m s-1 m-1)2"},
        {"m s-1", "degrees_north", 2, "m s-1 degree-2", "(m s-1 degree-2)2"},
        {"m s-1", "days since 1850-01-01", 1, "m s-1 day-1", "(m s-1 day-1)2"},
        {"days since 1850-01-01", "m", 2, "day m-2", "(day m-2)2"},
        {"K", "m s-1", 1, "K m-1 s", "(K m-1 s)2"},
        {"K", "m2 s^-1", 2, "K m-4 s2", "(K m-4 s2)2"},
        {"W m**-2", "m", 1, "W m**-2 m-1", "(W m**-2 m-1)2"},
        {"kg.m-3", "kg*m-1.s", 1, "kg.m-3 kg-1 m s-1", "(kg.m-3 kg-1 m s-1)2"},
        {"kg/m3", "m", 1, "(kg/m3) m-1", "((kg/m3) m-1)2"},
        {"K", "m/s", 2, "K (m/s)-2", "(K (m/s)-2)2"},
        {"m per s", "m", 1, "(m per s) m-1", "((m per s) m-1)2"},
        {"1e-6 m", "100 km", 1, "(1e-6 m) (100 km)-1", "((1e-6 m) (100 km)-1)2"},
        {"m s-1", "m\xC2\xB2", 1, "m s-1 (m\xC2\xB2)-1", "(m s-1 (m\xC2\xB2)-1)2"},
        {"\xC2\xB5m", "\xC2\xB5m", 1, "\xC2\xB5m \xC2\xB5m-1", "(\xC2\xB5m \xC2\xB5m-1)2"},
        {"(0 - 1)", "(1 km)", 2, "(0 - 1) (1 km)-2", "((0 - 1) (1 km)-2)2"},
        {"(a) (b)", "m", 1, "((a) (b)) m-1", "(((a) (b)) m-1)2"},
        {"(0 - 1)", NULL, 1, "(0 - 1)", "(0 - 1)2"},
        {"%", "hPa", 1, "% hPa-1", "(% hPa-1)2"},
        {"1", "m", 1, "m-1", "m-2"},
        {"1", "m2", 2, "m-4", "m-8"},
        {"1", "m/s", 1, "(m/s)-1", "((m/s)-1)2"},
        {"K", "1", 2, "K", "K2"},
        {"K", NULL, 1, "K", "K2"},
        {"kg/m3", NULL, 1, "kg/m3", "(kg/m3)2"},
        {"1", "1", 1, "1", "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *unit = hg_unit_by(cases[i].value, cases[i].axis, cases[i].power);
        char *square = hg_unit_square(unit);
        ck_assert_str_eq(unit, cases[i].unit);
        ck_assert_str_eq(square, cases[i].square);
        free(square);
        free(unit);
    }
}
END_TEST

/* A dataset with its own unlimited axis 0, and points if there are any. */
static hid_t make_dataset(hid_t file, const char *path, hid_t type, int rank, const hsize_t *extent,
                          const void *points)
{
    hsize_t most[3], chunk[3] = {2, 2, 2};
    for (int i = 0; i < rank; i++)
        most[i] = i ? extent[i] : H5S_UNLIMITED;
    hid_t space = H5Screate_simple(rank, extent, most), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, chunk);
    hid_t dataset = h5make_in_space(file, path, type, space, creation);
    if (points)
        h5make_points(dataset, type, points);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static void attach(hid_t file, hid_t dataset, const size_t *n, const char *const *scales)
{
    hobj_ref_t reference[8];
    for (size_t i = 0; i < n[0] + n[1]; i++)
        ck_assert_int_ge(H5Rcreate(&reference[i], file, scales[i], H5R_OBJECT, -1), 0);
    ck_assert_int_eq(hg_scales_write(dataset, 2, n, reference, NULL), H5GRAD_OK);
}

static void make_scale(hid_t scale, const char *name)
{
    struct h5grad_error err;
    ck_assert_int_eq(hg_scale_write(scale, 0, NULL, &err), H5GRAD_OK);
    if (name)
        ck_assert_int_eq(hg_attribute_write_text(scale, "NAME", name, &err), H5GRAD_OK);
}

static void write_text(hid_t object, const char *name, const char *text)
{
    ck_assert_int_eq(hg_attribute_write_text(object, name, text, NULL), H5GRAD_OK);
}

/* /g/T and /g/U of 4 x 5 with two scales on axis 0 and a placeholder on axis 1; /lon of 4 x 5, with
 * the same, is named by T, /large by U, which it exceeds. */
static void make_input(bool broken)
{
    static const double x[4] = {0, 1, 3, 7}, steps[20] = {0};
    static const int number[4] = {10, 20, 30, 40};
    const hsize_t plane[] = {4, 5}, cells[] = {4, 2}, four = 4, five = 5, large = 21;
    const size_t n[] = {2, 1};
    static const char *const scales[] = {"/x", "/g/number", "/y"};
    hid_t file = H5Fcreate(file_at(0), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t s[3] = {make_dataset(file, "/x", H5T_NATIVE_DOUBLE, 1, &four, x),
                  make_dataset(file, "/g/number", broken ? H5T_STD_REF_OBJ : H5T_NATIVE_INT, 1,
                               &four, broken ? NULL : number),
                  make_dataset(file, "/y", H5T_IEEE_F32BE, 1, &five, NULL)};
    H5Dclose(make_dataset(file, "/edges", H5T_NATIVE_DOUBLE, 2, cells, steps));
    make_scale(s[0], "x");
    make_scale(s[1], NULL);
    make_scale(s[2], PLACEHOLDER);
    write_text(s[0], "units", "km");
    write_text(s[0], "bounds", "edges");
    hg_attribute_write_int(s[0], "_Netcdf4Dimid", 3, NULL);
    hid_t d[] = {make_dataset(file, "/g/T", H5T_NATIVE_DOUBLE, 2, plane, steps),
                 make_dataset(file, "/g/U", H5T_NATIVE_DOUBLE, 2, plane, steps),
                 make_dataset(file, "/lon", H5T_NATIVE_FLOAT, 2, plane, NULL),
                 make_dataset(file, "/large", H5T_NATIVE_FLOAT, 1, &large, NULL)};
    for (int i = 0; i < 3; i++)
        attach(file, d[i], n, scales);
    static const char *const holds[] = {"comment", "cell_methods", "coordinates", NULL};
    for (int i = 0; holds[i]; i++)
        write_text(d[0], holds[i], i < 2 ? holds[i] : "lon nowhere");
    write_text(d[0], "standard_name", "air_temperature");
    write_text(d[0], "MissingValue", "-999");
    write_text(d[0], "cell_measures", "area: nowhere");
    write_text(d[0], "ancillary_variables", "nowhere");
    hid_t group = H5Gopen2(file, "/g", H5P_DEFAULT);
    write_text(group, "title", "of a group");
    H5Gclose(group);
    write_text(d[0], "units", "K");
    write_text(d[0], "long_name", "temperature");
    hg_attribute_write_numbers(d[0], "missing_value", &(double){-999}, 1, NULL);
    write_text(d[1], "coordinates", "large");
    write_text(d[1], "unit", "m s-1");
    write_text(d[2], "flag", "its own");
    write_text(file, "Conventions", "CF-1.8");
    write_text(file, "_NCProperties", "version=2");
    write_text(file, "history", "before");
    for (int i = 0; i < 3; i++)
        H5Dclose(s[i]);
    for (int i = 0; i < 4; i++)
        H5Dclose(d[i]);
    ck_assert_int_ge(H5Fclose(file), 0);
}

static void check_text(hid_t object, const char *name, const char *wanted)
{
    char *text = hg_attribute_text(object, name);
    if (wanted)
        ck_assert_msg(text && strcmp(text, wanted) == 0, "%s: %s", name, text ? text : "none");
    else
        ck_assert_msg(H5Aexists(object, name) == 0, "%s", name);
    free(text);
}

/* The older formats of netCDF have integers of 32 bits. */
static void check_integer(hid_t object, const char *name)
{
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    ck_assert_int_eq(H5Tget_class(type), H5T_INTEGER);
    ck_assert_uint_eq(H5Tget_size(type), 4);
    H5Tclose(type);
    H5Aclose(attribute);
}

static hid_t run(unsigned output, int no_history, const char *const *datasets, size_t n)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    h5grad_options_init(&options);
    options.no_history = no_history;
    options.datasets = datasets;
    options.n_datasets = n;
    options.overwrite = 1;
    options.command = "the command";
    enum h5grad_status status = h5grad_run(file_at(0), file_at(output), &options, NULL, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    hid_t file = H5Fopen(file_at(output), H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(file, 0);
    return file;
}

static const char *const fields[] = {"/g/T", "/g/U"};

START_TEST(attributes)
{
    folder_make();
    make_input(false);
    hid_t file = run(1, 0, fields, 2), group = H5Gopen2(file, "/g", H5P_DEFAULT);
    hid_t along_x = H5Dopen2(file, "/g/T_grad_0", H5P_DEFAULT);
    hid_t along_y = H5Dopen2(file, "/g/T_grad_1", H5P_DEFAULT);
    hid_t other = H5Dopen2(file, "/g/U_grad_0", H5P_DEFAULT);
    check_text(along_x, "units", "K km-1");
    check_text(along_y, "units", "K"); /* unit spacing */
    check_text(along_x, "long_name", "d(temperature)/d(x)");
    check_text(along_y, "long_name", "d(temperature)/d(y)");
    check_text(along_x, "gradient_of", "/g/T");
    check_text(along_x, "gradient_axis_name", "x");
    check_text(along_x, "gradient_spacing", "/x");
    check_text(along_y, "gradient_spacing", "unit");
    check_text(along_x, "comment", "comment");
    check_text(along_x, "cell_methods", "cell_methods");
    check_text(along_x, "coordinates", "lon nowhere");
    check_text(along_x, "standard_name", NULL);
    check_text(along_x, "missing_value", NULL);
    check_text(along_x, "MissingValue", NULL);
    check_text(along_x, "cell_measures", NULL);
    check_text(along_x, "ancillary_variables", NULL);
    check_text(group, "title", "of a group");
    check_integer(along_x, "gradient_dim");
    check_integer(along_x, "gradient_edge_order");
    check_text(other, "unit", "m s-1 km-1");
    check_text(other, "units", NULL);
    check_text(other, "_FillValue", NULL);
    double fill = 0;
    ck_assert(hg_attribute_number(along_x, "_FillValue", &fill) && isnan(fill));
    check_text(file, "Conventions", "CF-1.8");
    check_text(file, "_NCProperties", NULL);
    char *history = hg_attribute_text(file, "history");
    ck_assert_ptr_nonnull(strstr(history, ": the command\nbefore"));
    free(history);
    H5Dclose(along_x);
    H5Dclose(along_y);
    H5Dclose(other);
    H5Gclose(group);
    H5Fclose(file);
    folder_leave();
}
END_TEST

static const char *const about_source[] = {
    "scale_factor",
    "add_offset",
    "ScaleFactor",
    "SCALE FACTOR",
    "Offset",
    "gain",
    "offset",
    "Slope",
    "Intercept",
    "conversion",
    "nodata",
    "undetect",
    "MissingValue",
    "Fillvalue",
    "fill_value",
    "CodeMissingValue",
    "ValidRange",
    "valid_min",
    "valid_range",
    "_Unsigned",
    "dtype",
    "least_significant_digit",
    "number_of_significant_digits",
    "number_of_significant_bits",
    "_QuantizeBitGroomNumberOfSignificantDigits",
    "_QuantizeGranularBitRoundNumberOfSignificantDigits",
    "_QuantizeBitRoundNumberOfSignificantBits",
    "quantization",
    "quantization_nsb",
    "_Storage",
    "_DeflateLevel",
    "actual_range",
    "actual_min",
    "data_min",
    "min",
    "Max",
    "mean",
    "std_dev",
    "STATISTICS_MINIMUM",
    "IMAGE_VERSION",
    "IMAGE_SUBCLASS",
    "PALETTE",
    "DISPLAY_ORIGIN",
    "colorBarMaximum",
    "standard_name",
    "short_name",
    "original_name",
    "GRIB_paramId",
    "GRIB_name",
    "flag_values",
    "flag_meanings",
    "CLIST",
    "axis",
    "bounds",
    "formula_terms",
    "tracking_id",
    "MATLAB_int_decode",
    "target",
    "ancillary_variables",
    "units_metadata",
    "calendar",
    "units_long",
    "sdn_parameter_urn",
    "sdn_uom_urn",
    "FIELDNAM",
    "SCALEMAX",
    "SI_CONVERSION",
    "Grib_Variable_Id",
    "Grib2_Parameter_Name",
    "md5",
};
static const char *const about_either[] = {
    "comment",
    "source",
    "institution",
    "grid_mapping",
    "DIMENSION_LABELS",
    "stagger",
    "MemoryOrder",
    "GRIB_gridType",
    "scale_factor_at_projection_origin",
    "missing_values_policy",
    "gain_setting",
    "history",
    "positive",
    "displayed",
    "minimum_depth",
    "Validation",
    "table_id",
};

/* A packed field and coordinates, both with all of these, and a group with them. */
static void make_described(void)
{
    static const double x[4] = {0, 1, 3, 7};
    static const short stored[20] = {0};
    const hsize_t plane[] = {4, 5}, four = 4, five = 5;
    const size_t n[] = {1, 1};
    static const char *const scales[] = {"/g/x", "/g/y"};
    hid_t file = H5Fcreate(file_at(0), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t object[] = {make_dataset(file, "/g/u", H5T_NATIVE_SHORT, 2, plane, stored),
                      make_dataset(file, "/g/x", H5T_NATIVE_DOUBLE, 1, &four, x),
                      H5Gopen2(file, "/g", H5P_DEFAULT)};
    hid_t y = make_dataset(file, "/g/y", H5T_NATIVE_DOUBLE, 1, &five, NULL);
    make_scale(object[1], "x");
    make_scale(y, PLACEHOLDER);
    H5Dclose(y);
    attach(file, object[0], n, scales);
    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < sizeof about_source / sizeof *about_source; i++) {
            if (k == 2 || strncmp(about_source[i], "scale", 5) != 0)
                hg_attribute_write_int(object[k], about_source[i], 1, NULL);
        }
        for (size_t i = 0; i < sizeof about_either / sizeof *about_either; i++)
            hg_attribute_write_int(object[k], about_either[i], 1, NULL);
        H5Oclose(object[k]);
    }
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* Whether the object of the output has the attributes of both lists. */
static void check_described(hid_t file, const char *path, bool of_source)
{
    for (size_t i = 0; i < sizeof about_source / sizeof *about_source; i++) {
        bool has = H5Aexists_by_name(file, path, about_source[i], H5P_DEFAULT) > 0;
        bool there = of_source && strncmp(about_source[i], "scale", 5) != 0;
        ck_assert_msg(has == there, "%s: %s", path, about_source[i]);
    }
    for (size_t i = 0; i < sizeof about_either / sizeof *about_either; i++)
        ck_assert_msg(H5Aexists_by_name(file, path, about_either[i], H5P_DEFAULT) > 0, "%s: %s",
                      path, about_either[i]);
}

START_TEST(attributes_that_hold)
{
    static const char *const field[] = {"/g/u"};
    folder_make();
    make_described();
    hid_t file = run(1, 1, field, 1);
    check_described(file, "/g/u_grad_0", false);
    check_described(file, "/g/x", true);
    hid_t group = H5Gopen2(file, "/g", H5P_DEFAULT);
    ck_assert_int_gt(H5Aexists(group, "comment"), 0);
    ck_assert_int_eq(H5Aexists(group, "gain"), 0);
    ck_assert_int_eq(H5Aexists(group, "scale_factor"), 0);
    ck_assert_int_eq(H5Aexists(group, "tracking_id"), 0);
    ck_assert_int_eq(H5Aexists(group, "history"), 0);
    H5Gclose(group);
    H5Fclose(file);
    folder_leave();
}
END_TEST

static void check_list(hid_t file, const char *path, const char *const *scales)
{
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    struct h5_scales lists;
    bool found;
    ck_assert_int_eq(hg_scales_read(dataset, 2, &lists, &found, NULL), H5GRAD_OK);
    ck_assert(found);
    ck_assert_uint_eq(lists.list[0].len, 2);
    ck_assert_uint_eq(lists.list[1].len, 1);
    for (unsigned i = 0; i < 3; i++) {
        char name[32];
        hid_t scale = hg_scales_open(&lists, dataset, i / 2, i % 2, NULL);
        ck_assert_int_gt(H5Iget_name(scale, name, sizeof name), 0);
        ck_assert_str_eq(name, scales[i]);
        H5Dclose(scale);
    }
    hg_scales_free(&lists);
    H5Dclose(dataset);
}

/* Returns by how many datasets a scale says it is used; checks that their lists agree. */
static size_t count_uses(hid_t scale)
{
    struct h5_scale_use *use = calloc(16, sizeof *use);
    hid_t attribute = H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT);
    ck_assert_int_ge(attribute, 0);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    ck_assert_uint_eq(H5Tget_size(type), 16);
    ck_assert_int_le(n, 16);
    ck_assert_int_ge(H5Aread(attribute, type, use), 0);
    for (hssize_t i = 0; i < n; i++) {
        hid_t user = H5Rdereference2(scale, H5P_DEFAULT, H5R_OBJECT, &use[i].dataset);
        ck_assert_int_eq(H5Aexists(user, "DIMENSION_LIST"), 1);
        ck_assert_uint_lt(use[i].axis, 2);
        H5Dclose(user);
    }
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    free(use);
    return (size_t)n;
}

static void check_scale(hid_t file, const char *path, const char *name, hid_t type)
{
    hsize_t extent, most;
    hid_t scale = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t space = H5Dget_space(scale), stored = H5Dget_type(scale);
    ck_assert_int_gt(H5Tequal(stored, type), 0);
    H5Sget_simple_extent_dims(space, &extent, &most);
    ck_assert_uint_eq(extent, name && strcmp(name, PLACEHOLDER) == 0 ? 5 : 4);
    ck_assert(most == H5S_UNLIMITED);
    hid_t class = H5Aopen(scale, "CLASS", H5P_DEFAULT), class_type = H5Aget_type(class);
    ck_assert_uint_eq(H5Tget_size(class_type), 16);
    ck_assert_int_eq(H5Tget_strpad(class_type), H5T_STR_NULLTERM);
    check_text(scale, "CLASS", "DIMENSION_SCALE");
    check_text(scale, "NAME", name);
    check_text(scale, "_Netcdf4Dimid", NULL);
    ck_assert_uint_eq(count_uses(scale), 5); /* four results and /lon */
    H5Tclose(class_type);
    H5Aclose(class);
    H5Tclose(stored);
    H5Sclose(space);
    H5Dclose(scale);
}

START_TEST(scales)
{
    static const char *const names[] = {"/x", "/g/number", "/y"};
    double x[4];
    folder_make();
    make_input(false);
    hid_t file = run(1, 0, fields, 2);
    for (unsigned i = 0; i < 4; i++) {
        char path[32];
        snprintf(path, sizeof path, "%s_grad_%u", fields[i / 2], i % 2);
        check_list(file, path, names);
    }
    check_list(file, "/lon", names);
    check_scale(file, "/x", "x", H5T_NATIVE_DOUBLE);
    check_scale(file, "/g/number", NULL, H5T_NATIVE_INT);
    check_scale(file, "/y", PLACEHOLDER, H5T_IEEE_F32BE);
    ck_assert_int_eq(H5Lexists(file, "/large", H5P_DEFAULT), 0);
    ck_assert_int_gt(H5Lexists(file, "/edges", H5P_DEFAULT), 0); /* bounds of /x */
    hid_t scale = H5Dopen2(file, "/x", H5P_DEFAULT), lon = H5Dopen2(file, "/lon", H5P_DEFAULT);
    ck_assert_int_ge(H5Dread(scale, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x), 0);
    ck_assert(x[0] == 0 && x[1] == 1 && x[2] == 3 && x[3] == 7);
    check_text(scale, "units", "km");
    check_text(lon, "flag", "its own");
    H5Dclose(scale);
    H5Dclose(lon);
    H5Fclose(file);
    folder_leave();
}
END_TEST

/* If one scale cannot be copied, none is. */
START_TEST(all_scales_or_none)
{
    folder_make();
    make_input(true);
    hid_t file = run(1, 0, fields, 2);
    hid_t result = H5Dopen2(file, "/g/T_grad_0", H5P_DEFAULT);
    check_text(result, "DIMENSION_LIST", NULL);
    check_text(result, "units", "K km-1");
    ck_assert_int_eq(H5Lexists(file, "/g/number", H5P_DEFAULT), 0);
    H5Dclose(result);
    H5Fclose(file);
    folder_leave();
}
END_TEST

/* /T of 4 x 5 with its scales: on axis 0 as many points as said, which may grow or not; on axis 1
 * one or none. */
static void make_scaled(hsize_t points, bool grows, bool both)
{
    static const double x[6] = {0, 1, 3, 7, 8, 9}, values[20] = {0};
    const hsize_t plane[] = {4, 5}, five = 5;
    const size_t n[] = {1, both};
    static const char *const paths[] = {"/x", "/y"};
    hid_t file = H5Fcreate(file_at(0), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &points, NULL);
    hid_t scale = grows ? make_dataset(file, "/x", H5T_NATIVE_DOUBLE, 1, &points, x)
                        : H5Dcreate2(file, "/x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT,
                                     H5P_DEFAULT);
    H5Dwrite(scale, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    make_scale(scale, "x");
    hid_t other = make_dataset(file, "/y", H5T_NATIVE_DOUBLE, 1, &five, x);
    make_scale(other, "y");
    hid_t height = make_dataset(file, "/height", H5T_NATIVE_DOUBLE, 1, &five, x);
    hid_t field = make_dataset(file, "/T", H5T_NATIVE_DOUBLE, 2, plane, values);
    attach(file, field, n, paths);
    write_text(field, "long_name", "temperature");
    static const char *const lines[] = {"second", "first"};
    ck_assert_int_eq(hg_attribute_write_texts(file, "history", lines, 2, NULL), H5GRAD_OK);
    H5Dclose(field);
    H5Dclose(height);
    H5Dclose(other);
    H5Dclose(scale);
    H5Sclose(space);
    ck_assert_int_ge(H5Fclose(file), 0);
}

/* Runs along an axis of /T, perhaps with other coordinates; returns the result. */
static hid_t run_scaled(const char *dim, const char *coord, hid_t *file)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    const char *const field = "/T";
    char path[32];
    h5grad_options_init(&options);
    options.datasets = &field;
    options.n_datasets = 1;
    options.dims = &dim;
    options.n_dims = 1;
    options.coords = &coord;
    options.n_coords = coord != NULL;
    options.edges = "midpoint";
    options.overwrite = 1;
    enum h5grad_status status = h5grad_run(file_at(0), file_at(1), &options, NULL, &err);
    ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
    *file = H5Fopen(file_at(1), H5F_ACC_RDONLY, H5P_DEFAULT);
    snprintf(path, sizeof path, "/T_grad_%s", dim);
    hid_t result = H5Dopen2(*file, path, H5P_DEFAULT);
    ck_assert_int_ge(result, 0);
    return result;
}

/* Texts of a source that its derivative has changed, or not at all. */
START_TEST(texts_of_a_derivative)
{
    static const struct {
        const char *name, *text, *result;
    } cases[] = {
        {"Title", "Ozone", "d(Ozone)/d(y)"},
        {"cell_methods", "time: mean area: sum where land (interval: 1 hr)",
         "time: mean area: sum where land (interval: 1 hr)"},
        {"cell_methods", "time: maximum within days time: mean over days", NULL},
        {"cell_methods", "area: time: standard_deviation", NULL},
    };
    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t output;
        make_scaled(4, false, true);
        hid_t file = H5Fopen(file_at(0), H5F_ACC_RDWR, H5P_DEFAULT);
        hid_t field = H5Dopen2(file, "/T", H5P_DEFAULT);
        write_text(field, cases[i].name, cases[i].text);
        H5Dclose(field);
        H5Fclose(file);
        hid_t result = run_scaled("1", NULL, &output);
        check_text(result, cases[i].name, cases[i].result);
        H5Dclose(result);
        H5Fclose(output);
    }
    folder_leave();
}
END_TEST

/* Readers of netCDF-4 want a scale for every axis, of the same extent unless it is unlimited. One
 * that has none gets the coordinates that are given for it. */
START_TEST(scales_that_fit)
{
    static const struct {
        hsize_t points;
        bool grows, both, attached;
    } cases[] = {
        {4, false, true, true},  {4, true, true, true},   {6, true, true, true},
        {3, true, true, true},   {5, false, true, false}, {5, true, true, true},
        {4, false, false, true}, {6, false, true, false},
    };
    folder_make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hid_t file;
        make_scaled(cases[i].points, cases[i].grows, cases[i].both);
        hid_t result = run_scaled("1", "1=/height", &file);
        ck_assert_msg((H5Aexists(result, "DIMENSION_LIST") > 0) == cases[i].attached, "case %zu",
                      i);
        H5Dclose(result);
        H5Fclose(file);
    }
    folder_leave();
}
END_TEST

START_TEST(names_what_it_is_by)
{
    hid_t file, result;
    folder_make();
    make_scaled(5, false, true);
    result = run_scaled("1", NULL, &file);
    check_text(result, "long_name", "d(temperature)/d(y)");
    H5Dclose(result);
    H5Fclose(file);
    result = run_scaled("1", "1=/height", &file);
    check_text(result, "long_name", "d(temperature)/d(height)");
    check_text(result, "gradient_spacing", "/height");
    H5Dclose(result);
    H5Fclose(file);
    result = run_scaled("0", NULL, &file);
    check_text(result, "gradient_spacing", "midpoints of /x");
    char *history = hg_attribute_text(file, "history");
    ck_assert_ptr_nonnull(strstr(history, "\nsecond\nfirst"));
    free(history);
    H5Dclose(result);
    H5Fclose(file);
    folder_leave();
}
END_TEST

/* If a result has the name of a scale, --name wins. */
START_TEST(results_take_names)
{
    struct h5grad_options options;
    struct h5grad_error err = {0};
    const char *const dataset = "/g/T", *const dim = "0";
    folder_make();
    make_input(false);
    h5grad_options_init(&options);
    options.datasets = &dataset;
    options.n_datasets = 1;
    options.dims = &dim;
    options.n_dims = 1;
    options.name = "number";
    ck_assert_int_eq(h5grad_run(file_at(0), file_at(1), &options, NULL, &err), H5GRAD_OK);
    hid_t file = H5Fopen(file_at(1), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t result = H5Dopen2(file, "/g/number", H5P_DEFAULT);
    check_text(result, "gradient_of", "/g/T");
    check_text(result, "DIMENSION_LIST", NULL);
    H5Dclose(result);
    H5Fclose(file);
    folder_leave();
}
END_TEST

static void check_creation(hid_t creation)
{
    unsigned order = 0;
    hbool_t times = true;
    H5Pget_attr_creation_order(creation, &order);
    ck_assert_uint_eq(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pget_obj_track_times(creation, &times);
    ck_assert(!times);
}

/* netCDF-4 writes only to groups that track the order of members; times would differ by run. */
START_TEST(order_is_tracked)
{
    static const char *const groups[] = {"/", "/g"};
    unsigned order = 0;
    folder_make();
    make_input(false);
    hid_t file = run(1, 1, fields, 2);
    for (unsigned i = 0; i < 2; i++) {
        hid_t group = H5Gopen2(file, groups[i], H5P_DEFAULT), creation = H5Gget_create_plist(group);
        H5Pget_link_creation_order(creation, &order);
        ck_assert_uint_eq(order, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
        check_creation(creation);
        H5Pclose(creation);
        H5Gclose(group);
    }
    static const char *const datasets[] = {"/g/T_grad_0", "/x", "/y", "/lon"};
    for (unsigned i = 0; i < 4; i++) {
        hid_t dataset = H5Dopen2(file, datasets[i], H5P_DEFAULT);
        hid_t creation = H5Dget_create_plist(dataset);
        check_creation(creation);
        H5Pclose(creation);
        H5Dclose(dataset);
    }
    check_text(file, "history", NULL);
    H5Fclose(file);
    folder_leave();
}
END_TEST

/* More than an attribute held before HDF5 1.8's format: 64 KiB. */
START_TEST(scale_of_many)
{
    const hsize_t four = 4;
    enum { MANY = 10000 };
    folder_make();
    make_input(false);
    hid_t file = run(1, 1, fields, 2);
    H5Fclose(file);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
    file = H5Fopen(file_at(1), H5F_ACC_RDWR, access);
    hid_t scale = make_dataset(file, "/many", H5T_NATIVE_DOUBLE, 1, &four, NULL);
    struct h5_scale_use *use = calloc(MANY, sizeof *use);
    ck_assert_int_eq(hg_scale_write(scale, MANY, use, NULL), H5GRAD_OK);
    H5Dclose(scale);
    ck_assert_int_ge(H5Fclose(file), 0);
    free(use);
    H5Pclose(access);
    folder_leave();
}
END_TEST

/* Points that refer to memory, and more of them than are moved at once. */
START_TEST(copies)
{
    enum { N = 70000 };
    static const char *text[N], *read[N];
    static const hsize_t extent[] = {N / 7, 7};
    folder_make();
    for (size_t i = 0; i < N; i++)
        text[i] = i % 3 ? "abc" : "defgh";
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    hid_t space = H5Screate_simple(2, extent, NULL);
    hid_t file = H5Fcreate(file_at(0), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t from = H5Dcreate2(file, "from", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(from, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text), 0);
    hid_t to = hg_copy_create(from, NULL, file, "/deep/er/to", COPY_ALIKE, NULL);
    ck_assert_int_ge(to, 0);
    ck_assert_int_eq(hg_copy_points(from, NULL, to, NULL), H5GRAD_OK);
    ck_assert_int_ge(H5Dread(to, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read), 0);
    for (size_t i = 0; i < N; i++)
        ck_assert_str_eq(read[i], text[i]);
    hg_variable_reclaim(type, space, read);
    H5Dclose(to);
    H5Dclose(from);
    H5Fclose(file);
    H5Sclose(space);
    H5Tclose(type);
    folder_leave();
}
END_TEST

/* A field of many compressed chunks. */
static void make_chunks(void)
{
    enum { N = 96 };
    static float points[N][N][N];
    const hsize_t extent[] = {N, N, N}, chunk[] = {8, 24, 24};
    for (size_t i = 0; i < (size_t)N * N * N; i++)
        (&points[0][0][0])[i] = (float)((i * i) % 1023) * (float)(i % 7 == 0);
    hid_t file = H5Fcreate(file_at(0), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(3, extent, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 3, chunk);
    H5Pset_deflate(creation, 1);
    struct h5_creator creator = {.file = file};
    hid_t dataset = hg_create_dataset(&creator, "/u", H5T_NATIVE_FLOAT, space, creation, NULL);
    hg_creator_close(&creator);
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, points), 0);
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
    ck_assert_int_ge(H5Fclose(file), 0);
}

static _Atomic long calls, stop_after;

static int on_cancelled(void *user)
{
    (void)user;
    return atomic_fetch_add(&calls, 1) >= atomic_load(&stop_after);
}

static enum h5grad_status run_chunks(unsigned output, int threads, const char *layout,
                                     struct h5grad_error *err)
{
    struct h5grad_options options;
    h5grad_options_init(&options);
    options.no_history = 1;
    options.overwrite = 1;
    options.threads = threads;
    options.layout = layout;
    options.cancelled = on_cancelled;
    atomic_store(&calls, 0);
    return h5grad_run(file_at(0), file_at(output), &options, NULL, err);
}

static char *read_whole(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

START_TEST(runs_are_the_same)
{
    static const char *const layouts[] = {"same", "32x32x32", "contiguous"};
    static const char *const methods[] = {"chunked", "library"};
    struct h5grad_error err = {0};
    folder_make();
    make_chunks();
    atomic_store(&stop_after, 1000000);
    for (int i = 0; i < 6; i++) {
        size_t size[2];
        char *bytes[2];
        setenv("H5GRAD_IO", methods[i / 3], 1);
        for (unsigned k = 0; k < 2; k++) {
            enum h5grad_status status = run_chunks(1 + k, k ? 4 : 1, layouts[i % 3], &err);
            ck_assert_msg(status == H5GRAD_OK, "%s", err.message);
            bytes[k] = read_whole(file_at(1 + k), &size[k]);
        }
        ck_assert_uint_eq(size[0], size[1]);
        ck_assert_mem_eq(bytes[0], bytes[1], size[0]);
        free(bytes[0]);
        free(bytes[1]);
    }
    folder_leave();
}
END_TEST

/* After a failure no worker waits for a tile that will not be done. */
START_TEST(stopped_in_order)
{
    struct h5grad_error err = {0};
    folder_make();
    make_chunks();
    atomic_store(&stop_after, 1000000);
    ck_assert_int_eq(run_chunks(1, 4, "same", &err), H5GRAD_OK);
    long most = atomic_load(&calls);
    ck_assert_int_gt(most, 5);
    unlink(file_at(1));
    for (long k = 0; k < most; k++) {
        atomic_store(&stop_after, k);
        ck_assert_int_eq(run_chunks(1, 4, "same", &err), H5GRAD_CANCELLED);
        ck_assert_ptr_nonnull(strstr(err.message, "cancelled"));
    }
    folder_leave();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metadata");
    TCase *tcase = add_case(suite, "metadata", NULL, NULL);
    ADD_TESTS(tcase, units, units_side_by_side, attributes, attributes_that_hold,
              texts_of_a_derivative, scales, all_scales_or_none, scales_that_fit,
              names_what_it_is_by, results_take_names, order_is_tracked, scale_of_many, copies,
              runs_are_the_same, stopped_in_order);
    return run_suite(suite);
}
