/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts warnings that many files have in common, so that each is printed once. */
#ifndef H5GRAD_CLI_REPEATS_H
#define H5GRAD_CLI_REPEATS_H

#include <stdbool.h>
#include <stddef.h>

/* Rarer ones are beyond these, and printed for each file. */
enum { REPEATS_MOST = 64, REPEATS_TEXT = 1024 };

/* May lie in memory that processes share, of which one at a time uses it. Zeroed it is empty. */
struct repeats {
    size_t n;
    struct repeated {
        size_t first; /* the number of the file that had it first */
        size_t more;  /* how many others had it */
        size_t last;  /* the last of them, which may have it several times */
        char text[REPEATS_TEXT];
    } item[REPEATS_MOST];
};

/* Whether a file before the one of this number had the text; counts it then. */
bool repeats_count(struct repeats *repeats, size_t number, const char *text);

#endif
