/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs the work in a child process, watched by a parent that touches no file: libhdf5's parser can
 * crash on hostile files and memory can run out, but the parent still prints a message, removes
 * temporary files and returns a defined exit status. The child sets its resource limits
 * (cli/cap.h), notes why it crashes and stops when asked to (cli/signals.h), on a stack that is
 * large enough for libhdf5; cli/exit_report.h reports on a child that died.
 */
#ifndef H5GRAD_CLI_SUPERVISE_H
#define H5GRAD_CLI_SUPERVISE_H

#include "cli/option_table.h"

/*
 * Runs work(options) in a child process, or in this one where none can be made. Returns the result
 * that the child notes, else the exit status of exit_report. Passes on the first signal that asks
 * the program to stop; kills the child two seconds later (ten with --mpi), or at the second such
 * signal. SIGTSTP suspends both processes. Call it before there are threads or output in buffers.
 */
int supervise(int (*work)(struct options *options), struct options *options);

/* In the parent, once supervise has returned: whether a signal has asked the program to stop. */
bool supervise_was_stopped(void);

/* Whether this process is such a child. */
bool supervise_is_child(void);

/* In the child of a run over many files: notes that it begins with the one of this number, which is
 * at hand. What becomes of the child from here on is about that. */
void supervise_note_begin(const struct options *options, size_t number);

/* In the child: notes a file that the parent removes if the child dies. */
void supervise_note_temporary(const char *path);

/* In the child: notes that the process of another rank says that a signal has stopped the run. */
void supervise_note_quiet(void);

/* In the child: notes that all output is written and that the exit status is result, even if the
 * process crashes from here on, as in an exit handler. */
void supervise_note_result(int result);

#endif
