/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints the table of options for scripts, a line for each. Its fields, separated by tabs, are the
 * long name, the letter, the name of the value, the words to offer for it, "each" if the option may
 * be repeated, the number of the member that it sets (options that set the same one exclude each
 * other), and a short description. Empty fields are "-".
 */
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

/* Returns the length of help up to the first of ": ", "; " and " (". */
static size_t short_length(const char *help)
{
    static const char *const ends[] = {": ", "; ", " ("};
    size_t length = strlen(help);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *end = strstr(help, ends[i]);
        if (end && (size_t)(end - help) < length)
            length = (size_t)(end - help);
    }
    return length;
}

int main(void)
{
    for (const struct option_row *row = option_table; row->name; row++)
        printf("%s\t%c\t%s\t%s\t%s\t%zu\t%.*s\n", row->name, row->letter ? row->letter : '-',
               or_dash(row->argument), or_dash(row->words), row->kind == OPTION_EACH ? "each" : "-",
               row->member, (int)short_length(row->help), row->help);
    return 0;
}
