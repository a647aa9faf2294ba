/* SPDX-License-Identifier: BSD-3-Clause */
#include <check.h>
#include <string.h>

#include "tests/support/h5make.h"

hid_t h5make_file(const char *path, hid_t creation)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    ck_assert_int_ge(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST), 0);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(H5Pclose(access), 0);
    return file;
}

hid_t h5make_in_space(hid_t place, const char *path, hid_t type, hid_t space, hid_t creation)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    ck_assert_int_ge(H5Pset_create_intermediate_group(links, 1), 0);
    hid_t dataset = H5Dcreate2(place, path, type, space, links, creation, H5P_DEFAULT);
    ck_assert_msg(dataset >= 0, "%s cannot be made", path);
    ck_assert_int_ge(H5Pclose(links), 0);
    return dataset;
}

hid_t h5make_dataset(hid_t place, const char *path, hid_t type, int rank, const hsize_t *extent,
                     hid_t creation)
{
    hid_t space = rank ? H5Screate_simple(rank, extent, NULL) : H5Screate(H5S_SCALAR);
    hid_t dataset = h5make_in_space(place, path, type, space, creation);
    ck_assert_int_ge(H5Sclose(space), 0);
    return dataset;
}

void h5make_points(hid_t dataset, hid_t type_in_memory, const void *points)
{
    ck_assert_int_ge(H5Dwrite(dataset, type_in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, points), 0);
}

void h5make_line(hid_t place, const char *path, hsize_t n, const double *points)
{
    hid_t dataset = h5make_dataset(place, path, H5T_NATIVE_DOUBLE, 1, &n, H5P_DEFAULT);
    h5make_points(dataset, H5T_NATIVE_DOUBLE, points);
    ck_assert_int_ge(H5Dclose(dataset), 0);
}

void h5make_attribute(hid_t object, const char *name, hid_t type, hsize_t n, const void *value)
{
    hid_t space = n ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_msg(attribute >= 0, "%s cannot be made", name);
    if (value)
        ck_assert_int_ge(H5Awrite(attribute, type, value), 0);
    ck_assert_int_ge(H5Aclose(attribute), 0);
    ck_assert_int_ge(H5Sclose(space), 0);
}

void h5make_text(hid_t object, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert_int_ge(H5Tset_size(type, strlen(text) + 1), 0);
    h5make_attribute(object, name, type, 0, text);
    ck_assert_int_ge(H5Tclose(type), 0);
}

void h5make_scales(hid_t dataset, hid_t group, size_t rank, const char *const *scale)
{
    hobj_ref_t reference[H5S_MAX_RANK];
    hvl_t list[H5S_MAX_RANK];
    for (size_t k = 0; k < rank; k++) {
        ck_assert_int_ge(H5Rcreate(&reference[k], group, scale[k], H5R_OBJECT, -1), 0);
        list[k] = (hvl_t){.len = 1, .p = &reference[k]};
    }
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    h5make_attribute(dataset, "DIMENSION_LIST", type, rank, list);
    ck_assert_int_ge(H5Tclose(type), 0);
}
