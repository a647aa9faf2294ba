/* SPDX-License-Identifier: BSD-3-Clause */
/* The exit statuses of the program. EXIT_FAILED promises that nothing is at OUTPUT. */
#ifndef H5GRAD_CLI_STATUS_H
#define H5GRAD_CLI_STATUS_H

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_WRONG_USAGE = 2,
    EXIT_UNREPORTED = 3, /* OUTPUT is whole, but the report on the run was not written */
    EXIT_RESUMABLE = 75, /* EX_TEMPFAIL: a run with --resume goes on */
    EXIT_SIGNAL = 128    /* plus the number of the signal */
};

#endif
