/* SPDX-License-Identifier: BSD-3-Clause */
/* HDF5 datatypes as the engine sees them: scalars of one enum element, one or two to a point. */
#ifndef H5GRAD_HDF5_TYPE_H
#define H5GRAD_HDF5_TYPE_H

#include <stdbool.h>

#include "base/element.h"
#include "libhdf5/h5.h"

struct h5_type {
    enum element stored; /* of each scalar in a buffer filled by H5Dread with type memory */
    bool swapped;        /* those scalars are in the other byte order than the machine's */
    unsigned components; /* scalars to a point: 1, or 2 for complex */
    bool raw;            /* the file holds exactly these bytes: no conversion by libhdf5 */
    hid_t memory;        /* datatype to read with; owned */
    hid_t file;          /* datatype as stored; owned */
    enum element result; /* scalar type of a result where --dtype does not say otherwise */
    char name[32];       /* "float32", "int16", "complex64", "bfloat16", "float80", ... */
};

/*
 * Describes datatype, which stays the caller's. Integers up to 64 bits and floats up to 128, of any
 * byte order and precision; complex as a compound of two equal floats named r/i, re/im, real/imag
 * or real/imaginary in any letter case, or libhdf5 2's own. H5GRAD_FAILED for every other type,
 * saying what it is. Within hg_enter.
 */
enum h5grad_status hg_type_open(hid_t datatype, struct h5_type *type, struct h5grad_error *err);
void hg_type_close(struct h5_type *type);

/* Bytes of a point in a buffer read with type->memory. */
size_t hg_type_size(const struct h5_type *type);

/* A new datatype for results of scalar type element (F16, F32, F64), in the machine's byte order:
 * as complex, with the same member names, as the source. -1 on failure. Within hg_enter. */
hid_t hg_type_result(const struct h5_type *source, enum element element);

/* "float32", or "complex64" for a source of two components. */
void hg_type_result_name(const struct h5_type *source, enum element element, char *out,
                         size_t size);

#endif
