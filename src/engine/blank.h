/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of blank tiles: those of whose points none is stored, so that all have one value.
 * The results of many of them are zeros that need not be stored. One is made to find that out;
 * those that can only have the same results are then neither read nor made: they lie at the same
 * ranges of the axes on which an output depends. Along an axis whose weights are the same
 * everywhere all ranges away from the ends are alike.
 */
#ifndef H5GRAD_ENGINE_BLANK_H
#define H5GRAD_ENGINE_BLANK_H

#include "engine/job.h"

struct blanks;

/* *blanks is NULL if the storage of the outputs is not sparse. */
enum h5grad_status hg_blanks_new(const struct engine_job *job, const struct plan *plan,
                                 struct blanks **blanks, struct h5grad_error *err);
void hg_blanks_free(struct blanks *blanks); /* NULL allowed */

/* Notes that all results of an output in a blank tile are zero. Any thread, as below. */
void hg_blanks_learn(struct blanks *blanks, unsigned output, const struct box *results);

/* True if all results of all outputs in a blank tile are known to be zero. */
bool hg_blanks_know(const struct blanks *blanks, const struct box *results);

#endif
