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
#include "run/derivation.h"

/* --coord DIM=[FILE:]PATH[@ATTRIBUTE] */
struct coord_option {
    struct axis_option dim;
    struct spacing_option spacing;
};

/* The caller's, which it documents; each may be NULL. */
struct run_callbacks {
    void *user;
    void (*progress)(void *user, const struct h5grad_progress *progress);
    int (*cancelled)(void *user);
    message_callback *message;
    void (*temporary)(void *user, const char *path);
};

struct run_options {
    struct run_callbacks call;
    struct messages *messages; /* the run's */
    size_t n_datasets;
    const char *const *dataset; /* paths or patterns; none: every field */
    size_t n_dims;
    struct axis_option *dim; /* none: every axis */
    size_t n_spaced;
    const struct axis_option *spaced; /* the axes of the entries of spacing; none: every axis */
    bool of_vector;                   /* dim is of a vector: all of these axes are needed */
    size_t n_spacings;
    struct spacing_option *spacing;
    size_t n_coords;
    struct coord_option *coord;
    struct derivation derivation;
    bool midpoints; /* one point more than an axis has makes coordinates edges of cells */
    bool unpack;    /* stored numbers may stand for others */
    bool dtype_given;
    enum element dtype;
    const char *name; /* template of result names; NULL: the default */
    struct layout_request format;
    const char *command; /* for the history; NULL: unknown */
    bool history, xdmf, overwrite, sync, checkpoint, resume;
    bool follow_external, allow_plugins, allow_missing;
    unsigned threads;
    struct cache_sizes cache; /* the machine's */
    uint64_t memory;
    bool memory_given; /* and not chosen for the machine */
    uint64_t buffers;  /* what buffers aim for within that, for tests; 0: as much as it leaves */
    const char *io;    /* the only I/O method to try besides the library's, for tests; NULL: all */
    char *fingerprint; /* of all of them that the bytes of the output depend on */
};

/* Copies a caller's struct of options, which begins with its size, to one of known bytes. What the
 * caller's does not have is zero; what it has beyond must be zero. user may be NULL: all is zero.
 */
enum h5grad_status hg_run_options_take(const void *user, void *out, size_t known,
                                       struct h5grad_error *err);

/* H5GRAD_USAGE with the reason for what no file could satisfy. user may be NULL; its strings stay
 * the caller's and outlive *options. On failure there is nothing to free. */
enum h5grad_status hg_run_options_check(const struct h5grad_options *user,
                                        struct run_options *options, struct h5grad_error *err);
void hg_run_options_free(struct run_options *options);

#endif
