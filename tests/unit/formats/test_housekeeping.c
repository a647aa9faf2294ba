/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets that are no fields: bookkeeping of programs, categories, labels. */
#include "tests/unit/formats/convention_file.h"

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
        make(name, 3, 3);
        set_text(name, "MATLAB_class", classes[i].class);
        expect_no_field(name, classes[i].why);
    }
    make("/empty", 2);
    set_text("/empty", "MATLAB_class", "double");
    set_number("/empty", "MATLAB_empty", 1);
    expect_no_field("/empty", "it is an empty array of MATLAB, whose extents it holds");
    set_number("/v0", "MATLAB_empty", 0);
    expect_no_field("/v0", NULL);
    make("/#refs#/a", 2);
    expect_no_field("/#refs#/a", "it is bookkeeping of MATLAB");
    make("/sparse/data", 2);
    make("/sparse/ir", 2);
    expect_no_field("/sparse/data", NULL);
    set_number("/sparse", "MATLAB_sparse", 9);
    expect_no_field("/sparse/data", "it is a part of a sparse matrix of MATLAB");
    expect_no_field("/sparse/ir", "it is a part of a sparse matrix of MATLAB");
}
END_TEST

/* Writes a text of size bytes (0: of variable length), padded, as a scalar or an array. */
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
        expect_no_field("/u", why);
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
    make("/contours", 3, 4);
    NUMBERS("/contours", "CLIST", 1, 2);
    expect_no_field("/contours", NULL);
    make("/zones", 3, 4);
    set_text("/zones", "flag_meanings", "land sea");
    expect_no_field("/zones", "it holds categories");
    make("/counts", 3, 4); /* of a quantity, whatever colours they are shown in */
    set_text("/counts", "IMAGE_SUBCLASS", "IMAGE_INDEXED");
    set_number("/counts", "OFFSET", 0);
    set_number("/counts", "SCALING_FACTOR", 0.5);
    expect_no_field("/counts", NULL);
}
END_TEST

START_TEST(images_with_palettes_are_categories)
{
    static const char indices[] = "it holds categories (indices of a palette's colours)";
    make_as("/u", H5T_NATIVE_UINT8, EXTENT(3, 4));
    set_text("/u", "CLASS", "IMAGE");
    expect_no_field("/u", NULL); /* radars have it so */
    set_number("/u", "PALETTE", 0);
    expect_no_field("/u", indices);
    set_number("/u", "scale_factor", 0.5);
    expect_no_field("/u", NULL);
    make_as("/v", H5T_NATIVE_UINT8, EXTENT(3, 4));
    set_number("/v", "PALETTE", 0);
    expect_no_field("/v", NULL);
    set_text("/v", "CLASS", "IMAGE");
    set_text("/v", "IMAGE_SUBCLASS", "IMAGE_GRAYSCALE");
    expect_no_field("/v", NULL);
    make("/w", 3, 4); /* floats are no indices */
    set_text("/w", "CLASS", "IMAGE");
    set_number("/w", "PALETTE", 0);
    expect_no_field("/w", NULL);
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
        expect_no_field("/u", cases[i].flag ? "it holds categories" : NULL);
        ck_assert(H5Ldelete(file, "/u", H5P_DEFAULT) >= 0);
    }
}
END_TEST

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
            expect_left_out(k, k == mode ? "it holds colours" : NULL);
        ck_assert(H5Ldelete(file, "/u", H5P_DEFAULT) >= 0);
    }
    make_as("/v", H5T_NATIVE_UINT8, EXTENT(5, 4, 3));
    set_text("/v", "CLASS", "IMAGE");
    set_text("/v", "IMAGE_SUBCLASS", "IMAGE_TRUECOLOR");
    read_coords("/v");
    expect_left_out(2, "it holds colours");
    expect_left_out(1, NULL);
}
END_TEST

START_TEST(julia_housekeeping_is_no_field)
{
    make("/_refs/00000001", 2);
    expect_no_field("/_refs/00000001", NULL);
    make_group("/_types");
    expect_no_field("/_refs/00000001", "it is bookkeeping of JLD");
    make("/_types/00000001", 2);
    make("/panel/_types/u", 2);
    expect_no_field("/_types/00000001", "it is bookkeeping of JLD");
    expect_no_field("/panel/_types/u", NULL);
}
END_TEST

START_TEST(pandas_labels_are_no_fields)
{
    make("/df/axis1", 5);
    make("/df/block12_items", 2);
    make("/df/block12_values", 5, 2);
    make("/df/block_items", 2);
    make("/_i_table/x/sorted", 5, 2);
    expect_no_field("/df/axis1", NULL);
    expect_no_field("/_i_table/x/sorted", NULL);
    set_text("/df", "pandas_type", "frame");
    set_text("/", "PYTABLES_FORMAT_VERSION", "2.1");
    expect_no_field("/df/axis1", "it holds labels of pandas");
    expect_no_field("/df/block12_items", "it holds labels of pandas");
    expect_no_field("/df/block12_values", NULL);
    expect_no_field("/df/block_items", NULL);
    expect_no_field("/_i_table/x/sorted", "it is an index of PyTables");
}
END_TEST

void add_housekeeping(Suite *suite)
{
    TCase *tcase = add_case(suite, "housekeeping", setup, teardown);
    ADD_TESTS(tcase, matlab_housekeeping_is_no_field, categories_are_no_fields,
              images_with_palettes_are_categories, flags_by_standard_name_are_no_fields,
              colours_are_no_points_of_an_axis, julia_housekeeping_is_no_field,
              pandas_labels_are_no_fields);
}
