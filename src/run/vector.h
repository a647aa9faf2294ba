/* SPDX-License-Identifier: BSD-3-Clause */
/* The vectors of --vector. Components are fields, or parts of one field along an axis. */
#ifndef H5GRAD_RUN_VECTOR_H
#define H5GRAD_RUN_VECTOR_H

#include "run/options.h"
#include "run/task.h"

/* The input, and what a run keeps of it. */
struct vector_place {
    hid_t file;
    const struct h5_walk *walk; /* may be NULL */
    struct coord_store *coordinates;
};

/*
 * Opens and describes the datasets of the vector called name in the options, and settles their axes
 * and the results of the vector. *field, which is empty, becomes the first component with
 * field->vector. H5GRAD_FAILED if components do not match. Call hg_task_close and hg_field_free in
 * any case. Not within hg_enter.
 */
enum h5grad_status hg_vector_describe(struct task *task, const struct vector_place *place,
                                      const char *name, const struct run_options *options,
                                      struct field *field, struct h5grad_error *err);

#endif
