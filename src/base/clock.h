/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef H5GRAD_BASE_CLOCK_H
#define H5GRAD_BASE_CLOCK_H

#include <time.h>

/* Returns seconds since some fixed time; setting the system's date does not affect it. */
static inline double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
