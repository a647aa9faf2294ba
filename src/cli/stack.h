/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs the work on a stack that is large enough for libhdf5, also where the system's limit on
 * stacks (ulimit -s) is below that. */
#ifndef H5GRAD_CLI_STACK_H
#define H5GRAD_CLI_STACK_H

#include "cli/option_table.h"

/* Returns work(options), called in a thread with a larger stack where the limit is too low and such
 * a thread can be made. Threads that work creates then have such stacks, too. */
int stack_call(int (*work)(struct options *options), struct options *options);

#endif
