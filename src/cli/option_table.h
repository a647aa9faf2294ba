/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The options of the program, each written once: option_table holds its name, what is done with its
 * value, and its help. The parser (cli/command_line.c) and --help (cli/help.c) read
 * the table; scripts/make-completions makes the lists in completions/ from it, by way of
 * print_options.c of the tests; tests/cli compares the man page with it.
 */
#ifndef H5GRAD_CLI_OPTION_TABLE_H
#define H5GRAD_CLI_OPTION_TABLE_H

#include "h5grad.h"
#include "cli/progress.h"

#include <stddef.h>

enum options_mode { OPTIONS_RUN, OPTIONS_PLAN, OPTIONS_LIST, OPTIONS_HELP, OPTIONS_VERSION };

enum options_verbosity { OPTIONS_QUIET, OPTIONS_NORMAL, OPTIONS_VERBOSE };

struct options_list {
    const char **items;
    size_t count;
    char *text; /* of OPTION_LIST: what items point into; else they point into argv */
};

struct options {
    enum options_mode mode;
    const char *input;          /* of the run at hand */
    const char *output;         /* likewise; NULL with OPTIONS_LIST */
    struct h5grad_options grad; /* points into argv and the fields below */
    enum progress_when progress;
    enum options_verbosity verbosity;
    int json; /* reports are printed as JSON */
    int mpi;  /* the processes of an MPI job share the run */
    struct options_list datasets, dims, spacings, coords;
    struct options_list boundaries, periods, accuracies, computes, subsets, vectors;
    struct options_list operands; /* the first n_files are INPUTs */
    size_t n_files;               /* of a run over many; else 0 */
    size_t n_outputs;
    char **outputs; /* in a folder, one for each INPUT; else NULL */
    char *words;    /* the command; of a run over many files without their names */
    char *command;  /* of a run over many: that of the file at hand */
};

/* What is done with the value, and the type of the member of struct options that takes it. */
enum option_kind {
    OPTION_SET,    /* int or enum: set to number; the option takes no value */
    OPTION_MODE,   /* likewise; an error if another OPTION_MODE has been given */
    OPTION_CHOICE, /* int or enum: number for the first of words, number + 1 for the next, ... */
    OPTION_COUNT,  /* int: from 1 to number */
    OPTION_MEMORY, /* uint64_t: a size of at least H5GRAD_LEAST_MEMORY */
    OPTION_TEXT,   /* const char *: the library checks it */
    OPTION_EACH,   /* struct options_list: the option may be repeated, each adds its value */
    OPTION_LIST    /* struct options_list: the entries between the commas of the last one */
};

struct option_row {
    const char *section; /* the heading of --help that the option stands under */
    const char *name;    /* behind "--" */
    char letter;         /* behind "-", or 0 */
    /* What --help calls the value; NULL: the option takes none; "[=...]": it may be left out, and
     * is then empty. */
    const char *argument;
    const char *words; /* values to offer, separated by blanks; NULL: none are known */
    enum option_kind kind;
    size_t member; /* offset in struct options */
    int number;    /* see kind */
    /* The words of --help. Completions show what stands before the first of ": ", "; " and " (".
     * The message on a wrong OPTION_CHOICE has what stands behind ": ". */
    const char *help;
};

/* In place of words: the paths of the fields of INPUT. */
#define OPTION_FIELDS "FIELDS"

/* No table has more rows. The row after the last has no name. */
enum { OPTION_MOST = 48 };

extern const struct option_row option_table[];

#endif
