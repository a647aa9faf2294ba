/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef H5GRAD_CLI_HELP_H
#define H5GRAD_CLI_HELP_H

#include <stdio.h>

/* The text of --help, within 80 columns. */
void help_print(FILE *out);

#endif
