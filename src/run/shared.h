/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs that several processes share, their ranks. Each opens and checks the input itself. Rank 0
 * creates the output with all results in it, and hands out parts of them (run/share); each rank
 * writes the results of its parts past libhdf5. Rank 0 alone has the output open with libhdf5, and
 * publishes it.
 */
#ifndef H5GRAD_RUN_SHARED_H
#define H5GRAD_RUN_SHARED_H

#include "run/state.h"

/* Returns whether this process is a rank above 0, which says and reports nothing. */
bool hg_shared_is_other(const struct run *run);

/* Notes a field that can be done, whose task is planned. */
void hg_shared_note(struct run *run);

/* As hg_produce; all ranks call it, after they have agreed that all is well, and all return the
 * same. */
enum h5grad_status hg_shared_produce(struct run *run, struct h5grad_error *err);

#endif
