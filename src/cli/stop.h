/* SPDX-License-Identifier: BSD-3-Clause */
/* Signals that ask the program to stop: INT, TERM, HUP and USR1 (which batch systems can send ahead
 * of the time limit). */
#ifndef H5GRAD_CLI_STOP_H
#define H5GRAD_CLI_STOP_H

/* From here on writes to a closed pipe or above the file size limit fail instead of killing. */
void stop_ignore_writes(void);

/*
 * From here on the first of these signals is only noted, so that the run can end in order; the
 * second ends the program at once. A signal that was ignored when the program started (nohup)
 * stays ignored.
 */
void stop_watch(void);

/* Gives the signals their default effect back. */
void stop_unwatch(void);

/* The number of the signal noted, or 0. For any thread. */
int stop_signal(void);

/* "SIGTERM"; number is one that stop_signal returns. */
const char *stop_signal_name(int number);

#endif
