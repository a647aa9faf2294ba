/* SPDX-License-Identifier: BSD-3-Clause */
/* Stacks: the system's limit on them (ulimit -s) may be below what libhdf5 takes. */
#ifndef H5GRAD_CLI_STACK_H
#define H5GRAD_CLI_STACK_H

#include "cli/command_line.h"

/* work(options), on a stack that is large enough wherever there can be one; threads that work makes
 * have such stacks too. */
int stack_call(int (*work)(struct options *options), struct options *options);

#endif
