/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Split runs: each result of a field is in a leaf (base/leaf.h), complete in itself with scales,
 * auxiliary variables, groups and history, and at its path the output has a link to it. Workers
 * that write to several files do not wait for the lock of one.
 */
#ifndef H5GRAD_RUN_SPLIT_H
#define H5GRAD_RUN_SPLIT_H

#include "run/state.h"

/* Creates a leaf for each result of the field whose task is open, with all but the result, and sets
 * place. Not within hg_enter, as hg_split_finish. */
enum h5grad_status hg_split_create(struct run *run, struct result_place *place,
                                   struct h5grad_error *err);

/* Completes and closes the leaves, and links the output to them. */
enum h5grad_status hg_split_finish(struct run *run, struct h5grad_error *err);

/* Begins to write the leaves back. */
void hg_split_start_sync(const struct run *run);

/* Forgets the leaves of the field; the files are those of publish. Not within hg_enter. */
void hg_split_free(struct run *run);

#endif
