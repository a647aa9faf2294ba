/* SPDX-License-Identifier: BSD-3-Clause */
/* Which datasets a run is about. */
#ifndef H5GRAD_RUN_SELECT_H
#define H5GRAD_RUN_SELECT_H

#include "hdf5/walk.h"
#include "run/options.h"

struct selected {
    char *path;      /* absolute */
    bool is_vector;  /* path is the name of a vector of the options */
    bool named;      /* given literally: it is an error if it cannot be done */
    bool usable;     /* set by the run: it can be done */
    const char *why; /* why it cannot be done, is no field after all, or is lost; NULL */
    bool lost;       /* it may be a field, or lead to some, but cannot be reached */
};

/* An object that a walk passed over, and why. */
struct passed_over {
    char *path, *why;
    bool chosen; /* it is in the selection */
};

struct selection {
    size_t n;
    struct selected *item;
    size_t n_passed;
    struct passed_over *passed;
    bool ran_out;        /* memory ran out for one of them */
    struct h5_walk walk; /* of the whole file, if walked */
    bool walked;
};

/*
 * Selects the datasets that options name or, if they name none, all that are neither coordinates
 * nor bookkeeping. Categories, which look like fields, are included with the reason, as are links
 * and objects that may lead to fields but cannot be reached. Datasets without a derivative have the
 * reason even if they are named, except with --no-unpack. A name that exists wins over a pattern;
 * patterns match fields only. The vectors of the options follow the datasets named, and are
 * alone if none is. Fails if a name or a pattern matches nothing. Not within hg_enter.
 */
enum h5grad_status hg_select_datasets(hid_t file, const struct run_options *options,
                                      struct selection *selection, struct h5grad_error *err);
void hg_select_free(struct selection *selection);

#endif
