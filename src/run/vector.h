/* SPDX-License-Identifier: BSD-3-Clause */
/* Vectors of --vector: fields, or indices along an axis of one, that are components. */
#ifndef H5GRAD_RUN_VECTOR_H
#define H5GRAD_RUN_VECTOR_H

#include "run/options.h"
#include "run/task.h"

/* Where a run finds what it describes. */
struct vector_place {
    hid_t file;
    const struct h5_walk *walk; /* may be NULL */
    struct coord_store *coordinates;
    bool *subset_used; /* see hg_subset_settle */
};

/*
 * Opens the datasets of the components of the vector of that name, which options have, describes
 * them, and settles their axes and the results of the vector. *field, which is empty, becomes the
 * first component with field->vector. H5GRAD_FAILED where components do not belong together.
 * hg_task_close and hg_field_free are due in either case. Not within hg_enter.
 */
enum h5grad_status hg_vector_describe(struct task *task, const struct vector_place *place,
                                      const char *name, const struct run_options *options,
                                      struct field *field, struct h5grad_error *err);

#endif
