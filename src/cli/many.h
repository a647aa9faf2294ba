/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run over many files. The process that does the work does one after the other, as runs of their
 * own; what it has done is in memory that it shares with the process that watches over it. So if a
 * file kills it, another process goes on with the next one. The same happens, in order, when a file
 * could not be done, since libhdf5 may have kept something of what is damaged.
 */
#ifndef H5GRAD_CLI_MANY_H
#define H5GRAD_CLI_MANY_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/option_table.h"

/* Call it once, before the processes part. */
enum h5grad_status many_begin(struct h5grad_error *error);

/* For supervise: does files until all are done or have failed (many_is_over), one could not be
 * done, or a signal stops the run. Returns the exit status. */
int many_work(struct options *options);

/* In the process that watches: the one that did the work has ended with this exit status. Returns
 * whether another one is to go on. stopped: a signal has asked the program to stop. */
bool many_goes_on(const struct options *options, int result, bool stopped);

#endif
