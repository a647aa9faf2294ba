/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of a run, checked as far as they can be before any file is opened. */
#ifndef H5GRAD_RUN_OPTIONS_H
#define H5GRAD_RUN_OPTIONS_H

#include "base/cache.h"
#include "base/element.h"
#include "base/error.h"
#include "h5grad.h"
#include "formats/field.h"
#include "libhdf5/message.h"
#include "output/layout.h"
#include "ranks/ranks.h"
#include "run/derivation.h"

/* --coord DIM=[FILE:]PATH[@ATTRIBUTE] */
struct coord_option {
    struct axis_option dim;
    struct spacing_option spacing;
};

/* The caller's callbacks, see h5grad.h; each may be NULL. */
struct run_callbacks {
    void *user;
    void (*progress)(void *user, const struct h5grad_progress *progress);
    int (*cancelled)(void *user);
    message_callback *message;
    void (*temporary)(void *user, const char *path);
};

struct run_options {
    struct run_callbacks call;
    struct messages *messages; /* the run's, as the next */
    struct engine_memo *memo;
    size_t n_datasets;
    const char *const *dataset; /* paths or patterns; NULL: every field */
    size_t n_dims;
    struct axis_option *dim; /* NULL: every axis */
    size_t n_spaced;
    const struct axis_option *spaced; /* the axes of the entries of spacing; NULL: every axis */
    bool of_vector;                   /* dim is a vector's: all these axes are needed */
    size_t n_spacings;
    struct spacing_option *spacing;
    size_t n_coords;
    struct coord_option *coord;
    struct derivation derivation;
    bool midpoints; /* coordinates with one point more than the axis are edges of cells */
    bool unpack;    /* packing and missing values count */
    bool dtype_given;
    enum element dtype;
    const char *name; /* template of result names; NULL: the default */
    struct layout_request format;
    const char *command; /* for the history; NULL: unknown */
    bool history, xdmf, split, swmr, overwrite, sync, checkpoint, resume;
    bool follow_external, allow_plugins, allow_missing;
    bool update;       /* OUTPUT is left as it is if it is up to date */
    bool skip_results; /* an input that holds results of h5grad is not done */
    bool strict;       /* what is left out or assumed is an error */
    unsigned threads;
    struct cache_sizes cache; /* the machine's */
    uint64_t memory;
    bool memory_given;   /* by the caller, not chosen for the machine */
    uint64_t buffers;    /* for tests: bytes that buffers aim for; 0: as much as memory leaves */
    uint64_t part;       /* for tests: bytes of a part of a shared run; 0: as they should be */
    uint64_t seam;       /* bytes of the blocks that no two ranks write to; for tests: fewer */
    struct ranks *ranks; /* share the run; NULL: one process */
    const char *io;    /* for tests: the only I/O method to try besides the library's; NULL: all */
    char *fingerprint; /* of all options that the bytes of the output depend on */
};

/* Copies a caller's struct of options, which begins with its size, to one of known bytes. Members
 * that it lacks become zero; members beyond must be zero. user NULL: all are zero. */
enum h5grad_status hg_run_options_take(const void *user, void *out, size_t known,
                                       struct h5grad_error *err);

/* Parses the options. H5GRAD_USAGE with the reason if no file could satisfy them. user may be NULL;
 * its strings stay the caller's and must outlive *options. On failure there is nothing to free. */
enum h5grad_status hg_run_options_check(const struct h5grad_options *user,
                                        struct run_options *options, struct h5grad_error *err);
void hg_run_options_free(struct run_options *options);

#endif
