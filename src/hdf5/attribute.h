/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes. Reading never fails hard: an attribute that is absent, broken, or of another kind is
 * "not there". Text may be stored fixed or variable, as a scalar or as one element, with any
 * padding. All within h5_enter. */
#ifndef H5GRAD_HDF5_ATTRIBUTE_H
#define H5GRAD_HDF5_ATTRIBUTE_H

#include "hdf5/h5.h"

/* The text, in new memory; NULL when there is none or it is longer than 64 KiB. */
char *h5_attribute_text(hid_t object, const char *name);

/* The elements of an array of texts, each in new memory ("" for those never written), in a new
 * array; NULL when there is none or they are longer than 16 MiB. */
char **h5_attribute_texts(hid_t object, const char *name, size_t *n);
void h5_free_texts(char **texts, size_t n);

/* The elements of a numeric attribute as double, in a new array; NULL when there is none. At most
 * 2^20 elements. */
double *h5_attribute_numbers(hid_t object, const char *name, size_t *n);

/* One number; false when there is none. */
bool h5_attribute_number(hid_t object, const char *name, double *value);

/* Frees what libhdf5 allocated in a buffer of variable-length elements. */
void h5_attribute_reclaim(hid_t type, hid_t space, void *buffer);

enum h5grad_status h5_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err);
enum h5grad_status h5_attribute_write_int(hid_t object, const char *name, int64_t value,
                                          struct h5grad_error *err);

#endif
