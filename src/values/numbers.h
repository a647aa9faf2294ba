/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers exactly as a file stores them, and converted to another stored type. All within
 * hg_enter. */
#ifndef H5GRAD_VALUES_NUMBERS_H
#define H5GRAD_VALUES_NUMBERS_H

#include "base/growing.h"
#include "libhdf5/h5.h"
#include "stencil/unpack.h"

struct number {
    double value; /* nearest double of an integer */
    bool integer; /* negative and magnitude are set */
    bool negative;
    uint64_t magnitude;
};

struct numbers {
    bool there;           /* an attribute or dataset of that name exists ... */
    size_t n;             /* ... with this many numbers; 0: it holds something else */
    enum element element; /* their type */
    struct number *item;  /* to be freed */
};

/* Reads the numbers of an attribute. Fails only if memory runs out. */
enum h5grad_status hg_numbers_read_attribute(hid_t object, const char *name, struct numbers *out,
                                             struct h5grad_error *err);

/* The same; a text that is a number counts, too. */
enum h5grad_status hg_numbers_read_said(hid_t object, const char *name, struct numbers *out,
                                        struct h5grad_error *err);

/* Reads the numbers of the dataset at path followed by suffix. */
enum h5grad_status hg_numbers_read_dataset(hid_t file, const char *path, const char *suffix,
                                           struct numbers *out, struct h5grad_error *err);

/*
 * Converts to the type stored; false if that lacks the value. Floats are rounded, as when they were
 * stored. other_sign: an integer beyond the type stands for the one with the same bits in the type
 * of the other sign.
 */
bool hg_number_as_stored(struct number number, enum element stored, bool other_sign,
                         union unpack_number *out);

/* Returns the least or greatest value of a type. */
union unpack_number hg_number_extreme(enum element stored, bool greatest);

bool hg_number_is_less(enum element stored, union unpack_number a, union unpack_number b);
bool hg_number_is_same(enum element stored, union unpack_number a, union unpack_number b);
void hg_number_print(struct growing *out, enum element stored, union unpack_number number);

/* Prints the first number, a float32 by the shortest text that reads back as that float. */
void hg_numbers_print(struct growing *out, const struct numbers *numbers);

bool hg_number_is_float(enum element element);

/* Returns the type in memory of a union unpack_number for numbers of a stored type. It keeps 64-bit
 * integers, which a double does not hold. */
hid_t hg_number_type(enum element stored);

#endif
