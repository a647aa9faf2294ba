/* SPDX-License-Identifier: BSD-3-Clause */
/* The results of the field at hand in the output file: datasets, attributes, writers. */
#ifndef H5GRAD_RUN_RESULTS_H
#define H5GRAD_RUN_RESULTS_H

#include "formats/aux_vars.h"
#include "run/task.h"

/* All of them have one type and one storage. */
struct results {
    hid_t file;                   /* of the output */
    hid_t type, space, creation;  /* what a dataset is made of; type is that in memory, too */
    struct h5_storage storage;    /* as libhdf5 made it of the creation list */
    hid_t dataset[GRID_MAX_RANK]; /* in the field's order */
    struct writer *writer[GRID_MAX_RANK];
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
