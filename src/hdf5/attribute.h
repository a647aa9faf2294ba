/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes. Reading never fails: an attribute that is absent, broken, or of another kind counts
 * as absent. Text may be stored fixed or variable, as a scalar or as one element, with any padding.
 * All within hg_enter. */
#ifndef H5GRAD_HDF5_ATTRIBUTE_H
#define H5GRAD_HDF5_ATTRIBUTE_H

#include "libhdf5/h5.h"

/* The text, in new memory; NULL when there is none or it is longer than 64 KiB. */
char *hg_attribute_text(hid_t object, const char *name);

/* The unit that the object gives, in new memory: by "units" or "unit", with any_case also by these
 * words with capitals. *name becomes the attribute's name; name may be NULL. NULL when none of them
 * has a text. */
char *hg_attribute_unit(hid_t object, bool any_case, const char **name);

/* The elements of an array of texts, each in new memory ("" for those never written), in a new
 * array; NULL when there is none or they are longer than 16 MiB. */
char **hg_attribute_texts(hid_t object, const char *name, size_t *n);
void hg_free_texts(char **texts, size_t n);

/* The elements of an attribute of numbers or enumerated values (h5py's bool) as double, in a new
 * array; NULL when there is none. At most 2^20 elements. */
double *hg_attribute_numbers(hid_t object, const char *name, size_t *n);

/* One number; false when there is none. */
bool hg_attribute_number(hid_t object, const char *name, double *value);

/* Writes *n values of a type as a 1-D attribute, or one as a scalar where n is NULL. Closes type.
 */
enum h5grad_status hg_attribute_write(hid_t object, const char *name, hid_t type, const size_t *n,
                                      const void *value, struct h5grad_error *err);

enum h5grad_status hg_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err);

/* Of 32 bits, which the older formats of netCDF have, too. */
enum h5grad_status hg_attribute_write_int(hid_t object, const char *name, int32_t value,
                                          struct h5grad_error *err);

/* An array of n doubles, or of n texts of variable length; both 1-D. */
enum h5grad_status hg_attribute_write_numbers(hid_t object, const char *name, const double *value,
                                              size_t n, struct h5grad_error *err);
enum h5grad_status hg_attribute_write_texts(hid_t object, const char *name, const char *const *text,
                                            size_t n, struct h5grad_error *err);

/* Whether an attribute of that name is to be copied. */
typedef bool h5_attribute_chosen(const char *name);

/*
 * Copies an attribute, or in the order of creation those that are chosen (NULL: all), with type and
 * value as they are stored. An attribute that to has already stays. Skipped are references, which
 * mean nothing in another file, and what cannot be read, has more than 16 MiB, or may exceed the
 * memory of the file's h5_access. Only a failure to write is an error.
 */
enum h5grad_status hg_attribute_copy(hid_t from, hid_t to, const char *name,
                                     struct h5grad_error *err);
enum h5grad_status hg_attributes_copy(hid_t from, hid_t to, h5_attribute_chosen *chosen,
                                      struct h5grad_error *err);

/* Whether an object has any, as far as can be told: one question where many names are asked for. */
bool hg_attributes_exist(hid_t object);

/* Removes the attribute where there is one. */
enum h5grad_status hg_attribute_remove(hid_t object, const char *name, struct h5grad_error *err);

/* Whether the object has an attribute of that text. */
bool hg_attribute_is(hid_t object, const char *attribute, const char *text);

enum h5_exactly {
    H5_ABSENT,
    H5_FOUND,
    H5_BROKEN, /* there, but of another type or length */
};

/* Exactly n numbers of an attribute; value stays as it is unless they are found. */
enum h5_exactly hg_attribute_exactly(hid_t object, const char *attribute, size_t n, double *value);

#endif
