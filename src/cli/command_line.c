/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command_line.h"

#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

/* More than any machine has; libgomp ends the process when it cannot make its threads. */
enum { OPTIONS_MAX_THREADS = 4096 };

/* Options without a letter of their own. */
enum {
    OPTION_DIM = 256,
    OPTION_COORD,
    OPTION_EDGES,
    OPTION_NO_UNPACK,
    OPTION_NAME,
    OPTION_LAYOUT,
    OPTION_FILTER,
    OPTION_NO_HISTORY,
    OPTION_XDMF,
    OPTION_SYNC,
    OPTION_CHECKPOINT,
    OPTION_RESUME,
    OPTION_FOLLOW_EXTERNAL,
    OPTION_ALLOW_PLUGINS,
    OPTION_ALLOW_MISSING_SOURCES,
    OPTION_JSON,
    OPTION_PROGRESS
};

/* In order: operands are returned as 1, options may stand anywhere, whatever POSIXLY_CORRECT says.
 * With ':' a missing value is told from an unknown option. */
static const char options_short[] = "-:d:s:e:t:j:m:OnlqvhV";

static const struct option options_long[] = {
    {"dataset", required_argument, NULL, 'd'},
    {"dim", required_argument, NULL, OPTION_DIM},
    {"spacing", required_argument, NULL, 's'},
    {"coord", required_argument, NULL, OPTION_COORD},
    {"edges", required_argument, NULL, OPTION_EDGES},
    {"no-unpack", no_argument, NULL, OPTION_NO_UNPACK},
    {"edge-order", required_argument, NULL, 'e'},
    {"dtype", required_argument, NULL, 't'},
    {"name", required_argument, NULL, OPTION_NAME},
    {"layout", required_argument, NULL, OPTION_LAYOUT},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"no-history", no_argument, NULL, OPTION_NO_HISTORY},
    {"xdmf", no_argument, NULL, OPTION_XDMF},
    {"threads", required_argument, NULL, 'j'},
    {"memory", required_argument, NULL, 'm'},
    {"overwrite", no_argument, NULL, 'O'},
    {"sync", no_argument, NULL, OPTION_SYNC},
    {"checkpoint", no_argument, NULL, OPTION_CHECKPOINT},
    {"resume", no_argument, NULL, OPTION_RESUME},
    {"follow-external", no_argument, NULL, OPTION_FOLLOW_EXTERNAL},
    {"allow-plugins", no_argument, NULL, OPTION_ALLOW_PLUGINS},
    {"allow-missing-sources", no_argument, NULL, OPTION_ALLOW_MISSING_SOURCES},
    {"dry-run", no_argument, NULL, 'n'},
    {"list", no_argument, NULL, 'l'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"progress", required_argument, NULL, OPTION_PROGRESS},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

__attribute__((format(printf, 3, 4))) static enum h5grad_status options_fail(
    struct h5grad_error *error, enum h5grad_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    error->status = status;
    return status;
}

static enum h5grad_status options_fail_memory(struct h5grad_error *error)
{
    return options_fail(error, H5GRAD_FAILED, "reading the arguments: out of memory");
}

static enum h5grad_status options_append(struct options_list *list, const char *item,
                                         struct h5grad_error *error)
{
    const char **grown = realloc(list->items, (list->count + 1) * sizeof(*grown));

    if (grown == NULL)
        return options_fail_memory(error);
    list->items = grown;
    list->items[list->count++] = item;
    return H5GRAD_OK;
}

/* Splits the value of --option at its commas into *list, in place of what an earlier one said. */
static enum h5grad_status options_split(const char *option, const char *value,
                                        struct options_list *list, char **text,
                                        struct h5grad_error *error)
{
    enum h5grad_status status = H5GRAD_OK;

    free(*text);
    *text = strdup(value);
    if (*text == NULL)
        return options_fail_memory(error);
    list->count = 0;
    for (char *entry = *text; entry != NULL && status == H5GRAD_OK;) {
        char *comma = strchr(entry, ',');
        if (comma != NULL)
            *comma = '\0';
        if (*entry == '\0')
            return options_fail(error, H5GRAD_USAGE, "--%s=%s: entry %zu is empty", option, value,
                                list->count + 1);
        status = options_append(list, entry, error);
        entry = comma == NULL ? NULL : comma + 1;
    }
    return status;
}

/* "4096", "512K", "1.5G", "2GiB": powers of 1024; 0 for anything else. */
static uint64_t options_read_size(const char *text)
{
    static const char letters[] = "KMGT";
    const char *suffix = text + strspn(text, "0123456789.");
    char *end;

    double value = strtod(text, &end);
    if (end == text || end != suffix)
        return 0;
    if (*suffix == '\0') {
        if (strchr(text, '.') != NULL)
            return 0;
    } else {
        const char *letter = strchr(letters, toupper((unsigned char)*suffix));
        if (letter == NULL || (suffix[1] != '\0' && strcasecmp(suffix + 1, "B") != 0 &&
                               strcasecmp(suffix + 1, "iB") != 0))
            return 0;
        value *= (double)(UINT64_C(1) << 10 * (letter - letters + 1));
    }
    return value < 0x1p63 ? (uint64_t)value : 0;
}

static enum h5grad_status options_take_edge_order(struct options *options, const char *value,
                                                  struct h5grad_error *error)
{
    if (strcmp(value, "1") != 0 && strcmp(value, "2") != 0)
        return options_fail(error, H5GRAD_USAGE, "--edge-order=%s: must be 1 or 2", value);
    options->grad.edge_order = *value - '0';
    return H5GRAD_OK;
}

static enum h5grad_status options_take_threads(struct options *options, const char *value,
                                               struct h5grad_error *error)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long threads = digits > 0 && digits < 10 ? strtoul(value, NULL, 10) : 0;

    if (value[digits] != '\0' || threads < 1 || threads > OPTIONS_MAX_THREADS)
        return options_fail(error, H5GRAD_USAGE, "--threads=%s: must be a number from 1 to %d",
                            value, OPTIONS_MAX_THREADS);
    options->grad.threads = (int)threads;
    return H5GRAD_OK;
}

static enum h5grad_status options_take_memory(struct options *options, const char *value,
                                              struct h5grad_error *error)
{
    options->grad.memory = options_read_size(value);
    if (options->grad.memory < H5GRAD_LEAST_MEMORY)
        return options_fail(error, H5GRAD_USAGE,
                            "--memory=%s: must be a size of at least %dM, like 512M or 2G", value,
                            (int)(H5GRAD_LEAST_MEMORY >> 20));
    return H5GRAD_OK;
}

static enum h5grad_status options_take_progress(struct options *options, const char *value,
                                                struct h5grad_error *error)
{
    if (strcmp(value, "auto") == 0)
        options->progress = PROGRESS_AUTO;
    else if (strcmp(value, "always") == 0)
        options->progress = PROGRESS_ALWAYS;
    else if (strcmp(value, "never") == 0)
        options->progress = PROGRESS_NEVER;
    else
        return options_fail(error, H5GRAD_USAGE, "--progress=%s: must be auto, always or never",
                            value);
    return H5GRAD_OK;
}

static enum h5grad_status options_take_mode(struct options *options, enum options_mode mode,
                                            struct h5grad_error *error)
{
    if (options->mode != OPTIONS_RUN && options->mode != mode)
        return options_fail(error, H5GRAD_USAGE, "--list and --dry-run exclude each other");
    options->mode = mode;
    return H5GRAD_OK;
}

static enum h5grad_status options_take_operand(struct options *options, const char *value,
                                               struct h5grad_error *error)
{
    if (*value == '\0')
        return options_fail(error, H5GRAD_USAGE, "%s: an empty name",
                            options->input == NULL ? "INPUT" : "OUTPUT");
    if (options->input == NULL)
        options->input = value;
    else if (options->output == NULL)
        options->output = value;
    else
        return options_fail(error, H5GRAD_USAGE,
                            "'%s': too many operands; INPUT is '%s' and OUTPUT is '%s'", value,
                            options->input, options->output);
    return H5GRAD_OK;
}

/* Where an option without a value is noted; NULL where it is not one of those. */
static int *options_switch(struct options *options, int option)
{
    switch (option) {
    case OPTION_NO_UNPACK:
        return &options->grad.no_unpack;
    case OPTION_NO_HISTORY:
        return &options->grad.no_history;
    case OPTION_XDMF:
        return &options->grad.xdmf;
    case 'O':
        return &options->grad.overwrite;
    case OPTION_SYNC:
        return &options->grad.sync;
    case OPTION_CHECKPOINT:
        return &options->grad.checkpoint;
    case OPTION_RESUME:
        return &options->grad.resume;
    case OPTION_FOLLOW_EXTERNAL:
        return &options->grad.follow_external;
    case OPTION_ALLOW_PLUGINS:
        return &options->grad.allow_plugins;
    case OPTION_ALLOW_MISSING_SOURCES:
        return &options->grad.allow_missing_sources;
    case OPTION_JSON:
        return &options->json;
    default:
        return NULL;
    }
}

/* Where a value is noted that the library checks; NULL where the option is not one of those. */
static const char **options_value(struct options *options, int option)
{
    switch (option) {
    case OPTION_EDGES:
        return &options->grad.edges;
    case 't':
        return &options->grad.dtype;
    case OPTION_NAME:
        return &options->grad.name;
    case OPTION_LAYOUT:
        return &options->grad.layout;
    case OPTION_FILTER:
        return &options->grad.filter;
    default:
        return NULL;
    }
}

static void options_note(struct options *options, int option, const char *value)
{
    int *at = options_switch(options, option);
    const char **text = options_value(options, option);

    if (at != NULL)
        *at = 1;
    else if (text != NULL)
        *text = value;
    else if (option == 'q')
        options->verbosity = OPTIONS_QUIET;
    else if (option == 'v')
        options->verbosity = OPTIONS_VERBOSE;
    else if (option == 'h')
        options->mode = OPTIONS_HELP;
    else
        options->mode = OPTIONS_VERSION;
}

static enum h5grad_status options_take(struct options *options, int option, const char *value,
                                       struct h5grad_error *error)
{
    switch (option) {
    case 1:
        return options_take_operand(options, value, error);
    case 'd':
        return options_append(&options->datasets, value, error);
    case OPTION_DIM:
        return options_split("dim", value, &options->dims, &options->dims_text, error);
    case 's':
        return options_split("spacing", value, &options->spacings, &options->spacings_text, error);
    case OPTION_COORD:
        return options_append(&options->coords, value, error);
    case 'e':
        return options_take_edge_order(options, value, error);
    case 'j':
        return options_take_threads(options, value, error);
    case 'm':
        return options_take_memory(options, value, error);
    case OPTION_PROGRESS:
        return options_take_progress(options, value, error);
    case 'n':
        return options_take_mode(options, OPTIONS_PLAN, error);
    case 'l':
        return options_take_mode(options, OPTIONS_LIST, error);
    default:
        options_note(options, option, value);
        return H5GRAD_OK;
    }
}

/* How many letters must be added, dropped or changed to make b, or its first letters, of a. */
static size_t options_distance(const char *a, size_t a_length, const char *b)
{
    size_t row[32];
    size_t b_length = strlen(b);

    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = changed < shorter ? changed : shorter;
        }
    }
    return row[b_length];
}

/* argument is "--nam" or "--nam=value", and no option is meant by it, or several are. */
static enum h5grad_status options_fail_long(const char *argument, struct h5grad_error *error)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *nearest = NULL;
    size_t nearest_distance = 3;
    const char *meant[2] = {NULL, NULL};
    size_t n_meant = 0;

    for (const struct option *row = options_long; row->name != NULL; row++) {
        if (strncmp(row->name, name, length) == 0 && n_meant < 2)
            meant[n_meant++] = row->name;
        size_t distance = options_distance(name, length, row->name);
        /* Two changes make any short word out of any other. */
        if (distance < nearest_distance && 2 * distance < strlen(row->name)) {
            nearest = row->name;
            nearest_distance = distance;
        }
    }
    if (n_meant == 2)
        return options_fail(error, H5GRAD_USAGE, "option '--%.*s' is ambiguous: '--%s' or '--%s'",
                            (int)length, name, meant[0], meant[1]);
    if (nearest != NULL)
        return options_fail(error, H5GRAD_USAGE,
                            "unrecognized option '--%.*s': did you mean '--%s'?", (int)length, name,
                            nearest);
    return options_fail(error, H5GRAD_USAGE, "unrecognized option '--%.*s'", (int)length, name);
}

/* After getopt_long has returned '?' or ':' for something in argument. */
static enum h5grad_status options_fail_option(int returned, const char *argument,
                                              struct h5grad_error *error)
{
    bool is_long = strncmp(argument, "--", 2) == 0;
    int length = (int)strcspn(argument, "=");

    if (returned == ':' && is_long)
        return options_fail(error, H5GRAD_USAGE, "option '%s' needs a value", argument);
    if (returned == ':')
        return options_fail(error, H5GRAD_USAGE, "option '-%c' needs a value", optopt);
    if (is_long && optopt != 0)
        return options_fail(error, H5GRAD_USAGE, "option '%.*s' takes no value", length, argument);
    if (optopt == 0)
        return options_fail_long(argument, error);
    return options_fail(error, H5GRAD_USAGE, "unrecognized option '-%c'", optopt);
}

static enum h5grad_status options_read(struct options *options, int argc, char **argv,
                                       struct h5grad_error *error)
{
    enum h5grad_status status = H5GRAD_OK;

    opterr = 0;
    while (status == H5GRAD_OK) {
        /* In the middle of "-vq", optind still stands at it. */
        const char *argument = argv[optind];
        int option = getopt_long(argc, argv, options_short, options_long, NULL);
        if (option == -1)
            break;
        if (option == '?' || option == ':')
            return options_fail_option(option, argument, error);
        status = options_take(options, option, optarg, error);
        if (options->mode == OPTIONS_HELP || options->mode == OPTIONS_VERSION)
            return status;
    }
    for (; optind < argc && status == H5GRAD_OK; optind++)
        status = options_take_operand(options, argv[optind], error);
    return status;
}

static enum h5grad_status options_check_operands(const struct options *options,
                                                 struct h5grad_error *error)
{
    if (options->input == NULL)
        return options_fail(error, H5GRAD_USAGE, "missing INPUT: name the file to read%s",
                            options->mode == OPTIONS_LIST ? "" : ", then the file to write");
    if (options->mode == OPTIONS_LIST && options->output != NULL)
        return options_fail(error, H5GRAD_USAGE, "'%s': too many operands; --list takes only INPUT",
                            options->output);
    if (options->mode != OPTIONS_LIST && options->output == NULL)
        return options_fail(error, H5GRAD_USAGE,
                            "missing OUTPUT: name the file to write behind '%s'", options->input);
    return H5GRAD_OK;
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

/* Prints the argument as a shell would read it back, on one line. */
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

static char *options_join(int argc, char **argv)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        return NULL;
    fputs("h5grad", out);
    for (int i = 1; i < argc; i++) {
        fputc(' ', out);
        options_print_quoted(out, argv[i]);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

enum h5grad_status options_parse(struct options *options, int argc, char **argv,
                                 struct h5grad_error *error)
{
    *options = (struct options){.mode = OPTIONS_RUN, .verbosity = OPTIONS_NORMAL};
    h5grad_options_init(&options->grad);

    enum h5grad_status status = options_read(options, argc, argv, error);
    if (status != H5GRAD_OK || options->mode == OPTIONS_HELP || options->mode == OPTIONS_VERSION)
        return status;
    status = options_check_operands(options, error);
    if (status != H5GRAD_OK)
        return status;
    options->command = options_join(argc, argv);
    if (options->command == NULL)
        return options_fail_memory(error);
    options->grad.command = options->command;
    /* What was stopped once may be stopped again. */
    options->grad.checkpoint |= options->grad.resume;
    options->grad.datasets = options->datasets.items;
    options->grad.n_datasets = options->datasets.count;
    options->grad.dims = options->dims.items;
    options->grad.n_dims = options->dims.count;
    options->grad.spacings = options->spacings.items;
    options->grad.n_spacings = options->spacings.count;
    options->grad.coords = options->coords.items;
    options->grad.n_coords = options->coords.count;
    return H5GRAD_OK;
}

void options_free(struct options *options)
{
    free(options->datasets.items);
    free(options->dims.items);
    free(options->spacings.items);
    free(options->coords.items);
    free(options->dims_text);
    free(options->spacings_text);
    free(options->command);
}
