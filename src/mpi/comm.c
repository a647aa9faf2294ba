/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5grad_mpi.h"

#include <stdio.h>

#include "mpi/plugin.h"

static enum h5grad_status refuse(struct h5grad_error *error, enum h5grad_status status,
                                 const char *why)
{
    if (error) {
        error->status = status;
        snprintf(error->message, sizeof error->message, "%s", why);
    }
    return status;
}

enum h5grad_status h5grad_ranks_of_comm(MPI_Comm comm, struct h5grad_ranks **ranks,
                                        struct h5grad_error *error)
{
    int started = 0, ended = 0, level = MPI_THREAD_SINGLE;
    MPI_Comm own;

    *ranks = NULL;
    MPI_Initialized(&started);
    MPI_Finalized(&ended);
    if (!started || ended)
        return refuse(error, H5GRAD_USAGE, "MPI has not been started, or has ended");
    MPI_Query_thread(&level);
    if (level < MPI_THREAD_SERIALIZED)
        return refuse(error, H5GRAD_USAGE,
                      "MPI was started without threads: ask MPI_Init_thread for "
                      "MPI_THREAD_SERIALIZED");
    if (MPI_Comm_dup(comm, &own) != MPI_SUCCESS)
        return refuse(error, H5GRAD_FAILED, "the communicator cannot be duplicated");
    return h5grad_ranks_join(ranks, &hg_ranks_method, &own, error);
}
