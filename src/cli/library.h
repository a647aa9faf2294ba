/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The functions of libh5grad, which is loaded when the first of them is called. So the process that
 * watches over a run stays small, and forking it costs next to nothing.
 *
 * libhdf5 is often built with a driver for files in Amazon's S3, whose libraries (libcurl,
 * libcrypto, and some thirty below them) take longer to load than a small file takes to do. h5grad
 * never uses that driver. So libraries without content (ABSENT_LIBRARIES of configure) that call
 * themselves by these names are loaded first, and the loader takes them for the real ones.
 */
#ifndef H5GRAD_CLI_LIBRARY_H
#define H5GRAD_CLI_LIBRARY_H

#include <stdbool.h>

#include "cli/option_table.h"

/* Loads libh5grad: with all libraries below it where code runs that may call them, which are the
 * plugins of --allow-plugins and --mpi. Returns whether it could be loaded; prints why not. */
bool library_load(const struct options *options);

#endif
