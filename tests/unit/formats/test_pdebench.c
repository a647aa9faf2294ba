/* SPDX-License-Identifier: BSD-3-Clause */
/* PDEBench. */
#include "tests/unit/formats/convention_file.h"

START_TEST(pdebench_drops_the_last_time)
{
    make("/x-coordinate", 5);
    make("/y-coordinate", 6);
    make("/t-coordinate", 5);
    make("/Vx", 3, 4, 5, 6);
    read_coords("/Vx");
    expect_left_out(0, "its points are separate samples");
    expect_array_of(1, "/t-coordinate", "t", "PDEBench");
    ck_assert(coords.axis[1].surplus);
    expect_array_of(2, "/x-coordinate", "x", "PDEBench");
    ck_assert(!coords.axis[2].surplus);
    expect_array_of(3, "/y-coordinate", "y", "PDEBench");
    ck_assert_ptr_nonnull(strstr(coords.note, "the last value of /t-coordinate"));
    expect_no_field("/t-coordinate", "it is a coordinate");
    expect_no_field("/y-coordinate", "it is a coordinate");
    expect_no_field("/Vx", NULL);
}
END_TEST

START_TEST(pdebench_lengths_are_checked)
{
    make("/g/x-coordinate", 6);
    make("/g/t-coordinate", 6);
    make("/g/tensor", 3, 4, 5);
    read_coords("/g/tensor");
    expect_unusable(1, "axis 1: PDEBench: /g/t-coordinate: has 6 points, the axis 4");
    expect_unusable(2, "axis 2: PDEBench: /g/x-coordinate: has 6 points, the axis 5");
    make("/h/x-coordinate", 5);
    make("/h/t-coordinate", 4);
    make("/h/tensor", 3, 4, 5);
    read_coords("/h/tensor");
    expect_array_of(1, "/h/t-coordinate", "t", "PDEBench");
    ck_assert(!coords.axis[1].surplus);
}
END_TEST

START_TEST(pdebench_darcy_flow)
{
    make("/x-coordinate", 5);
    make("/y-coordinate", 6);
    make("/tensor", 3, 1, 5, 6);
    make("/nu", 3, 5, 6);
    make("/other", 3, 5, 6);
    read_coords("/tensor");
    expect_nothing(1, "t");
    expect_array_of(3, "/y-coordinate", "y", "PDEBench");
    read_coords("/nu");
    expect_left_out(0, "its points are separate samples");
    expect_array_of(1, "/x-coordinate", "x", "PDEBench");
    expect_array_of(2, "/y-coordinate", "y", "PDEBench");
    read_coords("/other");
    expect_left_out(0, NULL);
    expect_nothing(1, NULL);
}
END_TEST

START_TEST(pdebench_group_per_sample)
{
    make("/0007/data", 4, 5, 6, 2);
    read_coords("/0007/data");
    expect_nothing(0, NULL);
    make("/0007/grid/x", 5);
    make("/0007/grid/y", 6);
    make("/0007/grid/t", 5);
    make("/0008/grid/x", 5);
    read_coords("/0007/data");
    expect_unusable(0, "axis 0: PDEBench: /0007/grid/t: has 5 points, the axis 4");
    expect_array_of(1, "/0007/grid/x", "x", "PDEBench");
    expect_array_of(2, "/0007/grid/y", "y", "PDEBench");
    expect_left_out(3, "it holds separate quantities");
    expect_no_field("/0007/grid/x", "it is a coordinate");
    expect_no_field("/0008/grid/x", NULL);
}
END_TEST

void add_pdebench(Suite *suite)
{
    TCase *tcase = add_case(suite, "PDEBench", setup, teardown);
    ADD_TESTS(tcase, pdebench_drops_the_last_time, pdebench_lengths_are_checked,
              pdebench_darcy_flow, pdebench_group_per_sample);
}
