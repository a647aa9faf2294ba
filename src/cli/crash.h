/* SPDX-License-Identifier: BSD-3-Clause */
/* Notes why a fatal signal such as SIGSEGV came: the parent, which sees only its number, could not
 * tell a crash from memory that ran out, or from kill. */
#ifndef H5GRAD_CLI_CRASH_H
#define H5GRAD_CLI_CRASH_H

#include <stdatomic.h>
#include <stdbool.h>

enum crash_kind {
    CRASH_UNKNOWN, /* no handler ran */
    CRASH_OWN,     /* a fault or an abort of the process itself */
    CRASH_MEMORY,  /* the same, when it had come close to its limit on memory */
    CRASH_SENT     /* another process sent the signal */
};

/* Whether signal number means a fault or an abort, unless another process sent it. */
bool crash_is(int number);

/* Installs handlers that set *noted, an enum crash_kind in memory that the parent sees, and then
 * let the signal end the process. */
void crash_watch(atomic_int *noted);

#endif
