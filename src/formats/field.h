/* SPDX-License-Identifier: BSD-3-Clause */
/* A field: the description of a dataset to differentiate, kept until the end of the run. It holds
 * no handles. */
#ifndef H5GRAD_FORMATS_FIELD_H
#define H5GRAD_FORMATS_FIELD_H

#include "axis/store.h"
#include "base/element.h"
#include "formats/coords.h"
#include "values/values.h"

enum spacing_kind { SPACING_AUTO, SPACING_NUMBER, SPACING_PATH };

struct spacing_option {
    enum spacing_kind kind;
    double number;
    const char *path; /* SPACING_PATH: [FILE:]PATH[@ATTRIBUTE] */
};

/* What was settled for one axis, differentiated or not. What the file says of it is coords.axis[].
 */
struct field_axis {
    bool differentiated;
    bool dropped;                  /* it was left out for its problem */
    struct spacing_option spacing; /* resolved: SPACING_NUMBER, SPACING_PATH, or AUTO for unit */
    bool given;                    /* the spacing is what an option says, ... */
    const char *source;            /* ... or it is from here: a convention's name; for people */
    const struct coordinate *coordinate; /* of a SPACING_PATH that can be used */
    char *problem;                       /* why what is given for it cannot be used; NULL */
    char *result;                        /* path of the result */
};

enum field_fault {
    FIELD_SOUND,
    FIELD_NONE,      /* the dataset is none */
    FIELD_OPTIONS,   /* it may do with other options */
    FIELD_UNUSABLE,  /* what the file or an option says of it cannot be used */
    FIELD_TOO_LARGE, /* it needs more memory than the cap leaves */
    FIELD_LOST,      /* it may be a field, but it or its points cannot be reached */
};

struct field {
    const char *path;  /* of the variable, see hdf5/names.h */
    char *stored_path; /* of its dataset */
    unsigned rank;
    uint64_t *extent; /* rank of them */
    unsigned components;
    enum element stored;     /* of its scalars in the file */
    enum element result;     /* of those of its results */
    struct values values;    /* empty with --no-unpack */
    struct coords coords;    /* what the file says of its axes */
    char *missing;           /* the message about points whose source is missing; NULL: none */
    struct field_axis *axis; /* rank of them */
    unsigned n_axes;         /* differentiated, */
    unsigned *order;         /* in this order */
    enum field_fault fault;
    const char *read_method; /* of the reader that was chosen; NULL: none was yet */
};

/* Frees what a field holds, which may be zeroed, or half described. */
void hg_field_free(struct field *field);

/* Bytes of all results as the engine makes them. */
uint64_t hg_field_result_bytes(const struct field *field);

/* The spacing of an axis: a number, the path of its coordinates, "unit", or "unusable". It lies in
 * number, which has room for 32 bytes, or in the field. */
const char *hg_field_spacing(const struct field *field, unsigned axis, char *number, size_t size);

/* An axis in messages: "axis 1 (time)", or "axis 1" where it has no name. 256 bytes are enough. */
void hg_field_label(const struct field *field, unsigned axis, char *out, size_t size);

#endif
