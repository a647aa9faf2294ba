/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes parts of HDF5 files. Each function asserts that libhdf5 succeeds. */
#ifndef H5GRAD_TESTS_H5MAKE_H
#define H5GRAD_TESTS_H5MAKE_H

#include <hdf5.h>

/* The rank and the extents of a dataset, as two arguments. */
#define EXTENT(...)                                                                                \
    (int)(sizeof(hsize_t[]){__VA_ARGS__} / sizeof(hsize_t)), (const hsize_t[])                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* Makes or replaces the file at path. Of a format without checksums, which tests that change bytes
 * would have to repair. */
hid_t h5make_file(const char *path, hid_t creation);

/* Makes a dataset, a scalar if rank is 0, and the groups above it. The caller closes it. */
hid_t h5make_dataset(hid_t place, const char *path, hid_t type, int rank, const hsize_t *extent,
                     hid_t creation);

/* Likewise, of a dataspace. */
hid_t h5make_in_space(hid_t place, const char *path, hid_t type, hid_t space, hid_t creation);

/* Writes all points of a dataset. */
void h5make_points(hid_t dataset, hid_t type_in_memory, const void *points);

/* Makes a dataset of one axis of n doubles. */
void h5make_line(hid_t place, const char *path, hsize_t n, const double *points);

/* Makes an attribute of n elements; a scalar if n is 0. */
void h5make_attribute(hid_t object, const char *name, hid_t type, hsize_t n, const void *value);

void h5make_text(hid_t object, const char *name, const char *text);

/* Attaches the scale of name scale[k] in the group to axis k of the dataset, as H5DSattach_scale
 * does. */
void h5make_scales(hid_t dataset, hid_t group, size_t rank, const char *const *scale);

#endif
