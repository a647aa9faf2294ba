/* SPDX-License-Identifier: BSD-3-Clause */
/* VTKHDF. */
#include "tests/unit/formats/convention_file.h"

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

START_TEST(any_attribute_of_an_image_may_hold_anything)
{
    static const char *const of_image[] = {"WholeExtent", "Spacing", "Origin", "Direction", "Type"};
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5);
    make("/VTKHDF/Steps/Values", 10);
    for (size_t i = 0; i < LENGTH(of_image); i++)
        spoil("/VTKHDF", of_image[i], "/VTKHDF/PointData/u");
    spoil("/VTKHDF/Steps", "NSteps", "/VTKHDF/PointData/u");
}
END_TEST

START_TEST(vectors_have_their_components_last)
{
    make_image();
    make("/VTKHDF/PointData/u", 10, 7, 5, 3);
    make("/VTKHDF/PointData/colour", 10, 7, 5, 4);
    make("/VTKHDF/PointData/scalar", 10, 7, 5);
    expect_vector("/VTKHDF/PointData/u", "/VTKHDF/PointData/u", "x0 y1 z2");
    expect_no_vector("/VTKHDF/PointData/colour", NULL);
    expect_no_vector("/VTKHDF/PointData/scalar", NULL);
    expect_no_vector("/VTKHDF", NULL);
    NUMBERS("/VTKHDF", "WholeExtent", 0, 4, 3, 3, 0, 9);
    make("/VTKHDF/PointData/flat", 10, 5, 3);
    make("/VTKHDF/PointData/whole", 10, 1, 5, 3);
    expect_vector("/VTKHDF/PointData/flat", "/VTKHDF/PointData/flat", "z2 x0");
    expect_vector("/VTKHDF/PointData/whole", "/VTKHDF/PointData/whole", "z2 x0");
    NUMBERS("/VTKHDF", "WholeExtent", 0, 4, 3, 3, 0, 0);
    make("/VTKHDF/PointData/line", 5, 3);
    expect_no_vector("/VTKHDF/PointData/line", "it has not two axes");
    NUMBERS("/VTKHDF", "WholeExtent", 2, 2, 0, 6, 0, 9);
    NUMBERS("/VTKHDF", "Direction", 0, 1, 0, 1, 0, 0, 0, 0, 1);
    make("/VTKHDF/PointData/turned", 10, 7, 3);
    expect_no_vector("/VTKHDF/PointData/turned", "the grid is turned");
}
END_TEST

void add_vtkhdf(Suite *suite)
{
    TCase *tcase = add_case(suite, "VTKHDF", setup, teardown);
    ADD_TESTS(tcase, an_image_has_its_axes_reversed, an_image_may_leave_out_flat_axes,
              cells_lie_between_points, components_and_time_steps_are_left_out,
              a_turned_image_is_told, rectilinear_grids_have_lines, other_types_of_vtk_are_refused,
              broken_images_are_unusable, results_of_vtk_are_vtk,
              any_attribute_of_an_image_may_hold_anything, vectors_have_their_components_last);
}
