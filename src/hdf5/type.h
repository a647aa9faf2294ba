/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5 datatypes for the engine: scalars of one enum element, one or two per point. */
#ifndef H5GRAD_HDF5_TYPE_H
#define H5GRAD_HDF5_TYPE_H

#include <stdbool.h>

#include "base/element.h"
#include "libhdf5/h5.h"

struct h5_type {
    enum element stored; /* scalar in a buffer that H5Dread fills with type memory */
    bool swapped;        /* scalars are not in the machine's byte order */
    unsigned components; /* scalars per point: 2 for complex, else 1 */
    bool raw;            /* libhdf5 need not convert: the file holds exactly these bytes */
    hid_t memory;        /* datatype to read with; owned */
    hid_t file;          /* datatype as stored; owned */
    enum element result; /* scalar type of results, unless --dtype is given */
    char name[32];       /* "float32", "int16", "complex64", "bfloat16", "float80", ... */
};

/*
 * Describes datatype, which stays the caller's: integers of up to 64 bits and floats of up to 128,
 * of any byte order and precision; complex as a compound of two equal floats named r/i, re/im,
 * real/imag or real/imaginary in any letter case, or libhdf5 2's class. Other types fail with a
 * reason that names them. Within hg_enter.
 */
enum h5grad_status hg_type_open(hid_t datatype, struct h5_type *type, struct h5grad_error *err);
void hg_type_close(struct h5_type *type);

/* Bytes of a point in memory, of type->memory. */
size_t hg_type_size(const struct h5_type *type);

/* Makes a datatype for results of scalar type element (F16, F32, F64), in native byte order;
 * complex like the source, with its member names. -1 on failure. Within hg_enter. */
hid_t hg_type_result(const struct h5_type *source, enum element element);

/* The same for results that are real whatever the source is. */
hid_t hg_type_scalar(enum element element);

/* "float32", or "complex64" for a source of two components. */
void hg_type_result_name(const struct h5_type *source, enum element element, char *out,
                         size_t size);

#endif
