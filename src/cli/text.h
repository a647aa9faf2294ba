/* SPDX-License-Identifier: BSD-3-Clause */
/* Text for people: names from files, sizes, rates, durations. */
#ifndef H5GRAD_CLI_TEXT_H
#define H5GRAD_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/utf8.h"

/* Room for one text_rate or text_duration. */
enum { TEXT_NUMBER = 32 };

/* Calls utf8_show. Returns how many columns piece takes on a terminal; the number is too large for
 * some scripts, never too small. */
unsigned text_next(const char **text, char piece[UTF8_PIECE]);

/* Prints the text with every character as utf8_show shows it; out may be NULL. Returns the columns
 * it takes. */
unsigned text_put(FILE *out, const char *text);

/* Columns of the terminal that out is; 0: it is none. */
unsigned text_columns(FILE *out);

/* Prints lines of text, each as text_put does; on a terminal it breaks those that are too wide at
 * blanks, and indents what follows by 4 columns more. */
void text_wrap(FILE *out, const char *text);

/* printf with every character as utf8_show shows it, except a newline at the end of format, which
 * is not empty; such a line is wrapped on a terminal. Cuts a long text short if memory runs out. */
void text_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "57.3 MB/s" in powers of 1000. */
const char *text_rate(double bytes_per_second, char out[TEXT_NUMBER]);

/* "0:07", "1:02:03". */
const char *text_duration(double seconds, char out[TEXT_NUMBER]);

/* What a run took: "0.017 s", "42.3 s", "20:34 min", "1:02:03 h". */
const char *text_elapsed(double seconds, char out[TEXT_NUMBER]);

#endif
