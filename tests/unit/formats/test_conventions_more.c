/* SPDX-License-Identifier: BSD-3-Clause */
/* Conventions of files that are here made as their programs make them, for want of real ones, and
 * as no program would. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/coords.h"
#include "tests/support/scratch_file.h"
#include "formats/formats.h"

static struct coords coords;

static void setup(void)
{
    scratch_make();
}

static void teardown(void)
{
    hg_coords_free(&coords);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
    ck_assert(hg_close(file));
    scratch_remove();
}

/* -------------------------------------------------------------------------- making such files */

/* A dataset of floats with the groups above it; NULL, 0: a scalar. */
static void make_as(const char *name, hid_t type, int rank, const hsize_t *extent)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    ck_assert(H5Pset_create_intermediate_group(links, 1) >= 0);
    hid_t space = rank ? H5Screate_simple(rank, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t dataset = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hg_close(dataset);
    hg_close(space);
    hg_close(links);
}

static void make(const char *name, int rank, const hsize_t *extent)
{
    make_as(name, H5T_NATIVE_FLOAT, rank, extent);
}

#define EXTENT(...)                                                                                \
    (int)(sizeof(hsize_t[]){__VA_ARGS__} / sizeof(hsize_t)), (const hsize_t[])                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void group(const char *name)
{
    hg_close(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

/* Takes type and space. */
static void set(const char *object, const char *name, hid_t type, hid_t space, const void *value)
{
    hid_t on = H5Oopen(file, object, H5P_DEFAULT);
    ck_assert(on >= 0);
    hid_t attribute = H5Acreate2(on, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(attribute >= 0);
    ck_assert(H5Awrite(attribute, type, value) >= 0);
    hg_close(attribute);
    hg_close(on);
    hg_close(space);
    hg_close(type);
}

static void set_text(const char *object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, strlen(text) + 1) >= 0);
    set(object, name, type, H5Screate(H5S_SCALAR), text);
}

static void set_texts(const char *object, const char *name, hsize_t n, const char *const *texts)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0);
    set(object, name, type, H5Screate_simple(1, &n, NULL), texts);
}

static void set_numbers(const char *object, const char *name, hsize_t n, const double *value)
{
    set(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), H5Screate_simple(1, &n, NULL), value);
}

#define NUMBERS(...)                                                                               \
    sizeof(double[]){__VA_ARGS__} / sizeof(double), (const double[])                               \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void set_number(const char *object, const char *name, double value)
{
    set(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), H5Screate(H5S_SCALAR), &value);
}

/* n values of h5py's bool. */
static void set_flags(const char *object, const char *name, hsize_t n, const signed char *value)
{
    hid_t type = H5Tenum_create(H5T_NATIVE_SCHAR);
    signed char no = 0, yes = 1;
    ck_assert(H5Tenum_insert(type, "FALSE", &no) >= 0);
    ck_assert(H5Tenum_insert(type, "TRUE", &yes) >= 0);
    set(object, name, type, n == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &n, NULL), value);
}

static void set_flag(const char *object, const char *name, bool value)
{
    signed char byte = value;
    set_flags(object, name, 1, &byte);
}

/* ------------------------------------------------------------------------------------- reading */

static void read_coords(const char *name)
{
    hg_coords_free(&coords);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    hid_t space = H5Dget_space(dataset);
    unsigned rank = (unsigned)H5Sget_simple_extent_ndims(space);
    hg_close(space);
    ck_assert_int_eq(hg_coords_read(file, NULL, name, dataset, rank, &coords, &err), H5GRAD_OK);
    hg_close(dataset);
}

static void assert_step(unsigned k, double step, double origin, const char *name, const char *unit,
                        const char *source)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_STEP);
    ck_assert_double_eq(coords.axis[k].step, step);
    ck_assert_double_eq(coords.axis[k].origin, origin);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].unit, unit);
    ck_assert_pstr_eq(coords.axis[k].source, source);
}

static void assert_array(unsigned k, const char *at, const char *name, const char *source)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_ARRAY);
    ck_assert_pstr_eq(coords.axis[k].path, at);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_pstr_eq(coords.axis[k].source, source);
    ck_assert(!coords.axis[k].edges);
}

static void assert_none(unsigned k, const char *name)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_NONE);
    ck_assert_pstr_eq(coords.axis[k].name, name);
    ck_assert_ptr_null(coords.axis[k].source);
}

static void assert_unusable(unsigned k, const char *begin)
{
    ck_assert_int_eq(coords.axis[k].kind, COORDS_UNUSABLE);
    ck_assert_int_eq(hg_coords_check(&coords.axis[k], &err), H5GRAD_FAILED);
    ck_assert_msg(strncmp(err.message, begin, strlen(begin)) == 0, "%s", err.message);
    ck_assert_ptr_nonnull(strstr(err.message, "--coord"));
    ck_assert_ptr_nonnull(strstr(err.message, "--spacing"));
}

static void assert_not_field(const char *name, const char *why)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    ck_assert_pstr_eq(hg_coords_not_field(file, name, dataset), why);
    hg_close(dataset);
}

/* Whether reading the dataset at name gives a refusal that has the word and the way out. */
static void assert_refused(const char *name, const char *word)
{
    read_coords(name);
    ck_assert_msg(coords.refusal != NULL, "%s is not refused", name);
    ck_assert_msg(strstr(coords.refusal, word) != NULL, "%s: %s", name, coords.refusal);
    ck_assert_ptr_nonnull(strstr(coords.refusal, " -d "));
    ck_assert_ptr_nonnull(strstr(coords.refusal, "--spacing"));
}

static void assert_whole(const char *name)
{
    read_coords(name);
    ck_assert_pstr_eq(coords.refusal, NULL);
}

/* --------------------------------------------------------------------------------------- MINC 2 */

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
    make(MINC_IMAGE, EXTENT(4, 5, 6));
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace");
}

START_TEST(minc_axes_are_in_the_order_of_dimorder)
{
    make_volume();
    read_coords(MINC_IMAGE);
    assert_step(0, 1.5, 3, "zspace", "mm", "MINC");
    assert_step(1, -2, -20, "yspace", "mm", "MINC");
    assert_step(2, 0.5, -10, "xspace", "mm", "MINC");
}
END_TEST

START_TEST(minc_length_may_lie)
{
    make_volume();
    make_dimension("time", 0, 2, 999);
    make("/minc-2.0/image/1/image", EXTENT(4));
    set_text("/minc-2.0/image/1/image", "dimorder", "time");
    make("/minc-2.0/image/00/image", EXTENT(4));
    set_text("/minc-2.0/image/00/image", "dimorder", "time");
    read_coords("/minc-2.0/image/00/image");
    assert_step(0, 2, 0, "time", "mm", "MINC");
    read_coords("/minc-2.0/image/1/image");
    assert_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/time: its length");
    make_dimension("echo", 0, 2, 7);
    make("/minc-2.0/image/01/image", EXTENT(4));
    set_text("/minc-2.0/image/01/image", "dimorder", "echo");
    read_coords("/minc-2.0/image/01/image");
    assert_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/echo: its length");
}
END_TEST

START_TEST(minc_thinned_out_images_have_longer_steps)
{
    make_volume();
    make("/minc-2.0/image/1/image", EXTENT(2, 2, 3));
    set_text("/minc-2.0/image/1/image", "dimorder", "zspace,yspace,xspace");
    read_coords("/minc-2.0/image/1/image");
    assert_step(0, 3, 3.75, "zspace", "mm", "MINC");
    assert_step(1, -4, -21, "yspace", "mm", "MINC");
    assert_step(2, 1, -9.75, "xspace", "mm", "MINC");
}
END_TEST

START_TEST(minc_defaults_and_irregular_axes)
{
    make("/minc-2.0/dimensions/zspace", EXTENT(4));
    set_text("/minc-2.0/dimensions/zspace", "spacing", "irregular");
    make("/minc-2.0/dimensions/yspace", EXTENT(3));
    set_text("/minc-2.0/dimensions/yspace", "spacing", "irregular");
    make_as("/minc-2.0/dimensions/xspace", H5T_NATIVE_INT, 0, NULL);
    make(MINC_IMAGE, EXTENT(4, 5, 6, 3));
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace,vector_dimension");
    read_coords(MINC_IMAGE);
    assert_array(0, "/minc-2.0/dimensions/zspace", "zspace", "MINC");
    assert_unusable(1, "axis 1: MINC: /minc-2.0/dimensions/yspace: has 3 points, the axis 5");
    assert_step(2, 1, 0, "xspace", NULL, "MINC");
    assert_none(3, "vector_dimension");
    ck_assert_str_eq(coords.axis[3].left_out, "it holds the components of a vector");
}
END_TEST

START_TEST(minc_unusable)
{
    make_dimension("xspace", 0, NAN, 6);
    make_dimension("yspace", 0, 0, 5);
    make("/minc-2.0/dimensions/zspace", 0, NULL);
    set_text("/minc-2.0/dimensions/zspace", "step", "two");
    make(MINC_IMAGE, EXTENT(4, 5, 6, 7));
    set_text(MINC_IMAGE, "dimorder", "zspace,yspace,xspace,nowhere");
    read_coords(MINC_IMAGE);
    assert_unusable(0, "axis 0: MINC: /minc-2.0/dimensions/zspace: its step is no number");
    assert_unusable(1, "axis 1: MINC: the step is 0");
    assert_unusable(2, "axis 2: MINC: the step is nan");
    assert_unusable(3, "axis 3: MINC: /minc-2.0/dimensions/nowhere: ");

    make("/minc-2.0/image/2/image", EXTENT(4, 5));
    set_text("/minc-2.0/image/2/image", "dimorder",
             "zspace,,yspace, ,xspace,a,b,c,d,e,f,g,h,i,j,"
             "k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc");
    read_coords("/minc-2.0/image/2/image");
    assert_unusable(1, "axis 1: MINC: dimorder names 34 dimensions, the rank is 2");
}
END_TEST

START_TEST(minc_bookkeeping_is_no_field)
{
    make_volume();
    make("/minc-2.0/image/0/image-min", EXTENT(4));
    make("/minc-2.0/dimensions/time", EXTENT(9));
    make("/minc-2.0/image/17/image", EXTENT(4));
    make("/image-min", EXTENT(4));
    assert_not_field("/minc-2.0/image/0/image-min", "it is bookkeeping of MINC");
    assert_not_field("/minc-2.0/dimensions/time", "it is a coordinate");
    assert_not_field("/minc-2.0/image/17/image", "it is bookkeeping of MINC");
    assert_not_field(MINC_IMAGE, NULL);
    assert_not_field("/image-min", NULL);
}
END_TEST

/* -------------------------------------------------------------------------------------- Cactus */

static void make_block(const char *name, double level)
{
    make(name, EXTENT(4, 5, 6));
    set_numbers(name, "origin", NUMBERS(-1, -2, -3));
    set_numbers(name, "delta", NUMBERS(0.1, 0.2, 0.4));
    set_numbers(name, "iorigin", NUMBERS(0, 0, 0));
    set_number(name, "level", level);
}

START_TEST(cactus_axes_are_reversed)
{
    make_block("ADM::gxx it=0 tl=0 rl=0 c=0", 0);
    make_block("ADM::gxx it=8 tl=0 rl=0 c=0", 0);
    make_block("ADM::gyy it=0 tl=0", 0);
    assert_whole("/ADM::gxx it=0 tl=0 rl=0 c=0");
    assert_step(0, 0.4, -3, "z", NULL, "Cactus");
    assert_step(1, 0.2, -2, "y", NULL, "Cactus");
    assert_step(2, 0.1, -1, "x", NULL, "Cactus");
    assert_whole("/ADM::gyy it=0 tl=0");
    assert_step(0, 0.4, -3, "z", NULL, "Cactus");
}
END_TEST

START_TEST(cactus_blocks_are_refused)
{
    make_block("A::a it=0 tl=0 rl=0 c=0", 0);
    make_block("A::a it=0 tl=0 rl=0 c=1", 0);
    make_block("A::b it=0 tl=0 rl=0", 0);
    make_block("A::b it=0 tl=0 rl=1 c=0", 1);
    make_block("A::c it=0 tl=0 m=0 rl=0", 0);
    make_block("A::c it=0 tl=0 m=1 rl=0", 0);
    make_block("A::d it=0 tl=0", 2);
    make_block("A::e it=0 tl=0 rl=0 c=0", 0);
    assert_refused("/A::a it=0 tl=0 rl=0 c=0", "Cactus");
    assert_step(0, 0.4, -3, "z", NULL, "Cactus");
    assert_refused("/A::a it=0 tl=0 rl=0 c=1", "Cactus");
    assert_refused("/A::b it=0 tl=0 rl=0", "Cactus");
    assert_refused("/A::b it=0 tl=0 rl=1 c=0", "Cactus");
    assert_refused("/A::c it=0 tl=0 m=0 rl=0", "Cactus");
    assert_refused("/A::c it=0 tl=0 m=1 rl=0", "Cactus");
    assert_refused("/A::d it=0 tl=0", "Cactus");
    assert_whole("/A::e it=0 tl=0 rl=0 c=0");
    make_block("A::f it=0 tl=0 rl=0 c=3", 0);
    assert_refused("/A::f it=0 tl=0 rl=0 c=3", "Cactus");
    group("Parameters and Global Attributes");
    set_number("Parameters and Global Attributes", "nioprocs", 4);
    assert_refused("/A::e it=0 tl=0 rl=0 c=0", "Cactus");
}
END_TEST

START_TEST(cactus_hostile)
{
    make_block("A::a rl=999999999999999999999999999 c=", 0);
    make_block("A::b rl=-1 c=0x m=", NAN);
    assert_whole("/A::a rl=999999999999999999999999999 c=");
    assert_whole("/A::b rl=-1 c=0x m=");
    make("A::c", EXTENT(4, 5));
    set_numbers("A::c", "origin", NUMBERS(-1, -2, -3));
    set_numbers("A::c", "delta", NUMBERS(0.1, 0.2, 0.4));
    set_text("A::c", "iorigin", "");
    read_coords("/A::c");
    assert_unusable(0, "axis 0: Cactus: origin and delta are not 2 numbers each");
    assert_unusable(1, "axis 1: Cactus: ");
    make("A::d", EXTENT(4));
    set_numbers("A::d", "origin", NUMBERS(INFINITY));
    set_numbers("A::d", "delta", NUMBERS(INFINITY));
    set_text("A::d", "iorigin", "");
    read_coords("/A::d");
    assert_unusable(0, "axis 0: Cactus: the step is inf");
    make("mere", EXTENT(4));
    set_number("mere", "delta", 3);
    read_coords("/mere");
    assert_none(0, NULL);
}
END_TEST

/* --------------------------------------------------------------------------- spacing attributes */

START_TEST(element_size_is_of_the_last_axes)
{
    static const char source[] = "attribute element_size_um";
    make("raw", EXTENT(2, 4, 5, 6));
    set_numbers("raw", "element_size_um", NUMBERS(0.5, 0.25, 0.125));
    read_coords("/raw");
    assert_none(0, NULL);
    assert_step(1, 0.5, 0, "z", "um", source);
    assert_step(2, 0.25, 0, "y", "um", source);
    assert_step(3, 0.125, 0, "x", "um", source);
    make("flat", EXTENT(4, 5));
    set_numbers("flat", "element_size_um", NUMBERS(1, 0.25, NAN));
    read_coords("/flat");
    assert_step(0, 0.25, 0, "y", "um", source);
    assert_unusable(1, "axis 1: attribute element_size_um: the step is nan");
    make("odd", EXTENT(4, 5));
    set_numbers("odd", "element_size_um", NUMBERS(1));
    read_coords("/odd");
    assert_unusable(0, "axis 0: attribute element_size_um: it holds neither 3 numbers nor one per "
                       "axis");
}
END_TEST

START_TEST(element_size_is_of_the_axes_named)
{
    static const char source[] = "attribute element_size_um";
    make("raw", EXTENT(4, 5, 6, 3));
    set_texts("raw", "DIMENSION_LABELS", 4, (const char *const[]){"z", "y", "x", "c"});
    set_numbers("raw", "element_size_um", NUMBERS(2, 0.5, 0.25));
    read_coords("/raw");
    assert_step(0, 2, 0, "z", "um", source);
    assert_step(1, 0.5, 0, "y", "um", source);
    assert_step(2, 0.25, 0, "x", "um", source);
    assert_none(3, "c");
    ck_assert_pstr_eq(coords.axis[3].left_out, "it holds channels");

    make("film", EXTENT(7, 5, 6));
    set_texts("film", "DIMENSION_LABELS", 3, (const char *const[]){"t", "X", "Y"});
    set_numbers("film", "element_size_um", NUMBERS(2, 0.5, 0.25));
    read_coords("/film");
    assert_none(0, "t");
    assert_step(1, 0.25, 0, "X", "um", source);
    assert_step(2, 0.5, 0, "Y", "um", source);
    ck_assert_ptr_null(coords.axis[0].left_out);

    make("other", EXTENT(7, 5, 6)); /* names that tell nothing */
    set_texts("other", "DIMENSION_LABELS", 3, (const char *const[]){"depth", "row", "column"});
    set_numbers("other", "element_size_um", NUMBERS(2, 0.5, 0.25));
    read_coords("/other");
    assert_step(0, 2, 0, "depth", "um", source);
    assert_step(2, 0.25, 0, "column", "um", source);
}
END_TEST

START_TEST(element_size_may_be_of_each_axis)
{
    static const char source[] = "attribute element_size_um";
    make("flat", EXTENT(4, 5));
    set_numbers("flat", "element_size_um", NUMBERS(0.5, 0.25));
    read_coords("/flat");
    assert_step(0, 0.5, 0, "y", "um", source);
    assert_step(1, 0.25, 0, "x", "um", source);
    make("raw", EXTENT(4, 5, 6, 3));
    set_numbers("raw", "element_size_um", NUMBERS(2, 0.5, 0.25, 3));
    read_coords("/raw");
    assert_step(0, 2, 0, NULL, "um", source);
    assert_step(3, 3, 0, "x", "um", source);
    make("film", EXTENT(7, 4, 5, 6));
    set_texts("film", "DIMENSION_LABELS", 4, (const char *const[]){"t", "z", "y", "x"});
    set_numbers("film", "element_size_um", NUMBERS(1, 2, 0.5, 0.25));
    read_coords("/film");
    assert_none(0, "t");
    assert_step(1, 2, 0, "z", "um", source);
    assert_step(3, 0.25, 0, "x", "um", source);
}
END_TEST

START_TEST(axistags_name_axes)
{
    make("raw", EXTENT(2, 4, 5, 6, 3));
    set_text("raw", "axistags",
             "{\"axes\": [{\"key\": \"t\", \"typeFlags\": 8, \"description\": \"key\"},"
             "{\"key\" :\"z\"}, {\"key\": \"y\"}, {\"key\": \"x\"}, {\"key\": \"c\"}]}");
    set_numbers("raw", "element_size_um", NUMBERS(2, 0.5, 0.25));
    read_coords("/raw");
    assert_none(0, "t");
    assert_step(1, 2, 0, "z", "um", "attribute element_size_um");
    assert_step(3, 0.25, 0, "x", "um", "attribute element_size_um");
    assert_none(4, "c");
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
        make(name, EXTENT(4, 5));
        set_text(name, "axistags", broken[i]);
        read_coords(name);
        ck_assert(i == 5 || !coords.axis[0].name);
        assert_none(1, NULL);
    }
}
END_TEST

START_TEST(time_series_have_steps)
{
    make("H1:STRAIN", EXTENT(9));
    set_number("H1:STRAIN", "x0", 1126259446);
    set_number("H1:STRAIN", "dx", 0.0625);
    set_text("H1:STRAIN", "xunit", "s");
    set_text("H1:STRAIN", "unit", "strain");
    make("strain/Strain", EXTENT(9));
    set_number("strain/Strain", "Xstart", 7);
    set_number("strain/Strain", "Xspacing", 0.5);
    set_text("strain/Strain", "Xunits", "second");
    read_coords("/H1:STRAIN");
    assert_step(0, 0.0625, 1126259446, NULL, "s", "attribute dx");
    read_coords("/strain/Strain");
    assert_step(0, 0.5, 7, NULL, "second", "attribute Xspacing");
}
END_TEST

START_TEST(spectrograms_count_time_first)
{
    make("S", EXTENT(4, 9));
    set_number("S", "x0", 7);
    set_number("S", "dx", 0.5);
    set_text("S", "xunit", "s");
    set_number("S", "y0", 0);
    set_number("S", "dy", 2);
    make("T", EXTENT(4, 9));
    set_number("T", "dx", 0.5);
    set_number("T", "dy", 2);
    read_coords("/S");
    assert_none(0, NULL);
    set_text("S", "yunit", "Hz");
    read_coords("/S");
    assert_step(0, 0.5, 7, NULL, "s", "attribute dx");
    assert_step(1, 2, 0, NULL, "Hz", "attribute dy");
    read_coords("/T");
    assert_none(0, NULL);
    assert_none(1, NULL);
}
END_TEST

START_TEST(time_series_hostile)
{
    make("a", EXTENT(9));
    set_text("a", "dx", "0.1 m");
    set_numbers("a", "x0", NUMBERS(1, 2, 3));
    make("b", EXTENT(9));
    set_number("b", "dx", -INFINITY);
    set_number("b", "xunit", 7);
    read_coords("/a");
    assert_unusable(0, "axis 0: attribute dx: it is not one number");
    read_coords("/b");
    assert_unusable(0, "axis 0: attribute dx: the step is -inf");
}
END_TEST

/* -------------------------------------------------------------------------------- housekeeping */

START_TEST(matlab_housekeeping_is_no_field)
{
    static const struct {
        const char *class;
        const char *why;
    } classes[] = {
        {"double", NULL},
        {"uint16", NULL},
        {"char", "it holds text"},
        {"logical", "it holds categories (booleans)"},
        {"cell", "it is bookkeeping of MATLAB"},
        {"string", "it is bookkeeping of MATLAB"},
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        char name[16];
        snprintf(name, sizeof name, "/v%zu", i);
        make(name, EXTENT(3, 3));
        set_text(name, "MATLAB_class", classes[i].class);
        assert_not_field(name, classes[i].why);
    }
    make("/empty", EXTENT(2));
    set_text("/empty", "MATLAB_class", "double");
    set_number("/empty", "MATLAB_empty", 1);
    assert_not_field("/empty", "it is an empty array of MATLAB, whose extents it holds");
    set_number("/v0", "MATLAB_empty", 0);
    assert_not_field("/v0", NULL);
    make("/#refs#/a", EXTENT(2));
    assert_not_field("/#refs#/a", "it is bookkeeping of MATLAB");
    make("/sparse/data", EXTENT(2));
    make("/sparse/ir", EXTENT(2));
    assert_not_field("/sparse/data", NULL);
    set_number("/sparse", "MATLAB_sparse", 9);
    assert_not_field("/sparse/data", "it is a part of a sparse matrix of MATLAB");
    assert_not_field("/sparse/ir", "it is a part of a sparse matrix of MATLAB");
}
END_TEST

/* A text in so many bytes (0: of variable length), padded in some way, as a scalar or as an array.
 */
static void set_padded(const char *object, const char *name, const char *text, size_t size,
                       H5T_str_t padding, bool array)
{
    char bytes[64];
    const hsize_t one = 1;
    const void *value = size ? (const void *)bytes : &text;
    hid_t type = H5Tcopy(H5T_C_S1);
    memset(bytes, padding == H5T_STR_SPACEPAD ? ' ' : 0, sizeof bytes);
    memcpy(bytes, text, strlen(text));
    ck_assert(H5Tset_size(type, size ? size : H5T_VARIABLE) >= 0);
    H5Tset_strpad(type, padding);
    set(object, name, type, array ? H5Screate_simple(1, &one, NULL) : H5Screate(H5S_SCALAR), value);
}

/* A new dataset with two attributes of which the second is padded so, and why it is no field. */
static void assert_category(const char *attribute, const char *text, size_t size, H5T_str_t padding,
                            const char *why)
{
    for (int array = 0; array < 2; array++) {
        make_as("/u", H5T_NATIVE_INT8, EXTENT(3, 4));
        set_text("/u", "comment", "bool");
        set_padded("/u", attribute, text, size, padding, array);
        assert_not_field("/u", why);
        ck_assert(H5Ldelete(file, "/u", H5P_DEFAULT) >= 0);
    }
}

START_TEST(categories_are_no_fields)
{
    static const struct {
        const char *attribute, *text, *why;
    } cases[] = {
        {"dtype", "bool", "it holds categories (booleans)"},
        {"dtype", "float32", NULL},
        {"dtype", "boolean", NULL},
        {"CLASS", "PALETTE", "it holds categories (the colours of a palette)"},
        {"CLASS", "IMAGE", NULL},
        {"IMAGE_SUBCLASS", "IMAGE_INDEXED", "it holds categories (indices of a palette's colours)"},
        {"IMAGE_SUBCLASS", "IMAGE_BITMAP", "it holds categories (a bitmap)"},
        {"IMAGE_SUBCLASS", "IMAGE_GRAYSCALE", NULL},
        {"CLIST", "land\nsea", "it holds categories (CLIST has their names)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *attribute = cases[i].attribute, *text = cases[i].text, *why = cases[i].why;
        size_t length = strlen(text);
        assert_category(attribute, text, 0, H5T_STR_NULLTERM, why);
        assert_category(attribute, text, length, H5T_STR_NULLPAD, why);
        assert_category(attribute, text, length + 1, H5T_STR_NULLTERM, why);
        assert_category(attribute, text, length, H5T_STR_SPACEPAD, why);
        assert_category(attribute, text, 40, H5T_STR_SPACEPAD, why);
        assert_category(attribute, text, 40, H5T_STR_NULLPAD, why);
    }
    assert_category("IMAGE_SUBCLASS", "IMAGE_INDEXED ", 0, H5T_STR_NULLTERM,
                    "it holds categories (indices of a palette's colours)");
    make("/contours", EXTENT(3, 4));
    set_numbers("/contours", "CLIST", NUMBERS(1, 2));
    assert_not_field("/contours", NULL);
    make("/zones", EXTENT(3, 4));
    set_text("/zones", "flag_meanings", "land sea");
    assert_not_field("/zones", "it holds categories");
    make("/counts", EXTENT(3, 4)); /* of a quantity, whatever colours they are shown in */
    set_text("/counts", "IMAGE_SUBCLASS", "IMAGE_INDEXED");
    set_number("/counts", "OFFSET", 0);
    set_number("/counts", "SCALING_FACTOR", 0.5);
    assert_not_field("/counts", NULL);
}
END_TEST

START_TEST(images_with_palettes_are_categories)
{
    static const char indices[] = "it holds categories (indices of a palette's colours)";
    make_as("/u", H5T_NATIVE_UINT8, EXTENT(3, 4));
    set_text("/u", "CLASS", "IMAGE");
    assert_not_field("/u", NULL); /* radars have it so */
    set_number("/u", "PALETTE", 0);
    assert_not_field("/u", indices);
    set_number("/u", "scale_factor", 0.5);
    assert_not_field("/u", NULL);
    make_as("/v", H5T_NATIVE_UINT8, EXTENT(3, 4));
    set_number("/v", "PALETTE", 0);
    assert_not_field("/v", NULL);
    set_text("/v", "CLASS", "IMAGE");
    set_text("/v", "IMAGE_SUBCLASS", "IMAGE_GRAYSCALE");
    assert_not_field("/v", NULL);
    make("/w", EXTENT(3, 4)); /* floats are no indices */
    set_text("/w", "CLASS", "IMAGE");
    set_number("/w", "PALETTE", 0);
    assert_not_field("/w", NULL);
}
END_TEST

START_TEST(flags_by_standard_name_are_no_fields)
{
    static const struct {
        const char *name;
        bool flag;
    } cases[] = {
        {"sea_water_temperature status_flag", true},
        {"status_flag", true},
        {"gap_test_quality_flag", true},
        {"sea_water_temperature", false},
        {"status_flag of nothing", false},
        {"flag", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_as("/u", H5T_NATIVE_INT8, EXTENT(3, 4));
        set_text("/u", "standard_name", cases[i].name);
        assert_not_field("/u", cases[i].flag ? "it holds categories" : NULL);
        ck_assert(H5Ldelete(file, "/u", H5P_DEFAULT) >= 0);
    }
}
END_TEST

static void assert_left_out(unsigned k, const char *why)
{
    assert_none(k, NULL);
    ck_assert_pstr_eq(coords.axis[k].left_out, why);
}

START_TEST(colours_are_no_points_of_an_axis)
{
    static const char *const modes[] = {"INTERLACE_PLANE", "INTERLACE_LINE", "INTERLACE_PIXEL"};
    for (unsigned mode = 0; mode < 3; mode++) {
        make_as("/u", H5T_NATIVE_UINT8, EXTENT(3, 3, 3));
        set_text("/u", "CLASS", "IMAGE");
        set_text("/u", "INTERLACE_MODE", modes[mode]);
        set_text("/u", "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR");
        read_coords("/u");
        for (unsigned k = 0; k < 3; k++)
            assert_left_out(k, k == mode ? "it holds colours" : NULL);
        ck_assert(H5Ldelete(file, "/u", H5P_DEFAULT) >= 0);
    }
}
END_TEST

START_TEST(julia_housekeeping_is_no_field)
{
    make("/_refs/00000001", EXTENT(2));
    assert_not_field("/_refs/00000001", NULL);
    group("/_types");
    assert_not_field("/_refs/00000001", "it is bookkeeping of JLD");
    make("/_types/00000001", EXTENT(2));
    make("/panel/_types/u", EXTENT(2));
    assert_not_field("/_types/00000001", "it is bookkeeping of JLD");
    assert_not_field("/panel/_types/u", NULL);
}
END_TEST

START_TEST(pandas_labels_are_no_fields)
{
    make("/df/axis1", EXTENT(5));
    make("/df/block12_items", EXTENT(2));
    make("/df/block12_values", EXTENT(5, 2));
    make("/df/block_items", EXTENT(2));
    make("/_i_table/x/sorted", EXTENT(5, 2));
    assert_not_field("/df/axis1", NULL);
    assert_not_field("/_i_table/x/sorted", NULL);
    set_text("/df", "pandas_type", "frame");
    set_text("/", "PYTABLES_FORMAT_VERSION", "2.1");
    assert_not_field("/df/axis1", "it holds labels of pandas");
    assert_not_field("/df/block12_items", "it holds labels of pandas");
    assert_not_field("/df/block12_values", NULL);
    assert_not_field("/df/block_items", NULL);
    assert_not_field("/_i_table/x/sorted", "it is an index of PyTables");
}
END_TEST

/* ------------------------------------------------------------------------------------ The Well */

/* Two spatial dimensions, x of 5 points and y of 6; 3 trajectories of 4 times. */
static void make_well(void)
{
    make("/dimensions/time", EXTENT(4));
    make("/dimensions/x", EXTENT(5));
    make("/dimensions/y", EXTENT(6));
    set_texts("/dimensions", "spatial_dims", 2, (const char *const[]){"x", "y"});
}

static void vary(const char *name, bool sample, bool time, bool x, bool y)
{
    set_flag(name, "sample_varying", sample);
    set_flag(name, "time_varying", time);
    set_flags(name, "dim_varying", 2, (const signed char[]){x, y});
}

START_TEST(the_well_axes)
{
    static const char tensor[] = "it holds the components of a tensor";
    make_well();
    make("/t0_fields/u", EXTENT(3, 4, 5, 6));
    vary("/t0_fields/u", true, true, true, true);
    make("/t2_fields/D", EXTENT(3, 4, 5, 6, 2, 2));
    vary("/t2_fields/D", true, true, true, true);
    read_coords("/t0_fields/u");
    assert_left_out(0, "its points are separate trajectories");
    assert_array(1, "/dimensions/time", "time", "The Well");
    assert_array(2, "/dimensions/x", "x", "The Well");
    assert_array(3, "/dimensions/y", "y", "The Well");
    read_coords("/t2_fields/D");
    assert_array(3, "/dimensions/y", "y", "The Well");
    assert_left_out(4, tensor);
    assert_left_out(5, tensor);
}
END_TEST

START_TEST(the_well_axes_that_fields_lack)
{
    make_well();
    make("/t0_fields/mask", EXTENT(5, 6));
    vary("/t0_fields/mask", false, false, true, true);
    make("/t0_fields/profile", EXTENT(3, 1, 6));
    vary("/t0_fields/profile", true, false, false, true);
    make("/t1_fields/wind", EXTENT(4, 5, 2));
    vary("/t1_fields/wind", false, true, true, false);
    make("/scalars/energy", EXTENT(3, 4));
    set_flag("/scalars/energy", "sample_varying", true);
    set_flag("/scalars/energy", "time_varying", true);
    read_coords("/t0_fields/mask");
    assert_array(0, "/dimensions/x", "x", "The Well");
    assert_array(1, "/dimensions/y", "y", "The Well");
    read_coords("/t0_fields/profile");
    assert_left_out(0, "its points are separate trajectories");
    assert_none(1, "x");
    assert_array(2, "/dimensions/y", "y", "The Well");
    read_coords("/t1_fields/wind");
    assert_array(0, "/dimensions/time", "time", "The Well");
    assert_array(1, "/dimensions/x", "x", "The Well");
    assert_left_out(2, "it holds the components of a vector");
    read_coords("/scalars/energy");
    assert_left_out(0, "its points are separate trajectories");
    assert_array(1, "/dimensions/time", "time", "The Well");
}
END_TEST

START_TEST(the_well_hostile)
{
    make_well();
    make("/t0_fields/u", EXTENT(7));
    vary("/t0_fields/u", true, true, true, true);
    make("/t0_fields/v", EXTENT(3, 9, 5, 6));
    set_text("/t0_fields/v", "time_varying", "perhaps");
    set_numbers("/t0_fields/v", "dim_varying", NUMBERS(NAN, 1, 0));
    read_coords("/t0_fields/u");
    assert_unusable(0, "axis 0: The Well: the attributes speak of 4 axes, the rank is 1");
    read_coords("/t0_fields/v");
    assert_unusable(1, "axis 1: The Well: /dimensions/time: has 4 points, the axis 9");
    assert_array(2, "/dimensions/x", "x", "The Well");
    make("/t3_fields/u", EXTENT(3, 4, 5, 6));
    read_coords("/t3_fields/u");
    assert_none(1, NULL);
}
END_TEST

START_TEST(the_well_unknown_without_names)
{
    make("/t0_fields/u", EXTENT(3, 4, 5, 6));
    make("/dimensions/x", EXTENT(5));
    read_coords("/t0_fields/u");
    assert_none(2, NULL);
    assert_not_field("/dimensions/x", NULL);
    set_texts("/dimensions", "spatial_dims", 4, (const char *const[]){"x", "y", "z", "w"});
    read_coords("/t0_fields/u");
    assert_none(2, NULL);
}
END_TEST

START_TEST(the_well_housekeeping_is_no_field)
{
    make_well();
    make("/boundary_conditions/X/mask", EXTENT(5));
    make("/scalars/Re", EXTENT(1));
    set_flag("/scalars/Re", "time_varying", false);
    make("/scalars/energy", EXTENT(4));
    set_flag("/scalars/energy", "time_varying", true);
    assert_not_field("/dimensions/x", "it is a coordinate");
    assert_not_field("/boundary_conditions/X/mask", "it is a boundary condition");
    assert_not_field("/scalars/Re", "it is a parameter");
    assert_not_field("/scalars/energy", NULL);
}
END_TEST

/* ------------------------------------------------------------------------------------ PDEBench */

START_TEST(pdebench_drops_the_last_time)
{
    make("/x-coordinate", EXTENT(5));
    make("/y-coordinate", EXTENT(6));
    make("/t-coordinate", EXTENT(5));
    make("/Vx", EXTENT(3, 4, 5, 6));
    read_coords("/Vx");
    assert_left_out(0, "its points are separate samples");
    assert_array(1, "/t-coordinate", "t", "PDEBench");
    ck_assert(coords.axis[1].surplus);
    assert_array(2, "/x-coordinate", "x", "PDEBench");
    ck_assert(!coords.axis[2].surplus);
    assert_array(3, "/y-coordinate", "y", "PDEBench");
    ck_assert_ptr_nonnull(strstr(coords.note, "the last value of /t-coordinate"));
    assert_not_field("/t-coordinate", "it is a coordinate");
    assert_not_field("/y-coordinate", "it is a coordinate");
    assert_not_field("/Vx", NULL);
}
END_TEST

START_TEST(pdebench_lengths_are_checked)
{
    make("/g/x-coordinate", EXTENT(6));
    make("/g/t-coordinate", EXTENT(6));
    make("/g/tensor", EXTENT(3, 4, 5));
    read_coords("/g/tensor");
    assert_unusable(1, "axis 1: PDEBench: /g/t-coordinate: has 6 points, the axis 4");
    assert_unusable(2, "axis 2: PDEBench: /g/x-coordinate: has 6 points, the axis 5");
    make("/h/x-coordinate", EXTENT(5));
    make("/h/t-coordinate", EXTENT(4));
    make("/h/tensor", EXTENT(3, 4, 5));
    read_coords("/h/tensor");
    assert_array(1, "/h/t-coordinate", "t", "PDEBench");
    ck_assert(!coords.axis[1].surplus);
}
END_TEST

START_TEST(pdebench_darcy_flow)
{
    make("/x-coordinate", EXTENT(5));
    make("/y-coordinate", EXTENT(6));
    make("/tensor", EXTENT(3, 1, 5, 6));
    make("/nu", EXTENT(3, 5, 6));
    make("/other", EXTENT(3, 5, 6));
    read_coords("/tensor");
    assert_none(1, "t");
    assert_array(3, "/y-coordinate", "y", "PDEBench");
    read_coords("/nu");
    assert_left_out(0, "its points are separate samples");
    assert_array(1, "/x-coordinate", "x", "PDEBench");
    assert_array(2, "/y-coordinate", "y", "PDEBench");
    read_coords("/other");
    assert_left_out(0, NULL);
    assert_none(1, NULL);
}
END_TEST

START_TEST(pdebench_group_per_sample)
{
    make("/0007/data", EXTENT(4, 5, 6, 2));
    read_coords("/0007/data");
    assert_none(0, NULL);
    make("/0007/grid/x", EXTENT(5));
    make("/0007/grid/y", EXTENT(6));
    make("/0007/grid/t", EXTENT(5));
    make("/0008/grid/x", EXTENT(5));
    read_coords("/0007/data");
    assert_unusable(0, "axis 0: PDEBench: /0007/grid/t: has 5 points, the axis 4");
    assert_array(1, "/0007/grid/x", "x", "PDEBench");
    assert_array(2, "/0007/grid/y", "y", "PDEBench");
    assert_left_out(3, "it holds separate quantities");
    assert_not_field("/0007/grid/x", "it is a coordinate");
    assert_not_field("/0008/grid/x", NULL);
}
END_TEST

/* ------------------------------------------------------------------------------- BigDataViewer */

START_TEST(bigdataviewer_says_where_the_voxel_size_is)
{
    make("/t00000/s00/0/cells", EXTENT(4, 5, 6));
    make("/s00/resolutions", EXTENT(2, 3));
    make("/s00/subdivisions", EXTENT(2, 3));
    make("/t00000/s00/cells", EXTENT(4, 5, 6));
    read_coords("/t00000/s00/0/cells");
    assert_none(0, "z");
    assert_none(2, "x");
    ck_assert_ptr_nonnull(strstr(coords.note, "XML"));
    ck_assert_ptr_null(strstr(coords.note, "signed"));
    ck_assert_ptr_null(coords.refusal);
    assert_not_field("/s00/resolutions", "it is bookkeeping of BigDataViewer");
    assert_not_field("/s00/subdivisions", "it is bookkeeping of BigDataViewer");
    assert_not_field("/t00000/s00/0/cells", NULL);
    read_coords("/t00000/s00/cells");
    ck_assert_ptr_null(coords.note);
    make_as("/t00000/s01/0/cells", H5T_STD_I16BE, EXTENT(4, 5, 6));
    read_coords("/t00000/s01/0/cells");
    ck_assert_ptr_nonnull(strstr(coords.note, "stored as signed integers"));
    make("/t00000/s00/0/cell", EXTENT(4, 5, 6));
    read_coords("/t00000/s00/0/cell");
    ck_assert_ptr_null(coords.note);
}
END_TEST

/* -------------------------------------------------------------------------------------- blocks */

/* The datasets of files of each format, and what makes a file one of it: a group, or an attribute
 * of a group. */
static const struct {
    const char *dataset;
    const char *word;
    const char *group;
    const char *attribute;
    const char *second; /* of the same group */
} formats[] = {
    {"/level_0/data:datatype=0", "Chombo", "/Chombo_global", NULL, NULL},
    {"/level_12/data:datatype=0", "AMReX", "/", "plotfile_type", NULL},
    {"/dens", "FLASH", "/bounding box", NULL, NULL},
    {"/prim", "Athena++", "/", "NumMeshBlocks", "MeshBlockSize"},
    {"/prim.rho", "Parthenon", "/Info", "NumMeshBlocks", NULL},
    {"/Locations/x", "Parthenon", "/Info", "NumMeshBlocks", NULL},
    {"/GridData/Dens", "GAMER", "/Info/KeyInfo", NULL, NULL},
    {"/data/grid_0000000000/density", "Grid Data Format", "/gridded_data_format", NULL, NULL},
    {"/PartType0/Density", "particles", "/Header", NULL, NULL},
};

START_TEST(blocks_are_refused)
{
    const char *holder = formats[_i].group;
    make(formats[_i].dataset, EXTENT(4, 5, 6));
    assert_whole(formats[_i].dataset);
    if (strcmp(holder, "/Info/KeyInfo") == 0)
        group("/Info");
    if (strcmp(holder, "/bounding box") == 0)
        make(holder, EXTENT(4, 3, 2));
    else if (strcmp(holder, "/") != 0)
        group(holder);
    if (formats[_i].attribute)
        set_text(holder, formats[_i].attribute, "1");
    if (formats[_i].second) {
        assert_whole(formats[_i].dataset);
        set_text(holder, formats[_i].second, "1");
    }
    assert_refused(formats[_i].dataset, formats[_i].word);
}
END_TEST

START_TEST(blocks_by_name)
{
    make("/Grid00000001/Density", EXTENT(4, 5, 6));
    make("/Grid1/Density", EXTENT(4, 5, 6));
    make("/GridData/Density", EXTENT(4, 5, 6));
    make("/GasParticles/Densities", EXTENT(4));
    assert_refused("/Grid00000001/Density", "Enzo");
    assert_whole("/Grid1/Density");
    assert_whole("/GridData/Density");
    group("/Header");
    assert_whole("/GasParticles/Densities");
    group("/Cosmology");
    group("/Units");
    assert_refused("/GasParticles/Densities", "particles");
}
END_TEST

START_TEST(blocks_hostile_links)
{
    make("/u", EXTENT(4, 5, 6));
    ck_assert(H5Lcreate_soft("/nowhere", file, "Info", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    ck_assert(H5Lcreate_soft("/dimensions", file, "dimensions", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    ck_assert(H5Lcreate_external("x.h5", "/", file, "x-coordinate", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    make("/t0_fields/u", EXTENT(4, 5, 6));
    assert_whole("/u");
    assert_whole("/t0_fields/u");
    assert_none(0, NULL);
}
END_TEST

/* Attributes of every kind where numbers or text belong. */
static void set_hostile(const char *object, const char *name, int kind)
{
    static const char bytes[16000];
    const hsize_t n = 1000, three = 3;
    const hvl_t list[3] = {{0, NULL}};
    hid_t type = -1;
    switch (kind) {
    case 0:
        set(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), H5Screate(H5S_NULL), bytes);
        break;
    case 1:
        set(object, name, H5Tcreate(H5T_OPAQUE, 16), H5Screate(H5S_SCALAR), bytes);
        break;
    case 2:
        type = H5Tcreate(H5T_COMPOUND, 16);
        ck_assert(H5Tinsert(type, "r", 0, H5T_NATIVE_DOUBLE) >= 0);
        set(object, name, type, H5Screate_simple(1, &three, NULL), bytes);
        break;
    case 3:
        type = H5Tvlen_create(H5T_NATIVE_DOUBLE);
        set(object, name, type, H5Screate_simple(1, &three, NULL), list);
        break;
    case 4:
        set(object, name, H5Tcopy(H5T_NATIVE_DOUBLE), H5Screate_simple(1, &n, NULL), bytes);
        break;
    case 5:
        type = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &three);
        set(object, name, type, H5Screate_simple(1, &three, NULL), bytes);
        break;
    case 6:
        set_texts(object, name, 3, (const char *const[]){NULL, "", "/../../.."});
        break;
    default:
        set_text(object, name, "");
        break;
    }
}

START_TEST(hostile_attributes)
{
    static const char *const on_data[] = {
        "delta", "origin",      "iorigin",  "level",  "element_size_um", "dx",
        "x0",    "xunit",       "Xspacing", "Xstart", "sample_varying",  "time_varying",
        "dy",    "dim_varying", "y0",       "yunit",  "MATLAB_class",    "MATLAB_empty",
    };
    static const char *const on_dimension[] = {"start", "step", "length", "units", "spacing"};
    static const char *const data[] = {"/v", "/f", "/u it=0 rl=0 c=0", "/t0_fields/u", MINC_IMAGE};
    make("/dimensions/time", EXTENT(4));
    make("/v", EXTENT(4));
    make("/f", EXTENT(4, 5));
    for (size_t i = 2; i < sizeof data / sizeof *data; i++)
        make(data[i], EXTENT(4, 5, 6));
    make("/minc-2.0/dimensions/z", 0, NULL);
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        for (size_t k = 0; k < sizeof on_data / sizeof *on_data; k++)
            set_hostile(data[i], on_data[k], _i);
    }
    for (size_t k = 0; k < sizeof on_dimension / sizeof *on_dimension; k++)
        set_hostile("/minc-2.0/dimensions/z", on_dimension[k], _i);
    group("/Parameters and Global Attributes");
    set_hostile("/Parameters and Global Attributes", "nioprocs", _i);
    set_hostile("/dimensions", "spatial_dims", _i);
    if (_i % 2)
        set_hostile(MINC_IMAGE, "dimorder", _i);
    else
        set_text(MINC_IMAGE, "dimorder", "z,z,z");
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        read_coords(data[i]);
        for (unsigned k = 0; k < coords.rank; k++)
            ck_assert(coords.axis[k].kind == COORDS_NONE ||
                      coords.axis[k].kind == COORDS_UNUSABLE || strcmp(data[i], MINC_IMAGE) == 0);
        hid_t dataset = H5Dopen2(file, data[i], H5P_DEFAULT);
        hg_coords_not_field(file, data[i], dataset);
        hg_close(dataset);
    }
}
END_TEST

static void add_case(Suite *suite, const char *name, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

#define ADD_CASE(suite, name, ...)                                                                 \
    add_case(suite, name, (const TTest *const[]){__VA_ARGS__},                                     \
             sizeof(const TTest *const[]){__VA_ARGS__} / sizeof(TTest *))

static Suite *conventions_suite(void)
{
    Suite *suite = suite_create("more conventions");
    ADD_CASE(suite, "MINC", minc_axes_are_in_the_order_of_dimorder, minc_length_may_lie,
             minc_thinned_out_images_have_longer_steps, minc_defaults_and_irregular_axes,
             minc_unusable, minc_bookkeeping_is_no_field);
    ADD_CASE(suite, "Cactus", cactus_axes_are_reversed, cactus_blocks_are_refused, cactus_hostile);
    ADD_CASE(suite, "attributes", element_size_is_of_the_last_axes,
             element_size_is_of_the_axes_named, element_size_may_be_of_each_axis,
             axistags_name_axes, time_series_have_steps, spectrograms_count_time_first,
             time_series_hostile);
    ADD_CASE(suite, "housekeeping", matlab_housekeeping_is_no_field, categories_are_no_fields,
             images_with_palettes_are_categories, flags_by_standard_name_are_no_fields,
             colours_are_no_points_of_an_axis, julia_housekeeping_is_no_field,
             pandas_labels_are_no_fields);
    ADD_CASE(suite, "The Well", the_well_axes, the_well_axes_that_fields_lack, the_well_hostile,
             the_well_unknown_without_names, the_well_housekeeping_is_no_field);
    ADD_CASE(suite, "PDEBench", pdebench_drops_the_last_time, pdebench_lengths_are_checked,
             pdebench_darcy_flow, pdebench_group_per_sample);
    ADD_CASE(suite, "BigDataViewer", bigdataviewer_says_where_the_voxel_size_is);
    ADD_CASE(suite, "blocks", blocks_by_name, blocks_hostile_links);
    TCase *each = tcase_create("each of a list");
    tcase_add_checked_fixture(each, setup, teardown);
    tcase_add_loop_test(each, blocks_are_refused, 0, sizeof formats / sizeof *formats);
    tcase_add_loop_test(each, hostile_attributes, 0, 8);
    suite_add_tcase(suite, each);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(conventions_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
