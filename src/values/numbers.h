/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers of a file exactly as they are stored, and as numbers of another stored type. All within
 * hg_enter. */
#ifndef H5GRAD_VALUES_NUMBERS_H
#define H5GRAD_VALUES_NUMBERS_H

#include <stdio.h>

#include "libhdf5/h5.h"
#include "stencil/unpack.h"

struct number {
    double value; /* of an integer the nearest double */
    bool integer; /* negative and magnitude hold it */
    bool negative;
    uint64_t magnitude;
};

struct numbers {
    bool there;           /* there is an attribute or dataset of the name ... */
    size_t n;             /* ... with so many numbers; 0: it holds something else */
    enum element element; /* their type */
    struct number *item;  /* to be freed */
};

/* The numbers of an attribute. Fails only when memory runs out. */
enum h5grad_status hg_numbers_read_attribute(hid_t object, const char *name, struct numbers *out,
                                             struct h5grad_error *err);

/* The same; a text that is a number counts as one. */
enum h5grad_status hg_numbers_read_said(hid_t object, const char *name, struct numbers *out,
                                        struct h5grad_error *err);

/* The numbers of the dataset whose path is path followed by suffix. */
enum h5grad_status hg_numbers_read_dataset(hid_t file, const char *path, const char *suffix,
                                           struct numbers *out, struct h5grad_error *err);

/*
 * The number as one of type stored; false when the type has no such value. Floats are rounded, as
 * they were when they were stored. other_sign: an integer beyond the type stands for the one with
 * the same bits in the type of the other sign.
 */
bool hg_number_as_stored(struct number number, enum element stored, bool other_sign,
                         union unpack_number *out);

/* The least or the greatest value of a type. */
union unpack_number hg_number_extreme(enum element stored, bool greatest);

bool hg_number_is_less(enum element stored, union unpack_number a, union unpack_number b);
bool hg_number_is_same(enum element stored, union unpack_number a, union unpack_number b);
void hg_number_print(FILE *out, enum element stored, union unpack_number number);

/* Prints the first number; a float32 by the shortest text that reads back as the float, not as its
 * double. */
void hg_numbers_print(FILE *out, const struct numbers *numbers);

bool hg_number_is_float(enum element element);

/* The type in memory of a union unpack_number for numbers of a type that are stored, as libhdf5
 * reads them: integers of 64 bits are not what a double holds. */
hid_t hg_number_type(enum element stored);

#endif
