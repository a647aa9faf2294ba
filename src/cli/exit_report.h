/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The report on a run that was stopped, or whose process ended without reporting its own result:
 * the message, the removal of the files it left, and the exit status.
 */
#ifndef H5GRAD_CLI_EXIT_REPORT_H
#define H5GRAD_CLI_EXIT_REPORT_H

#include "cli/signals.h"
#include "cli/option_table.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* Which file a path leads to. */
struct file_identity {
    bool exists;
    dev_t device;
    ino_t inode;
};

/* How a child ended. */
struct child_end {
    int number;                   /* the signal that killed it; 0: a library called exit */
    enum crash_kind crash;        /* what the child noted about that signal */
    int stopped;                  /* the signal that asked the program to stop; 0: none did */
    struct file_identity before;  /* what was at OUTPUT when the run began */
    unsigned files;               /* how many temporary files the child has made */
    bool quiet;                   /* another process prints the line */
    const char (*file)[PATH_MAX]; /* in the order in which h5grad_options.temporary named them */
};

/* Follows symbolic links. path may be NULL: it leads to no file. */
struct file_identity file_identify(const char *path);

/*
 * Prints one line on stderr, which is true whenever the child ended, even while OUTPUT was being
 * renamed. Removes its temporary files, but for those that a later run can resume from. Returns the
 * exit status: EXIT_RESUMABLE where a run can resume, EXIT_SIGNAL plus the number where a signal
 * from outside ended the run, else EXIT_UNREPORTED where OUTPUT is whole and EXIT_FAILED where it
 * is not.
 */
int exit_report(const struct options *options, const struct child_end *end);

/* Likewise for a run that ended cleanly on a signal of that number, so that no files are left.
 * quiet: prints nothing. */
int exit_report_stop(const struct options *options, int number, bool resumable, bool quiet);

#endif
