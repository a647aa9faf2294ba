/* SPDX-License-Identifier: BSD-3-Clause */
/* Neurophysiology and near-infrared spectroscopy, NWB and SNIRF; GPM; nc-complex; components. */
#include "hdf5/scales.h"
#include "tests/unit/formats/convention_file.h"

#define SERIES "/acquisition/a"

static void make_series(const char *type)
{
    make(SERIES "/data", 6, 2);
    set_text("/", "nwb_version", "2.7.0");
    set_text(SERIES, "neurodata_type", type);
}

START_TEST(series_of_nwb_have_a_rate)
{
    const double start = 10;
    make_series("TimeSeries");
    make(SERIES "/starting_time");
    fill(SERIES "/starting_time", &start);
    set_number(SERIES "/starting_time", "rate", 4);
    read_coords(SERIES "/data");
    expect_exact_step(0, 0.25, 10, "time", "seconds", "NWB");
    expect_none(1, NULL);
    ck_assert_ptr_null(coords.axis[1].left_out);
    make(SERIES "/timestamps", 6);
    make(SERIES "/electrodes", 2);
    read_coords(SERIES "/data");
    expect_array(0, "time", SERIES "/timestamps", false, "seconds");
    ck_assert_ptr_nonnull(strstr(coords.axis[1].left_out, "channels"));
    expect_no_field(SERIES "/timestamps", "it is a coordinate");
    expect_no_field(SERIES "/electrodes", "it is bookkeeping of NWB");
    expect_no_field(SERIES "/data", NULL);
    set_text(SERIES, "neurodata_type", "SpikeEventSeries");
    read_coords(SERIES "/data");
    ck_assert_str_eq(coords.axis[0].left_out, "its points are separate events");
    ck_assert_ptr_null(coords.axis[1].left_out);
    hg_close(object_without("/", "nwb_version"));
    read_coords(SERIES "/data");
    expect_none(0, NULL);
    expect_no_field(SERIES "/timestamps", NULL);
}
END_TEST

START_TEST(tables_of_nwb_are_no_fields)
{
    make_series("IndexSeries");
    make("/processing/t/x", 3);
    set_text("/processing/t/x", "neurodata_type", "VectorData");
    make("/general/x", 3);
    expect_no_field("/processing/t/x", "it is a column of a table of NWB");
    expect_no_field("/general/x", "it is bookkeeping of NWB");
    expect_no_field(SERIES "/data", "it holds indices");
}
END_TEST

START_TEST(times_of_snirf_are_all_or_start_and_step)
{
    const double two[2] = {20, 125};
    make("/nirs/data1/dataTimeSeries", 5, 3);
    make("/nirs/data1/time", 5);
    make("/nirs2/aux1/dataTimeSeries", 4);
    make("/nirs2/aux1/time", 2);
    fill("/nirs2/aux1/time", two);
    make("/nirs/probe/wavelengths", 2);
    make_text("/nirs/metaDataTags/TimeUnit", "ms");
    read_coords("/nirs/data1/dataTimeSeries");
    expect_none(0, NULL);
    make_text("/formatVersion", "1.1");
    read_coords("/nirs/data1/dataTimeSeries");
    expect_array(0, "time", "/nirs/data1/time", false, "ms");
    ck_assert_ptr_nonnull(strstr(coords.axis[1].left_out, "channels"));
    read_coords("/nirs2/aux1/dataTimeSeries");
    expect_exact_step(0, 125, 20, "time", "s", "SNIRF");
    expect_no_field("/nirs/data1/time", "it is a coordinate");
    expect_no_field("/nirs/probe/wavelengths", "it is bookkeeping of SNIRF");
    expect_no_field("/nirs/data1/dataTimeSeries", NULL);
}
END_TEST

START_TEST(gpm_names_axes)
{
    make("/Grid/precipitation", 1, 4, 3);
    make("/Grid/lon", 4);
    make("/Grid/lat", 3);
    set_text("/Grid/precipitation", "DimensionNames", "time,lon,lat");
    set_text("/Grid/lon", "DimensionNames", "lon");
    set_text("/Grid/lon", "Units", "degrees_east");
    set_text("/Grid", "GridHeader", "BinMethod=ARITHMEAN;");
    read_coords("/Grid/precipitation");
    expect_none(1, NULL);
    set_text("/", "FileHeader", "AlgorithmID=3IMERGHH;");
    read_coords("/Grid/precipitation");
    expect_none(0, "time");
    expect_array(1, "lon", "/Grid/lon", false, "degrees_east");
    expect_array(2, "lat", "/Grid/lat", false, NULL);
    expect_no_field("/Grid/lon", "it is a coordinate");
    make("/Grid/Intermediate/u", 1, 4, 3);
    set_text("/Grid/Intermediate/u", "DimensionNames", "time,lon,lat");
    read_coords("/Grid/Intermediate/u");
    expect_array(1, "lon", "/Grid/lon", false, "degrees_east");
    hg_close(object_without("/Grid", "GridHeader"));
    read_coords("/Grid/precipitation");
    expect_none(1, "lon");
}
END_TEST

START_TEST(parts_of_complex_numbers_are_no_axis)
{
    make("a", 4, 2);
    make("b", 4, 3);
    DIMENSIONS("a", "x", "ri");
    read_coords("/a");
    ck_assert_str_eq(coords.axis[1].left_out, "it holds real and imaginary parts");
    DIMENSIONS("b", "x", "complex");
    read_coords("/b");
    ck_assert_ptr_null(coords.axis[1].left_out);
}
END_TEST

START_TEST(short_axes_may_hold_components)
{
    make("x", 4);
    make("a", 4, 3);
    make("b", 4, 5);
    make("c", 2, 4, 3);
    make("d", 4, 3, 3);
    make("e", 4, 3, 2);
    hid_t a = H5Dopen2(file, "a", H5P_DEFAULT), b = H5Dopen2(file, "b", H5P_DEFAULT);
    hobj_ref_t scale;
    ck_assert_int_ge(H5Rcreate(&scale, file, "x", H5R_OBJECT, -1), 0);
    const size_t n[2] = {1, 0};
    ck_assert_int_eq(hg_scales_write(a, 2, n, &scale, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_scales_write(b, 2, n, &scale, &err), H5GRAD_OK);
    hg_close(a);
    hg_close(b);
    const size_t of_three[3] = {1, 0, 0};
    hid_t d = H5Dopen2(file, "d", H5P_DEFAULT), e = H5Dopen2(file, "e", H5P_DEFAULT);
    ck_assert_int_eq(hg_scales_write(d, 3, of_three, &scale, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_scales_write(e, 3, of_three, &scale, &err), H5GRAD_OK);
    hg_close(d);
    hg_close(e);
    read_coords("/d");
    ck_assert_str_eq(coords.note, "axes 1 and 2 have 3 points and no coordinates: if they hold "
                                  "components, --dim=0 leaves them out");
    read_coords("/e");
    ck_assert_ptr_null(coords.note);
    read_coords("/a");
    ck_assert_str_eq(coords.note, "axis 1 has 3 points and no coordinates: if it holds components, "
                                  "--dim=0 leaves it out");
    ck_assert_ptr_null(coords.axis[1].left_out);
    read_coords("/b");
    ck_assert_ptr_null(coords.note);
    read_coords("/c");
    ck_assert_ptr_null(coords.note);
}
END_TEST

void add_neuro(Suite *suite)
{
    TCase *tcase = add_case(suite, "NWB, SNIRF, GPM", setup, teardown);
    ADD_TESTS(tcase, series_of_nwb_have_a_rate, tables_of_nwb_are_no_fields,
              times_of_snirf_are_all_or_start_and_step, gpm_names_axes,
              parts_of_complex_numbers_are_no_axis, short_axes_may_hold_components);
}
