/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Elements of variable length: texts, lists, and arrays and compounds with such parts. What a file
 * holds of a part is its length and the object of the global heap with its bytes. libhdf5 allocates
 * what the length says, copies what the object has, and converts the former again, whichever is
 * more: the length is to be held against the object before anything is read. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_VARIABLE_H
#define H5GRAD_HDF5_VARIABLE_H

#include <stdbool.h>

#include "grid/box.h"
#include "libhdf5/h5.h"

/* Whether elements of a type have a variable length, or parts that have: 1. 2: these have such
 * parts again, so that what they come to cannot be foreseen; or it cannot be told. */
unsigned hg_variable_levels(hid_t type);

/*
 * Checks an attribute, or a box of a dataset, of type, which is that of H5Aget_type or H5Dget_type:
 * H5GRAD_FAILED with the reason where a length is not that of its object, or all parts together
 * have more than most bytes, or than a quarter of the memory of the file's h5_access. Nothing is
 * checked where the type has no such parts, or the file none: libhdf5's own driver is for files
 * that the calling program has open itself. A box of rank 0 is a scalar.
 */
enum h5grad_status hg_variable_check_attribute(hid_t attribute, hid_t type, uint64_t most,
                                               struct h5grad_error *err);
enum h5grad_status hg_variable_check_box(hid_t dataset, hid_t type, unsigned rank,
                                         const struct box *box, struct h5grad_error *err);

/* Frees what libhdf5 allocated in a buffer of such elements. */
void hg_variable_reclaim(hid_t type, hid_t space, void *buffer);

#endif
