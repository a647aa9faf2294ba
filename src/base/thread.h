/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that work behind the caller's own. */
#ifndef H5GRAD_BASE_THREAD_H
#define H5GRAD_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread with all signals blocked: they are for the caller's threads. Returns 0, or an
 * errno. */
int hg_thread_start(pthread_t *thread, void *(*run)(void *of), void *of);

#endif
