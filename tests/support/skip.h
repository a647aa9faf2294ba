/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts of tests that this build or machine has no means for. */
#ifndef H5GRAD_TESTS_SKIP_H
#define H5GRAD_TESTS_SKIP_H

#include <stdio.h>

/* Names one in a line as the shell tests write it: scripts/run-tests shows them. */
static inline void skip(const char *what, const char *why)
{
    printf("%s: skipped: %s\n", what, why);
    fflush(stdout);
}

#endif
