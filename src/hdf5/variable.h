/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Elements of variable length: texts, lists, and arrays and compounds with such parts. The file
 * holds the length of such a part, and a reference to the object of the global heap with its bytes.
 * libhdf5 allocates and converts as many elements as the length claims, but copies what the object
 * has: lengths must be compared with their objects before anything is read. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_VARIABLE_H
#define H5GRAD_HDF5_VARIABLE_H

#include <stdbool.h>

#include "grid/box.h"
#include "libhdf5/h5.h"

/* 0: elements of a type have a fixed length; 1: they or parts of them have a variable one; 2: such
 * parts have such parts again, whose memory cannot be foreseen, or the type cannot be read. */
unsigned hg_variable_levels(hid_t type);

/*
 * Checks an attribute, or a box of a dataset, of type, which is that of H5Aget_type or H5Dget_type:
 * H5GRAD_FAILED with the reason where a length is not that of its object, or all parts together
 * have more than most bytes, or than a quarter of the memory of the file's h5_access. Nothing is
 * checked where the type has no such parts, or where the calling program has the file open itself.
 * A box of rank 0 is a scalar.
 */
enum h5grad_status hg_variable_check_attribute(hid_t attribute, hid_t type, uint64_t most,
                                               struct h5grad_error *err);
enum h5grad_status hg_variable_check_box(hid_t dataset, hid_t type, unsigned rank,
                                         const struct box *box, struct h5grad_error *err);

/* Frees what libhdf5 allocated in a buffer of such elements. */
void hg_variable_reclaim(hid_t type, hid_t space, void *buffer);

#endif
