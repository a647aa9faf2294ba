/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The library in a program that uses MPI itself: its processes share the gradient of a file.
 *
 *   mpirun -n 4 mpi_example INPUT OUTPUT
 */
#include <h5grad_mpi.h>

#include <mpi.h>
#include <stdio.h>

/* Called by all processes of comm with the same names. */
static int differentiate(MPI_Comm comm, const char *input, const char *output)
{
    struct h5grad_options options;
    struct h5grad_error error;

    h5grad_options_init(&options);
    options.overwrite = 1;
    enum h5grad_status status = h5grad_ranks_of_comm(comm, &options.ranks, &error);
    if (status == H5GRAD_OK)
        status = h5grad_run(input, output, &options, NULL, &error);
    /* All have the same error; one of them prints it. */
    if (status != H5GRAD_OK && (!options.ranks || h5grad_ranks_is_first(options.ranks)))
        fprintf(stderr, "%s\n", error.message);
    h5grad_ranks_close(options.ranks);
    return status != H5GRAD_OK;
}

int main(int argc, char **argv)
{
    int level, failed = 2;

    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    if (argc == 3)
        failed = differentiate(MPI_COMM_WORLD, argv[1], argv[2]);
    else
        fputs("usage: mpi_example INPUT OUTPUT\n", stderr);
    MPI_Finalize();
    return failed;
}
