/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF-EOS5: grids, swaths and zonal averages. */
#include "tests/unit/formats/convention_file.h"

#define FIELD(kind, name, field, dims)                                                             \
    "\t\tOBJECT=" kind "_1\n\t\t\t" name "=\"" field "\"\n\t\t\tDimList=(" dims                    \
    ")\n\t\tEND_OBJECT=" kind "_1\n"
#define GRID(corners, more)                                                                        \
    "GROUP=GridStructure\n\tGROUP=GRID_1\n\t\tGridName=\"other\"\n\tEND_GROUP=GRID_1\n"            \
    "\tGROUP=GRID_2\n\t\tGridName=\"G\"\n\t\tXDim=4\n\t\tYDim=3\n" corners more FIELD(             \
        "DataField", "DataFieldName", "T",                                                         \
        "\"ZDim\",\"YDim\",\"XDim\"") "\tEND_GROUP=GRID_2\nEND_GROUP=GridStructure\nEND\n"
#define CORNERS                                                                                    \
    "\t\tUpperLeftPointMtrs=(10000000.000000,41030000.000000)\n"                                   \
    "\t\tLowerRightMtrs=(12000000.000000,40000000.000000)\n"
#define T    "/HDFEOS/GRIDS/G/Data Fields/T"
#define TEXT "/HDFEOS INFORMATION/StructMetadata.0"

static void make_grid(const char *text)
{
    make(T, 2, 3, 4);
    make_text(TEXT, text);
}

START_TEST(corners_of_a_map_are_packed_degrees)
{
    make_grid(GRID(CORNERS, "\t\tProjection=HE5_GCTP_GEO\n"));
    read_coords(T);
    expect_none(0, "ZDim");
    expect_step(1, "YDim", -0.5, 41.25, "degrees_north");
    expect_step(2, "XDim", 0.5, 10.25, "degrees_east");
    ck_assert_ptr_null(coords.note);
}
END_TEST

START_TEST(other_maps_have_metres)
{
    make_grid(GRID(CORNERS, "\t\tProjection=HE5_GCTP_LAMAZ\n\t\tGridOrigin=HE5_HDFE_GD_LR\n"));
    read_coords(T);
    expect_step(1, "YDim", 1030000.0 / 3, 40000000 + 1030000.0 / 6, "m");
    expect_step(2, "XDim", -500000, 11750000, "m");
    ck_assert_ptr_nonnull(strstr(coords.note, "projection"));
}
END_TEST

START_TEST(corners_that_are_wrong_are_not_used)
{
    make_grid(GRID("\t\tUpperLeftPointMtrs=(-180,90)\n\t\tLowerRightMtrs=(180,-90)\n",
                   "\t\tProjection=HE5_GCTP_GEO\n"));
    read_coords(T);
    expect_unusable(1, "axis 1: HDF-EOS5: the corners of the grid are no degrees");
    make("/HDFEOS/GRIDS/G/Data Fields/U", 2, 3, 4);
    read_coords("/HDFEOS/GRIDS/G/Data Fields/U");
    expect_none(1, NULL);
    ck_assert_str_eq(coords.note, "StructMetadata does not describe it");
}
END_TEST

START_TEST(a_grid_of_another_size_is_refused)
{
    make("/HDFEOS/GRIDS/G/Data Fields/T", 2, 3, 5);
    make_text(TEXT, GRID(CORNERS, ""));
    expect_refused(T, "XDim is 4");
}
END_TEST

#define SWATH_FIELD(name, dims) FIELD("GeoField", "GeoFieldName", name, dims)
#define SWATH                                                                                      \
    "GROUP=SwathStructure\nGROUP=SWATH_1\nSwathName=\"S\"\n" SWATH_FIELD("Time", "\"nTimes\"")     \
        SWATH_FIELD("Latitude", "\"nTimes\"") SWATH_FIELD("Pressure", "\"nLevels\"")               \
            FIELD("DataField", "DataFieldName", "O3",                                              \
                  "\"nTimes\",\"nLevels\"") "END_GROUP=SWATH_1\nEND_GROUP=SwathStructure\nEND\n"
#define S "/HDFEOS/SWATHS/S/"

START_TEST(fields_of_a_swath_are_coordinates)
{
    make(S "Data Fields/O3", 4, 5);
    make(S "Geolocation Fields/Latitude", 4);
    make(S "Geolocation Fields/Pressure", 5);
    make_text(TEXT, SWATH);
    set_text(S "Geolocation Fields/Pressure", "Units", "hPa");
    read_coords(S "Data Fields/O3");
    expect_array(0, "nTimes", S "Geolocation Fields/Latitude", false, NULL);
    expect_array(1, "nLevels", S "Geolocation Fields/Pressure", false, "hPa");
    make(S "Geolocation Fields/Time", 4);
    read_coords(S "Data Fields/O3");
    expect_array(0, "nTimes", S "Geolocation Fields/Time", false, NULL);
    ck_assert_uint_eq(references(S "Data Fields/O3"), 2);
    ck_assert_str_eq(why_not_field(S "Geolocation Fields/Latitude"), "it is a coordinate");
}
END_TEST

START_TEST(a_damaged_description_is_harmless)
{
    static const char text[] = GRID(CORNERS, "\t\tProjection=HE5_GCTP_GEO\n");
    char part[sizeof text];
    make(T, 2, 3, 4);
    for (size_t n = 0; n < sizeof text; n += 7) {
        memcpy(part, text, n);
        part[n] = '\0';
        make_text(TEXT, part);
        read_coords(T);
        ck_assert_int_ge(H5Ldelete(file, TEXT, H5P_DEFAULT), 0);
    }
}
END_TEST

void add_hdfeos(Suite *suite)
{
    TCase *tcase = add_case(suite, "HDF-EOS5", setup, teardown);
    ADD_TESTS(tcase, corners_of_a_map_are_packed_degrees, other_maps_have_metres,
              corners_that_are_wrong_are_not_used, a_grid_of_another_size_is_refused,
              fields_of_a_swath_are_coordinates, a_damaged_description_is_harmless);
}
