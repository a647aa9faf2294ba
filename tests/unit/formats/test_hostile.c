/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes of every kind where numbers or text belong. */
#include "tests/unit/formats/convention_file.h"

#define MINC_IMAGE "/minc-2.0/image/0/image"

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
    make("/dimensions/time", 4);
    make("/v", 4);
    make("/f", 4, 5);
    for (size_t i = 2; i < sizeof data / sizeof *data; i++)
        make(data[i], 4, 5, 6);
    make_as("/minc-2.0/dimensions/z", H5T_NATIVE_FLOAT, 0, NULL);
    for (size_t i = 0; i < sizeof data / sizeof *data; i++) {
        for (size_t k = 0; k < sizeof on_data / sizeof *on_data; k++)
            set_hostile(data[i], on_data[k], _i);
    }
    for (size_t k = 0; k < sizeof on_dimension / sizeof *on_dimension; k++)
        set_hostile("/minc-2.0/dimensions/z", on_dimension[k], _i);
    make_group("/Parameters and Global Attributes");
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

void add_hostile(Suite *suite)
{
    TCase *tcase = add_case(suite, "any attribute", setup, teardown);
    tcase_add_loop_test(tcase, hostile_attributes, 0, 8);
}
