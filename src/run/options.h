/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of a run, checked as far as they can be before any file is opened. */
#ifndef H5GRAD_RUN_OPTIONS_H
#define H5GRAD_RUN_OPTIONS_H

#include "base/cache.h"
#include "base/element.h"
#include "base/error.h"
#include "h5grad.h"
#include "run/message.h"
#include "output/layout.h"

enum spacing_kind { SPACING_AUTO, SPACING_NUMBER, SPACING_PATH };

struct spacing_option {
    enum spacing_kind kind;
    double number;
    const char *path; /* SPACING_PATH: [FILE:]PATH[@ATTRIBUTE] */
};

/* --coord DIM=[FILE:]PATH[@ATTRIBUTE] */
struct coord_option {
    char *dim;
    struct spacing_option spacing;
};

struct run_options {
    struct h5grad_options user; /* the caller's, completed with defaults */
    struct messages *messages;  /* the run's */
    size_t n_spacings;
    struct spacing_option *spacing;
    size_t n_coords;
    struct coord_option *coord;
    bool dtype_given;
    enum element dtype;
    struct format_request format;
    unsigned threads;
    struct cache_sizes cache; /* the machine's */
    uint64_t memory;
    uint64_t buffers; /* what buffers aim for within that, for tests; 0: as much as it leaves */
};

/* H5GRAD_USAGE with the reason for what no file could satisfy. user may be NULL; its strings stay
 * the caller's and outlive *options. On failure there is nothing to free. */
enum h5grad_status hg_run_options_check(const struct h5grad_options *user,
                                        struct run_options *options, struct h5grad_error *err);
void hg_run_options_free(struct run_options *options);

#endif
