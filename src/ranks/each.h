/* SPDX-License-Identifier: BSD-3-Clause */
/* Hands out numbers to ranks, whose work on them needs nothing of each other. */
#ifndef H5GRAD_RANKS_EACH_H
#define H5GRAD_RANKS_EACH_H

#include <stdint.h>

#include "ranks/ranks.h"

/*
 * All ranks call it. Calls each for the numbers below n, in order, each in one rank, as ranks are
 * free; in the thread that called. If it returns another value than 0, its rank gets no more; if
 * that is rank 0, none does. At rank 0 a thread hands out numbers meanwhile. Waits for the others.
 * Fails if a rank is dead.
 */
enum h5grad_status hg_ranks_each(struct ranks *ranks, uint64_t n,
                                 int (*each)(void *user, uint64_t number), void *user,
                                 struct h5grad_error *err);

#endif
