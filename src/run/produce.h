/* SPDX-License-Identifier: BSD-3-Clause */
/* Produces the output of a run whose fields are checked. */
#ifndef H5GRAD_RUN_PRODUCE_H
#define H5GRAD_RUN_PRODUCE_H

#include "run/state.h"

/* Creates the output, does all fields and publishes it. */
enum h5grad_status hg_produce(struct run *run, struct h5grad_error *err);

/* The steps of that, for runs that order them otherwise. */

/* Creates the output file, under its temporary name. */
enum h5grad_status hg_produce_begin(struct run *run, struct h5grad_error *err);

/* Opens and plans the field of a selected dataset: the task of the run. Begins the run's results
 * with none. */
enum h5grad_status hg_produce_open(struct run *run, size_t number, struct h5grad_error *err);

/* Creates the results of the task's field and opens their writers. */
enum h5grad_status hg_produce_create(struct run *run, struct results *results,
                                     struct h5grad_error *err);

/* Makes the results of the task's field. */
enum h5grad_status hg_produce_results(struct run *run, size_t number, struct results *results,
                                      struct h5grad_error *err);

/* Closes results and writers, and completes the field: both if status is H5GRAD_OK, else returns
 * status. */
enum h5grad_status hg_produce_finish(struct run *run, struct results *results,
                                     enum h5grad_status status, struct h5grad_error *err);

/* Publishes the output. */
enum h5grad_status hg_produce_end(struct run *run, struct h5grad_error *err);

/* Callbacks of jobs; user: the run. */
void hg_produce_progress(void *user, uint64_t bytes);
int hg_produce_is_cancelled(void *user);

/* Reports results that are no longer in the temporary file, since it was changed after it was
 * left. */
void hg_produce_tell_lost(struct run *run);

/* Fails if libhdf5 ran out of memory: objects may then have seemed absent. */
enum h5grad_status hg_produce_check_memory(struct run *run, struct h5grad_error *err);

#endif
