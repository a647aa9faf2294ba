/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes. Reading never fails: an attribute that is absent, broken, or of another kind counts
 * as absent. Text may be fixed or variable, a scalar or one element, with any padding. All within
 * hg_enter. */
#ifndef H5GRAD_HDF5_ATTRIBUTE_H
#define H5GRAD_HDF5_ATTRIBUTE_H

#include "libhdf5/h5.h"

/* True if the object has an attribute of that name. */
bool hg_has_attribute(hid_t object, const char *name);

/* Returns the text, in new memory; NULL if there is none or it is longer than 64 KiB. */
char *hg_attribute_text(hid_t object, const char *name);

/* Returns the unit of the object, in new memory: the text of "units" or "unit", with any_case also
 * of these words in capitals. *name: the attribute's name; name may be NULL. NULL if there is none.
 */
char *hg_attribute_unit(hid_t object, bool any_case, const char **name);

/* Returns an array of texts, each in new memory ("" if never written); NULL if there is none or
 * they are longer than 16 MiB. */
char **hg_attribute_texts(hid_t object, const char *name, size_t *n);
void hg_free_texts(char **texts, size_t n);

/* Returns numbers or enumerated values (h5py's bool) as double, in a new array; NULL if there is
 * none, or more than 2^20 elements. */
double *hg_attribute_numbers(hid_t object, const char *name, size_t *n);

/* Reads one number; false if there is none. */
bool hg_attribute_number(hid_t object, const char *name, double *value);

/* Writes *n values as a 1-D attribute, or one as a scalar if n is NULL. Closes type. */
enum h5grad_status hg_attribute_write(hid_t object, const char *name, hid_t type, const size_t *n,
                                      const void *value, struct h5grad_error *err);

enum h5grad_status hg_attribute_write_text(hid_t object, const char *name, const char *text,
                                           struct h5grad_error *err);

/* Writes a 32-bit integer, a type that the older formats of netCDF have, too. */
enum h5grad_status hg_attribute_write_int(hid_t object, const char *name, int32_t value,
                                          struct h5grad_error *err);

/* Writes a number as an array of one element of a type of numbers. */
enum h5grad_status hg_attribute_write_as(hid_t object, const char *name, hid_t type, double value,
                                         struct h5grad_error *err);

/* Write a 1-D array of n doubles, or of n texts of variable length. */
enum h5grad_status hg_attribute_write_numbers(hid_t object, const char *name, const double *value,
                                              size_t n, struct h5grad_error *err);
enum h5grad_status hg_attribute_write_texts(hid_t object, const char *name, const char *const *text,
                                            size_t n, struct h5grad_error *err);

/* True if an attribute of that name is to be copied. */
typedef bool h5_attribute_chosen(const char *name);

/*
 * Copies an attribute, or in creation order those that chosen accepts (NULL: all), with type and
 * value as stored. Attributes that to has already stay. Skips references, which mean nothing in
 * another file, and what cannot be read, is larger than 16 MiB, or may exceed the memory limit of
 * the file's h5_access. Only a failure to write is an error.
 */
enum h5grad_status hg_attribute_copy(hid_t from, hid_t to, const char *name,
                                     struct h5grad_error *err);
enum h5grad_status hg_attributes_copy(hid_t from, hid_t to, h5_attribute_chosen *chosen,
                                      struct h5grad_error *err);

/* True if an object has attributes, or may have: one question instead of one per name, whose answer
 * is remembered until another object is asked for or an attribute is written. */
bool hg_attributes_exist(hid_t object);

/* Removes the attribute if it exists. */
enum h5grad_status hg_attribute_remove(hid_t object, const char *name, struct h5grad_error *err);

/* True if the object has an attribute of that text. */
bool hg_attribute_is(hid_t object, const char *attribute, const char *text);

enum h5_exactly {
    H5_ABSENT,
    H5_FOUND,
    H5_BROKEN, /* it exists, but with another type or length */
};

/* Reads exactly n numbers of an attribute; leaves value alone unless it finds them. */
enum h5_exactly hg_attribute_exactly(hid_t object, const char *attribute, size_t n, double *value);

#endif
