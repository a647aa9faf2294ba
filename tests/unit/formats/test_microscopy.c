/* SPDX-License-Identifier: BSD-3-Clause */
/* Microscopy: HyperSpy, EMD, Velox, Delmic, DREAM.3D. */
#include "tests/unit/formats/convention_file.h"

#define SIGNAL "/Experiments/map"

static void make_signal(void)
{
    make(SIGNAL "/data", 3, 4);
    make_group(SIGNAL "/axis-0");
    make_group(SIGNAL "/axis-1");
    set_text("/", "file_format", "HyperSpy");
    set_text(SIGNAL "/axis-0", "name", "y");
    set_text(SIGNAL "/axis-0", "units", "nm");
    set_number(SIGNAL "/axis-0", "scale", -0.5);
    set_number(SIGNAL "/axis-0", "offset", 4);
    set_number(SIGNAL "/axis-0", "size", 3);
    set_text(SIGNAL "/axis-1", "units", "<undefined>");
}

START_TEST(axes_of_hyperspy_are_groups)
{
    make_signal();
    make(SIGNAL "/axis-1/axis", 4);
    make(SIGNAL "/learning_results/loadings", 12, 2);
    read_coords(SIGNAL "/data");
    expect_exact_step(0, -0.5, 4, "y", "nm", "HyperSpy");
    expect_array(1, NULL, SIGNAL "/axis-1/axis", false, NULL);
    expect_no_field(SIGNAL "/axis-1/axis", "it is a coordinate");
    expect_no_field(SIGNAL "/learning_results/loadings", "it is bookkeeping of HyperSpy");
    set_number(SIGNAL "/axis-0", "size", 5);
    set_text(SIGNAL "/axis-1", "expression", "a*x+b");
    read_coords(SIGNAL "/data");
    expect_unusable(0, "axis 0: HyperSpy: axis-0 has size 5");
    expect_unusable(1, "axis 1: HyperSpy: its coordinates are a formula: a*x+b");
    set_text("/", "file_format", "other");
    read_coords(SIGNAL "/data");
    expect_none(0, NULL);
    make_group(SIGNAL "/mapped_parameters");
    read_coords(SIGNAL "/data");
    expect_unusable(0, "axis 0: HyperSpy: axis-0 has size 5");
}
END_TEST

START_TEST(dims_of_emd_hold_all_coordinates_or_two)
{
    const double two[2] = {10, 10.5};
    make("/s/data", 4, 3, 2);
    make("/s/dim1", 4);
    make("/s/dim2", 2);
    make("/s/dim3", 2);
    fill("/s/dim2", two);
    set_text("/s/dim1", "units", "[n_m]");
    set_text("/s/dim2", "units", "[]");
    set_text("/s/dim3", "units", "A^-1");
    read_coords("/s/data");
    expect_none(0, NULL);
    set_int("/s", "emd_group_type", 1);
    read_coords("/s/data");
    expect_array(0, NULL, "/s/dim1", false, "nm");
    expect_step(1, NULL, 0.5, 10, NULL);
    expect_array(2, NULL, "/s/dim3", false, "A^-1");
    expect_no_field("/s/dim3", "it is a coordinate");
    make("/s/dim0", 4);
    set_text("/s", "emd_group_type", "array");
    read_coords("/s/data");
    expect_array(0, NULL, "/s/dim0", false, NULL);
    expect_unusable(1, "axis 1: EMD: /s/dim1: has 4 points, the axis 3");
    set_text("/s", "emd_group_type", "root");
    read_coords("/s/data");
    expect_none(0, NULL);
}
END_TEST

#define IMAGE "/Data/Image/0123/"

START_TEST(velox_describes_pixels_in_json)
{
    static const char json[] = "{\"x\": {\"PixelSize\": 1}, \"BinaryResult\": {\"PixelSize\": "
                               "{\"width\": \"2e-10\", \"height\": 4e-10}, \"PixelUnitX\": \"m\", "
                               "\"PixelUnitY\": \"1\\/m\"}}";
    make(IMAGE "Data", 4, 5, 3);
    make_text("/Version", "{\"version\": \"8\", \"format\": \"Velox\"}");
    make_as(IMAGE "Metadata", H5T_NATIVE_UCHAR, 2, (const hsize_t[]){sizeof json, 1});
    hid_t dataset = H5Dopen2(file, IMAGE "Metadata", H5P_DEFAULT);
    h5make_points(dataset, H5T_NATIVE_UCHAR, json);
    hg_close(dataset);
    read_coords(IMAGE "Data");
    expect_step(0, "y", 4e-10, 0, "1/m");
    expect_step(1, "x", 2e-10, 0, "m");
    expect_none(2, "frame");
    expect_no_field(IMAGE "Metadata", "it is bookkeeping of Velox");
    ck_assert_int_ge(H5Ldelete(file, "/Version", H5P_DEFAULT), 0);
    read_coords(IMAGE "Data");
    expect_none(0, NULL);
}
END_TEST

START_TEST(pixels_of_delmic_have_sizes)
{
    const double size = 0.5;
    make("/Acquisition0/ImageData/Image", 3, 4, 5);
    make("/Acquisition0/ImageData/DimensionScaleC", 3);
    make("/Acquisition0/ImageData/DimensionScaleY");
    make("/Acquisition0/ImageData/DimensionScaleX");
    fill("/Acquisition0/ImageData/DimensionScaleY", &size);
    fill("/Acquisition0/ImageData/DimensionScaleX", &size);
    set_text("/Acquisition0/ImageData/DimensionScaleX", "UNIT", "m");
    TEXTS("/Acquisition0/ImageData/Image", "DIMENSION_LABELS", "C", "Y", "X");
    read_coords("/Acquisition0/ImageData/Image");
    expect_array(0, "C", "/Acquisition0/ImageData/DimensionScaleC", false, NULL);
    expect_step(1, "Y", -0.5, 0, NULL);
    expect_step(2, "X", 0.5, 0, "m");
}
END_TEST

#define CELLS    "/DataContainers/S/Cells"
#define GEOMETRY "/DataContainers/S/_SIMPL_GEOMETRY"

static void make_simpl(void)
{
    const double size[3] = {5, 4, 3}, spacing[3] = {0.25, 0.5, 2}, origin[3] = {1, 2, 3};
    make(CELLS "/Euler", 3, 4, 5, 3);
    make(GEOMETRY "/DIMENSIONS", 3);
    make(GEOMETRY "/SPACING", 3);
    make(GEOMETRY "/ORIGIN", 3);
    fill(GEOMETRY "/DIMENSIONS", size);
    fill(GEOMETRY "/SPACING", spacing);
    fill(GEOMETRY "/ORIGIN", origin);
    set_text("/", "FileVersion", "7.0");
    set_text(GEOMETRY, "GeometryTypeName", "ImageGeometry");
    set_int(CELLS, "AttributeMatrixType", 3);
}

START_TEST(cells_of_simpl_lie_on_a_grid)
{
    make_simpl();
    read_coords(CELLS "/Euler");
    expect_step(0, "z", 2, 3, NULL);
    expect_step(1, "y", 0.5, 2, NULL);
    expect_step(2, "x", 0.25, 1, NULL);
    ck_assert_str_eq(coords.axis[3].left_out, "it holds components");
    expect_no_field(GEOMETRY "/SPACING", "it is bookkeeping of DREAM.3D");
    make("/DataContainers/S/Grains/Volume", 6, 1);
    set_int("/DataContainers/S/Grains", "AttributeMatrixType", 7);
    expect_refused("/DataContainers/S/Grains/Volume", "features");
    set_int(CELLS, "AttributeMatrixType", 0);
    expect_refused(CELLS "/Euler", "mesh");
    set_text("/", "FileVersion", "6.0");
    expect_whole(CELLS "/Euler");
    expect_none(0, NULL);
}
END_TEST

START_TEST(bounds_of_simpl_are_edges)
{
    make_simpl();
    set_text(GEOMETRY, "GeometryTypeName", "RectGridGeometry");
    make(GEOMETRY "/xBounds", 6);
    make(GEOMETRY "/yBounds", 5);
    read_coords(CELLS "/Euler");
    expect_array(2, "x", GEOMETRY "/xBounds", true, NULL);
    expect_array(1, "y", GEOMETRY "/yBounds", true, NULL);
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
}
END_TEST

START_TEST(images_of_simplnx_have_attributes)
{
    make("/DataStructure/S/Cells/V", 3, 4, 5, 2);
    set_text("/", "FileVersion", "8.0");
    set_text("/DataStructure/S", "ObjectType", "ImageGeom");
    set_text("/DataStructure/S/Cells", "ObjectType", "AttributeMatrix");
    NUMBERS("/DataStructure/S", "_DIMENSIONS", 5, 4, 3);
    NUMBERS("/DataStructure/S", "_SPACING", 0.25, 0.5, 2);
    read_coords("/DataStructure/S/Cells/V");
    expect_step(0, "z", 2, 0, NULL);
    expect_step(2, "x", 0.25, 0, NULL);
    ck_assert_str_eq(coords.axis[3].left_out, "it holds components");
    NUMBERS("/DataStructure/S", "_DIMENSIONS", 6, 4, 3);
    expect_refused("/DataStructure/S/Cells/V", "features");
    set_text("/DataStructure/S", "ObjectType", "TriangleGeom");
    expect_refused("/DataStructure/S/Cells/V", "mesh");
    make("/DataStructure/S/SharedVertexList", 5, 3);
    expect_no_field("/DataStructure/S/SharedVertexList", "it is bookkeeping of DREAM.3D");
}
END_TEST

void add_microscopy(Suite *suite)
{
    TCase *tcase = add_case(suite, "microscopy", setup, teardown);
    ADD_TESTS(tcase, axes_of_hyperspy_are_groups, dims_of_emd_hold_all_coordinates_or_two,
              velox_describes_pixels_in_json, pixels_of_delmic_have_sizes,
              cells_of_simpl_lie_on_a_grid, bounds_of_simpl_are_edges,
              images_of_simplnx_have_attributes);
}
