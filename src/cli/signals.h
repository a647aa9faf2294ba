/* SPDX-License-Identifier: BSD-3-Clause */
/* Handling of the signals that ask the program to stop: those of the terminal and of kill (INT,
 * QUIT, TERM, HUP), those that batch systems can send ahead of a time limit (USR1, USR2, ALRM), and
 * that of the system at a soft limit on CPU time (XCPU). Also of the signals of a crash (SEGV,
 * ...): the parent sees only their number, by which it could not tell a crash from a lack of memory
 * or from kill. */
#ifndef H5GRAD_CLI_SIGNALS_H
#define H5GRAD_CLI_SIGNALS_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Ignores SIGPIPE and SIGXFSZ, so that a write to a closed pipe or beyond the limit on the size of
 * files fails instead. */
void stop_ignore_writes(void);

/*
 * Installs handlers: the first of these signals is noted, so that the run can end in order. With
 * second_ends the next one ends the program at once; a supervised child leaves that to its parent,
 * since a signal sent to a process group reaches it twice. A signal that was ignored when the
 * program started (nohup) stays ignored.
 */
void stop_watch(bool second_ends);

/* Sets *set to the signals that ask the program to stop and are not ignored. */
void stop_requests(sigset_t *set);

/* Restores the default action of the signals. */
void stop_unwatch(void);

/* The number of the last signal noted, or 0. Any thread may call it. */
int stop_signal(void);

/* "SIGTERM"; NULL for a signal that does not ask the program to stop. */
const char *stop_signal_name(int number);

enum crash_kind {
    CRASH_UNKNOWN, /* no handler ran */
    CRASH_OWN,     /* a fault or an abort of the process itself */
    CRASH_MEMORY,  /* likewise, close to the limit on memory */
    CRASH_SENT     /* another process sent the signal */
};

/* Whether signal number means a fault or an abort, unless another process sent it. */
bool crash_is(int number);

/* Installs handlers that set *noted, an enum crash_kind in memory that the parent sees, and then
 * let the signal end the process. */
void crash_watch(atomic_int *noted);

#endif
