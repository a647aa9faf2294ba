/* SPDX-License-Identifier: BSD-3-Clause */
/* A text that grows by pieces. Most stay empty, and then take no memory. */
#ifndef H5GRAD_BASE_GROWING_H
#define H5GRAD_BASE_GROWING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A zeroed struct is empty. */
struct growing {
    char *text; /* NULL: empty */
    size_t length;
    bool lost; /* memory ran out; what is printed since is not there */
};

/* printf behind the text. */
void hg_growing_print(struct growing *growing, const char *format, ...) BASE_PRINTF(2, 3);

/* Moves the text to *text, NULL if it is empty. False if memory ran out: then *text is NULL. */
bool hg_growing_take(struct growing *growing, char **text);

#endif
