/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of the field at hand in the output file: datasets, attributes, writers. */
#ifndef H5GRAD_RUN_RESULTS_H
#define H5GRAD_RUN_RESULTS_H

#include "formats/aux_vars.h"
#include "run/task.h"

/* All of them have one extent; those of another type have a storage of their own. */
struct results {
    hid_t file;                   /* of the output */
    hid_t type, space, creation;  /* what a dataset is made of; type is that in memory, too */
    hid_t scalar;                 /* the type of those that are no complex numbers */
    struct h5_storage storage[2]; /* as libhdf5 made it of the creation list: of type and scalar */
    hid_t dataset[FIELD_MOST_RESULTS]; /* in the field's order */
    struct writer *writer[FIELD_MOST_RESULTS];
};

/* None yet, in an output file. */
void hg_results_init(struct results *results, hid_t file);

/* Makes the datasets, with their attributes and scales, and opens their writers. Within hg_enter.
 */
enum h5grad_status hg_results_create(const struct task *task, struct aux_vars *aux_vars,
                                     const struct scale_links *links, struct results *results,
                                     struct h5grad_error *err);

/* Closes what there is. With status 0, after the engine is done, it completes the datasets; else it
 * returns status. Within hg_enter. */
enum h5grad_status hg_results_finish(const struct field *field, struct results *results,
                                     enum h5grad_status status, struct h5grad_error *err);

#endif
