/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes that are copied to results. */
#include "tests/unit/formats/convention_file.h"

static bool is_not_left(const char *name)
{
    return strcmp(name, "left") != 0;
}

START_TEST(attributes_are_copied_as_they_are)
{
    make_group("/from");
    set_text("/from", "text", "é");
    TEXTS("/from", "texts", "a", "", "longer");
    NUMBERS("/from", "numbers", 1, NAN);
    set_int("/from", "left", 1);
    set_int("/from", "there", 1);
    hid_t from = H5Gopen2(file, "/from", H5P_DEFAULT);
    hid_t space = H5Screate(H5S_NULL);
    hg_close(H5Acreate2(from, "empty", H5T_STD_I16BE, space, H5P_DEFAULT, H5P_DEFAULT));
    hg_close(space);
    space = H5Screate(H5S_SCALAR);
    hid_t reference =
        H5Acreate2(from, "reference", H5T_STD_REF_OBJ, space, H5P_DEFAULT, H5P_DEFAULT);
    hg_close(reference);
    hg_close(space);
    hid_t to = H5Gopen2(output, "/", H5P_DEFAULT);
    ck_assert_int_eq(hg_attribute_write_int(to, "there", 2, &err), H5GRAD_OK);
    ck_assert_int_eq(hg_attributes_copy(from, to, is_not_left, &err), H5GRAD_OK);
    expect_text("/", "text", "é");
    EXPECT_TEXTS("/", "texts", "a", "", "longer");
    EXPECT_NUMBERS("/", "there", 2);
    ck_assert(has_attribute("/", "empty"));
    ck_assert(has_attribute("/", "numbers"));
    ck_assert(!has_attribute("/", "left"));
    ck_assert(!has_attribute("/", "reference"));
    hg_close(to);
    hg_close(from);
}
END_TEST

void add_attributes(Suite *suite)
{
    TCase *tcase = add_case(suite, "attributes that are copied", setup, teardown);
    ADD_TESTS(tcase, attributes_are_copied_as_they_are);
}
