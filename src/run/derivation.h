/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options beyond torch.gradient, parsed: what is derived, how, and what entries say of an axis.
 * An entry that names an axis wins over one that does not.
 */
#ifndef H5GRAD_RUN_DERIVATION_H
#define H5GRAD_RUN_DERIVATION_H

#include "base/error.h"
#include "formats/field.h"
#include "stencil/operator.h"

/* An axis: "0", "-1", or a name, which may look like a number. */
struct axis_option {
    char *text; /* NULL: all axes that no entry names */
    bool is_number;
    int64_t number;
    bool found;     /* a field has it; see hg_derivation_note_axes */
    char meant[64]; /* else the name of one that is like it; empty: none is */
};

/* An entry of --boundary, --period or --accuracy; zero means not given. */
struct derivation_entry {
    struct axis_option dim;
    bool bounded; /* boundary, value and automatic are given, for both ends */
    enum boundary boundary[2];
    double value[2]; /* of BOUNDARY_VALUE */
    bool automatic;  /* the file decides the boundaries; else they are one-sided */
    double period;
    unsigned accuracy;
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

/* A zeroed one, but for results, is torch.gradient. */
struct derivation {
    unsigned edge_order;
    bool edge_order_given;
    size_t n_entries;
    struct derivation_entry *entry;
    size_t n_subsets;
    struct subset_option *subset;
    size_t n_vectors;
    struct vector_option *vector;
    unsigned results; /* what is written: a bit for each enum field_what */
    bool chosen;      /* by an option; else the defaults of a field, or of a vector */
    enum missing missing;
    bool sphere;
    double radius;         /* in metres; 0: the file's, else the default */
    const char *time_unit; /* "s", "min", ...; NULL: that of the file */
};

/* H5GRAD_USAGE with the reason. The caller frees *derivation in either case. */
enum h5grad_status hg_derivation_parse(const struct h5grad_options *user,
                                       struct derivation *derivation, struct h5grad_error *err);
void hg_derivation_free(struct derivation *derivation);

/* Returns the axis of the field that an option means, by its name or else its number; the rank if
 * there is none. */
unsigned hg_axis_option_find(const struct axis_option *dim, const struct field *field);

/* Returns the name of the field's axis that is most like the one of an option, as long as the field
 * lives; NULL if none is. */
const char *hg_axis_option_nearest(const struct axis_option *dim, const struct field *field);

/* Note the axes that a field has; at the end, fail (H5GRAD_FAILED) if an entry or a subset names an
 * axis that no field has. */
void hg_derivation_note_axes(const struct derivation *derivation, const struct field *field);
enum h5grad_status hg_derivation_check_axes(const struct derivation *derivation,
                                            struct h5grad_error *err);

/* Returns the entry of the vector called name that follows after, or the first if after is NULL;
 * NULL if there is none. */
const struct vector_option *hg_derivation_vector(const struct derivation *derivation,
                                                 const char *name,
                                                 const struct vector_option *after);

/* Returns the word of --missing. */
const char *hg_derivation_missing_word(enum missing missing);

/* Parses the name or number of an axis. */
enum h5grad_status hg_axis_option_parse(const char *text, size_t length, struct axis_option *out,
                                        struct h5grad_error *err);

/*
 * Sets *all to what the entries say of an axis of rank, whose name may be NULL; automatic if the
 * file decides. H5GRAD_USAGE if entries contradict each other.
 */
enum h5grad_status hg_derivation_of(const struct derivation *derivation, unsigned axis,
                                    unsigned rank, const char *name, struct derivation_entry *all,
                                    struct h5grad_error *err);

#endif
