/* SPDX-License-Identifier: BSD-3-Clause */
/* openPMD, VTKHDF and NXdata: files as their programs write them, and as no program should. */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/coords.h"
#include "hdf5/attribute.h"
#include "tests/support/scratch_file.h"
#include "formats/formats.h"
#include "formats/convention.h"

static char output_path[96];
static hid_t output = -1;
static struct coords coords;

static void setup(void)
{
    scratch_make();
    snprintf(output_path, sizeof output_path, "%s/output.h5", folder);
    memset(&coords, 0, sizeof coords);
    output = H5Fcreate(output_path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(output >= 0);
}

static void teardown(void)
{
    hg_coords_free(&coords);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
    ck_assert_int_eq(H5Fget_obj_count(output, H5F_OBJ_ALL), 1);
    ck_assert(hg_close(file));
    ck_assert(hg_close(output));
    ck_assert_int_eq(unlink(output_path), 0);
    scratch_remove();
}

/* -------------------------------------------------------------------------- making such files */

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* A dataset of doubles with the extents n, n, ... up to 0, and the groups above it. */
static void make_in(hid_t where, const char *name, ...)
{
    hsize_t extent[8];
    int rank = 0;
    va_list list;
    va_start(list, name);
    for (int n = va_arg(list, int); n > 0; n = va_arg(list, int))
        extent[rank++] = (hsize_t)n;
    va_end(list);
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    ck_assert(H5Pset_create_intermediate_group(links, 1) >= 0);
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t dataset =
        H5Dcreate2(where, name, H5T_NATIVE_DOUBLE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hg_close(dataset);
    hg_close(space);
    hg_close(links);
}

#define make(...) make_in(file, __VA_ARGS__, 0)

static void fill(const char *name, const double *value)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    hg_close(dataset);
}

static void make_group(const char *name)
{
    hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(group >= 0);
    hg_close(group);
}

static hid_t object_without(const char *name, const char *attribute)
{
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    ck_assert(object >= 0);
    ck_assert_int_eq(hg_attribute_remove(object, attribute, &err), H5GRAD_OK);
    return object;
}

static void set_text(const char *name, const char *attribute, const char *text)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_text(object, attribute, text, &err), H5GRAD_OK);
    hg_close(object);
}

static void set_texts(const char *name, const char *attribute, size_t n, const char *const *text)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_texts(object, attribute, text, n, &err), H5GRAD_OK);
    hg_close(object);
}

static void set_numbers(const char *name, const char *attribute, size_t n, const double *value)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_numbers(object, attribute, value, n, &err), H5GRAD_OK);
    hg_close(object);
}

static void set_int(const char *name, const char *attribute, int32_t value)
{
    hid_t object = object_without(name, attribute);
    ck_assert_int_eq(hg_attribute_write_int(object, attribute, value, &err), H5GRAD_OK);
    hg_close(object);
}

#define TEXTS(name, attribute, ...)                                                                \
    set_texts(name, attribute, LENGTH(((const char *[]){__VA_ARGS__})),                            \
              (const char *[]){__VA_ARGS__})
#define NUMBERS(name, attribute, ...)                                                              \
    set_numbers(name, attribute, LENGTH(((double[]){__VA_ARGS__})), (double[]){__VA_ARGS__})

/* ------------------------------------------------------------------------------------- reading */

static void read_coords(const char *name)
{
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(data);
    int rank = H5Sget_simple_extent_ndims(space);
    hg_coords_free(&coords);
    ck_assert_int_eq(hg_coords_read(file, NULL, name, data, (unsigned)rank, &coords, &err),
                     H5GRAD_OK);
    ck_assert_uint_eq(coords.rank, (unsigned)rank);
    hg_close(space);
    hg_close(data);
}

static const char *why_not_field(const char *name)
{
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(data >= 0);
    const char *why = hg_coords_not_field(file, name, data);
    hg_close(data);
    return why;
}

static void expect_step(unsigned k, const char *name, double step, double origin, const char *unit)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_STEP);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_double_eq_tol(coords.axis[k].step, step, 1e-12 * fabs(step));
    ck_assert_double_eq_tol(coords.axis[k].origin, origin, 1e-12 * (1 + fabs(origin)));
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
    ck_assert_ptr_null(coords.axis[k].left_out);
}

static void expect_array(unsigned k, const char *name, const char *at, bool edges, const char *unit)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].path, at);
    ck_assert_ptr_null(coords.axis[k].attribute);
    ck_assert_int_eq(coords.axis[k].edges, edges);
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
}

static void expect_none(unsigned k, const char *name)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_NONE);
    ck_assert_pstr_eq(coords.axis[k].name, name);
}

static void expect_problem(unsigned k, const char *problem)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    ck_assert_pstr_eq(coords.axis[k].problem, problem);
}

#define WAY_OUT(k) "; give others with --coord=" k "=PATH or a step with --spacing"

/* --------------------------------------------------------------------------------- the results */

/* Makes results of the dataset along n axes in the output, of those names or the convention's, and
 * has the convention finish them. */
static bool own_spacing[] = {true, true, true};

static void finish(const char *name, size_t n, const unsigned *axis, const char *const *names)
{
    char *result[8];
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    read_coords(name);
    ck_assert_ptr_nonnull(coords.convention);
    for (size_t i = 0; i < n; i++) {
        result[i] =
            names ? strdup(names[i]) : coords.convention->result_path(name, &coords, axis[i]);
        make_in(output, result[i], 2, 0);
    }
    const struct coords_results results = {
        .input = file,
        .source = data,
        .output = output,
        .path = name,
        .coords = &coords,
        .n = (unsigned)n,
        .axis = axis,
        .result = (const char *const *)result,
        .own = own_spacing,
    };
    ck_assert_int_eq(coords.convention->finish(&results, &err), H5GRAD_OK);
    /* as a run that is resumed may do */
    ck_assert_int_eq(coords.convention->finish(&results, &err), H5GRAD_OK);
    for (size_t i = 0; i < n; i++)
        free(result[i]);
    hg_close(data);
}

static void expect_text(const char *name, const char *attribute, const char *text)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    ck_assert_msg(object >= 0, "%s is not there", name);
    char *found = hg_attribute_text(object, attribute);
    ck_assert_pstr_eq(found, text);
    free(found);
    hg_close(object);
}

static void expect_texts(const char *name, const char *attribute, size_t n, const char *const *text)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    size_t length;
    char **found = hg_attribute_texts(object, attribute, &length);
    ck_assert_msg(found && length == n, "%s of %s", attribute, name);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(found[i], text[i]);
    hg_free_texts(found, length);
    hg_close(object);
}

static void expect_numbers(const char *name, const char *attribute, size_t n, const double *value)
{
    hid_t object = H5Oopen(output, name, H5P_DEFAULT);
    size_t length;
    double *found = hg_attribute_numbers(object, attribute, &length);
    ck_assert_msg(found && length == n, "%s of %s", attribute, name);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq(found[i], value[i]);
    free(found);
    hg_close(object);
}

static bool has_attribute(const char *name, const char *attribute)
{
    return H5Aexists_by_name(output, name, attribute, H5P_DEFAULT) > 0;
}

#define EXPECT_TEXTS(name, attribute, ...)                                                         \
    expect_texts(name, attribute, LENGTH(((const char *[]){__VA_ARGS__})),                         \
                 (const char *[]){__VA_ARGS__})
#define EXPECT_NUMBERS(name, attribute, ...)                                                       \
    expect_numbers(name, attribute, LENGTH(((double[]){__VA_ARGS__})), (double[]){__VA_ARGS__})

/* Line x of the output holds n points from first on, one apart. */
static void expect_line(const char *name, size_t n, double first)
{
    double value[16];
    hid_t dataset = H5Dopen2(output, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hid_t space = H5Dget_space(dataset);
    ck_assert_int_eq(H5Sget_simple_extent_npoints(space), (hssize_t)n);
    ck_assert(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq(value[i], first + (double)i);
    hg_close(space);
    hg_close(dataset);
}

/* ------------------------------------------------------------------------------------- openPMD */

#define MESHES "/data/100/meshes"

static void make_openpmd(const char *version)
{
    set_text("/", "openPMD", version);
    set_int("/", "openPMDextension", 0);
    set_text("/", "basePath", "/data/%T/");
    set_text("/", "meshesPath", "meshes/");
    set_text("/", "particlesPath", "particles/");
    set_text("/", "iterationEncoding", "groupBased");
    set_text("/", "iterationFormat", "/data/%T/");
    set_text("/", "history", "made by a test");
}

static void set_mesh(const char *record)
{
    set_text(record, "geometry", "cartesian");
    set_text(record, "dataOrder", "C");
    TEXTS(record, "axisLabels", "z", "y", "x");
    NUMBERS(record, "gridSpacing", 5, 6, 7);
    NUMBERS(record, "gridGlobalOffset", 50, 60, 70);
    NUMBERS(record, "gridUnitSI", 0.001);
    NUMBERS(record, "timeOffset", 0.25);
    NUMBERS(record, "unitDimension", 0, 1, -2, -1, 0, 0, 0);
}

static void set_component(const char *name)
{
    NUMBERS(name, "unitSI", 3);
    NUMBERS(name, "position", 0.5, 0, 0);
}

/* The vector B with its component x. */
static void make_vector(void)
{
    make_openpmd("1.1.0");
    make(MESHES "/B/x", 4, 5, 6);
    set_mesh(MESHES "/B");
    set_component(MESHES "/B/x");
    NUMBERS("/data/100", "time", 1.5);
    NUMBERS("/data/100", "timeUnitSI", 1e-15);
}

static void make_scalar(void)
{
    make_openpmd("1.1.0");
    make(MESHES "/rho", 4, 5, 6);
    set_mesh(MESHES "/rho");
    set_component(MESHES "/rho");
}

START_TEST(a_component_has_the_mesh_of_its_record)
{
    make_vector();
    read_coords(MESHES "/B/x");
    ck_assert_str_eq(coords.axis[0].source, "openPMD");
    expect_step(0, "z", 0.005, 0.0525, "m");
    expect_step(1, "y", 0.006, 0.06, "m");
    expect_step(2, "x", 0.007, 0.07, "m");
}
END_TEST

START_TEST(data_order_f_reverses_what_is_per_axis)
{
    make_scalar();
    set_text(MESHES "/rho", "dataOrder", "F");
    read_coords(MESHES "/rho");
    expect_step(0, "x", 0.007, 0.07, "m");
    expect_step(1, "y", 0.006, 0.06, "m");
    expect_step(2, "z", 0.005, 0.0525, "m");
}
END_TEST

START_TEST(theta_modes_are_left_out)
{
    make_vector();
    set_text(MESHES "/B", "geometry", "thetaMode");
    TEXTS(MESHES "/B", "axisLabels", "r", "z");
    NUMBERS(MESHES "/B", "gridSpacing", 2, 3);
    read_coords(MESHES "/B/x");
    expect_none(0, "mode");
    ck_assert_str_eq(coords.axis[0].left_out, "it holds azimuthal modes");
    expect_step(1, "r", 0.002, 0, "m"); /* the offsets are of another length */
    expect_step(2, "z", 0.003, 0, "m");
}
END_TEST

START_TEST(version_2_has_a_unit_per_axis)
{
    make_vector();
    set_text("/", "openPMD", "2.0.0");
    NUMBERS(MESHES "/B", "gridUnitSI", 1, 10, 100);
    NUMBERS(MESHES "/B", "gridUnitDimension", 1, 0, 0, 0, 0, 0, 0, /* */ 1, 1, -1, 0, 0, 0, 0,
            /* */ 0.5, 0, 0, 0, 0, 0, 0);
    read_coords(MESHES "/B/x");
    expect_step(0, "z", 5, 52.5, "m");
    expect_step(1, "y", 60, 600, "m kg s-1");
    expect_step(2, "x", 700, 7000, NULL);
}
END_TEST

START_TEST(without_a_factor_the_unit_is_unknown)
{
    make_vector();
    hg_close(object_without(MESHES "/B", "gridUnitSI"));
    read_coords(MESHES "/B/x");
    expect_step(2, "x", 7, 70, NULL);
}
END_TEST

START_TEST(a_mesh_that_cannot_be_understood_is_unusable)
{
    make_vector();
    NUMBERS(MESHES "/B", "gridSpacing", 5, 0, NAN);
    read_coords(MESHES "/B/x");
    expect_step(0, "z", 0.005, 0.0525, "m");
    expect_problem(1, "axis 1: openPMD: the step is 0" WAY_OUT("1"));
    expect_problem(2, "axis 2: openPMD: the step is nan" WAY_OUT("2"));
    NUMBERS(MESHES "/B", "gridSpacing", 5, 6);
    read_coords(MESHES "/B/x");
    for (unsigned k = 0; k < 3; k++)
        ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    expect_problem(0, "axis 0: openPMD: gridSpacing and axisLabels differ in length" WAY_OUT("0"));
    NUMBERS(MESHES "/B", "gridSpacing", 1, 2, 3, 4);
    read_coords(MESHES "/B/x");
    expect_problem(0, "axis 0: openPMD: gridSpacing does not hold a number per axis" WAY_OUT("0"));
    set_text(MESHES "/B", "gridSpacing", "fine");
    read_coords(MESHES "/B/x");
    ck_assert_int_eq(coords.axis[2].kind, COORDS_UNUSABLE);
    NUMBERS(MESHES "/B", "gridSpacing", 5, 6, 7);
    NUMBERS(MESHES "/B", "gridUnitSI", 5, 6);
    read_coords(MESHES "/B/x");
    expect_problem(1, "axis 1: openPMD: gridUnitSI is not a number, or one per axis" WAY_OUT("1"));
}
END_TEST

/* Fields of a cavity that is symmetric about its axis: one point in theta, and no step. */
START_TEST(external_fields_of_beam_physics)
{
    set_text("/", "openPMD", "2.0.0");
    set_text("/", "externalFieldPath", "/fields/%T/");
    make("/fields/1/electricField/z", 8, 1, 9);
    set_text("/fields/1", "gridGeometry", "cylindrical");
    NUMBERS("/fields/1", "gridSpacing", 0.5, 0, 0.25);
    NUMBERS("/fields/1", "gridLowerBound", 0, 0, 2);
    NUMBERS("/fields/1", "gridOriginOffset", 0, 0, -1);
    NUMBERS("/fields/1/electricField/z", "unitDimension", 1, 1, -3, -1, 0, 0, 0);
    read_coords("/fields/1/electricField/z");
    expect_step(0, "r", 0.5, 0, "m");
    expect_none(1, "theta");
    expect_step(2, "z", 0.25, -0.5, "m");
    finish("/fields/1/electricField/z", 2, (unsigned[]){0, 2}, NULL);
    EXPECT_NUMBERS("/fields/1", "gridSpacing", 0.5, 0, 0.25);
    EXPECT_NUMBERS("/fields/1/electricField_z_gradient/r", "unitDimension", 0, 1, -3, -1, 0, 0, 0);
}
END_TEST

/* A field of BeamPhysics, of 4 x 2 x 3 points in x, y and z, whose dataset has these extents. */
static void make_external(const char *component, hsize_t a, hsize_t b, hsize_t c)
{
    set_text("/", "openPMD", "2.0.0");
    make(component, a, b, c);
    set_text("/fields/1", "gridGeometry", "rectangular");
    NUMBERS("/fields/1", "gridSize", 4, 2, 3);
    NUMBERS("/fields/1", "gridSpacing", 0.5, 2, 0.25);
    NUMBERS("/fields/1", "gridOriginOffset", 1, 2, 3);
}

static void expect_external(bool reversed)
{
    ck_assert_ptr_null(coords.refusal);
    expect_step(reversed ? 2 : 0, "x", 0.5, 1, "m");
    expect_step(1, "y", 2, 2, "m");
    expect_step(reversed ? 0 : 2, "z", 0.25, 3, "m");
}

START_TEST(labels_say_how_external_fields_lie)
{
    make_external("/fields/1/electricField/x", 4, 2, 3);
    read_coords("/fields/1/electricField/x");
    expect_external(false);
    TEXTS("/fields/1", "axisLabels", "x", "y", "z");
    read_coords("/fields/1/electricField/x");
    expect_external(false);
    set_text("/fields/1/electricField/x", "gridDataOrder", "C");
    read_coords("/fields/1/electricField/x");
    expect_external(false);
    make("/fields/1/magneticField/y", 3, 2, 4);
    TEXTS("/fields/1", "axisLabels", "z", "y", "x");
    read_coords("/fields/1/magneticField/y");
    expect_external(true);
    set_text("/fields/1/magneticField/y", "gridDataOrder", "C"); /* labels outrank it */
    read_coords("/fields/1/magneticField/y");
    expect_external(true);
}
END_TEST

START_TEST(the_older_order_outranks_labels)
{
    make_external("/fields/1/electricField/x", 3, 2, 4);
    set_text("/fields/1/electricField/x", "gridDataOrder", "F");
    read_coords("/fields/1/electricField/x");
    expect_external(true);
    TEXTS("/fields/1", "axisLabels", "x", "y", "z");
    read_coords("/fields/1/electricField/x");
    expect_external(true);
    TEXTS("/fields/1", "axisLabels", "z", "y", "x");
    read_coords("/fields/1/electricField/x");
    expect_external(true);
    NUMBERS("/fields/1/electricField/x", "unitDimension", 1, 1, -3, -1, 0, 0, 0);
    finish("/fields/1/electricField/x", 2, (unsigned[]){0, 2}, NULL);
    EXPECT_NUMBERS("/fields/1/electricField_x_gradient/z", "unitDimension", 0, 1, -3, -1, 0, 0, 0);
    EXPECT_NUMBERS("/fields/1", "gridSpacing", 0.5, 2, 0.25);
}
END_TEST

START_TEST(the_mesh_may_tell_the_order_of_its_components)
{
    make_external("/fields/1/electricField/x", 3, 2, 4);
    make("/fields/1/electricField/y", 4, 2, 3);
    set_text("/fields/1", "gridDataOrder", "F");
    TEXTS("/fields/1", "axisLabels", "x", "y", "z");
    read_coords("/fields/1/electricField/x");
    expect_external(true);
    set_text("/fields/1/electricField/y", "gridDataOrder", "C"); /* the component's counts first */
    read_coords("/fields/1/electricField/y");
    expect_external(false);
}
END_TEST

START_TEST(reversed_cylinders_have_an_angle)
{
    make_external("/fields/1/electricField/r", 3, 2, 4);
    set_text("/fields/1", "gridGeometry", "cylindrical");
    TEXTS("/fields/1", "axisLabels", "z", "theta", "r");
    read_coords("/fields/1/electricField/r");
    expect_step(0, "z", 0.25, 3, "m");
    expect_step(1, "theta", 2, 2, "rad");
    expect_step(2, "r", 0.5, 1, "m");
}
END_TEST

static void expect_refusal(const char *refusal)
{
    read_coords("/fields/1/electricField/x");
    ck_assert_pstr_eq(coords.refusal, refusal);
    for (unsigned k = 0; k < coords.rank; k++)
        expect_none(k, NULL);
}

#define OR_NAME_IT                                                                                 \
    ", or name it with -d and give a step with --spacing to differentiate it as a plain array"

START_TEST(external_fields_of_another_size_are_refused)
{
    make_external("/fields/1/electricField/x", 3, 2, 4);
    expect_refusal("gridSize says 4x2x3 along x, y, z, the dataset is 3x2x4" OR_NAME_IT);
    TEXTS("/fields/1", "axisLabels", "z", "y", "x");
    NUMBERS("/fields/1", "gridSize", 4, 3, 2);
    expect_refusal("gridSize says 2x3x4 along z, y, x, the dataset is 3x2x4" OR_NAME_IT);
    set_text("/fields/1/electricField/x", "gridDataOrder", "F");
    expect_refusal("gridSize says 2x3x4 along z, y, x, the dataset is 3x2x4" OR_NAME_IT);
    NUMBERS("/fields/1", "gridSize", 4, 3);
    expect_refusal("gridSize does not hold 3 numbers" OR_NAME_IT);
    NUMBERS("/fields/1", "gridSpacing", 4, 3);
    expect_refusal("gridSpacing and axisLabels differ in length" OR_NAME_IT);
    TEXTS("/fields/1", "axisLabels", "y", "x");
    expect_refusal("gridSpacing does not hold 3 numbers" OR_NAME_IT);
}
END_TEST

START_TEST(labels_of_another_geometry_are_refused)
{
    make_external("/fields/1/electricField/x", 4, 2, 3);
    TEXTS("/fields/1", "axisLabels", "r", "theta", "z");
    expect_refusal("axisLabels are not x, y and z" OR_NAME_IT);
    TEXTS("/fields/1", "axisLabels", "x", "x", "z");
    expect_refusal("axisLabels are not x, y and z" OR_NAME_IT);
    set_text("/fields/1", "gridGeometry", "cylindrical");
    expect_refusal("axisLabels are not r, theta and z" OR_NAME_IT);
    set_text("/fields/1", "gridDataOrder", "Fortran");
    expect_refusal("gridDataOrder is neither C nor F" OR_NAME_IT);
    set_text("/fields/1", "gridDataOrder", "C");
    set_text("/fields/1/electricField/x", "gridDataOrder", "Fortran");
    expect_refusal("gridDataOrder is neither C nor F" OR_NAME_IT);
    make("/fields/1/magneticField/x", 4, 2, 3, 2);
    set_text("/fields/1", "gridGeometry", "rectangular");
    TEXTS("/fields/1", "axisLabels", "x", "y", "z");
    read_coords("/fields/1/magneticField/x");
    ck_assert_pstr_eq(coords.refusal, "its grid has 3 axes, the dataset 4" OR_NAME_IT);
}
END_TEST

START_TEST(components_of_old_lie_beside_the_grid)
{
    make_external("/fields/1/Ex", 3, 2, 4);
    set_text("/fields/1/Ex", "gridDataOrder", "F");
    NUMBERS("/fields/1/Ex", "unitDimension", 1, 1, -3, -1, 0, 0, 0);
    read_coords("/fields/1/Ex");
    expect_external(true);
    finish("/fields/1/Ex", 2, (unsigned[]){0, 2}, NULL);
    EXPECT_NUMBERS("/fields/1", "gridSpacing", 0.5, 2, 0.25);
    EXPECT_NUMBERS("/fields/1/Ex_gradient/z", "unitDimension", 0, 1, -3, -1, 0, 0, 0);
    ck_assert(!has_attribute("/fields/1/Ex_gradient", "gridSpacing"));
    ck_assert(!has_attribute("/fields/1", "gridDataOrder"));
}
END_TEST

START_TEST(what_scales_and_bends_a_field_is_told)
{
    make_external("/fields/1/electricField/x", 4, 2, 3);
    NUMBERS("/fields/1", "fieldScale", 1);
    NUMBERS("/fields/1", "gridCurvatureRadius", 0);
    read_coords("/fields/1/electricField/x");
    expect_external(false);
    ck_assert_ptr_null(coords.note);
    NUMBERS("/fields/1", "fieldScale", 4);
    NUMBERS("/fields/1", "gridCurvatureRadius", 2.5);
    set_text("/fields/1", "masterParameter", "VOLTAGE");
    read_coords("/fields/1/electricField/x");
    expect_external(false);
    ck_assert_pstr_eq(coords.note, "fieldScale 4 times masterParameter VOLTAGE is not applied; "
                                   "z runs along an arc (gridCurvatureRadius 2.5)");
}
END_TEST

START_TEST(particles_are_not_fields)
{
    make_vector();
    make("/data/100/particles/e/position/x", 50);
    make("/data/100/others", 50);
    ck_assert_str_eq(why_not_field("/data/100/particles/e/position/x"), "it belongs to particles");
    ck_assert_ptr_null(why_not_field(MESHES "/B/x"));
    ck_assert_ptr_null(why_not_field("/data/100/others"));
    read_coords("/data/100/others");
    ck_assert_ptr_null(coords.convention);
    expect_none(0, NULL);
    /* where particles lie in the iteration itself, meshes still do not belong to them */
    set_text("/", "particlesPath", "./");
    ck_assert_str_eq(why_not_field("/data/100/others"), "it belongs to particles");
    ck_assert_ptr_null(why_not_field(MESHES "/B/x"));
}
END_TEST

START_TEST(the_gradient_of_a_component_is_a_record)
{
    make_vector();
    set_text(MESHES "/B", "comment", "kept");
    finish(MESHES "/B/x", 3, (unsigned[]){0, 1, 2}, NULL);
    expect_text("/", "openPMD", "1.1.0");
    expect_text("/", "iterationFormat", "/data/%T/");
    ck_assert(!has_attribute("/", "history"));
    ck_assert(!has_attribute("/", "particlesPath"));
    EXPECT_NUMBERS("/data/100", "time", 1.5);
    EXPECT_NUMBERS("/data/100", "timeUnitSI", 1e-15);
    const char *record = MESHES "/B_x_gradient";
    expect_text(record, "geometry", "cartesian");
    expect_text(record, "dataOrder", "C");
    expect_text(record, "comment", "kept");
    EXPECT_TEXTS(record, "axisLabels", "z", "y", "x");
    EXPECT_NUMBERS(record, "gridSpacing", 5, 6, 7);
    EXPECT_NUMBERS(record, "gridGlobalOffset", 50, 60, 70);
    EXPECT_NUMBERS(record, "gridUnitSI", 0.001);
    EXPECT_NUMBERS(record, "timeOffset", 0.25);
    EXPECT_NUMBERS(record, "unitDimension", -1, 1, -2, -1, 0, 0, 0);
    EXPECT_NUMBERS(MESHES "/B_x_gradient/y", "unitSI", 3);
    EXPECT_NUMBERS(MESHES "/B_x_gradient/y", "position", 0.5, 0, 0);
    ck_assert(H5Lexists(output, MESHES "/B", H5P_DEFAULT) <= 0);
}
END_TEST

START_TEST(a_step_of_unknown_unit_leaves_the_dimension)
{
    make_vector();
    own_spacing[0] = false;
    finish(MESHES "/B/x", 3, (unsigned[]){0, 1, 2}, NULL);
    EXPECT_NUMBERS(MESHES "/B_x_gradient", "unitDimension", 0, 1, -2, -1, 0, 0, 0);
}
END_TEST

START_TEST(the_gradient_of_a_scalar_is_a_record)
{
    make_scalar();
    finish(MESHES "/rho", 2, (unsigned[]){1, 2}, NULL);
    EXPECT_NUMBERS(MESHES "/rho_gradient", "unitDimension", -1, 1, -2, -1, 0, 0, 0);
    EXPECT_NUMBERS(MESHES "/rho_gradient", "gridSpacing", 5, 6, 7);
    ck_assert(!has_attribute(MESHES "/rho_gradient", "unitSI"));
    EXPECT_NUMBERS(MESHES "/rho_gradient/x", "unitSI", 3);
    ck_assert(!has_attribute(MESHES "/rho_gradient/x", "gridSpacing"));
    ck_assert(!has_attribute(MESHES "/rho_gradient/x", "unitDimension"));
}
END_TEST

START_TEST(results_named_by_the_user_are_records_too)
{
    make_scalar();
    finish(MESHES "/rho", 1, (unsigned[]){0}, (const char *[]){MESHES "/slope"});
    EXPECT_NUMBERS(MESHES "/slope", "unitDimension", -1, 1, -2, -1, 0, 0, 0);
    EXPECT_NUMBERS(MESHES "/slope", "gridSpacing", 5, 6, 7);
    EXPECT_NUMBERS(MESHES "/slope", "unitSI", 3);
    ck_assert(!has_attribute(MESHES, "gridSpacing"));
}
END_TEST

START_TEST(labels_that_name_no_component_give_way_to_numbers)
{
    make_vector();
    TEXTS(MESHES "/B", "axisLabels", "x", "x", "a/b");
    read_coords(MESHES "/B/x");
    for (unsigned k = 0; k < 3; k++) {
        char expected[64];
        snprintf(expected, sizeof expected, MESHES "/B_x_gradient/%u", k);
        char *result = coords.convention->result_path(MESHES "/B/x", &coords, k);
        ck_assert_str_eq(result, expected);
        free(result);
    }
}
END_TEST

/* -------------------------------------------------------------------------------------- VTKHDF */

/* ImageData of 5, 7 and 10 points along x, y and z. */
static void make_image(void)
{
    make_group("/VTKHDF");
    set_text("/VTKHDF", "Type", "ImageData");
    NUMBERS("/VTKHDF", "Version", 1, 0);
    NUMBERS("/VTKHDF", "WholeExtent", 0, 4, 2, 8, 0, 9);
    NUMBERS("/VTKHDF", "Origin", 1, 2, 3);
    NUMBERS("/VTKHDF", "Spacing", 0.5, 0.25, 2);
    NUMBERS("/VTKHDF", "Direction", 1, 0, 0, 0, 1, 0, 0, 0, 1);
}

static void make_lines(void)
{
    make_group("/VTKHDF");
    set_text("/VTKHDF", "Type", "RectilinearGrid");
    make("/VTKHDF/XCoordinates", 5);
    make("/VTKHDF/YCoordinates", 7);
    make("/VTKHDF/ZCoordinates", 10);
}

START_TEST(an_image_has_its_axes_reversed)
{
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    read_coords("/VTKHDF/PointData/u");
    ck_assert_str_eq(coords.axis[0].source, "VTKHDF");
    expect_step(0, "z", 2, 3, NULL);
    expect_step(1, "y", 0.25, 2.5, NULL);
    expect_step(2, "x", 0.5, 1, NULL);
    ck_assert_ptr_null(coords.note);
    ck_assert_ptr_null(coords.refusal);
}
END_TEST

START_TEST(an_image_may_leave_out_flat_axes)
{
    make_image();
    NUMBERS("/VTKHDF", "WholeExtent", 0, 4, 3, 3, 0, 9);
    make("/VTKHDF/PointData/flat", 10, 5);
    make("/VTKHDF/PointData/whole", 10, 1, 5);
    read_coords("/VTKHDF/PointData/flat");
    expect_step(0, "z", 2, 3, NULL);
    expect_step(1, "x", 0.5, 1, NULL);
    read_coords("/VTKHDF/PointData/whole");
    expect_step(0, "z", 2, 3, NULL);
    expect_none(1, "y");
    expect_step(2, "x", 0.5, 1, NULL);
}
END_TEST

START_TEST(cells_lie_between_points)
{
    make_image();
    make("/VTKHDF/CellData/u", 9, 6, 4);
    read_coords("/VTKHDF/CellData/u");
    expect_step(0, "z", 2, 4, NULL);
    expect_step(2, "x", 0.5, 1.25, NULL);
    make("/VTKHDF/CellData/wrong", 10, 7, 5);
    read_coords("/VTKHDF/CellData/wrong");
    expect_problem(
        0, "axis 0: VTKHDF: the extents of the array are not those of WholeExtent" WAY_OUT("0"));
}
END_TEST

START_TEST(components_and_time_steps_are_left_out)
{
    make_image();
    make("/VTKHDF/PointData/v", 4, 10, 7, 5, 3);
    make("/VTKHDF/PointData/still", 10, 7, 5, 3);
    make("/VTKHDF/Steps/Values", 4);
    set_int("/VTKHDF/Steps", "NSteps", 4);
    read_coords("/VTKHDF/PointData/v");
    expect_array(0, "time", "/VTKHDF/Steps/Values", false, NULL);
    ck_assert_str_eq(coords.axis[0].left_out, "it holds time steps");
    expect_step(1, "z", 2, 3, NULL);
    expect_step(3, "x", 0.5, 1, NULL);
    expect_none(4, NULL);
    ck_assert_str_eq(coords.axis[4].left_out, "it holds components");
    read_coords("/VTKHDF/PointData/still");
    expect_step(0, "z", 2, 3, NULL);
    ck_assert_str_eq(coords.axis[3].left_out, "it holds components");
}
END_TEST

START_TEST(a_turned_image_is_told)
{
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    NUMBERS("/VTKHDF", "Direction", 0, 1, 0, 1, 0, 0, 0, 0, 1);
    read_coords("/VTKHDF/PointData/u");
    expect_step(0, "z", 2, 3, NULL);
    ck_assert_ptr_nonnull(strstr(coords.note, "turned"));
}
END_TEST

START_TEST(rectilinear_grids_have_lines)
{
    make_lines();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    make("/VTKHDF/CellData/c", 9, 6, 4);
    read_coords("/VTKHDF/PointData/u");
    expect_array(0, "z", "/VTKHDF/ZCoordinates", false, NULL);
    expect_array(1, "y", "/VTKHDF/YCoordinates", false, NULL);
    expect_array(2, "x", "/VTKHDF/XCoordinates", false, NULL);
    read_coords("/VTKHDF/CellData/c");
    expect_array(0, "z", "/VTKHDF/ZCoordinates", true, NULL);
    expect_array(2, "x", "/VTKHDF/XCoordinates", true, NULL);
    ck_assert_str_eq(why_not_field("/VTKHDF/XCoordinates"), "it is a coordinate");
    ck_assert_ptr_null(why_not_field("/VTKHDF/CellData/c"));
}
END_TEST

START_TEST(other_types_of_vtk_are_refused)
{
    static const char *const types[] = {"UnstructuredGrid", "PolyData",       "OverlappingAMR",
                                        "HyperTreeGrid",    "StructuredGrid", "MultiBlockDataSet"};
    make_image();
    make("/VTKHDF/PointData/u", 100);
    make("/VTKHDF/Level0/PointData/v", 10, 10);
    make("/VTKHDF/Points", 100, 3);
    make("/VTKHDF/Steps/PointDataOffsets/u", 7);
    for (size_t i = 0; i < LENGTH(types); i++) {
        set_text("/VTKHDF", "Type", types[i]);
        read_coords("/VTKHDF/PointData/u");
        ck_assert_ptr_nonnull(strstr(coords.refusal, types[i]));
        ck_assert_ptr_null(coords.convention);
        expect_none(0, NULL);
        read_coords("/VTKHDF/Level0/PointData/v");
        ck_assert_ptr_nonnull(coords.refusal);
    }
    ck_assert_ptr_null(why_not_field("/VTKHDF/PointData/u"));
    ck_assert_str_eq(why_not_field("/VTKHDF/Points"), "it is bookkeeping of VTK");
    ck_assert_str_eq(why_not_field("/VTKHDF/Steps/PointDataOffsets/u"), "it is bookkeeping of VTK");
}
END_TEST

START_TEST(broken_images_are_unusable)
{
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    NUMBERS("/VTKHDF", "Spacing", 0, 0.25, INFINITY);
    read_coords("/VTKHDF/PointData/u");
    expect_problem(0, "axis 0: VTKHDF: the step is inf" WAY_OUT("0"));
    expect_problem(2, "axis 2: VTKHDF: the step is 0" WAY_OUT("2"));
    NUMBERS("/VTKHDF", "Spacing", 1, 2);
    read_coords("/VTKHDF/PointData/u");
    expect_problem(1, "axis 1: VTKHDF: Spacing does not hold 3 numbers" WAY_OUT("1"));
    NUMBERS("/VTKHDF", "Spacing", 1, 2, 3);
    NUMBERS("/VTKHDF", "WholeExtent", 0, 4, 9, 2, NAN, 1e300);
    read_coords("/VTKHDF/PointData/u");
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
}
END_TEST

START_TEST(results_of_vtk_are_vtk)
{
    const double z[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, times[4] = {2, 3, 4, 5};
    make_lines();
    NUMBERS("/VTKHDF", "Version", 2, 7);
    fill("/VTKHDF/ZCoordinates", z);
    set_text("/VTKHDF/ZCoordinates", "CLASS", "DIMENSION_SCALE");
    set_text("/VTKHDF/ZCoordinates", "units", "m");
    make("/VTKHDF/Steps/Values", 4);
    fill("/VTKHDF/Steps/Values", times);
    set_int("/VTKHDF/Steps", "NSteps", 4);
    make("/VTKHDF/PointData/u", 4, 10, 7, 5);
    read_coords("/VTKHDF/PointData/u");
    ck_assert_ptr_null(coords.convention->result_path);
    finish("/VTKHDF/PointData/u", 1, (unsigned[]){1}, (const char *[]){"/VTKHDF/PointData/u_z"});
    expect_text("/VTKHDF", "Type", "RectilinearGrid");
    EXPECT_NUMBERS("/VTKHDF", "Version", 2, 7);
    EXPECT_NUMBERS("/VTKHDF/Steps", "NSteps", 4);
    expect_line("/VTKHDF/ZCoordinates", 10, 0);
    expect_line("/VTKHDF/Steps/Values", 4, 2);
    expect_text("/VTKHDF/ZCoordinates", "units", "m");
    ck_assert(!has_attribute("/VTKHDF/ZCoordinates", "CLASS"));
}
END_TEST

/* -------------------------------------------------------------------------------------- NXdata */

#define NX "/entry/data"

/* 3 x 4 counts. */
static void make_signal(void)
{
    make(NX "/counts", 3, 4);
    set_text("/", "default", "gone");
    set_text("/entry", "NX_class", "NXentry");
    set_text(NX, "NX_class", "NXdata");
}

static void make_nexus(void)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/tof", 5);
    set_text(NX "/y", "units", "mm");
    set_text(NX, "signal", "counts");
    TEXTS(NX, "axes", "y", "tof");
}

static size_t references(const char *name)
{
    struct h5_set set = {0};
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert_int_eq(hg_coords_references(file, name, data, &set, &err), H5GRAD_OK);
    size_t n = set.n;
    hg_set_free(&set);
    hg_close(data);
    return n;
}

START_TEST(the_group_names_the_axes)
{
    make_nexus();
    read_coords(NX "/counts");
    ck_assert_str_eq(coords.axis[0].source, "NXdata");
    expect_array(0, "y", NX "/y", false, "mm");
    expect_array(1, "tof", NX "/tof", true, NULL);
    ck_assert_uint_eq(references(NX "/counts"), 2);
    ck_assert_ptr_null(why_not_field(NX "/counts"));
    ck_assert_str_eq(why_not_field(NX "/y"), "it is a coordinate");
    read_coords(NX "/y");
    expect_none(0, NULL);
}
END_TEST

START_TEST(indices_outrank_the_order_of_names)
{
    make_nexus();
    make(NX "/x", 4);
    TEXTS(NX, "axes", "x", "y");
    set_int(NX, "x_indices", 1);
    set_int(NX, "y_indices", 0);
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, "mm");
    expect_array(1, "x", NX "/x", false, NULL);
}
END_TEST

START_TEST(other_signals_share_the_axes)
{
    make_nexus();
    make(NX "/more", 3, 4);
    make(NX "/other", 4, 3);
    make(NX "/counts_errors", 3, 4);
    read_coords(NX "/more");
    expect_array(0, "y", NX "/y", false, "mm");
    read_coords(NX "/other");
    expect_none(0, NULL);
    ck_assert_ptr_null(coords.convention);
    ck_assert_str_eq(why_not_field(NX "/counts_errors"), "it holds uncertainties");
    TEXTS(NX, "auxiliary_signals", "other");
    read_coords(NX "/other");
    expect_problem(0, "axis 0: NXdata: /entry/data/y: has 3 points, the axis 4" WAY_OUT("0"));
}
END_TEST

START_TEST(dots_and_names_without_fields_give_nothing)
{
    make_nexus();
    TEXTS(NX, "axes", ".", "q");
    read_coords(NX "/counts");
    expect_none(0, NULL);
    expect_none(1, "q");
}
END_TEST

START_TEST(signals_of_old_name_their_axes)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/x", 4);
    set_text(NX "/counts", "signal", "1");
    set_text(NX "/counts", "axes", "y:x");
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", false, NULL);
    ck_assert_uint_eq(references(NX "/counts"), 2);
    set_text(NX "/counts", "axes", "[y,x]");
    read_coords(NX "/counts");
    expect_array(1, "x", NX "/x", false, NULL);
}
END_TEST

START_TEST(axes_of_older_times_say_which_they_are)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/x", 5);
    set_int(NX "/counts", "signal", 1);
    set_int(NX "/y", "axis", 1);
    set_int(NX "/x", "axis", 2);
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", true, NULL);
    ck_assert_str_eq(why_not_field(NX "/x"), "it is a coordinate");
    set_int(NX "/x", "axis", 77);
    read_coords(NX "/counts");
    expect_none(1, NULL);
}
END_TEST

START_TEST(axes_that_cannot_serve_are_unusable)
{
    make_nexus();
    make(NX "/lat", 3, 4);
    NUMBERS(NX, "lat_indices", 0, 1);
    TEXTS(NX, "axes", "lat", "lat");
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: lat belongs to several axes at once" WAY_OUT("0"));
    expect_problem(1, "axis 1: NXdata: lat belongs to several axes at once" WAY_OUT("1"));
    hg_close(object_without(NX, "lat_indices"));
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: /entry/data/lat: has rank 2" WAY_OUT("0"));
    TEXTS(NX, "axes", "y", "tof", "y");
    read_coords(NX "/counts");
    expect_problem(
        1, "axis 1: NXdata: axes names another number of axes than the signal has" WAY_OUT("1"));
    NUMBERS(NX, "axes", 1, 2);
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: axes does not hold names" WAY_OUT("0"));
    ck_assert(H5Lcreate_soft("/nowhere", file, NX "/dangling", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    TEXTS(NX, "axes", "dangling", ".");
    read_coords(NX "/counts");
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
}
END_TEST

START_TEST(other_groups_are_not_nexus)
{
    make_nexus();
    set_text(NX, "NX_class", "NXcollection");
    read_coords(NX "/counts");
    expect_none(0, NULL);
    ck_assert_ptr_null(coords.convention);
    ck_assert_ptr_null(why_not_field(NX "/y"));
}
END_TEST

START_TEST(results_of_nexus_are_nexus)
{
    const double y[3] = {4, 5, 6};
    make_nexus();
    fill(NX "/y", y);
    finish(NX "/counts", 2, (unsigned[]){0, 1},
           (const char *[]){NX "/counts_grad_0", NX "/counts_grad_1"});
    expect_text("/", "default", "entry");
    expect_text("/entry", "default", "data");
    expect_text("/entry", "NX_class", "NXentry");
    expect_text(NX, "NX_class", "NXdata");
    expect_text(NX, "signal", "counts_grad_0");
    EXPECT_TEXTS(NX, "auxiliary_signals", "counts_grad_1");
    EXPECT_TEXTS(NX, "axes", "y", "tof");
    EXPECT_NUMBERS(NX, "y_indices", 0);
    EXPECT_NUMBERS(NX, "tof_indices", 1);
    expect_line(NX "/y", 3, 4);
    expect_text(NX "/y", "units", "mm");
    ck_assert(H5Lexists(output, NX "/tof", H5P_DEFAULT) > 0);
}
END_TEST

START_TEST(results_elsewhere_have_the_axes_beside_them)
{
    const double y[3] = {4, 5, 6};
    make_nexus();
    fill(NX "/y", y);
    TEXTS(NX, "axes", "y", ".");
    finish(NX "/counts", 1, (unsigned[]){0}, (const char *[]){NX "/slopes/y_slope"});
    expect_text(NX, "default", "slopes");
    expect_text(NX "/slopes", "NX_class", "NXdata");
    expect_text(NX "/slopes", "signal", "y_slope");
    EXPECT_TEXTS(NX "/slopes", "axes", "y", ".");
    expect_line(NX "/slopes/y", 3, 4);
}
END_TEST

/* -------------------------------------------------------------------------------- all of them */

/* Puts each of many wrong values in an attribute's place, and has the file read. */
static void spoil(const char *object, const char *attribute, const char *data)
{
    static const double many[40] = {0};
    for (int kind = 0; kind < 9; kind++) {
        hg_close(object_without(object, attribute));
        if (kind == 1)
            set_text(object, attribute, "");
        else if (kind == 2)
            TEXTS(object, attribute, "a", "", ".", "/", "b:c");
        else if (kind == 3)
            NUMBERS(object, attribute, NAN);
        else if (kind == 4)
            NUMBERS(object, attribute, -INFINITY, NAN, 1e308);
        else if (kind == 5)
            set_numbers(object, attribute, LENGTH(many), many);
        else if (kind == 6)
            NUMBERS(object, attribute, -1e300, 0);
        else if (kind == 7)
            set_int(object, attribute, INT32_MIN);
        else if (kind == 8)
            NUMBERS(object, attribute, 1e308, 1e308, 1e308, 1e308, 1e308, 1e308);
        why_not_field(data);
        references(data);
        read_coords(data);
        for (unsigned k = 0; k < coords.rank; k++) {
            const struct coords_axis *axis = &coords.axis[k];
            ck_assert((axis->kind == COORDS_UNUSABLE) == (axis->problem != NULL));
            if (axis->kind == COORDS_STEP)
                ck_assert(isfinite(axis->step) && axis->step != 0 && isfinite(axis->origin));
        }
    }
}

START_TEST(any_attribute_may_hold_anything)
{
    static const char *const of_mesh[] = {"gridSpacing",      "gridUnitSI", "gridUnitDimension",
                                          "gridGlobalOffset", "axisLabels", "dataOrder",
                                          "geometry"};
    static const char *const of_image[] = {"WholeExtent", "Spacing", "Origin", "Direction", "Type"};
    static const char *const of_nexus[] = {"axes", "auxiliary_signals", "y_indices", "signal",
                                           "NX_class"};
    make_vector();
    for (size_t i = 0; i < LENGTH(of_mesh); i++) {
        spoil(MESHES "/B", of_mesh[i], MESHES "/B/x");
        set_mesh(MESHES "/B");
    }
    spoil(MESHES "/B/x", "position", MESHES "/B/x");
    spoil("/", "basePath", MESHES "/B/x");
    spoil("/", "particlesPath", MESHES "/B/x");
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    make("/VTKHDF/Steps/Values", 10);
    for (size_t i = 0; i < LENGTH(of_image); i++)
        spoil("/VTKHDF", of_image[i], "/VTKHDF/PointData/u");
    spoil("/VTKHDF/Steps", "NSteps", "/VTKHDF/PointData/u");
    make_nexus();
    for (size_t i = 0; i < LENGTH(of_nexus); i++)
        spoil(NX, of_nexus[i], NX "/counts");
    spoil(NX "/counts", "signal", NX "/counts");
    spoil(NX "/counts", "axes", NX "/counts");
}
END_TEST

static bool is_not_left(const char *name)
{
    return strcmp(name, "left") != 0;
}

START_TEST(attributes_are_copied_as_they_are)
{
    make_group("/from");
    set_text("/from", "text", "é");
    TEXTS("/from", "texts", "a", "", "longer");
    NUMBERS("/from", "numbers", 1, NAN);
    set_int("/from", "left", 1);
    set_int("/from", "there", 1);
    hid_t from = H5Gopen2(file, "/from", H5P_DEFAULT);
    hid_t space = H5Screate(H5S_NULL);
    hg_close(H5Acreate2(from, "empty", H5T_STD_I16BE, space, H5P_DEFAULT, H5P_DEFAULT));
    hg_close(space);
    space = H5Screate(H5S_SCALAR);
    hid_t reference =
        H5Acreate2(from, "reference", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    hg_close(reference);
    hg_close(space);
    hid_t to = H5Gopen2(output, "/", H5P_DEFAULT);
    ck_assert_int_eq(hg_attribute_write_int(to, "there", 2, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_attributes_copy(from, to, is_not_left, &err), H5GRAD_OK);
    expect_text("/", "text", "é");
    EXPECT_TEXTS("/", "texts", "a", "", "longer");
    EXPECT_NUMBERS("/", "there", 2);
    ck_assert(has_attribute("/", "empty"));
    ck_assert(has_attribute("/", "numbers"));
    ck_assert(!has_attribute("/", "left"));
    ck_assert(!has_attribute("/", "reference"));
    hg_close(to);
    hg_close(from);
}
END_TEST

static TCase *group(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, setup, teardown);
    suite_add_tcase(suite, tests);
    return tests;
}

static void add_openpmd(TCase *tests)
{
    tcase_add_test(tests, a_component_has_the_mesh_of_its_record);
    tcase_add_test(tests, data_order_f_reverses_what_is_per_axis);
    tcase_add_test(tests, theta_modes_are_left_out);
    tcase_add_test(tests, version_2_has_a_unit_per_axis);
    tcase_add_test(tests, without_a_factor_the_unit_is_unknown);
    tcase_add_test(tests, a_mesh_that_cannot_be_understood_is_unusable);
    tcase_add_test(tests, external_fields_of_beam_physics);
    tcase_add_test(tests, labels_say_how_external_fields_lie);
    tcase_add_test(tests, the_older_order_outranks_labels);
    tcase_add_test(tests, the_mesh_may_tell_the_order_of_its_components);
    tcase_add_test(tests, reversed_cylinders_have_an_angle);
    tcase_add_test(tests, external_fields_of_another_size_are_refused);
    tcase_add_test(tests, labels_of_another_geometry_are_refused);
    tcase_add_test(tests, components_of_old_lie_beside_the_grid);
    tcase_add_test(tests, what_scales_and_bends_a_field_is_told);
    tcase_add_test(tests, particles_are_not_fields);
    tcase_add_test(tests, the_gradient_of_a_component_is_a_record);
    tcase_add_test(tests, a_step_of_unknown_unit_leaves_the_dimension);
    tcase_add_test(tests, the_gradient_of_a_scalar_is_a_record);
    tcase_add_test(tests, results_named_by_the_user_are_records_too);
    tcase_add_test(tests, labels_that_name_no_component_give_way_to_numbers);
}

static void add_vtkhdf(TCase *tests)
{
    tcase_add_test(tests, an_image_has_its_axes_reversed);
    tcase_add_test(tests, an_image_may_leave_out_flat_axes);
    tcase_add_test(tests, cells_lie_between_points);
    tcase_add_test(tests, components_and_time_steps_are_left_out);
    tcase_add_test(tests, a_turned_image_is_told);
    tcase_add_test(tests, rectilinear_grids_have_lines);
    tcase_add_test(tests, other_types_of_vtk_are_refused);
    tcase_add_test(tests, broken_images_are_unusable);
    tcase_add_test(tests, results_of_vtk_are_vtk);
}

static void add_nxdata(TCase *tests)
{
    tcase_add_test(tests, the_group_names_the_axes);
    tcase_add_test(tests, indices_outrank_the_order_of_names);
    tcase_add_test(tests, other_signals_share_the_axes);
    tcase_add_test(tests, dots_and_names_without_fields_give_nothing);
    tcase_add_test(tests, signals_of_old_name_their_axes);
    tcase_add_test(tests, axes_of_older_times_say_which_they_are);
    tcase_add_test(tests, axes_that_cannot_serve_are_unusable);
    tcase_add_test(tests, other_groups_are_not_nexus);
    tcase_add_test(tests, results_of_nexus_are_nexus);
    tcase_add_test(tests, results_elsewhere_have_the_axes_beside_them);
}

int main(void)
{
    Suite *suite = suite_create("conventions");
    add_openpmd(group(suite, "openPMD"));
    add_vtkhdf(group(suite, "VTKHDF"));
    add_nxdata(group(suite, "NXdata"));
    TCase *all = group(suite, "all");
    tcase_add_test(all, any_attribute_may_hold_anything);
    tcase_add_test(all, attributes_are_copied_as_they_are);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
