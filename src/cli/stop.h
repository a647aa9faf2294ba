/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals that ask the program to stop: those of the terminal and of kill (INT, QUIT, TERM, HUP),
 * those that batch systems can send ahead of a time limit (USR1, USR2, ALRM), and the system's own
 * at a soft limit on CPU time (XCPU). */
#ifndef H5GRAD_CLI_STOP_H
#define H5GRAD_CLI_STOP_H

#include <signal.h>
#include <stdbool.h>

/* From here on writes to a closed pipe or above the file size limit fail instead of killing. */
void stop_ignore_writes(void);

/*
 * From here on the first of these signals is only noted, so that the run can end in order; the
 * second ends the program at once, unless somebody else sees to that (a signal sent to a group of
 * processes may come twice). A signal that was ignored when the program started (nohup) stays
 * ignored.
 */
void stop_watch(bool second_ends);

/* The signals that ask the program to stop and are not ignored. */
void stop_requests(sigset_t *set);

/* Gives the signals their default effect back. */
void stop_unwatch(void);

/* The number of the signal noted, or 0. For any thread. */
int stop_signal(void);

/* "SIGTERM"; NULL for a signal that does not ask the program to stop. */
const char *stop_signal_name(int number);

#endif
