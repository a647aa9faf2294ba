/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of tests that are skipped on this build or machine. */
#ifndef H5GRAD_TESTS_SKIP_H
#define H5GRAD_TESTS_SKIP_H

#include <stdio.h>

/* Prints a skipped part in the form of the shell tests, which scripts/run-tests shows. */
static inline void skip(const char *what, const char *why)
{
    printf("%s: skipped: %s\n", what, why);
    fflush(stdout);
}

#endif
