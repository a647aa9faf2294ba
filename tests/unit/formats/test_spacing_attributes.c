/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes of datasets that give the spacing. */
#include "tests/unit/formats/convention_file.h"

START_TEST(element_size_is_of_the_last_axes)
{
    static const char source[] = "attribute element_size_um";
    make("raw", 2, 4, 5, 6);
    NUMBERS("raw", "element_size_um", 0.5, 0.25, 0.125);
    read_coords("/raw");
    expect_nothing(0, NULL);
    expect_exact_step(1, 0.5, 0, "z", "um", source);
    expect_exact_step(2, 0.25, 0, "y", "um", source);
    expect_exact_step(3, 0.125, 0, "x", "um", source);
    make("flat", 4, 5);
    NUMBERS("flat", "element_size_um", 1, 0.25, NAN);
    read_coords("/flat");
    expect_exact_step(0, 0.25, 0, "y", "um", source);
    expect_unusable(1, "axis 1: attribute element_size_um: the step is nan");
    make("odd", 4, 5);
    NUMBERS("odd", "element_size_um", 1);
    read_coords("/odd");
    expect_unusable(0, "axis 0: attribute element_size_um: it holds neither 3 numbers nor one per "
                       "axis");
}
END_TEST

START_TEST(element_size_is_of_the_axes_named)
{
    static const char source[] = "attribute element_size_um";
    make("raw", 4, 5, 6, 3);
    set_texts("raw", "DIMENSION_LABELS", 4, (const char *const[]){"z", "y", "x", "c"});
    NUMBERS("raw", "element_size_um", 2, 0.5, 0.25);
    read_coords("/raw");
    expect_exact_step(0, 2, 0, "z", "um", source);
    expect_exact_step(1, 0.5, 0, "y", "um", source);
    expect_exact_step(2, 0.25, 0, "x", "um", source);
    expect_nothing(3, "c");
    ck_assert_pstr_eq(coords.axis[3].left_out, "it holds channels");

    make("film", 7, 5, 6);
    set_texts("film", "DIMENSION_LABELS", 3, (const char *const[]){"t", "X", "Y"});
    NUMBERS("film", "element_size_um", 2, 0.5, 0.25);
    read_coords("/film");
    expect_nothing(0, "t");
    expect_exact_step(1, 0.25, 0, "X", "um", source);
    expect_exact_step(2, 0.5, 0, "Y", "um", source);
    ck_assert_ptr_null(coords.axis[0].left_out);

    make("other", 7, 5, 6); /* names that tell nothing */
    set_texts("other", "DIMENSION_LABELS", 3, (const char *const[]){"depth", "row", "column"});
    NUMBERS("other", "element_size_um", 2, 0.5, 0.25);
    read_coords("/other");
    expect_exact_step(0, 2, 0, "depth", "um", source);
    expect_exact_step(2, 0.25, 0, "column", "um", source);
}
END_TEST

START_TEST(element_size_may_be_of_each_axis)
{
    static const char source[] = "attribute element_size_um";
    make("flat", 4, 5);
    NUMBERS("flat", "element_size_um", 0.5, 0.25);
    read_coords("/flat");
    expect_exact_step(0, 0.5, 0, "y", "um", source);
    expect_exact_step(1, 0.25, 0, "x", "um", source);
    make("raw", 4, 5, 6, 3);
    NUMBERS("raw", "element_size_um", 2, 0.5, 0.25, 3);
    read_coords("/raw");
    expect_exact_step(0, 2, 0, NULL, "um", source);
    expect_exact_step(3, 3, 0, "x", "um", source);
    make("film", 7, 4, 5, 6);
    set_texts("film", "DIMENSION_LABELS", 4, (const char *const[]){"t", "z", "y", "x"});
    NUMBERS("film", "element_size_um", 1, 2, 0.5, 0.25);
    read_coords("/film");
    expect_nothing(0, "t");
    expect_exact_step(1, 2, 0, "z", "um", source);
    expect_exact_step(3, 0.25, 0, "x", "um", source);
}
END_TEST

START_TEST(axistags_name_axes)
{
    make("raw", 2, 4, 5, 6, 3);
    set_text("raw", "axistags",
             "{\"axes\": [{\"key\": \"t\", \"typeFlags\": 8, \"description\": \"key\"},"
             "{\"key\" :\"z\"}, {\"key\": \"y\"}, {\"key\": \"x\"}, {\"key\": \"c\"}]}");
    NUMBERS("raw", "element_size_um", 2, 0.5, 0.25);
    read_coords("/raw");
    expect_nothing(0, "t");
    expect_exact_step(1, 2, 0, "z", "um", "attribute element_size_um");
    expect_exact_step(3, 0.25, 0, "x", "um", "attribute element_size_um");
    expect_nothing(4, "c");
    ck_assert_pstr_eq(coords.axis[4].left_out, "it holds channels");
    static const char *const broken[] = {"",
                                         "{\"axes\": [{\"key\": \"t\"}]}",
                                         "\"key\": \"a\" \"key\": \"b\" \"key\": \"d\"",
                                         "\"key\"",
                                         "\"key\":",
                                         "\"key\": \"x\" \"key\": \""};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char name[8];
        snprintf(name, sizeof name, "/b%zu", i);
        make(name, 4, 5);
        set_text(name, "axistags", broken[i]);
        read_coords(name);
        ck_assert(i == 5 || !coords.axis[0].name);
        expect_nothing(1, NULL);
    }
}
END_TEST

START_TEST(time_series_have_steps)
{
    make("H1:STRAIN", 9);
    set_number("H1:STRAIN", "x0", 1126259446);
    set_number("H1:STRAIN", "dx", 0.0625);
    set_text("H1:STRAIN", "xunit", "s");
    set_text("H1:STRAIN", "unit", "strain");
    make("strain/Strain", 9);
    set_number("strain/Strain", "Xstart", 7);
    set_number("strain/Strain", "Xspacing", 0.5);
    set_text("strain/Strain", "Xunits", "second");
    read_coords("/H1:STRAIN");
    expect_exact_step(0, 0.0625, 1126259446, NULL, "s", "attribute dx");
    read_coords("/strain/Strain");
    expect_exact_step(0, 0.5, 7, NULL, "second", "attribute Xspacing");
}
END_TEST

START_TEST(spectrograms_count_time_first)
{
    make("S", 4, 9);
    set_number("S", "x0", 7);
    set_number("S", "dx", 0.5);
    set_text("S", "xunit", "s");
    set_number("S", "y0", 0);
    set_number("S", "dy", 2);
    make("T", 4, 9);
    set_number("T", "dx", 0.5);
    set_number("T", "dy", 2);
    read_coords("/S");
    expect_nothing(0, NULL);
    set_text("S", "yunit", "Hz");
    read_coords("/S");
    expect_exact_step(0, 0.5, 7, NULL, "s", "attribute dx");
    expect_exact_step(1, 2, 0, NULL, "Hz", "attribute dy");
    read_coords("/T");
    expect_nothing(0, NULL);
    expect_nothing(1, NULL);
}
END_TEST

START_TEST(time_series_hostile)
{
    make("a", 9);
    set_text("a", "dx", "0.1 m");
    NUMBERS("a", "x0", 1, 2, 3);
    make("b", 9);
    set_number("b", "dx", -INFINITY);
    set_number("b", "xunit", 7);
    read_coords("/a");
    expect_unusable(0, "axis 0: attribute dx: it is not one number");
    read_coords("/b");
    expect_unusable(0, "axis 0: attribute dx: the step is -inf");
}
END_TEST

void add_spacing_attributes(Suite *suite)
{
    TCase *tcase = add_case(suite, "spacing attributes", setup, teardown);
    ADD_TESTS(tcase, element_size_is_of_the_last_axes, element_size_is_of_the_axes_named,
              element_size_may_be_of_each_axis, axistags_name_axes, time_series_have_steps,
              spectrograms_count_time_first, time_series_hostile);
}
