/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a process that dies of a signal such as SIGSEGV went wrong itself. */
#ifndef H5GRAD_CLI_CRASH_H
#define H5GRAD_CLI_CRASH_H

#include <stdatomic.h>
#include <stdbool.h>

enum crash_kind {
    CRASH_UNKNOWN, /* nothing was noted */
    CRASH_OWN,     /* it did what it must not, or gave up */
    CRASH_MEMORY,  /* the same, as the memory that it may have ran out */
    CRASH_SENT     /* the signal came from another process */
};

/* Whether the signal says of a process that it went wrong, unless it was sent. */
bool crash_is(int number);

/* From here on *noted tells of what kind the signal is that ends the process. */
void crash_watch(atomic_int *noted);

#endif
