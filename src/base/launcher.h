/* SPDX-License-Identifier: BSD-3-Clause */
/* What a launcher of parallel programs (srun, mpirun, mpiexec) tells the processes that it starts,
 * in their environment. */
#ifndef H5GRAD_BASE_LAUNCHER_H
#define H5GRAD_BASE_LAUNCHER_H

#include <stddef.h>

struct launcher {
    const char *name; /* "srun", "mpirun", ...; NULL: no launcher */
    unsigned count;   /* of the processes that it started together; 1 without a launcher */
    unsigned rank;    /* of this one */
    const char *mpi;  /* the library that this one was prepared for, "openmpi" or "mpich"; NULL */
};

/* The innermost launcher counts: mpirun in a job of Slurm inherits the variables of that job. What
 * the job as a whole may use does not count, since a batch script has it for its one process. */
struct launcher hg_launcher_find(void);

/* Prints what tells this launch from others, as far as the environment does. */
void hg_launcher_job(char *out, size_t size);

#endif
