/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command_line.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/parse.h"
#include "base/similar.h"
#include "base/utf8.h"
#include "cli/operands.h"

/* What getopt_long returns: for the long name of row i OPTION_LONG + i. */
enum { OPTION_LONG = 256, OPTION_OPERAND = 1 };

/* The table as getopt_long wants it. */
struct options_syntax {
    struct option names[OPTION_MOST + 1];
    char letters[2 * OPTION_MOST + 3];
};

static void options_fill_syntax(struct options_syntax *syntax)
{
    /* '-': returns operands in order, so that options may stand behind them even if POSIXLY_CORRECT
     * is set. ':': returns ':' for a missing value, which '?' would not tell from other errors. */
    char *letter = stpcpy(syntax->letters, "-:");
    int i = 0;

    for (; option_table[i].name != NULL; i++) {
        const struct option_row *row = &option_table[i];
        syntax->names[i] = (struct option){
            .name = row->name,
            .has_arg = row->argument == NULL                  ? no_argument
                       : strncmp(row->argument, "[=", 2) == 0 ? optional_argument
                                                              : required_argument,
            .val = OPTION_LONG + i,
        };
        if (row->letter != 0)
            *letter++ = row->letter;
        if (row->letter != 0 && row->argument != NULL)
            *letter++ = ':';
    }
    syntax->names[i] = (struct option){.name = NULL};
    *letter = '\0';
}

/* The row of the option for which getopt_long returned this value. */
static const struct option_row *options_row(int returned)
{
    const struct option_row *row = option_table;

    if (returned >= OPTION_LONG)
        return &option_table[returned - OPTION_LONG];
    while (row->letter != returned)
        row++;
    return row;
}

static enum h5grad_status options_append(struct options_list *list, const char *item,
                                         struct h5grad_error *error)
{
    const char **grown = hg_memory_more(list->items, list->count, sizeof(*list->items));

    if (grown == NULL)
        return hg_error_memory(error, (list->count + 1) * sizeof(*list->items));
    list->items = grown;
    list->items[list->count++] = item;
    return H5GRAD_OK;
}

/* Splits value at its commas into *list, and drops the entries of an earlier value. */
static enum h5grad_status options_split(const struct option_row *row, const char *value,
                                        struct options_list *list, struct h5grad_error *error)
{
    enum h5grad_status status = H5GRAD_OK;

    free(list->text);
    list->text = strdup(value);
    if (list->text == NULL)
        return hg_error_memory(error, strlen(value) + 1);
    list->count = 0;
    for (char *rest = list->text; rest != NULL && status == H5GRAD_OK;) {
        const char *entry = strsep(&rest, ",");
        if (*entry == '\0')
            return hg_error_set(error, H5GRAD_USAGE, "--%s=%s: entry %zu is empty", row->name,
                                value, list->count + 1);
        status = options_append(list, entry, error);
    }
    return status;
}

/* Sets *choice to the number of the word that value is. */
static enum h5grad_status options_choose(const struct option_row *row, const char *value,
                                         int *choice, struct h5grad_error *error)
{
    const char *word = row->words;

    for (int number = row->number; *word != '\0'; number++) {
        size_t length = strcspn(word, " ");
        if (strlen(value) == length && memcmp(value, word, length) == 0) {
            *choice = number;
            return H5GRAD_OK;
        }
        word += length + (word[length] == ' ');
    }
    return hg_error_set(error, H5GRAD_USAGE, "--%s=%s: must be %s", row->name, value,
                        strstr(row->help, ": ") + 2);
}

static enum h5grad_status options_count(const struct option_row *row, const char *value, int *count,
                                        struct h5grad_error *error)
{
    uint64_t number;

    if (!hg_parse_u64(value, &number) || number < 1 || number > (uint64_t)row->number)
        return hg_error_set(error, H5GRAD_USAGE, "--%s=%s: must be a number from 1 to %d",
                            row->name, value, row->number);
    *count = (int)number;
    return H5GRAD_OK;
}

static enum h5grad_status options_read_memory(const struct option_row *row, const char *value,
                                              uint64_t *bytes, struct h5grad_error *error)
{
    if (!hg_parse_size(value, bytes) || *bytes < H5GRAD_LEAST_MEMORY)
        return hg_error_set(error, H5GRAD_USAGE,
                            "--%s=%s: must be a size of at least %dM, like 512M or 2G", row->name,
                            value, (int)(H5GRAD_LEAST_MEMORY >> 20));
    return H5GRAD_OK;
}

static enum h5grad_status options_take(struct options *options, const struct option_row *row,
                                       const char *value, struct h5grad_error *error)
{
    void *member = (char *)options + row->member;

    switch (row->kind) {
    case OPTION_MODE:
        if (options->mode != OPTIONS_RUN && (int)options->mode != row->number)
            return hg_error_set(error, H5GRAD_USAGE, "--list and --dry-run exclude each other");
        *(int *)member = row->number;
        return H5GRAD_OK;
    case OPTION_CHOICE:
        return options_choose(row, value, member, error);
    case OPTION_COUNT:
        return options_count(row, value, member, error);
    case OPTION_MEMORY:
        return options_read_memory(row, value, member, error);
    case OPTION_EACH:
        return options_append(member, value, error);
    case OPTION_LIST:
        return options_split(row, value, member, error);
    case OPTION_TEXT:
        *(const char **)member = value != NULL ? value : "";
        return H5GRAD_OK;
    default:
        *(int *)member = row->number;
        return H5GRAD_OK;
    }
}

/* Reports argument, "--nam" or "--nam=value", which abbreviates no option, or several. */
static enum h5grad_status options_fail_long(const char *argument, struct h5grad_error *error)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *meant[2] = {NULL, NULL};
    size_t n_meant = 0;
    struct similar similar;

    hg_similar_start(&similar, name, length);
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (strncmp(row->name, name, length) == 0 && n_meant < 2)
            meant[n_meant++] = row->name;
        hg_similar_try(&similar, row->name);
    }
    if (n_meant == 2)
        return hg_error_set(error, H5GRAD_USAGE, "option '--%.*s' is ambiguous: '--%s' or '--%s'",
                            (int)length, name, meant[0], meant[1]);
    if (similar.nearest != NULL)
        return hg_error_set(error, H5GRAD_USAGE,
                            "unrecognized option '--%.*s': did you mean '--%s'?", (int)length, name,
                            similar.nearest);
    return hg_error_set(error, H5GRAD_USAGE, "unrecognized option '--%.*s'", (int)length, name);
}

/* Reports the error in argument for which getopt_long returned '?' or ':'. */
static enum h5grad_status options_fail_option(int returned, const char *argument,
                                              struct h5grad_error *error)
{
    bool is_long = strncmp(argument, "--", 2) == 0;
    int length = (int)strcspn(argument, "=");

    if (returned == ':' && is_long)
        return hg_error_set(error, H5GRAD_USAGE, "option '%s' needs a value", argument);
    if (returned == ':')
        return hg_error_set(error, H5GRAD_USAGE, "option '-%c' needs a value", optopt);
    if (is_long && optopt != 0)
        return hg_error_set(error, H5GRAD_USAGE, "option '%.*s' takes no value", length, argument);
    if (optopt == 0)
        return options_fail_long(argument, error);
    return hg_error_set(error, H5GRAD_USAGE, "unrecognized option '-%c'", optopt);
}

/* Returns the value of an option: 0.1 of "-s=0.1", which is meant like "--spacing=0.1". */
static char *options_value(const char *argument, char *value)
{
    bool attached = value != NULL && value > argument && value < argument + strlen(argument);
    bool is_short = argument[0] == '-' && argument[1] != '-';

    return attached && is_short && *value == '=' ? value + 1 : value;
}

static enum h5grad_status options_read(struct options *options, int argc, char **argv,
                                       struct h5grad_error *error)
{
    struct options_syntax syntax;
    enum h5grad_status status = H5GRAD_OK;

    options_fill_syntax(&syntax);
    opterr = 0;
    while (status == H5GRAD_OK) {
        /* optind stays at an argument such as "-vq" until its last letter is read. */
        const char *argument = argv[optind];
        int option = getopt_long(argc, argv, syntax.letters, syntax.names, NULL);
        if (option == -1)
            break;
        if (option == '?' || option == ':')
            return options_fail_option(option, argument, error);
        status = option == OPTION_OPERAND ? operands_take(options, optarg, error)
                                          : options_take(options, options_row(option),
                                                         options_value(argument, optarg), error);
        if (options->mode == OPTIONS_HELP || options->mode == OPTIONS_VERSION)
            return status;
    }
    for (; optind < argc && status == H5GRAD_OK; optind++)
        status = operands_take(options, argv[optind], error);
    return status;
}

static bool options_is_plain(const char *argument)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_^";

    if (*argument == '\0')
        return false;
    while (*argument != '\0') {
        char piece[UTF8_PIECE];
        const char *from = argument;
        utf8_show(&argument, piece);
        if (*piece != *from || ((unsigned char)*from < 0x80 && strchr(plain, *from) == NULL))
            return false;
    }
    return true;
}

/* Prints argument on one line, quoted so that a shell reads it back. */
static void options_print_quoted(FILE *out, const char *argument)
{
    if (options_is_plain(argument)) {
        fputs(argument, out);
        return;
    }
    fputc('\'', out);
    while (*argument != '\0') {
        char piece[UTF8_PIECE];
        const char *from = argument;
        utf8_show(&argument, piece);
        if (*from == '\'')
            fputs("'\\''", out);
        else if (*piece != *from)
            fprintf(out, "'$'%s''", piece);
        else
            fputs(piece, out);
    }
    fputc('\'', out);
}

/* The command in one line; of a run over many files without their names. To be freed. */
static char *options_join(const struct options *options, int argc, char **argv)
{
    const struct options_list *operands = &options->operands;
    bool many = operands->count > 2;
    size_t passed = 0;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    fputs("h5grad", out);
    for (int i = 1; i < argc; i++) {
        bool operand = passed < operands->count && operands->items[passed] == argv[i];
        passed += operand;
        if (operand && many)
            continue;
        fputc(' ', out);
        options_print_quoted(out, argv[i]);
    }
    if (hg_memory_close_stream(out))
        return text;
    free(text);
    return NULL;
}

enum h5grad_status options_set_command(struct options *options, struct h5grad_error *error)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return hg_error_memory(error, strlen(options->words));
    fprintf(out, "%s ", options->words);
    options_print_quoted(out, options->input);
    fputc(' ', out);
    options_print_quoted(out, options->output != NULL ? options->output : "");
    bool whole = hg_memory_close_stream(out);
    free(options->command);
    options->grad.command = options->command = text;
    return whole ? H5GRAD_OK : hg_error_memory(error, size);
}

enum h5grad_status options_parse(struct options *options, int argc, char **argv,
                                 struct h5grad_error *error)
{
    *options = (struct options){.mode = OPTIONS_RUN, .verbosity = OPTIONS_NORMAL};
    h5grad_options_init(&options->grad);

    enum h5grad_status status = options_read(options, argc, argv, error);
    if (status != H5GRAD_OK || options->mode == OPTIONS_HELP || options->mode == OPTIONS_VERSION)
        return status;
    status = operands_check(options, error);
    if (status != H5GRAD_OK)
        return status;
    options->words = options_join(options, argc, argv);
    if (options->words == NULL)
        return hg_error_set(error, H5GRAD_NO_MEMORY, "reading the arguments: out of memory");
    options->grad.command = options->words;
    /* A resumed run may be stopped again. */
    options->grad.checkpoint |= options->grad.resume;
    options->grad.datasets = options->datasets.items;
    options->grad.n_datasets = options->datasets.count;
    options->grad.dims = options->dims.items;
    options->grad.n_dims = options->dims.count;
    options->grad.spacings = options->spacings.items;
    options->grad.n_spacings = options->spacings.count;
    options->grad.coords = options->coords.items;
    options->grad.n_coords = options->coords.count;
    options->grad.boundaries = options->boundaries.items;
    options->grad.n_boundaries = options->boundaries.count;
    options->grad.periods = options->periods.items;
    options->grad.n_periods = options->periods.count;
    options->grad.accuracies = options->accuracies.items;
    options->grad.n_accuracies = options->accuracies.count;
    options->grad.computes = options->computes.items;
    options->grad.n_computes = options->computes.count;
    options->grad.subsets = options->subsets.items;
    options->grad.n_subsets = options->subsets.count;
    options->grad.vectors = options->vectors.items;
    options->grad.n_vectors = options->vectors.count;
    return H5GRAD_OK;
}

void options_free(struct options *options)
{
    struct options_list *lists[] = {&options->datasets,   &options->dims,       &options->spacings,
                                    &options->coords,     &options->boundaries, &options->periods,
                                    &options->accuracies, &options->computes,   &options->subsets,
                                    &options->vectors};

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        free(lists[i]->items);
        free(lists[i]->text);
    }
    operands_free(options);
    free(options->words);
    free(options->command);
}
