/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line: what the arguments say. */
#ifndef H5GRAD_CLI_COMMAND_LINE_H
#define H5GRAD_CLI_COMMAND_LINE_H

#include "cli/option_table.h"

#include <stdio.h>

/*
 * Reads the arguments; no file is looked at. argv must outlive *options. Everything that needs no
 * knowledge of datasets or filters is checked here, the rest by the library. On failure
 * error->message says what is wrong. options_free in any case.
 */
enum h5grad_status options_parse(struct options *options, int argc, char **argv,
                                 struct h5grad_error *error);
void options_free(struct options *options);

/* Sets options->command to that of a run with the INPUT and OUTPUT at hand alone. */
enum h5grad_status options_set_command(struct options *options, struct h5grad_error *error);

/* The text of --help, within 80 columns. */
void help_print(FILE *out);

#endif
