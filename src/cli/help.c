/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command_line.h"

#include <stdbool.h>
#include <string.h>

enum { HELP_INDENT = 24, HELP_WIDTH = 80 };

static const char help_begin[] =
    "Usage: h5grad [OPTION]... INPUT OUTPUT\n"
    "       h5grad [OPTION]... INPUT... FOLDER\n"
    "       h5grad --list [OPTION]... INPUT...\n"
    "\n"
    "Computes gradients of the fields of an HDF5 file (also netCDF-4, MATLAB 7.3,\n"
    ".vtkhdf), as torch.gradient does: one dataset per field and axis in the new\n"
    "HDF5 file OUTPUT. Without options: every field along every axis, with the\n"
    "spacing that INPUT gives for its axes. In FOLDER each OUTPUT has the name of\n"
    "its INPUT.\n";

static const char help_end[] =
    "\n"
    "Exit status: 0 done; 1 failed, nothing at OUTPUT; 2 wrong usage; 3 OUTPUT is\n"
    "whole, but the report on standard output is not; 75 stopped, to be resumed;\n"
    "128+N stopped by signal N.\n"
    "\n"
    "Examples\n"
    "  h5grad simulation.h5 gradients.h5\n"
    "  h5grad -d /u -d /v --dim=0,1 -s 0.5,0.25 simulation.h5 gradients.h5\n"
    "  h5grad -d '/fields/*' --coord 0=/grid/z -e 2 simulation.h5 gradients.h5\n";

/* Breaks the lines at blanks; the first begins where the indent ends. */
static void help_print_wrapped(FILE *out, const char *text)
{
    size_t column = HELP_INDENT;

    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (column > HELP_INDENT && column + 1 + length > HELP_WIDTH) {
            fprintf(out, "\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
        }
        fprintf(out, "%s%.*s", column > HELP_INDENT ? " " : "", (int)length, text);
        column += length + (column > HELP_INDENT);
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

/* "  -e, --edge-order=N    order of the differences ...". */
static void help_print_option(FILE *out, const struct option_row *row)
{
    const char letter[] = {'-', row->letter, ',', '\0'};
    bool takes_value = row->argument != NULL;

    int column = fprintf(out, "  %3s --%s%s%s", row->letter != 0 ? letter : "", row->name,
                         takes_value && strncmp(row->argument, "[=", 2) != 0 ? "=" : "",
                         takes_value ? row->argument : "");
    if (column >= HELP_INDENT) {
        fputc('\n', out);
        column = 0;
    }
    fprintf(out, "%*s", HELP_INDENT - column, "");
    help_print_wrapped(out, row->help);
}

void help_print(FILE *out)
{
    const char *section = "";

    fputs(help_begin, out);
    for (const struct option_row *row = option_table; row->name != NULL; row++) {
        if (strcmp(section, row->section) != 0)
            fprintf(out, "\n%s\n", row->section);
        section = row->section;
        help_print_option(out, row);
    }
    fputs(help_end, out);
}
