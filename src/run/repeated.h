/* SPDX-License-Identifier: BSD-3-Clause */
/* A look at the points of a periodic axis for an end that repeats the first one. */
#ifndef H5GRAD_RUN_REPEATED_H
#define H5GRAD_RUN_REPEATED_H

#include "run/task.h"

/* Warns of periodic axes whose last point looks like the first again: a sample of both has the same
 * values, and not all of one. The plan of the task is made. Data that cannot be read are no failure
 * here. */
enum h5grad_status hg_repeated_tell(const struct task *task, struct messages *messages,
                                    struct h5grad_error *err);

#endif
