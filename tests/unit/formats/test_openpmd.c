/* SPDX-License-Identifier: BSD-3-Clause */
/* openPMD, and the external fields of beam physics. */
#include "tests/unit/formats/convention_file.h"

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
    const struct field field = {.path = MESHES "/B/x", .coords = coords};
    for (unsigned k = 0; k < 3; k++) {
        const struct field_result along = {.what = FIELD_GRADIENT, .along = true, .axis = k};
        char expected[64];
        snprintf(expected, sizeof expected, MESHES "/B_x_gradient/%u", k);
        char *result = coords.convention->result_path(&field, &along, "grad");
        ck_assert_str_eq(result, expected);
        free(result);
    }
}
END_TEST

START_TEST(any_attribute_of_a_mesh_may_hold_anything)
{
    static const char *const of_mesh[] = {"gridSpacing",      "gridUnitSI", "gridUnitDimension",
                                          "gridGlobalOffset", "axisLabels", "dataOrder",
                                          "geometry"};
    make_vector();
    for (size_t i = 0; i < LENGTH(of_mesh); i++) {
        spoil(MESHES "/B", of_mesh[i], MESHES "/B/x");
        set_mesh(MESHES "/B");
    }
    spoil(MESHES "/B/x", "position", MESHES "/B/x");
    spoil("/", "basePath", MESHES "/B/x");
    spoil("/", "particlesPath", MESHES "/B/x");
}
END_TEST

START_TEST(a_record_is_a_vector)
{
    make_vector();
    make(MESHES "/B/y", 4, 5, 6);
    make(MESHES "/rho", 4, 5, 6);
    set_mesh(MESHES "/rho");
    make("/elsewhere/x", 4, 5, 6);
    expect_no_vector(MESHES "/B", "its component z is no dataset");
    make(MESHES "/B/z", 4, 5, 6);
    expect_vector(MESHES "/B", MESHES "/B", "x y z");
    expect_vector(MESHES "/B/y", MESHES "/B", "x y z");
    expect_no_vector(MESHES "/rho", NULL);
    expect_no_vector(MESHES, NULL);
    expect_no_vector("/elsewhere", NULL);
    TEXTS(MESHES "/B", "axisLabels", "u", "v", "w");
    expect_no_vector(MESHES "/B", "its axisLabels are not x, y and z");
    set_text(MESHES "/B", "geometry", "spherical");
    expect_no_vector(MESHES "/B", "its geometry is spherical, whose metric is not applied");
}
END_TEST

/* The grid is a slice: of the components that along its normal has no derivatives. */
START_TEST(a_record_of_a_slice_is_a_vector_of_two)
{
    make_openpmd("1.1.0");
    for (unsigned d = 0; d < 3; d++) {
        make((const char *[]){MESHES "/B/x", MESHES "/B/y", MESHES "/B/z"}[d], 4, 5);
    }
    TEXTS(MESHES "/B", "axisLabels", "x", "z");
    NUMBERS(MESHES "/B", "gridSpacing", 5, 6);
    expect_vector(MESHES "/B", MESHES "/B", "z x");
}
END_TEST

START_TEST(external_fields_are_vectors_on_straight_axes)
{
    make_external("/fields/1/electricField/x", 4, 2, 3);
    make("/fields/1/electricField/y", 4, 2, 3);
    make("/fields/1/electricField/z", 4, 2, 3);
    expect_vector("/fields/1/electricField", "/fields/1/electricField", "x y z");
    NUMBERS("/fields/1", "gridCurvatureRadius", 3);
    expect_no_vector("/fields/1/electricField", "z runs along an arc");
    set_text("/fields/1", "gridGeometry", "cylindrical");
    expect_no_vector("/fields/1/electricField", "its gridGeometry is cylindrical");
}
END_TEST

void add_openpmd(Suite *suite)
{
    TCase *tcase = add_case(suite, "openPMD", setup, teardown);
    ADD_TESTS(tcase, a_component_has_the_mesh_of_its_record, data_order_f_reverses_what_is_per_axis,
              theta_modes_are_left_out, version_2_has_a_unit_per_axis,
              without_a_factor_the_unit_is_unknown, a_mesh_that_cannot_be_understood_is_unusable,
              external_fields_of_beam_physics, labels_say_how_external_fields_lie,
              the_older_order_outranks_labels, the_mesh_may_tell_the_order_of_its_components,
              reversed_cylinders_have_an_angle, external_fields_of_another_size_are_refused,
              labels_of_another_geometry_are_refused, components_of_old_lie_beside_the_grid,
              what_scales_and_bends_a_field_is_told, particles_are_not_fields,
              the_gradient_of_a_component_is_a_record, a_step_of_unknown_unit_leaves_the_dimension,
              the_gradient_of_a_scalar_is_a_record, results_named_by_the_user_are_records_too,
              labels_that_name_no_component_give_way_to_numbers,
              any_attribute_of_a_mesh_may_hold_anything, a_record_is_a_vector,
              a_record_of_a_slice_is_a_vector_of_two, external_fields_are_vectors_on_straight_axes);
}
