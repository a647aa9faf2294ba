/* SPDX-License-Identifier: BSD-3-Clause */
/* NXdata of NeXus. */
#include "tests/unit/formats/convention_file.h"

#define NX "/entry/data"

/* 3 x 4 counts. */
static void make_signal(void)
{
    make(NX "/counts", 3, 4);
    set_text("/", "default", "gone");
    set_text("/entry", "NX_class", "NXentry");
    set_text(NX, "NX_class", "NXdata");
}

static void make_nexus(void)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/tof", 5);
    set_text(NX "/y", "units", "mm");
    set_text(NX, "signal", "counts");
    TEXTS(NX, "axes", "y", "tof");
}

START_TEST(the_group_names_the_axes)
{
    make_nexus();
    read_coords(NX "/counts");
    ck_assert_str_eq(coords.axis[0].source, "NXdata");
    expect_array(0, "y", NX "/y", false, "mm");
    expect_array(1, "tof", NX "/tof", true, NULL);
    ck_assert_uint_eq(references(NX "/counts"), 2);
    ck_assert_ptr_null(why_not_field(NX "/counts"));
    ck_assert_str_eq(why_not_field(NX "/y"), "it is a coordinate");
    read_coords(NX "/y");
    expect_none(0, NULL);
}
END_TEST

START_TEST(indices_outrank_the_order_of_names)
{
    make_nexus();
    make(NX "/x", 4);
    TEXTS(NX, "axes", "x", "y");
    set_int(NX, "x_indices", 1);
    set_int(NX, "y_indices", 0);
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, "mm");
    expect_array(1, "x", NX "/x", false, NULL);
}
END_TEST

START_TEST(other_signals_share_the_axes)
{
    make_nexus();
    make(NX "/more", 3, 4);
    make(NX "/other", 4, 3);
    make(NX "/counts_errors", 3, 4);
    read_coords(NX "/more");
    expect_array(0, "y", NX "/y", false, "mm");
    read_coords(NX "/other");
    expect_none(0, NULL);
    ck_assert_ptr_null(coords.convention);
    ck_assert_str_eq(why_not_field(NX "/counts_errors"), "it holds uncertainties");
    TEXTS(NX, "auxiliary_signals", "other");
    read_coords(NX "/other");
    expect_problem(0, "axis 0: NXdata: /entry/data/y: has 3 points, the axis 4" WAY_OUT("0"));
}
END_TEST

START_TEST(dots_and_names_without_fields_give_nothing)
{
    make_nexus();
    TEXTS(NX, "axes", ".", "q");
    read_coords(NX "/counts");
    expect_none(0, NULL);
    expect_none(1, "q");
}
END_TEST

START_TEST(signals_of_old_name_their_axes)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/x", 4);
    set_text(NX "/counts", "signal", "1");
    set_text(NX "/counts", "axes", "y:x");
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", false, NULL);
    ck_assert_uint_eq(references(NX "/counts"), 2);
    set_text(NX "/counts", "axes", "[y,x]");
    read_coords(NX "/counts");
    expect_array(1, "x", NX "/x", false, NULL);
}
END_TEST

START_TEST(axes_of_older_times_say_which_they_are)
{
    make_signal();
    make(NX "/y", 3);
    make(NX "/x", 5);
    set_int(NX "/counts", "signal", 1);
    set_int(NX "/y", "axis", 1);
    set_int(NX "/x", "axis", 2);
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", true, NULL);
    ck_assert_str_eq(why_not_field(NX "/x"), "it is a coordinate");
    set_int(NX "/x", "axis", 77);
    read_coords(NX "/counts");
    expect_none(1, NULL);
}
END_TEST

START_TEST(axes_that_cannot_serve_are_unusable)
{
    make_nexus();
    make(NX "/lat", 3, 4);
    NUMBERS(NX, "lat_indices", 0, 1);
    TEXTS(NX, "axes", "lat", "lat");
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: lat belongs to several axes at once" WAY_OUT("0"));
    expect_problem(1, "axis 1: NXdata: lat belongs to several axes at once" WAY_OUT("1"));
    hg_close(object_without(NX, "lat_indices"));
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: /entry/data/lat: has rank 2" WAY_OUT("0"));
    TEXTS(NX, "axes", "y", "tof", "y");
    read_coords(NX "/counts");
    expect_problem(
        1, "axis 1: NXdata: axes names another number of axes than the signal has" WAY_OUT("1"));
    NUMBERS(NX, "axes", 1, 2);
    read_coords(NX "/counts");
    expect_problem(0, "axis 0: NXdata: axes does not hold names" WAY_OUT("0"));
    ck_assert(H5Lcreate_soft("/nowhere", file, NX "/dangling", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    TEXTS(NX, "axes", "dangling", ".");
    read_coords(NX "/counts");
    ck_assert_int_eq(coords.axis[0].kind, COORDS_UNUSABLE);
}
END_TEST

START_TEST(other_groups_are_not_nexus)
{
    make_nexus();
    hg_close(object_without(NX, "NX_class"));
    read_coords(NX "/counts");
    expect_none(0, NULL);
    ck_assert_ptr_null(coords.convention);
    ck_assert_ptr_null(why_not_field(NX "/y"));
}
END_TEST

START_TEST(results_of_nexus_are_nexus)
{
    const double y[3] = {4, 5, 6};
    make_nexus();
    fill(NX "/y", y);
    finish(NX "/counts", 2, (unsigned[]){0, 1},
           (const char *[]){NX "/counts_grad_0", NX "/counts_grad_1"});
    expect_text("/", "default", "entry");
    expect_text("/entry", "default", "data");
    expect_text("/entry", "NX_class", "NXentry");
    expect_text(NX, "NX_class", "NXdata");
    expect_text(NX, "signal", "counts_grad_0");
    EXPECT_TEXTS(NX, "auxiliary_signals", "counts_grad_1");
    EXPECT_TEXTS(NX, "axes", "y", "tof");
    EXPECT_NUMBERS(NX, "y_indices", 0);
    EXPECT_NUMBERS(NX, "tof_indices", 1);
    expect_line(NX "/y", 3, 4);
    expect_text(NX "/y", "units", "mm");
    ck_assert(H5Lexists(output, NX "/tof", H5P_DEFAULT) > 0);
}
END_TEST

START_TEST(results_elsewhere_have_the_axes_beside_them)
{
    const double y[3] = {4, 5, 6};
    make_nexus();
    fill(NX "/y", y);
    TEXTS(NX, "axes", "y", ".");
    finish(NX "/counts", 1, (unsigned[]){0}, (const char *[]){NX "/slopes/y_slope"});
    expect_text(NX, "default", "slopes");
    expect_text(NX "/slopes", "NX_class", "NXdata");
    expect_text(NX "/slopes", "signal", "y_slope");
    EXPECT_TEXTS(NX "/slopes", "axes", "y", ".");
    expect_line(NX "/slopes/y", 3, 4);
}
END_TEST

START_TEST(any_attribute_of_nexus_may_hold_anything)
{
    static const char *const of_nexus[] = {"axes", "auxiliary_signals", "y_indices", "signal",
                                           "NX_class"};
    make_nexus();
    for (size_t i = 0; i < LENGTH(of_nexus); i++)
        spoil(NX, of_nexus[i], NX "/counts");
    spoil(NX "/counts", "signal", NX "/counts");
    spoil(NX "/counts", "axes", NX "/counts");
}
END_TEST

START_TEST(other_classes_may_name_signal_and_axes)
{
    make_nexus();
    set_text(NX, "NX_class", "NXmonitor");
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, "mm");
    ck_assert_str_eq(why_not_field(NX "/y"), "it is a coordinate");
    hg_close(object_without(NX, "signal"));
    read_coords(NX "/counts");
    expect_none(0, NULL);
    hg_close(object_without(NX, "axes"));
    set_text(NX "/counts", "signal", "1");
    set_text(NX "/counts", "axes", "y:tof");
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, "mm");
}
END_TEST

/* As SOLEIL and GDA write them: numbers as text, counted from 0 or 1, several fields for an axis,
 * several signals, which are marked or not. */
START_TEST(the_primary_axis_of_older_times_serves)
{
    make_signal();
    make(NX "/ay", 3);
    make(NX "/y", 3);
    make(NX "/x", 4);
    make(NX "/more", 3, 4);
    make(NX "/other", 7);
    TEXTS(NX "/ay", "axis", "1");
    TEXTS(NX "/y", "axis", "1");
    TEXTS(NX "/y", "primary", "1");
    TEXTS(NX "/x", "axis", "2");
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", false, NULL);
    read_coords(NX "/other");
    expect_none(0, NULL);
    ck_assert_ptr_null(coords.convention);
    set_int(NX "/counts", "signal", 1);
    set_int(NX "/ay", "axis", 0);
    set_int(NX "/ay", "primary", 2);
    set_int(NX "/y", "axis", 0);
    set_int(NX "/x", "axis", 1);
    read_coords(NX "/counts");
    expect_array(0, "y", NX "/y", false, NULL);
    expect_array(1, "x", NX "/x", false, NULL);
    ck_assert_str_eq(why_not_field(NX "/ay"), "it is a coordinate");
}
END_TEST

START_TEST(a_log_lies_along_its_times)
{
    make("/entry/log/value", 4);
    make("/entry/log/time", 4);
    make("/entry/log/cue_index", 2);
    set_text("/entry/log", "NX_class", "NXlog");
    set_text("/entry/log/time", "units", "s");
    read_coords("/entry/log/value");
    expect_array(0, "time", "/entry/log/time", false, "s");
    ck_assert_str_eq(why_not_field("/entry/log/time"), "it is a coordinate");
    ck_assert_str_eq(why_not_field("/entry/log/cue_index"), "it is bookkeeping of an NXlog");
    make("/entry/log/raw_value", 5);
    read_coords("/entry/log/raw_value");
    expect_none(0, NULL);
    set_text("/entry/log", "NX_class", "NXnote");
    read_coords("/entry/log/value");
    expect_none(0, NULL);
    ck_assert_ptr_null(why_not_field("/entry/log/time"));
}
END_TEST

START_TEST(pixels_of_a_detector_have_sizes)
{
    const double size = 0.25;
    make("/entry/det/data", 2, 3, 4);
    make("/entry/det/x_pixel_size");
    fill("/entry/det/x_pixel_size", &size);
    set_text("/entry/det/x_pixel_size", "units", "mm");
    set_text("/entry/det", "NX_class", "NXdetector");
    read_coords("/entry/det/data");
    expect_step(2, "x", 0.25, 0, "mm");
    expect_none(1, NULL);
    make("/entry/det/time_of_flight", 5);
    read_coords("/entry/det/data");
    expect_none(2, NULL);
}
END_TEST

void add_nexus(Suite *suite)
{
    TCase *tcase = add_case(suite, "NXdata", setup, teardown);
    ADD_TESTS(tcase, the_group_names_the_axes, indices_outrank_the_order_of_names,
              other_signals_share_the_axes, dots_and_names_without_fields_give_nothing,
              signals_of_old_name_their_axes, axes_of_older_times_say_which_they_are,
              axes_that_cannot_serve_are_unusable, other_groups_are_not_nexus,
              results_of_nexus_are_nexus, results_elsewhere_have_the_axes_beside_them,
              any_attribute_of_nexus_may_hold_anything, other_classes_may_name_signal_and_axes,
              the_primary_axis_of_older_times_serves, a_log_lies_along_its_times,
              pixels_of_a_detector_have_sizes);
}
