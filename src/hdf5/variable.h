/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Elements of variable length: texts, lists, and arrays and compounds with such parts. The file
 * holds a length and a reference to an object of the global heap. libhdf5 allocates and converts as
 * many elements as the length claims, but copies what the object has, so lengths must be checked
 * against the objects before anything is read. All within hg_enter.
 */
#ifndef H5GRAD_HDF5_VARIABLE_H
#define H5GRAD_HDF5_VARIABLE_H

#include <stdbool.h>

#include "grid/box.h"
#include "libhdf5/h5.h"

/* 0: elements of a type have a fixed length; 1: they have parts of variable length; 2: such parts
 * contain such parts, whose memory cannot be foreseen, or the type cannot be read. */
unsigned hg_variable_levels(hid_t type);

/*
 * Checks an attribute, or a box of a dataset (rank 0: a scalar). type is from H5Aget_type or
 * H5Dget_type. Fails with the reason if a length is not that of its object, or if all parts
 * together have more bytes than most, or than a quarter of the memory limit of the file's
 * h5_access. Checks nothing if the type has no such parts, or if the calling program has the file
 * open itself.
 */
enum h5grad_status hg_variable_check_attribute(hid_t attribute, hid_t type, uint64_t most,
                                               struct h5grad_error *err);
enum h5grad_status hg_variable_check_box(hid_t dataset, hid_t type, unsigned rank,
                                         const struct box *box, struct h5grad_error *err);

/* Frees what libhdf5 allocated for the elements of a buffer. */
void hg_variable_reclaim(hid_t type, hid_t space, void *buffer);

#endif
