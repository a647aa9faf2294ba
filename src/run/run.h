/* SPDX-License-Identifier: BSD-3-Clause */
/* A run from file to file, up to its goal. */
#ifndef H5GRAD_RUN_RUN_H
#define H5GRAD_RUN_RUN_H

#include "h5grad.h"
#include "run/goal.h"

/* h5grad_list, h5grad_plan and h5grad_run; output is not used with RUN_LIST. */
enum h5grad_status hg_run_files(enum run_goal goal, const char *input, const char *output,
                                const struct h5grad_options *options, struct h5grad_report **report,
                                struct h5grad_error *err);

#endif
