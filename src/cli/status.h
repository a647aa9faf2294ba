/* SPDX-License-Identifier: BSD-3-Clause */
/* The exit statuses of the program. EXIT_FAILED promises that nothing is at OUTPUT. */
#ifndef H5GRAD_CLI_STATUS_H
#define H5GRAD_CLI_STATUS_H

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_WRONG_USAGE = 2,
    EXIT_UNREPORTED = 3, /* OUTPUT is whole, but nobody has been told how the run went */
    EXIT_RESUMABLE = 75, /* EX_TEMPFAIL: trying again is of use */
    EXIT_SIGNAL = 128    /* and its number on top */
};

#endif
