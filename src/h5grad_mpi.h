/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * h5grad on the communicator of a program that uses MPI itself, such as a simulation that has
 * written its fields to an HDF5 file, which all processes can open. Link libh5grad_mpi, which is
 * compiled for one MPI library, and libh5grad.
 *
 *     MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
 *     ...
 *     struct h5grad_options options;
 *     h5grad_options_init(&options);
 *     if (h5grad_ranks_of_comm(MPI_COMM_WORLD, &options.ranks, &error) == H5GRAD_OK)
 *         status = h5grad_run("simulation.h5", "gradients.h5", &options, NULL, &error);
 *     h5grad_ranks_close(options.ranks);
 */
#ifndef H5GRAD_MPI_H
#define H5GRAD_MPI_H

#include <mpi.h>

#include "h5grad.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes ranks of all processes of comm, which all call it; comm is duplicated. MPI must have been
 * started with MPI_THREAD_SERIALIZED at least; unless with MPI_THREAD_MULTIPLE, no other call of
 * MPI may be made from here to h5grad_ranks_close, since a thread of the library tells the others
 * meanwhile that this process is alive. Waits for the others.
 */
H5GRAD_API enum h5grad_status h5grad_ranks_of_comm(MPI_Comm comm, struct h5grad_ranks **ranks,
                                                   struct h5grad_error *error);

#ifdef __cplusplus
}
#endif

#endif
