/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A launcher of parallel programs (srun -n4 h5grad ...) starts as many runs as it has tasks, which
 * all make the same OUTPUT where --mpi was forgotten. So each task claims its OUTPUT, by a file
 * beside it that it keeps locked, and a second one of the same launch fails at once. Nothing is
 * claimed without such a launcher. A claim whose process is dead, or that is another job's, hinders
 * nobody.
 */
#ifndef H5GRAD_CLI_CLAIM_H
#define H5GRAD_CLI_CLAIM_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/option_table.h"

struct claim {
    int fd;     /* -1: nothing is claimed */
    char *path; /* ".NAME.h5grad.claim" */
};

/* Claims OUTPUT. Fails if another task of the same launch has it. Whatever else is the matter with
 * the folder of OUTPUT the run itself will say. */
enum h5grad_status claim_take(struct claim *claim, const struct options *options,
                              struct h5grad_error *error);

/* Frees a claim. ours: removes its file, too; a child of the process that took it has a copy. */
void claim_drop(struct claim *claim, bool ours);

#endif
