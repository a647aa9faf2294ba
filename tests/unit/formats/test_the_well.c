/* SPDX-License-Identifier: BSD-3-Clause */
/* The Well. */
#include "tests/unit/formats/convention_file.h"

/* Two spatial dimensions, x of 5 points and y of 6; 3 trajectories of 4 times. */
static void make_well(void)
{
    make("/dimensions/time", 4);
    make("/dimensions/x", 5);
    make("/dimensions/y", 6);
    set_texts("/dimensions", "spatial_dims", 2, (const char *const[]){"x", "y"});
}

static void vary(const char *name, bool sample, bool time, bool x, bool y)
{
    set_flag(name, "sample_varying", sample);
    set_flag(name, "time_varying", time);
    set_flags(name, "dim_varying", 2, (const signed char[]){x, y});
}

START_TEST(the_well_axes)
{
    static const char tensor[] = "it holds the components of a tensor";
    make_well();
    make("/t0_fields/u", 3, 4, 5, 6);
    vary("/t0_fields/u", true, true, true, true);
    make("/t2_fields/D", 3, 4, 5, 6, 2, 2);
    vary("/t2_fields/D", true, true, true, true);
    read_coords("/t0_fields/u");
    expect_left_out(0, "its points are separate trajectories");
    expect_array_of(1, "/dimensions/time", "time", "The Well");
    expect_array_of(2, "/dimensions/x", "x", "The Well");
    expect_array_of(3, "/dimensions/y", "y", "The Well");
    read_coords("/t2_fields/D");
    expect_array_of(3, "/dimensions/y", "y", "The Well");
    expect_left_out(4, tensor);
    expect_left_out(5, tensor);
}
END_TEST

START_TEST(the_well_axes_that_fields_lack)
{
    make_well();
    make("/t0_fields/mask", 5, 6);
    vary("/t0_fields/mask", false, false, true, true);
    make("/t0_fields/profile", 3, 1, 6);
    vary("/t0_fields/profile", true, false, false, true);
    make("/t1_fields/wind", 4, 5, 2);
    vary("/t1_fields/wind", false, true, true, false);
    make("/scalars/energy", 3, 4);
    set_flag("/scalars/energy", "sample_varying", true);
    set_flag("/scalars/energy", "time_varying", true);
    read_coords("/t0_fields/mask");
    expect_array_of(0, "/dimensions/x", "x", "The Well");
    expect_array_of(1, "/dimensions/y", "y", "The Well");
    read_coords("/t0_fields/profile");
    expect_left_out(0, "its points are separate trajectories");
    expect_nothing(1, "x");
    expect_array_of(2, "/dimensions/y", "y", "The Well");
    read_coords("/t1_fields/wind");
    expect_array_of(0, "/dimensions/time", "time", "The Well");
    expect_array_of(1, "/dimensions/x", "x", "The Well");
    expect_left_out(2, "it holds the components of a vector");
    read_coords("/scalars/energy");
    expect_left_out(0, "its points are separate trajectories");
    expect_array_of(1, "/dimensions/time", "time", "The Well");
}
END_TEST

START_TEST(the_well_boundaries)
{
    make_well();
    make("/t0_fields/u", 3, 4, 5, 6);
    vary("/t0_fields/u", true, true, true, true);
    make("/boundary_conditions/a/mask", 5);
    set_text("/boundary_conditions/a", "bc_type", "Periodic");
    set_texts("/boundary_conditions/a", "associated_dims", 1, (const char *const[]){"x"});
    make("/boundary_conditions/b/mask", 6);
    set_text("/boundary_conditions/b", "bc_type", "WALL");
    set_texts("/boundary_conditions/b", "associated_dims", 1, (const char *const[]){"y"});
    set_text("/boundary_conditions", "bc_type", "PERIODIC");
    read_coords("/t0_fields/u");
    ck_assert(!coords.axis[1].periodic);
    ck_assert(coords.axis[2].periodic);
    ck_assert(!coords.axis[3].periodic);
    set_text("/boundary_conditions/b", "bc_type", "PERIODIC");
    read_coords("/t0_fields/u");
    ck_assert(coords.axis[3].periodic);
}
END_TEST

START_TEST(the_well_hostile)
{
    make_well();
    make("/t0_fields/u", 7);
    vary("/t0_fields/u", true, true, true, true);
    make("/t0_fields/v", 3, 9, 5, 6);
    set_text("/t0_fields/v", "time_varying", "perhaps");
    NUMBERS("/t0_fields/v", "dim_varying", NAN, 1, 0);
    read_coords("/t0_fields/u");
    expect_unusable(0, "axis 0: The Well: the attributes speak of 4 axes, the rank is 1");
    read_coords("/t0_fields/v");
    expect_unusable(1, "axis 1: The Well: /dimensions/time: has 4 points, the axis 9");
    expect_array_of(2, "/dimensions/x", "x", "The Well");
    make("/t3_fields/u", 3, 4, 5, 6);
    read_coords("/t3_fields/u");
    expect_nothing(1, NULL);
}
END_TEST

START_TEST(the_well_unknown_without_names)
{
    make("/t0_fields/u", 3, 4, 5, 6);
    make("/dimensions/x", 5);
    read_coords("/t0_fields/u");
    expect_nothing(2, NULL);
    expect_no_field("/dimensions/x", NULL);
    set_texts("/dimensions", "spatial_dims", 4, (const char *const[]){"x", "y", "z", "w"});
    read_coords("/t0_fields/u");
    expect_nothing(2, NULL);
}
END_TEST

START_TEST(the_well_housekeeping_is_no_field)
{
    make_well();
    make("/boundary_conditions/X/mask", 5);
    make("/scalars/Re", 1);
    set_flag("/scalars/Re", "time_varying", false);
    make("/scalars/energy", 4);
    set_flag("/scalars/energy", "time_varying", true);
    expect_no_field("/dimensions/x", "it is a coordinate");
    expect_no_field("/boundary_conditions/X/mask", "it is a boundary condition");
    expect_no_field("/scalars/Re", "it is a parameter");
    expect_no_field("/scalars/energy", NULL);
}
END_TEST

START_TEST(the_well_vectors)
{
    make_well();
    make("/t0_fields/u", 3, 4, 5, 6);
    make("/t1_fields/v", 3, 4, 5, 6, 2);
    make("/t1_fields/wind", 4, 5, 2);
    vary("/t1_fields/wind", false, true, true, false);
    make("/t2_fields/D", 3, 4, 5, 6, 2, 2);
    expect_vector("/t1_fields/v", "/t1_fields/v", "x0 y1");
    expect_no_vector("/t1_fields/wind", "it has not two axes");
    expect_no_vector("/t0_fields/u", NULL);
    expect_no_vector("/t2_fields/D", NULL);
    expect_no_vector("/t1_fields", NULL);
    set_text("/", "grid_type", "Cartesian");
    TEXTS("/dimensions", "spatial_dims", "y", "x");
    expect_vector("/t1_fields/v", "/t1_fields/v", "x1 y0");
    TEXTS("/dimensions", "spatial_dims", "x", "theta");
    expect_no_vector("/t1_fields/v", "its dimensions are not x, y and z");
    set_text("/", "grid_type", "spherical");
    expect_no_vector("/t1_fields/v", "its grid is spherical");
}
END_TEST

void add_the_well(Suite *suite)
{
    TCase *tcase = add_case(suite, "The Well", setup, teardown);
    ADD_TESTS(tcase, the_well_axes, the_well_axes_that_fields_lack, the_well_boundaries,
              the_well_hostile, the_well_unknown_without_names, the_well_housekeeping_is_no_field,
              the_well_vectors);
}
