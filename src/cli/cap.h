/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Holds the process to --memory, whatever libhdf5 and the libraries below it are made to allocate
 * by a file: what goes far beyond it fails as if there were no more. Where --memory is not given
 * that is half of the machine's.
 */
#ifndef H5GRAD_CLI_CAP_H
#define H5GRAD_CLI_CAP_H

#include "cli/command_line.h"

/* Before the work begins. Nothing is done where the system cannot, where threads have stacks of a
 * size that only OpenMP's runtime knows, and under a sanitizer, which has its own use for memory.
 */
void cap_memory(const struct options *options);

/* Lets the process open as many files as the system allows: libhdf5 keeps all sources of a virtual
 * dataset open. */
void cap_files(void);

#endif
