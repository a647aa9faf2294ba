/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading ahead: brings bytes of files into the page cache before workers read them, so that these
 * need not wait for a disk, nor for one request after the other where each takes long. Threads of
 * its own do that, begun when the first bytes are found missing; where all are in the cache, there
 * are none, and an announcement costs less than a call of the system.
 *
 * It is help and nothing else: it never fails, and may leave out what it was told.
 */
#ifndef H5GRAD_BASE_AHEAD_H
#define H5GRAD_BASE_AHEAD_H

#include <stdint.h>

struct ahead;

/* Returns NULL if there is no memory for it. */
struct ahead *hg_ahead_new(void);

/* Ends the threads; NULL allowed. */
void hg_ahead_free(struct ahead *ahead);

/* Announces that bytes of an open file will be read soon. Any thread; NULL allowed. fd must stay
 * open until hg_ahead_free. */
void hg_ahead_want(struct ahead *ahead, int fd, uint64_t offset, uint64_t size);

#endif
