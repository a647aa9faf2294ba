/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The work is done in a child process, watched by one that has touched no file: libhdf5's parser
 * can crash on hostile files, and memory can run out, but what the program says and leaves behind
 * must be in order all the same.
 */
#ifndef H5GRAD_CLI_SUPERVISE_H
#define H5GRAD_CLI_SUPERVISE_H

#include "cli/options.h"

/*
 * Runs work in a child process and returns its exit status. Signals that ask the program to stop
 * are passed on to the child once; the second ends it at once. A child that is killed leaves one
 * line on stderr and none of its temporary files, unless the run can be resumed. Before anything
 * else is set up: no threads, no output waiting. Where no child can be made, work is done here.
 */
int supervise(int (*work)(struct options *options), struct options *options);

/* Whether this process is such a child. */
bool supervise_is_child(void);

/* In the child: notes a file to be removed should it die. */
void supervise_note_temporary(const char *path);

/* In the child: from here on nothing that happens to it makes the run fail. */
void supervise_note_done(void);

#endif
