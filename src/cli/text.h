/* SPDX-License-Identifier: BSD-3-Clause */
/* Text for people: names that come from files, sizes, durations. */
#ifndef H5GRAD_CLI_TEXT_H
#define H5GRAD_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Room for one piece of text_next, or for one text_size, text_rate or text_duration. */
enum { TEXT_PIECE = 8, TEXT_NUMBER = 32 };

/*
 * Takes the next character off *text, which must not be at its end, and puts it into piece: itself
 * if it is printable UTF-8, else one byte of it as "\x1b". Names in HDF5 files may hold anything;
 * shown like this they can neither break a line nor command a terminal. Returns the columns it
 * takes on a terminal: never fewer than it does, for some scripts more.
 */
unsigned text_next(const char **text, char piece[TEXT_PIECE]);

/* Prints the text with every character as text_next shows it. Returns the columns it takes. */
unsigned text_put(FILE *out, const char *text);
unsigned text_columns(const char *text);

/* The length of the UTF-8 character at text, and its code; 0 where there is no valid one. */
size_t text_decode(const char *text, uint32_t *code);

/* "1.5 MiB" in powers of 1024. */
const char *text_size(uint64_t bytes, char out[TEXT_NUMBER]);

/* "57.3 MB/s" in powers of 1000. */
const char *text_rate(double bytes_per_second, char out[TEXT_NUMBER]);

/* "0:07", "1:02:03". */
const char *text_duration(double seconds, char out[TEXT_NUMBER]);

#endif
