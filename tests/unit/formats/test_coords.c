/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/scratch_file.h"
#include "libhdf5/identity.h"
#include "formats/formats.h"
#include "tests/support/suite.h"

#define PLACEHOLDER "This is a netCDF dimension but not a netCDF variable.        12"

static void setup(void)
{
    scratch_make();
}

static void teardown(void)
{
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
    ck_assert(hg_close(file));
    scratch_remove();
}

/* -------------------------------------------------------------------------- making such files */

static hid_t make(const char *name, hid_t type, int rank, const hsize_t *extent)
{
    return h5make_dataset(file, name, type, rank, extent, H5P_DEFAULT);
}

/* The data: 3 x 12 points. */
static hid_t make_data(const char *name)
{
    const hsize_t extent[2] = {3, 12};
    return make(name, H5T_NATIVE_FLOAT, 2, extent);
}

static void set_text(hid_t object, const char *name, const char *text, size_t size,
                     H5T_str_t padding)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = H5Screate(H5S_SCALAR);
    ck_assert(H5Tset_size(type, size) >= 0);
    ck_assert(H5Tset_strpad(type, padding) >= 0);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(attribute >= 0);
    ck_assert(H5Awrite(attribute, type, text) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

static void set_plain_text(hid_t object, const char *name, const char *text)
{
    set_text(object, name, text, strlen(text) + 1, H5T_STR_NULLTERM);
}

/* A scale as H5DSset_scale makes it; label may be NULL. */
static void add_scale(const char *name, hid_t type, hsize_t points, const char *label)
{
    hid_t scale = make(name, type, 1, &points);
    set_plain_text(scale, "CLASS", "DIMENSION_SCALE");
    if (label)
        set_plain_text(scale, "NAME", label);
    hg_close(scale);
}

static void set_on(const char *name, const char *attribute, const char *text)
{
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    ck_assert(object >= 0);
    set_plain_text(object, attribute, text);
    hg_close(object);
}

#define MAX_ATTACHED 4

/* The names of what is attached to an axis, ended by NULL; "!" stands for a dangling reference. */
struct attached {
    const char *name[MAX_ATTACHED + 1];
};

/* Writes DIMENSION_LIST for n axes. */
static void attach(hid_t data, hsize_t n, const struct attached *axes)
{
    hobj_ref_t references[8][MAX_ATTACHED];
    hvl_t lists[8];
    for (size_t k = 0; k < n; k++) {
        size_t i = 0;
        for (; axes[k].name[i]; i++) {
            references[k][i] = 0xfffff0;
            if (strcmp(axes[k].name[i], "!") != 0)
                ck_assert(H5Rcreate(&references[k][i], file, axes[k].name[i], H5R_OBJECT, -1) >= 0);
        }
        lists[k] = (hvl_t){i, references[k]};
    }
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t attribute = H5Acreate2(data, "DIMENSION_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(attribute >= 0);
    ck_assert(H5Awrite(attribute, type, lists) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

static void set_labels(hid_t data, const char *const *labels)
{
    const hsize_t n = 2;
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0);
    hid_t space = H5Screate_simple(1, &n, NULL);
    hid_t attribute = H5Acreate2(data, "DIMENSION_LABELS", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(H5Awrite(attribute, type, labels) >= 0);
    hg_close(attribute);
    hg_close(space);
    hg_close(type);
}

/* ------------------------------------------------------------------------------------- reading */

static struct coords coords;

/* Reads with and without what a walk found; the two agree. Closes data. */
static void read_coords(hid_t data, unsigned rank)
{
    struct h5_walk walk;
    struct coords searched;
    ck_assert_int_eq(hg_walk(file, NULL, NULL, &walk, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_coords_read(file, &walk, "/u", data, rank, &coords, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_coords_read(file, NULL, "/u", data, rank, &searched, &err), H5GRAD_OK);
    ck_assert_uint_eq(coords.rank, rank);
    for (unsigned k = 0; k < rank; k++) {
        ck_assert_int_eq(coords.axis[k].kind, searched.axis[k].kind);
        ck_assert_pstr_eq(coords.axis[k].path, searched.axis[k].path);
        ck_assert_pstr_eq(coords.axis[k].name, searched.axis[k].name);
        ck_assert_pstr_eq(coords.axis[k].problem, searched.axis[k].problem);
    }
    hg_coords_free(&searched);
    hg_walk_free(&walk);
    ck_assert(hg_close(data));
}

static void assert_array(unsigned k, const char *at, const char *name, const char *unit)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[k].path, at);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
    ck_assert_str_eq(coords.axis[k].source, "dimension scale");
    ck_assert_ptr_null(coords.axis[k].problem);
}

static void assert_none(unsigned k, const char *name)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_NONE);
    ck_assert_ptr_null(coords.axis[k].path);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_ptr_null(coords.axis[k].source);
    ck_assert_ptr_null(coords.axis[k].problem);
}

static void assert_unusable(unsigned k, const char *name, const char *problem)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    ck_assert_ptr_null(coords.axis[k].path);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_str_eq(coords.axis[k].problem, problem);
}

START_TEST(nothing_is_said)
{
    read_coords(make_data("u"), 2);
    assert_none(0, NULL);
    assert_none(1, NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(scales_are_coordinates)
{
    hid_t data = make_data("u");
    add_scale("t", H5T_STD_I64BE, 3, "time");
    add_scale("grid/x", H5T_NATIVE_FLOAT, 12, NULL);
    set_on("t", "units", "days since 1850-01-01");
    set_on("grid/x", "units", "");
    set_on("grid/x", "unit", "m");
    attach(data, 2, (struct attached[]){{{"t"}}, {{"grid/x"}}});
    read_coords(data, 2);
    assert_array(0, "/t", "time", "days since 1850-01-01");
    assert_array(1, "/grid/x", "x", "m");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(names_that_are_paths_are_shortened)
{
    hid_t data = make_data("u");
    add_scale("t", H5T_NATIVE_DOUBLE, 3, "/axes/time");
    add_scale("x", H5T_NATIVE_DOUBLE, 12, "/");
    attach(data, 2, (struct attached[]){{{"t"}}, {{"x"}}});
    read_coords(data, 2);
    assert_array(0, "/t", "time", NULL);
    assert_array(1, "/x", "x", NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(labels_outrank_names)
{
    hid_t data = make_data("u");
    add_scale("t", H5T_NATIVE_DOUBLE, 3, "time");
    add_scale("x", H5T_NATIVE_DOUBLE, 12, "longitude");
    set_labels(data, (const char *const[]){"epoch", NULL});
    attach(data, 2, (struct attached[]){{{"t"}}, {{"x"}}});
    read_coords(data, 2);
    assert_array(0, "/t", "epoch", NULL);
    assert_array(1, "/x", "longitude", NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(labels_alone_name_axes)
{
    hid_t data = make_data("u");
    set_labels(data, (const char *const[]){"", "x"});
    read_coords(data, 2);
    assert_none(0, NULL);
    assert_none(1, "x");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(placeholders_only_name_their_axis)
{
    hid_t data = make_data("u");
    add_scale("Time", H5T_IEEE_F32BE, 0, PLACEHOLDER);
    add_scale("g/south_north", H5T_IEEE_F32BE, 12, PLACEHOLDER);
    attach(data, 2, (struct attached[]){{{"Time"}}, {{"g/south_north"}}});
    read_coords(data, 2);
    assert_none(0, "Time");
    assert_none(1, "south_north");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(the_first_usable_scale_is_taken)
{
    hid_t data = make_data("u");
    add_scale("dim", H5T_IEEE_F32BE, 12, PLACEHOLDER);
    add_scale("short", H5T_NATIVE_DOUBLE, 5, "s");
    add_scale("a", H5T_NATIVE_DOUBLE, 12, "first");
    add_scale("b", H5T_NATIVE_DOUBLE, 12, "second");
    attach(data, 2, (struct attached[]){{{NULL}}, {{"dim", "short", "a", "b"}}});
    read_coords(data, 2);
    assert_none(0, NULL);
    assert_array(1, "/a", "first", NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(dangling_references_are_unusable)
{
    hid_t data = make_data("u");
    hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hg_close(group);
    add_scale("x", H5T_NATIVE_DOUBLE, 12, NULL);
    attach(data, 2, (struct attached[]){{{"!"}}, {{"!", "g", "x"}}});
    read_coords(data, 2);
    assert_unusable(0, NULL,
                    "axis 0: dimension scale: a reference to it leads nowhere; give others with "
                    "--coord=0=PATH or a step with --spacing");
    assert_array(1, "/x", "x", NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(what_has_a_name_only_does_not_make_up_for_a_lost_scale)
{
    hid_t data = make_data("u");
    add_scale("dim", H5T_IEEE_F32BE, 12, PLACEHOLDER);
    attach(data, 2, (struct attached[]){{{NULL}}, {{"dim", "!"}}});
    read_coords(data, 2);
    assert_unusable(1, "dim",
                    "axis 1: dimension scale: a reference to it leads nowhere; give others with "
                    "--coord=1=PATH or a step with --spacing");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(scales_of_another_length_are_unusable)
{
    hid_t data = make_data("u");
    add_scale("t", H5T_NATIVE_DOUBLE, 1, "time");
    add_scale("x", H5T_NATIVE_DOUBLE, 10, NULL);
    attach(data, 2, (struct attached[]){{{"t"}}, {{"x"}}});
    read_coords(data, 2);
    assert_unusable(0, "time",
                    "axis 0: dimension scale /t: has 1 point, the axis 3; give --coord 0=PATH or "
                    "--spacing");
    assert_unusable(1, "x",
                    "axis 1: dimension scale /x: has 10 points, the axis 12; give --coord 1=PATH "
                    "or --spacing");
    hg_coords_free(&coords);
}
END_TEST

/* A dataset with one axis that may grow. */
static hid_t make_growing(const char *name, hsize_t points)
{
    const hsize_t most = H5S_UNLIMITED, chunk = 4;
    hid_t space = H5Screate_simple(1, &points, &most);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ck_assert(H5Pset_chunk(creation, 1, &chunk) >= 0);
    hid_t dataset =
        H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hg_close(creation);
    hg_close(space);
    return dataset;
}

/* A variable of netCDF-4 may be shorter than its unlimited scale. */
START_TEST(unlimited_scales_may_be_longer)
{
    hg_close(make_growing("t", 10));
    set_on("t", "CLASS", "DIMENSION_SCALE");
    hg_close(make_growing("near", 7));
    hid_t data = make_growing("u", 6);
    attach(data, 1, (struct attached[]){{{"t"}}});
    read_coords(data, 1);
    assert_array(0, "/t", "t", NULL);
    ck_assert(coords.axis[0].surplus);
    ck_assert_str_eq(coords.note, "axis 0: of /t the first 6 points are used");
    hg_coords_free(&coords);

    data = make_growing("v", 6); /* it may be the edges of cells */
    attach(data, 1, (struct attached[]){{{"near"}}});
    read_coords(data, 1);
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
    ck_assert_pstr_eq(coords.axis[0].path, "/near");
    hg_coords_free(&coords);
    set_on("near", "_Netcdf4Dimid", "");
    data = H5Dopen2(file, "v", H5P_DEFAULT);
    read_coords(data, 1);
    assert_array(0, "/near", "near", NULL);
    ck_assert(coords.axis[0].surplus);
    hg_coords_free(&coords);

    const hsize_t extent = 6;
    data = make("w", H5T_NATIVE_DOUBLE, 1, &extent); /* which is as long as it will ever be */
    attach(data, 1, (struct attached[]){{{"t"}}});
    read_coords(data, 1);
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(written_dates_are_unusable)
{
    hid_t data = make_data("u");
    add_scale("t", H5T_NATIVE_DOUBLE, 3, NULL);
    set_on("t", "units", "day as %Y%m%d.%f");
    add_scale("x", H5T_NATIVE_DOUBLE, 13, NULL);
    set_on("x", "units", "day as %Y%m%d.%f");
    attach(data, 2, (struct attached[]){{{"t"}}, {{"x"}}});
    read_coords(data, 2);
    assert_unusable(0, "t",
                    "axis 0: dimension scale: /t holds dates written as numbers (day as "
                    "%Y%m%d.%f); give others with --coord=0=PATH or a step with --spacing");
    ck_assert_ptr_null(coords.axis[0].unit);
    ck_assert_int_eq(coords.axis[1].kind, COORDS_UNUSABLE); /* nor as edges of cells */
    ck_assert_ptr_null(coords.axis[1].path);
    hg_coords_free(&coords);
}
END_TEST

/* ----------------------------------------------------------------------- auxiliary coordinates */

/* The data's axes have scales without coordinates; /x lies along the second, as /a does. */
static hid_t make_with_auxiliaries(const char *named)
{
    const hsize_t extents[] = {3, 12};
    hid_t data = make_data("u");
    add_scale("dim0", H5T_IEEE_F32BE, 3, PLACEHOLDER);
    add_scale("dim1", H5T_IEEE_F32BE, 12, PLACEHOLDER);
    attach(data, 2, (struct attached[]){{{"dim0"}}, {{"dim1"}}});
    for (int i = 0; i < 2; i++) {
        hid_t along = make(i ? "a" : "x", H5T_NATIVE_DOUBLE, 1, &extents[1]);
        attach(along, 1, (struct attached[]){{{"dim1"}}});
        hg_close(along);
    }
    set_on("x", "units", "m");
    hg_close(make("loose", H5T_NATIVE_DOUBLE, 1, &extents[0])); /* along nobody knows what */
    set_plain_text(data, "coordinates", named);
    return data;
}

START_TEST(the_only_auxiliary_of_an_axis_is_taken)
{
    read_coords(make_with_auxiliaries("loose x absent dim0"), 2);
    assert_none(0, "dim0");
    ck_assert_int_eq(coords.axis[1].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[1].path, "/x");
    ck_assert_pstr_eq(coords.axis[1].name, "dim1");
    ck_assert_pstr_eq(coords.axis[1].unit, "m");
    ck_assert_pstr_eq(coords.axis[1].source, "coordinates attribute");
    ck_assert_pstr_eq(coords.note,
                      "its attribute coordinates names absent, dim0, which cannot be found");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(several_auxiliaries_are_told)
{
    read_coords(make_with_auxiliaries("x a"), 2);
    assert_none(1, "dim1");
    ck_assert_pstr_eq(coords.note, "axis 1: x, a are not used: unit spacing; --coord=1=PATH takes "
                                   "one");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(without_scales_one_axis_has_its_auxiliary)
{
    const hsize_t points = 12;
    hg_close(make("x", H5T_NATIVE_INT, 1, &points));
    hid_t data = make("u", H5T_NATIVE_FLOAT, 1, &points);
    set_plain_text(data, "coordinates", "x");
    read_coords(data, 1);
    ck_assert_int_eq(coords.axis[0].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[0].path, "/x");
    ck_assert_pstr_eq(coords.axis[0].name, "x");
    hg_coords_free(&coords);
    data = make_data("plane"); /* of two axes it may belong to either */
    set_plain_text(data, "coordinates", "x");
    read_coords(data, 2);
    assert_none(0, NULL);
    assert_none(1, NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(scales_that_are_no_numbers_are_unusable)
{
    hid_t data = make_data("u");
    const hsize_t extent[2] = {12, 1};
    hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    add_scale("names", text, 3, NULL);
    hg_close(text);
    hg_close(make("flat", H5T_NATIVE_DOUBLE, 2, extent));
    attach(data, 2, (struct attached[]){{{"names"}}, {{"flat"}}});
    read_coords(data, 2);
    assert_unusable(0, "names",
                    "axis 0: dimension scale /names: type is a string; give --coord 0=PATH or "
                    "--spacing");
    assert_unusable(1, "flat",
                    "axis 1: dimension scale /flat: has rank 2; give --coord 1=PATH or --spacing");
    hg_coords_free(&coords);
}
END_TEST

START_TEST(complex_scales_are_unusable)
{
    hid_t data = make_data("u");
    hid_t type = H5Tcreate(H5T_COMPOUND, 16);
    H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "i", 8, H5T_NATIVE_DOUBLE);
    add_scale("z", type, 3, NULL);
    hg_close(type);
    hid_t space = H5Screate(H5S_SCALAR);
    hg_close(H5Dcreate2(file, "one", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hg_close(space);
    attach(data, 2, (struct attached[]){{{"z"}}, {{"one"}}});
    read_coords(data, 2);
    assert_unusable(0, "z",
                    "axis 0: dimension scale /z: type is complex128; give --coord 0=PATH or "
                    "--spacing");
    ck_assert_int_eq(coords.axis[1].kind, COORDS_UNUSABLE);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(broken_lists_say_nothing)
{
    hid_t data = make_data("u");
    add_scale("x", H5T_NATIVE_DOUBLE, 12, NULL);
    attach(data, 1, (struct attached[]){{{"x"}}});
    set_plain_text(data, "DIMENSION_LABELS", "one text");
    read_coords(data, 2);
    assert_none(0, NULL);
    assert_none(1, NULL);
    hg_coords_free(&coords);

    data = make_data("v");
    set_plain_text(data, "DIMENSION_LIST", "no list");
    read_coords(data, 2);
    assert_none(0, NULL);
    hg_coords_free(&coords);
}
END_TEST

START_TEST(unlinked_scales_are_unusable)
{
    hid_t data = make_data("u");
    add_scale("x", H5T_NATIVE_DOUBLE, 12, NULL);
    hid_t scale = H5Dopen2(file, "x", H5P_DEFAULT);
    attach(data, 2, (struct attached[]){{{NULL}}, {{"x"}}});
    ck_assert(H5Ldelete(file, "x", H5P_DEFAULT) >= 0);
    read_coords(data, 2);
    assert_unusable(1, NULL,
                    "axis 1: dimension scale: a reference to it leads nowhere; give others with "
                    "--coord=1=PATH or a step with --spacing");
    hg_coords_free(&coords);
    ck_assert(hg_close(scale));
}
END_TEST

START_TEST(a_scale_has_no_axes_of_its_own)
{
    add_scale("x", H5T_NATIVE_DOUBLE, 12, "x");
    read_coords(H5Dopen2(file, "x", H5P_DEFAULT), 1);
    assert_none(0, NULL);
    hg_coords_free(&coords);
}
END_TEST

static bool is_coordinate(const char *name)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    bool coordinate = hg_coords_not_field(file, name, dataset) != NULL;
    ck_assert(hg_close(dataset));
    return coordinate;
}

START_TEST(coordinates_are_known_by_class_or_back_references)
{
    const hsize_t n = 3;
    add_scale("exact", H5T_NATIVE_INT, n, NULL);
    hid_t dataset = make("padded", H5T_NATIVE_INT, 1, &n);
    set_text(dataset, "CLASS", "DIMENSION_SCALE     ", 20, H5T_STR_SPACEPAD);
    hg_close(dataset);
    dataset = make("tight", H5T_NATIVE_INT, 1, &n);
    set_text(dataset, "CLASS", "DIMENSION_SCALE", 15, H5T_STR_NULLPAD);
    hg_close(dataset);
    dataset = make("referenced", H5T_NATIVE_INT, 1, &n);
    set_plain_text(dataset, "REFERENCE_LIST", "whatever");
    hg_close(dataset);
    dataset = make("image", H5T_NATIVE_INT, 1, &n);
    set_plain_text(dataset, "CLASS", "IMAGE");
    hg_close(dataset);
    hg_close(make_data("u"));
    ck_assert(is_coordinate("exact"));
    ck_assert(is_coordinate("padded"));
    ck_assert(is_coordinate("tight"));
    ck_assert(is_coordinate("referenced"));
    ck_assert(!is_coordinate("image"));
    ck_assert(!is_coordinate("u"));
}
END_TEST

START_TEST(references_are_gathered)
{
    hid_t data = make_data("u");
    const hsize_t n = 12;
    struct h5_set set = {0};
    struct h5_identity identity;
    hg_close(make("by_hand", H5T_NATIVE_DOUBLE, 1, &n));
    add_scale("t", H5T_NATIVE_DOUBLE, 3, NULL);
    add_scale("s", H5T_NATIVE_DOUBLE, 3, NULL);
    attach(data, 2, (struct attached[]){{{"t", "s"}}, {{"!", "by_hand"}}});
    ck_assert_int_eq(hg_coords_references(file, "/u", data, &set, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_coords_references(file, "/u", data, &set, &err), H5GRAD_OK);
    ck_assert_uint_eq(set.n, 3);
    static const char *const names[] = {"t", "s", "by_hand"};
    for (size_t i = 0; i < 3; i++) {
        hid_t scale = H5Dopen2(file, names[i], H5P_DEFAULT);
        ck_assert(hg_identify(scale, &identity));
        ck_assert_ptr_nonnull(hg_set_find(&set, &identity));
        ck_assert_int_eq(hg_coords_references(file, names[i], scale, &set, &err), H5GRAD_OK);
        hg_close(scale);
    }
    ck_assert_uint_eq(set.n, 3);
    ck_assert(hg_identify(data, &identity));
    ck_assert_ptr_null(hg_set_find(&set, &identity));
    hg_close(data);
    hg_set_free(&set);
}
END_TEST

START_TEST(every_rank_is_read)
{
    struct attached axes[8];
    hsize_t extent[8];
    char name[16];
    for (unsigned k = 0; k < 8; k++) {
        snprintf(name, sizeof name, "x%u", k);
        extent[k] = k + 1;
        axes[k] = (struct attached){{k % 2 ? "x1" : "x0"}};
        add_scale(name, H5T_NATIVE_FLOAT, extent[k], NULL);
    }
    hid_t data = make("u", H5T_NATIVE_FLOAT, 8, extent);
    attach(data, 8, axes);
    read_coords(data, 8);
    assert_array(0, "/x0", "x0", NULL);
    assert_array(1, "/x1", "x1", NULL);
    for (unsigned k = 2; k < 8; k++)
        ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    hg_coords_free(&coords);
}
END_TEST

static Suite *coords_suite(void)
{
    Suite *suite = suite_create("coords");
    TCase *scales = add_case(suite, "dimension scales", setup, teardown);
    ADD_TESTS(scales, nothing_is_said, scales_are_coordinates, names_that_are_paths_are_shortened,
              labels_outrank_names, labels_alone_name_axes, placeholders_only_name_their_axis,
              the_first_usable_scale_is_taken, dangling_references_are_unusable,
              what_has_a_name_only_does_not_make_up_for_a_lost_scale,
              scales_of_another_length_are_unusable, unlimited_scales_may_be_longer,
              written_dates_are_unusable, scales_that_are_no_numbers_are_unusable,
              complex_scales_are_unusable, broken_lists_say_nothing, unlinked_scales_are_unusable,
              a_scale_has_no_axes_of_its_own, coordinates_are_known_by_class_or_back_references,
              references_are_gathered, every_rank_is_read);
    TCase *auxiliaries = add_case(suite, "auxiliary coordinates", setup, teardown);
    ADD_TESTS(auxiliaries, the_only_auxiliary_of_an_axis_is_taken, several_auxiliaries_are_told,
              without_scales_one_axis_has_its_auxiliary);
    return suite;
}

int main(void)
{
    return run_suite(coords_suite());
}
