/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The resource limits that the process sets itself (setrlimit). A file can make libhdf5 and the
 * libraries below it allocate any amount; the limit on data makes an allocation far beyond --memory
 * fail. Without --memory, half of the machine's memory takes its place.
 */
#ifndef H5GRAD_CLI_CAP_H
#define H5GRAD_CLI_CAP_H

#include <stdbool.h>

#include "cli/option_table.h"

/* Sets the limit on data; call it before the work begins. Does nothing where the system has no such
 * limit, where the environment sets the size of threads' stacks (OMP_STACKSIZE), and under a
 * sanitizer, which reserves memory of its own. */
void cap_memory(const struct options *options);

/* Returns whether the process is so close to a limit on memory that an allocation may have failed.
 * A signal handler may call it. */
bool cap_is_reached(void);

/* Raises the limit on open files to what the system allows: libhdf5 keeps all sources of a virtual
 * dataset open. */
void cap_files(void);

#endif
