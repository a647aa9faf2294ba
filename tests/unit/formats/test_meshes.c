/* SPDX-License-Identifier: BSD-3-Clause */
/* Unstructured meshes: MPAS and others whose axes have names, UGRID and CDI, CGNS, finite elements.
 */
#include "tests/unit/formats/convention_file.h"

/* The axis k of the dataset is left out for a mesh, and others are not; the dataset is refused if
 * refused. */
static void expect_mesh(const char *name, unsigned k, bool refused)
{
    if (refused)
        expect_refused(name, "unstructured mesh");
    else
        expect_whole(name);
    for (unsigned i = 0; i < coords.rank; i++) {
        const char *why = coords.axis[i].left_out;
        ck_assert_int_eq(coords.axis[i].kind == COORDS_NONE || i != k, 1);
        ck_assert_msg((why && strstr(why, "unstructured mesh")) == (i == k), "%s axis %u: %s", name,
                      i, why ? why : "not left out");
    }
}

START_TEST(mpas_has_cells_before_levels)
{
    make("T", 2, 6, 3);
    make("flux", 9);
    make("latCell", 6);
    DIMENSIONS("T", "Time", "nCells", "nVertLevels");
    DIMENSIONS("flux", "nEdges");
    read_coords("/T");
    ck_assert_ptr_null(coords.axis[1].left_out);
    set_text("/", "model_name", "mpas");
    expect_mesh("/T", 1, false);
    expect_mesh("/flux", 0, true);
    ck_assert_str_eq(why_not_field("/latCell"), "it describes a mesh");
    ck_assert_ptr_null(why_not_field("/flux"));
}
END_TEST

START_TEST(exodus_has_times)
{
    make("vals_nod_var1", 3, 7);
    make("time_whole", 3);
    make("connect1", 2, 8);
    DIMENSIONS("vals_nod_var1", "time_step", "num_nodes");
    set_number("/", "api_version", 8);
    set_int("/", "floating_point_word_size", 8);
    expect_mesh("/vals_nod_var1", 1, false);
    expect_array(0, "time_step", "/time_whole", false, NULL);
    ck_assert_str_eq(why_not_field("/time_whole"), "it describes a mesh");
    ck_assert_str_eq(why_not_field("/connect1"), "it describes a mesh");
}
END_TEST

START_TEST(grids_of_scrip_are_lists_of_cells)
{
    make("grid_area", 6);
    DIMENSIONS("grid_area", "grid_size");
    make("grid_center_lat", 6);
    make("grid_center_lon", 6);
    expect_whole("/grid_area");
    make("grid_dims", 1);
    expect_mesh("/grid_area", 0, true);
    ck_assert_str_eq(why_not_field("/grid_center_lat"), "it describes a mesh");
}
END_TEST

START_TEST(faces_of_a_cube_are_no_neighbours)
{
    make("P", 6, 4, 5);
    make("Xdim", 5);
    DIMENSIONS("P", "nf", "Ydim", "Xdim");
    set_text("/", "grid_mapping_name", "gnomonic cubed-sphere");
    read_coords("/P");
    ck_assert_ptr_nonnull(strstr(coords.axis[0].left_out, "cubed sphere"));
    expect_none(2, "Xdim");
    ck_assert_ptr_nonnull(strstr(coords.note, "Xdim and Ydim are not used"));
}
END_TEST

START_TEST(the_mesh_of_ugrid_has_the_axis)
{
    make("T", 4, 6, 3);
    DIMENSIONS("T", "time", "nface", "layer");
    set_text("T", "mesh", "M");
    set_text("T", "location", "face");
    expect_mesh("/T", 1, false);
    ck_assert_ptr_null(coords.note);
    make("U", 4, 6, 3);
    DIMENSIONS("U", "time", "rows", "layer");
    set_text("U", "mesh", "M");
    set_text("U", "location", "face");
    expect_mesh("/U", 2, false);
    ck_assert_ptr_nonnull(strstr(coords.note, "axis 2 is taken for it"));
    make("M");
    set_text("M", "cf_role", "mesh_topology");
    set_text("M", "face_node_connectivity", "nodes");
    set_text("M", "node_coordinates", "x");
    make("x", 8);
    make("nodes", 6, 3);
    set_text("nodes", "cf_role", "face_node_connectivity");
    DIMENSIONS("nodes", "nface", "three");
    expect_mesh("/T", 1, false);
    ck_assert_str_eq(why_not_field("/M"), "it describes a mesh");
    ck_assert_str_eq(why_not_field("/nodes"), "it describes a mesh");
    ck_assert_uint_eq(references("/M"), 2);
    set_text("M", "face_dimension", "time");
    expect_mesh("/T", 0, false);
    set_text("T", "location", "everywhere");
    read_coords("/T");
    ck_assert_ptr_null(coords.axis[0].left_out);
}
END_TEST

START_TEST(cdi_says_that_the_grid_is_unstructured)
{
    make("T", 2, 8);
    make("cell", 8);
    DIMENSIONS("T", "lev", "cell");
    set_text("T", "CDI_grid_type", "unstructured");
    expect_mesh("/T", 1, false);
    set_text("T", "CDI_grid_type", "gaussian");
    read_coords("/T");
    expect_array(1, "cell", "/cell", false, NULL);
}
END_TEST

/* A node of CGNS with a dataset of n letters or numbers. */
static void make_node(const char *node, const char *label, size_t n, const double *value)
{
    char data[128];
    if (n > 0) {
        snprintf(data, sizeof data, "%s/ data", node);
        make_as(data, H5T_NATIVE_DOUBLE, 1, &(hsize_t){n});
        fill(data, value);
    } else if (H5Lexists(file, node, H5P_DEFAULT) <= 0) {
        make_group(node);
    }
    set_text(node, "label", label);
}

START_TEST(zones_of_cgns_are_meshes_or_grids)
{
    const double mesh[12] = {'U'}, grid[10] = {'S'}, value[6] = {0};
    set_text("/", "label", "Root Node of HDF5 File");
    make_node("/B", "CGNSBase_t", 2, value);
    make_node("/B/Z", "Zone_t", 3, value);
    make_node("/B/Z/ZoneType", "ZoneType_t", 12, mesh);
    make_node("/B/Z/F", "FlowSolution_t", 0, NULL);
    make_node("/B/Z/F/P", "DataArray_t", 6, value);
    make_node("/B/Z/G", "GridCoordinates_t", 0, NULL);
    make_node("/B/Z/G/X", "DataArray_t", 6, value);
    expect_mesh("/B/Z/F/P/ data", 0, true);
    ck_assert_ptr_null(why_not_field("/B/Z/F/P/ data"));
    ck_assert_str_eq(why_not_field("/B/ data"), "it is bookkeeping of CGNS");
    ck_assert_str_eq(why_not_field("/B/Z/G/X/ data"), "it is a coordinate");
    ck_assert_int_ge(H5Ldelete(file, "/B/Z/ZoneType", H5P_DEFAULT), 0);
    make_node("/B/Z/ZoneType", "ZoneType_t", 10, grid);
    expect_whole("/B/Z/F/P/ data");
    expect_none(0, "i");
    ck_assert_ptr_nonnull(strstr(coords.note, "GridCoordinates"));
    set_text("/", "label", "Root");
    ck_assert_ptr_null(why_not_field("/B/ data"));
}
END_TEST

START_TEST(rows_of_finite_elements_are_no_axis)
{
    make("/results/1/phase-1/cells/SV_P/1", 9);
    expect_whole("/results/1/phase-1/cells/SV_P/1");
    set_int("/results", "version", 1);
    expect_mesh("/results/1/phase-1/cells/SV_P/1", 0, true);
    make("/Function/u/0", 6, 1);
    expect_whole("/Function/u/0");
    make("/Mesh/mesh/topology", 4, 3);
    make("/Mesh/mesh/geometry", 6, 3);
    expect_refused("/Function/u/0", "unstructured mesh");
    ck_assert_str_eq(why_not_field("/Mesh/mesh/geometry"), "it describes a mesh");
    make("/u/vector_0", 6, 1);
    expect_whole("/u/vector_0");
    make("/u/cell_dofs", 12);
    make("/u/x_cell_dofs", 5);
    expect_refused("/u/vector_0", "unstructured mesh");
    ck_assert_str_eq(why_not_field("/u/cell_dofs"), "it describes a mesh");
    make("/mesh/topology", 4, 3);
    make("/mesh/coordinates", 6, 3);
    ck_assert_ptr_null(why_not_field("/mesh/coordinates"));
    set_text("/mesh/topology", "celltype", "triangle");
    ck_assert_str_eq(why_not_field("/mesh/coordinates"), "it describes a mesh");
    ck_assert_str_eq(why_not_field("/mesh/topology"), "it describes a mesh");
}
END_TEST

START_TEST(points_of_damask_are_refused)
{
    make("/increment_0/phase/A/F", 6, 3, 3);
    set_int("/", "DADF5_version_major", 1);
    expect_whole("/increment_0/phase/A/F");
    set_text("/", "creator", "DAMASK_grid 3.0.0");
    expect_refused("/increment_0/phase/A/F", "damask.Result");
}
END_TEST

void add_meshes(Suite *suite)
{
    TCase *tcase = add_case(suite, "meshes", setup, teardown);
    ADD_TESTS(tcase, mpas_has_cells_before_levels, exodus_has_times,
              grids_of_scrip_are_lists_of_cells, faces_of_a_cube_are_no_neighbours,
              the_mesh_of_ugrid_has_the_axis, cdi_says_that_the_grid_is_unstructured,
              zones_of_cgns_are_meshes_or_grids, rows_of_finite_elements_are_no_axis,
              points_of_damask_are_refused);
}
