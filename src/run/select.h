/* SPDX-License-Identifier: BSD-3-Clause */
/* Which datasets a run is about. */
#ifndef H5GRAD_RUN_SELECT_H
#define H5GRAD_RUN_SELECT_H

#include "hdf5/walk.h"
#include "run/options.h"

struct selected {
    char *path;      /* absolute */
    bool is_vector;  /* path is the name of a vector of the options */
    bool named;      /* given literally: it is an error when it cannot be done */
    bool usable;     /* set by who tried: it can be done */
    const char *why; /* it cannot be done, is no field after all, or is lost; NULL */
    bool lost;       /* what may be a field, or lead to some, cannot be reached */
};

/* What a walk passed over, and why. */
struct passed_over {
    char *path, *why;
    bool chosen; /* it is in the selection */
};

struct selection {
    size_t n;
    struct selected *item;
    size_t n_passed;
    struct passed_over *passed;
    bool ran_out;        /* there was no memory for one of them */
    struct h5_walk walk; /* of the whole file, where it was needed: walked */
    bool walked;
};

/*
 * The datasets that options name or, where they name none, all that are neither coordinates nor
 * bookkeeping; those with categories, which look like fields, are among them with the reason, and
 * so are links and objects behind which there may be fields that cannot be reached. Those without a
 * derivative have the reason even where they are named, but for --no-unpack. A name that exists
 * wins over a pattern; patterns match fields only. vectors: those of the options come after what is
 * named, and alone where nothing is. An error when a name or a pattern matches
 * nothing. Not within hg_enter.
 */
enum h5grad_status hg_select_datasets(hid_t file, const struct run_options *options, bool vectors,
                                      struct selection *selection, struct h5grad_error *err);
void hg_select_free(struct selection *selection);

#endif
