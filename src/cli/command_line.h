/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line: what the arguments say. */
#ifndef H5GRAD_CLI_COMMAND_LINE_H
#define H5GRAD_CLI_COMMAND_LINE_H

#include "h5grad.h"
#include "cli/progress.h"

#include <stddef.h>

enum options_mode { OPTIONS_RUN, OPTIONS_PLAN, OPTIONS_LIST, OPTIONS_HELP, OPTIONS_VERSION };

enum options_verbosity { OPTIONS_QUIET, OPTIONS_NORMAL, OPTIONS_VERBOSE };

struct options_list {
    const char **items;
    size_t count;
};

struct options {
    enum options_mode mode;
    const char *input;
    const char *output;         /* NULL with OPTIONS_LIST */
    struct h5grad_options grad; /* points into argv and the fields below */
    enum progress_when progress;
    enum options_verbosity verbosity;
    int json; /* reports are printed as JSON */
    struct options_list datasets, dims, spacings, coords;
    char *dims_text, *spacings_text; /* what dims and spacings point into */
    char *command;
};

/*
 * Reads the arguments; no file is looked at. argv must outlive *options. Everything that needs no
 * knowledge of datasets or filters is checked here, the rest by the library. On H5GRAD_USAGE and
 * H5GRAD_FAILED error->message says what is wrong. options_free in any case.
 */
enum h5grad_status options_parse(struct options *options, int argc, char **argv,
                                 struct h5grad_error *error);
void options_free(struct options *options);

#endif
