/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether who called wants the work to stop. */
#ifndef H5GRAD_BASE_CANCEL_H
#define H5GRAD_BASE_CANCEL_H

#include <stdbool.h>

/* NULL never stops anything. */
static inline bool cancel_is_asked(int (*cancelled)(void *user), void *user)
{
    return cancelled && cancelled(user);
}

#endif
