/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending and receiving. Any thread may call any function; one at a time is in the method. None of
 * them waits for another rank.
 *
 * A thread of the line tells the others that this rank is alive, and takes in what arrives while
 * nobody polls: callers may take their time. A rank that has not been heard of for 50 seconds is
 * dead (H5GRAD_SILENCE=SECONDS; 0: never): from then on every call fails, with the same reason, and
 * so does the run; if the line is not closed within 10 seconds, the thread ends all ranks itself.
 * Seconds in which this process did not run, as that of a suspended job, do not count.
 */
#ifndef H5GRAD_RANKS_LINE_H
#define H5GRAD_RANKS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ranks/method.h"

/* Sends a message of 2 bytes or more. */
enum h5grad_status hg_ranks_send(struct ranks *ranks, unsigned to, const void *data, size_t size,
                                 struct h5grad_error *err);

/* Takes the next message into data, of RANKS_LONGEST bytes; *size is SIZE_MAX if there is none. */
enum h5grad_status hg_ranks_poll(struct ranks *ranks, unsigned *from, void *data, size_t *size,
                                 struct h5grad_error *err);

/* For waiting callers, between two calls of hg_ranks_poll that found nothing: longer each time, up
 * to 10 milliseconds, so that they leave the processors to the workers. */
void hg_ranks_nap(struct ranks *ranks);

/* Makes ranks->line, if there are others. */
enum h5grad_status hg_line_open(struct ranks *ranks, struct h5grad_error *err);

/* Fails, like all later calls, since another rank does not do what it should. */
enum h5grad_status hg_line_fail(struct ranks *ranks, const char *why, struct h5grad_error *err);

/* Whether every call fails, as when a rank is dead. */
bool hg_line_is_dead(struct ranks *ranks);

/* Whether another rank closes its line. */
bool hg_line_is_left(struct ranks *ranks);

/* Whether this is the first rank that is alive, which speaks for all. */
bool hg_line_is_first(struct ranks *ranks);

/* Waits until the other side closes, too. Returns false if a rank is dead. */
bool hg_line_close(struct ranks *ranks);

#endif
