/* SPDX-License-Identifier: BSD-3-Clause */
#include "libhdf5/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "libhdf5/h5.h"

/* Limit of queued messages; only a crafted file causes more at once. */
#define MOST_BYTES ((size_t)1 << 20)

struct message {
    struct message *next;
    struct h5grad_message public;
    size_t size; /* of the allocation */
    char text[];
};

void hg_messages_init(struct messages *messages)
{
    *messages = (struct messages){.caller = pthread_self()};
    messages->end = &messages->first;
    pthread_mutex_init(&messages->mutex, NULL);
}

/* Empties the queue and returns its messages; *beyond is the number of those dropped. */
static struct message *take_all(struct messages *messages, size_t *beyond)
{
    pthread_mutex_lock(&messages->mutex);
    struct message *first = messages->first;
    *beyond = messages->beyond;
    messages->first = NULL;
    messages->end = &messages->first;
    messages->bytes = messages->beyond = 0;
    pthread_mutex_unlock(&messages->mutex);
    return first;
}

void hg_messages_free(struct messages *messages)
{
    size_t beyond;
    for (struct message *message = take_all(messages, &beyond), *next; message; message = next) {
        next = message->next;
        free(message);
    }
    pthread_mutex_destroy(&messages->mutex);
}

/* Queues a message and takes ownership; NULL records that memory ran out. */
static void queue_message(struct messages *messages, struct message *message)
{
    pthread_mutex_lock(&messages->mutex);
    bool fits = message && message->size <= MOST_BYTES - messages->bytes;
    messages->lost = messages->lost || !message;
    messages->beyond += message && !fits;
    if (fits) {
        *messages->end = message;
        messages->end = &message->next;
        messages->bytes += message->size;
    }
    pthread_mutex_unlock(&messages->mutex);
    if (!fits)
        free(message);
}

void hg_messages_deliver(struct messages *messages)
{
    char more[64];
    size_t beyond;
    if (messages->held)
        return;
    for (struct message *message = take_all(messages, &beyond), *next; message; message = next) {
        next = message->next;
        messages->callback(messages->user, &message->public);
        free(message);
    }
    snprintf(more, sizeof more, "and %zu more such messages", beyond);
    if (beyond > 0)
        messages->callback(messages->user, &(struct h5grad_message){H5GRAD_WARNING, more});
}

__attribute__((format(printf, 2, 0))) static struct message *make_message(enum h5grad_level level,
                                                                          const char *format,
                                                                          va_list list)
{
    char *line = hg_memory_line(format, list);
    size_t length = line ? strlen(line) + 1 : 0, size = sizeof(struct message) + length;
    struct message *message = line ? malloc(size) : NULL;
    if (message) {
        *message = (struct message){.public = {level, message->text}, .size = size};
        memcpy(message->text, line, length);
    }
    free(line);
    return message;
}

/* Delivers a message without allocating; long ones are truncated. */
__attribute__((format(printf, 3, 0))) static void tell_short(const struct messages *messages,
                                                             enum h5grad_level level,
                                                             const char *format, va_list list)
{
    char text[1024], line[2048];
    vsnprintf(text, sizeof text, format, list);
    utf8_show_all(text, line, sizeof line);
    messages->callback(messages->user, &(struct h5grad_message){level, line});
}

void hg_message_add(struct messages *messages, enum h5grad_level level, const char *format, ...)
{
    if (!messages->callback)
        return;
    bool now = !hg_is_entered() && pthread_equal(pthread_self(), messages->caller);
    va_list list;
    va_start(list, format);
    struct message *message = make_message(level, format, list);
    va_end(list);
    if (message || !now)
        queue_message(messages, message);
    if (now)
        hg_messages_deliver(messages);
    if (message || !now)
        return;
    va_start(list, format);
    tell_short(messages, level, format, list);
    va_end(list);
}

enum h5grad_status hg_messages_check(struct messages *messages, struct h5grad_error *err)
{
    pthread_mutex_lock(&messages->mutex);
    bool lost = messages->lost;
    pthread_mutex_unlock(&messages->mutex);
    return lost ? hg_error_set(err, H5GRAD_NO_MEMORY, "out of memory: a message was lost")
                : H5GRAD_OK;
}
