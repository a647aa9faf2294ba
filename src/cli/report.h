/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports as text. A field is a block: its path alone on a line, from the first column, then
 * indented lines of a key and a value. Scripts may rely on the keys, people on the rest.
 */
#ifndef H5GRAD_CLI_REPORT_H
#define H5GRAD_CLI_REPORT_H

#include "h5grad.h"

#include <stddef.h>
#include <stdio.h>

/* For --list. Returns how many fields there were. */
size_t report_print_list(FILE *out, const struct h5grad_report *report);

/* For --dry-run. */
void report_print_plan(FILE *out, const struct h5grad_report *report);

/* At the end of a run, for --verbose: a line for each field, on how it was done, and one on how
 * much was done, how fast, in how much memory. */
void report_print_done(FILE *out, const char *input, const char *output,
                       const struct h5grad_report *report);

#endif
