/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef H5GRAD_MPI_PLUGIN_H
#define H5GRAD_MPI_PLUGIN_H

#include "ranks/method.h"

/* own of hg_ranks_join: a communicator (MPI_Comm *) of its own; NULL: MPI is started and ended,
 * and all processes take part. */
extern __attribute__((visibility("default"))) const struct ranks_method hg_ranks_method;

#endif
