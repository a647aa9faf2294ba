/* SPDX-License-Identifier: BSD-3-Clause */
/* Shows the progress of a run: as a bar on a terminal, as a line per 10 % elsewhere. */
#ifndef H5GRAD_CLI_PROGRESS_H
#define H5GRAD_CLI_PROGRESS_H

#include "h5grad.h"

#include <stdbool.h>
#include <stdio.h>

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct progress {
    FILE *out;
    bool never;
    bool terminal;
    double delay;   /* seconds a run must have taken before anything is shown */
    double started; /* time of the first update; 0: none yet */
    double drawn;   /* time of the last drawing of the bar */
    bool visible;   /* the bar stands on the terminal's last line */
    unsigned tenth; /* the last tenth for which a line was printed */
    /* What was done when: once before the last span of time, and once within it. Rates are those
     * since the first. */
    struct progress_mark {
        double time;
        uint64_t bytes, work;
    } mark[2];
};

/* Initialises *progress to print on out. */
void progress_init(struct progress *progress, FILE *out, enum progress_when when);

void progress_update(struct progress *progress, const struct h5grad_progress *now);

/* Clears the bar; call it before printing a message and at the end of the run. */
void progress_hide(struct progress *progress);

#endif
