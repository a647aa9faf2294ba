/* SPDX-License-Identifier: BSD-3-Clause */
/* ODIM_H5, the format of weather radars. */
#include "tests/unit/formats/convention_file.h"

#define DATA "/dataset1/data1/data"

/* 8 rays of 6 bins. */
static void make_scan(void)
{
    make(DATA, 8, 6);
    make_group("/what");
    make_group("/dataset1/what");
    make_group("/dataset1/where");
    set_text("/what", "version", "H5rad 2.2");
    set_text("/what", "object", "PVOL");
    set_number("/dataset1/where", "nrays", 8);
    set_number("/dataset1/where", "nbins", 6);
    set_number("/dataset1/where", "rscale", 250);
    set_number("/dataset1/where", "rstart", 1);
}

START_TEST(a_scan_has_rays_and_bins)
{
    make_scan();
    read_coords(DATA);
    expect_exact_step(0, 45, 22.5, "azimuth", "degrees", "ODIM_H5");
    expect_exact_step(1, 250, 1125, "range", "m", "ODIM_H5");
    ck_assert(coords.axis[0].periodic);
    make_group("/how");
    set_number("/how", "astart", -0.5);
    NUMBERS("/how", "startazA", 0, 1);
    set_text("/", "Conventions", "ODIM_H5/V2_4");
    read_coords(DATA);
    expect_step(0, "azimuth", 45, 22, "degrees");
    expect_step(1, "range", 250, 126, "m");
    ck_assert_ptr_nonnull(strstr(coords.note, "how/startazA"));
    set_number("/dataset1/where", "startaz", 350);
    set_number("/dataset1/where", "stopaz", 30);
    read_coords(DATA);
    expect_step(0, "azimuth", 5, 352.5, "degrees");
    ck_assert(!coords.axis[0].periodic);
    set_number("/dataset1/where", "nbins", 7);
    expect_refused(DATA, "8x7");
}
END_TEST

START_TEST(a_vertical_scan_has_elevations)
{
    make_scan();
    make_group("/dataset1/how");
    set_text("/dataset1/what", "product", "RHI");
    NUMBERS("/dataset1/how", "elangles", 1, 2, 3, 4, 5, 6, 7, 9);
    read_coords(DATA);
    expect_array(0, "elevation", "/dataset1/how@elangles", false, "degrees");
    NUMBERS("/dataset1/how", "elangles", 1, 2);
    read_coords(DATA);
    expect_unusable(0, "axis 0: ODIM_H5: /dataset1/how@elangles has 2 numbers, the axis 8 points");
    hg_close(object_without("/dataset1/how", "elangles"));
    read_coords(DATA);
    expect_none(0, "elevation");
}
END_TEST

START_TEST(a_composite_runs_from_north_to_south)
{
    make(DATA, 4, 5);
    make_group("/what");
    make_group("/where");
    set_text("/", "Conventions", "ODIM_H5/V2_2");
    set_number("/where", "xscale", 1000);
    set_number("/where", "yscale", 500);
    set_number("/where", "UL_y", 2000);
    read_coords(DATA);
    expect_step(0, "y", -500, 1750, "m");
    expect_step(1, "x", 1000, 500, "m");
    set_number("/where", "minheight", 0);
    read_coords(DATA);
    expect_unusable(0, "axis 0: ODIM_H5: it does not say whether the first row is the lowest");
}
END_TEST

START_TEST(other_files_are_not_odim)
{
    make_scan();
    make("/dataset1/data", 8, 6);
    make("/dataset1/data1/copy", 8, 6);
    read_coords("/dataset1/data");
    expect_none(0, NULL);
    read_coords("/dataset1/data1/copy");
    expect_none(0, NULL);
    set_text("/what", "version", "2.2");
    read_coords(DATA);
    expect_none(0, NULL);
}
END_TEST

void add_odim(Suite *suite)
{
    TCase *tcase = add_case(suite, "ODIM_H5", setup, teardown);
    ADD_TESTS(tcase, a_scan_has_rays_and_bins, a_vertical_scan_has_elevations,
              a_composite_runs_from_north_to_south, other_files_are_not_odim);
}
