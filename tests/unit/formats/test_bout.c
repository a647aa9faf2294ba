/* SPDX-License-Identifier: BSD-3-Clause */
/* BOUT++. */
#include "tests/unit/formats/convention_file.h"

static void make_bout(void)
{
    const double dx[4] = {0.5, 0.5, 0.5, 0.5}, dy[4] = {1, 1, 2, 1};
    make("n", 3, 2, 2);
    DIMENSIONS("n", "t", "x", "y");
    make("BOUT_VERSION");
    make("t_array", 3);
    make("dx", 2, 2);
    fill("dx", dx);
    make("dy", 2, 2);
    fill("dy", dy);
}

START_TEST(steps_that_are_the_same_everywhere_serve)
{
    make_bout();
    read_coords("/n");
    expect_array(0, "t", "/t_array", false, NULL);
    expect_exact_step(1, 0.5, 0, "x", NULL, "BOUT++");
    expect_none(2, "y");
    ck_assert_ptr_nonnull(strstr(coords.note, "axis 2: dy is not the same everywhere"));
    ck_assert_ptr_nonnull(strstr(coords.note, "metric"));
    ck_assert_str_eq(why_not_field("/dy"), "it is a coordinate");
}
END_TEST

START_TEST(a_piece_is_refused)
{
    const double two = 2;
    make_bout();
    make("NXPE");
    fill("NXPE", &two);
    make("PE_XIND");
    expect_refused("/n", "BOUT++");
}
END_TEST

START_TEST(other_files_are_not_bout)
{
    make_bout();
    ck_assert_int_ge(H5Ldelete(file, "BOUT_VERSION", H5P_DEFAULT), 0);
    read_coords("/n");
    expect_none(0, "t");
    expect_none(1, "x");
    ck_assert_ptr_null(why_not_field("/dx"));
}
END_TEST

void add_bout(Suite *suite)
{
    TCase *tcase = add_case(suite, "BOUT++", setup, teardown);
    ADD_TESTS(tcase, steps_that_are_the_same_everywhere_serve, a_piece_is_refused,
              other_files_are_not_bout);
}
