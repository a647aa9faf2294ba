/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a run with --update need not do. A result carries a hash of the options that it depends on,
 * and of the sizes and times of all files that it was made of. It is up to date if these are what
 * they were, and none is newer than it. Results without a history have no hash, so that equal runs
 * make equal files wherever their inputs come from; they are made again.
 */
#ifndef H5GRAD_RUN_UPDATE_H
#define H5GRAD_RUN_UPDATE_H

#include "run/state.h"

/* Notes the hash and the time of what is at OUTPUT, if the run is an update. Fails if h5grad has
 * not made it, and --overwrite does not allow to replace it all the same. */
enum h5grad_status hg_update_find(struct run *run, struct h5grad_error *err);

/* Whether that is up to date. Call it when everything is known that the run reads. */
bool hg_update_is_current(const struct run *run);

/* Writes the hash to the run's output. Within hg_enter. */
enum h5grad_status hg_update_write(const struct run *run, struct h5grad_error *err);

#endif
