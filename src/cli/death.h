/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run whose process did not come to its own end: what is said of it, what is removed of what it
 * leaves, and the exit status.
 */
#ifndef H5GRAD_CLI_DEATH_H
#define H5GRAD_CLI_DEATH_H

#include "cli/crash.h"
#include "cli/command_line.h"

#include <stdbool.h>
#include <sys/types.h>

/* Which file a name leads to. */
struct death_place {
    bool taken;
    dev_t device;
    ino_t inode;
};

struct death {
    int number;                /* of the signal that killed it; 0: a library ended it */
    enum crash_kind crash;     /* what is known of that signal */
    int stopped;               /* the signal that had asked the program to stop; 0: none */
    struct death_place before; /* what was at OUTPUT when the run began */
    unsigned files;            /* in the order in which h5grad_options.temporary was told of them */
    const char *const *file;
};

/* Through links; NULL is the name of nothing. */
struct death_place death_look(const char *path);

/*
 * One line on stderr, which is true whenever the process died: while OUTPUT got its name, too.
 * Temporary files are removed but for those with which a later run can go on; the exit status is 75
 * where that is so, 128+N where a signal from outside ended it, else 3 where OUTPUT is whole and 1
 * where it is not.
 */
int death_report(const struct options *options, const struct death *death);

#endif
