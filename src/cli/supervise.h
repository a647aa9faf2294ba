/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The work is done in a child process, watched by one that has touched no file: libhdf5's parser
 * can crash on hostile files, and memory can run out, but what the program says and leaves behind
 * must be in order all the same.
 */
#ifndef H5GRAD_CLI_SUPERVISE_H
#define H5GRAD_CLI_SUPERVISE_H

#include "cli/command_line.h"

/*
 * Runs work in a child process. The parent returns what the child notes as result; of a child that
 * dies before it gives an account, see cli/death.h. Signals that ask the program to stop are passed
 * on to the child once; after two seconds, or at the second signal, it ends at once. SIGTSTP
 * suspends both. Before anything else is set up: no threads, no output waiting. Where no child can
 * be made, work is done here.
 */
int supervise(int (*work)(struct options *options), struct options *options);

/* Whether this process is such a child. */
bool supervise_is_child(void);

/* In the child: notes a file to be removed should it die. */
void supervise_note_temporary(const char *path);

/* In the child: all is said and written that there is, and the exit status is result, whatever
 * happens to the process from here on. */
void supervise_note_result(int result);

#endif
