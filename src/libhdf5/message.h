/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages to the caller of the library. Its callback may call anything, so it is called from the
 * caller's thread only, and never within hg_enter: what comes up there, or in a worker, waits.
 */
#ifndef H5GRAD_LIBHDF5_MESSAGE_H
#define H5GRAD_LIBHDF5_MESSAGE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"

struct message;

typedef void message_callback(void *user, const struct h5grad_message *message);

/* Those that wait, in their order. Of the run. */
struct messages {
    message_callback *callback; /* NULL: nothing is told, and nothing waits */
    void *user;
    pthread_t caller;
    pthread_mutex_t mutex; /* of what follows */
    struct message *first, **end;
    size_t bytes;  /* of those that wait */
    size_t beyond; /* came when too many waited already */
    bool lost;     /* there was no memory for one */
};

/* The calling thread becomes the caller. The callback is set when it is known. */
void hg_messages_init(struct messages *messages);
void hg_messages_free(struct messages *messages);

/* Tells the callback, if any: at once, or in hg_messages_deliver where that cannot
 * be. Any thread. */
void hg_message_add(struct messages *messages, enum h5grad_level level, const char *format, ...)
    BASE_PRINTF(3, 4);

/* Tells what waits. The caller's thread, not within h5_enter. */
void hg_messages_deliver(struct messages *messages);

/* H5GRAD_NO_MEMORY when there was none for a message. */
enum h5grad_status hg_messages_check(struct messages *messages, struct h5grad_error *err);

#endif
