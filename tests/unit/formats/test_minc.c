/* SPDX-License-Identifier: BSD-3-Clause */
/* MINC 2. */
#include "tests/unit/formats/convention_file.h"

#define MINC_IMAGE "/minc-2.0/image/0/image"

static void make_dimension(const char *name, double start, double step, double length)
{
    char at[64];
    snprintf(at, sizeof at, "/minc-2.0/dimensions/%s", name);
    make_as(at, H5T_NATIVE_INT, 0, NULL);
    set_number(at, "start", start);
    set_number(at, "step", step);
    set_number(at, "length", length);
    set_text(at, "units", "mm");
    set_text(at, "spacing", "regular__");
}

static void make_volume(void)
{
    make_dimension("xspace", -10, 0.5, 6);
    make_dimension("yspace", -20, -2, 5);
    make_dimension("zspace", 3, 1.5, 4);
    make(MINC_IMAGE, 4, 5, 6);
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace");
}

START_TEST(minc_axes_are_in_the_order_of_dimorder)
{
    make_volume();
    read_coords(MINC_IMAGE);
    expect_exact_step(0, 1.5, 3, "zspace", "mm", "MINC");
    expect_exact_step(1, -2, -20, "yspace", "mm", "MINC");
    expect_exact_step(2, 0.5, -10, "xspace", "mm", "MINC");
}
END_TEST

START_TEST(minc_length_may_lie)
{
    make_volume();
    make_dimension("time", 0, 2, 999);
    make("/minc-2.0/image/1/image", 4);
    set_text("/minc-2.0/image/1/image", "dimorder", "time");
    make("/minc-2.0/image/00/image", 4);
    set_text("/minc-2.0/image/00/image", "dimorder", "time");
    read_coords("/minc-2.0/image/00/image");
    expect_exact_step(0, 2, 0, "time", "mm", "MINC");
    read_coords("/minc-2.0/image/1/image");
    expect_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/time: its length");
    make_dimension("echo", 0, 2, 7);
    make("/minc-2.0/image/01/image", 4);
    set_text("/minc-2.0/image/01/image", "dimorder", "echo");
    read_coords("/minc-2.0/image/01/image");
    expect_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/echo: its length");
}
END_TEST

START_TEST(minc_thinned_out_images_have_longer_steps)
{
    make_volume();
    make("/minc-2.0/image/1/image", 2, 2, 3);
    set_text("/minc-2.0/image/1/image", "dimorder", "zspace,yspace,xspace");
    read_coords("/minc-2.0/image/1/image");
    expect_exact_step(0, 3, 3.75, "zspace", "mm", "MINC");
    expect_exact_step(1, -4, -21, "yspace", "mm", "MINC");
    expect_exact_step(2, 1, -9.75, "xspace", "mm", "MINC");
}
END_TEST

START_TEST(minc_defaults_and_irregular_axes)
{
    make("/minc-2.0/dimensions/zspace", 4);
    set_text("/minc-2.0/dimensions/zspace", "spacing", "irregular");
    make("/minc-2.0/dimensions/yspace", 3);
    set_text("/minc-2.0/dimensions/yspace", "spacing", "irregular");
    make_as("/minc-2.0/dimensions/xspace", H5T_NATIVE_INT, 0, NULL);
    make(MINC_IMAGE, 4, 5, 6, 3);
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace,vector_dimension");
    read_coords(MINC_IMAGE);
    expect_array_of(0, "/minc-2.0/dimensions/zspace", "zspace", "MINC");
    expect_unusable(1, "axis 1: MINC: /minc-2.0/dimensions/yspace: has 3 points, the axis 5");
    expect_exact_step(2, 1, 0, "xspace", NULL, "MINC");
    expect_nothing(3, "vector_dimension");
    ck_assert_str_eq(coords.axis[3].left_out, "it holds the components of a vector");
}
END_TEST

START_TEST(minc_unusable)
{
    make_dimension("xspace", 0, NAN, 6);
    make_dimension("yspace", 0, 0, 5);
    make_as("/minc-2.0/dimensions/zspace", H5T_NATIVE_FLOAT, 0, NULL);
    set_text("/minc-2.0/dimensions/zspace", "step", "two");
    make(MINC_IMAGE, 4, 5, 6, 7);
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace,nowhere");
    read_coords(MINC_IMAGE);
    expect_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/zspace: its step is no number");
    expect_unusable(1, "axis 1: MINC: the step is 0");
    expect_unusable(2, "axis 2: MINC: the step is nan");
    expect_unusable(3, "axis 3: MINC: /minc-2.0/dimensions/nowhere: ");

    make("/minc-2.0/image/2/image", 4, 5);
    set_text("/minc-2.0/image/2/image", "dimorder",
             "zspace,,yspace, ,xspace,a,b,c,d,e,f,g,h,i,j,"
             "k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc");
    read_coords("/minc-2.0/image/2/image");
    expect_unusable(1, "axis 1: MINC: dimorder names 34 dimensions, the rank is 2");
}
END_TEST

START_TEST(minc_bookkeeping_is_no_field)
{
    make_volume();
    make("/minc-2.0/image/0/image-min", 4);
    make("/minc-2.0/dimensions/time", 9);
    make("/minc-2.0/image/17/image", 4);
    make("/image-min", 4);
    expect_no_field("/minc-2.0/image/0/image-min", "it is bookkeeping of MINC");
    expect_no_field("/minc-2.0/dimensions/time", "it is a coordinate");
    expect_no_field("/minc-2.0/image/17/image", "it is bookkeeping of MINC");
    expect_no_field(MINC_IMAGE, NULL);
    expect_no_field("/image-min", NULL);
}
END_TEST

void add_minc(Suite *suite)
{
    TCase *tcase = add_case(suite, "MINC", setup, teardown);
    ADD_TESTS(tcase, minc_axes_are_in_the_order_of_dimorder, minc_length_may_lie,
              minc_thinned_out_images_have_longer_steps, minc_defaults_and_irregular_axes,
              minc_unusable, minc_bookkeeping_is_no_field);
}
