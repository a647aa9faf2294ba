/* SPDX-License-Identifier: BSD-3-Clause */
/* Which MPI library reaches the other processes: a plugin in the folder of the package, loaded only
 * when asked for, so that the program and the library themselves link no MPI. */
#ifndef H5GRAD_RANKS_LOAD_H
#define H5GRAD_RANKS_LOAD_H

#include "base/error.h"
#include "ranks/method.h"

/* Finds the method that the launcher, or H5GRAD_MPI, calls for; NULL: no launcher started this
 * process, which is alone. */
enum h5grad_status hg_load_method(const struct ranks_method **method, struct h5grad_error *err);

/* Fails if the launcher started several processes of which the library sees one: each would do the
 * whole run. */
enum h5grad_status hg_load_check(const struct ranks *ranks, struct h5grad_error *err);

#endif
