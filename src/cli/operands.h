/* SPDX-License-Identifier: BSD-3-Clause */
/* What the operands mean, as cp has it: INPUT OUTPUT, or INPUT... FOLDER; with --list INPUT... */
#ifndef H5GRAD_CLI_OPERANDS_H
#define H5GRAD_CLI_OPERANDS_H

#include "cli/option_table.h"

/* Takes one more, as it stands on the command line. */
enum h5grad_status operands_take(struct options *options, const char *value,
                                 struct h5grad_error *error);

/* Fails if there are too few; looks at no file. */
enum h5grad_status operands_check(const struct options *options, struct h5grad_error *error);

/* Looks whether the last one is a folder, and settles which files the run is about. H5GRAD_USAGE if
 * several results would have one name. To be freed even on failure. */
enum h5grad_status operands_settle(struct options *options, struct h5grad_error *error);
void operands_free(struct options *options);

/* Makes the file of that number, below options->n_files, the one at hand. */
void operands_choose(struct options *options, size_t number);

#endif
