/* SPDX-License-Identifier: BSD-3-Clause */
/* WRF and its preprocessors. */
#include "tests/unit/formats/convention_file.h"

static void make_wrf(void)
{
    make("U", 2, 3, 5);
    DIMENSIONS("U", "Time", "south_north", "west_east_stag");
    set_text("/", "TITLE", " OUTPUT FROM WRF V4.4 MODEL");
    set_number("/", "DX", 3000);
    set_number("/", "DY", 4000);
    set_int("/", "MAP_PROJ", 1);
}

START_TEST(steps_are_those_of_the_projection)
{
    make_wrf();
    make("XLAT", 2, 3, 5);
    read_coords("/U");
    expect_none(0, "Time");
    expect_exact_step(1, 4000, 0, "south_north", "m", "WRF");
    expect_exact_step(2, 3000, 0, "west_east_stag", "m", "WRF");
    ck_assert_ptr_nonnull(strstr(coords.note, "MAPFAC_M"));
    ck_assert_str_eq(why_not_field("/XLAT"), "it is a coordinate");
    make("XTIME", 2);
    set_text("XTIME", "description", "minutes since simulation start");
    read_coords("/U");
    expect_array(0, "Time", "/XTIME", false, "minutes");
}
END_TEST

START_TEST(some_maps_have_degrees)
{
    make_wrf();
    set_int("/", "MAP_PROJ", 6);
    set_number("/", "DX", 0.25);
    read_coords("/U");
    expect_step(1, "south_north", 4000, 0, "m");
    expect_step(2, "west_east_stag", 0.25, 0, "degrees_east");
    ck_assert_ptr_null(coords.note);
}
END_TEST

START_TEST(staggered_rows_have_no_step)
{
    make_wrf();
    set_text("/", "GRIDTYPE", "E");
    read_coords("/U");
    expect_unusable(2, "axis 2: WRF: the rows of its grid (GRIDTYPE E) are staggered");
}
END_TEST

START_TEST(the_fire_grid_is_finer)
{
    make_wrf();
    make("F", 6, 5);
    DIMENSIONS("F", "south_north_subgrid", "west_east_subgrid");
    set_int("F", "sr_x", 10);
    read_coords("/F");
    expect_none(0, "south_north_subgrid");
    expect_step(1, "west_east_subgrid", 300, 0, "m");
}
END_TEST

START_TEST(other_files_are_not_wrf)
{
    make_wrf();
    set_text("/", "TITLE", "OUTPUT FROM a thesis");
    read_coords("/U");
    expect_none(1, "south_north");
    set_text("/", "TITLE", " OUTPUT FROM WRF V4.4 MODEL");
    hg_close(object_without("/", "DY"));
    read_coords("/U");
    expect_none(2, "west_east_stag");
}
END_TEST

void add_wrf(Suite *suite)
{
    TCase *tcase = add_case(suite, "WRF", setup, teardown);
    ADD_TESTS(tcase, steps_are_those_of_the_projection, some_maps_have_degrees,
              staggered_rows_have_no_step, the_fire_grid_is_finer, other_files_are_not_wrf);
}
