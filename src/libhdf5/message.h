/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages to the caller of the library. The callback may call anything, so it is called only from
 * the caller's thread and never within hg_enter. Messages from elsewhere are queued.
 */
#ifndef H5GRAD_LIBHDF5_MESSAGE_H
#define H5GRAD_LIBHDF5_MESSAGE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"

struct message;

typedef void message_callback(void *user, const struct h5grad_message *message);

/* The queued messages of a run, in order. */
struct messages {
    message_callback *callback; /* NULL: messages are discarded */
    void *user;
    bool held; /* they stay in the queue, to be delivered later or not at all */
    pthread_t caller;
    pthread_mutex_t mutex; /* guards what follows */
    struct message *first, **end;
    size_t bytes;  /* of queued messages */
    size_t beyond; /* number dropped because the queue was full */
    bool lost;     /* memory for a message ran out */
};

/* Makes the calling thread the caller's thread. Set the callback when it is known. */
void hg_messages_init(struct messages *messages);
void hg_messages_free(struct messages *messages);

/* Formats a message and calls the callback, if any: now, or in hg_messages_deliver if this is
 * another thread or within hg_enter. Any thread. */
void hg_message_add(struct messages *messages, enum h5grad_level level, const char *format, ...)
    BASE_PRINTF(3, 4);

/* Delivers the queued messages, unless they are held. The caller's thread, not within hg_enter. */
void hg_messages_deliver(struct messages *messages);

/* Returns H5GRAD_NO_MEMORY if memory for a message ran out. */
enum h5grad_status hg_messages_check(struct messages *messages, struct h5grad_error *err);

#endif
