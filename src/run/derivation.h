/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is derived and how, beyond the gradient of torch: the options for it, parsed, and what they
 * say of one axis. An entry that names an axis wins over one that does not.
 */
#ifndef H5GRAD_RUN_DERIVATION_H
#define H5GRAD_RUN_DERIVATION_H

#include "base/error.h"
#include "formats/field.h"
#include "stencil/operator.h"

/* An axis: "0", "-1", or a name, which may look like a number. */
struct axis_option {
    char *text; /* NULL: every axis that no other entry names */
    bool is_number;
    int64_t number;
};

/* An entry of --boundary, --period or --accuracy: what it does not say is zero. */
struct derivation_entry {
    struct axis_option dim;
    bool bounded; /* boundary, value and automatic are said, for both ends */
    enum boundary boundary[2];
    double value[2]; /* of BOUNDARY_VALUE */
    bool automatic;  /* the boundaries are what the file says, else one-sided */
    double period;
    unsigned accuracy;
    bool found; /* a field has the axis */
};

/* --subset: results [start, stop) by step, as Python slices. */
struct subset_option {
    struct axis_option dim;
    bool one; /* a single index, start */
    bool has_start, has_stop;
    int64_t start, stop;
    uint64_t step;
};

/* --vector: NAME:DIM=PATH (n = 1), NAME:DIM,DIM[,DIM]=PATH, or NAME=PATH (n = 0). */
struct vector_option {
    char *name;
    size_t n;
    struct axis_option *dim;
    const char *path;
};

#define RESULTS_OF_VECTORS (1u << FIELD_DIVERGENCE | 1u << FIELD_CURL | 1u << FIELD_Q)

/* A zeroed one is the gradient of torch, but for results. */
struct derivation {
    unsigned edge_order;
    bool edge_order_given;
    size_t n_entries;
    struct derivation_entry *entry;
    size_t n_subsets;
    struct subset_option *subset;
    size_t n_vectors;
    struct vector_option *vector;
    unsigned results; /* to be written: a bit for each enum field_what */
    bool chosen;      /* an option says which; else what suits a field, or a vector */
    enum missing missing;
    bool sphere;
    double radius;         /* in metres; 0: what the file says, else its default */
    const char *time_unit; /* "s", "min", ...; NULL: that of the file */
};

/* H5GRAD_USAGE with the reason. The caller frees *derivation in either case. */
enum h5grad_status hg_derivation_parse(const struct h5grad_options *user,
                                       struct derivation *derivation, struct h5grad_error *err);
void hg_derivation_free(struct derivation *derivation);

/* Takes note of the axes that a field has; and, at the end, H5GRAD_FAILED for one that is named and
 * no field has. */
void hg_derivation_note_axes(const struct derivation *derivation, const struct field *field);
enum h5grad_status hg_derivation_check_axes(const struct derivation *derivation,
                                            struct h5grad_error *err);

/* The entry after one, or the first where that is NULL, of the vector that the name is of; NULL:
 * there is none. */
const struct vector_option *hg_derivation_vector(const struct derivation *derivation,
                                                 const char *name,
                                                 const struct vector_option *after);

/* The word of --missing. */
const char *hg_derivation_missing_word(enum missing missing);

/* Parses the name or number of an axis. */
enum h5grad_status hg_axis_option_parse(const char *text, size_t length, struct axis_option *out,
                                        struct h5grad_error *err);

/* Whether an entry is for an axis of so many, which has a name or NULL. */
bool hg_axis_option_is(const struct axis_option *option, unsigned axis, unsigned rank,
                       const char *name);

/*
 * What the entries say of an axis of so many, with the name or NULL: *all, with automatic where the
 * file decides. H5GRAD_USAGE where what two entries say of it does not go together.
 */
enum h5grad_status hg_derivation_of(const struct derivation *derivation, unsigned axis,
                                    unsigned rank, const char *name, struct derivation_entry *all,
                                    struct h5grad_error *err);

#endif
