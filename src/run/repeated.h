/* SPDX-License-Identifier: BSD-3-Clause */
/* Looks for a periodic axis whose last point repeats the first one. */
#ifndef H5GRAD_RUN_REPEATED_H
#define H5GRAD_RUN_REPEATED_H

#include "run/task.h"

/* Warns of periodic axes whose last point seems to repeat the first one: samples of both have the
 * same values, which are not all equal. The task must be planned. Data that cannot be read are no
 * failure here. */
enum h5grad_status hg_repeated_tell(const struct task *task, struct messages *messages,
                                    struct h5grad_error *err);

#endif
