/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON documents of many files that the processes of an MPI job share: each process keeps those
 * of the files that it does, and at the end process 0 prints all as one array, in the order of the
 * files.
 */
#ifndef H5GRAD_CLI_DOCUMENTS_H
#define H5GRAD_CLI_DOCUMENTS_H

#include <stddef.h>
#include <stdio.h>

#include "cli/json.h"
#include "h5grad.h"

struct documents {
    FILE *stream; /* into text: the number of a file, its document, each ended by a zero byte */
    char *text;
    size_t size;
};

/* To be freed by documents_print. */
enum h5grad_status documents_open(struct documents *documents, struct h5grad_error *error);

/* *json then writes the document of the file with that number, until documents_end. It may stay
 * without one. */
void documents_begin(struct documents *documents, size_t number, struct json *json);
void documents_end(struct documents *documents);

/* Called by all processes; waits for the others. n: of files. */
enum h5grad_status documents_print(struct documents *documents, struct h5grad_ranks *ranks,
                                   size_t n, struct h5grad_error *error);

#endif
