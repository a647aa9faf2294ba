/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/launcher.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parse.h"

struct launcher_row {
    const char *name;
    const char *mark; /* a variable that only this launcher sets */
    const char *count, *rank;
    const char *mpi; /* NULL: it serves several */
};

/* Innermost first: mpirun and mpiexec may start their own daemons by srun. */
static const struct launcher_row launcher_rows[] = {
    {"mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "openmpi"},
    {"mpiexec", "MPI_LOCALNRANKS", "PMI_SIZE", "PMI_RANK", "mpich"},
    {"srun", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", NULL},
    {"the launcher", "PMI_SIZE", "PMI_SIZE", "PMI_RANK", "mpich"},
};

static unsigned number_of(const char *variable, unsigned otherwise)
{
    const char *text = getenv(variable);
    uint64_t number;

    return text && hg_parse_u64(text, &number) && number <= INT32_MAX ? (unsigned)number
                                                                      : otherwise;
}

/* The library that srun has prepared the process for. */
static const char *library_prepared(void)
{
    if (getenv("PMIX_RANK"))
        return "openmpi";
    return getenv("PMI_RANK") || getenv("PMI_FD") ? "mpich" : NULL;
}

struct launcher hg_launcher_find(void)
{
    for (size_t i = 0; i < sizeof launcher_rows / sizeof *launcher_rows; i++) {
        const struct launcher_row *row = &launcher_rows[i];
        unsigned count = number_of(row->count, number_of(row->mark, 0));
        if (getenv(row->mark) && count > 0)
            return (struct launcher){row->name, count, number_of(row->rank, 0),
                                     row->mpi ? row->mpi : library_prepared()};
    }
    return (struct launcher){.count = 1, .mpi = library_prepared()};
}

void hg_launcher_job(char *out, size_t size)
{
    static const char *const variables[] = {"SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_RESTART_COUNT",
                                            "PMIX_NAMESPACE"};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        hg_memory_append(out, size, "%s%s", i > 0 ? "." : "", value ? value : "");
    }
}
