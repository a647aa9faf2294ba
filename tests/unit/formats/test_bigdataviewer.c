/* SPDX-License-Identifier: BSD-3-Clause */
/* BigDataViewer. */
#include "tests/unit/formats/convention_file.h"

START_TEST(bigdataviewer_says_where_the_voxel_size_is)
{
    make("/t00000/s00/0/cells", 4, 5, 6);
    make("/s00/resolutions", 2, 3);
    make("/s00/subdivisions", 2, 3);
    make("/t00000/s00/cells", 4, 5, 6);
    read_coords("/t00000/s00/0/cells");
    expect_nothing(0, "z");
    expect_nothing(2, "x");
    ck_assert_ptr_nonnull(strstr(coords.note, "XML"));
    ck_assert_ptr_null(strstr(coords.note, "signed"));
    ck_assert_ptr_null(coords.refusal);
    expect_no_field("/s00/resolutions", "it is bookkeeping of BigDataViewer");
    expect_no_field("/s00/subdivisions", "it is bookkeeping of BigDataViewer");
    expect_no_field("/t00000/s00/0/cells", NULL);
    read_coords("/t00000/s00/cells");
    ck_assert_ptr_null(coords.note);
    make_as("/t00000/s01/0/cells", H5T_STD_I16BE, EXTENT(4, 5, 6));
    read_coords("/t00000/s01/0/cells");
    ck_assert_ptr_nonnull(strstr(coords.note, "stored as signed integers"));
    make("/t00000/s00/0/cell", 4, 5, 6);
    read_coords("/t00000/s00/0/cell");
    ck_assert_ptr_null(coords.note);
}
END_TEST

void add_bigdataviewer(Suite *suite)
{
    TCase *tcase = add_case(suite, "BigDataViewer", setup, teardown);
    ADD_TESTS(tcase, bigdataviewer_says_where_the_voxel_size_is);
}
